"""Indicators that can be begun from: counts of another system, where a high number may be a good sign.

They are utviklingstrekk, so nothing colours them until somebody decides otherwise.
"""

from collections.abc import Mapping

from surveys.platform.texts import _
from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.aggregation.rule_plans import AggregationPlan
from surveys.scorecards.card_plans import IndicatorPlan, RangePlan
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.models import IndicatorKind
from surveys.scorecards.outline.nodes import reworded


def ready_made() -> Mapping[str, IndicatorPlan]:
    """Key → the indicator, without a code, in the language of the page."""
    reported = IndicatorPlan(
        code="",
        title=reworded({}, _("Antall meldte avvik")),
        source=_("Avvikssystemet"),
        unit_of_measure=_("antall"),
        definition=reworded(
            {},
            _(
                "Hvor mange avvik enheten meldte i perioden. Et høyt tall kan være bra: det kan bety at folk tør å "
                "melde fra. Derfor har den ingen farge."
            ),
        ),
        formula=reworded({}, _("Antall avvik som er meldt i perioden, uansett om de er lukket.")),
        kind=IndicatorKind.DEVELOPMENT,
        frequency=Frequency.TERTIAL,
        decimals=0,
        possible=RangePlan(low=0),
        aggregation=AggregationPlan(AggregateRule.SUM),
    )
    closed = IndicatorPlan(
        code="",
        title=reworded({}, _("Avvik lukket innen fristen")),
        source=_("Avvikssystemet"),
        unit_of_measure="%",
        definition=reworded(
            {},
            _(
                "Hvor stor del av avvikene med frist i perioden som ble lukket i tide. Se den sammen med hvor mange "
                "som ble meldt: få avvik kan bety at folk ikke melder fra."
            ),
        ),
        formula=reworded(
            {}, _("Avvik lukket innen fristen, delt på alle avvik med frist i perioden, ganget med 100.")
        ),
        kind=IndicatorKind.DEVELOPMENT,
        frequency=Frequency.TERTIAL,
        decimals=0,
        possible=RangePlan(low=0, high=100),
    )
    return {"meldte-avvik": reported, "lukkede-avvik": closed}
