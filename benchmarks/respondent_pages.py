"""What one web process weighs after a thousand respondent pages, and what a page costs it.

Starts the real server with one worker on a freshly built demo (SQLite), answers page by page with plain requests, and
reads the worker's memory and processor time from the kernel. Run with `make bench`.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEDVIRK = Path(sys.executable).parent / "medvirk"
PAGES = 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MEDVIRK_INSTANCE": f"{folder}/instance"}
        subprocess.run(
            [MEDVIRK, "demo", "--build-only"], env=environment, check=True, cwd=ROOT, capture_output=True
        )
        said = subprocess.run(
            [MEDVIRK, "invite", "medarbeider-2026", "--links"],
            env=environment,
            check=True,
            cwd=ROOT,
            capture_output=True,
            text=True,
        ).stdout
        codes = re.findall(r"/svar/(\S+)", said)
        port = _free_port()
        server = subprocess.Popen(
            [MEDVIRK, "serve", "--port", str(port), "--workers", "1"],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        try:
            _measure(f"http://127.0.0.1:{port}", codes, server.pid)
        finally:
            server.terminate()
            server.wait()


def _measure(address: str, codes: list[str], server: int) -> None:
    _wait_for(address)
    worker = int(Path(f"/proc/{server}/task/{server}/children").read_text().split()[0])
    _answer(address, codes[-1], 10)
    before, start = _processor_seconds(worker), time.perf_counter()
    pages = 0
    while pages < PAGES:
        pages += _answer(address, codes[pages // 10 % (len(codes) - 1)], 10)
    spent = _processor_seconds(worker) - before
    print(
        f"{pages} pages answered (each a GET, a POST and the GET it leads to), one worker, SQLite, one client"
    )
    print(
        f"{spent / pages * 1000:.2f} CPU-ms a page, {pages / (time.perf_counter() - start):.0f} pages a second"
    )
    print(f"{_resident_mb(worker):.0f} MB resident in the worker; pandas loaded: {_has_pandas(worker)}")


def _answer(address: str, code: str, pages: int) -> int:
    for number in range(1, pages + 1):
        url = f"{address}/svar/{code}/nb/side/{number}"
        page = _fetch(url)
        fields = dict.fromkeys(
            re.findall(r'type="radio"[^>]*name="(\w+)"|name="(\w+)"[^>]*type="radio"', page)
        )
        answers = {name: "4" for pair in fields for name in pair if name}
        _fetch(url, urllib.parse.urlencode(answers).encode())
    return pages


def _fetch(url: str, sent: bytes | None = None) -> str:
    with urllib.request.urlopen(url, sent, timeout=30) as answer:  # noqa: S310 – our own server
        text: str = answer.read().decode()
    return text


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(address: str) -> None:
    for _attempt in range(200):
        try:
            _fetch(f"{address}/svar")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start")


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mb(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    return int(found.group(1)) / 1024 if found else float("nan")


def _has_pandas(process: int) -> bool:
    return "/pandas/" in Path(f"/proc/{process}/maps").read_text()


if __name__ == "__main__":
    main()
