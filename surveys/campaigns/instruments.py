"""Questionnaires that surveys use: frozen in the database with their whole text, read from there afterwards."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Instrument


class InstrumentChangedError(Exception):
    """The file of a used version has been changed; a new wording needs a new version."""


def freeze(session: Session, questionnaire: Questionnaire, source: bytes) -> Instrument:
    """The stored version; stores it the first time. Raises InstrumentChangedError when the text differs."""
    fingerprint = loading.fingerprint(source)
    found = session.scalar(
        select(Instrument).where(
            Instrument.key == questionnaire.key, Instrument.version == questionnaire.version
        )
    )
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


def questionnaire_of(instrument: Instrument) -> Questionnaire:
    """The questionnaire as it was frozen. Parsed once a process: a frozen text never changes."""
    found = _parsed.get(instrument.fingerprint)
    if found is None:
        place = f"{instrument.key} v{instrument.version}"
        found = _parsed[instrument.fingerprint] = loading.parse_trusted(instrument.source, place)
    return found


_parsed: dict[str, Questionnaire] = {}
