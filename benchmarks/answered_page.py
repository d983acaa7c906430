"""What a page that somebody answers costs the processor, in pages of the minimal Flask-WTF site.

`python benchmarks/answered_page.py` asks both sites in turn for a moment each, so that whatever else the machine does
meets them alike: first served by gunicorn, whose own work is the same for both, then in one process without a server.
A page is its answers sent and the next page read. About a minute; `--moments` gives more.
"""

import argparse
import asyncio
import gc
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

from flask import Flask
from load import installations, minimal_site, processes, servers
from load.connections import Answer
from load.crowds import Crowd, observe, over_and_over
from load.installations import Site
from load.scripts import MARK, START, Step, learn_minimal, learn_survey, visit_in
from load.servers import Served
from werkzeug.wsgi import ClosingIterator

from app import create_app
from surveys.operating import serving

LIMIT = 0.55
_SECONDS = 1.0
_TIMES = 10  # times through the pages in each moment without a server

Cost = Callable[[], float]
"""Processor milliseconds for a page, measured now."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=20, help="how often both are asked")
    moments = parser.parse_args().moments
    with tempfile.TemporaryDirectory(prefix="medvirk-bench-") as folder, installations.sqlite(4) as site:
        os.environ["MINIMAL_DATABASE"] = str(Path(folder) / "minimal.sqlite3")
        code = next(site.codes)
        with (
            servers.product(site.environment) as ours,
            servers.minimal(Path(folder) / "served.sqlite3") as minimal,
        ):
            pages = asyncio.run(learn_survey(ours.port, code)).steps
            least = asyncio.run(learn_minimal(minimal.port)).steps
            code = next(site.codes)
            _tell("behind gunicorn", moments, _served(ours, pages, code), _served(minimal, least, MARK))
        apps = _ready(site), minimal_site.make_app()
        gc.freeze()
        costs = (_called(app, steps, code) for app, steps in zip(apps, (pages, least), strict=True))
        _tell("without a server", moments, *costs)


def _tell(where: str, moments: int, ours: Cost, minimal: Cost) -> None:
    for cost in (ours, minimal):
        cost()
    found = [(ours(), minimal()) for _ in range(moments)]
    ratio = statistics.median(page / least for page, least in found)
    page, least = (statistics.median(costs) for costs in zip(*found, strict=True))
    kept = "yes" if ratio <= LIMIT else "NO"
    print(f"{where}: {page:.2f} and {least:.2f} CPU-ms a page, {ratio:.3f} of it; at most {LIMIT}: {kept}")


def _served(site: Served, steps: list[Step], code: str) -> Cost:
    """By one respondent on one connection."""

    def cost() -> float:
        before = processes.cpu_seconds(site.process)
        seen = asyncio.run(observe(Crowd(1, _SECONDS), site.port, over_and_over(steps), repeat(code)))
        if seen.failed:
            raise SystemExit(f"{seen.failed} requests failed")
        return 1000 * (processes.cpu_seconds(site.process) - before) / len(seen.waits)

    return cost


def _ready(site: Site) -> Flask:
    """As `medvirk serve` makes it before its processes part."""
    app = create_app(site.settings)
    serving.warm(app)
    serving.keep_shared()
    return app


def _called(app: Flask, steps: list[Step], code: str) -> Cost:
    """As a WSGI application, by somebody who has opened the start page where there is one."""
    visit = code
    for step in steps:
        if step.name == START:
            visit = visit_in(_ask(app, step, code), code)
    pages = [step for step in over_and_over(steps) if step.name != START]
    answered = _TIMES * sum(step.name == "answer" for step in pages)

    def cost() -> float:
        before = time.process_time()
        for _time in range(_TIMES):
            for step in pages:
                if not step.is_met_by(_ask(app, step, visit), visit):
                    raise SystemExit(f"{step.method} {step.path} was not answered as by the server")
        return 1000 * (time.process_time() - before) / answered

    return cost


def _ask(app: Flask, step: Step, code: str) -> Answer:
    head: dict[str, str] = {}

    def start(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        head.update(headers, status=status)
        return io.BytesIO().write

    environment = {
        "REQUEST_METHOD": step.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": step.path.replace(MARK, code),
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(step.form)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(step.form),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    answer = app(environment, start)
    body = b"".join(answer)
    if isinstance(answer, ClosingIterator):
        answer.close()
    lines = "".join(f"\r\n{name}: {value}" for name, value in head.items())
    return Answer(int(head["status"][:3]), head.get("Location", ""), lines.encode(), body)


if __name__ == "__main__":
    main()
