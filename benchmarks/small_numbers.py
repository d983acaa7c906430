"""Few people's answers solved like a puzzle: how often a figure says what all answered, or that somebody is low.

Groups of 5–9 people, themes of 1–5 questions on scales of 4–7 points, everybody answering, where nobody, one or two
know their own answers. Everything that fits the figure is counted, exactly: the sets of scores of the others with a
sum and a sum of squares that the figure allows. Told before: n, mean and spread with all their digits. Told now: as
`analysis.precision` has it. `python small_numbers.py 400` makes 400 groups of each kind (about four minutes).
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.detail import LEAST_SPREAD
from analysis.precision import (
    ONE_DECIMAL,
    SPREAD_EDGES,
    SpreadDetail,
    precision_for,
    rounding_cell,
    spread_class,
)
from analysis.scale_ends import coded_mean

PEOPLE, ITEMS, POINTS, COLLUDING = (5, 6, 7, 8, 9), (1, 2, 3, 4, 5), (4, 5, 6, 7), (0, 1, 2)
_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Told:
    """Between which ends the mean and the standard deviation lie. sd None: nothing is known of it."""

    low: float
    high: float
    sd: tuple[float, float] | None = None


@dataclass(frozen=True)
class Group:
    """totals: (people,) each one's sum over the items, the lowest answer being 0."""

    totals: NDArray[np.int64]
    items: int
    points: int

    @property
    def length(self) -> float:
        return float(self.points - 1)

    @property
    def n(self) -> int:
        return len(self.totals)

    @property
    def mean(self) -> float:
        return float(self.totals.mean()) / self.items

    @property
    def sd(self) -> float:
        return float(self.totals.std(ddof=1)) / self.items


def as_before(group: Group) -> Told:
    """All digits; no spread for one question, and none that says that all answered alike."""
    bound = _bound(group)
    if bound is not None or group.items == 1:
        return bound or Told(group.mean, group.mean)
    alike = LEAST_SPREAD * group.length
    return Told(group.mean, group.mean, (0.0, alike) if group.sd < alike else (group.sd, group.sd))


def one_decimal(group: Group) -> Told:
    """The mean to one decimal alone: what a low answer is measured against."""
    return _bound(group) or Told(*_within(group, ONE_DECIMAL))


def as_now(group: Group) -> Told:
    bound, rule = _bound(group), precision_for(group.n, group.items)
    if bound is not None:
        return bound
    ends = _within(group, rule.step) if rule.step else (group.mean, group.mean)
    if rule.spread != SpreadDetail.CLASS:
        return Told(*ends)
    edges = [0.0, *(edge * group.length for edge in SPREAD_EDGES[:-1]), 10 * group.length]
    place = [round(edge * group.length, 10) for edge in SPREAD_EDGES].index(
        spread_class(group.sd, group.length)
    )
    return Told(*ends, (edges[place], edges[place + 1]))


RULES = {"before": as_before, "the mean to one decimal": one_decimal, "now": as_now}


def _bound(group: Group) -> Told | None:
    coded = coded_mean(group.mean, group.n, 0.0, group.length)
    if coded.bound == "exact":
        return None
    return Told(coded.value, group.length) if coded.bound == "at_least" else Told(0.0, coded.value)


def _within(group: Group, step: float) -> tuple[float, float]:
    """The ends of what is rounded to the same, short of what would be told as a bound."""
    top = coded_mean(group.length, group.n, 0.0, group.length).value
    low, high = rounding_cell(group.mean, step)
    return max(low, group.length - top + 10 * _TOLERANCE), min(high, top) - 10 * _TOLERANCE


def groups(rng: np.random.Generator, n: int, items: int, points: int, many: int) -> Iterator[Group]:
    """Groups differ, people in a group differ more, and a person's answers to a theme hang together."""
    person = rng.normal(0.68, 0.1, (many, 1)) + rng.normal(0, 0.18, (many, n))
    answers = np.rint((person[..., None] + rng.normal(0, 0.15, (many, n, items))) * (points - 1))
    for totals in answers.clip(0, points - 1).sum(axis=2).astype(np.int64):
        yield Group(totals, items, points)


