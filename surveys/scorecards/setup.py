"""Setting up a card from a plain description: perspectives, goals, success factors, indicators and ambition levels.

A description is values only. What exists already (by key, code or title) is used as it stands, so several cards can
share perspectives and indicators, and setting up the same card twice changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import Direction, TargetError
from analysis.scorecards import TargetLimits as Ambition
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.texts import _, translated
from surveys.platform.typed_data import NoOtherFields
from surveys.scorecards.feeding import feed_everything
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import (
    Goal,
    Indicator,
    IndicatorKind,
    Perspective,
    Scorecard,
    ScorecardLine,
    SuccessFactor,
    Target,
)

Text = Mapping[str, str]
"""Language code → wording."""


class SetupError(ValueError):
    """A description that cannot be used; the message has every fault, one a line."""


@dataclass(frozen=True)
class TargetPlan(NoOtherFields):
    """An ambition level from a year on. `unit` is a unit's code; «» is everybody."""

    green: float
    yellow: float
    green_to: float | None = None
    yellow_to: float | None = None
    from_year: int = 2000
    unit: str = ""


@dataclass(frozen=True)
class IndicatorPlan(NoOtherFields):
    """An indicator and its place on the card. With `questionnaire` and `measure` (a factor) releases feed it.

    `unit_types`: only for units of these types; empty for every unit.
    `years_valid` None: what is usual for the frequency.
    """

    code: str
    title: Text
    source: str
    unit_of_measure: str
    definition: Text = field(default_factory=dict)
    formula: Text = field(default_factory=dict)
    owner: str = ""
    kind: IndicatorKind = IndicatorKind.STEERING
    direction: Direction = Direction.HIGHER
    frequency: Frequency = Frequency.YEAR
    decimals: int = 1
    years_valid: int | None = None
    questionnaire: str | None = None
    measure: str | None = None
    targets: Sequence[TargetPlan] = ()
    unit_types: Sequence[str] = ()


@dataclass(frozen=True)
class SuccessFactorPlan(NoOtherFields):
    title: Text
    indicators: Sequence[IndicatorPlan]


@dataclass(frozen=True)
class GoalPlan(NoOtherFields):
    code: str
    title: Text
    success_factors: Sequence[SuccessFactorPlan]


@dataclass(frozen=True)
class PerspectivePlan(NoOtherFields):
    key: str
    title: Text
    goals: Sequence[GoalPlan]


@dataclass(frozen=True)
class CardPlan(NoOtherFields):
    """A card for the unit with this code and every unit below it."""

    key: str
    title: Text
    unit: str
    perspectives: Sequence[PerspectivePlan]


def build_card(session: Session, plan: CardPlan) -> Scorecard:
    """The card in the caller's transaction, with every released survey fed into it. Raises SetupError."""
    faults = list(_faults(plan))
    if faults:
        raise SetupError("\n".join(faults))
    card = session.scalar(select(Scorecard).where(Scorecard.key == plan.key))
    if card is None:
        card = Scorecard(key=plan.key, title=dict(plan.title), unit_id=_unit_id(session, plan.unit), lines=[])
        session.add(card)
        audit.record(session, "scorecard.created", plan.key)
    known = {(line.indicator_id, line.unit_type) for line in card.lines}
    for position, (success_factor, planned) in enumerate(_chain(session, plan)):
        indicator = _indicator(session, success_factor, planned)
        card.lines += [
            ScorecardLine(indicator=indicator, position=position, unit_type=unit_type)
            for unit_type in planned.unit_types or ("",)
            if (indicator.id, unit_type) not in known
        ]
    session.flush()
    feed_everything(session)
    return card


def _faults(plan: CardPlan) -> Iterator[str]:
    indicators = [
        indicator
        for perspective in plan.perspectives
        for goal in perspective.goals
        for factor in goal.success_factors
        for indicator in factor.indicators
    ]
    codes = [indicator.code for indicator in indicators]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _("%(code)s: koden er brukt av flere indikatorer på kortet.", code=code)
    for indicator in indicators:
        for fault in _indicator_faults(indicator):
            yield f"{indicator.code}: {fault}"


