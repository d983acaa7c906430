"""Counting: the sealed ballots of a closed survey become responses that nobody can join to a person.

In one transaction every ballot is opened in memory, the sheets are shuffled and written with random ids and without the
background that would single somebody out (`separating`), and the invitations and the ballots are deleted. After the
commit the private key is destroyed, and the database forgets the bytes of what was deleted. A process that is killed
leaves either everything sealed or everything counted; counting again finishes the rest.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from secrets import SystemRandom

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.ballot_box import Ballot, Draft, KeyHolder
from surveys.campaigns.keystore import KeyStore
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
from surveys.campaigns.open_group import raise_to_open_group
from surveys.campaigns.promised_rules import check_promises
from surveys.campaigns.tally.alarm import tell_broken_tally
from surveys.campaigns.tally.checking import BrokenTallyError, check_box, forget_nights
from surveys.counting.comments.storing import store_comments
from surveys.counting.models import Response
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.publishing.opening_ballots import (
    CountingError,
    Progress,
    check_seals,
    check_totals,
    leaves_of,
    opened_sheets,
    private_key_of,
    silent,
)
from surveys.publishing.separating import (
    Separated,
    StoredRow,
    basis_of,
    separate_stored,
    store_separated,
    taken_apart,
)
from surveys.release.quality import store_quality_report
from surveys.respond.ballots import Sheet

_AT_A_TIME = 500

_random = SystemRandom()


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


def locked(session: Session, survey_key: str) -> Survey:
    """The survey, locked until the transaction ends: two counters cannot work side by side."""
    session.execute(select(Survey.id).where(Survey.key == survey_key).with_for_update())
    return find_survey(session, survey_key)


def _prepared(db: Database, keys: KeyStore, survey_key: str) -> Separated | None:
    """What is kept of the background, worked out while others may write; None where counting will say what is wrong."""
    # A transaction, unlike `db.reading`: PostgreSQL gives the ballots a few hundred at a time only inside one.
    with Session(db.engine) as session:
        survey = session.scalars(select(Survey).where(Survey.key == survey_key)).first()
        if survey is None or survey.status != SurveyStatus.CLOSED:
            return None
        try:
            private_key = private_key_of(session, survey, keys)
            sheets = list(opened_sheets(session, survey, private_key, leaves_of(session, survey), silent))
        except (CountingError, BrokenTallyError):
            return None
        return taken_apart(session, survey, _rows_of(sheets))


def _rows_of(sheets: Sequence[Sheet]) -> list[StoredRow]:
    """Sorted, so that the same sheets are the same rows whatever order the database gives them in."""
    return sorted((sheet.unit_id, sheet.answers) for sheet in sheets)


def _count_closed(
    session: Session, survey: Survey, keys: KeyStore, report: Progress, prepared: Separated | None
) -> None:
    check_promises(session, survey)
    private_key = private_key_of(session, survey, keys)
    raise_to_open_group(session, survey)
    leaves = leaves_of(session, survey)
    check_box(session, survey, leaves)
    sheets = list(opened_sheets(session, survey, private_key, frozenset(leaves), report))
    check_seals(session, survey, keys.seal_secret)
    invited = participation(session, survey)
    check_totals(sheets, invited)
    report("opened", 0.5)
    rows = _rows_of(sheets)
    if prepared is None or prepared.basis != basis_of(session, survey, rows):
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


def _delete_invitations(session: Session, survey: Survey) -> None:
    """With them goes who was invited and who delivered. Left are their codes' hashes, so that a link still leads to
    the page of the survey that is over, and how many leaders and staff there were.
    """
    own = Invitation.survey_id == survey.id
    # As `participation`: somebody who has left and is not counted may have delivered before she left.
    invited, delivered = (
        func.count().filter(Invitation.counted.is_not(False)),
        func.count().filter(Invitation.delivered),
    )
    session.execute(
        insert(AudienceTurnout).from_select(
            ["survey_id", "audience", "invited", "delivered"],
            select(
                Invitation.survey_id,
                Invitation.audience,
                case((delivered > invited, delivered), else_=invited),
                delivered,
            )
            .where(own)
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
                "without_name": found.get(unit.unit_id, nobody).without_name,
            }
            for unit in survey.units
        ],
    )
