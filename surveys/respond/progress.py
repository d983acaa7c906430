"""How far a respondent has come: the answers so far, and what has been shown. Values only, no database."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from questionnaires import answers
from questionnaires.answers import PageAnswers, for_delivery
from questionnaires.kinds import handler_of
from questionnaires.model import Audience, Page, Questionnaire
from surveys.respond.ballots import Sheet

_VERSION: Final = 2


@dataclass(frozen=True)
class AnsweringProgress:
    """Coded answers and comments by question key; numbers of the pages that were saved and reminded of."""

    coded: Mapping[str, int] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    saved: frozenset[int] = frozenset()
    reminded: frozenset[int] = frozenset()

    def with_page(
        self, page: Page, sent: PageAnswers, taken_back: Collection[str] = ()
    ) -> "AnsweringProgress":
        """This with one more page as it was sent, without the answers (closed keys, comments) taken back.

        A question without an answer keeps the one it had unless that was taken back: the page may have been
        opened before it was answered in another tab.
        """
        return replace(
            self,
            coded={key: code for key, code in self.coded.items() if key not in taken_back} | sent.coded,
            comments={key: text for key, text in self.comments.items() if key not in taken_back}
            | sent.comments,
            saved=self.saved | {page.number},
        )

    def with_reminder(self, number: int) -> "AnsweringProgress":
        return replace(self, reminded=self.reminded | {number})

    def unanswered(self, page: Page) -> tuple[str, ...]:
        """The closed questions on the page without an answer, in the page's order."""
        return answers.unanswered(page, self.coded)

    def is_complete(self, page: Page) -> bool:
        """Whether everything on the page has an answer, comments too."""
        return not self.unanswered(page) and all(comment.key in self.comments for comment in page.comments)

    def fields_of(self, page: Page) -> dict[str, str]:
        """The fields of the page's form with the answers so far: what a browser would send for them."""
        fields: dict[str, str] = {}
        for question in page.asked:
            fields |= handler_of(question).form_values(question, self.coded)
        for comment in page.comments:
            if comment.key in self.comments:
                fields[comment.key] = self.comments[comment.key]
        return fields

    def sheet(self, questionnaire: Questionnaire, audience: Audience, unit_id: int) -> Sheet:
        """What is delivered: the answers to what was asked on the route these answers make, and nothing else."""
        delivery = for_delivery(questionnaire, audience, self.coded, self.comments)
        return Sheet(unit_id, delivery.row, delivery.comments)

    @property
    def content(self) -> list[Any]:
        """The progress as JSON has it."""
        return [_VERSION, dict(self.coded), dict(self.comments), sorted(self.saved), sorted(self.reminded)]

    @classmethod
    def from_bytes(cls, content: bytes) -> "AnsweringProgress":
        """The progress that was written. Raises ValueError when a newer Medvirk wrote it."""
        return cls.from_content(json.loads(content))

    @classmethod
    def from_content(cls, stored: Sequence[Any]) -> "AnsweringProgress":
        """The same from what `content` gave.

        Version 1 said no version, and counted pages by their place on the respondent's route. That is the page's
        own number but for pages behind one that another audience has: there a page may be shown once more.
        """
        version, coded, comments, saved, reminded = stored if len(stored) > 4 else (1, *stored)
        if version > _VERSION:
            msg = f"the draft has version {version}, this is {_VERSION}"
            raise ValueError(msg)
        return cls(coded, comments, frozenset(saved), frozenset(reminded))
