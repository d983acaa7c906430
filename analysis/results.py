"""What an analysis holds: frozen values, ready to be shown, stored or written as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analysis.agreement import Agreement
from analysis.messages import Caution
from analysis.reliability import ScaleReliability
from analysis.scores import UnitScores
from analysis.turned import ReversalSuggestion
from analysis.validity import Validity
from questionnaires.model import Questionnaire

NO_UNIT: Final = ""
"""The unit code of respondents whose unit is not known: a file read without a unit column."""


@dataclass(frozen=True, eq=False)
class ScaleSummary:
    """One factor over all respondents: its consistency, and n, mean and sd of the people's scores.

    items: the items' keys, in the order of `reliability.item_rest`. mean, sd: NaN for n = 0, n < 2.
    reversals: items that are probably reversed without the questionnaire saying so.
    """

    items: tuple[str, ...]
    reliability: ScaleReliability
    reversals: ReversalSuggestion | None
    n: int
    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class UnitReport:
    """Scores of U units and why some are not shown.

    units: codes. scores: arrays (U, F). hidden: per unit None, «small» (fewer than the minimum group) or
    «protecting» (hidden so that a small one cannot be derived from the whole).
    """

    units: tuple[str, ...]
    scores: UnitScores
    hidden: tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of `analysis.report.analyse`; `scales` by factor key; `agreement` and `units` over
    the units that are known, factors in the questionnaire's order. `warnings` says why a figure is missing.
    """

    questionnaire: Questionnaire
    respondents: int
    scales: Mapping[str, ScaleSummary]
    validity: Validity
    agreement: Agreement
    units: UnitReport
    warnings: tuple[Caution, ...]
