"""Released figures as pages show them. Reads releases, figures and the survey's tree: never a response."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from questionnaires.model import Questionnaire, Text
from surveys.access.models import Account
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.campaigns.survey_texts import titles
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical
from surveys.release.comparisons.change_queries import ChangeLine, NotCompared, changes_of, gaps_of
from surveys.release.comparisons.positions import ReferencePosition, ReleasedMean, positions
from surveys.release.comparisons.references import Comparisons, Reference, ReferenceChoice, ReferenceValue
from surveys.release.kept import KeptOfUnits
from surveys.release.measures import Measure, MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.release.neighbours import Neighbour, neighbours_of, reason_of
from surveys.release.unit_types import UNIT_TYPE, closed_categories
from surveys.release.visibility import accesses


@dataclass(frozen=True)
class Line:
    """One measure for one unit, small units together, or a category. Values are None unless shown.

    coded: whether the mean is exact or a bound. step: what it is rounded to, in points; None for not at all.
    spread_class: the spread is only the end of a class. distribution: shares of low, middle and high answers; points:
    of every answer, lowest first.
    """

    key: str
    title: Text
    definition: Text
    minimum: int
    maximum: int
    status: FigureStatus
    reason: str
    kind: MeasureKind = MeasureKind.MEAN
    n: int | None = None
    mean: float | None = None
    coded: Coding = Coding.EXACT
    step: float | None = None
    sd: float | None = None
    spread_class: bool = False
    ci_low: float | None = None
    ci_high: float | None = None
    distribution: Sequence[float] | None = None
    points: Sequence[float] | None = None
    reference: ReferenceValue | None = None
    position: ReferencePosition = ReferencePosition.NOT_CLEAR
    change: ChangeLine | None = None
    not_compared: NotCompared | None = None

    @property
    def shown(self) -> bool:
        return self.status == FigureStatus.SHOWN


@dataclass(frozen=True)
class BreakdownTable:
    """A breakdown at the top: category name → its lines. `question` is None for unit types."""

    key: str
    question: Text | None
    rows: tuple[tuple[Text, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class UnitResult:
    """Everything the page of one unit shows of one survey."""

    survey_key: str
    survey_title: Text
    released_on: dt.date
    correction: str
    minimum_group: int
    unit_code: str
    unit_name: str
    is_top: bool
    choices: tuple[ReferenceChoice, ...]
    reference: Reference
    invited: int | None
    # None: not shown, because it would tell of fewer people than the minimum group.
    delivered: int | None
    # Of those, by an invitation to a person or an address. None: not told.
    by_name: int | None
    lines: tuple[Line, ...]
    rest: tuple[Line, ...]
    parent: Neighbour | None
    children: tuple[Neighbour, ...]
    breakdowns: tuple[BreakdownTable, ...]

    @property
    def shown(self) -> bool:
        return any(line.shown for line in self.lines)

    @property
    def hidden_children(self) -> bool:
        return any(child.status == FigureStatus.HIDDEN for child in self.children)


def latest_release(session: Session, survey: Survey) -> Release | None:
    """The survey's newest release, or None before the first."""
    return session.scalar(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc()).limit(1)
    )


def releases_of(session: Session, survey: Survey) -> list[Release]:
    """The survey's releases, the newest first."""
    query = select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc())
    return list(session.scalars(query))


def find_unit(session: Session, survey: Survey, code: str) -> SurveyUnit | None:
    """The unit with this code as it stood in the survey."""
    return session.scalar(
        select(SurveyUnit)
        .join(SurveyUnit.unit)
        .where(SurveyUnit.survey_id == survey.id, Unit.code == code)
        .options(contains_eager(SurveyUnit.unit))
    )


def find_unit_by_id(session: Session, survey: Survey, unit_id: int) -> SurveyUnit | None:
    """The unit as it was in the survey."""
    return session.get(SurveyUnit, (survey.id, unit_id))


