"""Questionnaires that surveys use: frozen in the database with their whole text, read from there afterwards."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Instrument, Survey


class InstrumentChangedError(Exception):
    """The file of a used version has been changed; a new wording needs a new version."""


@dataclass(frozen=True)
class ChangedFile:
    """A file that no longer says what the surveys with these keys ask or have asked."""

    path: Path
    survey_keys: tuple[str, ...]

    def __str__(self) -> str:
        used_by = ", ".join(self.survey_keys) or "ingen undersøkelse lenger"
        return f"Filen {self.path} er endret etter at den ble tatt i bruk. Den brukes av: {used_by}."

    @property
    def advice(self) -> str:
        """What to do about it, naming the file of the next version."""
        newest = max(int(path.stem[1:]) for path in loading.available() if path.parent == self.path.parent)
        following = self.path.with_name(f"v{newest + 1}.yaml")
        return (
            f"Legg {self.path.name} tilbake slik den var, og lag en ny versjon av endringen: {following} "
            f"med «version: {newest + 1}»."
        )


def freeze(session: Session, questionnaire: Questionnaire, source: bytes) -> Instrument:
    """The stored version; stores it the first time. Raises InstrumentChangedError when the text differs."""
    fingerprint = loading.fingerprint(source)
    found = find(session, questionnaire.key, questionnaire.version)
    if found is None:
        found = Instrument(
            key=questionnaire.key, version=questionnaire.version, fingerprint=fingerprint, source=source
        )
        session.add(found)
    elif found.fingerprint != fingerprint:
        raise InstrumentChangedError(
            f"Spørreskjemaet «{questionnaire.key}» versjon {questionnaire.version} er tatt i bruk og kan ikke "
            "endres. Lag en ny versjon av filen med et høyere versjonsnummer."
        )
    return found


def find(session: Session, key: str, version: int) -> Instrument | None:
    """The frozen version, None when no survey has used it."""
    return session.scalar(select(Instrument).where(Instrument.key == key, Instrument.version == version))


def changed_files(session: Session) -> list[ChangedFile]:
    """The files that differ from what was frozen. A file that is gone is none: its text is in the database.

    Reads and hashes one file for each used version; nothing is parsed.
    """
    used = session.execute(
        select(Instrument.id, Instrument.key, Instrument.version, Instrument.fingerprint).order_by(
            Instrument.key, Instrument.version
        )
    )
    return [
        ChangedFile(path, _users(session, instrument_id))
        for instrument_id, key, version, fingerprint in used
        if (path := _differing(key, version, fingerprint)) is not None
    ]


def changed_file(session: Session, instrument: Instrument) -> ChangedFile | None:
    """The same for one version."""
    path = _differing(instrument.key, instrument.version, instrument.fingerprint)
    return ChangedFile(path, _users(session, instrument.id)) if path else None


def _differing(key: str, version: int, fingerprint: str) -> Path | None:
    if version < 1:
        return None  # answers from before the product: there was never a file
    path = loading.definition_path(key, version)
    return path if path.is_file() and loading.fingerprint(path.read_bytes()) != fingerprint else None


def _users(session: Session, instrument_id: int) -> tuple[str, ...]:
    using = (
        select(Survey.key).where(Survey.instrument_id == instrument_id).order_by(Survey.opens_on, Survey.key)
    )
    return tuple(session.scalars(using))


def questionnaire_of(instrument: Instrument) -> Questionnaire:
    """The questionnaire as it was frozen. Parsed once a process: a frozen text never changes."""
    found = _parsed.get(instrument.fingerprint)
    if found is None:
        place = f"{instrument.key} v{instrument.version}"
        found = _parsed[instrument.fingerprint] = loading.parse_trusted(instrument.source, place)
    return found


_parsed: dict[str, Questionnaire] = {}