def _indicator_faults(planned: IndicatorPlan) -> Iterator[str]:
    if (planned.questionnaire is None) != (planned.measure is None):
        yield _("en indikator fra en undersøkelse må ha både spørreskjema og faktor.")
    if planned.questionnaire and planned.frequency is not Frequency.YEAR:
        yield _("en indikator fra en undersøkelse måles for hele året.")
    if planned.kind is IndicatorKind.DEVELOPMENT and planned.targets:
        yield _("et utviklingstrekk har ikke ambisjonsnivå.")
    starts = [(target.unit, target.from_year) for target in planned.targets]
    for unit, year in sorted({start for start in starts if starts.count(start) > 1}):
        whom = _("enheten «%(code)s»", code=unit) if unit else _("alle enheter")
        yield _("to ambisjonsnivåer gjelder fra %(year)s for %(whom)s.", year=year, whom=whom)
    for target in planned.targets:
        try:
            _ambition(target).check(planned.direction)
        except TargetError as error:
            yield translated(error.message)


def _ambition(target: TargetPlan) -> Ambition:
    return Ambition(target.green, target.yellow, target.green_to, target.yellow_to)


def _chain(session: Session, plan: CardPlan) -> Iterator[tuple[SuccessFactor, IndicatorPlan]]:
    """Every planned indicator with its success factor, made where missing, in the plan's order."""
    for position, planned in enumerate(plan.perspectives):
        perspective = _perspective(session, planned, position)
        for goal_plan in planned.goals:
            goal = _goal(session, perspective, goal_plan)
            for place, factor_plan in enumerate(goal_plan.success_factors):
                factor = _success_factor(session, goal, factor_plan, place)
                for indicator in factor_plan.indicators:
                    yield factor, indicator


def _perspective(session: Session, planned: PerspectivePlan, position: int) -> Perspective:
    found = session.scalar(select(Perspective).where(Perspective.key == planned.key))
    if found is None:
        found = Perspective(key=planned.key, title=dict(planned.title), position=position)
        session.add(found)
    return found


def _goal(session: Session, perspective: Perspective, planned: GoalPlan) -> Goal:
    found = session.scalar(select(Goal).where(Goal.code == planned.code))
    if found is None:
        found = Goal(
            code=planned.code, title=dict(planned.title), perspective=perspective, success_factors=[]
        )
        session.add(found)
    return found


def _success_factor(session: Session, goal: Goal, planned: SuccessFactorPlan, position: int) -> SuccessFactor:
    for factor in goal.success_factors:
        if factor.title == planned.title:
            return factor
    made = SuccessFactor(goal=goal, title=dict(planned.title), position=position)
    session.add(made)
    return made


def _indicator(session: Session, success_factor: SuccessFactor, planned: IndicatorPlan) -> Indicator:
    found = session.scalar(select(Indicator).where(Indicator.code == planned.code))
    if found is not None:
        return found
    usual_validity = periods_of(planned.frequency).years_valid
    indicator = Indicator(
        code=planned.code,
        title=dict(planned.title),
        definition=dict(planned.definition),
        formula=dict(planned.formula),
        source=planned.source,
        owner=planned.owner,
        kind=planned.kind,
        direction=planned.direction,
        frequency=planned.frequency,
        unit_of_measure=planned.unit_of_measure,
        decimals=planned.decimals,
        years_valid=usual_validity if planned.years_valid is None else planned.years_valid,
        questionnaire=planned.questionnaire,
        measure=planned.measure,
        success_factor=success_factor,
        targets=[_target(session, target) for target in planned.targets],
    )
    session.add(indicator)
    session.flush()
    return indicator


def _target(session: Session, planned: TargetPlan) -> Target:
    return Target(
        unit_id=_unit_id(session, planned.unit) if planned.unit else None,
        from_year=planned.from_year,
        green=planned.green,
        yellow=planned.yellow,
        green_to=planned.green_to,
        yellow_to=planned.yellow_to,
    )


def _unit_id(session: Session, code: str) -> int:
    found = session.scalar(select(Unit.id).where(Unit.code == code))
    if found is None:
        raise SetupError(_("Det finnes ingen enhet med koden «%(code)s».", code=code))
    return found