def unit_result(
    session: Session,
    account: Account | None,
    today: dt.date,
    release: Release,
    unit: SurveyUnit,
    beside: Comparisons,
) -> UnitResult:
    """The unit's result in a release as the account may read it, beside what it is compared with.

    account None: what everybody may read who may see the unit.
    """
    told = _told(session, release, unit.unit_id)
    parent, children = _neighbours(session, account, today, release, unit)
    return replace(
        _own_result(release, unit, beside, told),
        rest=told.rest,
        parent=parent,
        children=children,
        breakdowns=_breakdowns(
            questionnaire_of(release.survey.instrument), _readable(session, account, today, release, told)
        ),
    )


def own_result(session: Session, release: Release, unit: SurveyUnit, beside: Comparisons) -> UnitResult:
    """The same for readers without an account: the unit alone, with nothing above, below or within it."""
    return _own_result(release, unit, beside, _told(session, release, unit.unit_id))


CategoryLines = Mapping[str, Mapping[str, tuple[Line, ...]]]
"""Breakdown → category → its lines."""


@dataclass(frozen=True)
class _ToldUnit:
    """What a release tells of a unit. invited, delivered, by_name: as in `UnitResult`.

    categories: also unit types that are not for everybody who may read the unit.
    """

    invited: int | None
    delivered: int | None
    by_name: int | None
    lines: tuple[Line, ...]
    rest: tuple[Line, ...]
    categories: CategoryLines


_kept: Final = KeptOfUnits[_ToldUnit](500)
"""Some kB a unit, and 100 kB a municipality."""


def _told(session: Session, release: Release, unit_id: int) -> _ToldUnit:
    return _kept.of(
        session, release, [unit_id], lambda _missing: {unit_id: _read(session, release, unit_id)}
    )[unit_id]


