"""Counting: the sealed ballots of a closed survey become responses that nobody can join to a person.

In one transaction every ballot is opened in memory, the sheets are shuffled and written with random ids and without the
background that would single somebody out (`separating`), and the invitations and the ballots are deleted. After the
commit the private key is destroyed, and the database forgets the bytes of what was deleted. A process that is killed
leaves either everything sealed or everything counted; counting again finishes the rest.
"""

import datetime as dt
import struct
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import SystemRandom

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from questionnaires.coding import row_check
from surveys.audit import trail as audit
from surveys.campaigns.ballot_box import Ballot, Draft, KeyHolder
from surveys.campaigns.invitation_seals import is_intact
from surveys.campaigns.key_holders import is_opened_by_two
from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.lifecycle import Participation, SurveyError, find_survey, participation
from surveys.campaigns.models import (
    AudienceTurnout,
    Delivery,
    EndedCode,
    Invitation,
    Survey,
    SurveyStatus,
    SurveyUnit,
)
from surveys.campaigns.tally.alarm import tell_broken_tally
from surveys.campaigns.tally.checking import BrokenTallyError, check_box, forget_nights
from surveys.campaigns.tally.merkle import leaf_hash
from surveys.counting.comments.storing import store_comments
from surveys.counting.models import Response
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.texts import _, ngettext
from surveys.publishing.separating import (
    Separated,
    StoredRow,
    basis_of_rows,
    separate_stored,
    store_separated,
    taken_apart,
)
from surveys.release.quality import store_quality_report
from surveys.respond.ballots import BallotUnreadableError, Sheet, open_sheet

Progress = Callable[[str, float], None]
"""Told the step that is done and the share (0–1) of the whole that is done with it."""

_AT_A_TIME = 500

_random = SystemRandom()


class CountingError(SurveyError):
    """The survey cannot be counted as it stands; nothing has been changed."""


def count(
    db: Database,
    keys: KeyStore,
    survey_key: str,
    progress: Progress | None = None,
    today: dt.date | None = None,
) -> None:
    """Opens the survey's ballots. Counting a counted survey only finishes what a killed process left.

    Raises SurveyError when there is no such survey or it is not closed, CountingError when the ballots cannot be
    opened, or agree neither with the invitations nor with the published tree. Then nothing is changed.
    """
    report = progress or silent
    try:
        survey_id = _count_in_a_transaction(db, keys, survey_key, report, today or municipal_day())
    except BrokenTallyError as error:
        tell_broken_tally(db, survey_key)
        raise CountingError(
            _(
                "%(fault)s Ingenting er talt opp eller endret. Be dem som drifter Medvirk, finne ut hvem som har "
                "skrevet i databasen.",
                fault=error,
            )
        ) from error
    report("committed", 0.85)
    with suppress(FileNotFoundError):  # another counter was destroying it too: gone is gone
        keys.destroy(survey_id)
    report("key_destroyed", 0.9)
    db.forget_deleted("ballot", "draft", "invitation", "delivery", "night_leaf", "tally_root", "key_holder")
    separate_stored(db, survey_key)
    report("bytes_forgotten", 0.92)
    store_quality_report(db, survey_key)
    report("done", 1.0)


def _count_in_a_transaction(
    db: Database, keys: KeyStore, survey_key: str, report: Progress, today: dt.date
) -> int:
    """The survey's id."""
    prepared = _prepared(db, keys, survey_key)
    with db.transaction() as session:
        survey = locked(session, survey_key)
        survey_id = survey.id
        if survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN}:
            raise SurveyError(_("Undersøkelsen må være lukket før den kan telles opp. Lukk den først."))
        if survey.status == SurveyStatus.CLOSED:
            _count_closed(session, survey, keys, report, prepared)
            survey.counted_on = today
            session.flush()
            report("before_commit", 0.8)
    return survey_id


def silent(_step: str, _share: float) -> None:
    """Nobody listens."""


def locked(session: Session, survey_key: str) -> Survey:
    """The survey, locked until the transaction ends: two counters cannot work side by side."""
    session.execute(select(Survey.id).where(Survey.key == survey_key).with_for_update())
    return find_survey(session, survey_key)


def _prepared(db: Database, keys: KeyStore, survey_key: str) -> Separated | None:
    """What the background comes to, worked out while others may write; None where counting will say what is wrong."""
    # A transaction, unlike `db.reading`: PostgreSQL gives the ballots a few hundred at a time only inside one.
    with Session(db.engine) as session:
        survey = session.scalars(select(Survey).where(Survey.key == survey_key)).first()
        if survey is None or survey.status != SurveyStatus.CLOSED:
            return None
        try:
            private_key = _private_key(session, survey, keys)
            sheets = list(_opened(session, survey, private_key, _leaves(session, survey), silent))
        except (CountingError, BrokenTallyError):
            return None
        return taken_apart(session, survey, _rows_of(sheets))


