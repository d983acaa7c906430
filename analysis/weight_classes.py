"""Respondents in classes that share a weight, each of so many people that the weight points at nobody.

A weight that few have singles them out, and a weighted mean beside the unweighted one is an equation about them. So
weights that are too rare are made one with their nearest neighbour, as weighting cells of few respondents are collapsed
(Kalton & Flores-Cervantes 2003, section 5; Little 1993). A mean with such weights follows from the classes' own n, mean
and standard deviation, and tells no more than these do.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_IN_CLASS: Final = 20
"""Respondents who share a weight: at least as many as an exact figure with every answer needs."""

_SAME: Final = 1e-9


@dataclass(frozen=True, eq=False)
class WeightClasses:
    """label: (N,) each respondent's class. weights: (classes,) rising, the mean weight of those in it.

    moved: how many respondents have another weight than their own.
    """

    label: NDArray[np.int32]
    weights: Floats
    moved: int

    @property
    def of_respondents(self) -> Floats:
        """(N,) the weight each respondent counts with."""
        found: Floats = self.weights[self.label]
        return found


def weight_classes(weights: Floats, least: int = LEAST_IN_CLASS) -> WeightClasses:
    """The classes, of `least` people or more unless there are fewer in all. The sum of the weights is kept.

    weights: (N,) positive. The smallest class is made one with the neighbour whose weight is nearest by ratio, until
    none is too small.

    >>> found = weight_classes(np.array([1.0, 1, 1, 1, 2, 2, 2, 2.5]), least=3)
    >>> found.weights.tolist(), found.moved
    ([1.0, 2.125], 4)
    """
    value, first_label = _distinct(weights)
    people = np.bincount(first_label)
    total = np.bincount(first_label, weights)
    group = np.arange(len(value))  # each distinct weight's class, by the number of its first member
    while len(people) > 1 and people.min() < least:
        smallest = int(people.argmin())
        into = _nearest(total / people, smallest)
        low = min(smallest, into)
        people[low] += people[low + 1]
        total[low] += total[low + 1]
        people, total = np.delete(people, low + 1), np.delete(total, low + 1)
        group[group > low] -= 1
    label = group[first_label].astype(np.int32)
    mean: Floats = total / people
    moved = int((np.abs(mean[label] - weights) > _SAME * weights).sum())
    return WeightClasses(label, mean, moved)


def _distinct(weights: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Rising weights, and each respondent's place among them; those that differ by rounding alone are one."""
    value, place = np.unique(weights, return_inverse=True)
    starts = np.append(True, value[1:] > value[:-1] * (1 + _SAME))
    number = np.cumsum(starts) - 1
    return value[starts], number[place.ravel()]


def _nearest(weights: Floats, index: int) -> int:
    """The neighbour whose weight differs least by ratio."""
    if index == 0:
        return 1
    if index == len(weights) - 1:
        return index - 1
    below, above = weights[index] / weights[index - 1], weights[index + 1] / weights[index]
    return index - 1 if below <= above else index + 1
