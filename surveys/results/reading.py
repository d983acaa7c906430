"""Released figures as pages show them. Reads releases, figures and the survey's tree: never a response."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire, Text
from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.localisation import alphabetical
from surveys.organisation.models import Unit
from surveys.results.measures import Measure, MeasureKind, measures_of
from surveys.results.models import (
    Change,
    Coding,
    Figure,
    FigureKind,
    FigureStatus,
    Release,
    Turnout,
    Verdict,
)


@dataclass(frozen=True)
class ChangeLine:
    """A change since an earlier survey, which began in `year`. Numbers on the measure's scale."""

    year: int
    previous_mean: float
    difference: float
    ci_low: float | None
    ci_high: float | None
    verdict: Verdict
    detectable: float | None
    is_share: bool = False
    # False: the two surveys do not measure the same, so the change is neither up nor down.
    comparable: bool = True


@dataclass(frozen=True)
class Line:
    """One measure for one unit, small units together, or a category. Values are None unless shown.

    coded: whether the mean is exact or a bound. distribution: shares of low, middle and high answers; points: of every
    answer, lowest first.
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
    sd: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    distribution: Sequence[float] | None = None
    points: Sequence[float] | None = None
    top_mean: float | None = None
    change: ChangeLine | None = None

    @property
    def shown(self) -> bool:
        return self.status == FigureStatus.SHOWN


@dataclass(frozen=True)
class Neighbour:
    """A unit above or below, to go on to."""

    code: str
    name: str
    shown: bool


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
    top_name: str
    invited: int | None
    delivered: int
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
        return not all(child.shown for child in self.children)


def latest_release(session: Session, survey: Survey) -> Release | None:
    """The survey's newest release, or None before the first."""
    return session.scalar(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc()).limit(1)
    )


def find_unit(session: Session, survey: Survey, code: str) -> SurveyUnit | None:
    """The unit with this code as it stood in the survey."""
    return session.scalar(
        select(SurveyUnit)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(SurveyUnit.survey_id == survey.id, Unit.code == code)
    )


def unit_result(session: Session, survey: Survey, release: Release, unit: SurveyUnit) -> UnitResult:
    """The unit's result in a release."""
    questionnaire = questionnaire_of(survey.instrument)
    figures = _figures(session, release, {unit.unit_id, survey.unit_id})
    top = {f.measure: f for f in figures if f.unit_id == survey.unit_id and f.kind == FigureKind.UNIT}
    own = [f for f in figures if f.unit_id == unit.unit_id]
    is_top = unit.unit_id == survey.unit_id
    shares = {m.key for m in measures_of(questionnaire) if m.kind == MeasureKind.SHARE}
    changes = _changes(session, release, unit.unit_id, shares)
    turnout = session.get_one(Turnout, (release.id, unit.unit_id))
    return UnitResult(
        survey_key=survey.key,
        survey_title=survey.title,
        released_on=release.released_on,
        correction=release.correction,
        minimum_group=release.minimum_group,
        unit_code=unit.unit.code,
        unit_name=unit.name,
        is_top=is_top,
        top_name=survey.unit.name,
        invited=turnout.invited,
        delivered=turnout.delivered,
        lines=_lines(
            questionnaire, (f for f in own if f.kind == FigureKind.UNIT), {} if is_top else top, changes
        ),
        rest=_lines(questionnaire, (f for f in own if f.kind == FigureKind.REST)),
        parent=_parent(session, survey, release, unit),
        children=_children(session, survey, release, unit),
        breakdowns=_breakdowns(questionnaire, own),
    )


def _figures(session: Session, release: Release, unit_ids: set[int]) -> Sequence[Figure]:
    return session.scalars(
        select(Figure).where(Figure.release_id == release.id, Figure.unit_id.in_(unit_ids))
    ).all()


