"""What every kind of question must be able to do, so that pages, storage and checks need not know the kinds.

Form fields. Most kinds have one field named by the question's key. Beside it, a full stop and a name, which no
key can contain: `KEY.OPTION` with the value `1` for each ticked option of several choices (`KEY` itself is
`none` for «none of these»), `KEY.month` and `KEY.year` for a month, `KEY.na` for «not applicable» beside a field
one writes in.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Final

from questionnaires.codes import LARGEST_WIDE_VALUE
from questionnaires.question import Question, Text

NOT_APPLICABLE_VALUE: Final = "na"
NONE_VALUE: Final = "none"
TICKED: Final = "1"

Form = Mapping[str, str]
Codes = Mapping[str, int]  # closed key → code


class AnswerFault(StrEnum):
    """Why a form value is no answer; the page has words for each, whatever kind the question is of."""

    VALUE_NOT_ON_SCALE = "value_not_on_scale"
    NOT_APPLICABLE_NOT_OFFERED = "not_applicable_not_offered"
    UNKNOWN_OPTION = "unknown_option"
    CHOICES_CONTRADICT = "choices_contradict"  # an option together with «none of these» or «don't know»
    FIELD_AND_BOX = "field_and_box"  # something written together with «don't know»
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"  # between the question's minimum and maximum
    NOT_A_YEAR = "not_a_year"
    YEAR_OUT_OF_RANGE = "year_out_of_range"
    MONTH_INCOMPLETE = "month_incomplete"  # month without year, or the other way round
    NOT_A_MONTH = "not_a_month"
    DATE_INCOMPLETE = "date_incomplete"  # one of day, month and year is missing
    NOT_A_DATE = "not_a_date"  # letters, or 31 June
    COMMENT_TOO_LONG = "comment_too_long"


@dataclass(frozen=True)
class Read:
    """What a form says about one question: codes by closed key, or free text, or a fault; else unanswered."""

    coded: Codes = field(default_factory=dict)
    text: str = ""
    fault: AnswerFault | None = None


UNANSWERED: Final = Read()


@dataclass(frozen=True)
class Apart:
    """An answer that stands apart from the others, as «don't know» does: its field, what it sends, its words."""

    field: str
    value: str
    label: Text


class Handler(ABC):
    """What one kind of question does. `coded` is always a respondent's answers by closed key."""

    needs: ClassVar[frozenset[str]] = frozenset()  # fields of the file that must be there
    takes: ClassVar[frozenset[str]] = frozenset()  # fields that may be there besides
    width: ClassVar[int] = 1  # bytes of each closed key's answer; 0 when nothing closed is answered
    clearable: ClassVar[bool] = True  # a browser can take an answer back: a box unticked, a field emptied

    under_factors: ClassVar[bool] = False  # a file writes it as an item of a factor, and never as a `kind`
    several: ClassVar[bool] = False  # more than one value may be answered at once
    smallest: ClassVar[int] = 0  # what `minimum` may be, for the answer to fit in its bytes
    largest: ClassVar[int] = LARGEST_WIDE_VALUE  # what `maximum` may be

    def closed_keys(self, question: Question) -> tuple[str, ...]:
        """The keys under which the answer's codes are kept and stored."""
        return (question.key,)

    @abstractmethod
    def read(self, question: Question, form: Form) -> Read:
        """What the form answers."""

    @abstractmethod
    def form_values(self, question: Question, coded: Codes) -> dict[str, str]:
        """The fields of a form that `read` would read as this answer; empty when unanswered."""

    @abstractmethod
    def allows(self, question: Question, code: int) -> bool:
        """Whether the code can be an answer, «not applicable» included, «blank» and «not asked» not."""

    @abstractmethod
    def describe(self, question: Question, coded: Codes, language: str) -> str | None:
        """The answer in words, None when unanswered."""

    def values(self, question: Question, coded: Codes) -> frozenset[str]:
        """The answer as a condition names it: the values the form had, `na` for «not applicable»."""
        return frozenset(self.form_values(question, coded).values())

    def nameable(self, raw: Mapping[str, Any]) -> frozenset[str] | None:  # noqa: ARG002
        """Every value a condition can name, of a question as its file has it; None when they are not listed.

        What stands apart (`na`, `none`) is not among them.
        """
        return None

    def apart(self, question: Question) -> tuple[Apart, ...]:
        """«None of these» and «don't know», where the question has them."""
        offered = ((NONE_VALUE, question.none), (NOT_APPLICABLE_VALUE, question.not_applicable))
        return tuple(Apart(question.key, value, label) for value, label in offered if label is not None)

    def written_fields(self, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        """The fields one writes in or opens a list in, in the order of the page; none where one picks."""
        return ()

    def is_answered(self, question: Question, coded: Codes) -> bool:
        return any(key in coded for key in self.closed_keys(question))
