"""What the columns of a file of answers probably are: by key, by wording, and by words for a unit."""

from collections.abc import Sequence
from typing import Final

from questionnaires.model import Questionnaire, Text

UNIT: Final = "unit"
_UNIT_WORDS: Final = frozenset(
    {"enhet", "enhetskode", "kode", "avdeling", "avdelingskode", "eining", "department", "unit", "orgkode"}
)


def question_texts(questionnaire: Questionnaire) -> dict[str, Text]:
    """The wording of everything a file may have a column for, by key."""
    items = {item.key: item.text for item in questionnaire.items}
    return items | {question.key: question.text for question in questionnaire.background}


def guessed_meaning(heading: str, questionnaire: Questionnaire) -> str:
    """A question's key, «unit», or «» for a column that means nothing we know.

    «LEAD01», «lead01», «LEAD01. Lederen lytter», «[LEAD01]» and the statement's own wording are all the statement.
    """
    # Loads numpy, which no page that a respondent opens does.
    from analysis.answer_labels import plain_label

    words: dict[str, str] = {}
    for key, text in question_texts(questionnaire).items():
        for wording in (key, *text.values()):
            words.setdefault(plain_label(wording), key)
    beginning = heading.replace("]", " ").replace("[", " ").replace(":", " ").replace(".", " ").split()
    for part in (heading, *beginning[:1], *beginning[-1:]):
        if found := words.get(plain_label(part)):
            return found
    return UNIT if plain_label(heading) in _UNIT_WORDS else ""


def heading_line(
    lines: Sequence[tuple[int, tuple[str, ...]]], questionnaire: Questionnaire
) -> tuple[int, tuple[str, ...]]:
    """The line with most headings that mean something, the first of those that are alike. Lines must not be empty."""

    def known(line: tuple[int, tuple[str, ...]]) -> int:
        return len({guessed_meaning(heading, questionnaire) for heading in line[1]} - {""})

    return max(lines, key=lambda line: (known(line), -line[0]))
