"""Periods as SSB, payroll systems and people write them: 2024K1, 2024M05, T1, «1. tertial», «januar 2024»."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from surveys.platform.texts import _
from surveys.scorecards.frequencies import Frequency

_LETTERS: Final = {
    "t": Frequency.TERTIAL,
    "k": Frequency.QUARTER,
    "q": Frequency.QUARTER,
    "m": Frequency.MONTH,
}
_WORDS: Final = {
    **dict.fromkeys(("tertial", "trimester"), Frequency.TERTIAL),
    **dict.fromkeys(("kvartal", "kv", "quarter"), Frequency.QUARTER),
    **dict.fromkeys(("måned", "månad", "mnd", "month"), Frequency.MONTH),
}
_MONTHS: Final = (
    ("januar", "january", "jan"), ("februar", "february", "feb"), ("mars", "march", "mar"), ("april", "apr"),
    ("mai", "may"), ("juni", "june", "jun"), ("juli", "july", "jul"), ("august", "aug"),
    ("september", "sep", "sept"), ("oktober", "october", "okt", "oct"), ("november", "nov"),
    ("desember", "december", "des", "dec"),
)  # fmt: skip
_MONTH_NUMBERS: Final = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_YEAR: Final = r"(?P<year>\d{4})"
_PART: Final = r"0?(?P<part>\d{1,2})"
_LETTER: Final = r"(?P<letter>[tkqm])"
_WORD: Final = rf"(?P<word>{'|'.join(_WORDS)})"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        _YEAR,
        _PART,
        rf"{_YEAR}[ /-]?{_LETTER}[ .]?{_PART}",
        rf"{_LETTER}[ .]?{_PART}([ /-]?{_YEAR})?",
        rf"{_PART}\.? ?{_WORD}\.?,? ?({_YEAR})?",
        rf"{_WORD}\.? {_PART},? ?({_YEAR})?",
        rf"{_YEAR},? {_PART}\.? ?{_WORD}",
        rf"(?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\.?[ -]?({_YEAR})?",
        rf"{_YEAR}[ -](?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\.?",
        # The first of a month is what a spreadsheet makes of «mai 2024».
        rf"{_YEAR}-(?P<day_month>\d{{2}})(-01)?",
        rf"(01\.)?(?P<day_month>\d{{2}})\.{_YEAR}",
    )
)


class WrittenPeriodError(ValueError):
    """A period that is not understood, and why."""


@dataclass(frozen=True)
class WrittenPeriod:
    """What was written. None: it does not say. `frequency`: of what kind the part is."""

    year: int | None = None
    part: int | None = None
    frequency: Frequency | None = None


def read_period(*texts: str) -> WrittenPeriod:
    """The period that the cells say together, however they share it. Raises WrittenPeriodError.

    >>> read_period("2024K1", "")
    WrittenPeriod(year=2024, part=1, frequency=<Frequency.QUARTER: 'quarter'>)
    >>> read_period("2024", "1. tertial").part, read_period("2024", "januar").part, read_period("2024").part
    (1, 1, None)
    """
    found = WrittenPeriod()
    for text in texts:
        if text.strip():
            found = _together(found, _read(text), texts)
    return found


def _together(one: WrittenPeriod, other: WrittenPeriod, texts: tuple[str, ...]) -> WrittenPeriod:
    pairs = ((one.year, other.year), (one.part, other.part), (one.frequency, other.frequency))
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        written = ", ".join(f"«{text}»" for text in texts if text)
        raise WrittenPeriodError(_("%(written)s er to forskjellige perioder.", written=written))
    return WrittenPeriod(
        one.year if other.year is None else other.year,
        one.part if other.part is None else other.part,
        one.frequency or other.frequency,
    )


@lru_cache(maxsize=4096)
def _read(text: str) -> WrittenPeriod:
    plain = " ".join(text.casefold().split())
    for form in _FORMS:
        if match := form.fullmatch(plain):
            return _period(match.groupdict())
    raise WrittenPeriodError(
        _(
            "Vi forstår ikke perioden «%(text)s». Skriv for eksempel 2, T2, 2024K1, 2024M05 eller «2. tertial».",
            text=text,
        )
    )


def _period(found: dict[str, str | None]) -> WrittenPeriod:
    year = int(found.get("year") or 0) or None
    if name := found.get("month"):
        return WrittenPeriod(year, _MONTH_NUMBERS[name], Frequency.MONTH)
    if number := found.get("day_month"):
        return WrittenPeriod(year, int(number), Frequency.MONTH)
    part = int(found["part"] or 0) if found.get("part") else None
    if letter := found.get("letter"):
        return WrittenPeriod(year, part, _LETTERS[letter])
    word = found.get("word")
    return WrittenPeriod(year, part, _WORDS[word] if word else None)
