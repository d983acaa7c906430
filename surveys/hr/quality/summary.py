"""The whole quality report of one survey as its first page tells it: six questions, each answered in words first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.messages import Caution
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.quality.careless import CarelessRow, careless_rows
from surveys.hr.quality.discussing import discussions, is_discussed
from surveys.hr.quality.factors import FactorQuality, factor_qualities, verdict, verdict_mark
from surveys.hr.quality.limits import Mark, QualityFinding
from surveys.hr.quality.model_details import Convergence, convergence_rows
from surveys.hr.quality.structure import fit_findings, fit_mark, is_thin, structure_heading, structure_verdict
from surveys.hr.quality.units import (
    Bounds,
    Skewness,
    UnitSupport,
    answered_verdict,
    bounds,
    skewness,
    support_rows,
    support_verdict,
)
from surveys.hr.quality.years import Equality, earlier_surveys, equalities, years_verdict
from surveys.platform.texts import _, translated
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus, QualityDiscussion, Release
from surveys.release.stored_quality import StoredQuality


@dataclass(frozen=True)
class QualityAnswer:
    """One of the report's questions with its answer; `anchor` is its section's id."""

    anchor: str
    question: str
    mark: Mark
    words: str


@dataclass(frozen=True)
class QualityPage:
    """Everything the first page of the quality report shows."""

    answers: tuple[QualityAnswer, ...]
    factors: tuple[FactorQuality, ...]
    fit: tuple[QualityFinding, ...]
    convergence: tuple[Convergence, ...]
    support: tuple[UnitSupport, ...]
    skewness: tuple[Skewness, ...]
    careless: tuple[CarelessRow, ...]
    bounds: tuple[Bounds, ...]
    groups: "GroupComparison | None"
    earlier: tuple[Survey, ...]
    warnings: tuple[str, ...]
    discussions: tuple[QualityDiscussion, ...]
    discussed: bool

    def answer(self, anchor: str) -> QualityAnswer:
        """The answer in the section with this id. Raises StopIteration when there is none."""
        return next(answer for answer in self.answers if answer.anchor == anchor)


@dataclass(frozen=True)
class GroupComparison:
    """Whether leaders and staff answer alike."""

    mark: Mark
    words: str


def report_of(
    session: Session, survey: Survey, questionnaire: Questionnaire, result: StoredQuality
) -> QualityPage:
    """The stored quality report of a survey, in words."""
    factors = factor_qualities(result, questionnaire)
    support = support_rows(result, questionnaire)
    represented = result.more.representation
    skewed = skewness(represented, survey)
    earlier = earlier_surveys(session, survey)
    discussed = is_discussed(session, survey)
    return QualityPage(
        answers=(
            QualityAnswer(
                "konsistens", _("Måler påstandene det samme?"), verdict_mark(factors), verdict(factors)
            ),
            _structure_answer(result, questionnaire),
            _use_answer(discussed=discussed),
            QualityAnswer("enhet", _("Kan vi snakke om et enhetsresultat?"), *support_verdict(support)),
            QualityAnswer("ar", _("Kan vi sammenligne årene?"), *years_verdict(session, survey, earlier)),
            QualityAnswer("svarte", _("Hvem svarte?"), *answered_verdict(represented, skewed)),
        ),
        factors=tuple(factors),
        fit=tuple(fit_findings(result, questionnaire)),
        convergence=tuple(convergence_rows(result, questionnaire)),
        support=tuple(support),
        skewness=tuple(skewed),
        careless=tuple(careless_rows(result)),
        bounds=tuple(bounds(represented, result, questionnaire, released_means(session, survey))),
        groups=_groups(result, questionnaire),
        earlier=tuple(earlier),
        warnings=_warnings(result),
        discussions=tuple(discussions(session, survey)),
        discussed=discussed,
    )


def _warnings(result: StoredQuality) -> tuple[str, ...]:
    """Why figures are missing. Reports from before the sentences were kept apart have them in bokmål only."""
    if not result.more.cautions:
        return result.warnings
    return tuple(_caution_text(caution) for caution in result.more.cautions)


def _caution_text(caution: Caution) -> str:
    text = " ".join(translated(sentence) for sentence in caution.sentences)
    return f"{caution.factor}: {text}" if caution.factor else text


def _structure_answer(result: StoredQuality, questionnaire: Questionnaire) -> QualityAnswer:
    validity = result.validity
    mark = fit_mark(validity)
    if mark is Mark.GOOD and is_thin(validity, questionnaire):
        mark = Mark.CAREFUL
    words = structure_verdict(result, questionnaire)
    return QualityAnswer("struktur", structure_heading(questionnaire), mark, words)


def _use_answer(*, discussed: bool) -> QualityAnswer:
    words = (
        _("Tallene alene kan ikke svare. Funnene er drøftet, se nederst.")
        if discussed
        else _("Tallene alene kan ikke svare. Noen må drøfte om resultatet stemmer med det dere vet fra før.")
    )
    mark = Mark.DISCUSSED if discussed else Mark.MISSING
    return QualityAnswer("bruk", _("Kan vi bruke det til det vi sier?"), mark, words)


def released_means(session: Session, survey: Survey) -> dict[str, float]:
    """Factor key → the released mean of the whole survey; empty before the release."""
    if survey.status != SurveyStatus.RELEASED:
        return {}
    found = session.execute(
        select(Figure.measure, Figure.mean)
        .join(Release, Figure.release_id == Release.id)
        .where(
            Release.survey_id == survey.id,
            Figure.unit_id == survey.unit_id,
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
            Figure.coded == Coding.EXACT,
        )
        .order_by(Release.number)
    )
    return {measure: mean for measure, mean in found if mean is not None}


def _groups(result: StoredQuality, questionnaire: Questionnaire) -> GroupComparison | None:
    """Leaders beside staff; None when the questionnaire does not ask who leads."""
    if result.more.groups is None:
        return None
    rows, _whole = equalities(result.more.groups, questionnaire)
    return _groups_said(rows)


def _groups_said(rows: Sequence[Equality]) -> GroupComparison:
    failing = [row.title for row in rows if row.mark is Mark.WEAK]
    known = [row for row in rows if row.mark is not Mark.UNKNOWN]
    if not known:
        words = _(
            "Vi kan ikke si det: det trengs minst 100 fullstendige svar fra ledere og like mange fra ansatte. "
            "Sammenlign dem varsomt."
        )
        return GroupComparison(Mark.UNKNOWN, words)
    if failing:
        words = _(
            "Ledere og ansatte bruker påstandene ulikt i %(themes)s. Ikke sammenlign snittene deres der.",
            themes=", ".join(failing),
        )
        return GroupComparison(Mark.WEAK, words)
    if all(row.mark is Mark.GOOD for row in rows):
        return GroupComparison(
            Mark.GOOD, _("Ledere og ansatte bruker påstandene likt. Snittene deres kan sammenlignes.")
        )
    return GroupComparison(
        Mark.CAREFUL, _("For noen temaer er det usikkert om ledere og ansatte bruker påstandene likt.")
    )
