"""From masks to figures: rows for every unit, for small units together, and for every category at the top.

Pure but for the names it shares with the tables: arrays in, rows for `Figure` out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from analysis.disclosure import Block
from analysis.disclosure.detail import POINTS_FROM
from analysis.responses import Responses
from analysis.suppression import PRIMARY, SECONDARY
from surveys.release.measures import Measure
from surveys.release.models import Coding, FigureKind, FigureStatus
from surveys.release.protection.breakdowns import Breakdown
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
    "sd": None,
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
            _State(_status(status, bool(people), met), reason or "", *mask.detail_of_unit(node, index), level)
            for node, (status, reason, level, people, met) in enumerate(
                zip(units.status, units.reason, mask.unit_levels, respondents, asked, strict=True)
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
            states = [
                _State(FigureStatus.SHOWN, "", *mask.detail_of_block(number, index), level)
                for number, (_, level) in enumerate(mask.blocks)
            ]
            own = ({"unit_id": unit_ids[block.anchor]} for block, _ in mask.blocks)
            yield from _rows(
                _Column(values, index, direct.measures[index], protected.minimum_group),
                states,
                own,
                {"kind": FigureKind.REST},
            )


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
    """What a figure may tell. spread, distribution: beside its mean; level: as `Mask.unit_levels`."""

    status: FigureStatus
    reason: str
    spread: bool
    distribution: bool
    level: int


def _status(status: str, has_people: bool, was_asked: bool) -> FigureStatus:
    """«Not asked» when people answered here and none of them met the questions."""
    if status == "no_answers" and has_people and not was_asked:
        return FigureStatus.NOT_ASKED
    return FigureStatus(status)


def _category_state(
    mask: Mask, index: int, name: tuple[str, int], has_people: bool, was_asked: bool
) -> _State:
    if name not in mask.categories:
        return _State(FigureStatus.NO_ANSWERS, "", spread=False, distribution=False, level=0)
    category, level = mask.categories[name]
    status = _status(category.status, has_people, was_asked)
    return _State(status, category.reason or "", *mask.detail_of_category(name, index), level)


@dataclass(frozen=True, eq=False)
class _Column:
    """One measure's values for every group."""

    values: MeasureValues
    index: int
    measure: Measure
    minimum_group: int

    def each(self) -> Iterator[FigureValues]:
        names = ("n", "mean", "sd", "ci_low", "ci_high")
        columns = [getattr(self.values, name)[:, self.index].tolist() for name in names]
        for figures in zip(*columns, strict=True):
            yield dict(zip(names, figures, strict=True))

    def classes(self) -> list[list[float]]:
        found: list[list[float]] = self.values.classes[:, self.index].tolist()
        return found

    def points(self) -> list[list[float]] | None:
        points = self.values.points[self.index]
        return None if points is None else points.tolist()


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
            row |= _told(column.measure, figures, spread=state.spread)
            if state.distribution and points and row["sd"] is not None:
                row |= _distribution(figures["n"], classes[number], points[number], state.level)
        yield row


def _reason(state: _State, n: int, column: _Column) -> str:
    """Where enough answered and too few of them by name, it is these few who are protected."""
    return SECONDARY if state.reason == PRIMARY and n >= column.minimum_group else state.reason


def _told(measure: Measure, figures: FigureValues, *, spread: bool) -> FigureValues:
    """n and the mean, which is a bound near the end of the scale, and the spread where it may stand."""
    coded = measure.coded(figures["mean"], figures["n"])
    told = {"n": figures["n"], "mean": coded.value, "coded": Coding(coded.bound)}
    if spread and coded.bound == "exact":
        told |= {name: figures[name] for name in ("sd", "ci_low", "ci_high")}
    return told


def _distribution(n: int, classes: list[float], points: list[float], level: int) -> FigureValues:
    """Shares of low, middle and high answers, and of every answer; nothing where nearly all answered alike."""
    limit = _NEARLY_ALL_OF_FEW if n < POINTS_FROM else _NEARLY_ALL
    if max(classes) >= limit:
        return {}
    every = points if level > 2 and max(points) < limit else None
    return {"distribution": classes, "points": every}
