"""One unit's meeting after a survey, held with the product's own steps: votes are sealed and counted, not made up.

The days are set back afterwards to when the meeting would have been. The words are made up and say so.
"""

import datetime as dt
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.models import ResultOpening
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.demo.replies import MADE_UP
from surveys.followup.meetings import responses
from surveys.followup.meetings.choosing import FocusText, choices_of, save_focus
from surveys.followup.meetings.meeting_words import told_vote
from surveys.followup.meetings.models import ChoiceOrigin, FocusChoice, RoomBallot, RoomVote
from surveys.followup.meetings.voting import (
    RoomPlan,
    cast_vote,
    close_room,
    least_votes,
    open_room,
    votes_of,
)
from surveys.organisation.models import Unit
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.database import Database
from surveys.release.models import Release
from surveys.results.telling.writing import telling_of, write_telling

UNIT: Final = "OK4"
SURVEY: Final = "medarbeider-2024"
IN_THE_ROOM: Final = 12

# (to keep, to improve), one for each phone.
VOTES: Final = (
    *(("MK", "RU"),) * 4,
    ("MK", "ML"),
    ("MK", "RK"),
    ("PM", "RU"),
    ("PM", "RU"),
    ("IM", "ML"),
    ("MT", "RU"),
)
# «Merker du forskjell?» of what was improved and of what was kept: 1 is much worse, 5 much better.
CHECKS: Final = (
    ("4", "3"),
    ("4", "4"),
    ("5", "3"),
    ("4", "3"),
    ("3", "3"),
    ("4", "2"),
    ("4", "3"),
    ("3", "4"),
)

_OPENED: Final = dt.date(2024, 4, 2)
_MET: Final = dt.date(2024, 4, 18)
_SEEN: Final = dt.date(2024, 4, 24)
_ANSWERED: Final = dt.date(2024, 5, 2)
_CHECKED: Final = dt.date(2024, 5, 23)

_PRACTICE: Final = "Alle kan si hva de har lært siden sist, og vi deler det på fagmøtet."
_ANSWER: Final = (
    "Takk for en tydelig prioritering. Dere får to vikardager i måneden, så alle kan bruke timene sine."
)
_WE_DO: Final = (
    "Alle får to timer i måneden til å lære noe nytt.",
    "Fagmøtet hver andre onsdag fortsetter, og vi bytter på å lede det.",
)


def build_meeting(db: Database) -> None:
    """Once, when the survey is released."""
    with db.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == SURVEY)).one()
        unit = session.scalars(
            select(SurveyUnit)
            .join(Unit, Unit.id == SurveyUnit.unit_id)
            .where(SurveyUnit.survey_id == survey.id, Unit.code == UNIT)
        ).one()
        if votes_of(session, survey.id, unit.unit_id) or choices_of(session, survey.id, unit.unit_id):
            return
        least = least_votes(
            session.scalars(
                select(Release.minimum_group)
                .where(Release.survey_id == survey.id)
                .order_by(Release.number.desc())
            ).one()
        )
        leader = _account(session, "leder")
        _opened(session, survey, unit)
        vote = _voted(session, survey, unit, RoomPlan(IN_THE_ROOM, least), VOTES, _MET)
        chosen = _chosen(session, survey, unit, vote, leader)
        _voted(session, survey, unit, RoomPlan(IN_THE_ROOM, least, chosen), CHECKS, _CHECKED)
        write_telling(session, survey, unit, "\n".join((*_WE_DO, MADE_UP)))
        telling = telling_of(session, survey, unit.unit_id)
        if telling is not None:
            telling.written_on = _MET
        _responses(session, survey, unit)
    db.forget_deleted(RoomBallot.__tablename__)


def _opened(session: Session, survey: Survey, unit: SurveyUnit) -> None:
    if session.get(ResultOpening, (survey.id, unit.unit_id)) is None:
        session.add(ResultOpening(survey_id=survey.id, unit_id=unit.unit_id, first_opened_on=_OPENED))


def _voted(
    session: Session,
    survey: Survey,
    unit: SurveyUnit,
    plan: RoomPlan,
    votes: tuple[tuple[str, str], ...],
    day: dt.date,
) -> RoomVote:
    """Opened, voted in on as many phones, and closed."""
    secret: bytes = current_app.config["SECRETS"].codes
    vote = open_room(session, secret, survey, unit, plan)
    for number, (first, second) in enumerate(votes):
        cast_vote(session, secret, vote, f"demo-{number}", first, second)
    close_room(session, secret, vote, unit.unit.code, survey.key)
    vote.opened_at, vote.closed_on = _noon(day), day
    return vote


def _chosen(
    session: Session, survey: Survey, unit: SurveyUnit, vote: RoomVote, leader: Account
) -> FocusChoice:
    """What the vote told."""
    told = told_vote([vote])
    text = FocusText(told.keep[0], told.improve[0], f"{_PRACTICE} {MADE_UP}", _MET, "", ChoiceOrigin.VOTE)
    save_focus(session, survey, unit, text, leader, 1)
    chosen = choices_of(session, survey.id, unit.unit_id)[0]
    chosen.at = _noon(_MET)
    session.flush()
    return chosen


def _responses(session: Session, survey: Survey, unit: SurveyUnit) -> None:
    """Seen for AMU, and answered from above."""
    responses.tick(session, survey, unit, _account(session, "tillitsvalgt"))
    for seen in responses.seen_by(session, survey.id, unit.unit_id):
        seen.seen_on = _SEEN
    above = session.scalar(select(Account).where(Account.username == "oppvekst"))
    # A demo that was built before has no leader above.
    answers = above or _account(session, "direktor")
    responses.save_answer(session, survey, unit, f"{_ANSWER} {MADE_UP}", answers)
    for answer in responses.answers_to(session, survey.id, unit.unit_id):
        answer.at = _noon(_ANSWERED)


def _account(session: Session, username: str) -> Account:
    return session.scalars(select(Account).where(Account.username == username)).one()


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), MUNICIPAL_TIME)
