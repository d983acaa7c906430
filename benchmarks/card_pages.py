"""The card's page and the list of 320 units, in yardstick pages: at most 8 and 12 of them at the 95th percentile."""

import datetime as dt
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import insert, select

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from yardstick import compare, read  # noqa: E402

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
YEARS = (2024, 2025, 2026)
LIMITS = {"card": 8.0, "list": 12.0}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        client, units = _site(Path(folder))
        print(f"{units} units")
        pages = {
            "card": ("/styringskort/A0U0", "M1.2"),
            "across": ("/styringskort/A0U0/pa-tvers", "M1.2"),
            "list": ("/styringskort", "A0"),
            "search": ("/styringskort?sok=A1", "A1U1"),
        }
        compare(Path(folder), {name: partial(read, client, *page) for name, page in pages.items()}, LIMITS)


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


if __name__ == "__main__":
    main()
