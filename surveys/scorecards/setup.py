"""Setting up a card from a plain description, and changing it by the same description later.

What the card set up itself is brought in step with the description; every difference is told first. What is only in
the database is left. An indicator of a card above is shared when the description means the same by the code: otherwise
the card gets its own, so two departments may both have an M1.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.organisation.subtrees import lineage
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.scorecards.aggregation.rules import set_aggregations
from surveys.scorecards.card_changes import colours, recoloured
from surveys.scorecards.card_lines import end_other_lines, show_on_card
from surveys.scorecards.card_plans import CardPlan, IndicatorPlan, SetupError, plan_faults
from surveys.scorecards.card_setup import CardEdition, CardSetup, unit_id_of
from surveys.scorecards.chain_setup import PlannedIndicator, planned_indicators, success_factor
from surveys.scorecards.cross_view.pairs import set_pairs
from surveys.scorecards.feeding import feed_everything
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import Indicator, Measurement, Scorecard
from surveys.scorecards.target_setup import new_target, set_interim_targets, set_targets


def build_card(session: Session, plan: CardPlan) -> Scorecard:
    """The card as described, in the caller's transaction. Raises SetupError."""
    return set_up_card(session, plan).card


def set_up_card(session: Session, plan: CardPlan, edition: CardEdition | None = None) -> CardSetup:
    """The card in the caller's transaction, with every released survey fed into it. Raises SetupError.

    With an edition the plan is the whole card from a year on. Without one, what the plan does not have is left.
    """
    faults = list(plan_faults(plan))
    if faults:
        raise SetupError("\n".join(faults))
    before = colours(session)
    setup = _card(session, plan)
    setup.edition = edition
    indicators: dict[str, Indicator] = {}
    for position, planned in enumerate(planned_indicators(plan)):
        indicator = indicators[planned.indicator.code] = _indicator(session, setup, planned)
        show_on_card(session, setup, indicator, planned.indicator, position)
    session.flush()
    end_other_lines(setup, {planned.code for planned in plan.indicators()})
    session.flush()
    set_aggregations(session, setup, plan, indicators)
    set_pairs(session, setup, plan, indicators)
    setup.recoloured = recoloured(before, colours(session))
    if setup.changes:
        if setup.changes[0] == _new_card_words(plan):
            audit.record(session, "scorecard.created", plan.key)
        else:
            changed, recoloured_values = len(setup.changes), len(setup.recoloured)
            audit.record(
                session, "scorecard.changed", plan.key, changed=changed, measurements=recoloured_values
            )
    feed_everything(session)
    return setup


def _new_card_words(plan: CardPlan) -> str:
    return _("Nytt kort: %(title)s", title=localised(plan.title))


def _card(session: Session, plan: CardPlan) -> CardSetup:
    unit_id = unit_id_of(session, plan.unit)
    card = session.scalar(select(Scorecard).where(Scorecard.key == plan.key))
    if card is None:
        card = Scorecard(key=plan.key, unit_id=unit_id, lines=[], **_card_values(plan))
        session.add(card)
        session.flush()
        return CardSetup(card, lineage(session, unit_id), [_new_card_words(plan)])
    setup = CardSetup(card, lineage(session, unit_id))
    setup.set(plan.key, card, unit_id=unit_id, **_card_values(plan))
    return setup


def _card_values(plan: CardPlan) -> dict[str, Any]:
    return {
        "title": dict(plan.title),
        "vision": dict(plan.vision),
        "kind": plan.kind,
        "extends": plan.extends,
    }


