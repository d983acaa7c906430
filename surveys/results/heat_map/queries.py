"""The cells of the heat map: a unit's figure in a theme, and whether it lies clearly over or under the others.

The words «over» and «under» are those of the unit's own page, by the same rule: the unit against the rest of the
survey, all its themes at once. A colour by the mean alone would show chance.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from surveys.campaigns.models import Survey, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.comparisons.positions import ReferencePosition, ReleasedMean, positions
from surveys.release.comparisons.references import without_unit
from surveys.release.measures import Measure, measures_of
from surveys.release.models import Figure, FigureKind, Release, Turnout
from surveys.release.neighbours import reason_of
from surveys.results.queries import Line
from surveys.results.screening.queries import Reach

_COLUMNS = (
    Figure.unit_id,
    Figure.measure,
    Figure.status,
    Figure.reason,
    Figure.n,
    Figure.mean,
    Figure.coded,
    Figure.step,
    Figure.sd,
    Figure.spread_class,
)


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


def heat_map(
    session: Session, survey: Survey, release: Release, reach: Reach, unit_type: str = ""
) -> HeatMap:
    """The units the reader may see; unit_type: only those of the type. Four queries, however many units there are."""
    themes = tuple(measures_of(questionnaire_of(survey.instrument)))
    units = _in_order(session, survey, reach)
    figures = _figures(session, release, {unit.unit_id for unit, _code, _depth in units} | {survey.unit_id})
    turnout = {
        row.unit_id: row for row in session.scalars(select(Turnout).where(Turnout.release_id == release.id))
    }
    asked = {key for of_unit in figures.values() for key in of_unit}
    themes = tuple(measure for measure in themes if measure.key in asked)
    whole = figures.get(survey.unit_id, {})
    rows = [
        HeatRow(
            code,
            unit.name,
            unit.type,
            0 if unit_type else depth,
            _cells(
                themes,
                figures[unit.unit_id],
                whole if unit.unit_id != survey.unit_id else {},
                release,
                turnout,
            ),
        )
        for unit, code, depth in units
        if unit.unit_id in figures and (not unit_type or unit.type == unit_type)
    ]
    types = sorted({unit.type for unit, _code, _depth in units if unit.type}, key=alphabetical)
    return HeatMap(themes, tuple(types), tuple(rows))


def _in_order(session: Session, survey: Survey, reach: Reach) -> list[tuple[SurveyUnit, str, int]]:
    """(unit, its code, depth): each unit before those below it, siblings by name."""
    found = session.execute(
        select(SurveyUnit, Unit.code)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id.in_(reach.units))
    ).all()
    known = {unit.unit_id for unit, _code in found}
    below: dict[int | None, list[tuple[SurveyUnit, str]]] = defaultdict(list)
    for unit, code in found:
        below[unit.parent_id if unit.parent_id in known else None].append((unit, code))
    ordered: list[tuple[SurveyUnit, str, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit, code in sorted(below[parent], key=lambda each: alphabetical(each[0].name)):
            ordered.append((unit, code, depth))
            walk(unit.unit_id, depth + 1)

    walk(None, 0)
    return ordered


def _figures(session: Session, release: Release, units: set[int]) -> Mapping[int, Mapping[str, Figure]]:
    found: dict[int, dict[str, Figure]] = defaultdict(dict)
    rows = session.scalars(
        select(Figure)
        .options(load_only(*_COLUMNS))
        .where(Figure.release_id == release.id, Figure.kind == FigureKind.UNIT, Figure.unit_id.in_(units))
    )
    for figure in rows:
        found[figure.unit_id][figure.measure] = figure
    return dict(found)


def _cells(
    themes: Sequence[Measure],
    figures: Mapping[str, Figure],
    whole: Mapping[str, Figure],
    release: Release,
    turnout: Mapping[int, Turnout],
) -> tuple[HeatCell | None, ...]:
    own = [(theme, figures[theme.key]) for theme in themes if theme.key in figures]
    references = {
        theme.key: without_unit(theme, whole[theme.key], figure, release.minimum_group)
        for theme, figure in own
        if theme.key in whole
    }
    means = [
        ReleasedMean(
            theme.key,
            theme.kind,
            theme.minimum,
            theme.maximum,
            figure.n,
            figure.mean,
            figure.sd,
            figure.coded,
        )
        for theme, figure in own
    ]
    where = positions(means, references)
    return tuple(
        HeatCell(_line(theme, figures[theme.key], turnout), where.get(theme.key, ReferencePosition.NOT_CLEAR))
        if theme.key in figures
        else None
        for theme in themes
    )


def _line(theme: Measure, figure: Figure, turnout: Mapping[int, Turnout]) -> Line:
    of_unit = turnout[figure.unit_id]
    return Line(
        key=theme.key,
        title=theme.title,
        definition={},
        minimum=theme.minimum,
        maximum=theme.maximum,
        status=figure.status,
        reason=reason_of(figure.status, figure.reason, of_unit.invited, of_unit.delivered),
        kind=theme.kind,
        n=figure.n,
        mean=figure.mean,
        coded=figure.coded,
        step=figure.step,
    )
