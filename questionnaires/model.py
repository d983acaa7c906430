"""A questionnaire as frozen values: what is asked, on which scale, and how it is reported.

Every text is a `Text`: language code → wording. Keys are stable names; wording may change between versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Text = Mapping[str, str]
Kind = Literal["employee", "user", "citizen"]
Level = Literal["individual", "unit"]
Audience = Literal["all", "leaders", "staff"]


@dataclass(frozen=True)
class Point:
    """One step of a scale: the coded value and what the respondent reads."""

    value: int
    label: Text


@dataclass(frozen=True)
class Scale:
    """An ordered, contiguous set of points, lowest value first, and an optional «not applicable».

    At least two points, values 0–250 (the bytes above are reserved); otherwise ValueError.
    """

    key: str
    points: tuple[Point, ...]
    not_applicable: Text | None = None

    def __post_init__(self) -> None:
        values = [point.value for point in self.points]
        contiguous = len(values) >= 2 and values == list(range(values[0], values[0] + len(values)))
        if not contiguous or values[0] < 0 or values[-1] > 250:
            msg = f"scale {self.key} needs two or more contiguous values in 0–250, has {values}"
            raise ValueError(msg)

    @property
    def minimum(self) -> int:
        return self.points[0].value

    @property
    def maximum(self) -> int:
        return self.points[-1].value

    @property
    def values(self) -> range:
        return range(self.minimum, self.maximum + 1)

    @cached_property
    def value_of(self) -> Mapping[str, int]:
        """Value as text → value: what a form may send for a point of this scale, and nothing else."""
        return {str(value): value for value in self.values}


@dataclass(frozen=True)
class Item:
    """One statement. A reversed item scores `minimum + maximum - value`; `reason` says why it is reversed."""

    key: str
    text: Text
    reversed: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Factor:
    """Items that measure one construct on one scale.

    `title` is the construct's name in reports; `heading` is the theme in the respondent's everyday words.
    """

    key: str
    title: Text
    scale: Scale
    items: tuple[Item, ...]
    definition: Text | None = None
    heading: Text | None = None
    source: str | None = None
    level: Level = "individual"

    @property
    def page_heading(self) -> Text:
        return self.heading or self.title


@dataclass(frozen=True)
class Option:
    """One answer of a background question."""

    key: str
    label: Text


@dataclass(frozen=True)
class Background:
    """A question about the respondent, reported at the top level only."""

    key: str
    text: Text
    options: tuple[Option, ...]

    def option_index(self, key: str) -> int:
        """The place of the option with this key, 0 first. Raises KeyError when there is none."""
        for index, option in enumerate(self.options):
            if option.key == key:
                return index
        raise KeyError(key)


@dataclass(frozen=True)
class CommentQuestion:
    """Free text, stored apart from every rating."""

    key: str
    text: Text


@dataclass(frozen=True)
class Page:
    """What stands on one screen, and for whom."""

    factors: tuple[Factor, ...] = ()
    background: tuple[Background, ...] = ()
    comments: tuple[CommentQuestion, ...] = ()
    audience: Audience = "all"

    def is_for(self, audience: Audience) -> bool:
        return "all" in (self.audience, audience) or self.audience == audience


@dataclass(frozen=True)
class Reporting:
    """How results are shown: single items or not, smallest group, lowest value counted as favourable."""

    items: bool = False
    minimum_group: int = 5
    favourable_from: int | None = None


@dataclass(frozen=True)
class Comparison:
    """A version of a questionnaire whose named factors may be compared with this one's."""

    key: str
    version: int
    factors: tuple[str, ...]


@dataclass(frozen=True)
class Questionnaire:
    """An instrument: immutable once a survey has used it."""

    key: str
    version: int
    kind: Kind
    languages: tuple[str, ...]
    title: Text
    scales: Mapping[str, Scale]
    factors: tuple[Factor, ...]
    pages: tuple[Page, ...]
    minutes: int | None = None
    intro: Text | None = None
    target: Text | None = None
    background: tuple[Background, ...] = ()
    comments: tuple[CommentQuestion, ...] = ()
    minimum_answered: float = 0.5
    reporting: Reporting = field(default_factory=Reporting)
    compares_with: tuple[Comparison, ...] = ()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item in factor order: the column order of answer matrices and stored responses."""
        return tuple(item for factor in self.factors for item in factor.items)

    @cached_property
    def factor_of(self) -> Mapping[str, Factor]:
        """Item key → its factor."""
        return {item.key: factor for factor in self.factors for item in factor.items}

    def factor(self, key: str) -> Factor:
        """The factor with this key. Raises KeyError when there is none."""
        for factor in self.factors:
            if factor.key == key:
                return factor
        raise KeyError(key)

    def pages_for(self, audience: Audience) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if page.is_for(audience))