def _read(session: Session, release: Release, unit_id: int) -> _ToldUnit:
    """Four queries."""
    measures = measures_of(questionnaire_of(release.survey.instrument))
    figures = session.scalars(
        select(Figure).where(Figure.release_id == release.id, Figure.unit_id == unit_id)
    ).all()
    of_category: dict[str, dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in figures:
        if figure.kind == FigureKind.BREAKDOWN:
            of_category[figure.breakdown][figure.category].append(figure)
    turnout = session.get_one(Turnout, (release.id, unit_id))
    lines = _lines(measures, (figure for figure in figures if figure.kind == FigureKind.UNIT))
    return _ToldUnit(
        invited=turnout.invited,
        delivered=turnout.delivered if turnout.shown else None,
        by_name=turnout.by_name if turnout.shown else None,
        lines=_with_changes(session, release, turnout, lines),
        rest=_lines(measures, (figure for figure in figures if figure.kind == FigureKind.REST)),
        categories={
            breakdown: {category: _lines(measures, found) for category, found in categories.items()}
            for breakdown, categories in of_category.items()
        },
    )


def _with_changes(
    session: Session, release: Release, turnout: Turnout, lines: Iterable[Line]
) -> tuple[Line, ...]:
    """The unit's own lines with their changes, or why there are none, and why nobody has answered."""
    questionnaire = questionnaire_of(release.survey.instrument)
    shares = {m.key for m in measures_of(questionnaire) if m.kind == MeasureKind.SHARE}
    changes = changes_of(session, release, turnout.unit_id, shares)
    not_compared = gaps_of(session, release, turnout.unit_id)
    return tuple(
        replace(
            line,
            reason=reason_of(line.status, line.reason, turnout.invited, turnout.delivered),
            change=changes.get(line.key) if line.shown else None,
            not_compared=not_compared.get(line.key),
        )
        for line in lines
    )


def _own_result(release: Release, unit: SurveyUnit, beside: Comparisons, told: _ToldUnit) -> UnitResult:
    survey = release.survey
    references = beside.chosen.values
    where = positions([_released_mean(line) for line in told.lines], references)
    return UnitResult(
        survey_key=survey.key,
        survey_title=titles(survey),
        released_on=release.released_on,
        correction=release.correction,
        minimum_group=release.minimum_group,
        unit_code=unit.unit.code,
        unit_name=unit.name,
        is_top=unit.unit_id == survey.unit_id,
        choices=beside.choices,
        reference=beside.chosen,
        invited=told.invited,
        delivered=told.delivered,
        by_name=told.by_name,
        lines=tuple(
            replace(
                line,
                reference=references.get(line.key),
                position=where.get(line.key, ReferencePosition.NOT_CLEAR),
            )
            for line in told.lines
        ),
        rest=(),
        parent=None,
        children=(),
        breakdowns=(),
    )


def measured_lines(session: Session, release: Release, unit_id: int) -> dict[str, Line]:
    """Measure → the unit's own line in a release with its change: what its page shows, and nothing beside it."""
    return {line.key: line for line in _told(session, release, unit_id).lines}


def _neighbours(
    session: Session, account: Account | None, today: dt.date, release: Release, unit: SurveyUnit
) -> tuple[Neighbour | None, tuple[Neighbour, ...]]:
    """The unit above and those below; those that the account may open are marked so."""
    parent, children = neighbours_of(session, release, unit)
    if account is None:
        return parent, children
    near = [*children, parent] if parent else children
    opened = accesses(session, account, [release], today, [neighbour.unit_id for neighbour in near])

    def marked(neighbour: Neighbour) -> Neighbour:
        return replace(neighbour, opens=(release.id, neighbour.unit_id) in opened)

    return marked(parent) if parent else None, tuple(marked(child) for child in children)


def _readable(
    session: Session, account: Account | None, today: dt.date, release: Release, told: _ToldUnit
) -> CategoryLines:
    """Without the unit types that are one unit which the account may not read."""
    if UNIT_TYPE not in told.categories:
        return told.categories
    closed = closed_categories(session, account, release, today) if account else told.categories[UNIT_TYPE]
    types = {name: lines for name, lines in told.categories[UNIT_TYPE].items() if name not in closed}
    return {**told.categories, UNIT_TYPE: types}


def _lines(measures: Sequence[Measure], figures: Iterable[Figure]) -> tuple[Line, ...]:
    """One line for each figure, in the questionnaire's order of measures."""
    found = {figure.measure: figure for figure in figures}
    return tuple(measure_line(measure, found[measure.key]) for measure in measures if measure.key in found)


def _released_mean(line: Line) -> ReleasedMean:
    return ReleasedMean(
        line.key, line.kind, line.minimum, line.maximum, line.n, line.mean, line.sd, line.coded
    )


def measure_line(measure: Measure, figure: Figure) -> Line:
    """A released figure as a line, with nothing beside it."""
    return Line(
        key=measure.key,
        title=measure.title,
        definition=measure.factor.definition or {},
        minimum=measure.minimum,
        maximum=measure.maximum,
        status=figure.status,
        reason=figure.reason,
        kind=measure.kind,
        n=figure.n,
        mean=figure.mean,
        coded=figure.coded,
        step=figure.step,
        sd=figure.sd,
        spread_class=bool(figure.spread_class),
        ci_low=figure.ci_low,
        ci_high=figure.ci_high,
        distribution=figure.distribution,
        points=figure.points,
    )


def _breakdowns(questionnaire: Questionnaire, found: CategoryLines) -> tuple[BreakdownTable, ...]:
    """Unit types first, then the background questions in the questionnaire's order."""
    questions = {question.key: question for question in questionnaire.background}
    types = [
        BreakdownTable(
            key,
            None,
            tuple(({"nb": name}, found[key][name]) for name in sorted(found[key], key=alphabetical)),
        )
        for key in sorted(found)
        if key not in questions and found[key]
    ]
    asked = [
        BreakdownTable(
            key,
            question.text,
            tuple((option.label, found[key].get(option.key, ())) for option in question.options),
        )
        for key, question in questions.items()
        if key in found
    ]
    return (*types, *asked)
