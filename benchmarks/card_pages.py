"""The card's page and the list of 320 units, in yardstick pages: at most 8 and 12 of them at the 95th percentile.

A yardstick page is one page of the minimal Flask-WTF site of `load`: its form is sent, a row is stored, and the next
page is read. All are asked in turn in one process, so whatever else the machine does meets them alike.
"""

import datetime as dt
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert, select

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from load.minimal_site import PAGES, STATEMENTS, make_app  # noqa: E402

from app import create_app  # noqa: E402
from surveys.access.models import Role  # noqa: E402
from surveys.operating import migrating, serving  # noqa: E402
from surveys.organisation.models import Unit  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from surveys.scorecards.feeding import feed  # noqa: E402
from surveys.scorecards.frequencies import Frequency  # noqa: E402
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus  # noqa: E402
from surveys.scorecards.setup import build_card  # noqa: E402
from tests.building import build_installation, build_survey, build_units  # noqa: E402
from tests.card_building import JOY, SICK_LEAVE, USERS, plan_of, release_figures, sign_in_as  # noqa: E402

AREAS, UNITS_EACH = 16, 19
ROUNDS = 100
YEARS = (2024, 2025, 2026)
TARGETS = {"card": 8.0, "list": 12.0}


@dataclass(frozen=True)
class AskedPage:
    """Milliseconds that whoever asked waited, and that the processor worked for it."""

    waited: float
    worked: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MINIMAL_DATABASE"] = str(Path(folder) / "minimal.sqlite3")
        minimal = make_app().test_client()
        client, units = _site(Path(folder))
        pages: dict[str, Callable[[], None]] = {
            "yardstick": lambda: _yardstick(minimal),
            "card": lambda: _read(client, "/styringskort/A0U0", "M1.2"),
            "across": lambda: _read(client, "/styringskort/A0U0/pa-tvers", "M1.2"),
            "list": lambda: _read(client, "/styringskort", "A0"),
            "search": lambda: _read(client, "/styringskort?sok=A1", "A1U1"),
        }
        times = _in_turn(pages)
    yardstick = times.pop("yardstick")
    print(f"{units} units, {ROUNDS} rounds; yardstick page p95 {_waited(yardstick):.1f} ms")
    for name, found in times.items():
        ratio = _waited(found) / _waited(yardstick)
        target = TARGETS.get(name)
        said = "" if target is None else f", at most {target:.0f}: {'yes' if ratio <= target else 'NO'}"
        work = _worked(found) / _worked(yardstick)
        print(
            f"{name}: p95 {_waited(found):.1f} ms, {ratio:.1f} yardstick pages{said}; of processor time {work:.1f}"
        )


def _site(folder: Path) -> tuple[FlaskClient, int]:
    """Two levels under the municipality, 15 indicators, values of three years, and a released survey."""
    app = create_app(Settings(instance=folder, secret_key="for measuring only"))  # noqa: S106
    serving.warm(app)
    serving.keep_shared()
    db: Database = app.extensions["medvirk_database"]
    migrating.upgrade(db.engine)
    tree: dict[str, str | None] = {"K": None} | {f"A{area}": "K" for area in range(AREAS)}
    tree |= {f"A{area}U{number}": f"A{area}" for area in range(AREAS) for number in range(UNITS_EACH)}
    entered = [replace(SICK_LEAVE, code=f"M1.{number}") for number in range(2, 7)]
    entered += [replace(USERS, code=f"B1.{number}", frequency=Frequency.YEAR) for number in range(1, 10)]
    with app.app_context(), db.transaction() as session:
        build_installation(session)
        units = build_units(session, tree)
        build_card(session, plan_of(JOY, *entered))
        survey = build_survey(session, units["K"])
        feed(session, release_figures(session, survey, dict.fromkeys(tree, 3.8), margin=0.3))
        session.execute(
            insert(Measurement),
            _values(list(session.scalars(select(Indicator))), list(session.scalars(select(Unit)))),
        )
    client = app.test_client()
    sign_in_as(client, db, Role.HR)
    return client, len(tree)


def _values(indicators: list[Indicator], units: list[Unit]) -> list[dict[str, object]]:
    return [
        {
            "indicator_id": indicator.id,
            "unit_id": unit.id,
            "year": year,
            "part": part,
            "status": MeasurementStatus.MEASURED,
            "value": 3 + (unit.id * 7 + indicator.id + year + part) % 80 / 10,
            "source": "Visma",
            "measured_on": dt.date(year, 12, 31),
            "current": True,
        }
        for indicator in indicators
        if indicator.questionnaire is None
        for unit in units
        for year in YEARS
        for part in ((1, 2, 3) if indicator.frequency is Frequency.TERTIAL else (0,))
    ]


def _yardstick(minimal: FlaskClient) -> None:
    sent = {f"s1_{number}": "3" for number in range(1, STATEMENTS + 1)}
    answer = minimal.post("/1", data=sent, follow_redirects=True)
    if answer.status_code != 200 or "Side 2" not in answer.text or PAGES < 2:
        raise SystemExit(f"the yardstick page answered {answer.status_code}")


def _read(client: FlaskClient, address: str, word: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200 or word not in answer.text:
        raise SystemExit(f"{address} answered {answer.status_code}")


def _in_turn(pages: dict[str, Callable[[], None]]) -> dict[str, list[AskedPage]]:
    """Milliseconds of each page, round by round, after two rounds that are not counted."""
    times: dict[str, list[AskedPage]] = {name: [] for name in pages}
    for number in range(ROUNDS + 2):
        for name, ask in pages.items():
            began, used = time.perf_counter(), time.process_time()
            ask()
            took = AskedPage(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used))
            if number >= 2:
                times[name].append(took)
    return times


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _waited(pages: list[AskedPage]) -> float:
    return _p95([each.waited for each in pages])


def _worked(pages: list[AskedPage]) -> float:
    """The median of the processor's time, which other programs on the machine change least."""
    return statistics.median(each.worked for each in pages)


if __name__ == "__main__":
    main()
