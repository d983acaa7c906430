"""The reliability of the instrument in one survey: kept for the whole survey, never for a unit or a small group."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.database import Database
from surveys.results.models import QualityReport

_OF_SCORES: Final = ("n", "mean", "sd")
_NOT_FIGURES: Final = ("items",)
_NAMELESS: Final = "enhet#"


def store_quality_report(db: Database, survey_key: str) -> None:
    """Writes the report unless it is written already. Computed outside the transaction that writes."""
    with db.reading() as session:
        survey = find_survey(session, survey_key)
        if session.get(QualityReport, survey.id):
            return
        survey_id, result = survey.id, _result(session, survey)
    with db.transaction() as session:
        session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update())
        if session.get(QualityReport, survey_id) is None:
            session.add(QualityReport(survey_id=survey_id, result=result))


def _result(session: Session, survey: Survey) -> dict[str, Any]:
    """The report without its units: agreement needs them, but no code may stand in the report or its warnings."""
    from analysis.report import analyse, to_json
    from surveys.results.loading import load_responses

    responses = load_responses(session, survey)
    nameless = replace(responses, units=tuple(f"{_NAMELESS}{place}" for place in range(len(responses.units))))
    result = to_json(analyse(questionnaire_of(survey.instrument), nameless, survey.minimum_group))
    del result["units"]
    result["warnings"] = [text for text in result["warnings"] if _NAMELESS not in text]
    hide_small_groups(result, survey.minimum_group)
    return result


def hide_small_groups(result: dict[str, Any], minimum_group: int) -> None:
    """Takes out of a report whatever fewer than `minimum_group` people stand behind, and says so in its warnings."""
    for key, scale in result["scales"].items():
        safe, caution = without_small_groups(scale, minimum_group)
        result["scales"][key] = safe
        if caution:
            result["warnings"] = [text for text in result["warnings"] if not text.startswith(f"{key}:")]
            result["warnings"].append(f"{key}: {caution}")
            if key in (result.get("agreement") or {}):
                result["agreement"][key] = _blank(result["agreement"][key])
    validity = result.get("validity")
    if validity and validity["n_complete"] < minimum_group:
        result["validity"] = _blank(validity)
        result["warnings"].append(
            f"Færre enn {minimum_group} har svart på alle påstandene, så validitet vises ikke."
        )


def without_small_groups(scale: Mapping[str, Any], minimum_group: int) -> tuple[dict[str, Any], str]:
    """One scale of the report without figures that fewer than `minimum_group` people stand behind, and why.

    A factor asked of leaders only may have two answers in the whole municipality.
    """
    if scale["n"] < minimum_group:
        blanked = {key: _blank(value) for key, value in scale.items() if key not in _NOT_FIGURES}
        return {**scale, **blanked}, f"Skjult fordi færre enn {minimum_group} har svart."
    if scale["n_complete"] < minimum_group:
        kept = (*_OF_SCORES, *_NOT_FIGURES)
        blanked = {key: _blank(value) for key, value in scale.items() if key not in kept}
        return {**scale, **blanked}, (
            f"Færre enn {minimum_group} har svart på alle påstandene, så indre konsistens vises ikke."
        )
    return dict(scale), ""


def _blank(value: object) -> Any:
    """None in the place of every figure; the keys stay."""
    return {key: _blank(inner) for key, inner in value.items()} if isinstance(value, Mapping) else None
