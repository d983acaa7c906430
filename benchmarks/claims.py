"""What the pages say against what is true: every worded claim and every interval, on simulated answers.

People answer items on 1–5 and 1–6 scales, often skewed, on ten themes that correlate about .5. Intervals, tests and
verdicts are the product's own functions. Prints, in this order:

1. change: how often the change that «minste endring vi kan se» states is called clear (80 % is meant), the number
   before and the number now; and how often a unit where nothing has changed has a clear change (5 % is meant);
2. over and under: how often a unit drawn from the municipality itself is called so (5 % is meant), before and now;
3. the list of all units: units with a clear change though none has changed, and the share of false ones among those
   that are marked as standing out (5 % is meant);
4. coverage of the released interval, of Student's t, and of Welch's interval of a change (95 % is meant);
5. mostly the same staff in both waves: how often change is claimed by Welch's test and by the reading for those
   who were invited alone (5 % is meant);
6. directions over three to five waves: how often a unit without any has a clear one (5 % is meant), how often a line or
   a single step is called uneven, and the interval's coverage.

`python benchmarks/claims.py [REPETITIONS]`; 2,000 take about three minutes on one core.
"""

import sys
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.change import Wave, change, false_discovery
from analysis.difference import Others, clear_differences, difference_from
from analysis.intervals import bounded_interval
from analysis.scale_ends import coded_mean
from analysis.scores import t_quantile
from analysis.trend import TrendVerdict, WaveScore, trend

Floats = NDArray[np.float64]

THEMES = 10
SHAPES = {
    "even 1-5": [0.1, 0.2, 0.4, 0.2, 0.1],
    "mild 1-5": [0.03, 0.07, 0.2, 0.4, 0.3],
    "skewed 1-5": [0.02, 0.03, 0.08, 0.27, 0.6],
    "very skewed 1-5": [0.02, 0.02, 0.04, 0.12, 0.8],
    "two camps 1-5": [0.2, 0.1, 0.1, 0.2, 0.4],
    "mild 1-6": [0.02, 0.05, 0.1, 0.2, 0.35, 0.28],
    "skewed 1-6": [0.02, 0.02, 0.04, 0.1, 0.27, 0.55],
    "low 1-6": [0.5, 0.25, 0.1, 0.08, 0.05, 0.02],
}
"""Shares of each answer, lowest first."""


def scores(
    rng: np.random.Generator,
    shape: tuple[int, ...],
    shares: list[float],
    *,
    items: int = 3,
    moved: Floats | float = 0.0,
    kept: tuple[Floats, float] | None = None,
) -> tuple[Floats, Floats]:
    """Person scores from 0 to 1 of shape (…, people, themes), and what the people are like underneath.

    moved: added to everybody's inner score. kept: what people were like last time, and how much of that remains.
    """
    person = rng.standard_normal((*shape[:-1], 1))
    theme = rng.standard_normal(shape)
    inner = (np.sqrt(0.5) * person + np.sqrt(0.5) * theme).astype(np.float64)
    if kept is not None:
        before, remains = kept
        inner = remains * before + np.sqrt(1 - remains**2) * inner
    bounds = ndtri(np.cumsum(shares)[:-1])
    answers = np.zeros(shape)
    for _item in range(items):
        seen = np.sqrt(0.6) * inner + np.sqrt(0.4) * rng.standard_normal(shape) + moved
        answers += (seen[..., np.newaxis] > bounds).sum(axis=-1)
    return answers / items / (len(shares) - 1), inner


def wave(found: Floats, population: int | None = None) -> Wave:
    """(…, people, themes) → n, mean and sd of each theme."""
    n = np.full((*found.shape[:-2], found.shape[-1]), found.shape[-2])
    people = None if population is None else np.full(n.shape, population)
    return Wave(n, found.mean(axis=-2), found.std(axis=-2, ddof=1), people)


def released(found: Wave, points: int) -> NDArray[np.bool_]:
    """Where mean and spread would be shown: not near an end, and not all alike."""
    values, where = np.unique(
        np.stack([found.n, found.mean], axis=-1).reshape(-1, 2), axis=0, return_inverse=True
    )
    exact = [coded_mean(mean * (points - 1), int(n), 0, points - 1).bound == "exact" for n, mean in values]
    return np.asarray((np.array(exact)[where].reshape(found.mean.shape)) & (found.sd >= 0.05))


