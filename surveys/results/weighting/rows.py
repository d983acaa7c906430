"""Weighted means as rows of `medvirk figures`, after the unweighted ones."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Figure, FigureKind
from surveys.release.weighting.margins import margin_of
from surveys.release.weighting.weighted import weighted_figure
from surveys.results.exporting import FigureRow
from surveys.results.queries import latest_release

WEIGHTED = "weighted"
"""`FigureRow.kind` of a weighted mean; `breakdown` is the question whose population it is weighted by."""


def weighted_rows(session: Session, survey: Survey) -> list[FigureRow]:
    """The weighted means that the top's page shows; none until the population is stated."""
    margin, release = margin_of(session, survey), latest_release(session, survey)
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
            rows.append(
                FigureRow(
                    survey=survey.key,
                    unit=survey.unit.code,
                    parent="",
                    kind=WEIGHTED,
                    breakdown=margin.question,
                    category="",
                    measure=measure.key,
                    n=found.n,
                    mean=found.mean,
                    sd=None,
                    ci_low=max(found.low, measure.minimum),
                    ci_high=min(found.high, measure.maximum),
                    status="shown",
                    reason="",
                    design_effect=found.design_effect,
                    effective_n=found.effective_n,
                )
            )
    return rows
