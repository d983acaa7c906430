"""What a questionnaire is measured by: a mean for each factor, its 0–100 index, or the share of every answer.

Imports nothing heavy: pages read it too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from analysis.precision import ONE_DECIMAL, rounded_inside
from analysis.scale_ends import Coded, coded_mean
from questionnaires.codes import NOT_APPLICABLE
from questionnaires.model import Factor, Questionnaire, Text

INDEX_MAXIMUM = 100
_ROUNDING = 1e-9


class MeasureKind(StrEnum):
    MEAN = "mean"
    # 100 · (mean − minimum) / (maximum − minimum): the mean in other units, so whoever may see one may see both.
    INDEX = "index"
    # Mean over people of the share (0–1) of their answers to the factor's items that are `code`.
    SHARE = "share"


@dataclass(frozen=True)
class Measure:
    """One thing that every unit has a figure for. code: the answer a share is of."""

    key: str
    kind: MeasureKind
    factor: Factor
    code: int | None = None

    @cached_property
    def minimum(self) -> int:
        return self.factor.scale.minimum if self.kind == MeasureKind.MEAN else 0

    @cached_property
    def maximum(self) -> int:
        if self.kind == MeasureKind.MEAN:
            return self.factor.scale.maximum
        return INDEX_MAXIMUM if self.kind == MeasureKind.INDEX else 1

    @property
    def title(self) -> Text:
        """The factor's title, and what the measure is of it."""
        if self.kind == MeasureKind.MEAN:
            return self.factor.title
        if self.kind == MeasureKind.INDEX:
            return {language: f"{title} (0–{INDEX_MAXIMUM})" for language, title in self.factor.title.items()}
        answer = self._answer
        return {language: f"{title}: {answer[language]}" for language, title in self.factor.title.items()}

    def coded(self, mean: float, n: int) -> Coded:
        """How a mean of n people may be told. The bound is set on the scale that people answered on, so an index says
        the same as its mean.
        """
        found = coded_mean((mean - self.minimum) / self.point, n, 0, answer_length(self))
        return Coded(mean if found.bound == "exact" else self.minimum + found.value * self.point, found.bound)

    def rounded(self, mean: float, n: int, step: float) -> float:
        """A mean that is no bound, to the nearest `step` points of the scale that people answered on.

        Where that would be beyond what is told as a bound, it is the nearest step before: «5,0» is never told.
        """
        top = answer_length(self)
        edge = coded_mean(top, n, 0, top).value
        found = rounded_inside((mean - self.minimum) / self.point, step, (top - edge, edge))
        return round(self.minimum + found * self.point, 10)

    @cached_property
    def point(self) -> float:
        """How much of the measure's scale one point of the scale that people answered on is."""
        return (self.maximum - self.minimum) / answer_length(self)

    @property
    def _answer(self) -> Text:
        """The wording of the answer that a share is of."""
        labels = {point.value: point.label for point in self.factor.scale.points}
        if self.factor.scale.not_applicable is not None:
            labels[NOT_APPLICABLE] = self.factor.scale.not_applicable
        return labels[-1 if self.code is None else self.code]


def measures_of(questionnaire: Questionnaire) -> tuple[Measure, ...]:
    """The questionnaire's measures, factor by factor.

    Keys: the factor's for its mean, «LEAD:index» for its index, «LEAD:1» for the share who answered 1 and «LEAD:na»
    for «not applicable».
    """
    return tuple(measure for factor in questionnaire.factors for measure in _of_factor(questionnaire, factor))


def is_share(key: str) -> bool:
    """Whether the key is of a share, which is from 0 to 1: «LEAD:1» and «LEAD:na», not «LEAD» and «LEAD:index»."""
    return re.fullmatch(r"[^:]+:(-?[0-9]+|na)", key) is not None


def factor_of(key: str) -> str:
    """The factor that a measure is of: «LEAD» for «LEAD:index» and «LEAD:1»."""
    return key.partition(":")[0]


def _of_factor(questionnaire: Questionnaire, factor: Factor) -> tuple[Measure, ...]:
    if questionnaire.reporting.shares_only:
        answers = {str(value): value for value in factor.scale.values}
        if factor.scale.not_applicable is not None:
            answers["na"] = NOT_APPLICABLE
        return tuple(
            Measure(f"{factor.key}:{name}", MeasureKind.SHARE, factor, code) for name, code in answers.items()
        )
    mean = Measure(factor.key, MeasureKind.MEAN, factor)
    if not questionnaire.reporting.index:
        return (mean,)
    return mean, Measure(f"{factor.key}:index", MeasureKind.INDEX, factor)


def are_shares(measures: Iterable[Measure]) -> bool:
    """A questionnaire is told as means or as shares of answers, never as both."""
    return any(measure.kind == MeasureKind.SHARE for measure in measures)


def is_told_roughly(kind: MeasureKind, step: float | None) -> bool:
    """Whether it is rounded to more than pages show: a decimal of a mean, a whole per cent, a whole point of an index.

    step: in points of the scale that people answered on, the finest of which is a decimal.
    """
    return (step or 0.0) > (ONE_DECIMAL if kind == MeasureKind.MEAN else 0.0)


def answer_length(measure: Measure) -> float:
    """From the lowest to the highest answer that people could give; a share's is 1."""
    scale = measure.factor.scale
    return 1.0 if measure.kind == MeasureKind.SHARE else float(scale.maximum - scale.minimum)
