"""«Kan vi sammenligne årene?»: verdicts over a series, and reliability and stability from year to year, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.hr.quality.limits import STABILITY, Mark, decimal, interval
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.comparisons.comparing import comparable_releases
from surveys.release.comparisons.invariance import (
    COMPARABLE,
    MOST_EARLIER,
    NOT_COMPARABLE,
    UNCERTAIN,
    UNDECIDED,
    WaveVerdict,
    comparability,
    comparison_result,
)
from surveys.release.comparisons.stored import StoredComparison, StoredEquality, StoredStability, StoredStep
from surveys.release.models import QualityReport

MARKS: Final[Mapping[str, Mark]] = {
    COMPARABLE: Mark.GOOD,
    UNCERTAIN: Mark.CAREFUL,
    NOT_COMPARABLE: Mark.WEAK,
    UNDECIDED: Mark.UNKNOWN,
    "mixed": Mark.CAREFUL,
}


@dataclass(frozen=True)
class LevelCell:
    """What one level of equality cost: «−0,003», and the word for it."""

    change: str
    word: str


@dataclass(frozen=True)
class Equality:
    """One factor, or all of them, over two surveys or groups."""

    title: str
    rows: str
    levels: tuple[LevelCell, ...]
    mark: Mark
    meaning: str
    advice: str


@dataclass(frozen=True)
class StabilityRow:
    """The correlation of the units' means in two surveys."""

    title: str
    r: str
    interval: str
    units: str
    mark: Mark
    meaning: str


@dataclass(frozen=True)
class YearPair:
    """A pair of surveys: the verdict, what it rests on, and the stability of the units."""

    title: str
    verdict: WaveVerdict
    mark: Mark
    factors: tuple[Equality, ...]
    whole: Equality | None
    stability: tuple[StabilityRow, ...]


@dataclass(frozen=True)
class AlphaOfYear:
    """One factor's alpha in one survey; None where it cannot be computed."""

    year: int
    alpha: float | None
    low: float | None
    high: float | None
    n: int


def earlier_surveys(session: Session, survey: Survey) -> list[Survey]:
    """The surveys this one is compared with, newest first."""
    return [found.survey for found in comparable_releases(session, survey)[:MOST_EARLIER]]


def years_verdict(session: Session, survey: Survey, earlier: Sequence[Survey]) -> tuple[Mark, str]:
    """The answer for the last comparable survey."""
    if not earlier:
        return Mark.UNKNOWN, _(
            "Dette er den første undersøkelsen i serien, så det er ingenting å sammenligne med."
        )
    found = comparability(session, survey, earlier[0])
    titles = _titles(survey)
    blocked = [titles[key] for key in titles if found.blocks(key)]
    words = found.words
    if blocked and found.level == "mixed":
        words += " " + _("Kan ikke sammenlignes sikkert: %(themes)s.", themes=listed(blocked))
    return MARKS[found.level], words


def _titles(survey: Survey) -> dict[str, str]:
    from surveys.instruments.in_use import questionnaire_of

    return {factor.key: localised(factor.title) for factor in questionnaire_of(survey.instrument).factors}


def waves(session: Session, survey: Survey, questionnaire: Questionnaire) -> list[YearPair]:
    """The survey beside each of the earlier ones."""
    found = []
    for earlier in earlier_surveys(session, survey):
        verdict = comparability(session, survey, earlier)
        result = comparison_result(session, survey, earlier) or StoredComparison()
        factors, whole = equalities(result, questionnaire)
        found.append(
            YearPair(
                title=_("%(earlier)s og %(now)s", earlier=earlier.opens_on.year, now=survey.opens_on.year),
                verdict=verdict,
                mark=MARKS[verdict.level],
                factors=tuple(factors),
                whole=whole,
                stability=tuple(_stability(result.stability, questionnaire)),
            )
        )
    return found


def equalities(
    result: StoredComparison, questionnaire: Questionnaire
) -> tuple[list[Equality], Equality | None]:
    """Each factor's verdict with what it rests on, and the whole structure's where it was tried."""
    rows = [
        _equality(localised(factor.title), result.factors[factor.key])
        for factor in questionnaire.factors
        if factor.key in result.factors
    ]
    whole = result.whole
    if whole is None or whole.reason in {"not_tried", "items"}:
        return rows, None
    return rows, _equality(_("Alle temaene i én modell"), whole, with_rmsea=True)


