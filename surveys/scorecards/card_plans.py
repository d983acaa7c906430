"""A card as a plain description, as a file has it, and every fault that can be seen in the description alone."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from math import isfinite
from typing import Final

from analysis.scorecards import Direction, TargetError
from analysis.scorecards import TargetLimits as Ambition
from surveys.access.models import Role
from surveys.platform.texts import _, translated
from surveys.platform.typed_data import NoOtherFields
from surveys.scorecards.aggregation.rule_plans import AggregationPlan, aggregation_faults, reference_faults
from surveys.scorecards.criteria import Criterion
from surveys.scorecards.cross_view.pair_plans import PairPlan, pair_faults
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.models import OWNER_ROLES, CardKind, IndicatorKind

Text = Mapping[str, str]
"""Language code → wording."""

MOST_DECIMALS: Final = 6

UNSTATED_YEAR: Final = 2000
"""From when an ambition level holds, unless it says something else: from before anything was measured."""


class SetupError(ValueError):
    """A description that cannot be used; the message has every fault, one a line."""


@dataclass(frozen=True)
class TargetPlan(NoOtherFields):
    """An ambition level from a year on. `unit` is a unit's code; «» is everybody."""

    green: float
    yellow: float
    green_to: float | None = None
    yellow_to: float | None = None
    from_year: int = UNSTATED_YEAR
    unit: str = ""
    decided_by: str = ""
    decided_on: dt.date | None = None


@dataclass(frozen=True)
class InterimTargetPlan(NoOtherFields):
    """A delmål of the unit with the code. It decides no colour."""

    unit: str
    year: int
    value: float


@dataclass(frozen=True)
class RangePlan(NoOtherFields):
    """Which values there can be. None: what follows from the unit of measure."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class IndicatorPlan(NoOtherFields):
    """An indicator and its place on the card. With `questionnaire` and `measure` (a factor) releases feed it.

    `unit_types`: only for units of these types; empty for every unit.
    `years_valid` None: what is usual for the frequency. Values outside `possible` are refused, outside `plausible`
    asked about. `owner_role`: who enters values for her own units, beside HR. `reported`: reports upward show it.
    `aggregation`: how the units above get their values; None: they are entered, or a survey gives them.
    """

    code: str
    title: Text
    source: str
    unit_of_measure: str
    definition: Text = field(default_factory=dict)
    formula: Text = field(default_factory=dict)
    owner: str = ""
    owner_role: Role = Role.HR
    possible: RangePlan = field(default_factory=RangePlan)
    plausible: RangePlan = field(default_factory=RangePlan)
    kind: IndicatorKind = IndicatorKind.STEERING
    direction: Direction = Direction.HIGHER
    frequency: Frequency = Frequency.YEAR
    decimals: int = 1
    years_valid: int | None = None
    questionnaire: str | None = None
    measure: str | None = None
    targets: Sequence[TargetPlan] = ()
    interim_targets: Sequence[InterimTargetPlan] = ()
    unit_types: Sequence[str] = ()
    reported: bool = True
    criteria: Sequence[Criterion] = ()
    aggregation: AggregationPlan | None = None

    @property
    def computing(self) -> AggregationPlan:
        return self.aggregation or AggregationPlan()


@dataclass(frozen=True)
class SuccessFactorPlan(NoOtherFields):
    """`title` may be {}: indicators straight under their goal."""

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
    """A card for the unit with this code and every unit below it.

    `extends`: its rows come in addition to those of the nearest card above, not instead of them.
    `pairs`: indicators that are read beside each other, opplevd and målt.
    """

    key: str
    title: Text
    unit: str
    perspectives: Sequence[PerspectivePlan]
    vision: Text = field(default_factory=dict)
    kind: CardKind = CardKind.STEERING
    extends: bool = False
    pairs: Sequence[PairPlan] = ()

    def indicators(self) -> list[IndicatorPlan]:
        """Every indicator in the card's order."""
        return [
            indicator
            for perspective in self.perspectives
            for goal in perspective.goals
            for factor in goal.success_factors
            for indicator in factor.indicators
        ]


def plan_faults(plan: CardPlan) -> Iterator[str]:
    indicators = plan.indicators()
    yield from _empty_texts(plan)
    codes = [indicator.code for indicator in indicators]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield _("%(code)s: koden er brukt av flere indikatorer på kortet.", code=code)
    for indicator in indicators:
        if plan.kind is CardKind.STATISTICS and indicator.targets:
            words = _("et statistikkort har ikke ambisjonsnivå.")
            yield f"{indicator.code}: {words}"
        for fault in (*indicator_faults(indicator), *reference_faults(indicator, indicators)):
            yield f"{indicator.code}: {fault}"
    yield from pair_faults(plan.pairs, indicators)


def indicator_faults(planned: IndicatorPlan) -> Iterator[str]:
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
    yield from aggregation_faults(planned)
    yield from _number_faults(planned)
    for target in planned.targets:
        try:
            ambition(target).check(planned.direction)
        except TargetError as error:
            yield translated(error.message)


def _number_faults(planned: IndicatorPlan) -> Iterator[str]:
    if not 0 <= planned.decimals <= MOST_DECIMALS:
        yield _("antall desimaler må være fra 0 til %(most)s.", most=MOST_DECIMALS)
    if planned.years_valid is not None and planned.years_valid < 0:
        yield _("antall år en verdi gjelder, kan ikke være negativt.")
    if planned.owner_role not in OWNER_ROLES:
        roles = ", ".join(OWNER_ROLES)
        yield _("«owner_role» må være en av %(roles)s.", roles=roles)
    for allowed in (planned.possible, planned.plausible):
        if allowed.low is not None and allowed.high is not None and allowed.low > allowed.high:
            yield _("den laveste verdien er høyere enn den høyeste.")
    bounds = [bound for target in planned.targets for bound in astuple(ambition(target)) if bound is not None]
    ends = [planned.possible.low, planned.possible.high, planned.plausible.low, planned.plausible.high]
    if not all(isfinite(number) for number in [*bounds, *(end for end in ends if end is not None)]):
        yield _("grensene må være tall.")
    for target in planned.targets:
        if not 1990 <= target.from_year <= 2100:
            yield _("året %(year)s må være mellom 1990 og 2100.", year=target.from_year)


def _empty_texts(plan: CardPlan) -> Iterator[str]:
    """Where a text has to be and is not, by its place in the plan."""
    empty = _("teksten er tom.")
    yield from (f"{place}: {empty}" for place, text in _texts_of(plan) if _is_empty(text))


def _texts_of(plan: CardPlan) -> Iterator[tuple[str, Text | str]]:
    yield from (("key", plan.key), ("title", plan.title))
    for perspective in plan.perspectives:
        yield f"perspectives ({perspective.key})", perspective.key
        yield f"perspectives ({perspective.key})", perspective.title
        for goal in perspective.goals:
            yield f"goals ({goal.code})", goal.code
            yield f"goals ({goal.code})", goal.title
            for factor in goal.success_factors:
                if factor.title:
                    yield f"success_factors ({goal.code})", factor.title
    for indicator in plan.indicators():
        yield f"{indicator.code}, title", indicator.title
        yield from (
            (f"{indicator.code}, {name}", getattr(indicator, name))
            for name in ("code", "source", "unit_of_measure")
        )


def _is_empty(text: Text | str) -> bool:
    """No wording, or one that is only blanks."""
    if isinstance(text, str):
        return not text.strip()
    return not text or any(not wording.strip() for wording in text.values())


def ambition(target: TargetPlan) -> Ambition:
    return Ambition(target.green, target.yellow, target.green_to, target.yellow_to)
