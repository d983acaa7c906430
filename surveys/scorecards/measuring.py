"""Recording values: a new row takes the place of the current one, which stays as it was."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.aggregation.storing import aggregate
from surveys.scorecards.doubts import impossible_words
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import Indicator, Measurement, MeasurementEntry, MeasurementStatus

MeasurementKey = tuple[int, int, int, int]
"""Indicator id, unit id, year and part."""


class MeasurementError(ValueError):
    """A value that cannot be recorded; the message says why."""


@dataclass(frozen=True)
class StandingValue:
    """The current value of a period."""

    id: int
    value: float | None
    source: str
    release_id: int | None
    is_computed: bool = False

    def is_same(self, value: float, source: str) -> bool:
        """Whether entering this changes nothing. What somebody enters is never the same as what was computed."""
        return not self.is_computed and (self.value, self.source) == (value, source)


@dataclass(frozen=True)
class NewValue:
    """A value to record. `part` is 0 for a yearly indicator, else the number of the period in its year."""

    indicator: Indicator
    unit_id: int
    year: int
    part: int
    value: float
    source: str
    measured_on: dt.date
    # Whoever enters it was asked whether it is right, and said so.
    confirmed: bool = False

    @property
    def key(self) -> MeasurementKey:
        return self.indicator.id, self.unit_id, self.year, self.part


def standing_values(session: Session, indicator_ids: Iterable[int]) -> dict[MeasurementKey, StandingValue]:
    """Every current value of the indicators, by period."""
    found = session.execute(
        select(
            Measurement.indicator_id,
            Measurement.unit_id,
            Measurement.year,
            Measurement.part,
            Measurement.id,
            Measurement.value,
            Measurement.source,
            Measurement.release_id,
            Measurement.computed_from,
        ).where(Measurement.current, Measurement.indicator_id.in_(list(indicator_ids)))
    )
    return {
        (indicator, unit, year, part): StandingValue(id_, value, source, release, computed is not None)
        for indicator, unit, year, part, id_, value, source, release, computed in found
    }


def record_values(
    session: Session,
    values: Sequence[NewValue],
    entry: MeasurementEntry | None = None,
    standing: Mapping[MeasurementKey, StandingValue] | None = None,
) -> int:
    """Records them all in the caller's transaction, in a few statements, and returns how many were new.

    The same value from the same source again changes nothing. `standing`: when the caller has just read it. Raises
    MeasurementError for the first that cannot be recorded; nothing is recorded then.
    """
    if standing is None:
        standing = standing_values(session, {value.indicator.id for value in values})
    rows, replaced = [], []
    for new in values:
        before = standing.get(new.key)
        _check(new, before)
        if before is not None and before.is_same(new.value, new.source):
            continue
        if before is not None:
            replaced.append({"id": before.id, "current": False})
        rows.append(_row(new, entry))
    if replaced:
        session.execute(update(Measurement), replaced)
    if rows:
        session.execute(insert(Measurement), rows)
        aggregate(session, {(row["indicator_id"], row["year"], row["part"]) for row in rows})
    return len(rows)


def _check(new: NewValue, before: StandingValue | None) -> None:
    check_period(new.indicator.frequency, new.year, new.part)
    if not math.isfinite(new.value):
        raise MeasurementError(_("Verdien må være et tall."))
    if words := impossible_words(new.indicator, new.value):
        raise MeasurementError(words)
    if before is not None and before.release_id is not None:
        raise MeasurementError(
            _(
                "Verdien for %(year)s kommer fra en frigitt undersøkelse og kan ikke overskrives.",
                year=new.year,
            )
        )


def _row(new: NewValue, entry: MeasurementEntry | None) -> dict[str, Any]:
    return {
        "indicator_id": new.indicator.id,
        "unit_id": new.unit_id,
        "year": new.year,
        "part": new.part,
        "status": MeasurementStatus.MEASURED,
        "value": new.value,
        "source": new.source,
        "measured_on": new.measured_on,
        "current": True,
        "entry_id": entry.id if entry else None,
        "confirmed": new.confirmed,
    }


def check_period(frequency: Frequency, year: int, part: int) -> None:
    """Raises MeasurementError when a period does not exist for the indicator's frequency."""
    if not 1990 <= year <= 2100:
        raise MeasurementError(_("Året må være mellom 1990 og 2100, ikke %(year)s.", year=year))
    periods = periods_of(frequency)
    if not periods.has_part(part):
        raise MeasurementError(periods.part_fault())
