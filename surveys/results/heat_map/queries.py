"""The cells of the heat map: a unit's figure in a theme, and whether it lies clearly over or under the others.

The words «over» and «under» are those of the unit's own page, by the same rule: the unit against the rest of the
survey, all its themes at once. A colour by the mean alone would show chance.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.comparisons.positions import ReferencePosition, ReleasedMean, positions
from surveys.release.comparisons.references import ToldFigure, told_figures, without_unit
from surveys.release.kept import KeptOfUnits
from surveys.release.measures import Measure, measures_of
from surveys.release.models import Figure, FigureKind, Release, Turnout
from surveys.release.neighbours import reason_of
from surveys.results.queries import Line
from surveys.results.screening.queries import Reach


@dataclass(frozen=True)
class HeatCell:
    """One theme in one unit; None of a line's figures unless it is shown."""

    line: Line
    position: ReferencePosition


@dataclass(frozen=True)
class HeatRow:
    """A unit with a cell for each theme, None where the release has no figure. depth: below the table's first unit."""

    code: str
    name: str
    type: str
    depth: int
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True)
class HeatMap:
    """themes: the columns. types: the unit types of the reader's units. rows: in the organisation's order."""

    themes: tuple[Measure, ...]
    types: tuple[str, ...]
    rows: tuple[HeatRow, ...]

    @property
    def shown(self) -> bool:
        """Whether there is a single figure."""
        return any(cell.line.shown for row in self.rows for cell in row.cells if cell)


@dataclass(frozen=True)
class _OrderedUnit:
    """A unit of the survey as it was pictured. depth: below the table's first unit."""

    unit_id: int
    code: str
    name: str
    type: str
    depth: int


CellsOfUnit = Mapping[str, HeatCell]
"""Measure → cell."""

_kept: Final = KeptOfUnits[CellsOfUnit](1_500)
"""A few municipal surveys, some kB a unit."""


def heat_map(
    session: Session, survey: Survey, release: Release, reach: Reach, unit_type: str = ""
) -> HeatMap:
    """The units the reader may see; unit_type: only those of the type. Three queries, however many units there are."""
    units = _in_order(session, survey, reach)
    asked = {unit.unit_id for unit in units} | {survey.unit_id}
    cells = _kept.of(session, release, asked, lambda missing: _cells(session, survey, release, missing))
    keys = {key for of_unit in cells.values() for key in of_unit}
    themes = tuple(
        measure for measure in measures_of(questionnaire_of(survey.instrument)) if measure.key in keys
    )
    rows = [
        HeatRow(
            unit.code,
            unit.name,
            unit.type,
            0 if unit_type else unit.depth,
            tuple(cells[unit.unit_id].get(theme.key) for theme in themes),
        )
        for unit in units
        if unit.unit_id in cells and (not unit_type or unit.type == unit_type)
    ]
    types = sorted({unit.type for unit in units if unit.type}, key=alphabetical)
    return HeatMap(themes, tuple(types), tuple(rows))


def _in_order(session: Session, survey: Survey, reach: Reach) -> list[_OrderedUnit]:
    """Each unit before those below it, siblings by name."""
    query = (
        select(SurveyUnit.unit_id, SurveyUnit.parent_id, Unit.code, SurveyUnit.name, SurveyUnit.type)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(SurveyUnit.survey_id == survey.id)
    )
    found = session.execute(
        query if reach.everything else query.where(SurveyUnit.unit_id.in_(reach.units))
    ).all()
    known = {row.unit_id for row in found}
    below = defaultdict(list)
    for row in sorted(found, key=lambda row: alphabetical(row.name)):
        below[row.parent_id if row.parent_id in known else None].append(row)
    ordered: list[_OrderedUnit] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in below[parent]:
            ordered.append(_OrderedUnit(row.unit_id, row.code, row.name, row.type, depth))
            walk(row.unit_id, depth + 1)

    walk(None, 0)
    return ordered


def _cells(
    session: Session, survey: Survey, release: Release, units: Collection[int]
) -> dict[int, CellsOfUnit]:
    """Unit → its cells, for those that the release has figures of. Two queries."""
    themes = measures_of(questionnaire_of(survey.instrument))
    figures = _figures(session, release, {*units, survey.unit_id})
    turnout = {
        row.unit_id: row for row in session.scalars(select(Turnout).where(Turnout.release_id == release.id))
    }
    whole = figures.get(survey.unit_id, {})
    return {
        unit: _cells_of_unit(
            themes, figures[unit], whole if unit != survey.unit_id else {}, release, turnout[unit]
        )
        for unit in units
        if unit in figures
    }


def _figures(
    session: Session, release: Release, units: Collection[int]
) -> Mapping[int, Mapping[str, ToldFigure]]:
    found: dict[int, dict[str, ToldFigure]] = defaultdict(dict)
    for figure in told_figures(
        session, Figure.release_id == release.id, Figure.kind == FigureKind.UNIT, Figure.unit_id.in_(units)
    ):
        found[figure.unit_id][figure.measure] = figure
    return dict(found)


def _cells_of_unit(
    themes: Sequence[Measure],
    figures: Mapping[str, ToldFigure],
    whole: Mapping[str, ToldFigure],
    release: Release,
    turnout: Turnout,
) -> CellsOfUnit:
    own = [(theme, figures[theme.key]) for theme in themes if theme.key in figures]
    references = {
        theme.key: without_unit(theme, whole[theme.key], figure, release.minimum_group)
        for theme, figure in own
        if theme.key in whole
    }
    where = positions([_released_mean(theme, figure) for theme, figure in own], references)
    return {
        theme.key: HeatCell(_line(theme, figure, turnout), where.get(theme.key, ReferencePosition.NOT_CLEAR))
        for theme, figure in own
    }


def _released_mean(theme: Measure, figure: ToldFigure) -> ReleasedMean:
    return ReleasedMean(
        theme.key, theme.kind, theme.minimum, theme.maximum, figure.n, figure.mean, figure.sd, figure.coded
    )


def _line(theme: Measure, figure: ToldFigure, turnout: Turnout) -> Line:
    return Line(
        key=theme.key,
        title=theme.title,
        definition={},
        minimum=theme.minimum,
        maximum=theme.maximum,
        status=figure.status,
        reason=reason_of(figure.status, figure.reason, turnout.invited, turnout.delivered),
        kind=theme.kind,
        n=figure.n,
        mean=figure.mean,
        coded=figure.coded,
        step=figure.step,
    )
