"""What a unit's figures are set beside: the unit above, the municipality, the same type, other municipalities, a norm.

Reads released figures and imported norms. What is hidden there is hidden here too, and says so.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit, VisibilityStep
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.release.history.imported import Norm, norms
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, Release
from surveys.release.unit_types import UNIT_TYPE, unit_type_categories

FEWEST_MUNICIPALITIES: Final = 3
"""Fewer could be told apart by those who know one of them."""

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
    """A mean to compare with, exact or a bound; None unless shown. reason: as a figure's, or «few_municipalities»."""

    status: FigureStatus
    reason: str = ""
    mean: float | None = None
    coded: Coding = Coding.EXACT

    @property
    def exact(self) -> float | None:
        return self.mean if self.coded == Coding.EXACT else None


@dataclass(frozen=True)
class Reference:
    """The chosen comparison: a value for each measure that has one."""

    choice: ReferenceChoice
    values: Mapping[str, ReferenceValue] = field(default_factory=dict)


class ReferencePosition(StrEnum):
    """Where a unit stands against a reference."""

    OVER = "over"
    UNDER = "under"
    NOT_CLEAR = "not_clear"


def standing(
    ci_low: float | None, ci_high: float | None, reference: ReferenceValue | None
) -> ReferencePosition:
    """Over or under only when the unit's whole 95 % interval lies on one side of the reference, taken as it is.

    A reference that is only a bound («4,8 or higher») says under, or nothing; likewise at the other end.

    >>> value = ReferenceValue(FigureStatus.SHOWN, mean=3.9)
    >>> standing(4.0, 4.6, value).value, standing(3.7, 4.1, value).value
    ('over', 'not_clear')
    """
    if reference is None or reference.mean is None or ci_low is None or ci_high is None:
        return ReferencePosition.NOT_CLEAR
    if ci_low > reference.mean and reference.coded != Coding.AT_LEAST:
        return ReferencePosition.OVER
    if ci_high < reference.mean and reference.coded != Coding.AT_MOST:
        return ReferencePosition.UNDER
    return ReferencePosition.NOT_CLEAR


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
    """Whether there is a figure of the unit's type and it is of several units: none is compared with itself."""
    of_type = select(Figure.id).where(*_of_type(survey, release, unit)).limit(1)
    if not unit.type or session.scalar(of_type) is None:
        return False
    category = unit_type_categories(session, survey).get(unit.type)
    return category is not None and category.compares(unit.unit_id)


def _of_type(survey: Survey, release: Release, unit: SurveyUnit) -> tuple[ColumnElement[bool], ...]:
    return (
        Figure.release_id == release.id,
        Figure.unit_id == survey.unit_id,
        Figure.kind == FigureKind.BREAKDOWN,
        Figure.breakdown == UNIT_TYPE,
        Figure.category == unit.type,
    )


def _released(
    session: Session, survey: Survey, release: Release, unit: SurveyUnit, against: Against
) -> dict[str, ReferenceValue]:
    if against == Against.NOTHING:
        return {}
    if against == Against.UNIT_TYPE:
        where = _of_type(survey, release, unit)
    else:
        above = survey.unit_id if against == Against.TOP else unit.parent_id
        where = (
            Figure.release_id == release.id,
            Figure.unit_id == above,
            Figure.kind == FigureKind.UNIT,
        )
    figures = session.scalars(select(Figure).where(*where))
    return {f.measure: ReferenceValue(f.status, f.reason, f.mean, f.coded) for f in figures}


def other_releases(session: Session, survey: Survey, today: dt.date) -> dict[int, int]:
    """Latest release → its top unit, one for each other municipality on the installation.

    Another municipality is another unit without a unit above. Only surveys of all of it, with the same version of
    the questionnaire, opened at most two years from this one, and only when the last day promised to any group of
    readers there has come. Of several, the newest.
    """
    latest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    still_closed = select(VisibilityStep.survey_id).where(VisibilityStep.visible_on > today)
    rows = session.execute(
        select(Survey.unit_id, Release.id)
        .join(Unit, Unit.id == Survey.unit_id)
        .join(Release, Release.survey_id == Survey.id)
        .join(latest, (latest.c.survey_id == Release.survey_id) & (latest.c.number == Release.number))
        .where(
            Unit.parent_id.is_(None),
            Survey.status == SurveyStatus.RELEASED,
            Survey.instrument_id == survey.instrument_id,
            Survey.opens_on >= _years(survey.opens_on, -YEARS_APART),
            Survey.opens_on <= _years(survey.opens_on, YEARS_APART),
            Survey.id.not_in(still_closed),
        )
        .order_by(Survey.opens_on, Survey.id)
    ).all()
    if len(rows) < FEWEST_MUNICIPALITIES:
        return {}
    own = lineage(session, survey.unit_id)[-1]
    newest = {top: release_id for top, release_id in rows if top != own}
    return {release_id: top for top, release_id in newest.items()}


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
