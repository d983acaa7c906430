"""The weighted mean of a measure at the top, from the released figures of the groups and nothing else.

Whoever may read the groups' figures could work it out herself, so it tells nobody anything new: where a group's figure
is hidden, a bound, or told with few digits, there is no weighted mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol, cast

from analysis.poststratified import Stratum, poststratified_mean
from analysis.weighted_mean import WeightedMean
from surveys.release.models import Coding, FigureStatus


class ToldMean(Protocol):
    """A released figure, as it is stored or as a page has it."""

    @property
    def status(self) -> FigureStatus: ...
    @property
    def coded(self) -> Coding: ...
    @property
    def n(self) -> int | None: ...
    @property
    def mean(self) -> float | None: ...
    @property
    def step(self) -> float | None: ...
    @property
    def sd(self) -> float | None: ...
    @property
    def spread_class(self) -> bool | None: ...


@dataclass(frozen=True)
class WeightedFigure:
    """value: None when a group is not told exactly. untold: the options of those groups."""

    value: WeightedMean | None
    untold: tuple[str, ...] = ()


def weighted_figure(people: Mapping[str, int], told: Mapping[str, ToldMean]) -> WeightedFigure:
    """people: option → how many the population has. told: option → the group's released figure of one measure."""
    strata = {option: _stratum(number, told.get(option)) for option, number in people.items()}
    untold = tuple(option for option, stratum in strata.items() if stratum is None)
    if untold:
        return WeightedFigure(None, untold)
    return WeightedFigure(
        poststratified_mean([stratum for stratum in strata.values() if stratum is not None])
    )


def groups_in_order(people: Mapping[str, int], options: Sequence[str]) -> list[str]:
    """The weighted groups in the questionnaire's order."""
    return [option for option in options if option in people]


def told_stratum(people: float, row: Mapping[str, Any]) -> Stratum | None:
    """Of a row for `Figure`. None where it is hidden, a bound, rounded, or has only a class for its spread."""
    return _stratum(people, cast("ToldMean", SimpleNamespace(**row)))


def _stratum(people: float, told: ToldMean | None) -> Stratum | None:
    """None where the figure is hidden, a bound, rounded, or has only a class for its spread."""
    if told is None or told.status != FigureStatus.SHOWN or told.coded != Coding.EXACT:
        return None
    if told.step or told.spread_class or told.n is None or told.mean is None or told.sd is None or told.n < 2:
        return None
    return Stratum(people, told.n, told.mean, told.sd)
