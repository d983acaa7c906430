"""How many were invited and delivered in each unit, as a release writes it down."""

from typing import Any

from surveys.campaigns.models import Survey
from surveys.release.models import FigureKind, FigureStatus
from surveys.release.turnout import counted_turnout, units_shown, units_with_names_told

Rows = list[dict[str, Any]]


def turnout_rows(survey: Survey, figures: Rows, *, correction: bool = False) -> Rows:
    """Invited and delivered in every unit and below it, whether that may be shown, and the picture of the tree.

    Where turnout of some unit has to be kept back, it is rather that of a unit whose figures are hidden too. How many
    answered by personal invitation is told by a first release only: units may have been moved since.
    """
    turnout = counted_turnout(survey)
    kept = {row["unit_id"] for row in figures if _is_shown(row)}
    shown = units_shown(turnout, survey.minimum_group, kept)
    told = set() if correction else units_with_names_told(turnout, survey.minimum_group, shown, kept)
    return [
        {
            **{name: value for name, value in unit._asdict().items() if name != "named"},
            "shown": unit.unit_id in shown,
            "by_name": unit.by_name if unit.unit_id in told else None,
        }
        for unit in turnout
    ]


def _is_shown(figure: dict[str, Any]) -> bool:
    return (figure["kind"], figure["status"]) == (FigureKind.UNIT, FigureStatus.SHOWN)
