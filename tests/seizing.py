"""A survey from opening to counting, and everything that somebody who owns the whole server can lay hands on.

Everybody is known: the attacker may check every guess. She copies the database before every delivery and after the
last, keeps every log line, and takes the files of the instance and of the database while the survey is open and after
the counting. What she makes of it stands in `tests/anonymity/test_database_administrator.py`.
"""

import datetime as dt
import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from app import create_app
from questionnaires.coding import decode
from surveys.campaigns.invitations import code_of, invite, recipients_from_roster
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.tally.nightly import publish_tonight
from surveys.organisation.models import Person
from surveys.platform import code_format
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from tests.building import SMALL, build_installation, build_survey, build_units, keys_of
from tests.respondent import Respondent

KEY = "liten-2026"
UNITS = ("A", "B", "C", "D")
PEOPLE_IN_EACH = 20
# Two people write as much as the page takes.
LONG_WRITERS = (7, 55)

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Known:
    """The truth about one who delivered. Her answers to TRI are `number` in base 5, so they are hers alone."""

    number: int
    person_id: int
    invitation_id: int
    unit_id: int
    code: str

    @property
    def answers(self) -> dict[str, str]:
        """Her answers as the form sends them; the rest of her sheet is like anybody's."""
        digits = {"TRI01": self.number % 5, "TRI02": self.number // 5 % 5, "TRI03": self.number // 25}
        return {key: str(1 + digit) for key, digit in digits.items()}

    @property
    def comment(self) -> str:
        """Words of her own that no mask takes for a name, a number or an address."""
        own = "".join("bdfgklmnpr"[int(digit)] for digit in f"{self.number:03}")
        rest = (
            "Vi må snakke sammen. " * 188 if self.number in LONG_WRITERS else "Fint her. " * (self.number % 9)
        )
        return f"Ord{own} {rest}".strip()


@dataclass
class Evidence:
    """What was seized. `delivered` is in the order of delivery; `backups[k]` is from right before delivery k."""

    kind: str
    settings: Settings
    delivered: list[Known] = field(default_factory=list)
    backups: list[Tables] = field(default_factory=list)
    before_answering: Tables = field(default_factory=dict)
    after_answering: Tables = field(default_factory=dict)
    after_counting: Tables = field(default_factory=dict)
    private_key: bytes = b""
    draft_secret: bytes = b""
    files_while_open: Mapping[str, bytes] = field(default_factory=dict)
    files_after_counting: Mapping[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    @property
    def unit_of(self) -> list[int]:
        """The unit of each, by place of delivery."""
        return [known.unit_id for known in self.delivered]

    def place_of(self, answers: bytes) -> int:
        """The place of delivery of whoever gave this row of closed answers."""
        coded = decode(SMALL, bytes(answers))
        number = (coded["TRI01"] - 1) + 5 * (coded["TRI02"] - 1) + 25 * (coded["TRI03"] - 1)
        return [known.number for known in self.delivered].index(number)

    def place_of_comment(self, words: str) -> int:
        """The place of delivery of whoever wrote these words."""
        return [known.comment.split(maxsplit=1)[0] for known in self.delivered].index(
            words.split(maxsplit=1)[0]
        )


def seize(settings: Settings, kind: str) -> Evidence:
    """Plays the whole survey in a fresh installation and gathers the evidence on the way."""
    evidence = Evidence(kind, settings)
    app = create_app(settings)
    db: Database = app.extensions["medvirk_database"]
    with _everything_logged(app, evidence.log):
        survey_id, everybody = _opened(app, db)
        evidence.private_key = bytes(keys_of(app).read(survey_id))
        evidence.draft_secret = keys_of(app).draft_secret(survey_id)
        evidence.before_answering = seen(db)
        _all_answer(app, db, everybody, evidence)
        evidence.after_answering = seen(db)
        publish_tonight(db, municipal_day() + dt.timedelta(days=1))
        evidence.files_while_open = _files(db, settings)
        with db.transaction() as session:
            close_survey(session, find_survey(session, KEY))
        count(db, keys_of(app), KEY)
    evidence.after_counting = seen(db)
    evidence.files_after_counting = _files(db, settings)
    db.engine.dispose()
    return evidence


def _opened(app: Flask, db: Database) -> tuple[int, list[Known]]:
    """An open survey that everybody in the roster is invited to: its id, and who they are."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, {"K": None} | dict.fromkeys(UNITS, "K"))
        session.add_all(
            Person(
                employee_number=f"{code}{number}",
                name=f"Person {code}{number}",
                email=f"{code}{number}@fjordvik.example",
                unit=units[code],
            )
            for number in range(PEOPLE_IN_EACH)
            for code in UNITS
        )
        survey = build_survey(session, units["K"], KEY)
        open_survey(session, survey, keys_of(app))
        secret = app.config["SECRETS"].codes
        invited = invite(session, survey, recipients_from_roster(session, survey), secret)
        return survey.id, [
            Known(number, one.person_id or 0, one.id, one.unit_id, code_format.grouped(code_of(one, secret)))
            for number, one in enumerate(invited)
        ]


def _all_answer(app: Flask, db: Database, everybody: Sequence[Known], evidence: Evidence) -> None:
    """Everybody answers on the web and delivers, in an order of their own; each is half-way when the next begins."""
    evidence.delivered = random.Random(20260302).sample(everybody, len(everybody))  # noqa: S311 – the same order in every run
    client = app.test_client()
    steps = _way_through(client, evidence.delivered[0])
    _fill_in(client, steps, evidence.delivered[0])
    for known, following in zip(evidence.delivered, [*evidence.delivered[1:], None], strict=True):
        if following:
            _fill_in(client, steps, following)
        evidence.backups.append(seen(db, ("ballot", "draft", "invitation")))
        answer = client.post(f"/svar/{known.code}/nb/lever")
        assert answer.headers["Location"].endswith("/kvittering")


Step = tuple[str, Mapping[str, str], Sequence[str]]
"""A page's form: its address with «CODE» for the code, what it sends as it stands, and where a comment goes."""


def _way_through(client: FlaskClient, known: Known) -> list[Step]:
    """The pages as a browser meets them, so that the others need not read them again."""
    person = Respondent(client, known.code)
    steps: list[Step] = []
    person.goes_to("side/1")
    while "/side/" in person.page.address:
        page = person.page
        chosen = {name: values[0] for name, values in page.options().items()}
        texts = [area.get("name") for area in page.tree.iter("textarea")]
        steps.append((page.form_address().replace(known.code, "CODE"), page.unseen() | chosen, texts))
        person.press(chosen)
    return steps


def _fill_in(client: FlaskClient, steps: Sequence[Step], known: Known) -> None:
    """Sends every page. Her own words stand in the last field for a comment."""
    for address, chosen, texts in steps:
        mine = {name: value for name, value in known.answers.items() if name in chosen}
        said = {texts[-1]: known.comment} if texts else {}
        answer = client.post(address.replace("CODE", known.code), data={**chosen, **mine, **said})
        assert answer.status_code == 303, answer.text


def seen(db: Database, tables: Sequence[str] = ()) -> Tables:
    """Every row of the tables (else of all there are), in the order they stand, with PostgreSQL's own columns."""
    own = ", ctid::text AS ctid, xmin::text AS xmin" if db.engine.dialect.name == "postgresql" else ""
    with db.engine.connect() as connection:
        names = tables or inspect(connection).get_table_names()
        found = {name: connection.execute(text(f"SELECT *{own} FROM {name}")) for name in names}
        rows = {name: [dict(row) for row in result.mappings()] for name, result in found.items()}
        if own and not tables:
            sequences = connection.execute(text("SELECT sequencename, last_value FROM pg_sequences"))
            rows["pg_sequences"] = [dict(row) for row in sequences.mappings()]
    return rows


@contextmanager
def _everything_logged(app: Flask, lines: list[str]) -> Iterator[None]:
    """Gathers what any part of the program logs, at any level, as our own handler would write it."""
    handler = logging.Handler(logging.DEBUG)
    written_by = app.logger.handlers[0]
    handler.emit = lambda record: lines.append(written_by.format(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(), app.logger]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


def _files(db: Database, settings: Settings) -> dict[str, bytes]:
    """Every file of the instance, and on PostgreSQL the database's own files and its newest write-ahead log."""
    files = [file for file in settings.instance.rglob("*") if file.is_file()]
    found = {str(file.relative_to(settings.instance)): file.read_bytes() for file in files}
    if db.engine.dialect.name == "postgresql":
        found |= {file.name: file.read_bytes() for file in _server_files(db)}
    return found


def _server_files(db: Database) -> list[Path]:
    """The files of our tables, named by number, and the newest two segments of the write-ahead log."""
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.scalar(text("SHOW data_directory")) or "")
        tables = connection.scalars(
            text("SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 't') AND oid > 16383")
        ).all()
        newest = str(connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn())")))
    segments = sorted(file for file in (folder / "pg_wal").glob("0*") if file.name <= newest)
    return [*(folder / table for table in tables if table), *segments[-2:]]
