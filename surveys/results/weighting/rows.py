"""Weighted means as rows of `medvirk figures`, after the unweighted ones."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Figure, FigureKind, Release
from surveys.release.weighting.margins import margin_of
from surveys.release.weighting.models import SurveyWeighting, WeightSource
from surveys.release.weighting.released import released_means
from surveys.release.weighting.weighted import weighted_figure
from surveys.results.exporting import FigureRow
from surveys.results.queries import latest_release

WEIGHTED = "weighted"
"""`FigureRow.kind` of a weighted mean; `breakdown` is the question whose population it is weighted by, «a+b» for
several at once, and `_BY_COLUMN` for a column of the file that was read."""
_BY_COLUMN = "weight"


def weighted_rows(session: Session, survey: Survey) -> list[FigureRow]:
    """The weighted means that the top's page shows; none until the population is stated."""
    margin, release = margin_of(session, survey), latest_release(session, survey)
    about = session.get(SurveyWeighting, survey.id)
    if about is not None and release is not None:
        return _counted_rows(session, survey, release, about)
    if margin is None or release is None:
        return []
    figures = session.scalars(
        select(Figure).where(
            Figure.release_id == release.id,
            Figure.unit_id == survey.unit_id,
            Figure.kind == FigureKind.BREAKDOWN,
            Figure.breakdown == margin.question,
        )
    ).all()
    rows = []
    for measure in measures_of(questionnaire_of(survey.instrument)):
        if measure.kind == MeasureKind.INDEX:
            continue
        told = {figure.category: figure for figure in figures if figure.measure == measure.key}
        found = weighted_figure(margin.people, told).value
        if found is not None:
            low, high = max(found.low, measure.minimum), min(found.high, measure.maximum)
            values = (found.n, found.mean, low, high, found.design_effect, found.effective_n)
            rows.append(_row(survey, margin.question, measure.key, values))
    return rows


def _counted_rows(
    session: Session, survey: Survey, release: Release, about: SurveyWeighting
) -> list[FigureRow]:
    """Those that were made at counting, in the order of the measures."""
    means = released_means(session, release)
    by = _BY_COLUMN if about.source == WeightSource.COLUMN else "+".join(about.names)
    return [
        _row(
            survey,
            by,
            measure.key,
            (mean.n, mean.mean, mean.ci_low, mean.ci_high, mean.design_effect, mean.effective_n),
        )
        for measure in measures_of(questionnaire_of(survey.instrument))
        if (mean := means.get(measure.key))
    ]


def _row(
    survey: Survey, by: str, measure: str, told: tuple[int, float, float, float, float, float]
) -> FigureRow:
    """told: n, mean, the ends of the interval, design effect and effective n."""
    n, mean, low, high, design_effect, effective_n = told
    return FigureRow(
        survey=survey.key,
        unit=survey.unit.code,
        parent="",
        kind=WEIGHTED,
        breakdown=by,
        category="",
        measure=measure,
        n=n,
        mean=mean,
        sd=None,
        ci_low=low,
        ci_high=high,
        status="shown",
        reason="",
        design_effect=design_effect,
        effective_n=effective_n,
    )
