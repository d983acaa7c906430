"""Pages in yardstick pages: how long each takes beside a page of the minimal Flask-WTF site of `load`.

Of the minimal site a page is its form sent, a row stored, and the next page read. All pages are asked in turn in one
process, which is made ready as `medvirk serve` makes its own, so whatever else the machine does meets them alike.
"""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask.testing import FlaskClient
from load.minimal_site import PAGES, STATEMENTS, make_app

ROUNDS = 100
_WARMING_UP = 2


@dataclass(frozen=True)
class AskedPage:
    """Milliseconds that whoever asked waited, and that the processor worked for it."""

    waited: float
    worked: float


def compare(folder: Path, pages: Mapping[str, Callable[[], object]], limits: Mapping[str, float]) -> None:
    """Prints each page's 95th percentile in yardstick pages, and whether it is within its limit where it has one."""
    os.environ["MINIMAL_DATABASE"] = str(folder / "minimal.sqlite3")
    minimal = make_app().test_client()
    times = _in_turn({"yardstick": lambda: _yardstick(minimal), **pages})
    yardstick = times.pop("yardstick")
    print(f"{ROUNDS} rounds; yardstick page p95 {_waited(yardstick):.1f} ms")
    for name, found in times.items():
        ratio = _waited(found) / _waited(yardstick)
        limit = limits.get(name)
        said = "" if limit is None else f", at most {limit:.0f}: {'yes' if ratio <= limit else 'NO'}"
        work = _worked(found) / _worked(yardstick)
        print(
            f"{name}: p95 {_waited(found):.1f} ms, {ratio:.1f} yardstick pages{said}; of processor time {work:.1f}"
        )


def read(client: FlaskClient, address: str, word: str) -> str:
    """The page; SystemExit when it is refused or has not the word."""
    answer = client.get(address)
    if answer.status_code != 200 or word not in answer.text:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return answer.text


def _yardstick(minimal: FlaskClient) -> None:
    sent = {f"s1_{number}": "3" for number in range(1, STATEMENTS + 1)}
    answer = minimal.post("/1", data=sent, follow_redirects=True)
    if answer.status_code != 200 or "Side 2" not in answer.text or PAGES < 2:
        raise SystemExit(f"the yardstick page answered {answer.status_code}")


def _in_turn(pages: Mapping[str, Callable[[], object]]) -> dict[str, list[AskedPage]]:
    times: dict[str, list[AskedPage]] = {name: [] for name in pages}
    for number in range(ROUNDS + _WARMING_UP):
        for name, ask in pages.items():
            began, used = time.perf_counter(), time.process_time()
            ask()
            took = AskedPage(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used))
            if number >= _WARMING_UP:
                times[name].append(took)
    return times


def _waited(pages: list[AskedPage]) -> float:
    """The 95th percentile."""
    return statistics.quantiles([each.waited for each in pages], n=20)[-1]


def _worked(pages: list[AskedPage]) -> float:
    """The median of the processor's time, which other programs on the machine change least."""
    return statistics.median(each.worked for each in pages)
