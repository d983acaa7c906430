"""Who answered, against who was invited: counted from invitations and units, without a single answer.

Groups that may not be told of are put together: those with fewer invited than the minimum group, and what could be
found by subtracting from HR's page of participation.
"""

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.campaigns.models import AudienceTurnout, Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.turnout import CountedTurnout, counted_turnout, units_shown

OTHERS: Final = "others"
"""The key of small groups put together."""

DIRECT: Final = "direct"
"""The key of people placed on the survey's top unit itself."""

GroupTurnout = tuple[str, int, int]
"""A group's key, its invited and its answered."""


def representation(session: Session, survey: Survey) -> dict[str, Any] | None:
    """Response rate and skew by unit type, top area and audience; None where nobody knows who was invited.

    Keys of areas are unit ids. `factors` gives how many were invited to answer each factor.
    """
    if any(unit.invited is None for unit in survey.units):
        return None
    audiences = _audiences(session, survey)
    invited = sum(unit.invited or 0 for unit in survey.units)
    smallest = survey.minimum_group
    turnout = counted_turnout(survey)
    shown = units_shown(turnout, smallest)
    by = {
        "unit_type": _types(survey, shown),
        "area": _areas(survey, turnout, shown),
        "audience": [(key, *numbers) for key, numbers in sorted(audiences.items())],
    }
    return {
        "invited": invited,
        "delivered": sum(unit.delivered or 0 for unit in survey.units),
        "by": {kind: skew_of(pooled(groups, smallest)) for kind, groups in by.items()},
        "factors": _asked(questionnaire_of(survey.instrument), invited, audiences),
    }


def pooled(groups: Sequence[GroupTurnout], smallest: int) -> list[GroupTurnout]:
    """The groups with at least `smallest` invited, and the others as one. Too few together take the next smallest.

    >>> pooled([("a", 20, 9), ("b", 3, 1), ("c", 1, 1), ("d", 9, 8)], 5)
    [('a', 20, 9), ('others', 13, 10)]
    """
    left = [group for group in groups if group[1] >= smallest and group[0] != OTHERS]
    small = [group for group in groups if group not in left]
    if not sum(invited for _key, invited, _answered in small):
        return left
    while left and sum(invited for _key, invited, _answered in small) < smallest:
        nearest = min(left, key=lambda group: group[1])
        left.remove(nearest)
        small.append(nearest)
    together = (OTHERS, sum(group[1] for group in small), sum(group[2] for group in small))
    return [*left, together] if together[1] >= smallest else left


def skew_of(groups: Sequence[GroupTurnout]) -> dict[str, Any] | None:
    """The groups with Pearson's χ² of equal rates and its size; None for fewer than two groups."""
    import numpy as np

    from analysis.as_json import number
    from analysis.representation import skew

    if len(groups) < 2:
        return None
    found = skew(np.array([group[1] for group in groups]), np.array([group[2] for group in groups]))
    return {
        "groups": [
            {"key": key, "invited": invited, "answered": answered} for key, invited, answered in groups
        ],
        "chi2": number(found.chi2),
        "df": found.df,
        "p": number(found.p),
        "cramers_v": number(found.cramers_v),
    }


def _types(survey: Survey, shown: Set[int]) -> list[GroupTurnout]:
    """By unit type, of people whose unit may be told of; the others are one group whatever their type."""
    with_hidden_below = {unit.parent_id for unit in survey.units if unit.unit_id not in shown}
    totals: dict[str, tuple[int, int]] = {}
    for unit in survey.units:
        # A unit's own people are what is left of it without the units below: known only when those are.
        is_told = unit.unit_id in shown and unit.unit_id not in with_hidden_below
        key = unit.type if is_told else OTHERS
        invited, answered = totals.get(key, (0, 0))
        totals[key] = (invited + (unit.invited or 0), answered + (unit.delivered or 0))
    return [(key, *numbers) for key, numbers in sorted(totals.items()) if numbers[0]]


def _areas(survey: Survey, turnout: Sequence[CountedTurnout], shown: Set[int]) -> list[GroupTurnout]:
    """By the units right below the top, each with everything below it; what is left of the top beside them."""
    [top] = [unit for unit in turnout if unit.unit_id == survey.unit_id]
    areas = [unit for unit in turnout if unit.parent_id == top.unit_id]
    told = [(str(area.unit_id), area.invited or 0, area.delivered) for area in areas if area.unit_id in shown]
    left = (
        DIRECT if len(told) == len(areas) else OTHERS,
        (top.invited or 0) - sum(invited for _key, invited, _answered in told),
        top.delivered - sum(answered for _key, _invited, answered in told),
    )
    return sorted(group for group in (*told, left) if group[1])


def _audiences(session: Session, survey: Survey) -> dict[str, tuple[int, int]]:
    """Invited and answered of leaders and staff, as written down at counting."""
    rows = session.scalars(select(AudienceTurnout).where(AudienceTurnout.survey_id == survey.id))
    return {row.audience: (row.invited, row.delivered) for row in rows}


def _asked(
    questionnaire: Questionnaire, invited: int, audiences: Mapping[str, tuple[int, int]]
) -> dict[str, int]:
    """Factor key → how many were invited to answer it."""
    asked = dict.fromkeys((factor.key for factor in questionnaire.factors), 0)
    for page in questionnaire.pages:
        reached = invited if page.audience == "all" else audiences.get(page.audience, (0, 0))[0]
        for factor in page.factors:
            asked[factor.key] = max(asked[factor.key], reached)
    return asked
