"""What somebody wrote on a page that cannot be saved: shown to her once more, so that she can copy it.

The page has what this request carried and nothing else, so it says nothing of whether the code has been used.
"""

from dataclasses import dataclass
from typing import Final

from flask import request

from questionnaires.answers import comment_text
from questionnaires.model import Questionnaire
from surveys.platform.localisation import localised

_PAGES: Final = frozenset({"respond.save_statements"})


@dataclass(frozen=True)
class WrittenWords:
    """An answer in words that was sent, and the question in the page's language."""

    key: str
    question: str
    words: str


def written_words(questionnaire: Questionnaire, language: str) -> tuple[WrittenWords, ...]:
    """The answers in words that this request carries to one of the pages of questions."""
    if request.endpoint not in _PAGES:
        return ()
    sent = ((comment, comment_text(request.form.get(comment.key, ""))) for comment in questionnaire.comments)
    return tuple(
        WrittenWords(comment.key, localised(comment.text, language), words)
        for comment, words in sent
        if words
    )
