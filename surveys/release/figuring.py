"""From masks to figures: rows for every unit, for small units together, and for every category at the top.

Pure but for the names it shares with the tables: arrays in, rows for `Figure` out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from analysis.disclosure import Block
from analysis.disclosure.detail import POINTS_FROM
from analysis.intervals import bounded_interval
from analysis.precision import SpreadDetail, spread_class
from analysis.responses import Responses
from analysis.suppression import PRIMARY, SECONDARY
from surveys.release.measures import Measure
from surveys.release.models import Coding, FigureKind, FigureStatus
from surveys.release.protection.breakdowns import Breakdown
from surveys.release.protection.spread_rules import FigureDetail
from surveys.release.protection.suppression import Mask, Protected
from surveys.release.totals import MeasureValues, Totals

FigureValues = dict[str, Any]

# A share of answers so near all that the distribution would say that all answered alike.
_NEARLY_ALL: Final = 0.95
_NEARLY_ALL_OF_FEW: Final = 0.9

_EMPTY: Final[FigureValues] = {
    "breakdown": "",
    "category": "",
    "reason": "",
    "n": None,
    "mean": None,
    "coded": Coding.EXACT,
    "step": None,
    "sd": None,
    "spread_class": None,
    "ci_low": None,
    "ci_high": None,
    "distribution": None,
    "points": None,
}


def figure_rows(protected: Protected) -> list[FigureValues]:
    """Every figure of the survey, whatever its status."""
    gathered = protected.gathered
    direct = Totals.of(_by_node(gathered.responses, gathered.tree.unit_ids), gathered.measures)
    return [
        *_unit_rows(protected, direct),
        *_rest_rows(protected, direct),
        *(row for breakdown in gathered.breakdowns for row in breakdown_rows(protected, breakdown)),
    ]


def _by_node(responses: Responses, unit_ids: Sequence[int]) -> Responses:
    return Responses(
        responses.questionnaire, responses.items, responses.unit, tuple(str(unit) for unit in unit_ids)
    )


def _unit_rows(protected: Protected, direct: Totals) -> Iterator[FigureValues]:
    """One row for every unit and measure."""
    nodes = direct.up(protected.gathered.tree.parents)
    values, respondents = nodes.values(), nodes.respondents.tolist()
    for index, mask in enumerate(protected.mask_of):
        units = mask.means.units
        asked = values.asked[:, index].tolist()
        states = [
            _state(_status(status, bool(people), met), reason, mask.detail_of_unit(node, index), level)
            for node, (status, reason, level, people, met) in enumerate(
                zip(units.status, units.reason, mask.unit_levels(index), respondents, asked, strict=True)
            )
        ]
        own = ({"unit_id": unit} for unit in protected.gathered.tree.unit_ids)
        yield from _rows(
            _Column(values, index, nodes.measures[index], protected.minimum_group),
            states,
            own,
            {"kind": FigureKind.UNIT},
        )


def _rest_rows(protected: Protected, direct: Totals) -> Iterator[FigureValues]:
    """«Små enheter samlet»: one row for each residual block and measure, under the nearest shown unit."""
    unit_ids = protected.gathered.tree.unit_ids
    for mask in protected.masks:
        if not mask.blocks:
            continue
        values = _of_blocks(direct, [block for block, _ in mask.blocks]).values()
        for index in mask.places:
            without = _around_untold(protected, mask, index)
            kept = [number for number, (block, _) in enumerate(mask.blocks) if block.anchor not in without]
            states = [
                _state(
                    FigureStatus.SHOWN,
                    None,
                    mask.detail_of_block(number, index),
                    mask.block_level(number, index),
                )
                for number in kept
            ]
            own = ({"unit_id": unit_ids[mask.blocks[number][0].anchor]} for number in kept)
            yield from _rows(
                _Column(values, index, direct.measures[index], protected.minimum_group, tuple(kept)),
                states,
                own,
                {"kind": FigureKind.REST},
            )


def _around_untold(protected: Protected, mask: Mask, index: int) -> frozenset[int]:
    """Nodes whose rest would be of other people than its block: those of a unit below that is not told after all."""
    parents, shown = protected.gathered.tree.parents, mask.means.units.shown
    untold = {
        node
        for node in np.flatnonzero(shown).tolist()
        if mask.details is not None and mask.detail_of_unit(node, index).step is None
    }
    found = set(untold)
    for node in untold:
        above = int(parents[node])
        while above >= 0 and (not shown[above] or above in untold):
            above = int(parents[above])
        found.add(above)
    return frozenset(found)


def _of_blocks(direct: Totals, blocks: Sequence[Block]) -> Totals:
    into = np.full(len(direct.n), -1, dtype=np.int64)
    for group, block in enumerate(blocks):
        into[list(block.members)] = group
    return direct.regrouped(into, len(blocks))


def breakdown_rows(protected: Protected, breakdown: Breakdown) -> Iterator[FigureValues]:
    """One row for every category and measure; they carry the top unit's id."""
    gathered = protected.gathered
    chosen = breakdown.label >= 0
    people = Responses(
        gathered.responses.questionnaire,
        gathered.responses.items[chosen],
        breakdown.label[chosen],
        breakdown.categories,
    )
    totals = Totals.of(people, gathered.measures)
    values, respondents = totals.values(), totals.respondents.tolist()
    common = {
        "kind": FigureKind.BREAKDOWN,
        "unit_id": gathered.tree.unit_ids[gathered.top],
        "breakdown": breakdown.key,
    }
    for index, mask in enumerate(protected.mask_of):
        asked = values.asked[:, index].tolist()
        states = [
            _category_state(mask, index, (breakdown.key, code), bool(people), met)
            for code, (people, met) in enumerate(zip(respondents, asked, strict=True))
        ]
        own = ({"category": category} for category in breakdown.categories)
        yield from _rows(
            _Column(values, index, gathered.measures[index], protected.minimum_group), states, own, common
        )


