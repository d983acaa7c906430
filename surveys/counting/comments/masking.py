"""Masking of comments before they are stored: addresses, numbers and names from the roster become marks.

It runs at counting, on the opened sheet in memory, so the text as it was written reaches no table, file or log.

What it finds: e-mail addresses (also «kari (at) fjordvik.no»), web addresses and user names («@kari»), telephone
numbers (eight digits in the usual Norwegian groupings; +47, 0047 and other country codes), eleven-digit personal
numbers with or without spaces and whether or not the control digits are right, other runs of eight digits or more,
and names from the roster (`surveys.counting.comments.roster_names`).

What it does not find: names that are not in the roster (children, users, former colleagues), misspelt names and
nicknames, numbers written in words, and everything that identifies without naming: a post, an event, a way of
writing. That is why HR reads every comment before anybody else does.

Every pattern is possessive or anchored at the start of its run, so the time is proportional to the text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from surveys.counting.comments.roster_names import RosterNames

EMAIL: Final = "[e-post]"
WEB: Final = "[nettadresse]"
TELEPHONE: Final = "[telefon]"
PERSONAL_NUMBER: Final = "[fødselsnummer]"
NUMBER: Final = "[nummer]"
NAME: Final = "[navn]"

# Soft hyphen, zero-width space, word joiner, byte order mark: a name with one in it is still a name. And control
# characters, which PostgreSQL cannot all store.
_INVISIBLE: Final = dict.fromkeys(
    [*map(ord, "\u00ad\u200b\u2060\ufeff\x7f"), *(code for code in range(32) if chr(code) not in "\t\n")]
)

_AT: Final = r"(?:\s?[@＠]\s?|\s?[(\[]\s?(?:at|alfa|krøllalfa|@)\s?[)\]]\s?|\s(?:krøllalfa|alfakrøll)\s)"
_EMAIL: Final = re.compile(
    rf"(?<![\w.+%'-])[\w.+%'-]++{_AT}[\w-]++(?:\.[\w-]++)++"  # kari@fjordvik.no, kari (at) fjordvik.no
    r"|(?<![\w.+%'-])[\w.+%'-]++@[\w-]++",  # kari@intern
    re.IGNORECASE,
)
_USER_NAME: Final = re.compile(r"(?<!\w)@\w[\w.-]*+")
_WEB: Final = re.compile(
    r"(?:\bhttps?://|\bwww\.)[^\s<>«»\"]++"
    r"|(?<![\w.-])[\w-]++(?:\.[\w-]++)++(?<=\.[a-z]{2}|[a-z]{3})/[^\s<>«»\"]*+",  # facebook.com/kari
    re.IGNORECASE,
)
_CLOSING: Final = ".,;:!?)]'"

_DIGITS: Final = re.compile(r"(?:\(?\+)?\d++(?:[ \u00a0\u2009\u202f./()–-]{1,2}\d++)*+")
_GROUP: Final = re.compile(r"\d+")

_PERSONAL_GROUPS: Final = (
    (11,),
    (6, 5),
    (6, 2, 3),
    (6, 3, 2),
    (2, 2, 2, 5),
    (2, 2, 2, 3, 2),
    (2, 2, 2, 2, 3),
)
# 10 000 000 is money, 12.05.2026 a date and 2024–2025 two years: their groupings are left out or looked at.
_TELEPHONE_GROUPS: Final = (
    (8,),
    (3, 2, 3),
    (2, 2, 2, 2),
    (4, 4),
    (3, 3, 2),
    (3, 5),
    (5, 3),
    (2, 6),
    (2, 3, 3),
)
_COUNTRY: Final = "47"
_LONGEST_ABROAD: Final = 15  # digits, ITU-T E.164
_SHORTEST_ABROAD: Final = 8


@dataclass(frozen=True)
class Passage:
    """A stretch of the text, [start, end), and the mark that replaces it."""

    start: int
    end: int
    mark: str


def mask(text: str, names: RosterNames) -> str:
    """The comment with every finding replaced by its mark, in composed Unicode without invisible characters.

    «» when nothing visible was written.

    >>> mask("Ring 900 12 345 eller skriv til kari@fjordvik.no.", RosterNames.of([]))
    'Ring [telefon] eller skriv til [e-post].'
    >>> mask("Kari Nordmanns plan, sa k. nordmann.", RosterNames.of(["Kari Nordmann"]))
    '[navn]s plan, sa [navn].'
    """
    plain = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    for pattern, mark in ((_EMAIL, EMAIL), (_WEB, WEB), (_USER_NAME, NAME)):
        plain = _replaced(plain, _addresses(plain, pattern, mark))
    plain = _replaced(plain, _numbers(plain))
    found = [Passage(start, end, NAME) for start, end in names.passages(plain)]
    return _replaced(plain, iter(found)).strip()


def _replaced(text: str, passages: Iterator[Passage]) -> str:
    parts, place = [], 0
    for passage in passages:
        parts += [text[place : passage.start], passage.mark]
        place = passage.end
    return "".join(parts) + text[place:]


def _addresses(text: str, pattern: re.Pattern[str], mark: str) -> Iterator[Passage]:
    for found in pattern.finditer(text):
        # What ends the sentence is no part of the address.
        yield Passage(found.start(), found.start() + len(found[0].rstrip(_CLOSING)), mark)


def _numbers(text: str) -> Iterator[Passage]:
    """Personal numbers, telephone numbers and other long numbers among the groups of each run of digits."""
    for run in _DIGITS.finditer(text):
        groups = [(run.start() + g.start(), run.start() + g.end()) for g in _GROUP.finditer(run[0])]
        yield from _numbers_in(text, run.start(), groups)


def _numbers_in(text: str, start: int, groups: list[tuple[int, int]]) -> Iterator[Passage]:
    lengths = [end - begin for begin, end in groups]
    international = _international(text, start, groups)
    at = 0
    if international:
        yield Passage(start, groups[international - 1][1], TELEPHONE)
        at = international
    while at < len(groups):
        taken, mark = _number_at(text, groups, lengths, at)
        if taken:
            yield Passage(groups[at][0], groups[at + taken - 1][1], mark)
        at += max(taken, 1)


def _international(text: str, start: int, groups: list[tuple[int, int]]) -> int:
    """How many groups a number with a country code (+47, 0047, 47 and eight digits) takes; 0 when it is none."""
    digits = "".join(text[begin:end] for begin, end in groups[: _LONGEST_ABROAD + 2])
    prefix = "+" if text[start] in "(+" else "00" if digits.startswith("00") else ""
    abroad = digits.removeprefix("00") if prefix == "00" else digits
    norwegian = abroad.startswith(_COUNTRY)
    if not prefix and not (
        norwegian and len(digits) == len(_COUNTRY) + 8 and groups[0][1] - groups[0][0] == 2
    ):
        return 0
    wanted = len(_COUNTRY) + 8 if norwegian else _LONGEST_ABROAD
    total = -2 if prefix == "00" else 0
    for taken, (begin, end) in enumerate(groups, start=1):
        total += end - begin
        if total >= wanted:
            return taken
    return len(groups) if total >= _SHORTEST_ABROAD else 0


def _number_at(text: str, groups: list[tuple[int, int]], lengths: list[int], at: int) -> tuple[int, str]:
    """How many groups from `at` make a number that is masked, and as what; 0 when none do."""
    for pattern in _PERSONAL_GROUPS:
        if tuple(lengths[at : at + len(pattern)]) == pattern:
            return len(pattern), PERSONAL_NUMBER
    for pattern in _TELEPHONE_GROUPS:
        taken = groups[at : at + len(pattern)]
        if tuple(lengths[at : at + len(pattern)]) == pattern and _may_be_telephone(text, taken):
            return len(pattern), TELEPHONE
    return (1, NUMBER) if lengths[at] > 8 else (0, "")


def _may_be_telephone(text: str, groups: list[tuple[int, int]]) -> bool:
    """False for 08.00–15.30 (unlike separators), 2024–2025 (two years) and 10 000 000 (a round sum)."""
    gaps = {text[left[1] : right[0]] for left, right in pairwise(groups)}
    parts = [text[begin:end] for begin, end in groups]
    years = len(parts) == 2 and all(len(part) == 4 and part[:2] in {"19", "20"} for part in parts)
    round_sum = len(parts) == 3 and parts[1:] == ["000", "000"]
    return len(gaps) <= 1 and not years and not round_sum
