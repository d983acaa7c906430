"""A unit's value worked out from the units below, as plain arithmetic.

What was entered for a unit counts for everything below it: its parts are looked for only where it has nothing of its
own. Every input is a value that somebody entered or imported, so a computed value tells nothing that the entered ones
do not tell. One that is hidden is never passed: then nothing is computed, however many units are missing beside it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.models import MeasurementStatus

HIDDEN_BELOW = "hidden_below"
IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class InputValue:
    """What was entered for a unit. None: hidden, or something that only a survey's own readers may see."""

    value: float | None
    measured_on: dt.date


@dataclass(frozen=True)
class ComputedValue:
    """units: how many it is worked out from; missing: how many of those asked for have nothing."""

    status: MeasurementStatus
    value: float | None
    units: int
    missing: int
    reason: str = ""
    # Of the oldest number behind it.
    measured_on: dt.date | None = None


@dataclass(frozen=True)
class PeriodInputs:
    """One indicator's rule and one period: everything that a unit's value is worked out from.

    children: the units right below each that existed at the end of the period. on_card: indicator id → the units that
    have it on their card. entered: (indicator id, unit id) → what was entered; a year's weight is that of the year.
    """

    rule: AggregateRule
    indicator_id: int
    weight_id: int | None
    numerator_id: int | None
    denominator_id: int | None
    allows_missing: bool
    is_percent: bool
    children: Mapping[int, Sequence[int]]
    on_card: Mapping[int, Collection[int]]
    entered: Mapping[tuple[int, int], InputValue]

    def value_of(self, unit_id: int) -> ComputedValue | None:
        """None when the unit has nothing to compute from: no unit below has the indicator, or none has a value."""
        if self.rule is AggregateRule.RATIO:
            return self._ratio(unit_id)
        units = list(self._below(unit_id, self.indicator_id, self._has(self.indicator_id)))
        pairs = [(self._amount(self.indicator_id, each), self._weight(each)) for each in units]
        return self._result(pairs)

    def _ratio(self, unit_id: int) -> ComputedValue | None:
        """Also where there is nothing below: a unit's own two numbers are a ratio too."""
        has = [self._has(id_) for id_ in (self.numerator_id, self.denominator_id) if id_ is not None]

        def has_both(unit: int) -> bool:
            return all(each(unit) for each in has)

        units = [unit_id] if has_both(unit_id) else list(self._below(unit_id, self.indicator_id, has_both))
        pairs = [
            (self._amount(self.numerator_id, each), self._amount(self.denominator_id, each)) for each in units
        ]
        return self._result(pairs)

    def _result(
        self, pairs: Sequence[tuple[Sequence[InputValue] | None, Sequence[InputValue] | None]]
    ) -> ComputedValue | None:
        known = [(first, second) for first, second in pairs if first is not None and second is not None]
        inputs = [each for first, second in known for each in (*first, *second)]
        half_known = [each for pair in pairs for part in pair if part is not None for each in part]
        units, missing = len(known), len(pairs) - len(known)
        if any(each.value is None for each in half_known):
            return ComputedValue(MeasurementStatus.HIDDEN, None, units, missing, HIDDEN_BELOW)
        if not known:
            return None
        if missing and not self.allows_missing:
            return ComputedValue(MeasurementStatus.NOT_MEASURED, None, units, missing)
        value = self._worked_out([(_total(first), _total(second)) for first, second in known])
        if value is None:
            return ComputedValue(MeasurementStatus.NOT_MEASURED, None, units, missing, IMPOSSIBLE)
        oldest = min(each.measured_on for each in inputs)
        return ComputedValue(MeasurementStatus.MEASURED, value, units, missing, measured_on=oldest)

    def _worked_out(self, pairs: Sequence[tuple[float, float]]) -> float | None:
        """pairs: of each unit the value and its weight, or what is divided and by what. None: nothing to divide by."""
        if self.rule is AggregateRule.SUM:
            return sum(value for value, _weight in pairs)
        below = sum(second for _first, second in pairs)
        if below <= 0 or any(second < 0 for _first, second in pairs):
            return None
        if self.rule is AggregateRule.WEIGHTED_MEAN:
            return sum(value * weight for value, weight in pairs) / below
        return sum(first for first, _second in pairs) / below * (100 if self.is_percent else 1)

    def _weight(self, unit_id: int) -> Sequence[InputValue] | None:
        return () if self.weight_id is None else self._amount(self.weight_id, unit_id)

    def _amount(self, indicator_id: int | None, unit_id: int) -> Sequence[InputValue] | None:
        """What was entered for the unit, else for every unit below that has the indicator; None when one is missing."""
        if indicator_id is None:
            return None
        if (own := self.entered.get((indicator_id, unit_id))) is not None:
            return (own,)
        below = list(self._below(unit_id, indicator_id, self._has(indicator_id)))
        found = [self.entered.get((indicator_id, each)) for each in below]
        known = [each for each in found if each is not None]
        hidden = [each for each in known if each.value is None]
        return hidden or (known if known and len(known) == len(found) else None)

    def _has(self, indicator_id: int | None) -> Callable[[int], bool]:
        return lambda unit_id: indicator_id is not None and (indicator_id, unit_id) in self.entered

    def _below(self, unit_id: int, indicator_id: int, has: Callable[[int], bool]) -> Iterator[int]:
        """The nearest units below that have a value; where none has, the lowest ones that should have had."""
        on_card = self.on_card.get(indicator_id, ())
        for child in self.children.get(unit_id, ()):
            if has(child):
                yield child
                continue
            deeper = list(self._below(child, indicator_id, has))
            if deeper:
                yield from deeper
            elif child in on_card:
                yield child


def _total(inputs: Sequence[InputValue]) -> float:
    return sum(each.value for each in inputs if each.value is not None)
