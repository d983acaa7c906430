"""What a row of a card is read in, and what one measurement is there: seen or not, its status, its words."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from analysis.scorecards import IndicatorStatus, TargetLimits, is_due, possible_statuses, status
from surveys.platform.texts import _
from surveys.release.models import ChangeBasis, Verdict
from surveys.release.visibility import Access
from surveys.scorecards import texts as wording
from surveys.scorecards.aggregation.rules import StatedRule
from surveys.scorecards.cards import Ambitions
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import (
    Indicator,
    IndicatorKind,
    InterimTarget,
    Measurement,
    MeasurementStatus,
)
from surveys.scorecards.questions.models import LineQuestion
from surveys.scorecards.replies.models import MeasurementReply, value_key
from surveys.scorecards.survey_values import in_indicators_unit


@dataclass(frozen=True)
class TestedChange:
    """The tested change behind a survey's value: the survey it is compared with, and what may be said."""

    survey_id: int
    verdict: Verdict
    # False: the two surveys do not measure the same, so no change is told.
    comparable: bool = True
    # Whose earlier value it is, and those units' names then; none for the unit's own.
    basis: ChangeBasis = ChangeBasis.SAME
    units: tuple[str, ...] = ()
    difference: float = 0.0
    year: int = 0


@dataclass(frozen=True)
class RowContext:
    """What a row is read in: the card's year, the day, what its reader may see, and what holds for the unit."""

    year: int
    today: dt.date
    # Release id → the reader's access to the unit there; nothing where there will never be any.
    access: Mapping[int, Access]
    ambitions: Ambitions
    # (release id, measure) → the unit's tested change.
    changes: Mapping[tuple[int, str], TestedChange]
    # (release id, measure) → the interval that the unit's figure is within.
    intervals: Mapping[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
    # Indicator id → the delmål of the unit and those above it.
    interim_targets: Mapping[int, Sequence[InterimTarget]] = field(default_factory=dict)
    # Indicators that reports upward do not show.
    own: frozenset[int] = frozenset()
    # Indicator id → every version of the unit's replies.
    replies: Mapping[int, Sequence[MeasurementReply]] = field(default_factory=dict)
    # Indicator id → the questions about its values that are not taken back; none for a list or a report.
    questions: Mapping[int, Sequence[LineQuestion]] = field(default_factory=dict)
    # Indicator id → how its values are worked out from the units below.
    rules: Mapping[int, StatedRule] = field(default_factory=dict)
    # False for a list, which tells neither earlier values nor how they went.
    with_details: bool = True
    # It is the card of the unit's newest year.
    is_newest: bool = True


def access_to_value(measurement: Measurement, setting: RowContext) -> Access | None:
    """A value that no survey gave is for everybody who may read the card."""
    return Access(now=True) if measurement.release_id is None else setting.access.get(measurement.release_id)


def is_seen(measurement: Measurement, setting: RowContext) -> bool:
    access = access_to_value(measurement, setting)
    return access is not None and access.now


class AboutValue(Protocol):
    """What is written about a value: a reply, a question."""

    @property
    def measurement(self) -> Measurement: ...


Written = TypeVar("Written", bound=AboutValue)


def told_about(
    written: Iterable[Written], until: Sequence[Measurement], setting: RowContext
) -> list[Written]:
    """Those that the reader is told: where a value is hidden, or not for her, so is what is written about it.

    until: the indicator's measurements up to the card's year. What was written about a survey's value is told with a
    value of that survey: another survey's in the same period is not the one that a correction may have hidden.
    """
    keys = {value_key(each) for each in until if each.value is not None and is_seen(each, setting)}
    periods = {(year, part) for year, part, _survey in keys}
    return [each for each in written if _has_value(value_key(each.measurement), keys, periods)]


def _has_value(
    key: tuple[int, int, int | None],
    keys: Collection[tuple[int, int, int | None]],
    periods: Collection[tuple[int, int]],
) -> bool:
    """An entered value may have been replaced by a survey's: everybody could see it."""
    year, part, survey = key
    return key in keys if survey is not None else (year, part) in periods


def is_development(indicator: Indicator) -> bool:
    return indicator.kind is IndicatorKind.DEVELOPMENT


def target_of(indicator: Indicator, year: int, setting: RowContext) -> TargetLimits | None:
    """The ambition level of the value's own year: a new level never recolours an old value."""
    return None if is_development(indicator) else setting.ambitions.of(indicator.id, year)


def status_of(
    indicator: Indicator, measurement: Measurement | None, target: TargetLimits | None, setting: RowContext
) -> IndicatorStatus:
    if measurement is None:
        due = is_due(setting.year, periods_of(indicator.frequency).parts, setting.today)
        return status(None, indicator.direction, target, due=due)
    hidden = measurement.status is MeasurementStatus.HIDDEN
    return status(measurement.value, indicator.direction, target, hidden=hidden)


def shown_value(measurement: Measurement, indicator: Indicator, setting: RowContext) -> str:
    if measurement.value is None:
        return ""
    return wording.value_words(measurement.value, indicator, target_of(indicator, measurement.year, setting))


def computed_words(indicator: Indicator, measurement: Measurement | None, setting: RowContext) -> str:
    """What a computed value was worked out from; «» for one that was entered, or that has no rule any more."""
    rule = setting.rules.get(indicator.id)
    if rule is None or measurement is None or measurement.computed_from is None or measurement.value is None:
        return ""
    return rule.value_words(measurement)


def source_words(measurement: Measurement) -> str:
    return measurement.source if measurement.computed_from is None else _("Regnet ut")


def period_of(measurement: Measurement, indicator: Indicator) -> str:
    return periods_of(indicator.frequency).words(measurement.year, measurement.part)


def interval_of(
    indicator: Indicator, measurement: Measurement, setting: RowContext
) -> tuple[float, float] | None:
    """What a survey's value is within; None for values that are counted, not sampled."""
    found = setting.intervals.get((measurement.release_id or 0, indicator.measure or ""))
    if found is None:
        return None
    return in_indicators_unit(found[0], indicator), in_indicators_unit(found[1], indicator)


def interval_words(indicator: Indicator, measurement: Measurement, setting: RowContext) -> str:
    """«mellom 3,8 og 5,0»."""
    found = interval_of(indicator, measurement, setting)
    if found is None or measurement.value is None:
        return ""
    target = target_of(indicator, measurement.year, setting)
    return wording.interval_words(*(wording.value_words(end, indicator, target) for end in found))


def doubt_words(indicator: Indicator, measurement: Measurement, setting: RowContext) -> str:
    """«kan være gul»: the other colours that the interval reaches."""
    found = interval_of(indicator, measurement, setting)
    target = target_of(indicator, measurement.year, setting)
    if found is None or target is None or measurement.value is None:
        return ""
    own = status(measurement.value, indicator.direction, target)
    return wording.doubt_words(possible_statuses(*found, indicator.direction, target) - {own})
