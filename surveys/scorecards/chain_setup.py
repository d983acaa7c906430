"""The chain above an indicator, brought in step with the plan: perspective, goal and success factor."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.scorecards.card_plans import (
    CardPlan,
    GoalPlan,
    IndicatorPlan,
    PerspectivePlan,
    SuccessFactorPlan,
    Text,
)
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.models import Goal, Perspective, SuccessFactor


@dataclass(frozen=True)
class PlannedIndicator:
    """An indicator with its chain."""

    perspective: PerspectivePlan
    goal: GoalPlan
    factor: SuccessFactorPlan
    indicator: IndicatorPlan


def planned_indicators(plan: CardPlan) -> Iterator[PlannedIndicator]:
    for perspective in plan.perspectives:
        for goal in perspective.goals:
            for factor in goal.success_factors:
                for indicator in factor.indicators:
                    yield PlannedIndicator(perspective, goal, factor, indicator)


def success_factor(session: Session, setup: CardSetup, planned: PlannedIndicator) -> SuccessFactor:
    goal = _goal(session, setup, planned)
    title: Text = dict(planned.factor.title)
    for factor in goal.success_factors:
        if factor.title == title:
            return factor
    position = [list(each.title.items()) for each in planned.goal.success_factors].index(list(title.items()))
    made = SuccessFactor(goal=goal, title=title, position=position)
    session.add(made)
    session.flush()
    return made


def _goal(session: Session, setup: CardSetup, planned: PlannedIndicator) -> Goal:
    perspective = _perspective(session, setup, planned)
    plan = planned.goal
    found = session.scalar(select(Goal).where(Goal.code == plan.code, Goal.card_id == setup.card.id))
    if found is None:
        found = Goal(
            code=plan.code,
            card_id=setup.card.id,
            title=dict(plan.title),
            perspective=perspective,
            success_factors=[],
        )
        session.add(found)
        session.flush()
        return found
    setup.set(plan.code, found, title=dict(plan.title), perspective_id=perspective.id)
    return found


def _perspective(session: Session, setup: CardSetup, planned: PlannedIndicator) -> Perspective:
    plan = planned.perspective
    found = session.scalar(select(Perspective).where(Perspective.key == plan.key))
    if found is None:
        last = session.scalars(select(Perspective.position).order_by(Perspective.position.desc())).first()
        found = Perspective(key=plan.key, title=dict(plan.title), position=-1 if last is None else last)
        found.position += 1
        session.add(found)
        session.flush()
        return found
    setup.set(plan.key, found, title=dict(plan.title))
    return found
