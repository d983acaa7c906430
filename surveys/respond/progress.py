"""How far a respondent has come: the answers so far, and what has been shown. Values only, no database."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from questionnaires.answers import PageAnswers, asked_keys
from questionnaires.coding import encode
from questionnaires.model import Audience, Page, Questionnaire
from surveys.respond.ballots import Sheet


@dataclass(frozen=True)
class Progress:
    """Coded answers and comments by question key; numbers of the pages that were saved and reminded of."""

    coded: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    saved: frozenset[int] = frozenset()
    reminded: frozenset[int] = frozenset()

    def with_page(self, number: int, page: Page, sent: PageAnswers) -> "Progress":
        """This with one more page as it was sent.

        A statement without an answer keeps the one it had: a radio button cannot be unchosen, so it only comes
        empty from a tab that was opened before the statement was answered in another.
        """
        shown = {question.key for question in page.comments} - sent.faults.keys()
        kept = {key: text for key, text in self.comments.items() if key not in shown}
        return replace(
            self,
            coded={**self.coded, **sent.coded},
            comments=kept | sent.comments,
            saved=self.saved | {number},
        )

    def with_reminder(self, number: int) -> "Progress":
        return replace(self, reminded=self.reminded | {number})

    def unanswered(self, page: Page) -> tuple[str, ...]:
        """The closed questions on the page without an answer, in the page's order."""
        return tuple(key for key in closed_keys_of(page) if key not in self.coded)

    def next_page(self, total: int) -> int | None:
        """The first page that was never saved, None when all `total` were."""
        return next((number for number in range(1, total + 1) if number not in self.saved), None)

    def sheet(self, questionnaire: Questionnaire, audience: Audience, unit_id: int) -> Sheet:
        """What is delivered: the answers to what this audience is asked, and nothing else."""
        asked = {question.key for page in questionnaire.pages_for(audience) for question in page.comments}
        return Sheet(
            unit_id,
            encode(questionnaire, self.coded, asked_keys(questionnaire, audience)),
            {key: text for key, text in self.comments.items() if key in asked},
        )

    def to_bytes(self) -> bytes:
        content = [dict(self.coded), dict(self.comments), sorted(self.saved), sorted(self.reminded)]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Progress":
        coded, comments, saved, reminded = json.loads(content)
        return cls(coded, comments, frozenset(saved), frozenset(reminded))


def closed_keys_of(page: Page) -> Iterable[str]:
    """The keys of a page's statements and background questions, in the order they stand."""
    for factor in page.factors:
        yield from (item.key for item in factor.items)
    yield from (question.key for question in page.background)
