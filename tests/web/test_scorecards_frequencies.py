"""What follows from how often an indicator is measured, for every frequency there is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.files.report import ImportReport
from surveys.platform.database import Database
from surveys.scorecards.frequencies import PART_HEADINGS, Frequency, named_by, periods_of
from surveys.scorecards.importing import import_measurements
from surveys.scorecards.measuring import MeasurementError, check_period
from surveys.scorecards.models import Measurement
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_units
from tests.card_building import SICK_LEAVE, measure, plan_of, sign_in_as
from tests.respondent import Page

Import = Callable[[str], ImportReport]

# A new frequency is written here in full: what a reader sees must not depend on another's words.
SECOND_PERIOD = {
    Frequency.YEAR: ("2026", "2026", "2026"),
    Frequency.TERTIAL: ("2. tertial 2026", "2. tertial 2026", "four-month period 2, 2026"),
    Frequency.QUARTER: ("2. kvartal 2026", "2. kvartal 2026", "quarter 2, 2026"),
    Frequency.MONTH: ("februar 2026", "februar 2026", "February 2026"),
}
OF_PARTS = [one for one in Frequency if periods_of(one).parts > 1]


def last_part(frequency: Frequency) -> int:
    parts = periods_of(frequency).parts
    return 0 if parts == 1 else parts


@pytest.fixture
def imported(app: Flask, db: Database, tmp_path: Path) -> Import:
    """Imports lines for the indicators «year», «tertial», …: one of each frequency."""
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
        build_card(
            session, plan_of(*(replace(SICK_LEAVE, code=one.value, frequency=one) for one in Frequency))
        )

    def import_lines(lines: str) -> ImportReport:
        file = tmp_path / "verdier.csv"
        file.write_text(lines, encoding="utf-8")
        with app.test_request_context(), db.transaction() as session:
            return import_measurements(session, file, apply=True, today=dt.date(2027, 2, 1))

    return import_lines


@pytest.mark.parametrize("frequency", Frequency)
def test_a_period_is_said_in_every_language(app: Flask, frequency: Frequency) -> None:
    part = min(2, last_part(frequency))
    for language, words in zip(("nb", "nn", "en"), SECOND_PERIOD[frequency], strict=True):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert periods_of(frequency).words(2026, part) == words


def test_no_two_frequencies_say_their_periods_or_name_themselves_alike(app: Flask) -> None:
    with app.test_request_context():
        names = [periods_of(one).name() for one in Frequency]
        periods = [
            periods_of(one).words(2026, part)
            for one in OF_PARTS
            for part in range(1, periods_of(one).parts + 1)
        ]
    assert len(set(names)) == len(names)
    assert len(set(periods)) == len(periods)


@pytest.mark.parametrize("frequency", Frequency)
def test_every_part_of_the_year_exists_and_no_other(frequency: Frequency) -> None:
    last = last_part(frequency)
    for part in range(min(1, last), last + 1):
        check_period(frequency, 2026, part)
    for part in {0, last + 1, -1} - {last}:
        with pytest.raises(MeasurementError, match=str(last) if last else "hele året"):
            check_period(frequency, 2026, part)


@pytest.mark.parametrize("frequency", Frequency)
def test_the_database_holds_every_part_and_the_year_has_room_for_whole_months(
    imported: Import, db: Database, frequency: Frequency
) -> None:
    last = last_part(frequency)
    report = imported(f"indikator;enhet;år;periode;verdi;kilde\n{frequency};A;2026;{last or ''};7,9;K\n")
    assert report.applied
    with db.reading() as session:
        assert session.scalars(select(Measurement.part)).all() == [last]
    assert 12 % periods_of(frequency).parts == 0


@pytest.mark.parametrize("frequency", OF_PARTS)
def test_a_column_named_for_a_frequency_is_for_its_indicators_only(
    imported: Import, frequency: Frequency
) -> None:
    [heading, *_others] = periods_of(frequency).headings
    assert named_by(heading.upper()) is frequency
    lines = f"indikator;enhet;år;{heading};verdi;kilde\n{frequency};A;2026;1;7,9;K\nyear;A;2026;;7,9;K\n"
    assert imported(lines).applied
    for other in set(OF_PARTS) - {frequency}:
        [fault] = imported(f"{lines}{other};A;2026;1;7,9;K\n").faults
        assert "Kall kolonnen «periode»" in str(fault)


def test_the_headings_of_periods_are_all_different() -> None:
    assert len(set(PART_HEADINGS)) == len(PART_HEADINGS) > len(OF_PARTS)


@pytest.mark.parametrize("frequency", Frequency)
def test_the_card_says_the_period(db: Database, client: FlaskClient, frequency: Frequency) -> None:
    last = last_part(frequency)
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
        build_card(session, plan_of(replace(SICK_LEAVE, frequency=frequency)))
        measure(session, SICK_LEAVE.code, 2025, 8.0, last)
        measure(session, SICK_LEAVE.code, 2026, 7.0, last)
    sign_in_as(client, db, Role.LEADER)
    page = Page(client.get("/styringskort/K?ar=2026"))
    with client.application.test_request_context():
        for year in (2025, 2026):
            assert periods_of(frequency).words(year, last) in page.text
