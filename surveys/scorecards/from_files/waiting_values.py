"""A file of values that waits to be taken in, with what its sender has said of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.files.columns import TableRecords, read_records
from surveys.files.jsonstat import StatTable, read_json_stat
from surveys.files.waiting_files import WaitingFile, WaitingFiles
from surveys.organisation.models import Unit
from surveys.scorecards.cards import indicators_by_code
from surveys.scorecards.from_files.stat_mapping import StatMapping, guessed_mapping, mapped_records
from surveys.scorecards.importing import ValueAnswers
from surveys.scorecards.value_lines import MEASUREMENT_COLUMNS
from surveys.scorecards.value_questions import ValueQuestion


@dataclass(frozen=True)
class WaitingValues:
    """table: what a statistical table has; None for a file of columns."""

    waiting: WaitingFile
    table: StatTable | None

    @property
    def token(self) -> str:
        return self.waiting.token

    @property
    def answers(self) -> ValueAnswers:
        confirmed = frozenset(ValueQuestion(each) for each in self.waiting.said.get("confirmed", ()))
        return ValueAnswers(confirmed, self.waiting.said.get("dash_is_zero"))

    def mapping(self, session: Session) -> StatMapping:
        """What was said of the table, else what needs no asking."""
        said = self.waiting.said.get("mapping")
        if said is not None:
            return StatMapping(**said)
        return _guessed(session, self.table) if self.table else StatMapping()

    def records(self, session: Session) -> TableRecords:
        if self.table is None:
            return read_records(self.waiting.path, MEASUREMENT_COLUMNS, by_row=True)
        return mapped_records(self.table, self.mapping(session))


def _guessed(session: Session, table: StatTable) -> StatMapping:
    units = {unit.code: unit.name for unit in session.execute(select(Unit.code, Unit.name))}
    return guessed_mapping(table, units, indicators_by_code(session).codes)


def said_records(session: Session, table: StatTable, said: StatMapping) -> TableRecords:
    """The lines of the table by what was said of it, and by what needs no asking for the rest."""
    guessed = _guessed(session, table)
    mapping = StatMapping(
        {**guessed.units, **said.units},
        {**guessed.indicators, **said.indicators},
        {**guessed.picked, **said.picked},
    )
    return mapped_records(table, mapping)


def waiting_files(instance: Path) -> WaitingFiles:
    return WaitingFiles(instance / "values")


def store_values(instance: Path, account: Account, name: str, content: bytes) -> WaitingValues:
    """Raises FileRefusedError for a file that is too large, or that is no table."""
    table = read_json_stat(content) if is_table(content) else None
    stored = waiting_files(instance).store(account.id, name, BytesIO(content), {})
    return WaitingValues(stored, table)


def find_values(instance: Path, token: str, account: Account) -> WaitingValues | None:
    """The file, if this account sent it and it is still kept."""
    found = waiting_files(instance).find(token, account.id)
    if found is None:
        return None
    content = found.path.read_bytes()
    return WaitingValues(found, read_json_stat(content) if is_table(content) else None)


def is_table(content: bytes) -> bool:
    """JSON begins so, and neither CSV nor XLSX does."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def say_mapping(instance: Path, values: WaitingValues, mapping: StatMapping) -> None:
    """Other numbers are asked about anew."""
    said: Mapping[str, object] = {"mapping": asdict(mapping), "confirmed": [], "dash_is_zero": None}
    waiting_files(instance).say(values.waiting, said)


def say_answers(instance: Path, values: WaitingValues, answers: ValueAnswers) -> None:
    said = {"confirmed": sorted(answers.confirmed), "dash_is_zero": answers.dash_is_zero}
    waiting_files(instance).say(values.waiting, said)
