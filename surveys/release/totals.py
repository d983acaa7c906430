"""Sums over groups of people for every measure, and the values that follow from them.

Pure: arrays in and out. The sums are whole numbers, so the same people always give the same figure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import bounded_interval
from analysis.moments import Moments, depths, moments, regrouped, up_the_tree
from analysis.responses import Responses
from analysis.scores import answer_distribution, answer_shares, mean_and_sd
from analysis.scoring import factor_scorings, person_scores
from analysis.shares import PersonShares, person_shares
from surveys.release.measures import INDEX_MAXIMUM, Measure, MeasureKind, are_shares

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class MeasureValues:
    """Figures of G groups on M measures, on each measure's own scale; NaN where there is nothing to compute.

    n, mean, sd, ci_low, ci_high: (G, M). classes: (G, M, 3) shares of low, middle and high answers.
    points: per measure (G, answers) shares of every answer, lowest first; None but for means.
    asked: (G, M) somebody in the group met the questions.
    """

    n: Integers
    mean: Floats
    sd: Floats
    ci_low: Floats
    ci_high: Floats
    classes: Floats
    points: tuple[Floats | None, ...]
    asked: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Totals:
    """Sums of G groups on M measures.

    n, sums, squares: (G, M); sums and squares are of scores × `multiplier` (M,). moments: of the factors.
    """

    measures: tuple[Measure, ...]
    moments: Moments
    n: Integers
    sums: Integers
    squares: Integers
    multiplier: Floats

    @classmethod
    def of(cls, responses: Responses, measures: Sequence[Measure]) -> "Totals":
        """One group for each of the responses' units, of the people placed directly on it."""
        found = moments(responses)
        columns = (
            _share_columns(responses, measures) if are_shares(measures) else _mean_columns(found, measures)
        )
        return cls(tuple(measures), found, *columns)

    @property
    def respondents(self) -> Integers:
        return self.moments.respondents.astype(np.int64)

    def up(self, parents: NDArray[np.int32]) -> "Totals":
        """The sums of every node of a tree with everything below it."""
        depth = depths(parents)
        levels = [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)), 0, -1)]

        def summed(sums: Integers) -> Integers:
            total = sums.copy()
            for nodes in levels:
                np.add.at(total, parents[nodes], total[nodes])
            return total

        return self._changed(up_the_tree(self.moments, parents), summed)

    def regrouped(self, into: Integers, groups: int) -> "Totals":
        """The sums of groups of groups: group i belongs to `into[i]`, or to none when that is −1."""
        members = np.flatnonzero(into >= 0)

        def grouped(sums: Integers) -> Integers:
            total = np.zeros((groups, sums.shape[1]), dtype=np.int64)
            np.add.at(total, into[members], sums[members])
            return total

        return self._changed(regrouped(self.moments, into, groups), grouped)

    def _changed(self, found: Moments, change: Callable[[Integers], Integers]) -> "Totals":
        sums = change(self.n), change(self.sums), change(self.squares)
        return Totals(self.measures, found, *sums, self.multiplier)

    def values(self) -> MeasureValues:
        mean, sd = mean_and_sd(self.n, self.sums, self.squares)
        stretch, shift = _own_scale(self.measures)
        factor = _factor_places(self.measures, [scoring.key for scoring in self.moments.scorings])
        own, spread = mean / self.multiplier * stretch + shift, sd / self.multiplier * stretch
        lowest = np.array([measure.minimum for measure in self.measures])
        length = np.array([measure.maximum for measure in self.measures]) - lowest
        # Rounding may put a mean a hair beyond the end of its scale.
        low, high = bounded_interval(self.n, np.clip((own - lowest) / length, 0, 1), spread / length)
        return MeasureValues(
            self.n,
            own,
            spread,
            np.minimum(lowest + low * length, own),
            np.maximum(lowest + high * length, own),
            np.stack(answer_shares(self.moments), axis=2)[:, factor],
            tuple(_points(self.moments, measure) for measure in self.measures),
            _was_asked(self.moments)[:, factor],
        )


