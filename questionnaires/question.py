"""One question as the respondent meets it: its kind, its wording, what may be answered and when it is asked.

Statements, background questions and comment questions have their own places in a questionnaire; on a page all
of them are `Question`s, and `kinds` has one handler for each kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

Text = Mapping[str, str]


@dataclass(frozen=True)
class Point:
    """One step of a scale: the coded value and what the respondent reads."""

    value: int
    label: Text


@dataclass(frozen=True)
class Scale:
    """An ordered, contiguous set of points, lowest value first, and an optional «not applicable».

    `highest_first` turns the order on the page only: «Ja» before «Nei».
    At least two points, values 0–250 (the bytes above are reserved); otherwise ValueError.
    """

    key: str
    points: tuple[Point, ...]
    not_applicable: Text | None = None
    highest_first: bool = False

    def __post_init__(self) -> None:
        values = [point.value for point in self.points]
        contiguous = len(values) >= 2 and values == list(range(values[0], values[0] + len(values)))
        if not contiguous or values[0] < 0 or values[-1] > 250:
            msg = f"scale {self.key} needs two or more contiguous values in 0–250, has {values}"
            raise ValueError(msg)

    @property
    def shown(self) -> tuple[Point, ...]:
        """The points in the order they stand on the page."""
        return self.points[::-1] if self.highest_first else self.points

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
class Option:
    """One answer of a question with options."""

    key: str
    label: Text


@dataclass(frozen=True)
class Condition:
    """When something is asked: what an earlier question must have been answered.

    Exactly one of three holds the rule. `any_of`: at least one of these values was answered. `none_of`: the
    question was answered, and with none of these. `answered`: whether it was answered at all. A value is
    written as a form sends it: a scale value, an option's key, `na`, a number, a year, «2024-03».
    A condition on a question that was not itself asked never holds.
    """

    question: str
    any_of: frozenset[str] | None = None
    none_of: frozenset[str] | None = None
    answered: bool | None = None


@dataclass(frozen=True)
class Question:
    """A question of any kind. Which fields a kind uses stands with its handler; the others are empty.

    `minimum` and `maximum` are the first and last allowed number or year, `none` the option «none of these» of
    a question with several choices, `low` and `high` the words at 0 and 10. `pictogram` names a drawing that
    stands beside the text. `kind` is a name in `kinds.HANDLERS`.
    """

    key: str
    kind: str
    text: Text
    help: Text | None = None
    options: tuple[Option, ...] = ()
    none: Text | None = None
    not_applicable: Text | None = None
    scale: Scale | None = None
    minimum: int | None = None
    maximum: int | None = None
    unit: Text | None = None
    low: Text | None = None
    high: Text | None = None
    when: Condition | None = None
    pictogram: str | None = None

    @cached_property
    def option_place(self) -> Mapping[str, int]:
        """Option key → its place, 0 first: the code of the option."""
        return {option.key: index for index, option in enumerate(self.options)}
