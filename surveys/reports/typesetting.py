"""Documents on paper: a template of ours and its content as data become a PDF that screen readers can use (PDF/UA-1).

The content reaches the template as JSON and is shown as text. It is never a part of the template, so nothing that a
person has written can be a command to the typesetter. The fonts are our own, so every machine makes the same document.
"""

import datetime as dt
import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from surveys.platform.site_files import site_files

if TYPE_CHECKING:
    from typst import Compiler

_SAME: Final = {ord("\N{NARROW NO-BREAK SPACE}"): "\N{NO-BREAK SPACE}", ord("\N{NON-BREAKING HYPHEN}"): "-"}
_UNKNOWN: Final = "?"


def typeset(template: str, content: Mapping[str, Any], day: dt.date) -> bytes:
    """The PDF of `templates/reports/<template>.typ` with this content. The same content and day give the same bytes.

    day: written into the file as the day it was made. Raises typst.TypstError when the template has a fault, or the
    document would break the standard.
    """
    return compiled(template, source_of(content), day)


def source_of(content: Mapping[str, Any]) -> str:
    """The content as the template reads it: JSON, in the letters that our fonts have."""
    return json.dumps(_printable(content), ensure_ascii=False, sort_keys=True)


def compiled(template: str, source: str, day: dt.date) -> bytes:
    """Typst's own part of `typeset`."""
    made = _compiler().compile(
        str(site_files() / "templates" / "reports" / f"{template}.typ"),
        format="pdf",
        sys_inputs={"content": source},
        pdf_standards=["ua-1"],
        timestamp=dt.datetime.combine(day, dt.time(12), dt.UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError(f"the typesetter gave {type(made).__name__}")
    return made


def printable_text(text: str) -> str:
    """The text in the letters that our fonts have: the standard allows no other, and a ? is put for the rest."""
    whole = unicodedata.normalize("NFC", text).translate(_SAME)
    known = _letters()
    if known.issuperset(whole):
        return whole
    kept = (
        letter if letter in known or letter == "\n" else _UNKNOWN
        for letter in whole
        if unicodedata.category(letter) not in {"Cf", "Mn"} or letter in known
    )
    return "".join(kept)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable_text(value)
    if isinstance(value, Mapping):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


@cache
def _letters() -> frozenset[str]:
    """What `static/bundle.py` put in the fonts."""
    folder = site_files() / "static" / "vendor" / "print"
    return frozenset((folder / "letters.txt").read_text(encoding="utf-8"))


@cache
def _compiler() -> "Compiler":
    """Made once in each process: it keeps the fonts."""
    from typst import Compiler, Fonts  # 12 MB that a process which prints nothing need not have

    fonts = Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(site_files() / "static" / "vendor" / "print")],
    )
    return Compiler(
        root=str(site_files() / "templates" / "reports"), font_paths=fonts, ignore_system_fonts=True
    )
