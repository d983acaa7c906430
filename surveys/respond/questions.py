"""A page's questions as its template reads them: sections of fields, each text in the questionnaire's language.

`_FIELDS` says how each kind of question looks as fields; nothing else on the respondent's pages knows the kinds.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from babel import Locale, UnknownLocaleError, localedata
from babel.localedata import LocaleDataDict
from flask_babel import get_locale

from questionnaires.handling import TICKED
from questionnaires.kinds import handler_of
from questionnaires.model import Page, Question, QuestionKind, Questionnaire, Text
from questionnaires.picking import HIGHEST_RECOMMENDATION
from surveys.platform.localisation import localised
from surveys.platform.texts import _

# More answers than this would be too narrow beside each other in the respondent's column.
_MOST_SIDE_BY_SIDE: Final = 7
_MONTHS: Final = 12

Shape = Literal["radios", "boxes", "number", "parts", "text", "information"]


@dataclass(frozen=True)
class ShownChoice:
    """A radio button or a box: its field, what it sends, and what the respondent reads.

    `end` are the words at an end of 0–10.
    """

    field: str
    value: str
    label: str
    end: str = ""

    @property
    def id(self) -> str:
        return f"{self.field}-{self.value}".replace(".", "-")


@dataclass(frozen=True)
class TimePart:
    """The field for the day, the month or the year: written with `digits`, or a list where there are choices."""

    field: str
    label: str
    digits: int = 0
    choices: tuple[ShownChoice, ...] = ()

    @property
    def id(self) -> str:
        return self.field.replace(".", "-")


@dataclass(frozen=True)
class ShownQuestion:
    """A question of any kind as fields. `apart` are «vet ikke» and «ingen av disse»; texts it lacks are empty.

    `first_field` is the id of the first field: where an error links to.
    """

    key: str
    shape: Shape
    text: str
    first_field: str
    help: str = ""
    pictogram: str = ""
    choices: tuple[ShownChoice, ...] = ()
    parts: tuple[TimePart, ...] = ()
    apart: tuple[ShownChoice, ...] = ()
    limits: str = ""
    unit: str = ""
    digits: int = 0
    style: str = ""

    @property
    def takes_answers(self) -> bool:
        return self.shape != "information"


@dataclass(frozen=True)
class QuestionSection:
    """What stands under one heading. `is_ours`: the heading is the page's words, not the questionnaire's."""

    heading: str
    questions: tuple[ShownQuestion, ...]
    is_ours: bool = False
    has_comments: bool = False


def sections(questionnaire: Questionnaire, page: Page, language: str) -> list[QuestionSection]:
    """The page's sections: one per factor, other questions, background, comments. The first has the page's h1."""
    found = list(_sections(page, language))
    heading = _own_heading(questionnaire, page)
    if heading is None:
        return found
    text = localised(heading, language)
    if len(page.factors) > 1:
        return [QuestionSection(text, ()), *found]
    return [QuestionSection(text, found[0].questions, has_comments=found[0].has_comments), *found[1:]]


def _own_heading(questionnaire: Questionnaire, page: Page) -> Text | None:
    """The page's heading where the first section has none to give."""
    if page.heading is None and page.questions and not page.factors:
        return questionnaire.title
    return page.heading


def _sections(page: Page, language: str) -> Iterator[QuestionSection]:
    def shown(questions: tuple[Question, ...]) -> tuple[ShownQuestion, ...]:
        return tuple(shown_question(question, language) for question in questions)

    rest = shown(page.questions)
    for place, factor in enumerate(page.factors, start=1):
        # Questions beside a factor stand under its heading: they have none of their own.
        beside = rest if place == len(page.factors) else ()
        yield QuestionSection(localised(factor.page_heading, language), shown(factor.questions) + beside)
    if rest and not page.factors:
        yield QuestionSection("", rest)
    if page.background:
        yield QuestionSection(
            _("Litt om deg"), shown(tuple(one.question for one in page.background)), is_ours=True
        )
    if page.comments:
        comments = shown(tuple(one.question for one in page.comments))
        yield QuestionSection(_("Med egne ord"), comments, is_ours=True, has_comments=True)


def shown_question(question: Question, language: str) -> ShownQuestion:
    """The question with the fields of its kind."""
    return _FIELDS[question.kind](question, language)


