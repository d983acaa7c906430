"""The texts of an item's column → codes, by number and by label, and where the two say different things.

A number and a label come together in SPSS («1» with the value label «Svært enig») and in exports with both in one cell
(«5 - Svært enig»). Labels are compared without case and punctuation: «Verken/eller» is «Verken eller».
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from analysis.answer_mapping import AnswerMapping, LabelChoice
from analysis.messages import N_, Message
from analysis.tables import ResponseColumn
from questionnaires.coding import BLANK, LARGEST_VALUE, NOT_APPLICABLE
from questionnaires.model import Scale

_NUMBER: Final = re.compile(r"([+-]?\d+)(?:[.,](\d+))?")
_NUMBER_FIRST: Final = re.compile(r"[(\[]?([A-Za-z]?[+-]?\d+)[)\]]?(?:\s*[-–—.:=)]+\s*|\s+)(?=\D)(.+)")
_NUMBER_LAST: Final = re.compile(r"(.*\D)\s*[(\[]([+-]?\d+)[)\]]")

_NO_ANSWER_WORDS: Final = (
    *("ubesvart", "ikke besvart", "ikke svart", "ikke svar", "ingen svar", "mangler", "manglende", "blank"),
    *("ikkje svara", "ikkje svar", "inkje svar", "svar mangler", "missing", "no answer", "not answered"),
    *("no response", "unanswered", "system missing", "sysmis", "refused", "skipped"),
)
_NOT_APPLICABLE_WORDS: Final = (
    *("vet ikke", "veit ikkje", "ikke relevant", "ikkje relevant", "ikke aktuelt", "ikkje aktuelt"),
    *("vet ikke/ikke relevant", "vet ikke / ikke aktuelt", "ingen mening", "ønsker ikke å svare"),
    *("ikke sikker", "dont know", "do not know", "not applicable", "not relevant", "no opinion"),
)
Texts = Mapping[str, str]


@dataclass(frozen=True)
class LabelContradiction:
    """A text whose label names another answer than its number. meant: the value of the label, None for no answer."""

    text: str
    label: str
    meant: int | None


@dataclass(frozen=True)
class ColumnCodes:
    """codes: one for each of the column's texts, None for a text that is no answer. unknown_labels: text → its label.

    refusals: what is wrong with each text without a code, None where `contradictions` or `unknown_labels` tell it.
    """

    codes: tuple[int | None, ...]
    refusals: tuple[Message | None, ...]
    contradictions: tuple[LabelContradiction, ...] = ()
    unknown_labels: Texts | None = None


def plain_label(label: str) -> str:
    """A label for comparison.

    >>> plain_label(" Verken / eller "), plain_label("Don’t know")
    ('verkeneller', 'dontknow')
    """
    return "".join(filter(str.isalnum, label.casefold())) or label.strip()


def plain_code(text: str) -> str:
    """A code for comparison.

    >>> plain_code("99.0"), plain_code("99,0"), plain_code("−9"), plain_code("A1")
    ('99', '99', '-9', 'a1')
    """
    text = text.strip().replace("−", "-")
    match = _NUMBER.fullmatch(text)
    return str(int(match[1])) if match and not int(match[2] or 0) else text.casefold()


def number_and_label(text: str) -> tuple[str, str] | None:
    """A cell with both, apart; None for a cell with one of them.

    >>> number_and_label("5 - Svært enig"), number_and_label("Svært enig (5)"), number_and_label("Svært enig")
    (('5', 'Svært enig'), ('5', 'Svært enig'), None)
    """
    if match := _NUMBER_FIRST.fullmatch(text):
        return match[1], match[2].strip()
    if match := _NUMBER_LAST.fullmatch(text):
        return match[2], match[1].strip()
    return None


def column_codes(column: ResponseColumn, scale: Scale, mapping: AnswerMapping) -> ColumnCodes:
    """What each text of an item's column is on the scale.

    >>> import numpy as np
    >>> from analysis.answer_mapping import NO_MAPPING
    >>> from questionnaires.loading import builtin
    >>> scale = builtin("lederklima", 1).factors[0].scale
    >>> column_codes(ResponseColumn("LEAD01", ("1", "3"), np.array([0, 1, 1])), scale, NO_MAPPING).codes
    (1, 3)
    """
    return _ColumnReading(column, scale, mapping).codes()


class _ColumnReading:
    """One column read against one scale."""

    def __init__(self, column: ResponseColumn, scale: Scale, mapping: AnswerMapping) -> None:
        self._column, self._scale, self._mapping = column, scale, mapping
        self._words = _words(scale, mapping)
        missing = {plain_code(code) for code in mapping.missing}
        # A code that is a point on this scale is an answer here, whatever it is on a shorter one.
        self._missing = {code for code in missing if _value(code, scale) is None}
        self._pairs = {text: pair for text in (*column.texts, *column.labels) if (pair := self._pair(text))}
        self._contradictions = {
            text: found for text in self._pairs if (found := self._contradiction(text)) is not None
        }
        self._unknown: dict[str, str] = {}

    def codes(self) -> ColumnCodes:
        codes: list[int | None] = []
        refusals: list[Message | None] = []
        for text in self._column.texts:
            code, refusal = self._code(text)
            codes.append(code)
            refusals.append(refusal)
        found = () if self._follows else self._contradictions.values()
        contradictions = tuple(sorted(found, key=lambda one: (one.meant is None, int(number_text(one.text)))))
        return ColumnCodes(tuple(codes), tuple(refusals), contradictions, self._unknown)

    @property
    def _follows(self) -> bool:
        return self._mapping.labels is LabelChoice.FOLLOW

    def _pair(self, text: str) -> tuple[str, str] | None:
        """The number and the label of a text that has both; a label that only repeats the number is none."""
        if label := self._column.labels.get(text, "").strip():
            inside = None if plain_label(label) in self._words else number_and_label(label)
            label = inside[1] if inside else label
            return None if plain_code(label) == plain_code(text) else (text, label)
        return None if plain_label(text) in self._words else number_and_label(text)

    def _contradiction(self, text: str) -> LabelContradiction | None:
        """A number that the label does not name. A label for «no answer» matters on numbers that somebody has used."""
        if text in self._column.missing or plain_code(text) in self._missing:
            return None
        number, label = self._pairs[text]
        code = self._words.get(plain_label(label))
        if code is None or not _is_whole(number):
            return None
        if code <= LARGEST_VALUE:
            return LabelContradiction(number, label, code) if int(number_text(number)) != code else None
        on_scale = _value(number, self._scale) is not None
        return LabelContradiction(number, label, None) if on_scale and text in self._column.texts else None

    def _code(self, text: str) -> tuple[int | None, Message | None]:
        if not text or plain_code(text) in self._missing:
            return BLANK, None
        if text in self._column.missing:
            label = plain_label(self._column.labels.get(text, text))
            return (NOT_APPLICABLE if self._words.get(label) == NOT_APPLICABLE else BLANK), None
        if text in self._pairs:
            return self._labelled(text)
        if _NUMBER.fullmatch(text):
            return self._unlabelled(text)
        code = self._words.get(plain_label(text))
        return code, (None if code is not None else self._refusal(text))

    def _labelled(self, text: str) -> tuple[int | None, Message | None]:
        number, label = self._pairs[text]
        if plain_code(number) in self._missing:
            return BLANK, None
        code = self._words.get(plain_label(label))
        if code is not None:
            return (code if self._follows or text not in self._contradictions else None), None
        value = _value(number, self._scale)
        if value is not None and self._mapping.labels is LabelChoice.NUMBERS:
            return value, None
        self._unknown[text] = label
        return None, None

    def _unlabelled(self, text: str) -> tuple[int | None, Message | None]:
        """A number without a label among numbers whose labels name other points: moved or turned as they are."""
        if all(found.meant is None for found in self._contradictions.values()):
            value = _value(text, self._scale)
            return value, (None if value is not None else self._refusal(text))
        if not self._follows:
            return None, None
        value = self._by_the_others(text)
        if value is not None:
            return value, None
        message = N_(
            "«%(text)s» har ingen merkelapp, og de andre merkelappene sier ikke hva den er på skalaen. "
            "Gi den en merkelapp i filen."
        )
        return None, Message(message, {"text": text})

    def _by_the_others(self, text: str) -> int | None:
        known = {
            (int(number_text(number)), code)
            for number, label in self._pairs.values()
            if _is_whole(number) and (code := self._words.get(plain_label(label), BLANK)) <= LARGEST_VALUE
        }
        if len(known) < 2 or not _is_whole(text):
            return None
        number = int(number_text(text))
        for direction in (1, -1):
            moved = {code - direction * value for value, code in known}
            if len(moved) == 1:
                value = direction * number + moved.pop()
                return value if value in self._scale.values else None
        return None

    def _refusal(self, text: str) -> Message:
        return Message(
            N_(
                "«%(text)s» er ikke et svar på skalaen. Lovlige verdier er hele tall fra %(minimum)s til %(maximum)s."
            ),
            {"text": text, "minimum": self._scale.minimum, "maximum": self._scale.maximum},
        )


def _words(scale: Scale, mapping: AnswerMapping) -> dict[str, int]:
    """Plain label → code: the scale's own words first, then what somebody said of the file, then common words."""
    found: dict[str, int] = {}

    def add(labels: Iterable[str], code: int) -> None:
        for label in labels:
            found.setdefault(plain_label(label), code)

    for point in scale.points:
        add((label for label in point.label.values() if label.strip()), point.value)
    declined = BLANK
    if scale.not_applicable:
        declined = NOT_APPLICABLE
        add(scale.not_applicable.values(), declined)
    for word, value in mapping.answers.items():
        if value in scale.values:
            add((word,), value)
    add(mapping.not_applicable, declined)
    add((code for code in mapping.missing if not _NUMBER.fullmatch(plain_code(code))), BLANK)
    add(_NOT_APPLICABLE_WORDS, declined)
    add(_NO_ANSWER_WORDS, BLANK)
    return found


def number_text(number: str) -> str:
    """A whole number without decimals.

    >>> number_text("2.0")
    '2'
    """
    return plain_code(number)


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d{1,9}", plain_code(text)) is not None


def _value(text: str, scale: Scale) -> int | None:
    """A whole number on the scale; «3,0» is 3, «3,5» and numbers outside are None."""
    match = _NUMBER.fullmatch(text)
    if not match or int(match[2] or 0):
        return None
    value = int(match[1])
    return value if value in scale.values else None
