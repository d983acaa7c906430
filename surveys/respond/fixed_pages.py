"""The fixed part of a statement page, rendered once and reused: only the answers and the code vary.

The template is rendered with marks where the answers and the code go, and cut at the marks. Filling a page is then
putting strings together, a hundredth of the work of rendering it.
"""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from surveys.campaigns import codes
from surveys.respond.progress import Progress

# Stands in addresses where the code will. It has an O, so no code (and no text of ours) is equal to it.
CODE_MARK = "CODE-CODE-CODE"
_MARK = re.compile(rf"\x00([^\x00]*)\x00|({CODE_MARK})")
_CHECKED = Markup(" checked")


class GivenAnswers:
    """What the template asks for when it is rendered for one respondent.

    `as_sent` are texts that were refused, shown again so that they can be mended.
    """

    def __init__(self, progress: Progress, as_sent: Mapping[str, str] | None = None) -> None:
        self._progress = progress
        self._as_sent = as_sent or {}

    def chosen(self, key: str, coded: int) -> Markup:
        """The attribute of a radio button that was chosen."""
        return _CHECKED if self._progress.coded.get(key) == coded else Markup()

    def text(self, key: str) -> str:
        return self._as_sent.get(key, self._progress.comments.get(key, ""))


class MarkedAnswers:
    """The same for the fixed part: marks instead of answers."""

    def chosen(self, key: str, coded: int) -> Markup:
        return Markup(f"\0{key} {coded}\0")  # noqa: S704 (keys are identifiers by the schema)

    def text(self, key: str) -> Markup:
        return Markup(f"\0{key}\0")  # noqa: S704 (as above)


class FixedPage:
    """A page cut at its marks."""

    def __init__(self, html: str) -> None:
        # split() gives: text, mark or None, code mark or None, text, …
        pieces = _MARK.split(html)
        self._texts = pieces[::3]
        self._marks = [
            (mark, code is not None) for mark, code in zip(pieces[1::3], pieces[2::3], strict=True)
        ]

    def filled(self, code: str, progress: Progress) -> str:
        """The page for whoever has the code (12 characters) and these answers."""
        shown = codes.grouped(code)
        chosen = {f"{key} {value}" for key, value in progress.coded.items()}
        parts = [self._texts[0]]
        for (mark, is_code), text in zip(self._marks, self._texts[1:], strict=True):
            if is_code:
                parts.append(shown)
            elif mark in chosen:
                parts.append(_CHECKED)
            elif " " not in mark:
                parts.append(escape(progress.comments.get(mark, "")))
            parts.append(text)
        return "".join(parts)


PageKey = tuple[str, str, str, int]
"""Questionnaire fingerprint, language, audience, page number."""


class FixedPages:
    """One application's fixed pages. They carry the municipality's name, so a changed name needs a restart."""

    def __init__(self) -> None:
        self._pages: dict[PageKey, FixedPage] = {}

    def get(self, key: PageKey, render: Callable[[], str]) -> FixedPage:
        """The page; renders it the first time. Its pages are as many as the frozen questionnaires have."""
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = FixedPage(render())
        return page
