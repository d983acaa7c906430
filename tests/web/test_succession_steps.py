"""SuccessionSteps of succession lead back to the units whose people they are about."""

import datetime as dt

import pytest

from surveys.organisation.models import SuccessionKind
from surveys.organisation.succession import Origin, SuccessionStep, SuccessionSteps, outermost


def step(predecessor: int, successor: int, kind: SuccessionKind, year: int) -> SuccessionStep:
    return SuccessionStep(predecessor, successor, kind, dt.date(year, 1, 1))


@pytest.mark.parametrize(
    ("steps", "existing", "expected"),
    [
        ([], {9}, Origin(frozenset({9}))),
        ([step(1, 9, SuccessionKind.RENAMED, 2024)], {1}, Origin(frozenset({1}))),
        # A chain of new codes.
        (
            [step(1, 2, SuccessionKind.RENAMED, 2023), step(2, 9, SuccessionKind.MOVED, 2024)],
            {1},
            Origin(frozenset({1})),
        ),
        # Merged one by one, the second time into the merged unit itself.
        (
            [step(1, 9, SuccessionKind.MERGED, 2023), step(3, 9, SuccessionKind.MERGED, 2024)],
            {1, 3},
            Origin(frozenset({1, 3})),
        ),
        # A new code for a unit that had lost a part before.
        (
            [step(1, 4, SuccessionKind.SPLIT, 2023), step(1, 9, SuccessionKind.RENAMED, 2024)],
            {1},
            Origin(frozenset({1}), whole=False),
        ),
        # A unit that took in another is itself one of those it came from.
        ([step(2, 9, SuccessionKind.MERGED, 2024)], {2, 9}, Origin(frozenset({2, 9}))),
    ],
)
def test_the_steps_lead_back_to_whom_the_people_were_counted_under(
    steps: list[SuccessionStep], existing: set[int], expected: Origin
) -> None:
    assert SuccessionSteps(steps).origin(9, existing) == expected


def test_nobody_is_counted_twice_when_a_unit_took_in_one_that_stood_below_it() -> None:
    assert outermost({1, 2, 3}, {1: None, 2: 1, 3: None}) == (1, 3)
