"""From answers to figures: what may be shown of every unit, of small units together, and of the rest nothing.

Pure but for the names it shares with the tables: arrays in, rows for `Figure` out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Block, Protection, protect_measures, protect_tree
from analysis.moments import Moments, moments, regrouped, up_the_tree
from analysis.responses import Responses
from analysis.scores import UnitScores, unit_scores
from surveys.results.loading import SurveyTree
from surveys.results.models import FigureKind, FigureStatus

DISTRIBUTION_MINIMUM: Final = 10
"""Fewest people behind a distribution of answers."""

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Protected:
    """A survey's answers with the decision of what may be shown.

    direct: moments of the people placed directly on each node; nodes: the same with everybody below.
    protections: one per measure, in the questionnaire's order of factors.
    """

    responses: Responses
    tree: SurveyTree
    minimum_group: int
    direct: Moments
    nodes: Moments
    protections: tuple[Protection, ...]

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(factor.key for factor in self.responses.questionnaire.factors)


def protect(
    responses: Responses, tree: SurveyTree, minimum_group: int, keep: NDArray[np.bool_] | None = None
) -> Protected:
    """Decides what may be shown, measure by measure, since people who skip a theme leave its n smaller.

    Every measure obeys the tree rule on its own counts. That is enough because no released measure is a sum of
    others. Between equally good solutions a measure follows the one for the respondents as such, so that the
    same units are hidden on every line of a page wherever that costs nothing.
    keep: (nodes,) True for units shown last time.
    """
    direct = moments(responses)
    respondents = direct.respondents.astype(np.int64)
    common = protect_tree(tree.parents, respondents, minimum_group, keep=keep)
    protections = protect_measures(tree.parents, direct.n.astype(np.int64), minimum_group, keep=common.shown)
    nodes = up_the_tree(direct, tree.parents)
    return Protected(responses, tree, minimum_group, direct, nodes, protections)


def unit_rows(protected: Protected) -> list[Row]:
    """One row for every unit and measure, whatever its status."""
    scores = unit_scores(protected.nodes)
    asked = was_asked(protected.nodes)
    rows: list[Row] = []
    for place, protection in enumerate(protected.protections):
        statuses = [
            FigureStatus.NOT_ASKED
            if status == "no_answers" and people and not is_asked
            else FigureStatus(status)
            for status, people, is_asked in zip(
                protection.status, protected.nodes.respondents, asked[:, place], strict=True
            )
        ]
        rows += figure_rows(
            scores,
            place,
            statuses,
            [reason or "" for reason in protection.reason],
            ({"unit_id": unit} for unit in protected.tree.unit_ids),
            {"kind": FigureKind.UNIT, "measure": protected.measures[place]},
        )
    return rows


def rest_rows(protected: Protected) -> list[Row]:
    """«Små enheter samlet»: one row for each residual block and measure, under the nearest shown unit."""
    rows: list[Row] = []
    for blocks, places in _by_blocks(protected.protections).items():
        into = np.full(len(protected.tree), -1, dtype=np.int64)
        for group, block in enumerate(blocks):
            into[list(block.members)] = group
        scores = unit_scores(regrouped(protected.direct, into, len(blocks)))
        for place in places:
            rows += figure_rows(
                scores,
                place,
                [FigureStatus.SHOWN] * len(blocks),
                [""] * len(blocks),
                ({"unit_id": protected.tree.unit_ids[block.anchor]} for block in blocks),
                {"kind": FigureKind.REST, "measure": protected.measures[place]},
            )
    return rows


def _by_blocks(protections: Sequence[Protection]) -> dict[tuple[Block, ...], list[int]]:
    """Measures that share their residual blocks, so that each set of sums is made once."""
    grouped: dict[tuple[Block, ...], list[int]] = {}
    for place, protection in enumerate(protections):
        if protection.blocks:
            grouped.setdefault(protection.blocks, []).append(place)
    return grouped


def was_asked(of: Moments) -> NDArray[np.bool_]:
    """(U, F) True where at least one respondent met an item of the factor; blank counts as having met it."""
    met = of.answers.sum(axis=1) > 0
    starts = [scoring.columns.start for scoring in of.scorings]
    found: NDArray[np.bool_] = np.logical_or.reduceat(met, starts, axis=1)
    return found


def figure_rows(
    scores: UnitScores,
    place: int,
    statuses: Sequence[FigureStatus],
    reasons: Sequence[str],
    own: Iterable[Mapping[str, Any]],
    common: Mapping[str, Any],
) -> list[Row]:
    """Rows for one measure (column `place` of the scores). Values stand only where the status is shown.

    own: per row what tells it from the others (unit, category); common: what they share.
    """
    columns = (scores.n, scores.mean, scores.sd, scores.ci_low, scores.ci_high)
    values = zip(*(column[:, place].tolist() for column in columns), strict=True)
    shares = np.stack([scores.low[:, place], scores.middle[:, place], scores.high[:, place]], axis=1).tolist()
    rows = []
    for status, reason, these, figures, share in zip(statuses, reasons, own, values, shares, strict=True):
        row = {**_EMPTY, **common, **these, "status": status, "reason": reason}
        if status == FigureStatus.SHOWN:
            row |= dict(zip(("n", "mean", "sd", "ci_low", "ci_high"), figures, strict=True))
            row["distribution"] = share if figures[0] >= DISTRIBUTION_MINIMUM else None
        rows.append(row)
    return rows


_EMPTY: Final[Row] = {
    "breakdown": "",
    "category": "",
    "n": None,
    "mean": None,
    "sd": None,
    "ci_low": None,
    "ci_high": None,
    "distribution": None,
}
