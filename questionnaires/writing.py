"""The kinds whose answer is written: whole number, year, month, date, free text; and the block one only reads.

All but free text take two bytes, the most significant first. A month's code is twelve times the year, plus 0 for
January to 11 for December.
"""

import datetime as dt
import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from questionnaires.codes import LARGEST_WIDE_VALUE, WIDE_NOT_APPLICABLE
from questionnaires.handling import TICKED, UNANSWERED, AnswerFault, Apart, Codes, Form, Handler, Read
from questionnaires.months import date_name, month_name
from questionnaires.question import Question

LONGEST_COMMENT: Final = 4000  # characters, after line ends are made one

# Tab and line feed are text; the other control characters are not, and PostgreSQL refuses NUL. Surrogates
# stand for bytes that were no UTF-8 and cannot be stored either.
_UNPRINTABLE: Final = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)])
_WHOLE: Final = re.compile(r"[0-9]{1,6}")  # ASCII only: int() would take digits of every script
_FIRST_DAY: Final = dt.date(1900, 1, 1)
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f")  # people write «1 200»


def comment_text(raw: str) -> str:
    """A free text as it is stored: line ends as line feeds, no control characters, no space around."""
    return raw.replace("\r\n", "\n").replace("\r", "\n").translate(_UNPRINTABLE).strip()


def whole(written: str) -> int | None:
    """The whole number that is written, spaces between its digits allowed; None when it is not one."""
    digits = written.translate(_SPACES).strip()
    return int(digits) if _WHOLE.fullmatch(digits) else None


class _Written(Handler):
    """One number in two bytes, and perhaps a box for «don't know» beside the field."""

    needs = frozenset({"minimum", "maximum"})
    takes = frozenset({"not_applicable"})
    width: ClassVar[int] = 2
    out_of_range: ClassVar[AnswerFault] = AnswerFault.YEAR_OUT_OF_RANGE

    @abstractmethod
    def written(self, question: Question, form: Form) -> str:
        """What stands in the fields, empty when nothing does."""

    @abstractmethod
    def number(self, question: Question, form: Form) -> int | AnswerFault:
        """The code of what is written, whatever its size, or what is wrong with it."""

    @abstractmethod
    def fields(self, question: Question, code: int) -> dict[str, str]:
        """The fields that say a code other than «not applicable»."""

    @abstractmethod
    def words(self, question: Question, code: int, language: str) -> str: ...

    def read(self, question: Question, form: Form) -> Read:
        written = self.written(question, form)
        if box := form.get(f"{question.key}.na", "").strip():
            return self._read_box(question, box, alone=not written)
        if not written:
            return UNANSWERED
        code = self.number(question, form)
        if isinstance(code, AnswerFault):
            return Read(fault=code)
        if not self.in_range(question, code):
            return Read(fault=self.out_of_range)
        return Read({question.key: code})

    def _read_box(self, question: Question, box: str, *, alone: bool) -> Read:
        if question.not_applicable is None or box != TICKED:
            return Read(fault=AnswerFault.NOT_APPLICABLE_NOT_OFFERED)
        if not alone:
            return Read(fault=AnswerFault.FIELD_AND_BOX)
        return Read({question.key: WIDE_NOT_APPLICABLE})

    def apart(self, question: Question) -> tuple[Apart, ...]:
        if question.not_applicable is None:
            return ()
        return (Apart(f"{question.key}.na", TICKED, question.not_applicable),)

    def in_range(self, question: Question, code: int) -> bool:
        minimum, maximum = question.minimum, question.maximum
        return minimum is not None and maximum is not None and minimum <= code <= maximum

    def form_values(self, question: Question, coded: Codes) -> dict[str, str]:
        code = coded.get(question.key)
        if code == WIDE_NOT_APPLICABLE:
            return {f"{question.key}.na": TICKED}
        return {} if code is None else self.fields(question, code)

    def allows(self, question: Question, code: int) -> bool:
        if code == WIDE_NOT_APPLICABLE:
            return question.not_applicable is not None
        return self.in_range(question, code)

    def values(self, question: Question, coded: Codes) -> frozenset[str]:
        code = coded.get(question.key)
        if code is None:
            return frozenset()
        return frozenset({"na" if code == WIDE_NOT_APPLICABLE else self.value(code)})

    def value(self, code: int) -> str:
        """The code as a condition names it."""
        return str(code)

    def describe(self, question: Question, coded: Codes, language: str) -> str | None:
        code = coded.get(question.key)
        if code == WIDE_NOT_APPLICABLE and question.not_applicable is not None:
            return question.not_applicable[language]
        return None if code is None else self.words(question, code, language)


class NumberHandler(_Written):
    """A whole number from `minimum` to `maximum`, both included; `unit` is the word after it."""

    takes = frozenset({"unit", "not_applicable"})
    unreadable: ClassVar[AnswerFault] = AnswerFault.NOT_A_WHOLE_NUMBER
    out_of_range = AnswerFault.NUMBER_OUT_OF_RANGE

    def written_fields(self, question: Question) -> tuple[str, ...]:
        return (question.key,)

    def nameable(self, raw: Mapping[str, Any]) -> frozenset[str] | None:
        first, last = raw.get("minimum"), raw.get("maximum")
        if not isinstance(first, int) or not isinstance(last, int) or not 0 <= first <= last <= self.largest:
            return None
        return frozenset(str(one) for one in range(first, last + 1))

    def written(self, question: Question, form: Form) -> str:
        return form.get(question.key, "").strip()

    def number(self, question: Question, form: Form) -> int | AnswerFault:
        number = whole(form.get(question.key, ""))
        return self.unreadable if number is None else number

    def fields(self, question: Question, code: int) -> dict[str, str]:
        return {question.key: str(code)}

    def words(self, question: Question, code: int, language: str) -> str:
        return f"{code} {question.unit[language]}" if question.unit else str(code)


