"""A question or an answer as it is typed: read and judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from surveys.platform.free_texts import text_fault, written
from surveys.platform.texts import _
from surveys.scorecards.questions.models import MOST_IN_ANSWER, MOST_IN_QUESTION

QUESTION_FIELD: Final = "sporsmaltekst"


@dataclass(frozen=True)
class TypedWords:
    """field: id of the form's field, also its name. fault: what is wrong with the words; «» when nothing is."""

    field: str
    words: str
    fault: str = ""

    @property
    def faults(self) -> dict[str, str]:
        return {self.field: self.fault} if self.fault else {}


def read_question(form: Mapping[str, str]) -> TypedWords:
    words = written(form.get(QUESTION_FIELD, ""))
    if not words:
        return TypedWords(QUESTION_FIELD, words, _("Skriv hva du vil spørre om."))
    return TypedWords(QUESTION_FIELD, words, text_fault(_("Spørsmålet"), words, MOST_IN_QUESTION))


def answer_field(question_id: int) -> str:
    """A page may have several questions that wait."""
    return f"svar-{question_id}"


def read_answer(form: Mapping[str, str], question_id: int) -> TypedWords:
    field = answer_field(question_id)
    words = written(form.get(field, ""))
    if not words:
        return TypedWords(field, words, _("Skriv et svar."))
    return TypedWords(field, words, text_fault(_("Svaret"), words, MOST_IN_ANSWER))
