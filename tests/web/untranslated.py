"""Bokmål in the code that goes past gettext, found by reading the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

MARKS: Final = frozenset({"_", "_l", "N_", "ngettext", "pgettext"})
# What these take is data or is read by those who run the service: logs, names of columns, patterns, constraints.
NOT_SHOWN: Final = frozenset(
    {
        *("ImportColumn", "CheckConstraint", "compile"),
        *("debug", "info", "warning", "error", "exception", "critical"),
    }
)

_NORWEGIAN: Final = re.compile(
    r"[æøåÆØÅ«»]|\b(er|ikke|og|må|som|til|kan|har|det|av|på|fra|med|ingen|finnes|mangler|eller|skal|blir|ble|et|en)\b"
)
_SENTENCE: Final = re.compile(r"[A-ZÆØÅ«…].* .*[a-zæøå»…)][.!?]\s*", re.DOTALL)


def untranslated(source: str) -> list[tuple[int, str]]:
    """Line and text of every Norwegian phrase of two words or more that no page can translate."""
    return [(line, text) for line, text in _phrases(ast.parse(source), shown=True) if _is_norwegian(text)]


def marks_in_f_strings(source: str) -> list[int]:
    """Lines of the texts marked inside an f-string, where the extraction does not look."""
    return [
        call.lineno
        for string in ast.walk(ast.parse(source))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and _name(call.func) in MARKS
    ]


def _is_norwegian(text: str) -> bool:
    """Also a sentence without any of the words: English ones end without a full stop here, for programmers."""
    if " " not in text.strip() or not re.search(r"[a-zæøå]{2}", text):
        return False
    return bool(_NORWEGIAN.search(text) or _SENTENCE.fullmatch(text))


def _phrases(node: ast.AST, *, shown: bool) -> Iterator[tuple[int, str]]:
    """The strings below the node, without docstrings; an f-string is one, with «…» for each value."""
    if isinstance(node, ast.Call) and _name(node.func) in MARKS | NOT_SHOWN:
        shown = False
    if isinstance(node, ast.JoinedStr):
        if shown:
            yield node.lineno, "".join(_part(part) for part in node.values)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _phrases(part.value, shown=shown)
    elif isinstance(node, ast.Constant):
        if shown and isinstance(node.value, str):
            yield node.lineno, node.value
    else:
        for child in ast.iter_child_nodes(node):
            is_docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if not is_docstring:
                yield from _phrases(child, shown=shown)


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "…"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
