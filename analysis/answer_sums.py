"""The one pass over the answers: integer sums per unit, by sorting, comparing and adding bytes.

Rows are sorted by unit and cut in segments of at most 255 rows. Comparing the answers with one code gives a
byte 0 or 1 per answer; eight such bytes are added at once as one 64-bit word, and no byte overflows within a
segment. What depends on a whole factor (score, its square, the total's square) is looked up in a table by the
number of answers and their sum. Blocks of segments share nothing, so they are worked on side by side.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.responses import Codes, Responses, is_answer
from analysis.scoring import FactorScoring, factor_scorings
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.model import Questionnaire

SEGMENT: Final = 255  # rows whose 0/1 bytes add up in one byte
BLOCK: Final = 32_768  # rows worked on at a time: their bytes fit a core's cache
WORD: Final = 8  # bytes added at once
MOST_THREADS: Final = 4  # each needs about 20 MB

Integers = NDArray[np.integer]


def counted_codes(questionnaire: Questionnaire) -> tuple[int, ...]:
    """The codes that are counted: every value of any scale in use, then «not applicable» and blank.

    «Not asked» is what remains of the respondents.

    >>> from analysis.example import QUESTIONNAIRE
    >>> counted_codes(QUESTIONNAIRE)
    (1, 2, 3, 4, 5, 254, 255)
    """
    scales = [factor.scale for factor in questionnaire.factors]
    values = range(min(s.minimum for s in scales), max(s.maximum for s in scales) + 1)
    return (*values, NOT_APPLICABLE, BLANK)


def answer_sums(responses: Responses) -> tuple[Integers, ...]:
    """The arrays of `analysis.moments.Moments`, in its order; one row per unit.

    >>> from analysis.example import RESPONSES
    >>> [array.shape for array in answer_sums(RESPONSES)]  # two units, one factor, three items
    [(2,), (2, 1), (2, 1), (2, 1), (2, 1), (2, 3), (2, 1), (2, 1), (2, 7, 3)]
    """
    plan = _plan_for(responses.questionnaire)
    segments = _cut(responses.unit, len(responses.units))

    def block(bounds: tuple[int, int]) -> tuple[Integers, ...]:
        rows, starts = segments.rows(responses.items, plan.width, *bounds)
        return _block_sums(plan, rows, starts)

    parts = _side_by_side(block, list(pairwise(segments.block_bounds())))
    sums = [segments.per_unit(np.concatenate(arrays)) for arrays in zip(*parts, strict=True)]
    return _as_scored(plan, segments.people, sums)


@dataclass(frozen=True)
class _Plan:
    """What the pass needs to know of a questionnaire; columns are padded to `width`, whole words.

    One person's answers to one factor have a place in the tables: the factor's `offset` + number of answers
    · the factor's `span` + sum of the scored answers. `full` is the first place of a complete row.
    scores, squares: scaled score and its square, 0 where there is no score.
    people: has-a-score (1) + is-complete (2⁸) + squared total of a complete row (2¹⁶).
    """

    scorings: tuple[FactorScoring, ...]
    codes: tuple[int, ...]
    values: NDArray[np.int32]
    width: int
    factor_of_column: NDArray[np.intp]
    span: NDArray[np.intp]
    offset: NDArray[np.intp]
    full: NDArray[np.intp]
    scores: NDArray[np.int64]
    squares: NDArray[np.int64]
    people: NDArray[np.int64]

    @property
    def items(self) -> int:
        stop: int = self.scorings[-1].columns.stop
        return stop

    def places(self, rows: Codes) -> NDArray[np.intp]:
        """Each person's place in the tables for each factor, (F, n), from padded rows, (n, P)."""
        by_item = np.ascontiguousarray(rows.T)
        places = np.empty((len(self.scorings), len(rows)), dtype=np.intp)
        for i, scoring in enumerate(self.scorings):
            codes = by_item[scoring.columns]
            answered = is_answer(codes)
            values = codes * answered
            turned = scoring.reversed
            if turned.any():
                values[turned] = (
                    answered[turned] * np.uint8(scoring.minimum + scoring.maximum) - values[turned]
                )
            np.multiply(answered.sum(axis=0, dtype=np.uint16), self.span[i], out=places[i])
            places[i] += values.sum(axis=0, dtype=np.uint16)
            places[i] += self.offset[i]
        return places


