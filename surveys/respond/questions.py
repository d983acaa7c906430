"""A questionnaire's page as one respondent meets it: its place on the way, and its texts in one language."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from questionnaires.answers import NOT_APPLICABLE_VALUE
from questionnaires.coding import NOT_APPLICABLE
from questionnaires.model import Audience, Background, CommentQuestion, Factor, Item, Page, Questionnaire
from surveys.localisation import localised

# More answers than this would be too narrow beside each other in the respondent's column.
_MOST_SIDE_BY_SIDE = 7


@dataclass(frozen=True)
class Place:
    """Page `number` of `total` on an audience's way, counted from 1."""

    page: Page
    number: int
    total: int


def places(questionnaire: Questionnaire, audience: Audience) -> list[Place]:
    """Every page this audience meets, in order."""
    pages = questionnaire.pages_for(audience)
    return [Place(page, number, len(pages)) for number, page in enumerate(pages, start=1)]


@dataclass(frozen=True)
class Choice:
    """One radio button: what the form sends, how it is coded, what the respondent reads."""

    value: str
    coded: int
    label: str


@dataclass(frozen=True)
class Question:
    """A statement or a background question. `apart` is «vet ikke»."""

    key: str
    text: str
    choices: tuple[Choice, ...]
    apart: Choice | None = None

    @property
    def first_field(self) -> str:
        """The id of the first radio button: where an error links to."""
        return f"{self.key}-{self.choices[0].value}"

    @property
    def side_by_side(self) -> int:
        """How many answers stand beside each other on a wide screen; 0 when they are stacked there too."""
        return len(self.choices) if len(self.choices) <= _MOST_SIDE_BY_SIDE else 0

    def label_of(self, coded: int | None) -> str | None:
        """The text of a coded answer, None for no answer."""
        offered = (*self.choices, self.apart) if self.apart else self.choices
        return next((choice.label for choice in offered if choice.coded == coded), None)


@dataclass(frozen=True)
class Comment:
    """A free-text question."""

    key: str
    text: str

    @property
    def first_field(self) -> str:
        return self.key


@dataclass(frozen=True)
class Section:
    """What stands under one heading."""

    heading: str
    questions: tuple[Question, ...] = ()
    comments: tuple[Comment, ...] = ()


def sections(page: Page, language: str) -> list[Section]:
    """The page's sections: one per factor, then background, then comments. Texts in the language."""
    return list(_sections(page, language))


def _sections(page: Page, language: str) -> Iterator[Section]:
    for factor in page.factors:
        asked = tuple(_statement(factor, item, language) for item in factor.items)
        yield Section(localised(factor.page_heading, language), questions=asked)
    if page.background:
        yield Section(
            _("Litt om deg"), questions=tuple(_background(one, language) for one in page.background)
        )
    if page.comments:
        yield Section(_("Med egne ord"), comments=tuple(_comment(one, language) for one in page.comments))


def _statement(factor: Factor, item: Item, language: str) -> Question:
    scale = factor.scale
    choices = tuple(Choice(str(p.value), p.value, localised(p.label, language)) for p in scale.points)
    apart = (
        Choice(NOT_APPLICABLE_VALUE, NOT_APPLICABLE, localised(scale.not_applicable, language))
        if scale.not_applicable
        else None
    )
    return Question(item.key, localised(item.text, language), choices, apart)


def _background(question: Background, language: str) -> Question:
    choices = tuple(
        Choice(option.key, index, localised(option.label, language))
        for index, option in enumerate(question.options)
    )
    return Question(question.key, localised(question.text, language), choices)


def _comment(question: CommentQuestion, language: str) -> Comment:
    return Comment(question.key, localised(question.text, language))
