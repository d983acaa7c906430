"""The fixed part of a statement page, rendered once and reused: only the answers, the code and the route vary.

The template asks an object for everything that varies. For the fixed part it gets one that notes the calls and
leaves marks; the page is cut at the marks, and filling it is making the same calls on a respondent's own object
and putting strings together: a hundredth of the work of rendering.
"""

from collections.abc import Callable, Mapping
from typing import Final

from markupsafe import Markup, escape

from questionnaires.kinds import handler_of
from surveys.respond.progress import AnsweringProgress
from surveys.respond.routes import RoutePage

# Stands in addresses where the code will. It has an O, so no code (and no text of ours) is equal to it.
CODE_MARK: Final = "CODE-CODE-CODE"

# Words of our own: attributes that stand in the page as they are.
_CHECKED: Final = Markup(" checked")
_SELECTED: Final = Markup(" selected")
_HIDDEN: Final = Markup(" hidden")
_NOTHING: Final = Markup()


class GivenAnswers:
    """What varies on a page: where on the route it is, and this respondent's answers to it.

    `as_sent` are the fields of answers that were refused, shown again so that they can be mended; `code` as addresses
    have it. `answered_before`: in a visit whose answers are not shown.
    """

    def __init__(
        self,
        place: RoutePage,
        progress: AnsweringProgress,
        code: str = "",
        as_sent: Mapping[str, str] | None = None,
        *,
        answered_before: bool = False,
    ) -> None:
        self._place = place
        self._answered_before = answered_before
        self._code = code
        self._fields = progress.fields_of(place.page)
        self._progress = progress
        if as_sent:
            refused = {question_key(field) for field in as_sent}
            kept = {f: value for f, value in self._fields.items() if question_key(f) not in refused}
            self._fields = kept | dict(as_sent)

    def code(self) -> str:
        return self._code

    def position(self) -> str:
        return str(self._place.position)

    def total(self) -> str:
        return str(self._place.total)

    def chosen(self, field: str, value: str) -> Markup:
        """The attribute of a radio button or a box that was chosen."""
        return _CHECKED if self._fields.get(field) == value else _NOTHING

    def selected(self, field: str, value: str) -> Markup:
        """The attribute of a line that was chosen in a list."""
        return _SELECTED if self._fields.get(field) == value else _NOTHING

    def text(self, field: str) -> str:
        """What stands in a field one writes in."""
        return self._fields.get(field, "")

    def hidden_unless_answered(self, field: str) -> Markup:
        """An attribute for what is only of use when the question has an answer."""
        return _NOTHING if field in self._fields else _HIDDEN

    def hidden_unless_answered_before(self) -> Markup:
        """An attribute for what is said of answers that are not shown."""
        return _NOTHING if self._answered_before else _HIDDEN

    def answered(self) -> str:
        """The keys of the questions that the page shows an answer to."""
        coded, comments = self._progress.coded, self._progress.comments
        return " ".join(
            question.key
            for question in self._place.page.asked
            if question.key in comments or handler_of(question).is_answered(question, coded)
        )


class NotedCalls:
    """The same for the fixed part: marks instead of answers, and a list of what each mark stands for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[str, ...]]] = []

    def code(self) -> Markup:
        return self._mark("code")

    def position(self) -> Markup:
        return self._mark("position")

    def total(self) -> Markup:
        return self._mark("total")

    def chosen(self, field: str, value: str) -> Markup:
        return self._mark("chosen", field, value)

    def selected(self, field: str, value: str) -> Markup:
        return self._mark("selected", field, value)

    def text(self, field: str) -> Markup:
        return self._mark("text", field)

    def hidden_unless_answered(self, field: str) -> Markup:
        return self._mark("hidden_unless_answered", field)

    def hidden_unless_answered_before(self) -> Markup:
        return self._mark("hidden_unless_answered_before")

    def answered(self) -> Markup:
        return self._mark("answered")

    def _mark(self, name: str, *arguments: str) -> Markup:
        self.calls.append((name, arguments))
        return Markup(f"\0{len(self.calls) - 1}\0")  # noqa: S704 (a number between two NULs)


class FixedPage:
    """A page cut at its marks."""

    def __init__(self, html: str, noted: NotedCalls) -> None:
        pieces = html.replace(CODE_MARK, noted.code()).split("\0")
        self._texts = pieces[::2]
        self._calls = [noted.calls[int(mark)] for mark in pieces[1::2]]

    def filled(self, answers: GivenAnswers) -> str:
        """The page for these answers."""
        parts = [self._texts[0]]
        for (name, arguments), text in zip(self._calls, self._texts[1:], strict=True):
            found = getattr(answers, name)(*arguments)
            parts += (found if found is _NOTHING or found is _CHECKED else escape(found), text)
        return "".join(parts)


PageKey = tuple[str, str, int, tuple[str, ...]]
"""Questionnaire fingerprint, language, page number, the questions it has on this respondent's route."""


class FixedPages:
    """One application's fixed pages. They carry the municipality's name, so a changed name needs a restart."""

    # Conditions on single questions could give a page many faces; one with this many begins anew.
    _MOST = 2000

    def __init__(self) -> None:
        self._pages: dict[PageKey, FixedPage] = {}

    def get(self, key: PageKey, render: Callable[[NotedCalls], str]) -> FixedPage:
        """The page; renders it the first time."""
        page = self._pages.get(key)
        if page is None:
            if len(self._pages) >= self._MOST:
                self._pages.clear()
            noted = NotedCalls()
            page = self._pages[key] = FixedPage(render(noted), noted)
        return page


def question_key(field: str) -> str:
    """The question that a form's field belongs to: `handling` tells how fields are named."""
    return field.partition(".")[0]
