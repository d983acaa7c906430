"""A library of ideas for actions, by theme, in our own words: data files beside this module."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from questionnaires.source import read_bytes, read_document

_FOLDER: Final = Path(__file__).parent
FILES: Final = ("medarbeider", "brukere")
EMPLOYEES: Final = frozenset({"medarbeider", "psykososialt", "lederklima"})
"""Questionnaires that employees answer: ideas for «every questionnaire» are about users."""

Words = Mapping[str, str]
"""Language → text."""


@dataclass(frozen=True)
class ActionIdea:
    """what, sign: what the form is filled with. guide: how to do it, for those that need one."""

    key: str
    what: Words
    sign: Words
    guide: Words | None = None


@dataclass(frozen=True)
class ThemeIdeas:
    """themes: «questionnaire:factor», with «*» for every questionnaire of users. basis: the thinking behind."""

    themes: tuple[str, ...]
    basis: Words
    ideas: tuple[ActionIdea, ...]


@cache
def all_ideas() -> Sequence[ThemeIdeas]:
    """Read once: the files are part of the product, and a test checks every text of them."""
    return tuple(each for name in FILES for each in _read(_FOLDER / f"{name}.yaml"))


def ideas_for(instrument: str, factor: str) -> ThemeIdeas | None:
    """Those of the theme: the questionnaire's own before those for every questionnaire of users."""
    wanted = [f"{instrument}:{factor}", *(() if instrument in EMPLOYEES else (f"*:{factor}",))]
    found = (each for theme in wanted for each in all_ideas() if theme in each.themes)
    return next(found, None)


def _read(file: Path) -> list[ThemeIdeas]:
    blocks: Any = read_document(read_bytes(file), file.name).value
    return [
        ThemeIdeas(
            tuple(block["themes"]),
            block["basis"],
            tuple(
                ActionIdea(each["key"], each["what"], each["sign"], each.get("guide"))
                for each in block["ideas"]
            ),
        )
        for block in blocks
    ]
