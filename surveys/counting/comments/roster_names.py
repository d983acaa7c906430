"""Finding the names of people in the roster in free text, in time proportional to the text.

A full name is found in any order and any case, with or without hyphens, accents, initials («K. Nordmann», «Kari N.»)
and the genitive's -s. One name alone is found in any case when it can only be a name. When it is an everyday word too
(`surveys.counting.comments.everyday_words`), it is found

- beside another name of the same person («bjørn berg», «Berg, Bjørn», «B. Berg»),
- beside a word that was found to be a name («Kari Berg»),
- with a capital letter inside a sentence («jeg spurte Bjørn»), or
- with a capital letter first in a sentence and before a verb («Bjørn er», «Dag sa»).

A capitalised word right after a found name is taken for a surname, in the roster or not. A unit's whole name
(«Nesset skole») is left alone even if a person is called Nesset. In a sentence in capital letters only, an everyday
word is left alone: nothing tells that it is a name.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from surveys.counting.comments.everyday_words import ABBREVIATIONS, GRAMMAR, ORDINARY, VERBS

_WORD: Final = re.compile(r"[^\W\d_]++")
# What stands between two words that belong together, between a surname and what comes first, after an initial.
_TOGETHER: Final = re.compile(r"(?:[ \u00a0]{1,2}|[ \u00a0]?[-‐‑][ \u00a0]?)\Z")
_TURNED: Final = re.compile(r",[ \u00a0]?\Z")
_STOPPED: Final = re.compile(r"\.[ \u00a0-]?\Z")
_LISTED: Final = re.compile(r"(?:,[ \u00a0]|[ \u00a0]?[/&+][ \u00a0]?)\Z")
_OPENS_SENTENCE: Final = re.compile(r"[.!?…\n\r•*»«\"“”]|[-–—]\s")
_JOINING: Final = frozenset({"og", "eller", "and", "or"})
_SPELLINGS: Final = str.maketrans({"å": "aa", "ö": "ø", "ä": "æ", "đ": "d", "ł": "l", "ß": "ss", "ð": "d"})
_PLAIN_KEYBOARD: Final = ({"aa": "a", "ø": "o", "æ": "a"}, {"ø": "oe", "æ": "ae"}, {"æ": "e"})
_SHORTEST: Final = 3


def folded(word: str) -> str:
    """A word as names are compared: small letters, å as aa, ö as ø, ä as æ, every other accent gone.

    >>> folded("Åse"), folded("Aase"), folded("BJÖRN"), folded("André")
    ('aase', 'aase', 'bjørn', 'andre')
    """
    small = unicodedata.normalize("NFC", word).casefold().translate(_SPELLINGS)
    return "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))


@dataclass(frozen=True)
class _Word:
    """A word of the text. `name`: the roster's word it is, without a genitive -s, or «»."""

    start: int
    end: int
    text: str
    fold: str
    name: str

    @property
    def capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def name_end(self) -> int:
        """Where the name ends: a genitive -s stays outside the mark."""
        return self.end - 1 if self.fold != self.name and self.fold == f"{self.name}s" else self.end


@dataclass(frozen=True)
class RosterNames:
    """The names to look for. companions: name word → the other name words of the people who have it.

    unit_names: the units' names of two words or more, folded, by their first word.
    """

    companions: Mapping[str, frozenset[str]]
    unit_names: Mapping[str, frozenset[tuple[str, ...]]]

    @classmethod
    def of(cls, names: Iterable[str], unit_names: Iterable[str] = ()) -> "RosterNames":
        """From people's full names («Anne-Grete Å. Nordmann») and the units' names."""
        companions: dict[str, set[str]] = defaultdict(set)
        for name in names:
            words = [_spellings(folded(word)) for word in _WORD.findall(name) if len(word) > 1]
            for spellings in words:
                others = set().union(*(other for other in words if other != spellings))
                for spelling in spellings:
                    companions[spelling] |= others
        units: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for unit_name in unit_names:
            phrase = tuple(folded(word) for word in _WORD.findall(unit_name))
            if len(phrase) > 1:
                units[phrase[0]].add(phrase)
        return cls(
            {word: frozenset(others) for word, others in companions.items()},
            {word: frozenset(phrases) for word, phrases in units.items()},
        )

    def passages(self, text: str) -> Iterator[tuple[int, int]]:
        """(start, end) of each name in the text, in order; names side by side are one passage."""
        words = [self._word(found) for found in _WORD.finditer(text)]
        gaps = [text[left.end : right.start] for left, right in pairwise(words)]
        search = _Search(self, text, words, gaps)
        found = search.run()
        place = 0
        while place < len(words):
            last = place
            while last + 1 < len(words) and found[last] and found[last + 1] and search.belong(last):
                last += 1
            if found[place]:
                yield words[place].start, search.end_of(last)
            place = last + 1

    def _word(self, match: re.Match[str]) -> _Word:
        fold = folded(match[0])
        name = fold if fold in self.companions else ""
        if not name and fold.endswith("s") and fold[:-1] in self.companions:
            name = fold[:-1]
        return _Word(match.start(), match.end(), match[0], fold, name)

    def same_person(self, one: str, other: str) -> bool:
        return other in self.companions.get(one, frozenset())

    def has_initial(self, name: str, letter: str) -> bool:
        """Whether somebody with this name has another name that begins with the letter."""
        return any(other.startswith(letter) for other in self.companions.get(name, frozenset()))


def _spellings(word: str) -> set[str]:
    """The name, and how it is written on a keyboard without æ, ø and å, unless that is an everyday word."""
    found = {word}
    for replacements in _PLAIN_KEYBOARD:
        spelt = word
        for letter, plain in replacements.items():
            spelt = spelt.replace(letter, plain)
        if spelt not in ORDINARY and spelt not in GRAMMAR and len(spelt) >= _SHORTEST:
            found.add(spelt)
    return found


