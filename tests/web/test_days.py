"""Dates as people write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.platform.days import typed_day


@pytest.mark.parametrize("text", ["20.03.2026", "20.3.2026", "2026-03-20", " 20.03.2026 "])
def test_a_date_may_be_written_as_norwegians_and_as_browsers_write_it(text: str) -> None:
    assert typed_day(text) == dt.date(2026, 3, 20)


@pytest.mark.parametrize(
    "text",
    ["", None, "i morgen", "20.03.26", "03/20/2026", "2026-3-20", "31.02.2026", "2026-13-01", "20 03 2026"],
)
def test_what_is_no_date_is_not_guessed_at(text: str | None) -> None:
    assert typed_day(text) is None


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_reads_back(day: dt.date) -> None:
    assert typed_day(day.isoformat()) == typed_day(f"{day:%d.%m.}{day.year}") == day
