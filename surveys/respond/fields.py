"""How each kind of question looks as fields, and what is said about an answer that it cannot use.

`_FIELDS` and `fault_text` are all that knows the kinds on the respondent's pages; templates know the shapes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from questionnaires.answers import LONGEST_COMMENT, AnswerFault
from questionnaires.handling import TICKED
from questionnaires.kinds import handler_of
from questionnaires.model import Question, Text
from questionnaires.picking import HIGHEST_RECOMMENDATION
from surveys.platform.localisation import localised, number
from surveys.platform.texts import _
from surveys.respond.month_names import month_names

# More answers than this would be too narrow beside each other in the respondent's column.
_MOST_SIDE_BY_SIDE: Final = 7

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
        ShownChoice(question.key, str(value), str(value), _text(ends.get(value), language))
        for value in range(HIGHEST_RECOMMENDATION + 1)
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


_FIELDS: Final[Mapping[str, Callable[[Question, str], ShownQuestion]]] = {
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


def fault_text(fault: AnswerFault, question: Question) -> str:  # noqa: C901 – one case for each fault
    """What to do about an answer that could not be used."""
    span = {"first": question.minimum, "last": question.maximum}
    match fault:
        case (
            AnswerFault.VALUE_NOT_ON_SCALE
            | AnswerFault.NOT_APPLICABLE_NOT_OFFERED
            | AnswerFault.UNKNOWN_OPTION
        ):
            text = _("Velg et av svarene som står på siden")
        case AnswerFault.CHOICES_CONTRADICT:
            text = _("Kryss av i listen eller under den, ikke begge deler")
        case AnswerFault.FIELD_AND_BOX:
            text = _("Skriv et svar eller sett krysset under, ikke begge deler")
        case AnswerFault.NOT_A_WHOLE_NUMBER:
            text = _("Skriv et helt tall, bare med sifre")
        case AnswerFault.NUMBER_OUT_OF_RANGE:
            text = _("Skriv et tall fra %(first)s til %(last)s", **span)
        case AnswerFault.NOT_A_YEAR:
            text = _("Skriv årstallet med fire sifre")
        case AnswerFault.YEAR_OUT_OF_RANGE:
            text = _("Skriv et årstall fra %(first)s til %(last)s", **span)
        case AnswerFault.MONTH_INCOMPLETE:
            text = _("Velg måned og skriv år. Begge må være med")
        case AnswerFault.NOT_A_MONTH:
            text = _("Velg måned, og skriv årstallet med fire sifre")
        case AnswerFault.DATE_INCOMPLETE:
            text = _("Skriv dag og år, og velg måned. Alle må være med")
        case AnswerFault.NOT_A_DATE:
            text = _("Datoen finnes ikke. Skriv dagen med tall og årstallet med fire sifre")
        case AnswerFault.COMMENT_TOO_LONG:
            text = _("Kort ned teksten til %(most)s tegn", most=number(LONGEST_COMMENT, 0))
        case _:
            assert_never(fault)
    return str(text)
