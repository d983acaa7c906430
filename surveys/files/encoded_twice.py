"""Text that was saved in the wrong encoding on its way here: «PÃ¥l» is mended to «Pål», «P\ufffdl» is refused.

UTF-8 that was read as another encoding has two signs for each letter. ftfy, which knows the most encodings, leaves a
single letter among others alone, since it must not harm ordinary text. Names have just those, so the pairs that letters
become are mended by a table first: none of them is written on purpose in any language.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from analysis.shown_cells import FormulaText
from surveys.files.report import ImportFault, lines_in_words
from surveys.platform.texts import _

_CODECS: Final = ("cp1252", "latin-1", "mac_roman", "cp850", "cp437", "cp1250", "iso8859-15")
"""What UTF-8 is taken for by spreadsheets and old systems on Windows, Mac and DOS."""

_OURS: Final = frozenset("æøåÆØÅ")
# What the first byte of a letter in UTF-8 looks like in these, and then anything that is not ASCII.
_SUSPECT: Final = re.compile("[ÂÃÄÅâĂĹ√¬ƒ├┬┼─≈Γ‚][^\x00-\x7f]")
# Signs of it that no name and no heading has.
_LEFT: Final = re.compile("[\x80-\x9f]|[√├┬┼≈ΓÃĂ][^\x00-\x7f]|‚[àâ]|[ÄĹ][ŠŚŽ·¸¹º²³±°]|ÅÅ\xa0|ƒå")
# What may be meant: «NÅ…» is two letters and three dots, and not a letter of Latvian.
_MAY_BE_MEANT: Final = re.compile("(?:[\x00-\x7f]|[ÅÄÂ][…–—‘’“”«»•·])*")
_LOST: Final = "\ufffd"
_MOST_TIMES: Final = 4
_AFTER_LATIN: Final = 0x180  # letters of European languages, Sámi among them, come before it


class LettersLostError(ValueError):
    """Letters were replaced by «\ufffd»: nobody can tell which they were."""


class EncodedTwiceError(ValueError):
    """The text was read in the wrong encoding, and cannot be read back."""


def mended_text(text: str) -> str:
    """The text as it was meant, and composed («Å» as one sign). Raises LettersLostError and EncodedTwiceError.

    >>> mended_text("PÃ¥l BjÃ¸rnsen"), mended_text("√Öse"), mended_text("Åse Sæther")
    ('Pål Bjørnsen', 'Åse', 'Åse Sæther')
    """
    if text.isascii():
        return text
    if _LOST in text:
        raise LettersLostError
    if _SUSPECT.search(text):
        text = _read_back(text)
    return unicodedata.normalize("NFC", text)


def _read_back(text: str) -> str:
    # Only text with such signs needs it.
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    for _time in range(_MOST_TIMES):
        before, text = text, _whole_mended(text) or fix_encoding(_pairs_mended(text))
        if text == before:
            break
    if is_bad(text) or _LEFT.search(text):
        raise EncodedTwiceError
    return text


def _whole_mended(text: str) -> str:
    """The text when all of it is UTF-8 that was read in one of the encodings; else nothing."""
    if _MAY_BE_MEANT.fullmatch(text):
        return ""
    found = [meant for codec in _CODECS if (meant := _read_as_utf8(text, codec))]
    return max(found, key=lambda meant: sum(letter in _OURS for letter in meant), default="")


def _read_as_utf8(text: str, codec: str) -> str:
    try:
        meant = text.encode(codec).decode()
    except UnicodeError:
        return ""
    signs = (sign for sign in meant if not sign.isascii())
    return meant if all(ord(sign) < _AFTER_LATIN or _SUSPECT.search(meant) for sign in signs) else ""


def _pairs_mended(text: str) -> str:
    letters = _letters()
    return re.sub(
        "[" + re.escape("".join({pair[0] for pair in letters})) + "][^\x00-\x7f]",
        lambda found: letters.get(found[0], found[0]),
        text,
    )


@cache
def _letters() -> dict[str, str]:
    """What each letter becomes → the letter. Where two become the same, it is the Norwegian one."""
    found: dict[str, str] = {}
    for codec in _CODECS:
        for letter in map(chr, range(0x80, 0x100)):
            try:
                pair = letter.encode().decode(codec)
            except UnicodeDecodeError:
                continue
            if pair not in found or (letter in _OURS and found[pair] not in _OURS):
                found[pair] = letter
    return found


class Mender:
    """Mends the cells of one table. notes: what was mended. faults: what could not be."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = headings
        self._mended: list[int] = []
        self._example = ""
        self.faults: list[ImportFault] = []

    def mended(self, line: int, cells: tuple[str, ...]) -> tuple[str, ...]:
        text = "\n".join(cells)
        if text.isascii() or (
            _LOST not in text and not _SUSPECT.search(text) and unicodedata.is_normalized("NFC", text)
        ):
            return cells
        return tuple(self._cell(line, index, cell) for index, cell in enumerate(cells))

    @property
    def notes(self) -> Iterator[str]:
        if self._mended:
            lines = lines_in_words(sorted(set(self._mended)))
            yield _(
                "Teksten på linje %(lines)s var kodet to ganger og er rettet (%(example)s).",
                lines=lines,
                example=self._example,
            )

    def _cell(self, line: int, index: int, cell: str) -> str:
        if isinstance(cell, FormulaText):
            return cell
        try:
            text = mended_text(cell)
        except (LettersLostError, EncodedTwiceError) as problem:
            lost = isinstance(problem, LettersLostError)
            words = lost_words() if lost else unreadable_words(cell)
            cause = "lost" if lost else "encoded twice"
            self.faults.append(ImportFault(words, line, self._headings[index], cause=cause))
            return cell
        if text != unicodedata.normalize("NFC", cell):
            self._mended.append(line)
            self._example = self._example or f"«{cell}» → «{text}»"
        return text


def lost_words() -> str:
    return _("Bokstaver er gått tapt (\ufffd). Hent filen på nytt, og lagre den som CSV (UTF-8) eller XLSX.")


def unreadable_words(text: str) -> str:
    return _(
        "Teksten «%(text)s» er kodet to ganger og kan ikke rettes. Lagre filen på nytt som CSV (UTF-8).",
        text=text,
    )


def fault_of_name(text: str) -> str:
    """What is wrong with a name that somebody typed or pasted, with what was meant; nothing when all is well."""
    try:
        meant = mended_text(text)
    except (LettersLostError, EncodedTwiceError):
        return _("«%(text)s» har tegn som ikke kan leses. Skriv det på nytt.", text=text)
    if meant == unicodedata.normalize("NFC", text):
        return ""
    return _("«%(text)s» har feil tegn. Skriv det som det skal være: «%(meant)s».", text=text, meant=meant)


def readable_name(text: str) -> str:
    """The name as it was meant; nothing when that cannot be told. For names that no person is there to write anew."""
    try:
        return mended_text(text)
    except (LettersLostError, EncodedTwiceError):
        return ""
