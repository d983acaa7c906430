"""Files of used questionnaires that have been changed since, and the surveys they belong to."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import files
from surveys.campaigns.models import Survey
from surveys.instruments.models import Instrument
from surveys.platform.texts import _


@dataclass(frozen=True)
class ChangedFile:
    """A file that no longer says what the surveys with these keys ask or have asked."""

    path: Path
    survey_keys: tuple[str, ...]

    def __str__(self) -> str:
        used_by = ", ".join(self.survey_keys) or _("ingen undersøkelse lenger")
        return _(
            "Filen %(file)s er endret etter at den ble tatt i bruk. Den brukes av: %(used_by)s.",
            file=self.path,
            used_by=used_by,
        )

    @property
    def advice(self) -> str:
        """What to do about it, naming the file of the next version."""
        newest = max(int(path.stem[1:]) for path in files.available() if path.parent == self.path.parent)
        following = self.path.with_name(f"v{newest + 1}.yaml")
        return _(
            "Legg %(file)s tilbake slik den var, og lag en ny versjon av endringen: "
            "%(following)s med «version: %(version)s».",
            file=self.path.name,
            following=following,
            version=newest + 1,
        )


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
    path = files.definition_path(key, version)
    return path if path.is_file() and files.fingerprint(path.read_bytes()) != fingerprint else None


def _users(session: Session, instrument_id: int) -> tuple[str, ...]:
    using = (
        select(Survey.key).where(Survey.instrument_id == instrument_id).order_by(Survey.opens_on, Survey.key)
    )
    return tuple(session.scalars(using))
