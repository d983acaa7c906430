"""The rules in the database: read as plans and in words, and brought in step with a card's plan."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from surveys.platform.localisation import localised
from surveys.platform.texts import _, ngettext
from surveys.scorecards.aggregation.models import AggregateRule, IndicatorAggregation
from surveys.scorecards.aggregation.rule_plans import AggregationPlan
from surveys.scorecards.aggregation.storing import aggregate_indicators
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.models import Indicator, Measurement


@dataclass(frozen=True)
class StatedRule:
    """A rule with the indicators that it names, as pages tell it."""

    rule: AggregateRule
    allows_missing: bool
    weight: Indicator | None = None
    numerator: Indicator | None = None
    denominator: Indicator | None = None

    def plan(self) -> AggregationPlan:
        weight, numerator, denominator = (
            each.code if each else "" for each in (self.weight, self.numerator, self.denominator)
        )
        return AggregationPlan(self.rule, weight, numerator, denominator, self.allows_missing)

    def value_words(self, measurement: Measurement) -> str:
        """«Snitt av 7 enheter, veid med årsverk; 2 mangler»: beside a computed value."""
        units, missing = measurement.computed_from or 0, measurement.computed_missing or 0
        if self.weight is not None:
            words = ngettext(
                "Snitt av %(num)s enhet, veid med %(weight)s",
                "Snitt av %(num)s enheter, veid med %(weight)s",
                units,
                weight=_in_sentence(localised(self.weight.title)),
            )
        elif self.numerator is not None:
            words = ngettext("Regnet ut av %(num)s enhet", "Regnet ut av %(num)s enheter", units)
        else:
            words = ngettext("Sum av %(num)s enhet", "Sum av %(num)s enheter", units)
        if not missing:
            return words
        return ngettext("%(words)s; %(num)s mangler", "%(words)s; %(num)s mangler", missing, words=words)

    def words(self) -> str:
        """«Snittet av enhetene under, veid med M9 Årsverk. Regnes ut bare når alle har verdi.»"""
        if self.weight is not None:
            first = _("Snittet av enhetene under, veid med %(weight)s.", weight=_named(self.weight))
        elif self.numerator is not None and self.denominator is not None:
            first = _(
                "Summen av %(numerator)s delt på summen av %(denominator)s for enhetene under.",
                numerator=_named(self.numerator),
                denominator=_named(self.denominator),
            )
        else:
            first = _("Summen av enhetene under.")
        second = (
            _("Regnes ut også når noen mangler verdi.")
            if self.allows_missing
            else _("Regnes ut bare når alle har verdi.")
        )
        return f"{first} {second}"


def _in_sentence(title: str) -> str:
    """«Årsverk» → «årsverk», and «KOSTRA-tall» as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _named(indicator: Indicator) -> str:
    return f"{indicator.code} {localised(indicator.title)}"


def stated_rules(session: Session, indicator_ids: Collection[int] | None = None) -> dict[int, StatedRule]:
    """Indicator id → its rule, of those that are computed, in one query."""
    query = _rules_with_indicators()
    if indicator_ids is not None:
        query = query.where(IndicatorAggregation.indicator_id.in_(indicator_ids))
    return {
        row.indicator_id: StatedRule(row.rule, row.allows_missing, *named)
        for row, *named in session.execute(query)
    }


@cache
def _rules_with_indicators() -> Select[IndicatorAggregation, Indicator, Indicator, Indicator]:
    """Made once: making it takes longer than asking it."""
    weight, numerator, denominator = (aliased(Indicator) for _number in range(3))
    return (
        select(IndicatorAggregation, weight, numerator, denominator)
        .outerjoin(weight, weight.id == IndicatorAggregation.weight_id)
        .outerjoin(numerator, numerator.id == IndicatorAggregation.numerator_id)
        .outerjoin(denominator, denominator.id == IndicatorAggregation.denominator_id)
    )


def aggregation_plans(session: Session) -> dict[int, AggregationPlan]:
    return {id_: rule.plan() for id_, rule in stated_rules(session).items()}


def set_aggregations(
    session: Session, setup: CardSetup, plan: CardPlan, indicators: Mapping[str, Indicator]
) -> None:
    """The rules of the plan, and what follows from them. indicators: the card's, by code.

    A card that shares another's indicator does not change its rule. Raises SetupError when it says another one.
    """
    known = stated_rules(session, [each.id for each in indicators.values()])
    changed = []
    for planned in plan.indicators():
        indicator = indicators[planned.code]
        before = known.get(indicator.id)
        wanted = planned.computing if planned.computing.is_computed else None
        if (before.plan() if before else None) == wanted:
            continue
        if indicator.card_id != setup.card.id:
            _refuse_others_rule(planned.code)
        _write(session, indicator, wanted, indicators)
        changed.append(indicator.id)
        session.flush()
        after = stated_rules(session, [indicator.id]).get(indicator.id)
        setup.changes.append(
            _(
                "%(code)s: regnes ut: %(before)s → %(after)s",
                code=planned.code,
                before=before.words() if before else "–",
                after=after.words() if after else "–",
            )
        )
    if changed or setup.changes:
        computed = [indicators[each.code].id for each in plan.indicators() if each.computing.is_computed]
        # An older card keeps the values it had.
        from_year = setup.edition.year if setup.edition else 0
        aggregate_indicators(session, {*changed, *computed}, from_year)


def _refuse_others_rule(code: str) -> None:
    raise SetupError(
        _("%(code)s: Hvordan verdien regnes ut, er bestemt på et kort ovenfor. Endre det der.", code=code)
    )


def _write(
    session: Session, indicator: Indicator, plan: AggregationPlan | None, indicators: Mapping[str, Indicator]
) -> None:
    standing = session.get(IndicatorAggregation, indicator.id)
    if standing is not None:
        session.delete(standing)
        session.flush()
    if plan is None:
        return
    named = dict.fromkeys(("weight_id", "numerator_id", "denominator_id"))
    if plan.rule is AggregateRule.WEIGHTED_MEAN:
        named["weight_id"] = indicators[plan.weight].id
    elif plan.rule is AggregateRule.RATIO:
        named["numerator_id"], named["denominator_id"] = (
            indicators[plan.numerator].id,
            indicators[plan.denominator].id,
        )
    session.add(
        IndicatorAggregation(
            indicator_id=indicator.id, rule=plan.rule, allows_missing=plan.allow_missing, **named
        )
    )