@lru_cache(maxsize=8)
def _sets(people: int, highest: int, lowest: int) -> NDArray[np.float64]:
    """(sums, squares + 1) how many sets of scores, none under `lowest`, have each sum and at most the squares."""
    shape = people * highest + 1, people * highest**2 + 1
    tables = [np.zeros(shape) for _ in range(people + 1)]
    tables[0][0, 0] = 1
    for score in range(lowest, highest + 1):
        for count in range(1, people + 1):
            tables[count][score:, score**2 :] += tables[count - 1][: shape[0] - score, : shape[1] - score**2]
    return np.concatenate([np.zeros((shape[0], 1)), np.cumsum(tables[people], axis=1)], axis=1)


def fitting(group: Group, told: Told, colluding: int, lowest: int = 0) -> float:
    """How many sets of the others' scores, none under `lowest`, fit what is told and what those who collude know."""
    known = group.totals[:colluding].tolist()
    table = _sets(group.n - colluding, group.items * (group.points - 1), lowest)
    first, last = (end * group.n * group.items for end in (told.low, told.high))
    found = 0.0
    for total in range(int(np.ceil(first - _TOLERANCE)), int(np.floor(last + _TOLERANCE)) + 1):
        left = total - sum(known)
        if 0 <= left < len(table):
            found += _of_sum(table[left], total, group, told, sum(each**2 for each in known))
    return found


def _of_sum(row: NDArray[np.float64], total: int, group: Group, told: Told, known: int) -> float:
    if told.sd is None:
        return float(row[-1])
    low, high = (total**2 / group.n + (group.n - 1) * (end * group.items) ** 2 - known for end in told.sd)
    first, last = np.clip([np.ceil(low - 1e-6), np.floor(high + 1e-6) + 1], 0, len(row) - 1).astype(int)
    return max(0.0, float(row[last] - row[first]))


def low_from(group: Group) -> int:
    """The lowest total over the scale's lower quarter."""
    return int(np.floor(group.items * group.length / 4)) + 1


@dataclass(frozen=True)
class Share:
    """Of groups of one kind: where the set of the others' scores is unique, and where one of them surely is low."""

    unique: float
    low: float


def shares(found: Sequence[Group], colluding: int) -> dict[str, Share]:
    """By rule."""
    result = {}
    for name, rule in RULES.items():
        told = [rule(group) for group in found]
        unique = [fitting(g, t, colluding) < 1.5 for g, t in zip(found, told, strict=True)]
        low = [fitting(g, t, colluding, low_from(g)) < 0.5 for g, t in zip(found, told, strict=True)]
        result[name] = Share(float(np.mean(unique)), float(np.mean(low)))
    return result


def main(many: int) -> None:
    rng = np.random.default_rng(12)
    worst: dict[str, list[tuple[float, str]]] = {name: [] for name in RULES}
    more_low: dict[str, list[tuple[float, str]]] = {name: [] for name in RULES}
    print("points items  n | unique %: before, one decimal, now | a low answer is certain %: the same")
    for points in POINTS:
        for items in ITEMS:
            for n in PEOPLE:
                found = list(groups(rng, n, items, points, many))
                by = [shares(found, colluding) for colluding in COLLUDING]
                for colluding, one in zip(COLLUDING, by, strict=True):
                    kind = f"{points} points, {items} items, n = {n}, {colluding} colluding"
                    for name, share in one.items():
                        worst[name].append((share.unique, kind))
                        more_low[name].append((share.low - one["the mean to one decimal"].low, kind))
                unique = ["/".join(f"{100 * one[name].unique:4.1f}" for one in by) for name in RULES]
                low = ["/".join(f"{100 * one[name].low:4.1f}" for one in by) for name in RULES]
                print(f"{points:6} {items:5} {n:2} | {'   '.join(unique)} | {'   '.join(low)}")
    for name in RULES:
        values = [value for value, _ in worst[name]]
        top, kind = max(worst[name])
        extra, where = max(more_low[name])
        over = sum(value > 0.02 for value in values), sum(value > 0.05 for value, _ in more_low[name])
        print(
            f"{name}: unique in {100 * np.mean(values):.1f} % of all groups, at most {100 * top:.1f} % ({kind}), over "
            f"2 % in {over[0]} of {len(values)} kinds; a low answer certain at most {100 * extra:.1f} points more "
            f"often than by one decimal ({where}), over 5 points in {over[1]} kinds"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
