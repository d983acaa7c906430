"""What a unit's figures are set beside: the others in the municipality, in the unit above or of its type, other
municipalities, a norm.

Reads released figures and imported norms. What is hidden there is hidden here too, and says so. The unit is never
compared with itself: its own answers are taken out of what they are a part of.
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from statistics import fmean
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from analysis.precision import EXACT_FROM, ONE_DECIMAL
from analysis.suppression import SECONDARY
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit, VisibilityStep
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.release.history.imported import Norm, norms
from surveys.release.measures import Measure, MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release
from surveys.release.unit_types import UNIT_TYPE, unit_type_categories

FEWEST_MUNICIPALITIES: Final = 3
"""Fewer could be told apart by those who know one of them."""

_PERCENT: Final = 0.01

YEARS_APART: Final = 2
"""Another municipality's survey is set beside this one when it opened at most so many years before or after."""


class Against(StrEnum):
    """What is compared with; the value is how the address says it."""

    NOTHING = "ingenting"
    PARENT = "overordnet"
    TOP = "kommunen"
    UNIT_TYPE = "type"
    OTHERS = "andre"
    NORM = "norm"


@dataclass(frozen=True)
class ReferenceChoice:
    """Something there is to compare with. name: of the unit, the type or the norm's source; count: municipalities."""

    against: Against
    name: str = ""
    year: int = 0
    count: int = 0
    norm_id: int = 0

    @property
    def key(self) -> str:
        """What stands in the address: «kommunen», «norm:3»."""
        return f"{self.against}:{self.norm_id}" if self.against == Against.NORM else self.against.value


@dataclass(frozen=True)
class ReferenceValue:
    """A mean to compare with, exact or a bound; None unless shown. reason: as a figure's, or «few_municipalities».

    n, sd: of the others whose mean it is. n None: the mean is taken as it is, as a norm's.
    """

    status: FigureStatus
    reason: str = ""
    mean: float | None = None
    coded: Coding = Coding.EXACT
    n: int | None = None
    sd: float | None = None

    @property
    def exact(self) -> float | None:
        return self.mean if self.coded == Coding.EXACT else None


class ToldFigure(NamedTuple):
    """What comparisons read of a `Figure`: several thousand at once are read so for the heat map."""

    unit_id: int
    kind: FigureKind
    measure: str
    status: FigureStatus
    reason: str
    n: int | None
    mean: float | None
    coded: Coding
    step: float | None
    sd: float | None
    spread_class: bool | None


def told_figures(session: Session, *where: ColumnElement[bool]) -> Iterator[ToldFigure]:
    """One query."""
    columns = [getattr(Figure, name) for name in ToldFigure._fields]
    return map(ToldFigure._make, session.execute(select(*columns).where(*where)))


