"""One indicator's row on a card: its latest value that the reader may see, and how it came there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import Direction, IndicatorStatus, TargetLimits, is_old, status
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.models import ChangeBasis
from surveys.scorecards import texts as wording
from surveys.scorecards.comparing import MeasurementComparison, comparison
from surveys.scorecards.cross_view.pair_plans import is_experienced
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.item_values import asked_words, not_told_words
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.questions.row_questions import NO_QUESTIONS, RowQuestions, row_questions
from surveys.scorecards.remarks import periods_without_value, row_remarks
from surveys.scorecards.replies.row_replies import RowReply, row_reply
from surveys.scorecards.row_context import (
    RowContext,
    access_to_value,
    computed_words,
    doubt_words,
    interval_words,
    is_development,
    is_seen,
    period_of,
    shown_value,
    source_words,
    status_of,
    target_of,
)
from surveys.scorecards.sparkline import Moment, Spark, spark

SMALLEST_SPAN: Final = 1.0
"""A spark line's least height, in the value's own unit: half a scale step of noise must not look like a cliff."""


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
    interval: str = ""
    doubt: str = ""
    computed: str = ""
    # Its year, its part of it (0: all of it), and where it is in a picture.
    year: int = 0
    part: int = 0
    moment: Moment | None = None


@dataclass(frozen=True)
class IndicatorRow:
    """Everything a page shows of one indicator, in words but for what is drawn."""

    indicator_id: int
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
    # Of the value, else of the card.
    value_year: int
    period: str
    # The value is for a part of a year.
    is_part: bool
    n: int | None
    value_source: str
    measured_on: dt.date | None
    # Years since it was measured, seen from the card's year.
    age: int
    old: bool
    # Its own delmål of the year, and that reports upward do not show the row.
    interim_target: str
    is_own: bool
    # Why there is no value, or no newer one, or from when the reader may see it.
    reason: str
    # Periods without a value, and a value that never changes.
    remarks: tuple[str, ...]
    misses_periods: bool
    previous: MeasurementComparison | None
    # What the value was worked out from, and how values of units above are.
    computed: str
    aggregation: str
    # What a survey's value is within, and the other colours it may have.
    interval: str
    doubt: str
    spark: Spark | None
    spark_words: str
    history: tuple[HistoryEntry, ...]
    reply: RowReply
    # The value as it is stored, for files.
    stored_value: float | None = None
    # People's answers give the values; False: they are counted.
    is_experienced: bool = False
    # The release that the value is from, and what it measures there; None and «» for a value that no survey gave.
    release_id: int | None = None
    measure: str = ""
    frequency: Frequency = Frequency.YEAR
    # What people were asked, where it is a single statement.
    asked: str = ""
    questions: RowQuestions = NO_QUESTIONS

    @property
    def counted_status(self) -> IndicatorStatus:
        return counted_status(self.status, old=self.old)


def counted_status(colour: IndicatorStatus, *, old: bool) -> IndicatorStatus:
    """An old value counts as no colour: it says nothing about now."""
    return IndicatorStatus.NOT_MEASURED if old else colour


def indicator_row(
    indicator: Indicator, measurements: Sequence[Measurement], setting: RowContext
) -> IndicatorRow:
    """The row of one indicator for one unit. `measurements`: as `value_for_reader`, of every year."""
    until = [measurement for measurement in measurements if measurement.year <= setting.year]
    seen = _one_for_each_period(until, setting)
    latest = value_for_reader(until, setting)
    newer = until[-1] if until and until[-1] is not latest else None
    value_year = latest.year if latest else setting.year
    target = target_of(indicator, value_year, setting)
    age = setting.year - latest.year if latest else 0
    missing = periods_without_value(indicator, until, setting)
    colour = _row_status(indicator, latest, newer, target, setting)
    told = seen if setting.with_details else []
    moments = _moments(told, indicator, setting)
    old = latest is not None and is_old(latest.year, setting.year, indicator.years_valid)
    return IndicatorRow(
        indicator_id=indicator.id,
        code=indicator.code,
        title=localised(indicator.title),
        definition=localised(indicator.definition),
        formula=localised(indicator.formula),
        source=indicator.source,
        owner=indicator.owner,
        scale=wording.scale_words(indicator),
        target=wording.target_words(target, indicator, development=is_development(indicator)),
        limits=wording.limits_words(target, indicator),
        status=colour,
        value=shown_value(latest, indicator, setting) if latest else "",
        value_year=value_year,
        period=period_of(latest, indicator) if latest else "",
        is_part=latest is not None and latest.part > 0,
        n=latest.n if latest else None,
        value_source=source_words(latest) if latest else "",
        measured_on=latest.measured_on if latest else None,
        age=age,
        old=old,
        interim_target=interim_words(indicator, setting),
        is_own=indicator.id in setting.own,
        reason=_reason(indicator, latest, newer, setting),
        remarks=tuple(row_remarks(indicator, until, missing, setting)),
        misses_periods=bool(missing),
        previous=comparison(indicator, latest, seen, target, setting),
        computed=computed_words(indicator, latest, setting),
        aggregation=_aggregation(indicator, setting),
        interval=interval_words(indicator, latest, setting) if latest else "",
        doubt=doubt_words(indicator, latest, setting) if latest else "",
        spark=spark(moments, _drawn_target(indicator, target), SMALLEST_SPAN),
        spark_words=wording.spark_words(
            (period_of(m, indicator), shown_value(m, indicator, setting)) for m in told
        ),
        history=tuple(
            _entry(m, moment, indicator, setting)
            for m, moment in reversed(list(zip(told, moments, strict=True)))
        ),
        stored_value=latest.value if latest else None,
        is_experienced=is_experienced(indicator.questionnaire, indicator.measure),
        release_id=latest.release_id if latest else None,
        measure=indicator.measure or "",
        frequency=indicator.frequency,
        asked=asked_words(indicator, latest or newer),
        questions=row_questions(indicator, until, setting),
        reply=row_reply(indicator, latest, counted_status(colour, old=old), until, setting),
    )


def _aggregation(indicator: Indicator, setting: RowContext) -> str:
    """How the units above get their values; «» where each enters its own."""
    if indicator.questionnaire is not None:
        return _("Fra svarene på enheten og alle under den.")
    rule = setting.rules.get(indicator.id)
    return rule.words() if rule else ""


def interim_words(indicator: Indicator, setting: RowContext) -> str:
    """The delmål of the year, of the nearest unit that has one; it decides no colour."""
    line = setting.ambitions.line
    found = [each for each in setting.interim_targets.get(indicator.id, ()) if each.year == setting.year]
    if not found:
        return ""
    nearest = min(found, key=lambda each: line.index(each.unit_id))
    return wording.value_words(nearest.value, indicator)


def value_for_reader(until: Sequence[Measurement], setting: RowContext) -> Measurement | None:
    """The newest value the reader may see: one that is hidden, or that is not for her yet, takes none away.

    until: the indicator's measurements up to the card's year, oldest first; two surveys may have measured one year.
    """
    return next((m for m in reversed(until) if m.value is not None and is_seen(m, setting)), None)


def _one_for_each_period(until: Sequence[Measurement], setting: RowContext) -> list[Measurement]:
    """What the reader sees of each period, oldest first: its newest value, or else its newest measurement."""
    periods: dict[tuple[int, int], list[Measurement]] = {}
    for measurement in until:
        if is_seen(measurement, setting):
            periods.setdefault((measurement.year, measurement.part), []).append(measurement)
    return [value_for_reader(of, setting) or of[-1] for of in periods.values()]


def _row_status(
    indicator: Indicator,
    latest: Measurement | None,
    newer: Measurement | None,
    target: TargetLimits | None,
    setting: RowContext,
) -> IndicatorStatus:
    """The colour of the value she sees; without one, what the newest measurement says."""
    if latest is not None or newer is None or is_seen(newer, setting):
        return status_of(indicator, latest or newer, target, setting)
    if access_to_value(newer, setting) is None:
        return IndicatorStatus.HIDDEN
    return status(None, indicator.direction, target, due=False)


def _reason(
    indicator: Indicator, latest: Measurement | None, newer: Measurement | None, setting: RowContext
) -> str:
    """Why the newest measurement shows no value; with its period, when an older value is shown in its place."""
    if newer is None:
        return wording.reason_words(latest) if latest else not_told_words(indicator)
    seen = is_seen(newer, setting)
    words = wording.reason_words(newer) if seen else wording.waiting_words(access_to_value(newer, setting))
    return f"{period_of(newer, indicator)}: {words}" if latest and words else words


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


def _entry(
    measurement: Measurement, moment: Moment, indicator: Indicator, setting: RowContext
) -> HistoryEntry:
    target = target_of(indicator, measurement.year, setting)
    return HistoryEntry(
        period=period_of(measurement, indicator),
        status=status_of(indicator, measurement, target, setting),
        value=shown_value(measurement, indicator, setting),
        n=measurement.n,
        reason=wording.reason_words(measurement),
        source=source_words(measurement),
        measured_on=measurement.measured_on,
        interval=interval_words(indicator, measurement, setting),
        doubt=doubt_words(indicator, measurement, setting),
        computed=computed_words(indicator, measurement, setting),
        year=measurement.year,
        part=measurement.part,
        moment=moment,
    )
