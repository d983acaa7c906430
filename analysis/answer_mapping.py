"""How a file of answers is to be understood where it differs from the questionnaire: one value for page and command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LabelChoice(StrEnum):
    """What counts when a file has both a number and a label for an answer.

    ASK: a label that says something else than the questionnaire is a fault. FOLLOW: the label counts.
    NUMBERS: a label that the questionnaire does not have is left out of account; it never settles a contradiction.
    """

    ASK = "ask"
    FOLLOW = "follow"
    NUMBERS = "numbers"


@dataclass(frozen=True)
class LongColumns:
    """The headings of a file with one row for each answer: who answers, what is answered, and the answer."""

    respondent: str
    question: str
    answer: str


@dataclass(frozen=True)
class AnswerMapping:
    """What somebody has said of a file, or of every file from the same source.

    columns: heading → the key of a question, «» for a column that is not to be read. unit: the heading of the units.
    weight: the heading of how much each answer counts, «» for none.
    missing: codes that are no answer, such as «99». not_applicable: words for «not applicable».
    answers: words that are not on the scale → the value they mean.
    heading_line: the line with the headings; None to find it. description_lines: lines that are no answers.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    missing: frozenset[str] = frozenset()
    not_applicable: frozenset[str] = frozenset()
    answers: Mapping[str, int] = field(default_factory=dict)
    heading_line: int | None = None
    description_lines: frozenset[int] = frozenset()
    long: LongColumns | None = None
    labels: LabelChoice = LabelChoice.ASK
    weight: str = ""


NO_MAPPING = AnswerMapping()
