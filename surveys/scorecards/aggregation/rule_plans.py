"""A rule as a card's file has it, and what is wrong with it: alone, and beside the other indicators of its card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from surveys.platform.texts import _
from surveys.platform.typed_data import NoOtherFields
from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.frequencies import Frequency

if TYPE_CHECKING:
    from surveys.scorecards.card_plans import IndicatorPlan


@dataclass(frozen=True)
class AggregationPlan(NoOtherFields):
    """weight, numerator and denominator: codes of other indicators on the same card.

    A value from a survey always follows from the answers, whether the rule is `none` or `respondents`.
    """

    rule: AggregateRule = AggregateRule.NONE
    weight: str = ""
    numerator: str = ""
    denominator: str = ""
    allow_missing: bool = False

    @property
    def is_computed(self) -> bool:
        return self.rule in COMPUTED

    @property
    def named(self) -> tuple[str, ...]:
        """The codes that the rule uses."""
        if self.rule is AggregateRule.WEIGHTED_MEAN:
            return (self.weight,)
        return (self.numerator, self.denominator) if self.rule is AggregateRule.RATIO else ()


COMPUTED: Final = frozenset({AggregateRule.SUM, AggregateRule.WEIGHTED_MEAN, AggregateRule.RATIO})


def aggregation_faults(planned: "IndicatorPlan") -> Iterator[str]:
    """What is wrong with the indicator's rule, whatever else is on the card."""
    plan = planned.computing
    if planned.questionnaire and plan.is_computed:
        yield _("en verdi fra en undersøkelse kommer fra svarene, og skal ikke regnes ut av enhetene under.")
    if not planned.questionnaire and plan.rule is AggregateRule.RESPONDENTS:
        yield _("bare en verdi fra en undersøkelse kan komme fra svarene.")
    if plan.rule is AggregateRule.SUM and not _adds_up(planned):
        yield _(
            "prosenter og skalaer kan ikke summeres. Velg veid snitt, eller del en indikator på en annen."
        )
    if not all(plan.named):
        yield (
            _("velg hvilken indikator snittet skal veies med.")
            if plan.rule is AggregateRule.WEIGHTED_MEAN
            else _("velg hvilken indikator som skal deles på hvilken.")
        )
    if planned.code and planned.code in plan.named:
        yield _("en indikator kan ikke regnes ut av seg selv.")


def _adds_up(planned: "IndicatorPlan") -> bool:
    """A per cent or a score from 1 to 5 of two units is not the sum of theirs."""
    unit = planned.unit_of_measure.strip()
    return not (unit.startswith("%") or unit[:1].isdecimal())


def reference_faults(planned: "IndicatorPlan", card: "Sequence[IndicatorPlan]") -> Iterator[str]:
    """What is wrong with the indicators that the rule names. card: all indicators of the card."""
    by_code = {each.code: each for each in card}
    for code in filter(None, planned.computing.named):
        part = by_code.get(code)
        if part is None:
            yield _("«%(part)s» er ikke på kortet, og kan ikke brukes til å regne ut verdien.", part=code)
        elif part.questionnaire:
            # The figure's interval, and who may see it, would be lost.
            yield _(
                "%(part)s kommer fra en undersøkelse, og kan ikke brukes til å regne ut verdien.", part=code
            )
        elif part.computing.rule not in {AggregateRule.NONE, AggregateRule.SUM}:
            yield _("%(part)s blir selv regnet ut, og må være en indikator som føres inn.", part=code)
        elif not _periods_fit(planned, part):
            yield _("%(part)s må måles like ofte.", part=code)
        elif not _adds_up(part):
            yield _("%(part)s er en prosent eller en skala, og kan ikke summeres.", part=code)


def _periods_fit(planned: "IndicatorPlan", part: "IndicatorPlan") -> bool:
    """A year's årsverk may weigh a tertial; anything else is of the same period."""
    is_weight = planned.computing.rule is AggregateRule.WEIGHTED_MEAN
    return part.frequency is planned.frequency or (is_weight and part.frequency is Frequency.YEAR)
