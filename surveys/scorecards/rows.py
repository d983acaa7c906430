"""One indicator's row on a card: its latest value that the reader may see, and how it came there."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import Direction, IndicatorStatus, TargetLimits, Trend, is_due, is_old, status, trend
from surveys.platform.localisation import localised
from surveys.release.models import ChangeBasis, Verdict
from surveys.release.visibility import Access
from surveys.scorecards import texts as wording
from surveys.scorecards.cards import Ambitions
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import Indicator, IndicatorKind, Measurement, MeasurementStatus
from surveys.scorecards.sparkline import Moment, Spark, spark

SMALLEST_SPAN: Final = 1.0
"""A spark line's least height, in the value's own unit: half a scale step of noise must not look like a cliff."""


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


@dataclass(frozen=True)
class HistoryEntry:
    """One earlier or present value in the details, in words."""

    period: str
    status: IndicatorStatus
    value: str
    n: int | None
    reason: str
    source: str
    measured_on: dt.date


@dataclass(frozen=True)
class MeasurementComparison:
    """The last comparable value and the change since then. `trend` is None where nobody has tested the change."""

    period: str
    value: str
    trend: Trend | None = None
    change: str = ""
    meaning: str = ""
    # Whose value it is, when it is not the unit's own.
    note: str = ""


@dataclass(frozen=True)
class IndicatorRow:
    """Everything a page shows of one indicator, in words but for what is drawn."""

    code: str
    title: str
    definition: str
    formula: str
    source: str
    owner: str
    scale: str
    target: str
    limits: str
    status: IndicatorStatus
    value: str
    period: str
    # The value is for a part of a year.
    is_part: bool
    n: int | None
    value_source: str
    measured_on: dt.date | None
    # Years since it was measured, seen from the card's year.
    age: int
    old: bool
    # Why there is no value, or no newer one, or from when the reader may see it.
    reason: str
    previous: MeasurementComparison | None
    spark: Spark | None
    spark_words: str
    history: tuple[HistoryEntry, ...]

    @property
    def counted_status(self) -> IndicatorStatus:
        """An old value counts as no colour: it says nothing about now."""
        return IndicatorStatus.NOT_MEASURED if self.old else self.status


def indicator_row(
    indicator: Indicator, measurements: Sequence[Measurement], setting: RowContext
) -> IndicatorRow:
    """The row of one indicator for one unit. `measurements`: as `value_for_reader`, of every year."""
    until = [measurement for measurement in measurements if measurement.year <= setting.year]
    seen = _one_for_each_period(until, setting)
    latest = value_for_reader(until, setting)
    newer = until[-1] if until and until[-1] is not latest else None
    target = _target(indicator, latest.year if latest else setting.year, setting)
    age = setting.year - latest.year if latest else 0
    return IndicatorRow(
        code=indicator.code,
        title=localised(indicator.title),
        definition=localised(indicator.definition),
        formula=localised(indicator.formula),
        source=indicator.source,
        owner=indicator.owner,
        scale=wording.scale_words(indicator),
        target=wording.target_words(target, indicator, development=_is_development(indicator)),
        limits=wording.limits_words(target, indicator),
        status=_row_status(indicator, latest, newer, target, setting),
        value=_value_words(latest, indicator) if latest else "",
        period=_period(latest, indicator) if latest else "",
        is_part=latest is not None and latest.part > 0,
        n=latest.n if latest else None,
        value_source=latest.source if latest else "",
        measured_on=latest.measured_on if latest else None,
        age=age,
        old=latest is not None and is_old(latest.year, setting.year, indicator.years_valid),
        reason=_reason(indicator, latest, newer, setting),
        previous=_comparison(indicator, latest, seen, target, setting),
        spark=spark(_moments(seen, indicator, setting), _drawn_target(indicator, target), SMALLEST_SPAN),
        spark_words=wording.spark_words((_period(m, indicator), _value_words(m, indicator)) for m in seen),
        history=tuple(_entry(m, indicator, setting) for m in reversed(seen)),
    )


def _access(measurement: Measurement, setting: RowContext) -> Access | None:
    """A value that no survey gave is for everybody who may read the card."""
    return Access(now=True) if measurement.release_id is None else setting.access.get(measurement.release_id)


def _is_seen(measurement: Measurement, setting: RowContext) -> bool:
    access = _access(measurement, setting)
    return access is not None and access.now


def value_for_reader(until: Sequence[Measurement], setting: RowContext) -> Measurement | None:
    """The newest value the reader may see: one that is hidden, or that is not for her yet, takes none away.

    until: the indicator's measurements up to the card's year, oldest first; two surveys may have measured one year.
    """
    return next((m for m in reversed(until) if m.value is not None and _is_seen(m, setting)), None)


def _one_for_each_period(until: Sequence[Measurement], setting: RowContext) -> list[Measurement]:
    """What the reader sees of each period, oldest first: its newest value, or else its newest measurement."""
    periods: dict[tuple[int, int], list[Measurement]] = {}
    for measurement in until:
        if _is_seen(measurement, setting):
            periods.setdefault((measurement.year, measurement.part), []).append(measurement)
    return [value_for_reader(of, setting) or of[-1] for of in periods.values()]


def _is_development(indicator: Indicator) -> bool:
    return indicator.kind is IndicatorKind.DEVELOPMENT


def _target(indicator: Indicator, year: int, setting: RowContext) -> TargetLimits | None:
    """The ambition level of the value's own year: a new level never recolours an old value."""
    return None if _is_development(indicator) else setting.ambitions.of(indicator.id, year)


