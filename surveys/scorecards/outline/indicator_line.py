"""An indicator in one line under its name in the outline: what it is measured in, how often, and its limits."""

from surveys.platform.texts import _
from surveys.scorecards.card_plans import ambition
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import CardKind, Indicator, IndicatorKind
from surveys.scorecards.outline.indicator_form import level_of
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode
from surveys.scorecards.texts import limits_words, target_words


def indicator_line(node: OutlineNode, outline: CardOutline, year: int) -> str:
    """«%. Per tertial. Grønn til og med 6,0 %. Gul til og med 9,0 %, rød over.»"""
    plan = node.indicator
    if plan is None or not plan.unit_of_measure:
        return ""
    parts = [plan.unit_of_measure, _("Per %(period)s", period=periods_of(plan.frequency).name())]
    if plan.kind is IndicatorKind.DEVELOPMENT or outline.kind is CardKind.STATISTICS:
        parts.append(_("Uten farge"))
    elif level := level_of(plan, year):
        # Never stored: it only tells how values are written.
        written = Indicator(
            unit_of_measure=plan.unit_of_measure, decimals=plan.decimals, direction=plan.direction
        )
        limits = ambition(level)
        parts += [target_words(limits, written, development=False), limits_words(limits, written).rstrip(".")]
    else:
        parts.append(_("Uten grenser"))
    if not plan.reported:
        parts.append(_("Rapporteres ikke oppover"))
    return ". ".join(parts) + "."
