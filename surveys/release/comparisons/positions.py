"""Whether a unit lies clearly over or under what it is compared with: the one rule for those words.

All its themes are one family (Holm). What it is compared with is others only: `references` takes the unit's own
answers out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.difference import Others, clear_differences, difference_from
from surveys.release.comparisons.references import ReferenceValue
from surveys.release.measures import MeasureKind
from surveys.release.models import Coding


class ReferencePosition(StrEnum):
    """Where a unit stands against a reference."""

    OVER = "over"
    UNDER = "under"
    NOT_CLEAR = "not_clear"


@dataclass(frozen=True)
class ReleasedMean:
    """A unit's released figure on one measure, and the measure's ends. None: not shown."""

    measure: str
    kind: MeasureKind
    minimum: int
    maximum: int
    n: int | None
    mean: float | None
    sd: float | None
    coded: Coding = Coding.EXACT


def positions(
    figures: Sequence[ReleasedMean], references: Mapping[str, ReferenceValue]
) -> dict[str, ReferencePosition]:
    """Measure → over, under or not clear; only for what can be tested: exact, with a spread, and a reference.

    An index says what its mean says, and is no test of its own. A reference that is only a bound («4.8 or higher»)
    can be reached from one side alone, and counts as certain.
    """
    tested = [
        (figure, reference)
        for figure in figures
        if figure.kind != MeasureKind.INDEX and (reference := _usable(figure, references)) is not None
    ]
    if not tested:
        return {}
    clear = clear_differences([_p(figure, reference) for figure, reference in tested])
    found = {
        figure.measure: _position(figure, reference, is_clear=each)
        for (figure, reference), each in zip(tested, clear, strict=True)
    }
    indexes = [figure.measure for figure in figures if figure.kind == MeasureKind.INDEX]
    return found | {key: found[mean] for key in indexes if (mean := key.partition(":")[0]) in found}


def _usable(figure: ReleasedMean, references: Mapping[str, ReferenceValue]) -> ReferenceValue | None:
    reference = references.get(figure.measure)
    if None in {figure.n, figure.mean, figure.sd} or figure.coded != Coding.EXACT:
        return None
    if reference is None or reference.mean is None or (reference.n is not None and reference.sd is None):
        return None
    return reference


def _p(figure: ReleasedMean, reference: ReferenceValue) -> float:
    """Of the difference, both brought to a scale from 0 to 1; both are usable."""
    lowest, length = figure.minimum, figure.maximum - figure.minimum
    n, mean, sd = figure.n or 0, figure.mean or 0.0, figure.sd or 0.0
    others = Others(
        ((reference.mean or 0.0) - lowest) / length,
        reference.n,
        math.nan if reference.sd is None else reference.sd / length,
    )
    return difference_from(n, (mean - lowest) / length, sd / length, others)


def _position(figure: ReleasedMean, reference: ReferenceValue, *, is_clear: bool) -> ReferencePosition:
    if not is_clear or figure.mean is None or reference.mean is None:
        return ReferencePosition.NOT_CLEAR
    if figure.mean > reference.mean:
        return ReferencePosition.NOT_CLEAR if reference.coded == Coding.AT_LEAST else ReferencePosition.OVER
    return ReferencePosition.NOT_CLEAR if reference.coded == Coding.AT_MOST else ReferencePosition.UNDER
