"""Participation in a survey as HR and leaders may see it: per unit with everything below, and never too close."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import Participation, participation
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.turnout_protection import SMALL, UnitGroup, in_steps, shown_beside_the_nameless
from surveys.organisation.tree import Node, in_order
from surveys.platform.localisation import number, percent
from surveys.platform.texts import _, ngettext
from surveys.release.models import Release, Turnout


@dataclass(frozen=True)
class UnitTurnout:
    """A unit and everything below it.

    `invited` is None where that is unknown: anyone could answer, or the answers came from a file. `delivered` is None
    where it may not be shown. `at_least`: it is told in steps, so that nobody sees who has just answered.
    """

    node: Node
    invited: int | None
    delivered: int | None
    at_least: bool = False

    @property
    def rate(self) -> float | None:
        """The share that has delivered, 0–1."""
        return self.delivered / self.invited if self.invited and self.delivered is not None else None

    @property
    def delivered_text(self) -> str:
        """«12», «minst 10» or «færre enn 5»; empty where it may not be shown."""
        if self.delivered is None:
            return ""
        if not self.at_least:
            return number(self.delivered, 0)
        return _("minst %(count)s", count=number(self.delivered, 0)) if self.delivered else _("færre enn 5")

    @property
    def rate_text(self) -> str:
        """«86 %» or «minst 71 %»; empty where there is nothing to say."""
        if self.rate is None or (self.at_least and not self.delivered):
            return ""
        return _("minst %(rate)s", rate=percent(self.rate)) if self.at_least else percent(self.rate)

    @property
    def sentence(self) -> str:
        """«Minst 10 av 14 har levert (minst 71 %)»; empty where there is nothing to say."""
        if self.delivered is None:
            return ""
        if self.invited is None:
            return self._answers()
        if not self.at_least and not self.delivered:
            return self._nobody()
        numbers = {"delivered": number(self.delivered, 0), "invited": number(self.invited, 0)}
        if not self.at_least:
            return _(
                "%(delivered)s av %(invited)s har levert (%(rate)s)", rate=percent(self.rate or 0), **numbers
            )
        if not self.delivered:
            return _("Færre enn 5 av %(invited)s har levert", invited=numbers["invited"])
        return _("Minst %(delivered)s av %(invited)s har levert", **numbers)

    def _nobody(self) -> str:
        if not self.invited:
            return _("Ingen er invitert")
        return ngettext(
            "Den ene som er invitert, har ikke svart",
            "Ingen av de %(num)s som er invitert, har svart",
            self.invited,
        )

    def _answers(self) -> str:
        delivered = self.delivered or 0
        if not delivered and not self.at_least:
            return _("Ingen har svart")
        if self.at_least:
            return ngettext("Minst %(num)s svar er levert", "Minst %(num)s svar er levert", delivered)
        return ngettext("%(num)s svar er levert", "%(num)s svar er levert", delivered)


@dataclass(frozen=True)
class _Below:
    """As `Participation`, of a unit and everything below it. named: the sum of `Participation.with_name`."""

    invited: int | None
    delivered: int
    named: int

    @classmethod
    def of(cls, people: Participation) -> "_Below":
        return cls(people.invited, people.delivered, people.with_name)


def turnout(session: Session, survey: Survey) -> list[UnitTurnout]:
    """Every unit of the survey's tree in the order of the tree, the top first."""
    nodes = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units)
    if survey.status == SurveyStatus.RELEASED:
        released = _released(session, survey)
        return [UnitTurnout(node, *released[node.unit_id]) for node in nodes]
    total = _with_everything_below(nodes, _direct(session, survey))
    groups = [UnitGroup(node.unit_id, node.parent_id, _people(total[node.unit_id])) for node in nodes]
    named = [UnitGroup(node.unit_id, node.parent_id, total[node.unit_id].named) for node in nodes]
    shown = shown_beside_the_nameless(groups, named, survey.minimum_group)
    return [
        _before_release(node, total[node.unit_id])
        if node.unit_id in shown
        else UnitTurnout(node, total[node.unit_id].invited, None)
        for node in nodes
    ]


def _released(session: Session, survey: Survey) -> dict[int, tuple[int | None, int | None]]:
    """Unit id → invited and delivered, as the newest release may show them."""
    newest = select(Release.id).where(Release.survey_id == survey.id).order_by(Release.number.desc()).limit(1)
    rows = session.scalars(select(Turnout).where(Turnout.release_id == newest.scalar_subquery()))
    return {row.unit_id: (row.invited, row.delivered if row.shown else None) for row in rows}


def _people(of: _Below) -> int:
    return of.delivered if of.invited is None else of.invited


def _before_release(node: Node, people: _Below) -> UnitTurnout:
    if _people(people) < SMALL:
        return UnitTurnout(node, people.invited, in_steps(people.delivered), at_least=True)
    return UnitTurnout(node, people.invited, people.delivered)


def _direct(session: Session, survey: Survey) -> Mapping[int, Participation]:
    """People placed on the unit itself: from the invitations, or as counted."""
    if survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN, SurveyStatus.CLOSED}:
        return participation(session, survey)
    return {
        unit.unit_id: Participation(unit.invited, unit.delivered or 0, unit.without_name or 0)
        for unit in survey.units
    }


def _with_everything_below(nodes: list[Node], direct: Mapping[int, Participation]) -> dict[int, _Below]:
    """Children stand after their parents in `nodes`, so adding from the end fills every unit."""
    nobody = Participation(0, 0)
    total = {node.unit_id: _Below.of(direct.get(node.unit_id, nobody)) for node in nodes}
    for node in reversed(nodes):
        if node.parent_id in total:
            total[node.parent_id] = _added(total[node.parent_id], total[node.unit_id])
    return total


def _added(above: _Below, below: _Below) -> _Below:
    """Unknown and known is unknown."""
    known = above.invited is not None and below.invited is not None
    invited = (above.invited or 0) + (below.invited or 0) if known else None
    return _Below(invited, above.delivered + below.delivered, above.named + below.named)
