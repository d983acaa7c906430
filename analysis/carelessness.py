"""Signs of answers given without reading, from the pattern alone: no time is stored.

Each is the share of the people it can be judged for, and says nothing of any one of them: somebody may mean «litt enig»
to everything. Curran 2016; Meade & Craig 2012.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.responses import Responses, is_answer
from analysis.scoring import factor_scorings, scored

Floats = NDArray[np.float64]

FEWEST_PEOPLE: Final = 50
"""Fewest people behind a share: below it, a share points at somebody."""
FEWEST_ANSWERS_IN_A_ROW: Final = 10
"""Fewest answers on one scale in which alike answers say anything."""
FEWEST_ALIKE_IN_A_FACTOR: Final = 3
FEWEST_FACTORS: Final = 8
"""Fewest factors in which a person's two halves can be correlated."""
LONG_RUN: Final = 0.5  # of the answers: Curran 2016
INCONSISTENT: Final = 0.30  # Jackson 1976, as Curran 2016 has it


@dataclass(frozen=True)
class PatternShare:
    """The share (0–1) of n people who show a pattern, to whole percents; n 0 and share NaN below `FEWEST_PEOPLE`."""

    n: int
    share: float


@dataclass(frozen=True)
class Carelessness:
    """The share of people with each pattern; n is 0 where the questionnaire, or the number of answers, cannot tell.

    same: one and the same answer to everything. long_run: half of the answers or more alike in a row. contradiction:
    the same answer, off the middle, to statements of a theme that are turned and not. inconsistent: the two halves of
    the themes do not follow each other.
    """

    same: PatternShare
    long_run: PatternShare
    contradiction: PatternShare
    inconsistent: PatternShare


def carelessness(responses: Responses) -> Carelessness:
    """The four shares. R: `careless::longstring` and `careless::evenodd`.

    >>> from analysis.example import RESPONSES
    >>> carelessness(RESPONSES).same
    PatternShare(n=0, share=nan)
    """
    values, answered = _on_the_commonest_scale(responses)
    count = answered.sum(axis=1)
    longest = longest_runs(values, answered)
    judged = count >= FEWEST_ANSWERS_IN_A_ROW
    low = np.where(answered, values, np.inf).min(axis=1, initial=np.inf)
    high = np.where(answered, values, -np.inf).max(axis=1, initial=-np.inf)
    consistency = even_odd(responses)
    return Carelessness(
        same=_share(low == high, judged),
        long_run=_share(longest >= LONG_RUN * count, judged),
        contradiction=_share(*_contradictions(responses)),
        inconsistent=_share(consistency < INCONSISTENT, ~np.isnan(consistency)),
    )


def _share(shown: NDArray[np.bool_], judged: NDArray[np.bool_]) -> PatternShare:
    n = int(judged.sum())
    if n < FEWEST_PEOPLE:
        return PatternShare(0, float("nan"))
    return PatternShare(n, round(float(shown[judged].mean()), 2))


def _on_the_commonest_scale(responses: Responses) -> tuple[Floats, NDArray[np.bool_]]:
    """As answered, (N, K), the items of the scale that most have: the same word on another scale is another answer."""
    scales = [factor.scale for factor in responses.questionnaire.factors for _ in factor.items]
    names = [scale.key for scale in scales]
    commonest = max(names, key=names.count, default="")
    columns = np.flatnonzero([name == commonest for name in names])
    codes = responses.items[:, columns]
    return codes.astype(np.float64), is_answer(codes)


def longest_runs(values: Floats, answered: NDArray[np.bool_]) -> NDArray[np.int_]:
    """The most alike answers in a row of each person, (N,); a gap neither breaks nor adds. values: (N, K).

    >>> longest_runs(np.array([[4.0, 4, 0, 4, 2]]), np.array([[True, True, False, True, True]])).tolist()
    [3]
    """
    run, longest = np.zeros(len(values), dtype=np.int_), np.zeros(len(values), dtype=np.int_)
    last = np.full(len(values), np.nan)
    for value, known in zip(values.T, answered.T, strict=True):
        run = np.where(known, np.where(value == last, run + 1, 1), run)
        last = np.where(known, value, last)
        longest = np.maximum(longest, run)
    return longest


def _contradictions(responses: Responses) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who contradicts themselves in some factor that has items both ways, and who it can be judged for."""
    shown = np.zeros(len(responses), dtype=np.bool_)
    judged = shown.copy()
    for scoring in factor_scorings(responses.questionnaire):
        codes = responses.items[:, scoring.columns]
        answered, turned = is_answer(codes), scoring.reversed
        can_tell = answered[:, turned].any(axis=1) & answered[:, ~turned].any(axis=1)
        can_tell &= answered.sum(axis=1) >= FEWEST_ALIKE_IN_A_FACTOR
        low = np.where(answered, codes, 255).min(axis=1, initial=255)
        high = np.where(answered, codes, 0).max(axis=1, initial=0)
        off_the_middle = 2 * low.astype(np.int_) != scoring.minimum + scoring.maximum
        shown |= can_tell & (low == high) & off_the_middle
        judged |= can_tell
    return shown, judged


def even_odd(responses: Responses) -> Floats:
    """Each person's consistency, (N,): r over the factors between the means of odd and even items, Spearman–Brown.

    Scores as shares of the scale. NaN for fewer than `FEWEST_FACTORS` factors with both, or without variance.
    R: `careless::evenodd(x, factors)` (with the sign turned in older versions).

    >>> from analysis.example import RESPONSES
    >>> np.isnan(even_odd(RESPONSES)).all().item()
    True
    """
    halves = []
    for scoring in factor_scorings(responses.questionnaire):
        if scoring.items > 1:
            answers = scored(responses.items[:, scoring.columns], scoring)
            answers = (answers - scoring.minimum) / (scoring.maximum - scoring.minimum)
            halves.append([_means(answers[:, 0::2]), _means(answers[:, 1::2])])
    if len(halves) < FEWEST_FACTORS:
        return np.full(len(responses), np.nan)
    odd, even = np.moveaxis(np.array(halves), 1, 0)  # (F, N) each
    both = ~np.isnan(odd) & ~np.isnan(even)
    count = both.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        odd, even = (np.where(both, half - _over(half, both, count), 0.0) for half in (odd, even))
        r = (odd * even).sum(axis=0) / np.sqrt((odd**2).sum(axis=0) * (even**2).sum(axis=0))
        found: Floats = np.where(count >= FEWEST_FACTORS, 2 * r / (1 + np.abs(r)), np.nan)
    return found


def _means(answers: Floats) -> Floats:
    known = ~np.isnan(answers)
    with np.errstate(invalid="ignore"):
        found: Floats = np.where(known, answers, 0.0).sum(axis=1) / known.sum(axis=1)
    return found


def _over(half: Floats, both: NDArray[np.bool_], count: NDArray[np.int_]) -> Floats:
    found: Floats = np.where(both, half, 0.0).sum(axis=0) / count
    return found


def carelessness_json(found: Carelessness) -> dict[str, Any]:
    """By pattern; the share None where it is not told.

    >>> one = PatternShare(80, 0.03)
    >>> carelessness_json(Carelessness(one, one, one, PatternShare(0, float("nan"))))["inconsistent"]
    {'n': 0, 'share': None}
    """
    shares = {
        "same": found.same,
        "long_run": found.long_run,
        "contradiction": found.contradiction,
        "inconsistent": found.inconsistent,
    }
    return {
        key: {"n": one.n, "share": None if np.isnan(one.share) else one.share} for key, one in shares.items()
    }
