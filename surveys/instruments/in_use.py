"""Questionnaires that surveys use: frozen in the database with their whole text, read from there afterwards."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.instruments.models import Instrument
from surveys.platform.texts import _


class InstrumentChangedError(Exception):
    """The file of a used version has been changed; a new wording needs a new version."""


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
            _(
                "Spørreskjemaet «%(key)s» versjon %(version)s er tatt i bruk og kan ikke endres. "
                "Lag en ny versjon av filen med et høyere versjonsnummer.",
                key=questionnaire.key,
                version=questionnaire.version,
            )
        )
    return found


def find(session: Session, key: str, version: int) -> Instrument | None:
    """The frozen version, None when no survey has used it."""
    return session.scalar(select(Instrument).where(Instrument.key == key, Instrument.version == version))


def questionnaire_of(instrument: Instrument) -> Questionnaire:
    """The questionnaire as it was frozen. Parsed once a process: a frozen text never changes."""
    found = _parsed.get(instrument.fingerprint)
    if found is None:
        place = f"{instrument.key} v{instrument.version}"
        found = _parsed[instrument.fingerprint] = loading.parse_trusted(instrument.source, place)
    return found


_parsed: dict[str, Questionnaire] = {}


def find_version(session: Session, key: str, version: int) -> Questionnaire | None:
    """The version as it was frozen, else as its file says; None when there is neither."""
    frozen = find(session, key, version)
    if frozen is not None:
        return questionnaire_of(frozen)
    there = any((path.parent.name, path.stem) == (key, f"v{version}") for path in loading.available())
    return loading.builtin(key, version) if there else None


def every_version(session: Session) -> Iterator[Questionnaire]:
    """All there are: files first, then what was frozen.

    Where a version is both, the last is the frozen text: that is what people are asked.
    """
    for path in loading.available():
        yield loading.builtin(path.parent.name, int(path.stem[1:]))
    for instrument in session.scalars(select(Instrument).order_by(Instrument.key, Instrument.version)):
        yield questionnaire_of(instrument)
