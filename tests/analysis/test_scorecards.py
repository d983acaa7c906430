"""The rules of the styringskort, on the published ambition levels of Molde and Øyer."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.scorecards import (
    Direction,
    IndicatorStatus,
    Meaning,
    Movement,
    RollUp,
    TargetError,
    TargetLimits,
    decimals_shown,
    is_due,
    is_old,
    roll_up,
    status,
    trend,
)

USERS = TargetLimits(green=5.0, yellow=4.0)
SICK_LEAVE = TargetLimits(green=6.0, yellow=9.0)
BUDGET = TargetLimits(green=0.0, yellow=-1.0)
TURNOVER = TargetLimits(green=5.0, yellow=3.0, green_to=10.0, yellow_to=14.0)
OYER_FOLLOW_UP = TargetLimits(green=3.8, yellow=3.5)

finite = st.floats(-1e6, 1e6, allow_nan=False)
GOODNESS = {IndicatorStatus.RED: 0, IndicatorStatus.YELLOW: 1, IndicatorStatus.GREEN: 2}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(6.0, "green"), (5.0, "green"), (4.96, "yellow"), (4.0, "yellow"), (3.999, "red"), (1.0, "red")],
)
def test_moldes_user_satisfaction_follows_the_stored_value(value: float, expected: str) -> None:
    assert status(value, Direction.HIGHER, USERS) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.9, "green"), (6.0, "green"), (6.04, "yellow"), (9.0, "yellow"), (9.04, "red"), (22.0, "red")],
)
def test_sick_leave_is_better_when_lower(value: float, expected: str) -> None:
    assert status(value, Direction.LOWER, SICK_LEAVE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.4, "green"), (0.0, "green"), (-0.04, "yellow"), (-1.0, "yellow"), (-1.04, "red")],
)
def test_a_signed_budget_deviation_has_its_bounds_on_both_sides_of_zero(value: float, expected: str) -> None:
    assert status(value, Direction.HIGHER, BUDGET) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.9, "red"),
        (3.0, "yellow"),
        (4.99, "yellow"),
        (5.0, "green"),
        (10.0, "green"),
        (10.01, "yellow"),
        (14.0, "yellow"),
        (14.01, "red"),
    ],
)
def test_a_band_includes_its_bounds(value: float, expected: str) -> None:
    assert status(value, Direction.BAND, TURNOVER) == expected


def test_oyers_follow_up_just_under_its_ambition_is_yellow() -> None:
    assert status(3.7, Direction.HIGHER, OYER_FOLLOW_UP) is IndicatorStatus.YELLOW
    assert status(3.8, Direction.HIGHER, OYER_FOLLOW_UP) is IndicatorStatus.GREEN


@pytest.mark.parametrize("value", [1.0, 4.3, 6.0])
def test_an_utviklingstrekk_is_never_coloured(value: float) -> None:
    assert status(value, Direction.HIGHER, None) is IndicatorStatus.NO_TARGET


def test_a_missing_value_is_not_measured_or_not_due_and_never_zero() -> None:
    assert status(None, Direction.LOWER, SICK_LEAVE) is IndicatorStatus.NOT_MEASURED
    assert status(None, Direction.LOWER, SICK_LEAVE, due=False) is IndicatorStatus.NOT_DUE


def test_a_hidden_value_stays_hidden_with_and_without_target() -> None:
    assert status(None, Direction.HIGHER, USERS, hidden=True) is IndicatorStatus.HIDDEN
    assert status(None, Direction.HIGHER, None, hidden=True, due=False) is IndicatorStatus.HIDDEN


@given(finite, finite, finite, finite)
def test_a_higher_value_is_never_worse_when_higher_is_better(a: float, b: float, c: float, d: float) -> None:
    low, high = sorted((a, b))
    yellow, green = sorted((c, d))
    target = TargetLimits(green, yellow)
    assert GOODNESS[status(low, Direction.HIGHER, target)] <= GOODNESS[status(high, Direction.HIGHER, target)]


@given(finite, finite, finite)
def test_lower_is_better_mirrors_higher_is_better(value: float, a: float, b: float) -> None:
    green, yellow = sorted((a, b))
    mirrored = status(-value, Direction.HIGHER, TargetLimits(-green, -yellow))
    assert status(value, Direction.LOWER, TargetLimits(green, yellow)) is mirrored


@given(finite, st.lists(finite, min_size=4, max_size=4).map(sorted))
def test_a_band_is_as_good_as_its_worse_side(value: float, bounds: list[float]) -> None:
    yellow, green, green_to, yellow_to = bounds
    sides = (
        status(value, Direction.HIGHER, TargetLimits(green, yellow)),
        status(value, Direction.LOWER, TargetLimits(green_to, yellow_to)),
    )
    found = status(value, Direction.BAND, TargetLimits(green, yellow, green_to, yellow_to))
    assert GOODNESS[found] == min(GOODNESS[side] for side in sides)


@pytest.mark.parametrize(
    ("direction", "target"),
    [
        (Direction.HIGHER, TargetLimits(4.0, 5.0)),
        (Direction.LOWER, TargetLimits(9.0, 6.0)),
        (Direction.HIGHER, TargetLimits(5.0, 4.0, 6.0, 7.0)),
        (Direction.BAND, TargetLimits(5.0, 4.0)),
        (Direction.BAND, TargetLimits(5.0, 6.0, 8.0, 9.0)),
        (Direction.BAND, TargetLimits(5.0, 4.0, 9.0, 8.0)),
    ],
)
def test_bounds_that_contradict_the_direction_are_refused(direction: Direction, target: TargetLimits) -> None:
    with pytest.raises(TargetError):
        target.check(direction)


def test_the_published_ambition_levels_are_accepted() -> None:
    for direction, target in (
        (Direction.HIGHER, USERS),
        (Direction.LOWER, SICK_LEAVE),
        (Direction.HIGHER, BUDGET),
        (Direction.BAND, TURNOVER),
    ):
        target.check(direction)


def test_sarpsborgs_barnehage_got_worse_when_sick_leave_rose() -> None:
    moved = trend(11.7, 9.3, Direction.LOWER, SICK_LEAVE)
    assert (moved.movement, moved.meaning) == (Movement.UP, Meaning.WORSE)
    assert moved.change == pytest.approx(2.4)


def test_an_unclear_change_gets_no_arrow() -> None:
    moved = trend(4.4, 4.3, Direction.HIGHER, clear=False)
    assert (moved.movement, moved.meaning) == (Movement.STEADY, Meaning.NEUTRAL)
    assert moved.change == pytest.approx(0.1)


def test_a_change_that_would_be_shown_as_zero_gets_no_arrow() -> None:
    assert trend(4.34, 4.3, Direction.HIGHER, smallest=0.05).movement is Movement.STEADY
    assert trend(4.36, 4.3, Direction.HIGHER, smallest=0.05).movement is Movement.UP


def test_an_utviklingstrekk_moves_without_being_better_or_worse() -> None:
    assert trend(12.0, 10.0, None).meaning is Meaning.NEUTRAL
    assert trend(12.0, 10.0, None).movement is Movement.UP


@pytest.mark.parametrize(
    ("value", "before", "meaning"),
    [
        (9.0, 12.0, "better"),
        (12.0, 9.0, "worse"),
        (4.0, 2.0, "better"),
        (6.0, 9.0, "neutral"),
        (3.0, 12.0, "neutral"),
    ],
)
def test_nearer_the_green_band_is_better(value: float, before: float, meaning: str) -> None:
    assert trend(value, before, Direction.BAND, TURNOVER).meaning == meaning


@given(finite, finite, st.sampled_from([Direction.HIGHER, Direction.LOWER]))
def test_a_change_back_means_the_opposite(value: float, before: float, direction: Direction) -> None:
    opposite = {
        Meaning.BETTER: Meaning.WORSE,
        Meaning.WORSE: Meaning.BETTER,
        Meaning.NEUTRAL: Meaning.NEUTRAL,
    }
    there, back = trend(value, before, direction), trend(before, value, direction)
    assert back.meaning is opposite[there.meaning]
    assert back.change == -there.change


@pytest.mark.parametrize(("measured", "old"), [(2026, False), (2024, False), (2023, True)])
def test_a_value_is_old_when_more_than_its_valid_years_have_passed(measured: int, old: bool) -> None:
    assert is_old(measured, 2026, years_valid=2) is old


@pytest.mark.parametrize(
    ("parts", "last_day_before"),
    [
        (1, dt.date(2026, 12, 31)),
        (3, dt.date(2026, 4, 30)),
        (4, dt.date(2026, 3, 31)),
        (12, dt.date(2026, 1, 31)),
    ],
)
def test_a_value_is_due_the_day_after_its_first_period(parts: int, last_day_before: dt.date) -> None:
    assert not is_due(2026, parts, last_day_before)
    assert is_due(2026, parts, last_day_before + dt.timedelta(days=1))


def test_a_perspective_counts_its_colours_and_keeps_the_rest_apart() -> None:
    found = roll_up(
        [
            IndicatorStatus.GREEN,
            IndicatorStatus.GREEN,
            IndicatorStatus.RED,
            IndicatorStatus.HIDDEN,
            IndicatorStatus.NO_TARGET,
        ]
    )
    assert found == RollUp(green=2, yellow=0, red=1, other=2)


@given(st.lists(st.sampled_from(IndicatorStatus)))
def test_every_indicator_is_counted_exactly_once(statuses: list[IndicatorStatus]) -> None:
    assert roll_up(statuses).total == len(statuses)


NEAR_A_LIMIT = st.sampled_from([5.0, 4.0, 6.0, 9.0, 0.0, -1.0, 3.0, 10.0]).flatmap(
    lambda bound: st.floats(-0.2, 0.2, allow_nan=False).map(lambda off: round(bound + off, 9))
)


@given(value=NEAR_A_LIMIT, decimals=st.integers(0, 3))
def test_a_shown_value_has_the_colour_of_the_stored_one(value: float, decimals: int) -> None:
    for direction, target in (
        (Direction.HIGHER, USERS),
        (Direction.LOWER, SICK_LEAVE),
        (Direction.HIGHER, BUDGET),
        (Direction.BAND, TURNOVER),
    ):
        shown = round(value, decimals_shown(value, direction, target, decimals))
        assert status(shown, direction, target) == status(value, direction, target)


def test_no_more_decimals_are_shown_than_it_takes() -> None:
    assert [decimals_shown(v, Direction.HIGHER, USERS, 1) for v in (3.14159, 4.972, 4.99996)] == [1, 2, 5]
    assert decimals_shown(4.99996, Direction.HIGHER, None, 1) == 1
