"""What is frozen of a report, typed. Words are in the report's language; nothing is read anew when it is shown."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import IndicatorStatus, RollUp, roll_up
from surveys.reports.snapshots.models import ReportAudience, ReportKind

ANSWERED: Final = (IndicatorStatus.RED, IndicatorStatus.YELLOW)
"""The colours that a report explains, the worst first."""


@dataclass(frozen=True)
class FrozenReply:
    """The unit's own words on a yellow or red value."""

    cause: str
    action: str
    forecast: str
    forecast_status: IndicatorStatus
    forecast_words: str
    judged_on: dt.date


@dataclass(frozen=True)
class FrozenRow:
    """One indicator. number: the value as stored, for files; None when there is none for this audience.

    period: what the value is for; «» without one. reason: why there is no value, or no newer one.
    """

    indicator_id: int
    code: str
    title: str
    definition: str
    scale: str
    target: str
    status: IndicatorStatus
    doubt: str
    # An old value counts as no colour.
    counted_status: IndicatorStatus
    old: bool
    value: str
    number: float | None
    unit_of_measure: str
    period: str
    interval: str
    n: int | None
    source: str
    measured_on: dt.date | None
    previous: str
    previous_period: str
    change: str
    # «bedre», «svakere» or «».
    meaning: str
    reason: str
    went_well: bool
    # «under forbedring, vurderes 31. desember 2026», «ikke besvart»; «» of green.
    state: str
    reply: FrozenReply | None


@dataclass(frozen=True)
class FrozenPerspective:
    key: str
    title: str
    paragraph: str
    rows: tuple[FrozenRow, ...]

    @property
    def counts(self) -> RollUp:
        return roll_up(row.counted_status for row in self.rows)

    @property
    def answered(self) -> tuple[FrozenRow, ...]:
        """Red rows, then yellow ones, in the card's order."""
        return tuple(row for colour in ANSWERED for row in self.rows if row.counted_status is colour)


@dataclass(frozen=True)
class ReportContent:
    """One version of a report. read_on: the day the card was read. language: of every word in it."""

    unit_code: str
    unit_name: str
    kind: ReportKind
    year: int
    part: int
    language: str
    read_on: dt.date
    vision: str
    perspectives: tuple[FrozenPerspective, ...]

    @property
    def rows(self) -> tuple[FrozenRow, ...]:
        return tuple(row for perspective in self.perspectives for row in perspective.rows)

    @property
    def went_well(self) -> tuple[FrozenRow, ...]:
        return tuple(row for row in self.rows if row.went_well)

    @property
    def red(self) -> tuple[FrozenRow, ...]:
        return tuple(row for row in self.rows if row.counted_status is IndicatorStatus.RED)

    @property
    def counts(self) -> RollUp:
        return roll_up(row.counted_status for row in self.rows)


@dataclass(frozen=True)
class FrozenVersion:
    """A version with what is said about it: everything that its page and its files are made from.

    frozen_by: name and position. replaces: the number of the report that it corrects, and correction what is
    corrected. corrected_by: the number of the later report that corrects this one, when the reader may read it.
    """

    content: ReportContent
    audience: ReportAudience
    number: int
    frozen_by: str
    frozen_on: dt.date
    municipality: str
    synthetic: bool
    replaces: int | None = None
    correction: str = ""
    corrected_by: int | None = None
    corrected_why: str = ""