@dataclass(frozen=True)
class _State:
    """What a figure may tell. level: as `Mask.unit_levels`."""

    status: FigureStatus
    reason: str
    detail: FigureDetail
    level: int


def _state(status: FigureStatus, reason: str | None, detail: FigureDetail, level: int) -> _State:
    """Hidden after all where any rounding of it would tell too much of a figure that is told as a bound."""
    if status == FigureStatus.SHOWN and detail.step is None:
        return _State(FigureStatus.HIDDEN, SECONDARY, detail, 0)
    return _State(status, reason or "", detail, level)


def _status(status: str, has_people: bool, was_asked: bool) -> FigureStatus:
    """«Not asked» when people answered here and none of them met the questions."""
    if status == "no_answers" and has_people and not was_asked:
        return FigureStatus.NOT_ASKED
    return FigureStatus(status)


def _category_state(
    mask: Mask, index: int, name: tuple[str, int], has_people: bool, was_asked: bool
) -> _State:
    if name not in mask.categories:
        return _state(FigureStatus.NO_ANSWERS, None, FigureDetail(), 0)
    category, _ = mask.categories[name]
    status = _status(category.status, has_people, was_asked)
    return _state(
        status, category.reason, mask.detail_of_category(name, index), mask.category_level(name, index)
    )


@dataclass(frozen=True, eq=False)
class _Column:
    """One measure's values for every group, or for the groups `kept`."""

    values: MeasureValues
    index: int
    measure: Measure
    minimum_group: int
    kept: tuple[int, ...] | None = None

    def each(self) -> Iterator[FigureValues]:
        names = ("n", "mean", "sd", "ci_low", "ci_high")
        of = slice(None) if self.kept is None else list(self.kept)
        columns = [getattr(self.values, name)[of, self.index].tolist() for name in names]
        for figures in zip(*columns, strict=True):
            yield dict(zip(names, figures, strict=True))

    def classes(self) -> list[list[float]]:
        of = slice(None) if self.kept is None else list(self.kept)
        found: list[list[float]] = self.values.classes[of, self.index].tolist()
        return found

    def points(self) -> list[list[float]] | None:
        points = self.values.points[self.index]
        of = slice(None) if self.kept is None else list(self.kept)
        return None if points is None else points[of].tolist()


def _rows(
    column: _Column, states: Iterable[_State], own: Iterable[Mapping[str, Any]], common: Mapping[str, Any]
) -> Iterator[FigureValues]:
    """Rows for one measure. Values stand only where the status is shown.

    own: per row what tells it from the others (unit, category); common: what they share.
    """
    base = {**_EMPTY, **common, "measure": column.measure.key}
    classes, points = column.classes(), column.points()
    for number, (state, these, figures) in enumerate(zip(states, own, column.each(), strict=True)):
        row = {**base, **these, "status": state.status, "reason": _reason(state, figures["n"], column)}
        if state.status == FigureStatus.SHOWN:
            row |= _told(column.measure, figures, state.detail)
            if state.level > 1 and state.detail.distribution and points and row["sd"] is not None:
                level = state.level if state.detail.points else 2
                row |= _distribution(figures["n"], classes[number], points[number], level)
        yield row


def _reason(state: _State, n: int, column: _Column) -> str:
    """Where enough answered and too few of them by name, it is these few who are protected."""
    return SECONDARY if state.reason == PRIMARY and n >= column.minimum_group else state.reason


def _told(measure: Measure, figures: FigureValues, detail: FigureDetail) -> FigureValues:
    """n and the mean, which is a bound near the end of the scale, and the spread where it may stand."""
    coded = measure.coded(figures["mean"], figures["n"])
    told = {"n": figures["n"], "mean": coded.value, "coded": Coding(coded.bound)}
    if coded.bound != "exact":
        return told
    if detail.step:
        told |= {"mean": measure.rounded(coded.value, figures["n"], detail.step), "step": detail.step}
    if detail.spread == SpreadDetail.EXACT:
        return told | {name: figures[name] for name in ("sd", "ci_low", "ci_high")}
    return told if detail.spread == SpreadDetail.NOTHING else in_spread_class(measure, told, figures["sd"])


def in_spread_class(measure: Measure, told: Mapping[str, Any], sd: float) -> FigureValues:
    """The figure with its spread as the end of a class, and an interval that follows from what is told alone."""
    length = float(measure.maximum - measure.minimum)
    spread = spread_class(sd, length)
    low, high = _interval(told["n"], (told["mean"] - measure.minimum) / length, spread / length)
    return {
        **told,
        "sd": spread,
        "spread_class": True,
        "ci_low": min(measure.minimum + low * length, told["mean"]),
        "ci_high": max(measure.minimum + high * length, told["mean"]),
    }


@lru_cache(maxsize=4096)
def _interval(n: int, mean: float, sd: float) -> tuple[float, float]:
    """Kept, since rounded figures of few people are few different ones."""
    low, high = bounded_interval(np.array([n]), np.array([mean]), np.array([sd]))
    return float(low[0]), float(high[0])


def _distribution(n: int, classes: list[float], points: list[float], level: int) -> FigureValues:
    """Shares of low, middle and high answers, and of every answer; nothing where nearly all answered alike."""
    limit = _NEARLY_ALL_OF_FEW if n < POINTS_FROM else _NEARLY_ALL
    if max(classes) >= limit:
        return {}
    every = points if level > 2 and max(points) < limit else None
    return {"distribution": classes, "points": every}