def _indicator(session: Session, setup: CardSetup, planned: PlannedIndicator) -> Indicator:
    plan = planned.indicator
    found = session.scalar(
        select(Indicator).where(Indicator.code == plan.code, Indicator.card_id == setup.card.id)
    )
    if found is None and (shared := _shared(session, setup, plan)):
        setup.notes.append(_("%(code)s er den samme som på et kort ovenfor.", code=plan.code))
        set_targets(session, setup, shared, plan)
        set_interim_targets(session, setup, shared, plan)
        return shared
    values = _values(plan)
    factor = success_factor(session, setup, planned)
    if found is None:
        found = Indicator(code=plan.code, card_id=setup.card.id, success_factor=factor, targets=[], **values)
        session.add(found)
        session.flush()
        setup.changes.append(
            _("%(code)s %(title)s: ny indikator", code=plan.code, title=localised(plan.title))
        )
        for target in plan.targets:
            found.targets.append(new_target(session, target, None))
        set_interim_targets(session, setup, found, plan)
        return found
    _refuse_another_meaning(session, found, plan)
    setup.set(plan.code, found, **values)
    if found.success_factor_id != factor.id:
        title = localised(factor.title)
        setup.changes.append(_("%(code)s: flyttes til «%(title)s»", code=plan.code, title=title))
        found.success_factor = factor
    set_targets(session, setup, found, plan)
    set_interim_targets(session, setup, found, plan)
    return found


def _values(plan: IndicatorPlan) -> dict[str, Any]:
    usual_validity = periods_of(plan.frequency).years_valid
    return {
        "title": dict(plan.title),
        "definition": dict(plan.definition),
        "formula": dict(plan.formula),
        "source": plan.source,
        "owner": plan.owner,
        "owner_role": plan.owner_role,
        "kind": plan.kind,
        "direction": plan.direction,
        "frequency": plan.frequency,
        "unit_of_measure": plan.unit_of_measure,
        "decimals": plan.decimals,
        "possible_low": plan.possible.low,
        "possible_high": plan.possible.high,
        "plausible_low": plan.plausible.low,
        "plausible_high": plan.plausible.high,
        "years_valid": usual_validity if plan.years_valid is None else plan.years_valid,
        "questionnaire": plan.questionnaire,
        "measure": plan.measure,
        "criteria": [criterion.value for criterion in plan.criteria],
    }


def _meaning(indicator: Indicator | IndicatorPlan) -> tuple[object, ...]:
    """What a value of it is: with another of these, old values would be read as something else."""
    return indicator.unit_of_measure, indicator.frequency, indicator.questionnaire, indicator.measure


def _refuse_another_meaning(session: Session, found: Indicator, plan: IndicatorPlan) -> None:
    if _meaning(found) == _meaning(plan):
        return
    if session.scalar(select(Measurement.id).where(Measurement.indicator_id == found.id).limit(1)):
        raise SetupError(
            _(
                "%(code)s har verdier fra før, og kan ikke få en annen måleenhet, hyppighet eller undersøkelse. "
                "Gi den nye indikatoren en annen kode.",
                code=plan.code,
            )
        )


def _shared(session: Session, setup: CardSetup, plan: IndicatorPlan) -> Indicator | None:
    """The indicator of a card on this unit or one above that means the same. Raises SetupError for two on one unit."""
    others = session.execute(
        select(Indicator, Scorecard)
        .join(Scorecard, Scorecard.id == Indicator.card_id)
        .where(Indicator.code == plan.code, Scorecard.unit_id.in_(setup.line), Scorecard.id != setup.card.id)
    ).all()
    for indicator, card in sorted(others, key=lambda each: setup.line.index(each[1].unit_id)):
        same = (indicator.title, indicator.kind, indicator.direction) == (
            dict(plan.title),
            plan.kind,
            plan.direction,
        )
        if same and _meaning(indicator) == _meaning(plan):
            return indicator
        if card.unit_id == setup.card.unit_id:
            raise SetupError(
                _(
                    "%(code)s er noe annet på kortet «%(card)s» for den samme enheten. Velg en annen kode.",
                    code=plan.code,
                    card=card.key,
                )
            )
        setup.notes.append(_("%(code)s er noe annet på kortet «%(card)s».", code=plan.code, card=card.key))
    return None
