"""A unit's result and the heat map of 300 units and ten themes, in yardstick pages: at most 8 and 25, and 200 kB.

The municipality of `release`: four years, the last one released and read by HR and by a unit's leader.
"""

import secrets
import sys
import tempfile
from functools import partial
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from release import municipal  # noqa: E402
from yardstick import compare, read  # noqa: E402

from app import create_app  # noqa: E402
from surveys.access.models import Role  # noqa: E402
from surveys.campaigns.models import SurveyUnit  # noqa: E402
from surveys.operating import migrating, serving  # noqa: E402
from surveys.organisation.models import Unit  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from surveys.publishing.releasing import release  # noqa: E402
from tests.card_building import sign_in_as  # noqa: E402

LIMITS = {"unit": 8.0, "municipality": 8.0, "heat map": 25.0}
_MOST_KILOBYTES = 200


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder), secret_key=secrets.token_hex()))
        serving.warm(app)
        serving.keep_shared()
        db: Database = app.extensions["medvirk_database"]
        key = _build(app, db)
        client, leaf = _signed_in(app, db)
        heat_map = f"/resultater/{key}/varmekart"
        size = len(read(client, heat_map, "<table").encode()) / 1000
        print(
            f"heat map: {size:.0f} kB, at most {_MOST_KILOBYTES}: {'yes' if size <= _MOST_KILOBYTES else 'NO'}"
        )
        compare(
            Path(folder),
            {
                "unit": partial(read, client, f"/resultater/{key}/{leaf}", "<table"),
                "municipality": partial(read, client, f"/resultater/{key}/0", "<table"),
                "heat map": partial(read, client, heat_map, "<table"),
            },
            LIMITS,
        )


def _build(app: Flask, db: Database) -> str:
    migrating.upgrade(db.engine)
    with app.app_context():
        key, keys = municipal(app, db)
        release(db, keys, key)
    return key


def _signed_in(app: Flask, db: Database) -> tuple[FlaskClient, str]:
    """HR, who reads all, and the code of the unit at the bottom with most answers."""
    client = app.test_client()
    sign_in_as(client, db, Role.HR, "0")
    with db.reading() as session:
        leaf = session.scalars(
            select(Unit.code)
            .join(SurveyUnit, SurveyUnit.unit_id == Unit.id)
            .where(Unit.type != "")
            .order_by(SurveyUnit.survey_id.desc(), SurveyUnit.delivered.desc())
        ).first()
    return client, leaf or ""


if __name__ == "__main__":
    main()
