"""«Kan vi sammenligne årene?»: whether a survey measures the same as earlier ones, tried at counting and kept.

`comparability` is what pages and the release ask. A verdict that was never reached takes nothing away: only a clear
failure says that a change cannot be given as up or down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.release.comparisons.comparing import Comparable, comparable_releases
from surveys.release.comparisons.stored import StoredComparison
from surveys.release.models import SurveyComparison

if TYPE_CHECKING:
    from analysis.responses import Responses

MOST_EARLIER: Final = 3
"""How many earlier surveys a new one is tried against; the whole structure only against the last."""

COMPARABLE: Final = "comparable"
UNCERTAIN: Final = "uncertain"
NOT_COMPARABLE: Final = "not_comparable"
UNDECIDED: Final = "undecided"
"""The words of `analysis.comparability.Comparability`, without the numbers it needs."""


@dataclass(frozen=True)
class WaveVerdict:
    """Whether a survey may be compared with the one that began in `year`.

    measures: factor key → COMPARABLE, UNCERTAIN, NOT_COMPARABLE or UNDECIDED; empty when it was never tried.
    """

    survey_key: str
    year: int
    measures: Mapping[str, str]
    whole: str = UNDECIDED

    @property
    def comparable(self) -> bool:
        """Every measure was tried, and every one may be compared."""
        return bool(self.measures) and set(self.measures.values()) == {COMPARABLE}

    @property
    def level(self) -> str:
        """COMPARABLE or UNDECIDED when all measures are, NOT_COMPARABLE when all fail clearly, else «mixed»."""
        levels = set(self.measures.values()) or {UNDECIDED}
        return levels.pop() if len(levels) == 1 else "mixed"

    def blocks(self, measure: str) -> bool:
        """True when a change in the measure must not be given as up or down. An index follows its factor."""
        return self.measures.get(measure.partition(":")[0]) == NOT_COMPARABLE

    @property
    def words(self) -> str:
        """The verdict in one sentence."""
        return _sentence(self.level, self.year)


def _sentence(level: str, year: int) -> str:
    said: dict[str, str] = {
        COMPARABLE: _("Ja. Påstandene brukes på samme måte som i %(year)s.", year=year),
        NOT_COMPARABLE: _("Nei. Påstandene brukes på en annen måte enn i %(year)s.", year=year),
        UNCERTAIN: _(
            "Trolig, men ikke sikkert. Påstandene kan være brukt noe annerledes enn i %(year)s.", year=year
        ),
        UNDECIDED: _("Det kan ikke avgjøres om påstandene brukes på samme måte som i %(year)s.", year=year),
        "mixed": _("For noen temaer, ikke for alle. Se hvert tema sammenlignet med %(year)s.", year=year),
    }
    return said[level]


def comparability(session: Session, survey: Survey, earlier: Survey) -> WaveVerdict:
    """What was found when the survey was counted; a verdict without measures when the two were never tried."""
    return comparabilities(session, survey, [earlier])[earlier.id]


def comparabilities(session: Session, survey: Survey, earlier: Collection[Survey]) -> dict[int, WaveVerdict]:
    """The id of each earlier survey → `comparability`. One query."""
    rows = session.scalars(
        select(SurveyComparison).where(
            SurveyComparison.survey_id == survey.id,
            SurveyComparison.earlier_id.in_([each.id for each in earlier]),
        )
    )
    stored = {row.earlier_id: row.comparison() for row in rows}
    return {each.id: _verdict(survey, each, stored.get(each.id, StoredComparison())) for each in earlier}


def _verdict(survey: Survey, earlier: Survey, result: StoredComparison) -> WaveVerdict:
    measures = {key: found.verdict for key, found in result.factors.items()}
    whole = result.whole.verdict if result.whole else UNDECIDED
    return WaveVerdict(survey.key, earlier.opens_on.year, measures, whole)


def verdicts_by_release(session: Session, survey: Survey) -> dict[int, WaveVerdict]:
    """The id of each earlier release that the survey's figures are compared with → the verdict on its survey."""
    found = comparable_releases(session, survey)
    verdicts = comparabilities(session, survey, [each.survey for each in found])
    return {each.release_id: verdicts[each.survey.id] for each in found}


