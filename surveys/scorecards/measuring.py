"""Recording a value: a new row takes the place of the current one, which stays as it was."""

import datetime as dt
import math

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import Unit
from surveys.platform.texts import _
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus


class MeasurementError(ValueError):
    """A value that cannot be recorded; the message says why."""


def record_measurement(
    session: Session,
    indicator: Indicator,
    unit: Unit,
    year: int,
    part: int,
    value: float,
    source: str,
    measured_on: dt.date,
) -> Measurement:
    """The current measurement of the period, in the caller's transaction.

    `part` is 0 for a yearly indicator, else the number of the period in its year. Recording the same value from the
    same source again changes nothing. Raises MeasurementError.
    """
    check_period(indicator.frequency, year, part)
    if not math.isfinite(value):
        raise MeasurementError(_("Verdien må være et tall."))
    standing = current_measurement(session, indicator.id, unit.id, year, part)
    if standing is not None:
        if standing.release_id is not None:
            raise MeasurementError(
                _(
                    "Verdien for %(year)s kommer fra en frigitt undersøkelse og kan ikke overskrives.",
                    year=year,
                )
            )
        if (standing.value, standing.source) == (value, source):
            return standing
        standing.current = False
        session.flush()
    recorded = Measurement(
        indicator=indicator,
        unit_id=unit.id,
        year=year,
        part=part,
        status=MeasurementStatus.MEASURED,
        value=value,
        source=source,
        measured_on=measured_on,
    )
    session.add(recorded)
    session.flush()
    return recorded


def current_measurement(
    session: Session, indicator_id: int, unit_id: int, year: int, part: int
) -> Measurement | None:
    return session.scalar(
        select(Measurement).where(
            Measurement.indicator_id == indicator_id,
            Measurement.unit_id == unit_id,
            Measurement.year == year,
            Measurement.part == part,
            Measurement.current,
        )
    )


def check_period(frequency: Frequency, year: int, part: int) -> None:
    """Raises MeasurementError when a period does not exist for the indicator's frequency."""
    if not 1990 <= year <= 2100:
        raise MeasurementError(_("Året må være mellom 1990 og 2100, ikke %(year)s.", year=year))
    periods = periods_of(frequency)
    if not periods.has_part(part):
        raise MeasurementError(periods.part_fault())
