"""Do groups answer differently? Background groups beside each other, one question and one factor at a time.

For the analyst who has the whole file in one frame, so pingouin does the statistics; `analysis.change` does the same
sort of comparison over thousands of units at once. Groups are unequal in size and spread, so every test is Welch's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.as_json import number
from analysis.messages import listed
from analysis.report import hidden_units
from analysis.responses import Responses, is_answer
from analysis.scoring import person_scores

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class GroupScore:
    """One group's scores on a factor. hidden: None, «small», «protecting», or «no_answers»; then no figures."""

    n: int
    mean: float
    sd: float
    hidden: str | None


@dataclass(frozen=True)
class GroupPair:
    """The first group against the second: Welch's t-test, and Hedges' g (first minus second) with its interval."""

    first: str
    second: str
    difference: float
    g: float
    g_low: float
    g_high: float
    t: float
    df: float
    p: float
    p_holm: float = np.nan


@dataclass(frozen=True)
class GroupedFactor:
    """One factor by one background question. f, df1, df2, p: Welch's one-way test; NaN when it cannot be computed.

    groups: by option key, in the questionnaire's order. p_holm: adjusted over the factors of the question; that of a
    pair over all pairs and factors of the question.
    """

    groups: Mapping[str, GroupScore]
    f: float
    df1: float
    df2: float
    p: float
    pairs: tuple[GroupPair, ...]
    p_holm: float = np.nan


def group_differences(responses: Responses, minimum_group: int) -> dict[str, dict[str, GroupedFactor]]:
    """Each factor by each background question that was answered, by their keys.

    A group with fewer than `minimum_group` scores is left out, and so is a second one when the first could be worked
    out from the whole. p is adjusted by Holm within each background question, as one family.
    R: `oneway.test` and `t.test` (both Welch), `effsize::cohen.d(hedges.correction = TRUE)`, `p.adjust(p, "holm")`.

    >>> from analysis.example import GROUPED
    >>> found = group_differences(GROUPED, 3)["rolle"]["MOT"]
    >>> found.groups["leder"].n, round(found.pairs[0].g, 2), round(found.p, 3)
    (3, 2.1, 0.033)
    """
    people = person_scores(responses)
    keys = [factor.key for factor in responses.questionnaire.factors]
    found = {}
    for question in responses.questionnaire.background:
        chosen = responses.background.get(question.key)
        if chosen is None or not is_answer(chosen).any():
            continue
        options = [option.key for option in question.options]
        factors = {
            key: _factor(people[:, place], chosen, options, minimum_group) for place, key in enumerate(keys)
        }
        found[question.key] = _adjusted(factors)
    return found


def _factor(
    scores: NDArray[np.float64], chosen: NDArray[np.uint8], options: Sequence[str], minimum_group: int
) -> GroupedFactor:
    parts = [scores[(chosen == place) & ~np.isnan(scores)] for place in range(len(options))]
    everybody = int((~np.isnan(scores)).sum())
    hidden = _hidden([len(part) for part in parts], everybody, minimum_group)
    groups = {
        option: _score(part, reason) for option, part, reason in zip(options, parts, hidden, strict=True)
    }
    shown = {
        option: part for option, part, reason in zip(options, parts, hidden, strict=True) if reason is None
    }
    return _tested(groups, {option: part for option, part in shown.items() if np.ptp(part) > 0})


def _hidden(counts: Sequence[int], everybody: int, minimum_group: int) -> list[str | None]:
    """Why each group is hidden, given that the figure for everybody is shown elsewhere in the report."""
    n = np.array([[count] for count in counts], dtype=np.int64)
    reasons = hidden_units(n, np.array([everybody - sum(counts)], dtype=np.int64), minimum_group)
    return [reason if count else "no_answers" for count, reason in zip(counts, reasons, strict=True)]


def _score(part: NDArray[np.float64], hidden: str | None) -> GroupScore:
    if hidden:
        return GroupScore(0, np.nan, np.nan, hidden)
    return GroupScore(len(part), float(part.mean()), float(part.std(ddof=1)), None)


def _tested(groups: Mapping[str, GroupScore], parts: Mapping[str, NDArray[np.float64]]) -> GroupedFactor:
    """parts: the scores of the groups that are shown and have any spread."""
    if len(parts) < 2:
        return GroupedFactor(groups, np.nan, np.nan, np.nan, np.nan, ())
    import pandas as pd
    import pingouin  # loading it takes seconds, and only this command has use for it

    names = list(parts)
    frame = pd.DataFrame(
        {
            "score": np.concatenate(list(parts.values())),
            "group": np.repeat(np.arange(len(names)), [len(part) for part in parts.values()]),
        }
    )
    welch = pingouin.welch_anova(frame, dv="score", between="group").iloc[0]
    return GroupedFactor(
        groups,
        f=float(welch["F"]),
        df1=float(welch["ddof1"]),
        df2=float(welch["ddof2"]),
        p=float(welch["p_unc"]),
        pairs=_pairs(frame, names, groups),
    )


