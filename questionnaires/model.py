"""A questionnaire as frozen values: what is asked, on which scale, and how it is reported.

Every text is a `Text`: language code → wording. Keys are stable names; wording may change between versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from questionnaires.question import Condition, Option, Point, Question, Scale, Text

__all__ = [
    "Audience",
    "Background",
    "CommentQuestion",
    "ComparableVersion",
    "Condition",
    "Factor",
    "FactorLevel",
    "Item",
    "Option",
    "Page",
    "Point",
    "Question",
    "Questionnaire",
    "Reading",
    "Reporting",
    "Respondents",
    "Scale",
    "SurveyKind",
    "Text",
]

SurveyKind = Literal["employee", "user", "citizen"]
FactorLevel = Literal["individual", "unit"]
Audience = Literal["all", "leaders", "staff"]
Reading = Literal["standard", "easy"]
Respondents = Literal["employees", "pupils", "parents", "relatives", "care_recipients", "users", "citizens"]


@dataclass(frozen=True)
class Item:
    """One statement. A reversed item scores `minimum + maximum - value`; `reason` says why it is reversed.

    `pictogram` names a drawing that stands beside the text.
    """

    key: str
    text: Text
    reversed: bool = False
    reason: str | None = None
    pictogram: str | None = None


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
    level: FactorLevel = "individual"

    @property
    def page_heading(self) -> Text:
        return self.heading or self.title

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The statements as a page asks them."""
        return tuple(
            Question(
                item.key,
                "scale",
                item.text,
                scale=self.scale,
                not_applicable=self.scale.not_applicable,
                pictogram=item.pictogram,
            )
            for item in self.items
        )


@dataclass(frozen=True)
class Background:
    """A question about the respondent, reported at the top level only."""

    key: str
    text: Text
    options: tuple[Option, ...]
    help: Text | None = None
    when: Condition | None = None
    pictogram: str | None = None

    def option_index(self, key: str) -> int:
        """The place of the option with this key, 0 first. Raises KeyError when there is none."""
        return self.question.option_place[key]

    @cached_property
    def question(self) -> Question:
        return Question(
            self.key,
            "choice",
            self.text,
            help=self.help,
            options=self.options,
            when=self.when,
            pictogram=self.pictogram,
        )


@dataclass(frozen=True)
class CommentQuestion:
    """Free text, stored apart from every rating."""

    key: str
    text: Text
    help: Text | None = None
    when: Condition | None = None
    pictogram: str | None = None

    @cached_property
    def question(self) -> Question:
        return Question(self.key, "text", self.text, help=self.help, when=self.when, pictogram=self.pictogram)


@dataclass(frozen=True)
class Page:
    """What stands on one screen, for whom, and after which answers.

    `number` is the page's place in the questionnaire, 1 first. It stays when other pages are left out of a
    respondent's way, and when some of the page's own questions are.
    """

    factors: tuple[Factor, ...] = ()
    background: tuple[Background, ...] = ()
    comments: tuple[CommentQuestion, ...] = ()
    audience: Audience = "all"
    questions: tuple[Question, ...] = ()
    heading: Text | None = None
    when: Condition | None = None
    number: int = 0

    def is_for(self, audience: Audience) -> bool:
        return "all" in (self.audience, audience) or self.audience == audience

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """Everything on the page in the order it is read: statements, questions, background, comments."""
        statements = tuple(question for factor in self.factors for question in factor.questions)
        background = tuple(one.question for one in self.background)
        return statements + self.questions + background + tuple(one.question for one in self.comments)


@dataclass(frozen=True)
class Reporting:
    """How results are shown: single items or not, smallest group, lowest value counted as favourable.

    `index`: a 0–100 index, 100 * (mean - minimum) / (maximum - minimum), stands beside the native mean.
    `shares_only`: results are shares of each answer and are never averaged.
    """

    items: bool = False
    minimum_group: int = 5
    favourable_from: int | None = None
    index: bool = False
    shares_only: bool = False

    def smallest_group(self, asked: int | None) -> int:
        """The smallest group that is shown: the questionnaire's own when nobody asked for another."""
        return self.minimum_group if asked is None else asked


@dataclass(frozen=True)
class ComparableVersion:
    """A version of a questionnaire whose named factors may be compared with this one's.

    `reason` says why those may, and the others may not. No factors: every series starts anew.
    """

    key: str
    version: int
    factors: tuple[str, ...]
    reason: Text | None = None


@dataclass(frozen=True)
class Questionnaire:
    """An instrument: immutable once a survey has used it."""

    key: str
    version: int
    kind: SurveyKind
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
    compares_with: tuple[ComparableVersion, ...] = ()
    questions: tuple[Question, ...] = ()
    reading: Reading = "standard"
    respondents: Respondents = "users"  # who answers, which decides the words of what they are promised

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item in factor order: the column order of answer matrices and stored responses."""
        return tuple(item for factor in self.factors for item in factor.items)

    @cached_property
    def factor_of(self) -> Mapping[str, Factor]:
        """Item key → its factor."""
        return {item.key: factor for factor in self.factors for item in factor.items}

    @cached_property
    def answered(self) -> tuple[Question, ...]:
        """Every question in the order its answer is stored: statements, background, the other questions.

        Comment questions are not among them: free text is stored apart.
        """
        statements = tuple(question for factor in self.factors for question in factor.questions)
        return statements + tuple(one.question for one in self.background) + self.questions

    @cached_property
    def question_of(self) -> Mapping[str, Question]:
        """Key → question, comment questions included."""
        everything = self.answered + tuple(one.question for one in self.comments)
        return {question.key: question for question in everything}

    def factor(self, key: str) -> Factor:
        """The factor with this key. Raises KeyError when there is none."""
        for factor in self.factors:
            if factor.key == key:
                return factor
        raise KeyError(key)

    def pages_for(self, audience: Audience) -> tuple[Page, ...]:
        """Every page this audience may meet, whatever is answered; `route` says which it does meet."""
        return tuple(page for page in self.pages if page.is_for(audience))
