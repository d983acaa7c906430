"""A database full of the demo's rows."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app import create_app
from surveys.demo.cards import build_cards
from surveys.demo.fjordvik import SEED
from surveys.demo.municipality import build_municipality
from surveys.demo.questions import build_questions
from surveys.demo.replies import build_replies
from surveys.demo.rounds import Fjordvik, planned_rounds
from surveys.operating.loading_rows import number_on
from surveys.operating.tables import metadata
from surveys.platform.config import Settings
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
                build_replies(session, dt.date(2026, 9, 1))
                build_questions(session)
            fjordvik = Fjordvik(SEED)
            for planned in planned_rounds(dt.date(2026, 9, 1)):
                if planned.key in ROUNDS:
                    fjordvik.play(planned)
            return rows_of(db, metadata)


@pytest.fixture
def full(db: Database, demo_rows: Rows) -> Iterator[Database]:
    """A database full of the demo's rows."""
    fill(db, demo_rows)
    yield db
    db.engine.dispose()


def fill(db: Database, demo_rows: Rows) -> None:
    with db.engine.begin() as connection:
        for table in metadata.sorted_tables:
            if rows := demo_rows[table.name]:
                connection.execute(table.insert(), list(rows))
        number_on(connection, metadata)


@contextmanager
def without_tables(installations: Installations, kind: str, folder: Path) -> Iterator[Settings]:
    """Another installation, with the same secret and a database without any table."""
    folder.mkdir()
    with installations(kind, folder) as settings:
        if kind == "sqlite":
            (settings.instance / "medvirk.sqlite3").unlink()
        else:
            db = Database(settings.database)
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
            db.engine.dispose()
        yield settings


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """The settings of an installation on the other kind of database, with this version's tables and no rows."""
    (tmp_path / "elsewhere").mkdir()
    with installations(_other_than(settings), tmp_path / "elsewhere") as other:
        yield other


@pytest.fixture
def bare_elsewhere(settings: Settings, tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """The settings of an installation on the other kind of database, which no migration has run on."""
    with without_tables(installations, _other_than(settings), tmp_path / "bare-elsewhere") as other:
        yield other


@pytest.fixture
def bare_alike(settings: Settings, tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """The settings of an installation on the same kind of database, which no migration has run on."""
    kind = "postgresql" if settings.database_url else "sqlite"
    with without_tables(installations, kind, tmp_path / "bare-alike") as other:
        yield other


def _other_than(settings: Settings) -> str:
    return "sqlite" if settings.database_url else "postgresql"
