"""The questionnaires there are: what each asks, who uses it, and what was changed from version to version."""

from dataclasses import dataclass

from flask import abort, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, requires
from surveys.hr.catalogue.finding import CatalogueEntry, catalogue, find_entry
from surveys.hr.catalogue.version_page import shared_languages, side_by_side
from surveys.hr.survey_page import blueprint
from surveys.instruments.in_use import find_version
from surveys.platform import database
from surveys.platform.localisation import language, language_name, text_attributes

__all__ = ["blueprint"]


@dataclass(frozen=True)
class VersionPair:
    """Two versions that may be compared. `since` is how the address names the earlier: «1» or «innbygger:1»."""

    since: str
    earlier: Questionnaire
    later: Questionnaire

    @property
    def is_of_one(self) -> bool:
        return self.earlier.key == self.later.key


@blueprint.get("/sporreskjema")
@requires(*HR_ROLES)
def instruments() -> str:
    """Every questionnaire, with who it is for and which of the reader's surveys use it."""
    session = database.session()
    return render_template("hr/catalogue/instruments.html", entries=catalogue(session, _units(session)))


@blueprint.get("/sporreskjema/<instrument>")
@requires(*HR_ROLES)
def instrument(instrument: str) -> str:
    """One questionnaire: its versions, what they ask, and what may be compared."""
    session = database.session()
    entry = _entry(session, instrument)
    return render_template("hr/catalogue/instrument.html", entry=entry, pairs=_pairs(session, entry))


@blueprint.get("/sporreskjema/<instrument>/sammenlign")
@requires(*HR_ROLES)
def compare_versions(instrument: str) -> str:
    """Two versions side by side: `?fra=1&til=2`, or `?fra=annet-skjema:1&til=1` where that is declared."""
    session = database.session()
    pairs = _pairs(session, _entry(session, instrument))
    since, until = request.args.get("fra"), request.args.get("til", type=int)
    pair = next(
        (one for one in pairs if since in {None, one.since} and until in {None, one.later.version}), None
    )
    if pair is None:
        abort(404)
    offered = shared_languages(pair.earlier, pair.later)
    wanted = (request.args.get("tekst"), language())
    chosen = next((code for code in wanted if code in offered), offered[0] if offered else language())
    return render_template(
        "hr/catalogue/compare_versions.html",
        pair=pair,
        page=side_by_side(pair.earlier, pair.later, chosen),
        text_language=chosen,
        lang=text_attributes(chosen),
        offered=[(code, language_name(code)) for code in offered],
    )


def _units(session: Session) -> frozenset[int]:
    return granted_units(session, current_user, *HR_ROLES)


def _entry(session: Session, key: str) -> CatalogueEntry:
    entry = find_entry(session, key, _units(session))
    if entry is None:
        abort(404)
    return entry


def _pairs(session: Session, entry: CatalogueEntry) -> list[VersionPair]:
    """What may be compared, the newest first: every two versions, and what a version declares of others."""
    pairs: list[VersionPair] = []
    for at, version in enumerate(entry.versions):
        later = version.questionnaire
        pairs += [
            VersionPair(str(earlier.number), earlier.questionnaire, later)
            for earlier in entry.versions[at + 1 :]
        ]
        for other in later.compares_with:
            if other.key != entry.key and (found := find_version(session, other.key, other.version)):
                pairs.append(VersionPair(f"{other.key}:{other.version}", found, later))
    return pairs
