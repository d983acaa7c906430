"""What a statement's figures are compared with: the unit's own, of the same statement in an earlier survey."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.change import Wave, change
from questionnaires.comparison import WordingChange, compare
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.succession import steps_between
from surveys.release.comparisons.comparing import Comparable, comparable_releases
from surveys.release.comparisons.invariance import verdicts_by_release
from surveys.release.items.models import ItemFigure
from surveys.release.models import FigureStatus, Verdict

UnitItem = tuple[int, str]
"""A unit's id and a statement's key."""


def same_items(before: Questionnaire, now: Questionnaire) -> frozenset[str]:
    """The statements with the same key and the same words, of themes that may be compared.

    Declaring that a theme's line goes on is not enough for one statement of it: its words must be the same.
    """
    if (before.key, before.version) == (now.key, now.version):
        return frozenset(item.key for item in now.items)
    found = compare(before, now)
    return frozenset(
        item.key
        for factor in found.factors
        if factor.key in found.surviving
        for item in factor.items
        if item.change is WordingChange.UNCHANGED
    )


def with_changes(session: Session, survey: Survey, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the change since the newest earlier survey that tells of the same statement in the same unit.

    A unit that was merged or split is compared with nothing. Each unit's statements are one family of tests.
    """
    wanted = {(row["unit_id"], row["item"]): row for row in rows if row["status"] == FigureStatus.SHOWN}
    before = _before(session, survey, wanted) if wanted else {}
    if not before:
        return list(rows)
    verdicts = verdicts_by_release(session, survey)
    comparable = {
        place: not verdicts[release].blocks(wanted[place]["factor"]) for place, (release, _) in before.items()
    }
    tested = _tested(wanted, {place: row for place, (_, row) in before.items()}, comparable)
    return [
        row
        | (
            {
                "previous_release_id": before[place][0],
                "comparable": comparable[place],
                **tested[place],
            }
            if (place := (row["unit_id"], row["item"])) in before
            else {}
        )
        for row in rows
    ]


def _before(
    session: Session, survey: Survey, wanted: Mapping[UnitItem, Mapping[str, Any]]
) -> dict[UnitItem, tuple[int, ItemFigure]]:
    found: dict[UnitItem, tuple[int, ItemFigure]] = {}
    for earlier in comparable_releases(session, survey):
        for figure in _comparable_figures(session, survey, earlier):
            place = figure.unit_id, figure.item
            if place in wanted:
                found.setdefault(place, (earlier.release_id, figure))
    return found


def _comparable_figures(session: Session, survey: Survey, earlier: Comparable) -> list[ItemFigure]:
    same = same_items(questionnaire_of(earlier.survey.instrument), questionnaire_of(survey.instrument))
    steps = steps_between(session, earlier.survey.opens_on, survey.opens_on)
    rows = session.scalars(
        select(ItemFigure).where(
            ItemFigure.release_id == earlier.release_id,
            ItemFigure.status == FigureStatus.SHOWN,
            ItemFigure.item.in_(same),
        )
    )
    return [row for row in rows if not steps.touches(row.unit_id)]


def _tested(
    now: Mapping[UnitItem, Mapping[str, Any]],
    before: Mapping[UnitItem, ItemFigure],
    comparable: Mapping[UnitItem, bool],
) -> dict[UnitItem, dict[str, Any]]:
    units = sorted({unit for unit, _ in before})
    items = sorted({item for _, item in before})
    shape = len(units), len(items)
    places = [(unit, item) for unit in units for item in items]
    testable = np.array([comparable.get(place, False) for place in places], dtype=np.bool_).reshape(shape)

    def wave(told: Mapping[UnitItem, tuple[int, float, float | None]]) -> Wave:
        n, mean, sd = np.zeros(shape, dtype=np.int64), np.full(shape, np.nan), np.full(shape, np.nan)
        for (unit, item), (people, average, spread) in told.items():
            at = units.index(unit), items.index(item)
            n[at], mean[at], sd[at] = people, average, np.nan if spread is None else spread
        return Wave(n, mean, sd)

    found = change(
        wave({p: (r.n or 0, r.mean if r.mean is not None else np.nan, r.sd) for p, r in before.items()}),
        wave({p: (now[p]["n"], now[p]["mean"], now[p]["sd"]) for p in before}),
        testable=testable,
    )
    return {
        (unit, item): {
            "difference": float(found.difference[row, column]),
            "verdict": Verdict(found.verdict[row, column].value),
        }
        for row, unit in enumerate(units)
        for column, item in enumerate(items)
        if (unit, item) in before
    }