def person_measures(responses: Responses, measures: Sequence[Measure]) -> Floats:
    """(N, M) what everybody scored on every measure, as a share of the way from the scale's lowest to its highest.

    NaN where there is no score. An index has its mean's place.
    """
    if are_shares(measures):
        scores = np.full((len(responses), len(measures)), np.nan)
        for places, found in _shares(responses, measures):
            scores[:, places] = np.where(
                found.answered[:, np.newaxis], found.scaled / found.multiplier, np.nan
            )
        return scores
    factors = responses.questionnaire.factors
    scales = [factor.scale for factor in factors]
    lowest = np.array([scale.minimum for scale in scales])
    length = np.array([scale.maximum - scale.minimum for scale in scales])
    places = _factor_places(measures, [factor.key for factor in factors])
    placed: Floats = ((person_scores(responses) - lowest) / length)[:, places]
    return placed


def _factor_places(measures: Sequence[Measure], keys: Sequence[str]) -> list[int]:
    """Each measure's factor by its place among all of the questionnaire's; the measures may be of some only."""
    return [keys.index(measure.factor.key) for measure in measures]


def _mean_columns(found: Moments, measures: Sequence[Measure]) -> tuple[Integers, Integers, Integers, Floats]:
    factor = _factor_places(measures, [scoring.key for scoring in found.scorings])
    multiplier = np.array([scoring.multiplier for scoring in found.scorings], dtype=np.float64)
    n, sums, squares = (sums.astype(np.int64)[:, factor] for sums in (found.n, found.sums, found.squares))
    return n, sums, squares, multiplier[factor]


def _share_columns(
    responses: Responses, measures: Sequence[Measure]
) -> tuple[Integers, Integers, Integers, Floats]:
    shape = len(responses.units), len(measures)
    n, sums, squares = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    multiplier = np.ones(len(measures))
    for places, found in _shares(responses, measures):
        counted = found.answered.astype(np.int64)[:, np.newaxis].repeat(len(places), axis=1)
        for total, values in ((n, counted), (sums, found.scaled), (squares, found.scaled**2)):
            of_factor = np.zeros((shape[0], len(places)), dtype=np.int64)
            np.add.at(of_factor, responses.unit, values)
            total[:, places] = of_factor
        multiplier[places] = found.multiplier
    return n, sums, squares, multiplier


def _shares(responses: Responses, measures: Sequence[Measure]) -> Iterator[tuple[list[int], PersonShares]]:
    """Factor by factor: the places of its shares among the measures, and everybody's shares."""
    for scoring in factor_scorings(responses.questionnaire):
        places = [index for index, measure in enumerate(measures) if measure.factor.key == scoring.key]
        codes = [code for index in places if (code := measures[index].code) is not None]
        if places:
            yield places, person_shares(responses, scoring, codes)


def _own_scale(measures: Sequence[Measure]) -> tuple[Floats, Floats]:
    """Value on the measure's scale = stretch · value as scored + shift."""
    stretch, shift = np.ones(len(measures)), np.zeros(len(measures))
    for index, measure in enumerate(measures):
        if measure.kind == MeasureKind.INDEX:
            scale = measure.factor.scale
            stretch[index] = INDEX_MAXIMUM / (scale.maximum - scale.minimum)
            shift[index] = -scale.minimum * stretch[index]
    return stretch, shift


def _points(found: Moments, measure: Measure) -> Floats | None:
    if measure.kind != MeasureKind.MEAN:
        return None
    counts = answer_distribution(found, measure.factor.key)
    shares: Floats = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares


def _was_asked(found: Moments) -> NDArray[np.bool_]:
    """(G, factors) True where at least one respondent met an item of the factor; blank counts as having met it."""
    met = found.answers.sum(axis=1) > 0
    starts = [scoring.columns.start for scoring in found.scorings]
    asked: NDArray[np.bool_] = np.logical_or.reduceat(met, starts, axis=1)
    return asked
