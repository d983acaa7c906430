"""Whom a survey asks within its unit: branches, types of unit, exclusions, leaders only, and the pilot's units."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import ReportGroup, ScopeRule, ScopeType, ScopeUnit, Survey, SurveyUnit
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import ids_below


@dataclass(frozen=True)
class Scope:
    """What HR chose. Unit ids stand for themselves and everything below them; an empty choice narrows nothing."""

    only: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    types: frozenset[str] = frozenset()
    leaders_only: bool = False
    pilot: frozenset[int] = frozenset()

    @classmethod
    def of(cls, survey: Survey) -> "Scope":
        chosen = {
            rule: frozenset(each.unit_id for each in survey.scope_units if each.rule == rule)
            for rule in ScopeRule
        }
        return cls(
            only=chosen[ScopeRule.ONLY],
            excluded=chosen[ScopeRule.EXCLUDED],
            types=frozenset(each.type for each in survey.scope_types),
            leaders_only=survey.leaders_only,
            pilot=chosen[ScopeRule.PILOT],
        )

    def is_asked(self, unit: Unit, above: Collection[int]) -> bool:
        """Whether people placed on the unit are asked. `above`: its own id and those of all units above it."""
        within = not self.only or not self.only.isdisjoint(above)
        left_out = not self.excluded.isdisjoint(above)
        return within and not left_out and (not self.types or unit.type in self.types)


def asked_units(survey: Survey) -> dict[int, SurveyUnit]:
    """The units that may get invitations, codes and answers, by id: those of the survey's picture within its scope.

    The others are in the picture only because a unit below them is asked.
    """
    return {unit.unit_id: unit for unit in survey.units if unit.asked}


def units_to_choose(session: Session, survey: Survey) -> dict[int, Unit]:
    """The survey's unit and everything below it, by id, without units that exist in one report only."""
    found = session.scalars(
        select(Unit)
        .where(Unit.id.in_(ids_below([survey.unit_id])), Unit.id.not_in(select(ReportGroup.unit_id)))
        .order_by(Unit.id)
    )
    return {unit.id: unit for unit in found}


def lineage_within(units: Mapping[int, Unit], unit: Unit) -> list[int]:
    """The ids of the unit and of everything above it that is among `units`, the unit first."""
    found, above = [], unit
    while True:
        found.append(above.id)
        following = units.get(above.parent_id or 0)
        if following is None:
            return found
        above = following


def store_scope(session: Session, survey: Survey, scope: Scope) -> None:
    """Replaces what was chosen; the caller pictures the tree again."""
    if Scope.of(survey) == scope:
        return
    chosen = {
        ScopeRule.ONLY: scope.only,
        ScopeRule.EXCLUDED: scope.excluded,
        ScopeRule.PILOT: scope.pilot,
    }
    survey.scope_units = [
        ScopeUnit(unit_id=unit_id, rule=rule) for rule, ids in chosen.items() for unit_id in sorted(ids)
    ]
    survey.scope_types = [ScopeType(type=each) for each in sorted(scope.types)]
    survey.leaders_only = scope.leaders_only
    session.flush()
    audit.record(
        session,
        "survey.scope_changed",
        survey.key,
        **{rule.value: sorted(ids) for rule, ids in chosen.items()},
        types=sorted(scope.types),
        leaders_only=scope.leaders_only,
    )
