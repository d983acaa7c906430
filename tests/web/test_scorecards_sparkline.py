"""The small line: drawn between what may be compared, broken where nothing is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scorecards.sparkline import HEIGHT, WIDTH, Moment, spark


def _moments(*values: float | None, every: float = 1.0) -> list[Moment]:
    return [Moment(2020 + every * place, value) for place, value in enumerate(values)]


def test_a_biennial_survey_is_one_line() -> None:
    drawn = spark(_moments(4.0, 4.1, 4.2, every=2.0))
    assert drawn is not None
    assert len(drawn.lines) == 1
    assert len(drawn.dots) == 2


def test_a_hidden_value_breaks_the_line_and_has_no_dot() -> None:
    drawn = spark(_moments(4.0, 4.1, None, 4.2, 4.3))
    assert drawn is not None
    assert len(drawn.lines) == 2
    assert len(drawn.dots) + 1 == 4


def test_a_missing_year_breaks_the_line() -> None:
    drawn = spark([Moment(year, 4.0) for year in (2020, 2021, 2023, 2024)])
    assert drawn is not None
    assert len(drawn.lines) == 2


def test_values_of_two_series_are_never_joined() -> None:
    drawn = spark([Moment(2022, 4.0, 1), Moment(2024, 4.1, 1), Moment(2026, 4.2, 2)])
    assert drawn is not None
    [line] = drawn.lines
    assert len(line.split()) == 2


@pytest.mark.parametrize("values", [[], [4.0], [None, 4.0, None]])
def test_fewer_than_two_values_are_no_picture(values: list[float | None]) -> None:
    assert spark(_moments(*values)) is None


def test_higher_values_stand_higher_and_later_ones_further_right() -> None:
    drawn = spark(_moments(4.0, 4.5), target=5.0)
    assert drawn is not None
    [(left, low)] = drawn.dots
    right, high = drawn.last
    assert right > left
    assert drawn.target is not None
    assert drawn.target < high < low


def test_noise_within_the_least_span_stays_nearly_flat() -> None:
    drawn = spark(_moments(4.0, 4.1), span=1.0)
    assert drawn is not None
    assert abs(drawn.dots[0][1] - drawn.last[1]) < HEIGHT / 8


@given(st.lists(st.none() | st.floats(-100, 100), max_size=12), st.none() | st.floats(-100, 100))
def test_everything_drawn_is_inside_the_box(values: list[float | None], target: float | None) -> None:
    drawn = spark(_moments(*values), target, 1.0)
    if drawn is None:
        return
    for x, y in (*drawn.dots, drawn.last):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    assert drawn.target is None or 0 <= drawn.target <= HEIGHT