def _changes(session: Session, release: Release, unit_id: int, shares: Set[str]) -> dict[str, ChangeLine]:
    """Measure → change."""
    rows = session.execute(
        select(Change, Survey.opens_on, Figure.mean)
        .join(Release, Release.id == Change.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .join(
            Figure,
            (Figure.release_id == Change.previous_release_id)
            & (Figure.unit_id == Change.unit_id)
            & (Figure.measure == Change.measure)
            & (Figure.kind == FigureKind.UNIT),
        )
        .where(Change.release_id == release.id, Change.unit_id == unit_id)
    )
    return {
        change.measure: ChangeLine(
            year=opened.year,
            previous_mean=mean,
            difference=change.difference,
            ci_low=change.ci_low,
            ci_high=change.ci_high,
            verdict=change.verdict,
            detectable=change.detectable,
            is_share=change.measure in shares,
            comparable=change.comparable,
        )
        for change, opened, mean in rows
        if mean is not None
    }


def _lines(
    questionnaire: Questionnaire,
    figures: Iterable[Figure],
    top: Mapping[str, Figure] | None = None,
    changes: Mapping[str, ChangeLine] | None = None,
) -> tuple[Line, ...]:
    """One line for each figure, in the questionnaire's order of measures."""
    found = {figure.measure: figure for figure in figures}
    return tuple(
        _line(measure, found[measure.key], (top or {}).get(measure.key), (changes or {}).get(measure.key))
        for measure in measures_of(questionnaire)
        if measure.key in found
    )


def _line(measure: Measure, figure: Figure, top: Figure | None, change: ChangeLine | None) -> Line:
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
        sd=figure.sd,
        ci_low=figure.ci_low,
        ci_high=figure.ci_high,
        distribution=figure.distribution,
        points=figure.points,
        top_mean=top.mean if top and top.coded == Coding.EXACT else None,
        change=change if figure.status == FigureStatus.SHOWN else None,
    )


def _parent(session: Session, survey: Survey, release: Release, unit: SurveyUnit) -> Neighbour | None:
    if unit.parent_id is None:
        return None
    above = session.get(SurveyUnit, (survey.id, unit.parent_id))
    return _neighbours(session, release, [above])[0] if above else None


def _children(session: Session, survey: Survey, release: Release, unit: SurveyUnit) -> tuple[Neighbour, ...]:
    """In alphabetical order, never by result."""
    below = session.scalars(
        select(SurveyUnit).where(SurveyUnit.survey_id == survey.id, SurveyUnit.parent_id == unit.unit_id)
    ).all()
    return tuple(sorted(_neighbours(session, release, below), key=lambda child: alphabetical(child.name)))


def _neighbours(session: Session, release: Release, units: Sequence[SurveyUnit]) -> list[Neighbour]:
    ids = [unit.unit_id for unit in units]
    codes = dict(session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(ids))).all())
    shown = set(
        session.scalars(
            select(Figure.unit_id).where(
                Figure.release_id == release.id,
                Figure.unit_id.in_(ids),
                Figure.kind == FigureKind.UNIT,
                Figure.status == FigureStatus.SHOWN,
            )
        )
    )
    return [Neighbour(codes[unit.unit_id], unit.name, unit.unit_id in shown) for unit in units]


def _breakdowns(questionnaire: Questionnaire, figures: Sequence[Figure]) -> tuple[BreakdownTable, ...]:
    """Unit types first, then the background questions in the questionnaire's order."""
    found = [figure for figure in figures if figure.kind == FigureKind.BREAKDOWN]
    questions = {question.key: question for question in questionnaire.background}
    tables = []
    for key in sorted(
        {f.breakdown for f in found},
        key=lambda key: (key in questions, list(questions).index(key) if key in questions else 0),
    ):
        of_key = [figure for figure in found if figure.breakdown == key]
        if key in questions:
            names = {option.key: option.label for option in questions[key].options}
        else:
            names = {
                f.category: {"nb": f.category} for f in sorted(of_key, key=lambda f: alphabetical(f.category))
            }
        rows = tuple(
            (name, _lines(questionnaire, (f for f in of_key if f.category == category)))
            for category, name in names.items()
        )
        tables.append(BreakdownTable(key, questions[key].text if key in questions else None, rows))
    return tuple(tables)