def _equality(title: str, found: StoredEquality, *, with_rmsea: bool = False) -> Equality:
    """A row. RMSEA is told where it counts: in the model of all factors, not for one factor alone."""
    steps = {step.level: step for step in found.steps}
    meaning, advice = _meaning(found)
    return Equality(
        title=title,
        rows=_(" og ").join(number(rows, 0) for rows in found.rows) or "–",
        levels=tuple(
            _level(steps.get(level), with_rmsea=with_rmsea) for level in ("metric", "scalar", "strict")
        ),
        mark=MARKS[found.verdict],
        meaning=meaning,
        advice=advice,
    )


def _level(step: StoredStep | None, *, with_rmsea: bool) -> LevelCell:
    if step is None:
        return LevelCell("–", "")
    change = _("CFI %(change)s", change=_signed(step.cfi_change))
    if with_rmsea:
        change += ", " + _("RMSEA %(change)s", change=_signed(step.rmsea_change))
    return LevelCell(change, _("holder") if step.holds else _("holder ikke"))


def _signed(value: float | None) -> str:
    return "–" if value is None else number(value, 3, sign=True)


def _meaning(found: StoredEquality) -> tuple[str, str]:
    if found.verdict == UNDECIDED:
        return _why_undecided(found.reason), _("Sammenlign varsomt, og si at det ikke er prøvd.")
    if found.verdict == COMPARABLE:
        return _("Samme skala brukt på samme måte. Snittene kan sammenlignes."), ""
    failing = next((step.level for step in found.steps if not step.holds), "scalar")
    if found.verdict == UNCERTAIN:
        return (
            _("Små forskjeller i hvordan påstandene brukes. De kan skyldes tilfeldigheter."),
            _("Les små endringer i snittet varsomt."),
        )
    if failing == "metric":
        return (
            _("Påstandene henger ulikt sammen med temaet."),
            _("Ikke sammenlign snittene. Se om ordlyd, oversettelse eller rekkefølge er endret."),
        )
    return (
        _("Minst én påstand besvares høyere eller lavere uten at temaet selv har flyttet seg."),
        _(
            "Ikke si at temaet har gått opp eller ned. Se hvilken påstand som har flyttet seg, og spør hvorfor."
        ),
    )


def _why_undecided(reason: str) -> str:
    return {
        "few": _("Det er for få fullstendige svar: det trengs minst 100 i hver, og fem for hver påstand."),
        "items": _("Temaet har færre enn tre påstander, og det er for få til å prøve det alene."),
        "different_items": _("Temaet har ikke de samme påstandene."),
        "not_converged": _("Beregningen fant ingen løsning."),
        "heywood": _("Løsningen er umulig: en påstand får negativ restvarians."),
        "singular": _("Alle har svart likt på en påstand, eller en påstand kan regnes ut fra andre."),
        "not_identified": _("Temaene har for få påstander."),
    }.get(reason, _("Det er ikke prøvd."))


def _stability(found: Mapping[str, StoredStability], questionnaire: Questionnaire) -> list[StabilityRow]:
    rows = []
    for factor in questionnaire.factors:
        if factor.key not in found:
            continue
        one = found[factor.key]
        mark, meaning = _stable(one.r, one.low)
        rows.append(
            StabilityRow(
                title=localised(factor.title),
                r=decimal(one.r),
                interval=interval(one.low, one.high),
                units=number(one.units, 0),
                mark=mark,
                meaning=meaning,
            )
        )
    return rows


def _stable(r: float | None, low: float | None) -> tuple[Mark, str]:
    if r is None:
        return Mark.UNKNOWN, _("Det trengs minst ti enheter med nok svar begge år.")
    if low is None or low <= 0:
        return Mark.UNKNOWN, _("For få enheter til å si om de holder plassen sin.")
    if STABILITY.mark(r) is Mark.GOOD:
        return Mark.GOOD, _("Enhetene holder for det meste plassen sin.")
    return Mark.CAREFUL, _("Enhetene bytter en del plass. Det kan være endring eller støy.")


def alphas_over_time(
    session: Session, survey: Survey, questionnaire: Questionnaire
) -> dict[str, list[AlphaOfYear]]:
    """Factor key → its alpha in this survey and the ones it is compared with, oldest first."""
    surveys = sorted([*earlier_surveys(session, survey), survey], key=lambda one: one.opens_on)
    reports = {
        report.survey_id: report.quality()
        for report in session.scalars(
            select(QualityReport).where(QualityReport.survey_id.in_([one.id for one in surveys]))
        )
    }
    found: dict[str, list[AlphaOfYear]] = {}
    for factor in questionnaire.factors:
        for one in surveys:
            scale = reports[one.id].scales.get(factor.key) if one.id in reports else None
            if scale:
                year = AlphaOfYear(one.opens_on.year, scale.alpha, *scale.ends, scale.complete)
                found.setdefault(factor.key, []).append(year)
    return found
