"""What may be told of single statements: one mask for all the told statements of a theme. Decision 075.

A statement is told in a unit only where the theme's mean is told there exactly, ten people answered all of the theme,
and neither any of its statements nor those that are not told, together, say that nearly all answered alike. Of what is
left, as much is hidden as it takes for no sum of fewer than ten to be found, and for no hidden group, nor anybody who
left a statement blank, to be known too closely by theme and statements together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy.orm import Session

from analysis.disclosure import Respondents
from analysis.disclosure.figures import protect_figures
from analysis.disclosure.spread import People, without_narrowing
from analysis.disclosure.survey import Cells, protect_cells
from analysis.suppression import PRIMARY, SECONDARY
from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree
from surveys.release.figuring import in_spread_class
from surveys.release.items.attacking import ItemAttack, joint_least, spread_detail
from surveys.release.items.guarding import (
    LEAST_WIDTH,
    CellGroup,
    ThemeFigures,
    guarded,
    small_groups,
)
from surveys.release.items.item_measures import chosen_items, least_people
from surveys.release.items.system import ItemSystem, Parts
from surveys.release.items.told import CoveredItem, ToldItem, cells_of, covered, told_items
from surveys.release.measures import Measure, MeasureKind
from surveys.release.models import FigureKind, FigureStatus
from surveys.release.protection.issued_rows import issued_rows
from surveys.release.protection.nameless import without_the_nameless
from surveys.release.protection.published import Coverage, Covering, released_figures

if TYPE_CHECKING:
    from analysis.responses import Responses

Rows = list[dict[str, Any]]


def item_rows(session: Session, survey: Survey, responses: "Responses", wanted: Sequence[str]) -> Rows:
    """Rows for the statements' table of the release that is being made; its other figures are written already.

    responses: as `load_responses`. wanted: keys of statements, those that were asked for first first. What earlier
    releases told is told on. Rows for analysts carry every statement of a theme: nothing more is told of theirs.
    """
    told = told_items(session, survey)
    chosen = chosen_items(responses.questionnaire, (each.item for each in told), wanted)
    if not chosen or not len(responses):
        return []
    issued = issued_rows(session, survey, responses)
    tree = SurveyTree.of(survey)
    coverage = Coverage.of(responses, tree)
    covering = [Covering(coverage, each, survey.unit_id) for each in released_figures(session, survey)]
    before = covered(told, covering)
    rows: Rows = []
    for key, items in chosen.items():
        system = ItemSystem.of(responses, responses.questionnaire.factor(key), items, coverage)
        theme = _Theme(ThemeFigures(system, covering), tree, responses, before)
        units = {} if key in issued.factors else theme.told_units()
        rows += theme.rows(units)
    return rows


@dataclass(frozen=True, eq=False)
class _Theme:
    figures: ThemeFigures
    tree: SurveyTree
    responses: "Responses"
    before: Sequence[CoveredItem]

    @property
    def system(self) -> ItemSystem:
        return self.figures.system

    @property
    def latest(self) -> Covering:
        return self.figures.covering[-1]

    @property
    def least(self) -> int:
        return least_people(self.figures.minimum_group)

    @cached_property
    def known(self) -> list[CoveredItem]:
        """What earlier releases told of the theme's statements."""
        return [each for each in self.before if each.told.item in self.system.told]

    @cached_property
    def cells(self) -> dict[int, CellGroup]:
        return {unit: cells_of(self.latest, unit) for unit in self.tree.unit_ids}

    def told_units(self) -> dict[int, CellGroup]:
        """The units where the statements are told; none where anything is found in an attack on what would be out."""
        units = self._protected(self._primary() & self._enough_by_name())
        units = self._keeping_bounds(units)
        attack = self._attack(units, self._spread(units))
        return {} if next(attack.findings(), None) else units

    def _primary(self) -> frozenset[int]:
        """Units where theme and statements each may be told for themselves."""
        exact = self.latest.release.exact_units.get(self.system.factor.key, frozenset())
        return frozenset(
            unit
            for unit in exact & self.cells.keys()
            if self.system.complete_in(self.cells[unit]) >= self.least
            and self.system.may_be_told(self.cells[unit])
        )

    def _enough_by_name(self) -> frozenset[int]:
        """Units that may be told of by the statements alone; answers without a name lift nobody over ten."""
        shares = self.system.shares[:, self.system.columns]
        unit = self.responses.unit
        named = without_the_nameless(shares[:, 0], unit, self.tree.without_name)
        scores = np.hstack([shares, *(np.where(np.isnan(column), np.nan, shares) for column in named)])
        people = [self.system.respondents(each.cells) for each in self.known]
        cells = Cells.of(self.tree.parents, unit, {}, people)
        respondents = Respondents(unit, ~np.isnan(scores), scores, 0.0, 1.0)
        shown = protect_cells(cells, respondents, self.least).units.shown
        return frozenset(unit for unit, yes in zip(self.tree.unit_ids, shown.tolist(), strict=True) if yes)

    def _protected(self, units: frozenset[int]) -> dict[int, CellGroup]:
        """As many of the units as may be told together with the theme and all that is out."""
        system = self.system
        wanted = [(unit, item) for unit in sorted(units) for item in system.told]
        if not wanted:
            return {}
        told = {self.cells[unit] for unit in units}
        out = {system.of_item(each.cells, each.told.item) for each in self.known}
        found = protect_figures(
            [system.of_item(self.cells[unit], item) for unit, item in wanted],
            system.n,
            joint_least(self.figures),
            released=[*self.figures.equations(), *sorted(out, key=sorted)],
            always=np.array([self._is_top(unit) for unit, _ in wanted], dtype=np.bool_),
            answers=system.known,
            sensitive=guarded(self.figures, told),
        )
        hidden = {unit for (unit, _), shown in zip(wanted, found.shown.tolist(), strict=True) if not shown}
        return {unit: self.cells[unit] for unit in sorted(units - hidden)}

    def _is_top(self, unit: int) -> bool:
        return bool(self.tree.parents[self.tree.unit_ids.index(unit)] < 0)

    def _keeping_bounds(self, units: dict[int, CellGroup]) -> dict[int, CellGroup]:
        """Without the units whose statements narrow what the theme tells as a bound: the smallest first."""
        left = dict(units)
        while bounds := self._attack(left, {}).bounds():
            _, proof = bounds[0]
            mine = [unit for unit, cells in left.items() if self._statements(cells) & proof]
            if not mine:
                return {}
            del left[min(mine, key=lambda unit: (self._is_top(unit), len(left[unit]), unit))]
        return left

    def _statements(self, cells: CellGroup) -> frozenset[Parts]:
        return frozenset(self.system.of_item(cells, item) for item in self.system.told)

    def _attack(self, units: dict[int, CellGroup], spread: dict[tuple[int, str], bool]) -> ItemAttack:
        new = [
            CoveredItem(
                ToldItem(
                    self.latest.release.number,
                    unit,
                    item,
                    self.system.complete_in(cells),
                    spread.get((unit, item), False),
                ),
                cells,
            )
            for unit, cells in units.items()
            for item in self.system.told
        ]
        return ItemAttack(self.figures, [*self.known, *new])

    def _spread(self, units: dict[int, CellGroup]) -> dict[tuple[int, str], bool]:
        """Where the class of a statement's spread may be told."""
        system, groups = self.system, small_groups(self.figures)
        found: dict[tuple[int, str], bool] = {}
        for item, column in zip(system.told, system.columns, strict=True):
            known = [each for each in self.known if each.told.item == item]
            cells = [*(each.cells for each in known), *units.values()]
            fixed = np.arange(len(cells)) < len(known)
            told = np.array([[each.told.spread] for each in known] + [[True]] * len(units), dtype=np.bool_)
            people = People(system.coverage.of_person, system.shares[:, [column]], len(system.coverage.unit))
            detail = spread_detail(cells, told.reshape(-1, 1), fixed)
            kept = without_narrowing(detail, groups, people, LEAST_WIDTH).spread[len(known) :, 0].tolist()
            found |= {(unit, item): yes for unit, yes in zip(units, kept, strict=True)}
        return found

    def rows(self, units: dict[int, CellGroup]) -> Rows:
        """Of every unit and statement, whatever its status."""
        answered = {
            figure.place.unit_id
            for figure in self.latest.release.figures
            if figure.measure == self.system.factor.key and figure.place.kind == FigureKind.UNIT
        }
        spread = self._spread(units)
        return [
            self._told(unit, item, tells_spread=spread[unit, item])
            if unit in units
            else self._untold(unit, item)
            for unit in self.tree.unit_ids
            if unit in answered
            for item in self.system.told
        ]

    def _untold(self, unit: int, item: str) -> dict[str, Any]:
        reason = PRIMARY if self.system.complete_in(self.cells[unit]) < self.least else SECONDARY
        return _row(self.system, unit, item) | {"status": FigureStatus.HIDDEN, "reason": reason}

    def _told(self, unit: int, item: str, *, tells_spread: bool) -> dict[str, Any]:
        inside = self.system.respondents(self.cells[unit])
        column = self.system.columns[self.system.told.index(item)]
        answers = self.system.answers[inside, column]
        told = {"n": len(inside), "mean": float(answers.sum() / len(inside))}
        if tells_spread:
            measure = Measure(self.system.factor.key, MeasureKind.MEAN, self.system.factor)
            told = dict(in_spread_class(measure, told, float(answers.std(ddof=1))))
            del told["spread_class"]
        return _row(self.system, unit, item) | {"status": FigureStatus.SHOWN} | told


def _row(system: ItemSystem, unit: int, item: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("n", "mean", "sd", "ci_low", "ci_high"))
    nothing |= dict.fromkeys(("previous_release_id", "difference", "verdict", "comparable"))
    return {"unit_id": unit, "item": item, "factor": system.factor.key, "reason": "", **nothing}