class YearHandler(NumberHandler):
    """A year from `minimum` to `maximum`."""

    takes = frozenset({"not_applicable"})
    unreadable = AnswerFault.NOT_A_YEAR
    out_of_range = AnswerFault.YEAR_OUT_OF_RANGE


class InParts(_Written):
    """A point in time with a field for each of `parts`; `minimum` and `maximum` are the first and the last year."""

    parts: ClassVar[tuple[str, ...]]
    """Of day, month and year, in the order of the page."""
    incomplete: ClassVar[AnswerFault]
    unreadable: ClassVar[AnswerFault]

    @abstractmethod
    def code_of(self, numbers: Mapping[str, int]) -> int | None:
        """The code of what is written in the parts, whatever its year; None when there is no such time."""

    def written_fields(self, question: Question) -> tuple[str, ...]:
        return tuple(f"{question.key}.{part}" for part in self.parts)

    def written(self, question: Question, form: Form) -> str:
        return "".join(form.get(field, "").strip() for field in self.written_fields(question))

    def number(self, question: Question, form: Form) -> int | AnswerFault:
        written = [form.get(field, "").strip() for field in self.written_fields(question)]
        if not all(written):
            return self.incomplete
        numbers = {part: whole(text) for part, text in zip(self.parts, written, strict=True)}
        code = self.code_of({part: number for part, number in numbers.items() if number is not None})
        return self.unreadable if code is None else code


class MonthHandler(InParts):
    """A month of a year."""

    parts = ("month", "year")
    incomplete = AnswerFault.MONTH_INCOMPLETE
    unreadable = AnswerFault.NOT_A_MONTH
    largest = LARGEST_WIDE_VALUE // 12 - 1

    def code_of(self, numbers: Mapping[str, int]) -> int | None:
        month, year = numbers.get("month", 0), numbers.get("year")
        return 12 * year + month - 1 if year is not None and 1 <= month <= 12 else None

    def in_range(self, question: Question, code: int) -> bool:
        return super().in_range(question, code // 12)

    def fields(self, question: Question, code: int) -> dict[str, str]:
        return {f"{question.key}.month": str(code % 12 + 1), f"{question.key}.year": str(code // 12)}

    def value(self, code: int) -> str:
        return f"{code // 12}-{code % 12 + 1:02}"

    def words(self, question: Question, code: int, language: str) -> str:
        return month_name(code // 12, code % 12 + 1, language)


class DateHandler(InParts):
    """A day. Its code is the number of days since 1 January 1900, which has room for the years to 2076."""

    parts = ("day", "month", "year")
    incomplete = AnswerFault.DATE_INCOMPLETE
    unreadable = AnswerFault.NOT_A_DATE
    smallest = _FIRST_DAY.year
    largest = (_FIRST_DAY + dt.timedelta(days=LARGEST_WIDE_VALUE)).year - 1

    def code_of(self, numbers: Mapping[str, int]) -> int | None:
        try:
            day = dt.date(**{part: numbers.get(part, 0) for part in self.parts})
        except ValueError:
            return None
        return (day - _FIRST_DAY).days

    def in_range(self, question: Question, code: int) -> bool:
        return 0 <= code <= LARGEST_WIDE_VALUE and super().in_range(question, _day(code).year)

    def fields(self, question: Question, code: int) -> dict[str, str]:
        return {f"{question.key}.{part}": str(getattr(_day(code), part)) for part in self.parts}

    def value(self, code: int) -> str:
        return _day(code).isoformat()

    def words(self, question: Question, code: int, language: str) -> str:
        return date_name(_day(code), language)


def _day(code: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=code)


class _NothingClosed(Handler):
    """No closed answer: no code, no byte."""

    width = 0

    def closed_keys(self, question: Question) -> tuple[str, ...]:
        return ()

    def read(self, question: Question, form: Form) -> Read:
        return UNANSWERED

    def form_values(self, question: Question, coded: Codes) -> dict[str, str]:
        return {}

    def allows(self, question: Question, code: int) -> bool:
        return False

    def describe(self, question: Question, coded: Codes, language: str) -> str | None:
        return None


class TextHandler(_NothingClosed):
    """Free text: kept and stored apart from the closed answers, so it has no code."""

    def written_fields(self, question: Question) -> tuple[str, ...]:
        return (question.key,)

    def read(self, question: Question, form: Form) -> Read:
        text = comment_text(form.get(question.key, ""))
        return Read(fault=AnswerFault.COMMENT_TOO_LONG) if len(text) > LONGEST_COMMENT else Read(text=text)


class InformationHandler(_NothingClosed):
    """A block of text; the respondent only reads it."""

    clearable = False