def _radios(question: Question, language: str) -> ShownQuestion:
    if question.scale is not None:
        offered = [(str(point.value), point.label) for point in question.scale.shown]
    else:
        offered = [(option.key, option.label) for option in question.options]
    choices = tuple(ShownChoice(question.key, value, localised(label, language)) for value, label in offered)
    style = f"beside-{len(choices)}" if len(choices) <= _MOST_SIDE_BY_SIDE else ""
    return _shown(question, "radios", language, choices, style=style)


def _nought_to_ten(question: Question, language: str) -> ShownQuestion:
    ends = {0: question.low, HIGHEST_RECOMMENDATION: question.high}
    choices = tuple(
        ShownChoice(question.key, str(number), str(number), _text(ends.get(number), language))
        for number in range(HIGHEST_RECOMMENDATION + 1)
    )
    return _shown(question, "radios", language, choices, style="nought-to-ten")


def _boxes(question: Question, language: str) -> ShownQuestion:
    choices = tuple(
        ShownChoice(f"{question.key}.{option.key}", TICKED, localised(option.label, language))
        for option in question.options
    )
    return _shown(question, "boxes", language, choices)


def _number(question: Question, language: str) -> ShownQuestion:
    limits = _("Et helt tall fra %(first)s til %(last)s", first=question.minimum, last=question.maximum)
    return _shown(question, "number", language, limits=limits, digits=len(str(question.maximum)))


def _year(question: Question, language: str) -> ShownQuestion:
    return _shown(question, "number", language, limits=_years(question), digits=4)


def _in_parts(question: Question, language: str) -> ShownQuestion:
    parts = tuple(_part(field, language) for field in handler_of(question).written_fields(question))
    return _shown(question, "parts", language, parts=parts, limits=_years(question))


def _part(field: str, language: str) -> TimePart:
    """`KEY.day`, `KEY.month` or `KEY.year`."""
    name = field.rpartition(".")[2]
    if name == "month":
        months = enumerate(month_names(language), start=1)
        return TimePart(
            field, _("Måned"), choices=tuple(ShownChoice(field, str(n), text) for n, text in months)
        )
    return TimePart(field, _("Dag"), digits=2) if name == "day" else TimePart(field, _("År"), digits=4)


def _free_text(question: Question, language: str) -> ShownQuestion:
    return _shown(question, "text", language)


def _information(question: Question, language: str) -> ShownQuestion:
    return _shown(question, "information", language)


_FIELDS: Final[Mapping[QuestionKind, Callable[[Question, str], ShownQuestion]]] = {
    "scale": _radios,
    "choice": _radios,
    "choices": _boxes,
    "number": _number,
    "year": _year,
    "month": _in_parts,
    "date": _in_parts,
    "recommend": _nought_to_ten,
    "text": _free_text,
    "information": _information,
}


def _shown(
    question: Question,
    shape: Shape,
    language: str,
    choices: tuple[ShownChoice, ...] = (),
    *,
    parts: tuple[TimePart, ...] = (),
    limits: str = "",
    digits: int = 0,
    style: str = "",
) -> ShownQuestion:
    handler = handler_of(question)
    ids = [field.replace(".", "-") for field in handler.written_fields(question)]
    return ShownQuestion(
        key=question.key,
        shape=shape,
        text=localised(question.text, language),
        first_field=next(iter([*ids, *(choice.id for choice in choices)]), question.key),
        help=_text(question.help, language),
        pictogram=question.pictogram or "",
        choices=choices,
        parts=parts,
        apart=tuple(
            ShownChoice(one.field, one.value, localised(one.label, language))
            for one in handler.apart(question)
        ),
        limits=limits,
        unit=_text(question.unit, language),
        digits=digits,
        style=style,
    )


def _years(question: Question) -> str:
    text: str = _("Et årstall fra %(first)s til %(last)s", first=question.minimum, last=question.maximum)
    return text


def _text(text: Text | None, language: str) -> str:
    return localised(text, language) if text else ""


def month_names(language: str) -> list[str]:
    """January to December in the language, else in the page's."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = get_locale() or Locale("nb")
    return list(_month_names(str(locale)))


@cache
def _month_names(locale: str) -> tuple[str, ...]:
    """The names as they stand alone («styczeń», not «stycznia»), read from a copy of the locale's data.

    Babel 2.18 keeps what it finds by way of an alias in data that languages share: `get_month_names` gives those of
    whichever language asked first to every language without its own.
    """
    months = LocaleDataDict({"months": deepcopy(localedata.load(locale)["months"])})
    names = months["months"]["stand-alone"]["wide"]
    return tuple(names[month] for month in range(1, _MONTHS + 1))
