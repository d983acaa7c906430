"""What makes a value look wrong, in words: somebody must confirm it, or is told of it."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.platform.localisation import number
from surveys.platform.texts import _
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import Indicator
from surveys.scorecards.ranges import ValueRange, may_be_negative, plausible_range, possible_range
from surveys.scorecards.texts import difference_words, value_words

FACTOR: Final = 8.0
"""So many times the last value, or a fraction of it: a wrong comma gives ten, a share for a percentage a hundred."""

YEARS_BACK: Final = 10
ALIKE: Final = 3
"""So many equal values in a row are remarked upon."""


class DoubtKind(StrEnum):
    """What a doubt is about. All but REPEATED must be confirmed before the value is stored."""

    RANGE = "range"
    JUMP = "jump"
    PERIOD = "period"
    DATE = "date"
    REPEATED = "repeated"


@dataclass(frozen=True)
class Doubt:
    kind: DoubtKind
    words: str

    @property
    def asks(self) -> bool:
        return self.kind is not DoubtKind.REPEATED


def impossible_words(indicator: Indicator, value: float) -> str:
    """Why the indicator cannot have the value; «» when it can."""
    possible = possible_range(indicator)
    if possible.holds(value):
        return ""
    return _(
        "%(value)s er ikke mulig. Verdien må være %(range)s.",
        value=value_words(value, indicator),
        range=range_words(possible, indicator),
    )


def range_words(allowed: ValueRange, indicator: Indicator) -> str:
    """«mellom 1,0 og 6,0», «minst 0,0 %»."""
    low = None if allowed.low is None else value_words(allowed.low, indicator)
    high = None if allowed.high is None else value_words(allowed.high, indicator)
    if low is not None and high is not None:
        return _("mellom %(low)s og %(high)s", low=low, high=high)
    return _("minst %(low)s", low=low) if low is not None else _("høyst %(high)s", high=high)


def value_doubts(indicator: Indicator, value: float, before: Sequence[float]) -> Iterator[Doubt]:
    """before: the unit's values of the periods before, the last one last."""
    usual = plausible_range(indicator)
    if not usual.holds(value):
        yield Doubt(
            DoubtKind.RANGE,
            _(
                "%(value)s er uvanlig. Vanligvis er verdien %(range)s.",
                value=value_words(value, indicator),
                range=range_words(usual, indicator),
            ),
        )
    if before and (words := _jump_words(indicator, value, before[-1])):
        yield Doubt(DoubtKind.JUMP, words)
    if len(before) >= ALIKE - 1 and all(earlier == value for earlier in before[1 - ALIKE :]):
        yield Doubt(
            DoubtKind.REPEATED,
            _("%(value)s for tredje gang på rad. Er den målt på nytt?", value=value_words(value, indicator)),
        )


def _jump_words(indicator: Indicator, value: float, last: float) -> str:
    """«74,0 % er 10 ganger så mye som sist (7,4 %)»; of a deviation around 0 nothing can be said."""
    if may_be_negative(indicator) or value <= 0 or last <= 0:
        return ""
    times = value / last if value > last else last / value
    if times < FACTOR:
        return ""
    words = {
        "now": value_words(value, indicator),
        "times": number(times, 0),
        "last": value_words(last, indicator),
    }
    if value > last:
        return _("%(now)s er %(times)s ganger så mye som sist (%(last)s).", **words)
    return _("Sist var verdien %(last)s. Det er %(times)s ganger så mye som %(now)s.", **words)


def compared_words(indicator: Indicator, value: float, last: float) -> str:
    """«11,7 % er 2,4 prosentpoeng høyere enn sist», «Det samme som sist»."""
    if value == last:
        return _("Det samme som sist.")
    words = {"value": value_words(value, indicator), "amount": difference_words(value - last, indicator)}
    if value > last:
        return _("%(value)s er %(amount)s høyere enn sist.", **words)
    return _("%(value)s er %(amount)s lavere enn sist.", **words)


def is_wrong_percent(indicator: Indicator, *, is_percent: bool) -> bool:
    """«7,4 %» was written for something that is not measured in percent."""
    return is_percent and indicator.unit_of_measure != "%"


def look_like_shares(indicator: Indicator, values: Collection[float], *, any_percent: bool) -> bool:
    """Every value of a percentage is below 1, though its limits are not, and none was written with «%»."""
    bounds = [bound for target in indicator.targets for bound in (target.green, target.yellow)]
    return (
        indicator.unit_of_measure == "%"
        and not any_percent
        and bool(values)
        and not may_be_negative(indicator)
        and all(bound > 1 for bound in bounds)
        and all(0 < value < 1 for value in values)
    )


def future_words(frequency: Frequency, year: int, part: int, today: dt.date) -> str:
    """Why a period cannot have a value yet; «» when it can."""
    periods = periods_of(frequency)
    if periods.first_day(year, part) <= today:
        return ""
    return _("%(period)s har ikke begynt. Er året riktig?", period=periods.words(year, part).capitalize())


def period_doubts(frequency: Frequency, year: int, part: int, today: dt.date) -> Iterator[Doubt]:
    """A period that is not over, and one so long ago that the year may be mistyped."""
    periods = periods_of(frequency)
    if part and periods.last_day(year, part) >= today:
        period = periods.words(year, part).capitalize()
        yield Doubt(DoubtKind.PERIOD, _("%(period)s er ikke over ennå.", period=period))
    if year < today.year - YEARS_BACK:
        period = periods.words(year, part).capitalize()
        yield Doubt(
            DoubtKind.PERIOD,
            _("%(period)s er mer enn %(years)s år siden.", period=period, years=YEARS_BACK),
        )


def date_doubts(frequency: Frequency, year: int, part: int, measured_on: dt.date) -> Iterator[Doubt]:
    periods = periods_of(frequency)
    if measured_on < periods.first_day(year, part):
        yield Doubt(
            DoubtKind.DATE,
            _("Måledatoen er før %(period)s begynte.", period=periods.words(year, part)),
        )
