"""A database full of the demo's rows."""

import datetime as dt
from collections.abc import Iterator

import pytest

from app import create_app
from surveys.demo.cards import build_cards
from surveys.demo.fjordvik import SEED
from surveys.demo.municipality import build_municipality
from surveys.demo.rounds import Fjordvik, planned_rounds
from surveys.operating.backup.restoring import number_on
from surveys.operating.tables import metadata
from surveys.platform.database import Database
from tests.conftest import Installations
from tests.database.demo_rows import Rows, rows_of

# One survey that is released and feeds the cards, one that is open with ballots in its box.
ROUNDS = ("foresatte-2023", "medarbeider-2026")


@pytest.fixture(scope="session")
def demo_rows(installations: Installations, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Every row of a small demo, by table, as the drivers of both databases take them."""
    with installations("sqlite", tmp_path_factory.mktemp("demo-rows")) as settings:
        app = create_app(settings)
        with app.app_context():
            db: Database = app.extensions["medvirk_database"]
            with db.transaction() as session:
                build_municipality(session, SEED)
                build_cards(session)
            fjordvik = Fjordvik(SEED)
            for planned in planned_rounds(dt.date(2026, 9, 1)):
                if planned.key in ROUNDS:
                    fjordvik.play(planned)
            return rows_of(db, metadata)


@pytest.fixture
def full(db: Database, demo_rows: Rows) -> Iterator[Database]:
    """A database full of the demo's rows."""
    with db.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if rows := demo_rows[table.name]:
                connection.execute(table.insert(), list(rows))
        number_on(connection, metadata)
    yield db
    db.engine.dispose()