def comparison_result(session: Session, survey: Survey, earlier: Survey) -> StoredComparison | None:
    """The whole stored comparison, for the page that shows it; None when the two were never tried."""
    stored = session.get(SurveyComparison, (survey.id, earlier.id))
    return stored.comparison() if stored else None


def store_comparisons(db: Database, survey_key: str) -> None:
    """Tries the survey against its last earlier ones, unless that is done. Computed outside the writing transaction."""
    with db.reading() as session:
        survey = find_survey(session, survey_key)
        known = select(SurveyComparison.earlier_id).where(SurveyComparison.survey_id == survey.id)
        done = set(session.scalars(known))
        earlier = comparable_releases(session, survey)[:MOST_EARLIER]
        missing = [(place, found) for place, found in enumerate(earlier) if found.survey.id not in done]
        if not missing:
            return
        survey_id, results = survey.id, _results(session, survey, missing)
    with db.transaction() as session:
        session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update())
        for earlier_id, result in results.items():
            if session.get(SurveyComparison, (survey_id, earlier_id)) is None:
                session.add(SurveyComparison(survey_id=survey_id, earlier_id=earlier_id, result=result))


def _results(
    session: Session, survey: Survey, missing: list[tuple[int, Comparable]]
) -> dict[int, dict[str, Any]]:
    from analysis.comparability import compare, comparison_json
    from surveys.counting.loading import load_responses

    now = load_responses(session, survey)
    results = {}
    for place, earlier in missing:
        before = load_responses(session, earlier.survey)
        order = [factor.key for factor in now.questionnaire.factors if factor.key in earlier.measures]
        found = comparison_json(compare([before, now], order, with_whole=place == 0))
        smallest = max(survey.minimum_group, earlier.survey.minimum_group)
        hide_few_rows(found, smallest)
        results[earlier.survey.id] = found | {"stability": stability(before, now, order, smallest)}
    return results


def hide_few_rows(result: dict[str, Any], smallest: int) -> None:
    """Takes out how many answered everything where it is fewer than the minimum group."""
    for found in [*result["factors"].values(), result["whole"]]:
        if any(rows < smallest for rows in found["rows"]):
            found["rows"] = []


def stability(before: "Responses", now: "Responses", factors: list[str], smallest: int) -> dict[str, Any]:
    """By factor, the correlation of unit means in two waves, over units with `smallest` scores or more in both.

    None for fewer than ten such units: it would tell of single units. Rounded to two decimals for the same reason.
    """
    import numpy as np

    from analysis.as_json import number
    from analysis.details import FEWEST_UNITS
    from analysis.stability import unit_stability

    old, new = _unit_means(before, smallest), _unit_means(now, smallest)
    result: dict[str, Any] = {}
    for key in factors:
        shared = sorted(old[key].keys() & new[key].keys())
        result[key] = {"units": len(shared)}
        if len(shared) >= FEWEST_UNITS:
            first, last = (np.array([means[key][unit] for unit in shared]) for means in (old, new))
            found = unit_stability(first, last)
            for name in ("r", "low", "high"):
                value = number(getattr(found, name))
                result[key][name] = None if value is None else round(value, 2)
    return result


def _unit_means(responses: "Responses", smallest: int) -> dict[str, dict[str, float]]:
    """Factor key → unit code → mean, of the people placed directly on each unit with scores enough."""
    from analysis.moments import moments
    from analysis.scores import unit_scores

    scores = unit_scores(moments(responses))
    return {
        factor.key: {
            code: float(scores.mean[row, place])
            for row, code in enumerate(responses.units)
            if scores.n[row, place] >= smallest
        }
        for place, factor in enumerate(responses.questionnaire.factors)
    }
