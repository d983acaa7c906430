"""Starting the site that is measured, in processes of its own, and stopping it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load import processes

_HERE = Path(__file__).parent
_MEDVIRK = Path(sys.executable).parent / "medvirk"
_START_MINIMAL = (
    "import sys; from surveys.operating.serving import Server; from load.minimal_site import make_app;"
    " Server(make_app, '127.0.0.1', int(sys.argv[1]), 2).run()"
)


@dataclass(frozen=True)
class Served:
    """A running site: its port, and the process that everything else of it stands under."""

    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        return processes.tree(self.process)[1:]


@contextmanager
def product(environment: Mapping[str, str], workers: int = 2) -> Iterator[Served]:
    """`medvirk serve`."""
    port = _free_port()
    arguments = [str(_MEDVIRK), "serve", "--port", str(port), "--workers", str(workers)]
    with _running(arguments, port, environment, "/svar") as served:
        yield served


@contextmanager
def minimal(database: Path) -> Iterator[Served]:
    """The minimal Flask-WTF site, behind the same gunicorn."""
    port = _free_port()
    environment = {**os.environ, "MINIMAL_DATABASE": str(database)}
    with _running(["-c", _START_MINIMAL, str(port)], port, environment, "/1") as served:
        yield served


@contextmanager
def _running(arguments: list[str], port: int, environment: Mapping[str, str], path: str) -> Iterator[Served]:
    found = os.pathsep.join(
        filter(None, [environment.get("PYTHONPATH"), str(_HERE.parent), str(_HERE.parent.parent)])
    )
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**environment, "PYTHONPATH": found},
        cwd=_HERE.parent.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, path, process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(port: int, path: str, process: "subprocess.Popen[bytes]") -> None:
    """Returns when the site answers. Raises RuntimeError when it has ended, or after half a minute."""
    for _attempt in range(300):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
                )
                if connection.recv(15).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("The site did not start; try `medvirk serve` to see why.")