def _is_ordinary(word: _Word) -> bool:
    return bool({word.fold, word.name} & ORDINARY) or len(word.name) < _SHORTEST


def _is_grammar(word: _Word) -> bool:
    return bool({word.fold, word.name} & GRAMMAR)


class _Search:
    """One text's words, and which of them have been found to be names."""

    def __init__(self, names: RosterNames, text: str, words: list[_Word], gaps: list[str]) -> None:
        self._names, self._text, self._words, self._gaps = names, text, words, gaps
        self._found = [False] * len(words)

    def run(self) -> list[bool]:
        """Per word: is it (part of) a name?"""
        protected = self._unit_names()
        for place, word in enumerate(self._words):
            self._found[place] = bool(word.name) and place not in protected and self._is_name(place)
        count = len(self._words)
        for known, step in [*((p, 1) for p in range(count)), *((p, -1) for p in reversed(range(count)))]:
            if self._found[known]:
                self._spread(known, step, protected)
        return self._found

    def belong(self, left: int) -> bool:
        """Whether two found words that stand together are one name: «Kari Nordmann», «K. Berg»."""
        one, gap = self._words[left], self._gaps[left]
        if one.name_end == one.end and _TOGETHER.match(gap):
            return True
        return len(one.text) == 1 and bool(_STOPPED.match(gap))

    def end_of(self, place: int) -> int:
        """Where a name that ends with the word ends: with an initial's full stop, without a genitive -s."""
        word = self._words[place]
        stopped = len(word.text) == 1 and self._text[word.end : word.end + 1] == "."
        return word.end + 1 if stopped else word.name_end

    def _unit_names(self) -> set[int]:
        """The words that stand in a unit's whole name."""
        inside: set[int] = set()
        for place, word in enumerate(self._words):
            for phrase in self._names.unit_names.get(word.fold, ()):
                if tuple(w.fold for w in self._words[place : place + len(phrase)]) == phrase:
                    inside.update(range(place, place + len(phrase)))
        return inside

    def _is_name(self, place: int) -> bool:
        word = self._words[place]
        if self._beside_its_own(place):
            return True
        if _is_grammar(word):
            return False
        if not _is_ordinary(word):
            return True
        if not word.capitalised or self._in_capitals(place):
            return False
        return not self._opens_sentence(place) or self._before_verb(place)

    def _beside_its_own(self, place: int) -> bool:
        """Another name of the same person, or its initial with a full stop, stands beside the word."""
        word = self._words[place]
        for other in (place - 1, place + 1):
            if not 0 <= other < len(self._words):
                continue
            beside, gap = self._words[other], self._gaps[min(place, other)]
            if self._is_initial_of(other, word.name) and (_TOGETHER if other > place else _STOPPED).match(
                gap
            ):
                return True
            if self._names.same_person(word.name, beside.name) and self._is_pair(word, beside, gap):
                return True
        return False

    @staticmethod
    def _is_pair(word: _Word, beside: _Word, gap: str) -> bool:
        """«bjørn berg» in any case; two grammar words («Li Do») or a turned name («Berg, Bjørn») in one case."""
        grammar = _is_grammar(word) + _is_grammar(beside)
        if _TURNED.match(gap):
            return not grammar and word.capitalised == beside.capitalised
        return bool(_TOGETHER.match(gap)) and (grammar < 2 or (word.capitalised and beside.capitalised))

    def _is_initial_of(self, place: int, name: str) -> bool:
        letter = self._words[place]
        stopped = self._text[letter.end : letter.end + 1] == "."
        return len(letter.text) == 1 and stopped and self._names.has_initial(name, letter.fold)

    def _spread(self, known: int, step: int, protected: set[int]) -> None:
        """A found name draws in its initial, capitalised names beside it or joined by «og», and a surname after it."""
        other = known + step
        if not 0 <= other < len(self._words):
            return
        name, gap = self._words[known], self._gaps[min(known, other)]
        together = bool(_TOGETHER.match(gap)) and (step < 0 or name.name_end == name.end)
        if self._words[other].fold in _JOINING and together:
            other += step
            together = 0 <= other < len(self._words) and bool(
                _TOGETHER.match(self._gaps[min(other, other - step)])
            )
            self._draw(other, protected, surname=False, name=together)
        elif self._is_initial_of(other, name.name):
            self._found[other] = True
        else:
            surname = together and step > 0
            self._draw(other, protected, surname=surname, name=together or bool(_LISTED.match(gap)))

    def _draw(self, place: int, protected: set[int], *, surname: bool, name: bool) -> None:
        """Finds the word too when it is capitalised and a name of the roster, or stands where a surname does."""
        if not 0 <= place < len(self._words) or place in protected:
            return
        word = self._words[place]
        if word.capitalised and len(word.text) > 1:
            stands_as_surname = surname and not word.shouted
            self._found[place] |= stands_as_surname or (name and bool(word.name) and not _is_grammar(word))

    def _in_capitals(self, place: int) -> bool:
        """The word and a neighbour are in capitals: they say nothing."""
        beside = self._words[max(place - 1, 0) : place + 2]
        return self._words[place].shouted and sum(word.shouted for word in beside) > 1

    def _opens_sentence(self, place: int) -> bool:
        if place == 0:
            return True
        gap = self._gaps[place - 1]
        if gap.startswith(".") and self._words[place - 1].fold in ABBREVIATIONS:
            return False
        return bool(_OPENS_SENTENCE.search(gap))

    def _before_verb(self, place: int) -> bool:
        return (
            place + 1 < len(self._words)
            and self._words[place + 1].fold in VERBS
            and self._gaps[place].isspace()
        )