def _pairs(
    frame: "DataFrame", names: Sequence[str], groups: Mapping[str, GroupScore]
) -> tuple[GroupPair, ...]:
    import pingouin

    table = pingouin.pairwise_tests(frame, dv="score", between="group", effsize="hedges", correction=True)
    pairs = []
    for (a, b), (_index, row) in zip(combinations(names, 2), table.iterrows(), strict=True):
        first, second = groups[a], groups[b]
        g = float(row["hedges"])
        low, high = pingouin.compute_esci(g, first.n, second.n, eftype="hedges", decimals=12)
        pairs.append(
            GroupPair(
                a,
                b,
                difference=first.mean - second.mean,
                g=g,
                g_low=float(low),
                g_high=float(high),
                t=float(row["T"]),
                df=float(row["dof"]),
                p=float(row["p_unc"]),
            )
        )
    return tuple(pairs)


def _adjusted(factors: Mapping[str, GroupedFactor]) -> dict[str, GroupedFactor]:
    """With Holm's correction: over the factors, and over all pairs of all factors."""
    tested = [key for key, one in factors.items() if one.pairs]
    if not tested:
        return dict(factors)
    import pingouin

    whole = pingouin.multicomp([factors[key].p for key in tested], method="holm")[1]
    pairwise = iter(
        pingouin.multicomp([pair.p for key in tested for pair in factors[key].pairs], method="holm")[1]
    )
    adjusted = {
        key: replace(
            factors[key],
            p_holm=float(p),
            pairs=tuple(replace(pair, p_holm=float(next(pairwise))) for pair in factors[key].pairs),
        )
        for key, p in zip(tested, whole, strict=True)
    }
    return {key: adjusted.get(key, one) for key, one in factors.items()}


def differences_json(found: Mapping[str, Mapping[str, GroupedFactor]]) -> dict[str, Any]:
    """The differences as JSON; what is hidden or could not be computed is None.

    >>> from analysis.example import GROUPED
    >>> found = differences_json(group_differences(GROUPED, 3))["rolle"]["MOT"]
    >>> found["groups"]["leder"]["n"], list(found["pairs"])
    (3, ['leder~ansatt'])
    """
    return {
        question: {key: _factor_json(one) for key, one in factors.items()}
        for question, factors in found.items()
    }


def _factor_json(found: GroupedFactor) -> dict[str, Any]:
    return {
        "groups": {option: _score_json(score) for option, score in found.groups.items()},
        "welch": {name: number(getattr(found, name)) for name in ("f", "df1", "df2", "p", "p_holm")},
        "pairs": {f"{pair.first}~{pair.second}": _pair_json(pair) for pair in found.pairs},
    }


def _score_json(score: GroupScore) -> dict[str, Any]:
    if score.hidden:
        return {"n": None, "mean": None, "sd": None, "hidden": score.hidden}
    return {"n": score.n, "mean": number(score.mean), "sd": number(score.sd), "hidden": None}


def _pair_json(pair: GroupPair) -> dict[str, Any]:
    figures = {name: number(getattr(pair, name)) for name in ("difference", "g", "t", "df", "p", "p_holm")}
    return {**figures, "g_ci": [number(pair.g_low), number(pair.g_high)]}


def difference_cautions(
    responses: Responses, found: Mapping[str, Mapping[str, GroupedFactor]]
) -> tuple[str, ...]:
    """One line for each group that is left out and each test that is missing, with the reason.

    >>> from analysis.example import GROUPED
    >>> difference_cautions(GROUPED, group_differences(GROUPED, 4))[0]
    'rolle: leder og ansatt er utelatt i MOT, fordi gruppen har for få svar eller verner en som har det.'
    """
    lines = [
        f"{question.key}: ingen har svart på bakgrunnsspørsmålet, så gruppene kan ikke sammenlignes."
        for question in responses.questionnaire.background
        if question.key not in found
    ]
    for question, factors in found.items():
        for key, one in factors.items():
            lines += [f"{question}: {line}" for line in _left_out(key, one)]
    return tuple(lines)


def _left_out(key: str, found: GroupedFactor) -> list[str]:
    lines = []
    hidden = [option for option, score in found.groups.items() if score.hidden in {"small", "protecting"}]
    if hidden:
        lines.append(
            f"{listed(hidden)} er utelatt i {key}, fordi gruppen har for få svar eller verner en som har det."
        )
    alike = [option for option, score in found.groups.items() if score.sd == 0]
    if alike:
        lines.append(f"alle i {listed(alike)} har samme score på {key}, så gruppen er ikke med i testen.")
    if not found.pairs:
        lines.append(f"{key} kan ikke sammenlignes, fordi færre enn to grupper kan være med.")
    return lines
