"""Reading level: LIX, läsbarhetsindex (Björnsson 1968).

LIX = words per sentence + 100 * long words / words, where a long word has more than six letters. Björnsson's
bands: under 30 very easy, 30–40 easy (fiction, popular magazines), 40–50 medium, above 50 difficult.

The index is made for Swedish and is used in the same way for Norwegian and Danish; English texts come out close
to it. Nothing is said about other languages, where words are built differently.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from questionnaires.draft import DefinitionFinding, DraftDefinition, mapping

MEASURED_LANGUAGES: Final = frozenset({"nb", "nn", "en"})
LONG_WORD: Final = 6  # letters; a long word has more
HIGHEST_LIX: Final = 40
HIGHEST_LIX_EASY: Final = 35
FEWEST_WORDS: Final = 100  # below this one long word more or less moves the index by a point

_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?:…]+(?=\s|$)")


def lix(texts: Iterable[str]) -> float | None:
    """The index of some texts taken together; each is one sentence or more. None when there are no words.

    Raises nothing. Digits are no words: «16–29 år» has one.
    """
    words = sentences = long_words = 0
    for text in texts:
        found = _WORD.findall(text)
        words += len(found)
        long_words += sum(len(word) > LONG_WORD for word in found)
        sentences += max(1, len(_SENTENCE_END.findall(text))) if found else 0
    return words / sentences + 100 * long_words / words if words else None


def reading_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    """An instrument whose running text is heavier than its readers should be asked to read."""
    easy = draft.raw.get("reading") == "easy"
    highest = HIGHEST_LIX_EASY if easy else HIGHEST_LIX
    for index, language in enumerate(draft.languages):
        texts = list(_running_texts(draft, language))
        level = lix(texts)
        enough = sum(len(_WORD.findall(text)) for text in texts) >= FEWEST_WORDS
        if language in MEASURED_LANGUAGES and level is not None and enough and level > highest:
            reader = "lettlest skjema" if easy else "spørreskjema"
            message = (
                f"Teksten på «{language}» har lesbarhetsindeks (LIX) {level:.0f}. "
                f"Et {reader} skal ikke ha over {highest}. Bruk kortere setninger og kortere ord."
            )
            yield DefinitionFinding(("languages", index), message)


def _running_texts(draft: DraftDefinition, language: str) -> Iterator[str]:
    """What a respondent reads as sentences: the introduction, every question and its help. Not the labels."""
    places = [draft.raw.get("intro")]
    for _, question in draft.questions():
        places += [question.get("text"), question.get("help")]
    for text in map(mapping, places):
        wording = text.get(language)
        if isinstance(wording, str):
            yield wording
