"""Does an order betray another? The attacker's statistics, with limits that chance passes once in a thousand million.

An order is what a channel (row order, a file's bytes, a log) gives of the people whose places in the order of delivery
are known: `order[k]` is the place of delivery (0 first) of what stands in place k of the channel.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from math import factorial, sqrt

# Chance of a false alarm for each criterion.
_RARE = 1e-9
# A standard normal variable is farther out than this once in 5·10⁸; rank correlations of n ≥ 20 are nearer still.
_FAR_OUT = 6.0


def most_by_chance(groups: int) -> int:
    """The most right guesses that guessing within `groups` groups gives, but for one time in a thousand million.

    The number X of fixed points of random permutations of `groups` sets has E[C(X, k)] ≤ groups**k / k!, and
    P(X ≥ k) is no larger than that.
    """
    return next(k for k in count(1) if groups**k / factorial(k) < _RARE) - 1


def right_guesses(guess: Mapping[int, int], truth: Mapping[int, int]) -> int:
    """How many people the guess gives the right place."""
    return sum(truth[person] == guessed for person, guessed in guess.items())


def signs_of_order(order: Sequence[int], group_of: Sequence[Hashable]) -> list[str]:
    """What in the order cannot be chance; empty when it tells nothing. `group_of[place]` is a person's unit."""
    return [*_signs(order, group_of), *(f"backwards: {sign}" for sign in _signs(order[::-1], group_of))]


def _signs(order: Sequence[int], group_of: Sequence[Hashable]) -> Iterator[str]:
    size = len(order)
    assert sorted(order) == list(range(size)), "not everybody is in the channel exactly once"
    ranks = rank_correlation(order)
    if abs(ranks) * sqrt(size - 1) > _FAR_OUT:
        yield f"rank correlation {ranks:.2f}"
    followed = sum(before + 1 == after for before, after in pairwise(order))
    if followed > most_by_chance(1):
        yield f"{followed} of {size} stand right behind the one who delivered before"
    within = matches_within(order, group_of)
    if within > most_by_chance(len(set(group_of))):
        yield f"{within} of {size} have the same place within the unit"


def rank_correlation(order: Sequence[int]) -> float:
    """Spearman's, of an order with the order 0, 1, 2 …"""
    middle = (len(order) - 1) / 2
    covariance = sum((place - middle) * (rank - middle) for rank, place in enumerate(order))
    return covariance / sum((rank - middle) ** 2 for rank in range(len(order)))


def matches_within(order: Sequence[int], group_of: Sequence[Hashable]) -> int:
    """How many are right when the k-th of a unit in the channel is taken for the k-th who delivered in it."""
    delivered: dict[Hashable, list[int]] = {}
    for place, group in enumerate(group_of):
        delivered.setdefault(group, []).append(place)
    waiting = {group: iter(places) for group, places in delivered.items()}
    return sum(next(waiting[group_of[place]]) == place for place in order)