def _row_status(
    indicator: Indicator,
    latest: Measurement | None,
    newer: Measurement | None,
    target: TargetLimits | None,
    setting: RowContext,
) -> IndicatorStatus:
    """The colour of the value she sees; without one, what the newest measurement says."""
    if latest is not None or newer is None or _is_seen(newer, setting):
        return _status(indicator, latest or newer, target, setting)
    if _access(newer, setting) is None:
        return IndicatorStatus.HIDDEN
    return status(None, indicator.direction, target, due=False)


def _status(
    indicator: Indicator, measurement: Measurement | None, target: TargetLimits | None, setting: RowContext
) -> IndicatorStatus:
    if measurement is None:
        due = is_due(setting.year, periods_of(indicator.frequency).parts, setting.today)
        return status(None, indicator.direction, target, due=due)
    hidden = measurement.status is MeasurementStatus.HIDDEN
    return status(measurement.value, indicator.direction, target, hidden=hidden)


def _value_words(measurement: Measurement, indicator: Indicator) -> str:
    return "" if measurement.value is None else wording.value_words(measurement.value, indicator)


def _period(measurement: Measurement, indicator: Indicator) -> str:
    return periods_of(indicator.frequency).words(measurement.year, measurement.part)


def _reason(
    indicator: Indicator, latest: Measurement | None, newer: Measurement | None, setting: RowContext
) -> str:
    """Why the newest measurement shows no value; with its period, when an older value is shown in its place."""
    if newer is None:
        return wording.reason_words(latest) if latest else ""
    seen = _is_seen(newer, setting)
    words = wording.reason_words(newer) if seen else wording.waiting_words(_access(newer, setting))
    return f"{_period(newer, indicator)}: {words}" if latest and words else words


def _comparison(
    indicator: Indicator,
    latest: Measurement | None,
    seen: Sequence[Measurement],
    target: TargetLimits | None,
    setting: RowContext,
) -> MeasurementComparison | None:
    """The last comparable value."""
    if latest is None:
        return None
    tested = setting.changes.get((latest.release_id or 0, indicator.measure or ""))
    if tested and tested.units and latest.value is not None:
        return _with_others(indicator, latest.value, tested, target)
    before = _comparable(latest, seen, tested)
    if before is None or before.value is None or latest.value is None:
        return None
    verdict = tested.verdict if tested else None
    moved = trend(
        latest.value,
        before.value,
        None if _is_development(indicator) else indicator.direction,
        target,
        clear=verdict is None or verdict.clear,
        smallest=0.5 * 10**-indicator.decimals if tested is None else 0.0,
    )
    return MeasurementComparison(
        period=_period(before, indicator),
        value=_value_words(before, indicator),
        trend=moved,
        change=wording.change_words(moved, indicator, verdict)
        if tested is None or tested.comparable
        else wording.incomparable_words(),
        meaning=wording.meaning_words(moved),
    )


def _with_others(
    indicator: Indicator, value: float, tested: TestedChange, target: TargetLimits | None
) -> MeasurementComparison:
    """The released value of the units this one came from. From a whole to a part of it there is no trend."""
    before = value - tested.difference
    period, note = str(tested.year), wording.basis_words(tested.basis, tested.units, tested.year)
    if tested.basis is ChangeBasis.SPLIT:
        return MeasurementComparison(period, wording.value_words(before, indicator), note=note)
    direction = None if _is_development(indicator) else indicator.direction
    clear = tested.verdict.clear
    moved = trend(value, before, direction, target, clear=clear, smallest=0.0)
    return MeasurementComparison(
        period,
        wording.value_words(before, indicator),
        moved,
        wording.change_words(moved, indicator, tested.verdict)
        if tested.comparable
        else wording.incomparable_words(),
        wording.meaning_words(moved),
        note,
    )


def _comparable(
    latest: Measurement, seen: Sequence[Measurement], tested: TestedChange | None
) -> Measurement | None:
    """For a survey's value the one its change was tested against; else the same part of an earlier year."""
    earlier = [m for m in seen if m.year < latest.year and m.value is not None]
    if latest.release_id is not None:
        found = [m for m in earlier if tested and m.release and m.release.survey_id == tested.survey_id]
    else:
        found = [m for m in earlier if m.release_id is None and m.part == latest.part]
    return found[-1] if found else None


def _moments(seen: Sequence[Measurement], indicator: Indicator, setting: RowContext) -> list[Moment]:
    """A unit that was merged or split begins a new line: before, its values were of other people."""
    moments, line = [], 0
    for measurement in seen:
        tested = setting.changes.get((measurement.release_id or 0, indicator.measure or ""))
        line += tested is not None and tested.basis is not ChangeBasis.SAME
        time = measurement.year + max(measurement.part - 1, 0) / periods_of(indicator.frequency).parts
        series = (measurement.release.survey.series_id, line) if measurement.release else None
        moments.append(Moment(time, measurement.value, series))
    return moments


def _drawn_target(indicator: Indicator, target: TargetLimits | None) -> float | None:
    return None if target is None or indicator.direction is Direction.BAND else target.green


def _entry(measurement: Measurement, indicator: Indicator, setting: RowContext) -> HistoryEntry:
    target = _target(indicator, measurement.year, setting)
    return HistoryEntry(
        period=_period(measurement, indicator),
        status=_status(indicator, measurement, target, setting),
        value=_value_words(measurement, indicator),
        n=measurement.n,
        reason=wording.reason_words(measurement),
        source=measurement.source,
        measured_on=measurement.measured_on,
    )
