"""A card as it is in the database, as a plan: to begin the next version from, and to download."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.organisation.models import Unit
from surveys.scorecards.aggregation.rule_plans import AggregationPlan
from surveys.scorecards.aggregation.rules import aggregation_plans
from surveys.scorecards.card_plans import (
    CardPlan,
    GoalPlan,
    IndicatorPlan,
    InterimTargetPlan,
    PerspectivePlan,
    RangePlan,
    SuccessFactorPlan,
    TargetPlan,
)
from surveys.scorecards.criteria import Criterion
from surveys.scorecards.cross_view.pairs import pair_plans
from surveys.scorecards.models import (
    Goal,
    Indicator,
    Perspective,
    Scorecard,
    ScorecardLine,
    SuccessFactor,
)


def plan_of_card(session: Session, card: Scorecard) -> CardPlan:
    """The newest card: rows that have ended are not in it."""
    chain: dict[Perspective, dict[Goal, dict[SuccessFactor, dict[Indicator, list[ScorecardLine]]]]] = {}
    for line in _lines(session, card):
        factor = line.indicator.success_factor
        goals = chain.setdefault(factor.goal.perspective, {})
        factors = goals.setdefault(factor.goal, {})
        factors.setdefault(factor, {}).setdefault(line.indicator, []).append(line)
    units = {unit.id: unit.code for unit in session.execute(select(Unit.id, Unit.code))}
    rules = aggregation_plans(session)
    codes = {
        each.code
        for goals in chain.values()
        for factors in goals.values()
        for rows in factors.values()
        for each in rows
    }
    return CardPlan(
        key=card.key,
        title=card.title,
        unit=card.unit.code,
        vision=card.vision,
        kind=card.kind,
        extends=card.extends,
        pairs=pair_plans(session, card.id, codes),
        perspectives=[
            PerspectivePlan(
                perspective.key,
                perspective.title,
                [
                    GoalPlan(
                        goal.code,
                        goal.title,
                        [
                            SuccessFactorPlan(
                                factor.title,
                                [
                                    _indicator(card, each, lines, units, rules.get(each.id))
                                    for each, lines in rows.items()
                                ],
                            )
                            for factor, rows in factors.items()
                        ],
                    )
                    for goal, factors in goals.items()
                ],
            )
            for perspective, goals in chain.items()
        ],
    )


def _lines(session: Session, card: Scorecard) -> Iterable[ScorecardLine]:
    indicator = joinedload(ScorecardLine.indicator)
    goal = indicator.joinedload(Indicator.success_factor).joinedload(SuccessFactor.goal)
    return session.scalars(
        select(ScorecardLine)
        .where(ScorecardLine.scorecard_id == card.id, ScorecardLine.until_year.is_(None))
        .options(goal.joinedload(Goal.perspective))
        .order_by(ScorecardLine.position, ScorecardLine.indicator_id, ScorecardLine.unit_type)
    ).all()


def _indicator(
    card: Scorecard,
    indicator: Indicator,
    lines: Iterable[ScorecardLine],
    units: dict[int, str],
    aggregation: AggregationPlan | None,
) -> IndicatorPlan:
    """Levels of a shared indicator that hold for everybody are another card's, unless they hold here."""
    own = indicator.card_id == card.id
    levels = [each for each in indicator.targets if own or each.unit_id in {None, card.unit_id}]
    return IndicatorPlan(
        code=indicator.code,
        title=indicator.title,
        source=indicator.source,
        unit_of_measure=indicator.unit_of_measure,
        definition=indicator.definition,
        formula=indicator.formula,
        owner=indicator.owner,
        owner_role=indicator.owner_role,
        possible=RangePlan(indicator.possible_low, indicator.possible_high),
        plausible=RangePlan(indicator.plausible_low, indicator.plausible_high),
        kind=indicator.kind,
        direction=indicator.direction,
        frequency=indicator.frequency,
        decimals=indicator.decimals,
        years_valid=indicator.years_valid,
        questionnaire=indicator.questionnaire,
        measure=indicator.measure,
        targets=tuple(
            TargetPlan(
                each.green,
                each.yellow,
                each.green_to,
                each.yellow_to,
                each.from_year,
                # A card's own level on a shared indicator is written without its unit (`target_setup`).
                "" if not own or each.unit_id is None else units[each.unit_id],
                each.decided_by,
                each.decided_on,
            )
            for each in sorted(levels, key=lambda each: (each.unit_id or 0, each.from_year))
        ),
        interim_targets=tuple(
            InterimTargetPlan(units[each.unit_id], each.year, each.value)
            for each in sorted(indicator.interim_targets, key=lambda each: (each.year, each.unit_id))
        ),
        unit_types=tuple(sorted(line.unit_type for line in lines if line.unit_type)),
        reported=all(line.reported for line in lines),
        criteria=tuple(Criterion(each) for each in indicator.criteria),
        aggregation=aggregation,
    )
