"""The quality of the instrument in one survey: computed at counting and kept for the whole survey, never for a unit.

Pages read what is stored here and compute nothing. Beside the keys of `medvirk analyse --json` stands «more»: details
(`analysis.details`), who answered (`surveys.release.representing`), whether groups answered alike, and what moves
together (`surveys.release.comovement.computing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.messages import N_, Caution, Message
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.database import Database
from surveys.release.comovement.computing import KEY as CO_MOVEMENT
from surveys.release.comovement.computing import co_movement_json
from surveys.release.comparisons.invariance import hide_few_rows, store_comparisons
from surveys.release.models import QualityReport, SeparatedBackground
from surveys.release.representing import representation

if TYPE_CHECKING:
    from analysis.responses import Responses

_OF_SCORES: Final = ("n", "mean", "sd")
_NOT_FIGURES: Final = ("items",)
_NAMELESS: Final = "enhet#"

GROUPING: Final = "lederansvar"
"""The background question whose answers are tried as groups: do leaders and staff answer alike?"""

_MEDIANS: Final = ("rwgj_mean", "rwgj_median")
_DECIMALS: Final[Mapping[str, int]] = {"icc1": 2, "icc2": 2, "f": 1, "p": 3}


def store_quality_report(db: Database, survey_key: str) -> None:
    """Writes the report, and the comparisons with earlier surveys, unless they are written already.

    Computed outside the transaction that writes.
    """
    _store_report(db, survey_key)
    store_comparisons(db, survey_key)


def _store_report(db: Database, survey_key: str) -> None:
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
    from analysis.details import details
    from analysis.estimators import Estimator
    from analysis.report import analyse, to_json
    from surveys.counting.loading import load_responses

    responses = load_responses(session, survey)
    nameless = replace(responses, units=tuple(f"{_NAMELESS}{place}" for place in range(len(responses.units))))
    found = analyse(questionnaire_of(survey.instrument), nameless, survey.minimum_group, estimators=Estimator)
    result = to_json(found)
    del result["units"]
    nameless_cautions = [caution for caution in found.warnings if _NAMELESS not in str(caution)]
    result["more"] = {
        **details(found, nameless, survey.minimum_group),
        "representation": representation(session, survey),
        "groups": _groups(session, survey),
        CO_MOVEMENT: co_movement_json(responses),
    }
    cautions = hide_small_groups(result, survey.minimum_group, nameless_cautions)
    result["warnings"] = [str(caution) for caution in cautions]
    result["more"]["cautions"] = [asdict(caution) for caution in cautions]
    return result


def _groups(session: Session, survey: Survey) -> dict[str, Any] | None:
    """As they were compared when the background was taken from the answers."""
    found = session.get(SeparatedBackground, survey.id)
    return found.groups if found else None


def compared_groups(responses: "Responses", minimum_group: int) -> dict[str, Any] | None:
    """Whether leaders and staff answer alike: invariance over the answers to «lederansvar»; None when not asked."""
    import numpy as np

    from analysis.comparability import compare, comparison_json

    chosen = responses.background.get(GROUPING)
    if chosen is None:
        return None
    question = next(b for b in responses.questionnaire.background if b.key == GROUPING)
    parts = []
    for place in range(len(question.options)):
        rows = np.flatnonzero(chosen == place)
        background = {key: codes[rows] for key, codes in responses.background.items()}
        parts.append(
            replace(responses, items=responses.items[rows], unit=responses.unit[rows], background=background)
        )
    factors = [factor.key for factor in responses.questionnaire.factors]
    result = comparison_json(compare(parts, factors, with_whole=False))
    hide_few_rows(result, minimum_group)
    return {"question": GROUPING, **result}


def hide_small_groups(
    result: dict[str, Any], minimum_group: int, cautions: Sequence[Caution]
) -> list[Caution]:
    """Takes out of a report whatever fewer than `minimum_group` people stand behind; the cautions that say so too."""
    told = list(cautions)
    for key, scale in result["scales"].items():
        safe, why = without_small_groups(scale, minimum_group)
        result["scales"][key] = safe
        if why:
            told = [*(caution for caution in told if caution.factor != key), Caution(key, (why,))]
            for part in (result, result.get("more") or {}):
                if key in (part.get("agreement") or {}):
                    part["agreement"][key] = _blank(part["agreement"][key])
            _hide_details(result, key)
    validity = result.get("validity")
    if validity and validity["n_complete"] < minimum_group:
        result["validity"] = _blank(validity)
        template = N_("Færre enn %(least)s har svart på alle påstandene, så validitet vises ikke.")
        told.append(Caution("", (Message(template, {"least": minimum_group}),)))
        if "more" in result:
            result["more"]["structure"] = None
    hide_few_units(result)
    return told


def _hide_details(result: dict[str, Any], key: str) -> None:
    """The details of one scale: its items' shares have a limit of their own, above any minimum group."""
    details = (result.get("more") or {}).get("scales", {}).get(key)
    if details:
        blanked = {name: _blank(value) for name, value in details.items() if name != "items"}
        result["more"]["scales"][key] = {**details, **blanked}


def hide_few_units(result: dict[str, Any]) -> None:
    """Makes agreement safe to keep: an exact ICC, a known total and two hidden units would give their means.

    Nothing for fewer than ten units; else rounded, and rwg(j) over the units that are large enough.
    """
    from analysis.details import FEWEST_UNITS

    details = (result.get("more") or {}).get("agreement", {})
    for key, found in (result.get("agreement") or {}).items():
        if (found["groups"] or 0) < FEWEST_UNITS:
            result["agreement"][key] = _blank(found) | {"groups": found["groups"]}
            continue
        for name, decimals in _DECIMALS.items():
            found[name] = None if found[name] is None else round(found[name], decimals)
        for name in _MEDIANS:
            found[name] = (details.get(key) or {}).get(name)


def without_small_groups(
    scale: Mapping[str, Any], minimum_group: int
) -> tuple[dict[str, Any], Message | None]:
    """One scale of the report without figures that fewer than `minimum_group` people stand behind, and why.

    A factor asked of leaders only may have two answers in the whole municipality.
    """
    if scale["n"] < minimum_group:
        blanked = {key: _blank(value) for key, value in scale.items() if key not in _NOT_FIGURES}
        hidden = N_("Skjult fordi færre enn %(least)s har svart.")
        return {**scale, **blanked}, Message(hidden, {"least": minimum_group})
    if scale["n_complete"] < minimum_group:
        kept = (*_OF_SCORES, *_NOT_FIGURES)
        blanked = {key: _blank(value) for key, value in scale.items() if key not in kept}
        hidden = N_("Færre enn %(least)s har svart på alle påstandene, så indre konsistens vises ikke.")
        return {**scale, **blanked}, Message(hidden, {"least": minimum_group})
    return dict(scale), None


def _blank(value: object) -> Any:
    """None in the place of every figure; the keys stay."""
    return {key: _blank(inner) for key, inner in value.items()} if isinstance(value, Mapping) else None
