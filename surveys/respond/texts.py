"""What respondents are told of the deadline and of the languages there are."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from surveys.campaigns.models import Survey
from surveys.campaigns.survey_texts import purposes, titles
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import found_in, language_name, text_attributes
from surveys.respond.blueprint import blueprint


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
blueprint.add_app_template_global(purposes, "purposes")


@blueprint.app_template_filter("language_mark")
def language_mark(text: Mapping[str, str], wanted: str) -> Markup:
    """The same for a text that may not exist in the language the reader wants: `{{ title|language_mark("uk") }}`."""
    return text_attributes(found_in(text, wanted))