def _plan_for(questionnaire: Questionnaire) -> _Plan:
    scorings = factor_scorings(questionnaire)
    codes = counted_codes(questionnaire)
    items = np.array([scoring.items for scoring in scorings])
    span = items * [scoring.maximum for scoring in scorings] + 1
    offset = np.cumsum((items + 1) * span) - (items + 1) * span
    scores, people = (np.concatenate(t) for t in zip(*map(_tables, scorings), strict=True))
    width = -(-items.sum() // WORD) * WORD
    factor_of_column = np.zeros(width, dtype=np.intp)
    factor_of_column[: items.sum()] = np.repeat(np.arange(len(scorings)), items)
    return _Plan(
        scorings=scorings,
        codes=codes,
        values=np.array(codes[:-2], dtype=np.int32),
        width=width,
        factor_of_column=factor_of_column,
        span=span,
        offset=offset,
        full=offset + items * span,
        scores=scores,
        squares=scores**2,
        people=people,
    )


def _tables(scoring: FactorScoring) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A factor's part of the tables `scores` and `people`."""
    span = scoring.items * scoring.maximum + 1
    answered, total = np.divmod(np.arange((scoring.items + 1) * span, dtype=np.int64), span)
    has_score = answered >= scoring.needed
    complete = answered == scoring.items
    nearest = np.rint(total * scoring.multiplier / np.maximum(answered, 1)).astype(np.int64)
    people = has_score + (complete.astype(np.int64) << 8) + np.where(complete, total**2 << 16, 0)
    return np.where(has_score, nearest, 0), people


@dataclass(frozen=True)
class _Segments:
    """Rows in unit order, cut in segments of at most 255 rows of one unit.

    order: (N,) row numbers in unit order, None when the rows are in order already.
    starts: (S + 1,) first row of each segment, then N. unit: (S,) each segment's unit. people: (U,).
    """

    order: NDArray[np.intp] | None
    starts: NDArray[np.intp]
    unit: NDArray[np.intp]
    people: NDArray[np.int64]

    def block_bounds(self) -> list[int]:
        """Where the segments are cut into blocks: each block's first segment, then the number of segments."""
        cuts = np.searchsorted(self.starts, np.arange(BLOCK, self.starts[-1], BLOCK))
        return [0, *sorted(set(cuts.tolist()) - {0, len(self.unit)}), len(self.unit)]

    def rows(self, items: Codes, width: int, first: int, last: int) -> tuple[Codes, NDArray[np.intp]]:
        """The answers of some segments, padded to `width` columns, and each segment's first row."""
        start, stop = self.starts[first], self.starts[last]
        padded = np.full((stop - start, width), NOT_ASKED, dtype=np.uint8)
        chosen = items[start:stop] if self.order is None else items.take(self.order[start:stop], axis=0)
        padded[:, : items.shape[1]] = chosen
        return padded, self.starts[first:last] - start

    def per_unit(self, sums: Integers) -> Integers:
        """Sums of the segments, (S, …), added up per unit, (U, …)."""
        result = np.zeros((len(self.people), *sums.shape[1:]), dtype=sums.dtype)
        if len(sums):
            present, first = np.unique(self.unit, return_index=True)
            result[present] = sums if len(present) == len(sums) else np.add.reduceat(sums, first, axis=0)
        return result


def _cut(unit: NDArray[np.int32], units: int) -> _Segments:
    people = np.bincount(unit, minlength=units)
    in_order = bool((unit[1:] >= unit[:-1]).all())
    # numpy sorts 16-bit keys by radix, ten times as fast as wider ones.
    keys = unit.astype(np.uint16) if units <= 2**16 else unit
    pieces = -(-people // SEGMENT)
    owner = np.repeat(np.arange(units), pieces)
    first_piece = np.cumsum(pieces) - pieces
    first_row = np.cumsum(people) - people
    starts = first_row[owner] + SEGMENT * (np.arange(len(owner)) - first_piece[owner])
    order = None if in_order else np.argsort(keys, kind="stable")
    return _Segments(order, np.append(starts, len(unit)), owner, people)


def _side_by_side(
    work: Callable[[tuple[int, int]], tuple[Integers, ...]], blocks: list[tuple[int, int]]
) -> list[tuple[Integers, ...]]:
    """The work on every block, in order; numpy lets go of the interpreter, so threads use every core."""
    if len(blocks) == 1:
        return [work(blocks[0])]
    with ThreadPoolExecutor(max_workers=min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(work, blocks))


def _block_sums(plan: _Plan, rows: Codes, starts: NDArray[np.intp]) -> tuple[Integers, ...]:
    """Per segment: people with a score, Σx, Σx², complete people, Σtotal², Σvalue, Σvalue², counts."""
    places = plan.places(rows)
    scores, squares, people = (
        np.add.reduceat(table.take(places), starts, axis=1).T
        for table in (plan.scores, plan.squares, plan.people)
    )
    counts = _counts(rows, plan.codes, starts)
    complete_counts = counts[:, : len(plan.values)]
    complete = places >= plan.full[:, np.newaxis]
    if not complete.all():
        left_out = complete.T[:, plan.factor_of_column].view(np.uint8) - np.uint8(1)  # 0, or 255: blank
        complete_counts = _counts(rows | left_out, plan.codes[:-2], starts)
    return (
        people & 0xFF,
        scores,
        squares,
        people >> 8 & 0xFF,
        people >> 16,
        np.einsum("c,scj->sj", plan.values, complete_counts, dtype=np.int64),
        np.einsum("c,scj->sj", plan.values**2, complete_counts, dtype=np.int64),
        counts.astype(np.int32),
    )


def _counts(rows: Codes, codes: tuple[int, ...], starts: NDArray[np.intp]) -> Codes:
    """How many in each segment gave each code: (S, C, P), at most 255."""
    counts = np.empty((len(starts), len(codes), rows.shape[1]), dtype=np.uint8)
    equal = np.empty(rows.shape, dtype=np.bool_)
    for index, code in enumerate(codes):
        np.equal(rows, code, out=equal)
        words = np.add.reduceat(equal.view(np.uint64), starts, axis=0)
        counts[:, index] = words.view(np.uint8)
    return counts


def _as_scored(plan: _Plan, people: Integers, sums: list[Integers]) -> tuple[Integers, ...]:
    """The sums in the order of `Moments`, without padding, reversed items turned.

    Turned values are m − v with m = minimum + maximum, so Σ(m − v) = m·n − Σv and
    Σ(m − v)² = m²·n − 2m·Σv + Σv².
    """
    n, scores, squares, complete, total_squares, value_sums, value_squares, counts = sums
    item_sums, item_squares = value_sums[:, : plan.items], value_squares[:, : plan.items]
    for index, scoring in enumerate(plan.scorings):
        turned = np.flatnonzero(scoring.reversed) + scoring.columns.start
        ends = scoring.minimum + scoring.maximum
        all_complete = complete[:, [index]]
        item_squares[:, turned] += ends**2 * all_complete - 2 * ends * item_sums[:, turned]
        item_sums[:, turned] = ends * all_complete - item_sums[:, turned]
    first_columns = [scoring.columns.start for scoring in plan.scorings]
    factor_squares = np.add.reduceat(item_squares, first_columns, axis=1)
    answers = counts[:, :, : plan.items]
    return people, n, scores, squares, complete, item_sums, factor_squares, total_squares, answers
