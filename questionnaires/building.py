"""A document whose shape is right → the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from questionnaires.model import (
    Background,
    CommentQuestion,
    ComparableVersion,
    Condition,
    Factor,
    Item,
    Option,
    Page,
    Point,
    Question,
    Questionnaire,
    Reporting,
    Respondents,
    Scale,
    SurveyKind,
)
from questionnaires.source import SourceDocument

Keyed = TypeVar("Keyed", Factor, Background, CommentQuestion, Question)
Raw = Mapping[str, Any]  # a mapping of the file, after its shape is checked

_RESPONDENTS_OF_KIND: Final[Mapping[SurveyKind, Respondents]] = {
    "employee": "employees",
    "user": "users",
    "citizen": "citizens",
}
"""Who answers, where the file does not say."""

TEXT_KIND: Final = "text"  # a free text among `questions` is a comment question, stored as one


def questionnaire_of(document: SourceDocument) -> Questionnaire:
    """The model of a document whose shape is right; KeyError, TypeError and the like when it is not."""
    raw: Any = document.value
    scales = {key: _scale(key, scale) for key, scale in raw["scales"].items()}
    listed = raw.get("questions", ())
    parts = _Parts(
        factors=tuple(_factor(key, factor, scales) for key, factor in raw["factors"].items()),
        background=tuple(_background(question) for question in raw.get("background", ())),
        comments=tuple(
            _comment(question)
            for question in (*raw.get("comments", ()), *(one for one in listed if one["kind"] == TEXT_KIND))
        ),
        questions=tuple(_question(one) for one in listed if one["kind"] != TEXT_KIND),
    )
    return Questionnaire(
        key=raw["key"],
        version=int(raw["version"]),
        kind=raw["kind"],
        languages=tuple(raw["languages"]),
        title=raw["title"],
        scales=scales,
        factors=parts.factors,
        pages=parts.pages(raw.get("pages")),
        minutes=raw.get("minutes"),
        intro=raw.get("intro"),
        target=raw.get("target"),
        background=parts.background,
        comments=parts.comments,
        minimum_answered=float(raw.get("scoring", {}).get("minimum_answered", 0.5)),
        reporting=_reporting(raw.get("report", {})),
        compares_with=tuple(
            ComparableVersion(
                other["key"], int(other["version"]), tuple(other["factors"]), other.get("reason")
            )
            for other in raw.get("compares_with", ())
        ),
        questions=parts.questions,
        reading=raw.get("reading", "standard"),
        respondents=raw.get("respondents") or _RESPONDENTS_OF_KIND[raw["kind"]],
    )


def _reporting(raw: Raw) -> Reporting:
    return Reporting(
        items=raw.get("items", False),
        minimum_group=int(raw.get("minimum_group", 5)),
        favourable_from=raw.get("favourable_from"),
        index=raw.get("index", False),
        shares_only=raw.get("shares_only", False),
    )


def _scale(key: str, raw: Raw) -> Scale:
    points = sorted((int(value), label) for value, label in raw["points"].items())
    return Scale(
        key,
        tuple(Point(value, label) for value, label in points),
        raw.get("not_applicable"),
        raw.get("highest_first", False),
    )


def _factor(key: str, raw: Raw, scales: Mapping[str, Scale]) -> Factor:
    return Factor(
        key=key,
        title=raw["title"],
        scale=scales[raw["scale"]],
        items=tuple(
            Item(
                item["key"],
                item["text"],
                item.get("reversed", False),
                item.get("reason"),
                item.get("pictogram"),
            )
            for item in raw["items"]
        ),
        definition=raw.get("definition"),
        heading=raw.get("heading"),
        source=raw.get("source"),
        level=raw.get("level", "individual"),
    )


def _background(raw: Raw) -> Background:
    when = _condition(raw.get("when"))
    return Background(raw["key"], raw["text"], _options(raw), raw.get("help"), when, raw.get("pictogram"))


def _comment(raw: Raw) -> CommentQuestion:
    when = _condition(raw.get("when"))
    return CommentQuestion(raw["key"], raw["text"], raw.get("help"), when, raw.get("pictogram"))


def _question(raw: Raw) -> Question:
    return Question(
        key=raw["key"],
        kind=raw["kind"],
        text=raw["text"],
        help=raw.get("help"),
        options=_options(raw),
        none=raw.get("none"),
        not_applicable=raw.get("not_applicable"),
        minimum=raw.get("minimum"),
        maximum=raw.get("maximum"),
        unit=raw.get("unit"),
        low=raw.get("low"),
        high=raw.get("high"),
        when=_condition(raw.get("when")),
        pictogram=raw.get("pictogram"),
    )


def _options(raw: Raw) -> tuple[Option, ...]:
    return tuple(Option(key, label) for key, label in raw.get("options", {}).items())


def _condition(raw: Raw | None) -> Condition | None:
    if raw is None:
        return None
    any_of, none_of = (
        frozenset(str(value) for value in raw[name]) if name in raw else None for name in ("is", "not")
    )
    return Condition(raw["question"], any_of, none_of, raw.get("answered"))


@dataclass(frozen=True)
class _Parts:
    """What pages are made of."""

    factors: tuple[Factor, ...]
    background: tuple[Background, ...]
    comments: tuple[CommentQuestion, ...]
    questions: tuple[Question, ...]

    def pages(self, raw: Sequence[Raw] | None) -> tuple[Page, ...]:
        """The explicit pages, or one per factor; then what of background and comments is on none of them."""
        if raw is None:
            pages = [Page(factors=(factor,)) for factor in self.factors]
        else:
            pages = [self._page(page) for page in raw]
        placed = {question.key for page in pages for question in page.asked}
        rest_background = tuple(question for question in self.background if question.key not in placed)
        rest_comments = tuple(question for question in self.comments if question.key not in placed)
        if rest_background:
            pages.append(Page(background=rest_background))
        if rest_comments:
            pages.append(Page(comments=rest_comments))
        return tuple(replace(page, number=number) for number, page in enumerate(pages, start=1))

    def _page(self, raw: Raw) -> Page:
        named: Sequence[str] = raw.get("questions", ())
        own = {question.key for question in self.questions}
        texts = [key for key in named if key not in own]
        return Page(
            factors=_chosen(raw.get("factors", ()), self.factors),
            background=_chosen(raw.get("background", ()), self.background),
            comments=_chosen(raw.get("comments", ()), self.comments) + _chosen(texts, self.comments),
            audience=raw.get("audience", "all"),
            questions=_chosen([key for key in named if key in own], self.questions),
            heading=raw.get("heading"),
            when=_condition(raw.get("when")),
        )


def _chosen(choice: bool | Sequence[str], everything: tuple[Keyed, ...]) -> tuple[Keyed, ...]:
    """All for true, none for false, else the named ones in the order named."""
    if isinstance(choice, bool):
        return everything if choice else ()
    by_key = {one.key: one for one in everything}
    return tuple(by_key[key] for key in choice)
