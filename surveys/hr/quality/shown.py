"""What the pages about quality show of a survey: a page and the figures explored from it take it from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort
from sqlalchemy.orm import Session

from questionnaires.model import Factor
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.quality.charts import DotChart, ShareChart, alpha_chart, answers_chart, item_rest_chart
from surveys.hr.quality.items import ItemRow, finding_sentence, item_rows
from surveys.hr.quality.years import AlphaOfYear, alphas_over_time
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import localised
from surveys.release.stored_quality import StoredQuality


def stored_report(session: Session, survey: Survey) -> StoredQuality | None:
    """The report that was written at counting, or None before that."""
    from surveys.release.models import QualityReport

    report = session.get(QualityReport, survey.id)
    return report.quality() if report else None


@dataclass(frozen=True)
class FactorPictures:
    """A factor's statements, and the pictures of them; None where there is nothing to show."""

    rows: Sequence[ItemRow]
    statements: DotChart | None
    answers: ShareChart | None


def factor_pictures(session: Session, survey: Survey, factor: Factor) -> FactorPictures:
    """The answers to single statements only when the survey is released. Ends with 404 before counting."""
    result = stored_report(session, survey)
    if not result:
        abort(404)
    rows = item_rows(result, factor)
    is_released = survey.status == SurveyStatus.RELEASED
    return FactorPictures(
        rows,
        item_rest_chart(rows, finding_sentence(rows)) if rows else None,
        answers_chart(rows, factor) if is_released else None,
    )


def factor_of(survey: Survey, key: str) -> Factor:
    """The factor of the survey's questionnaire; ends with 404 when there is none."""
    try:
        return questionnaire_of(survey.instrument).factor(key)
    except KeyError:
        abort(404)


@dataclass(frozen=True)
class AlphaYears:
    """Each factor's alpha year by year, the factors' titles by key, and the picture; None without any alpha."""

    titles: Mapping[str, str]
    alphas: Mapping[str, Sequence[AlphaOfYear]]
    chart: DotChart | None


def alphas_of(session: Session, survey: Survey) -> AlphaYears:
    """Alpha in this survey and those it is compared with."""
    questionnaire = questionnaire_of(survey.instrument)
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    alphas = alphas_over_time(session, survey, questionnaire)
    is_known = any(one.alpha is not None for waves_of in alphas.values() for one in waves_of)
    return AlphaYears(titles, alphas, alpha_chart(alphas, titles) if is_known else None)