def changes(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    """One theme changes by what is stated for it, the others not at all: normal scores, sd .65, n both times."""
    yield "change, normal scores, sd .65, ten themes:  n, stated → found before; now; unit without change"
    for n in (6, 10, 14, 30):
        error = np.sqrt(2 / n) * 0.65
        before_rule = (ndtri(0.975) + ndtri(0.8)) * error
        flat = Wave(np.full(THEMES, n), np.full(THEMES, 3.0), np.full(THEMES, 0.65))
        now = float(change(flat, flat).detectable[0])
        said = []
        for stated in (before_rule, now, 0.0):
            first, last = (rng.normal(3, 0.65, (repetitions, n, THEMES)) for _ in range(2))
            last[..., 0] += stated
            verdicts = change(wave(first), wave(last)).verdict
            clear = (verdicts == "up") | (verdicts == "down")
            said.append((clear[:, 0] if stated else clear.any(axis=1)).mean())
        yield f"  {n:3}  {before_rule:.2f} → {said[0]:.0%};  {now:.2f} → {said[1]:.0%};  {said[2]:.1%}"


def false_changes(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    yield "a unit where nothing has changed has a clear change (5 % is meant):"
    for name, shares in SHAPES.items():
        said = []
        for n in (6, 10, 14, 30):
            first, last = (wave(scores(rng, (repetitions, n, THEMES), shares)[0]) for _ in range(2))
            testable = released(first, len(shares)) & released(last, len(shares))
            verdicts = change(first, last, testable=testable).verdict
            said.append(f"n {n}: {((verdicts == 'up') | (verdicts == 'down')).any(axis=1).mean():.1%}")
        yield f"  {name:16} {', '.join(said)}"


def over_and_under(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    """Units drawn from a municipality of 300, against it with the unit in it (before) and the others (now)."""
    yield "over or under, though drawn from the municipality (5 % is meant):  before → now"
    for name, shares in SHAPES.items():
        said = []
        for n in (6, 10, 14, 30):
            unit, others = (
                wave(scores(rng, (repetitions, people, THEMES), shares)[0]) for people in (n, 300 - n)
            )
            shown = released(unit, len(shares))
            room = t_quantile(unit.n - 1, 0.975) * unit.sd / np.sqrt(n)
            whole = (n * unit.mean + (300 - n) * others.mean) / 300
            before = shown & (np.abs(unit.mean - whole) > room)
            p = np.vectorize(_p, otypes=[np.float64])(
                unit.n, unit.mean, unit.sd, others.n, others.mean, others.sd
            )
            now = np.array([clear_differences(each) for each in np.where(shown, p, np.nan).tolist()])
            said.append(f"n {n}: {before.any(axis=1).mean():.0%} → {now.any(axis=1).mean():.1%}")
        yield f"  {name:16} {', '.join(said)}"


def _p(n: int, mean: float, sd: float, others: int, their_mean: float, their_sd: float) -> float:
    return difference_from(n, mean, sd, Others(their_mean, others, their_sd))


def all_units(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    """40 units of 6 to 30; in some, three themes have moved by two thirds of a standard deviation and more."""
    yield "all units, 40 in one release:  moved; units without change that have a clear one; false among the marked"
    units = 40
    for moved in (0, 4, 12):
        rounds = max(repetitions // 10, 50)
        wrong, marked = [], []
        for _ in range(rounds):
            waves: list[list[Wave]] = [[], []]
            for unit in range(units):
                n = int(rng.integers(6, 31))
                shift = np.zeros(THEMES)
                shift[:3] = 1.0 if unit < moved else 0.0
                for when, each in enumerate(waves):
                    each.append(wave(scores(rng, (n, THEMES), SHAPES["mild 1-5"], moved=shift * when)[0]))
            first, last = (
                Wave(*(np.stack([getattr(one, key) for one in each]) for key in ("n", "mean", "sd")))
                for each in waves
            )
            found = change(first, last)
            clear = (found.verdict == "up") | (found.verdict == "down")
            truly = np.zeros((units, THEMES), dtype=bool)
            truly[:moved, :3] = True
            stands_out = clear & (false_discovery(found.p) < 0.05)
            wrong.append((clear & ~truly).any(axis=1)[moved:].mean())
            marked.append((stands_out & ~truly).sum() / max(stands_out.sum(), 1))
        yield f"  {moved:3}  {np.mean(wrong):.1%}  {np.mean(marked):.1%}"


def coverage(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    yield "coverage of the mean where it is shown (95 % is meant), least over 1–5 items and n:  Student's t; released"
    yield "  [all: also where nothing is shown]; width against Student's t; coverage of Welch's interval of a change"
    for name, shares in SHAPES.items():
        for sizes in ((5, 7, 9), (10, 12, 14), (20, 40)):
            found = [_covered(rng, repetitions, shares, n, items) for n in sizes for items in (1, 2, 3, 5)]
            student, released_ones, everywhere, width, welch = np.array([f for f in found if f is not None]).T
            yield (
                f"  {name:16} n {sizes[0]}–{sizes[-1]}:  {student.min():.3f};  {released_ones.min():.3f} "
                f"[{everywhere.min():.3f}];  {np.median(width):.2f};  {welch.min():.3f}"
            )


def _covered(
    rng: np.random.Generator, repetitions: int, shares: list[float], n: int, items: int
) -> tuple[float, ...] | None:
    """None where spread is never shown: few answers to one question."""
    if items == 1 and n < 10:
        return None
    first, last = (wave(scores(rng, (repetitions * 2, n, 1), shares, items=items)[0]) for _ in range(2))
    truth = float(np.dot(shares, np.arange(len(shares))) / (len(shares) - 1))
    shown = released(first, len(shares))
    room = t_quantile(first.n - 1, 0.975) * first.sd / np.sqrt(n)
    student = np.abs(first.mean - truth) <= room + 1e-9
    low, high = bounded_interval(first.n, first.mean, first.sd)
    inside = (low <= truth + 1e-9) & (truth <= high + 1e-9)
    width = (high - low)[shown].mean() / (2 * room)[shown].mean()
    both = shown & released(last, len(shares))
    between = change(first, last)
    welch = (between.ci_low <= 1e-9) & (between.ci_high >= -1e-9)
    return (
        float(student[shown].mean()),
        float(inside[shown].mean()),
        float(inside.mean()),
        float(width),
        float(welch[both].mean()),
    )


def same_staff(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    """20 invited, of whom n answer; people's inner scores correlate .85, and nothing has changed in what they mean."""
    yield "mostly the same staff, nothing has changed, one theme:  Welch; finite reading (5 % is meant)"
    for n in (12, 16, 19):
        first, inner = scores(rng, (repetitions, 20, 1), SHAPES["mild 1-5"], items=5)
        last, _ = scores(rng, (repetitions, 20, 1), SHAPES["mild 1-5"], items=5, kept=(inner, 0.98))
        chosen = [np.take_along_axis(each, _some(rng, repetitions, n), axis=1) for each in (first, last)]
        correlation = np.corrcoef(first[..., 0].ravel(), last[..., 0].ravel())[0, 1]
        before, after = (wave(each, 20) for each in chosen)
        plain = change(before, after).p < 0.05
        finite = change(before, after, finite_population=True).p < 0.05
        yield f"  {n} of 20 (r = {correlation:.2f}):  {plain.mean():.1%};  {finite.mean():.1%}"


def _some(rng: np.random.Generator, repetitions: int, n: int) -> NDArray[np.int64]:
    return np.asarray(rng.random((repetitions, 20, 1)).argsort(axis=1)[:, :n])


def directions(rng: np.random.Generator, repetitions: int) -> Iterator[str]:
    yield "direction:  waves, n; unit without any has one; theme called uneven; with a step of 1; slope covered"
    few = max(repetitions // 3, 100)
    for waves, n in ((3, 8), (3, 20), (5, 8), (5, 20)):
        times = 2018.0 + 2 * np.arange(waves, dtype=np.float64)
        claimed, uneven, stepped, covered = [], [], [], []
        for _round in range(few):
            still = wave(scores(rng, (waves, n, THEMES), SHAPES["mild 1-5"])[0])
            found = trend(times.tolist(), _themes(still))
            claimed.append(any(each.verdict in {TrendVerdict.UP, TrendVerdict.DOWN} for each in found))
            uneven.append(np.mean([each.verdict == TrendVerdict.UNEVEN for each in found]))
            covered.append(np.mean([each.ci_low <= 0 <= each.ci_high for each in found]))
            moved = np.where(np.arange(waves) >= waves // 2 + 1, 1.0, 0.0)[:, np.newaxis, np.newaxis]
            steps = wave(scores(rng, (waves, n, THEMES), SHAPES["mild 1-5"], moved=-moved)[0])
            step = trend(times.tolist(), _themes(steps))
            stepped.append(np.mean([each.verdict == TrendVerdict.UNEVEN for each in step]))
        yield (
            f"  {waves}, {n:2}:  {np.mean(claimed):.1%};  {np.mean(uneven):.1%};  {np.mean(stepped):.1%};  "
            f"{np.mean(covered):.3f}"
        )


def _themes(waves: Wave) -> list[list[WaveScore | None]]:
    """waves: arrays (W, F)."""
    return [
        [WaveScore(*score) for score in zip(n, mean, sd, strict=True)]
        for n, mean, sd in zip(waves.n.T.tolist(), waves.mean.T.tolist(), waves.sd.T.tolist(), strict=True)
    ]


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    rng = np.random.default_rng(2026)
    for part in (changes, false_changes, over_and_under, all_units, coverage, same_staff, directions):
        for line in part(rng, repetitions):
            print(line, flush=True)


if __name__ == "__main__":
    main()