@dataclass(frozen=True)
class Reference:
    """The chosen comparison: a value for each measure that has one."""

    choice: ReferenceChoice
    values: Mapping[str, ReferenceValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparisons:
    """Everything one unit's page can be compared with, and what the reader has chosen."""

    choices: tuple[ReferenceChoice, ...]
    chosen: Reference


def comparisons(
    session: Session, survey: Survey, release: Release, unit: SurveyUnit, wanted: str, today: dt.date
) -> Comparisons:
    """The choices, and the values of the wanted one; the first choice when `wanted` is not among them.

    A bounded number of queries, however many units, municipalities and norms there are.
    """
    others, found_norms = other_releases(session, survey, today), norms(session, survey)
    choices = tuple(_choices(session, survey, release, unit, len(others), found_norms))
    chosen = next((choice for choice in choices if choice.key == wanted), choices[0])
    if chosen.against == Against.OTHERS:
        return Comparisons(choices, Reference(chosen, _means_of_others(session, others)))
    if chosen.against == Against.NORM:
        norm = next(norm for norm in found_norms if norm.id == chosen.norm_id)
        shown = {key: ReferenceValue(FigureStatus.SHOWN, mean=mean) for key, mean in norm.means.items()}
        return Comparisons(choices, Reference(chosen, shown))
    return Comparisons(choices, Reference(chosen, _released(session, survey, release, unit, chosen.against)))


def _choices(
    session: Session, survey: Survey, release: Release, unit: SurveyUnit, others: int, found: Sequence[Norm]
) -> Iterable[ReferenceChoice]:
    """The municipality first: it is what a reader meets. At the top there is nothing above to meet."""
    if unit.unit_id == survey.unit_id:
        yield ReferenceChoice(Against.NOTHING)
    else:
        yield ReferenceChoice(Against.TOP, survey.unit.name)
        parent = session.get(SurveyUnit, (survey.id, unit.parent_id)) if unit.parent_id else None
        if parent is not None and parent.unit_id != survey.unit_id:
            yield ReferenceChoice(Against.PARENT, parent.name)
        if _has_type(session, survey, release, unit):
            yield ReferenceChoice(Against.UNIT_TYPE, unit.type)
    if others >= FEWEST_MUNICIPALITIES:
        yield ReferenceChoice(Against.OTHERS, count=others)
    for norm in found:
        yield ReferenceChoice(Against.NORM, norm.source, norm.year, norm_id=norm.id)


def _has_type(session: Session, survey: Survey, release: Release, unit: SurveyUnit) -> bool:
    """Whether there is a figure of the unit's type with others in it, from which the unit can be taken out."""
    of_type = select(Figure.id).where(*_of_type(survey, release, unit)).limit(1)
    if not unit.type or session.scalar(of_type) is None:
        return False
    category = unit_type_categories(session, survey).get(unit.type)
    return category is not None and category.has_others(unit.unit_id)


def _of_type(survey: Survey, release: Release, unit: SurveyUnit) -> tuple[ColumnElement[bool], ...]:
    return (
        Figure.release_id == release.id,
        Figure.unit_id == survey.unit_id,
        Figure.kind == FigureKind.BREAKDOWN,
        Figure.breakdown == UNIT_TYPE,
        Figure.category == unit.type,
    )


def _own(release: Release, unit_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return Figure.release_id == release.id, Figure.unit_id == unit_id, Figure.kind == FigureKind.UNIT


def _released(
    session: Session, survey: Survey, release: Release, unit: SurveyUnit, against: Against
) -> dict[str, ReferenceValue]:
    if against == Against.NOTHING:
        return {}
    if against == Against.UNIT_TYPE:
        where = _of_type(survey, release, unit)
    else:
        where = _own(release, survey.unit_id if against == Against.TOP else unit.parent_id)
    own = _own(release, unit.unit_id)
    figures: dict[str, ToldFigure] = {}
    wholes: dict[str, ToldFigure] = {}
    for figure in told_figures(session, or_(and_(*own), and_(*where))):
        is_own = figure.unit_id == unit.unit_id and figure.kind == FigureKind.UNIT
        (figures if is_own else wholes)[figure.measure] = figure
    return {
        measure.key: without_unit(
            measure, wholes[measure.key], figures.get(measure.key), release.minimum_group
        )
        for measure in measures_of(questionnaire_of(survey.instrument))
        if measure.key in wholes
    }


def without_unit(
    measure: Measure, whole: Figure | ToldFigure, own: Figure | ToldFigure | None, minimum_group: int
) -> ReferenceValue:
    """What is left of a figure when the unit's own is taken out of it, by sums that both figures tell already.

    A whole that is hidden or only a bound stays what it is: with the unit over the lowest value of a bound, so are the
    others. Hidden when the unit's own is not exact, or when fewer than the minimum group are left. What is left is told
    as a bound by the same rule as every mean.
    """
    told = ReferenceValue(whole.status, whole.reason, whole.mean, whole.coded)
    if whole.n is None or whole.mean is None or whole.coded != Coding.EXACT:
        return told
    if own is None or own.status in {FigureStatus.NO_ANSWERS, FigureStatus.NOT_ASKED}:
        return replace(told, n=whole.n, sd=whole.sd)
    if own.n is None or own.mean is None or own.coded != Coding.EXACT or own.n > whole.n:
        return ReferenceValue(FigureStatus.HIDDEN, SECONDARY)
    n = whole.n - own.n
    if n == 0:
        return ReferenceValue(FigureStatus.NO_ANSWERS)
    if n < minimum_group:
        return ReferenceValue(FigureStatus.HIDDEN, SECONDARY)
    # Right to a decimal of a mean, or to a per cent of a share.
    if _off_by(whole, own, n) > (_PERCENT if measure.kind == MeasureKind.SHARE else ONE_DECIMAL):
        return ReferenceValue(FigureStatus.HIDDEN, SECONDARY)
    mean = (whole.n * whole.mean - own.n * own.mean) / n
    mean = min(max(mean, float(measure.minimum)), float(measure.maximum))
    coded = measure.coded(mean, n)
    if coded.bound != "exact":
        return ReferenceValue(FigureStatus.SHOWN, mean=coded.value, coded=Coding(coded.bound))
    return ReferenceValue(FigureStatus.SHOWN, mean=mean, n=n, sd=_spread(whole, own, n, mean))


def _off_by(whole: Figure | ToldFigure, own: Figure | ToldFigure, n: int) -> float:
    """How far from the truth the mean of the others may be since the two are rounded, in points of the scale."""
    return ((whole.n or 0) * (whole.step or 0.0) / 2 + (own.n or 0) * (own.step or 0.0) / 2) / n


def _spread(whole: Figure | ToldFigure, own: Figure | ToldFigure, n: int, mean: float) -> float | None:
    """The others' standard deviation: their squares are the whole's less the unit's. None where one is not shown.

    Of a unit of few people only a class is known, or nothing: then the spread of a whole of many more is the others'.
    """
    is_small = (own.n or 0) < EXACT_FROM and 3 * (own.n or 0) <= n
    if is_small and not whole.spread_class:
        return whole.sd
    if whole.spread_class or own.spread_class:
        return None
    if whole.sd is None or own.sd is None or n < 2 or None in {whole.n, whole.mean, own.n, own.mean}:
        return None

    def squares(figure: Figure | ToldFigure) -> float:
        people, average, sd = figure.n or 0, figure.mean or 0.0, figure.sd or 0.0
        return (people - 1) * sd**2 + people * (average - mean) ** 2

    return math.sqrt(max(squares(whole) - squares(own), 0.0) / (n - 1))


def other_releases(session: Session, survey: Survey, today: dt.date) -> dict[int, int]:
    """Latest release → its top unit, one for each other municipality on the installation.

    Another municipality is another unit without a unit above. Only surveys of all of it, with the same version of
    the questionnaire, opened at most two years from this one, and only when the last day promised to any group of
    readers there has come. Of several, the newest.
    """
    rows = session.execute(
        _whole_municipalities(),
        {
            "instrument": survey.instrument_id,
            "first": _years(survey.opens_on, -YEARS_APART),
            "last": _years(survey.opens_on, YEARS_APART),
            "today": today,
        },
    ).all()
    if len({top for top, _release in rows}) < FEWEST_MUNICIPALITIES:
        return {}
    own = lineage(session, survey.unit_id)[-1]
    newest = {top: release_id for top, release_id in rows if top != own}
    return {release_id: top for top, release_id in newest.items()}


@cache
def _whole_municipalities() -> Select[int, int]:
    """A query for the top unit and the latest release of every survey of a whole municipality that may be told of.

    Made once: making it takes longer than asking it.
    """
    latest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    still_closed = select(VisibilityStep.survey_id).where(VisibilityStep.visible_on > bindparam("today"))
    return (
        select(Survey.unit_id, Release.id)
        .join(Unit, Unit.id == Survey.unit_id)
        .join(Release, Release.survey_id == Survey.id)
        .join(latest, (latest.c.survey_id == Release.survey_id) & (latest.c.number == Release.number))
        .where(
            Unit.parent_id.is_(None),
            Survey.status == SurveyStatus.RELEASED,
            Survey.instrument_id == bindparam("instrument"),
            Survey.opens_on >= bindparam("first"),
            Survey.opens_on <= bindparam("last"),
            Survey.id.not_in(still_closed),
        )
        .order_by(Survey.opens_on, Survey.id)
    )


def _years(day: dt.date, years: int) -> dt.date:
    return day + dt.timedelta(days=round(365.25 * years))


def _means_of_others(session: Session, releases: Mapping[int, int]) -> dict[str, ReferenceValue]:
    """The mean over the other municipalities, each counting once; nothing for a measure that fewer than three show."""
    rows = session.execute(
        select(Figure.measure, Figure.release_id, Figure.unit_id, Figure.mean).where(
            Figure.release_id.in_(releases),
            Figure.unit_id.in_(releases.values()),
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
            Figure.coded == Coding.EXACT,
        )
    )
    means: dict[str, list[float]] = defaultdict(list)
    for measure, release_id, unit_id, mean in rows:
        if releases[release_id] == unit_id and mean is not None:
            means[measure].append(mean)
    return {
        measure: ReferenceValue(FigureStatus.SHOWN, mean=fmean(found))
        if len(found) >= FEWEST_MUNICIPALITIES
        else ReferenceValue(FigureStatus.HIDDEN, "few_municipalities")
        for measure, found in means.items()
    }
