"""The ballots of a closed survey: the key that opens them, each sheet checked, all of them against the invitations."""

import struct
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from questionnaires.coding import row_check
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.box_openers import is_opened_by_two
from surveys.campaigns.invitation_seals import is_intact
from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.lifecycle import Participation, SurveyError
from surveys.campaigns.models import Invitation, Survey
from surveys.campaigns.tally.checking import BrokenTallyError
from surveys.campaigns.tally.merkle import leaf_hash
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.texts import _, ngettext
from surveys.respond.ballots import BallotUnreadableError, Sheet, open_sheet

Progress = Callable[[str, float], None]
"""Told the step that is done and the share (0–1) of the whole that is done with it."""

_AT_A_TIME: Final = 500


class CountingError(SurveyError):
    """The survey cannot be counted as it is now; nothing has been changed."""


def silent(_step: str, _share: float) -> None:
    """Nobody listens."""


def leaves_of(session: Session, survey: Survey) -> list[bytes]:
    """The leaf of every ballot in the box, computed from what is sealed."""
    ballots = (
        select(Ballot.sealed).where(Ballot.survey_id == survey.id).execution_options(yield_per=_AT_A_TIME)
    )
    return [leaf_hash(sealed) for sealed in session.scalars(ballots)]


def check_seals(session: Session, survey: Survey, secret: bytes) -> None:
    """Raises CountingError when an invitation was moved or handed to somebody else behind Medvirk's back."""
    own = select(Invitation).where(Invitation.survey_id == survey.id).execution_options(yield_per=_AT_A_TIME)
    broken = sum(not is_intact(invitation, secret) for invitation in session.scalars(own))
    if broken:
        raise CountingError(
            ngettext(
                "%(num)s invitasjon er endret utenom Medvirk. Ingenting er talt opp eller endret. "
                "Be dem som drifter Medvirk, finne ut hvem som har skrevet i databasen.",
                "%(num)s invitasjoner er endret utenom Medvirk. Ingenting er talt opp eller endret. "
                "Be dem som drifter Medvirk, finne ut hvem som har skrevet i databasen.",
                broken,
            )
        )


def private_key_of(session: Session, survey: Survey, keys: KeyStore) -> PrivateKey | None:
    """The key, or None when there is nothing to open."""
    try:
        return keys.read(survey.id)
    except KeyMissingError as error:
        if is_opened_by_two(session, survey):
            raise CountingError(
                _(
                    "Urnen er ikke åpnet. To nøkkelholdere må åpne den sammen, på siden «Nøkler», før svarene kan "
                    "telles opp."
                )
            ) from error
        if session.scalar(select(func.count()).where(Ballot.survey_id == survey.id)):
            raise CountingError(
                f"{error} " + _("Hent nøkkelmappen tilbake og prøv igjen. Ingenting er endret.")
            ) from error
        return None
    except CryptoError as error:
        raise CountingError(
            _(
                "Nøkkelen til undersøkelsen er låst med en annen hovednøkkel enn den denne "
                "installasjonen har. Sett tilbake riktig MEDVIRK_SECRET_KEY eller secret.key. "
                "Ingenting er endret."
            )
        ) from error


def opened_sheets(
    session: Session,
    survey: Survey,
    private_key: PrivateKey | None,
    leaves: Collection[bytes],
    report: Progress,
) -> Iterator[Sheet]:
    """Every ballot's sheet, checked. The sealed ballots are held a few hundred at a time.

    leaves: those that were checked against the tree. Raises BrokenTallyError when somebody has changed a ballot since.
    """
    waiting = set(leaves)
    if private_key is None:
        return
    total = session.scalar(select(func.count()).where(Ballot.survey_id == survey.id)) or 1
    check = SheetCheck.of(survey)
    sealed_ballots = select(Ballot.id, Ballot.sealed).where(Ballot.survey_id == survey.id)
    with session.execute(sealed_ballots, execution_options={"yield_per": _AT_A_TIME}) as ballots:
        for number, (ballot_id, sealed) in enumerate(ballots, start=1):
            if (leaf := leaf_hash(sealed)) not in waiting:
                raise BrokenTallyError(_("Et forseglet svar ble endret mens svarene ble talt opp."))
            waiting.remove(leaf)
            yield _opened_one(private_key, ballot_id, sealed, check)
            if number % _AT_A_TIME == 0:
                report("opening", 0.5 * number / total)
    if waiting:
        raise BrokenTallyError(_("Et forseglet svar ble endret mens svarene ble talt opp."))


def _opened_one(private_key: PrivateKey, ballot_id: uuid.UUID, sealed: bytes, check: "SheetCheck") -> Sheet:
    try:
        sheet = open_sheet(private_key, sealed)
        check(sheet)
    except (BallotUnreadableError, ValueError, struct.error) as error:
        raise CountingError(
            _(
                "Et forseglet svar kan ikke åpnes eller passer ikke spørreskjemaet (svar "
                "%(ballot_id)s: %(error)s). Ingenting er talt opp eller endret.",
                ballot_id=ballot_id,
                error=error,
            )
        ) from error
    return sheet


@dataclass(frozen=True)
class SheetCheck:
    """What a sheet must be: from a unit of the survey, one allowed byte for each closed question."""

    units: frozenset[int]
    fits: Callable[[bytes], bool]

    @classmethod
    def of(cls, survey: Survey) -> "SheetCheck":
        return cls(
            frozenset(unit.unit_id for unit in survey.units), row_check(questionnaire_of(survey.instrument))
        )

    def __call__(self, sheet: Sheet) -> None:
        """Raises ValueError when the sheet does not fit."""
        if sheet.unit_id not in self.units:
            raise ValueError(_("enhet %(unit)s er ikke med i undersøkelsen", unit=sheet.unit_id))
        if not self.fits(sheet.answers):
            raise ValueError(_("svarene passer ikke spørreskjemaet"))


def check_totals(sheets: Sequence[Sheet], invited: Mapping[int, Participation]) -> None:
    """As many sheets as delivered invitations, unit by unit; else a ballot was lost or slipped in."""
    opened = Counter(sheet.unit_id for sheet in sheets)
    delivered = {unit: p.delivered for unit, p in invited.items() if p.delivered}
    if opened == delivered:
        return
    raise CountingError(
        _(
            "Det ligger %(sealed)s forseglede svar i urnen, men %(delivered)s invitasjoner er "
            "merket som levert, eller de fordeler seg ulikt på enhetene. Ingenting er talt opp "
            "eller endret. Er databasen hentet tilbake fra en sikkerhetskopi?",
            sealed=opened.total(),
            delivered=sum(delivered.values()),
        )
    )