def _rows_of(sheets: Sequence[Sheet]) -> list[StoredRow]:
    """Sorted, so that the same sheets are the same rows whatever order the database gives them in."""
    return sorted((sheet.unit_id, sheet.answers) for sheet in sheets)


def _count_closed(
    session: Session, survey: Survey, keys: KeyStore, report: Progress, prepared: Separated | None
) -> None:
    private_key = _private_key(session, survey, keys)
    leaves = _leaves(session, survey)
    check_box(session, survey, leaves)
    sheets = list(_opened(session, survey, private_key, frozenset(leaves), report))
    _check_seals(session, survey, keys.seal_secret)
    invited = participation(session, survey)
    _check_totals(sheets, invited)
    report("opened", 0.5)
    rows = _rows_of(sheets)
    if prepared is None or prepared.basis != basis_of_rows(survey, rows):
        prepared = taken_apart(session, survey, rows)
    store_responses(session, survey, prepared.rows)
    store_separated(session, survey, prepared)
    report("responses_stored", 0.6)
    kept, dropped = store_comments(session, survey, sheets)
    report("comments_stored", 0.65)
    _write_participation(session, survey, invited)
    session.execute(delete(Draft).where(Draft.survey_id == survey.id))
    _delete_invitations(session, survey)
    report("invitations_deleted", 0.7)
    session.execute(delete(Ballot).where(Ballot.survey_id == survey.id))
    session.execute(delete(KeyHolder).where(KeyHolder.survey_id == survey.id))
    forget_nights(session, survey)
    report("ballots_deleted", 0.75)
    survey.status = SurveyStatus.COUNTED
    audit.record(
        session, "survey.counted", survey.key, responses=len(sheets), comments=kept, comments_dropped=dropped
    )


def _leaves(session: Session, survey: Survey) -> list[bytes]:
    """The leaf of every ballot in the box, computed from what is sealed."""
    ballots = (
        select(Ballot.sealed).where(Ballot.survey_id == survey.id).execution_options(yield_per=_AT_A_TIME)
    )
    return [leaf_hash(sealed) for sealed in session.scalars(ballots)]


def _check_seals(session: Session, survey: Survey, secret: bytes) -> None:
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


def _delete_invitations(session: Session, survey: Survey) -> None:
    """With them goes who was invited and who delivered. Left are their codes' hashes, so that a link still leads to
    the page of the survey that is over, and how many leaders and staff there were.
    """
    own = Invitation.survey_id == survey.id
    session.execute(
        insert(AudienceTurnout).from_select(
            ["survey_id", "audience", "invited", "delivered"],
            select(
                Invitation.survey_id,
                Invitation.audience,
                func.count(),
                func.count().filter(Invitation.delivered),
            )
            .where(own, Invitation.counted.is_not(False))
            .group_by(Invitation.survey_id, Invitation.audience),
        )
    )
    session.execute(
        insert(EndedCode).from_select(
            ["code_hash", "survey_id"],
            select(Invitation.code_hash, Invitation.survey_id).where(own).order_by(Invitation.code_hash),
        )
    )
    session.execute(delete(Delivery).where(Delivery.invitation_id.in_(select(Invitation.id).where(own))))
    session.execute(delete(Invitation).where(own))


def _private_key(session: Session, survey: Survey, keys: KeyStore) -> PrivateKey | None:
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


def _opened(
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


def _check_totals(sheets: Sequence[Sheet], invited: Mapping[int, Participation]) -> None:
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


def store_responses(session: Session, survey: Survey, rows: Sequence[tuple[int, bytes]]) -> None:
    """(unit id, answers) rows as responses, in a new random order and under random ids."""
    shuffled = list(rows)
    _random.shuffle(shuffled)
    for start in range(0, len(shuffled), _AT_A_TIME):
        session.execute(
            insert(Response),
            [
                {"id": uuid.uuid4(), "survey_id": survey.id, "unit_id": unit_id, "answers": answers}
                for unit_id, answers in shuffled[start : start + _AT_A_TIME]
            ],
        )


def _write_participation(session: Session, survey: Survey, found: Mapping[int, Participation]) -> None:
    nobody = Participation(0, 0)
    session.execute(
        update(SurveyUnit),
        [
            {
                "survey_id": survey.id,
                "unit_id": unit.unit_id,
                "invited": found.get(unit.unit_id, nobody).invited,
                "delivered": found.get(unit.unit_id, nobody).delivered,
            }
            for unit in survey.units
        ],
    )
