"""Invitations of people who have come to another unit: which they are, and giving them the new unit.

What is delivered stays where it was delivered. A unit's turnout is shown while the survey is open, so how many of the
moved went along tells how many had not answered: of few, it would tell who. Whoever was asked to go along once is not
named again: those who are left in the old unit are those who had delivered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.invitations import uses_roster
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.scope import asked_units
from surveys.organisation.models import Person
from surveys.organisation.moving_people import people_moved_with_invitations

RECONCILED: Final = "survey.reconciled"


@dataclass(frozen=True)
class Moved:
    """Somebody whose unit is not her invitation's.

    was_id: her invitation's unit. is_asked: whether the survey asks in the unit she is in now.
    """

    invitation_id: int
    person_id: int
    was_id: int
    unit_id: int
    delivered: bool
    is_asked: bool


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


def moved_people(session: Session, survey: Survey) -> tuple[Moved, ...]:
    """Everybody with an invitation in another unit than her own."""
    asked = asked_units(survey)
    rows = session.execute(
        select(Invitation.id, Person.id, Invitation.unit_id, Person.unit_id, Invitation.delivered)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.survey_id == survey.id, Person.active, Person.unit_id != Invitation.unit_id)
        .order_by(Invitation.id)
    )
    return tuple(
        Moved(invitation_id, person_id, was_id, unit_id, delivered, unit_id in asked)
        for invitation_id, person_id, was_id, unit_id, delivered in rows
    )


def undecided_moves(session: Session, survey: Survey) -> tuple[Moved, ...]:
    """Of the moved, those whose invitation has never been asked to go along: the same whether they have delivered."""
    opened = session.scalar(
        select(func.max(AuditEntry.id)).where(
            AuditEntry.action == "survey.opened", AuditEntry.subject == survey.key
        )
    )
    asked = people_moved_with_invitations(session, since=opened or 0)
    asked |= _asked_when_reconciled(session, survey)
    return tuple(each for each in moved_people(session, survey) if each.person_id not in asked)


def _asked_when_reconciled(session: Session, survey: Survey) -> set[int]:
    details = session.scalars(
        select(AuditEntry.detail).where(AuditEntry.action == RECONCILED, AuditEntry.subject == survey.key)
    )
    return {person_id for detail in details for person_id in detail.get("before", {}).get("people", ())}


def large_enough(survey: Survey, moved: Iterable[Moved]) -> tuple[Moved, ...]:
    """Those who changed between the same two units as so many others that their invitations may go along."""
    groups: defaultdict[tuple[int, int], list[Moved]] = defaultdict(list)
    for each in moved:
        groups[each.was_id, each.unit_id].append(each)
    return tuple(
        each
        for group in groups.values()
        if InvitedGroup(survey, len(group), group[0].is_asked).may_move
        for each in group
    )


def asked_along(moved: Iterable[Moved]) -> dict[str, Any]:
    """For the trail: everybody who was asked to go along, whether she had delivered or not."""
    people = [each.person_id for each in moved]
    return {"before": {"people": people}} if people else {}


def move_along(session: Session, moved: Iterable[Moved]) -> None:
    """The unit a half-finished answer says it is for goes with the code; what was answered is kept."""
    for each in moved:
        invitation = session.get_one(Invitation, each.invitation_id, with_for_update=True)
        if each.is_asked and not invitation.delivered:
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
            moved = moved_people(session, group.survey)
            move_along(session, (each for each in moved if each.person_id in person_ids))
    session.flush()
