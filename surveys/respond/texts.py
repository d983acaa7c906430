"""What respondents are told: who sees what and when, what is wrong with an answer, which languages there are."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from questionnaires.answers import LONGEST_COMMENT, AnswerFault
from questionnaires.model import Question
from surveys.campaigns.models import Survey
from surveys.campaigns.survey_texts import titles
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import found_in, language_name, number, text_attributes
from surveys.platform.texts import _
from surveys.respond.blueprint import blueprint


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


@dataclass(frozen=True)
class Deadline:
    """The last day to answer, and whether it has gone by while the survey is still open."""

    day: dt.date
    passed: bool

    @classmethod
    def of(cls, survey: Survey) -> "Deadline":
        return cls(survey.closes_on, survey.closes_on < municipal_day())


@dataclass(frozen=True)
class LanguageChoice:
    """A language the page can be read in; no address: this is the one."""

    code: str
    name: str
    address: str | None


def language_choices(
    offered: Iterable[str], current: str, address: Callable[[str], str]
) -> list[LanguageChoice]:
    """The languages in the order offered, each with its own name and the page's address in it."""
    return [
        LanguageChoice(code, language_name(code), None if code == current else address(code))
        for code in offered
    ]


blueprint.add_app_template_global(titles, "titles")


@blueprint.app_template_filter("language_mark")
def language_mark(text: Mapping[str, str], wanted: str) -> Markup:
    """The same for a text that may not exist in the language the reader wants: `{{ title|language_mark("uk") }}`."""
    return text_attributes(found_in(text, wanted))
