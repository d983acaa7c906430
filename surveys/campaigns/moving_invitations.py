"""Invitations of people who have moved to another unit: which they are, and giving them the new unit.

What is delivered stays where it was delivered. A unit's turnout is shown while the survey is open, so how many of the
moved went along tells how many had not answered: of few, it would tell who. They are therefore moved only in groups
that change between the same two units. Nobody is asked to go along twice: where an invitation is afterwards tells
whether it had been delivered, and whoever could put those who were asked into new groups would read it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.invitations import uses_roster
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.scope import asked_units
from surveys.organisation.models import Person, Unit
from surveys.organisation.moving_people import GroupAlong


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
class MovedGroup:
    """Those with an invitation to a survey, delivered or not, who change between the same two units."""

    survey: Survey
    was_id: int
    moved: tuple[Moved, ...]

    @property
    def is_asked(self) -> bool:
        """Whether the survey asks in the unit they move to."""
        return self.moved[0].is_asked

    @property
    def may_move(self) -> bool:
        """So few are never moved that turnout would tell who has answered."""
        return self.is_asked and len(self.moved) >= self.survey.minimum_group


@dataclass(frozen=True)
class InvitedPeople:
    """Chosen people in an open survey. asked_before: how many have been asked to go along once, and stay."""

    survey: Survey
    groups: tuple[MovedGroup, ...]
    asked_before: int


def undecided_moves(session: Session, survey: Survey) -> tuple[Moved, ...]:
    """Everybody with an invitation in another unit than her own, who has never been asked to take it along."""
    asked = asked_units(survey)
    rows = session.execute(
        select(Invitation.id, Person.id, Invitation.unit_id, Person.unit_id, Invitation.delivered)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.survey_id == survey.id,
            ~Invitation.asked_along,
            Person.active,
            Person.unit_id != Invitation.unit_id,
        )
        .order_by(Invitation.id)
    )
    return tuple(
        Moved(invitation_id, person_id, was_id, unit_id, delivered, unit_id in asked)
        for invitation_id, person_id, was_id, unit_id, delivered in rows
    )


def large_enough(survey: Survey, moved: Iterable[Moved]) -> tuple[Moved, ...]:
    """Those who changed between the same two units as so many others that their invitations may go along."""
    return tuple(each for group in _groups(survey, moved) if group.may_move for each in group.moved)


def _groups(survey: Survey, moved: Iterable[Moved]) -> tuple[MovedGroup, ...]:
    groups: defaultdict[tuple[int, int], list[Moved]] = defaultdict(list)
    for each in moved:
        groups[each.was_id, each.unit_id].append(each)
    return tuple(MovedGroup(survey, was_id, tuple(group)) for (was_id, _unit_id), group in groups.items())


def move_along(session: Session, moved: Iterable[Moved]) -> None:
    """The unit a half-finished answer says it is for goes with the code; what was answered is kept.

    Whoever has delivered is marked as asked like the others, and stays.
    """
    for each in moved:
        invitation = session.get_one(Invitation, each.invitation_id, with_for_update=True)
        invitation.asked_along = True
        if each.is_asked and not invitation.delivered:
            change_sealed(invitation, unit_id=each.unit_id)
    session.flush()


def invited_people(session: Session, people: Collection[Person], to: Unit) -> tuple[InvitedPeople, ...]:
    """The open surveys that any of the people is invited to, by key, and what moving them to the unit would move."""
    ids = [person.id for person in people]
    rows = session.execute(
        select(Survey, Invitation)
        .join(Invitation, Invitation.survey_id == Survey.id)
        .where(Survey.status == SurveyStatus.OPEN, Invitation.person_id.in_(ids))
        .order_by(Survey.key, Invitation.id)
    )
    invited: defaultdict[Survey, list[Invitation]] = defaultdict(list)
    for survey, invitation in rows:
        if uses_roster(survey):
            invited[survey].append(invitation)
    return tuple(_invited(survey, own, to) for survey, own in invited.items())


def _invited(survey: Survey, own: Sequence[Invitation], to: Unit) -> InvitedPeople:
    is_asked = to.id in asked_units(survey)
    moved = [
        Moved(each.id, each.person_id, each.unit_id, to.id, each.delivered, is_asked)
        for each in own
        if each.person_id is not None and not each.asked_along and each.unit_id != to.id
    ]
    return InvitedPeople(survey, _groups(survey, moved), sum(each.asked_along for each in own))


def groups_going_along(session: Session, invited: Iterable[InvitedPeople]) -> list[GroupAlong]:
    """For the trail: the groups whose invitations may go, with everybody who is asked, whether she has delivered."""
    return [
        GroupAlong(
            survey=group.survey.key,
            unit=session.get_one(Unit, group.was_id).code,
            people=sorted(each.person_id for each in group.moved),
        )
        for each in invited
        for group in each.groups
        if group.may_move
    ]


def move_groups_along(session: Session, invited: Iterable[InvitedPeople]) -> None:
    """Gives them the unit their people have moved to, wherever `MovedGroup.may_move`."""
    for each in invited:
        for group in each.groups:
            if group.may_move:
                move_along(session, group.moved)


def survey_of(session: Session, group: GroupAlong) -> Survey | None:
    """The survey that the group was asked in, while it is open and still asks in their former unit."""
    survey = session.scalar(select(Survey).where(Survey.key == group["survey"]))
    unit = session.scalar(select(Unit.id).where(Unit.code == group["unit"]))
    if survey is None or survey.status is not SurveyStatus.OPEN or unit not in asked_units(survey):
        return None
    return survey


def is_whole(group: GroupAlong, people: Iterable[Person]) -> bool:
    """Whether everybody who was asked is among the people. Bringing some back would tell of the others."""
    return set(group["people"]) <= {person.id for person in people}


def move_group_back(session: Session, group: GroupAlong, to: Unit) -> None:
    """What went along to the unit and is not delivered goes back where it was."""
    survey = survey_of(session, group)
    if survey is None:
        return
    was = session.scalars(select(Unit).where(Unit.code == group["unit"])).one()
    found = session.scalars(
        select(Invitation)
        .where(
            Invitation.survey_id == survey.id,
            Invitation.person_id.in_(group["people"]),
            Invitation.unit_id == to.id,
            ~Invitation.delivered,
        )
        .with_for_update()
    )
    for invitation in found.all():
        change_sealed(invitation, unit_id=was.id)
    session.flush()
