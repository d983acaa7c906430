"""Invitations of people who have come to another unit: which they are, and giving them the new unit.

What is delivered stays where it was delivered. A unit's turnout is shown while the survey is open, so how many of the
moved went along tells how many had not answered: of few, it would tell who.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.invitations import uses_roster
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.scope import asked_units
from surveys.organisation.models import Person


@dataclass(frozen=True)
class Moved:
    """Somebody whose unit is not her invitation's. `can_move`: she has not delivered, and the unit is asked."""

    invitation_id: int
    person_id: int
    unit_id: int
    can_move: bool


@dataclass(frozen=True)
class InvitedGroup:
    """How many of a group have an invitation to an open survey, delivered or not, and whether a unit is asked in it."""

    survey: Survey
    invited: int
    is_asked: bool

    @property
    def may_move(self) -> bool:
        """So few are never moved that turnout would tell who has answered."""
        return self.is_asked and self.invited >= self.survey.minimum_group


def moved_people(session: Session, survey: Survey) -> tuple[tuple[Moved, ...], frozenset[int]]:
    """Everybody with an invitation in another unit than her own, and those of the invitations that have been used."""
    asked = asked_units(survey)
    rows = session.execute(
        select(Invitation.id, Person.id, Person.unit_id, Invitation.delivered)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.survey_id == survey.id, Person.active, Person.unit_id != Invitation.unit_id)
        .order_by(Invitation.id)
    ).all()
    moved = tuple(
        Moved(invitation_id, person_id, unit_id, not delivered and unit_id in asked)
        for invitation_id, person_id, unit_id, delivered in rows
    )
    return moved, frozenset(row[0] for row in rows if row[3])


def move_along(session: Session, moved: Iterable[Moved]) -> None:
    """The unit a half-finished answer says it is for goes with the code; what was answered is kept."""
    for each in moved:
        invitation = session.get_one(Invitation, each.invitation_id, with_for_update=True)
        if each.can_move and not invitation.delivered:
            change_sealed(invitation, unit_id=each.unit_id)


def invited_groups(session: Session, person_ids: Collection[int], unit_id: int) -> list[InvitedGroup]:
    """The open surveys that any of them is invited to, by key, beside the unit they are to come to."""
    invited = func.count(Invitation.id)
    rows = session.execute(
        select(Survey, invited)
        .join(Invitation, Invitation.survey_id == Survey.id)
        .where(Survey.status == SurveyStatus.OPEN, Invitation.person_id.in_(person_ids))
        .group_by(Survey.id)
        .order_by(Survey.key)
    )
    return [
        InvitedGroup(survey, count, unit_id in asked_units(survey))
        for survey, count in rows
        if uses_roster(survey)
    ]


def move_group_along(session: Session, person_ids: Collection[int], unit_id: int) -> None:
    """Gives their invitations to open surveys the unit they are in now, wherever `InvitedGroup.may_move`."""
    for group in invited_groups(session, person_ids, unit_id):
        if group.may_move:
            moved, _used = moved_people(session, group.survey)
            move_along(session, (each for each in moved if each.person_id in person_ids))
    session.flush()
