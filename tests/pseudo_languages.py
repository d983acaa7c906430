"""Two languages that nobody speaks, made of bokmål: one that is read from right to left, one with long words.

They take the codes of two that we have no texts in, since dates, months and the direction of a language are looked up
by its code.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path
from typing import Any, Final

import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from surveys.platform.localisation import DOMAINS

RIGHT_TO_LEFT: Final = "he"
LONG: Final = "fi"

_CATALOGUES = Path(__file__).parents[1] / "translations"
# What stands in a text for a value: it stays as it is.
_PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%|#)")
_LATIN = "abcdefghijklmnopqrstuvwxyzæøå"
_HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןףאבגד"
_LETTERS = str.maketrans(_LATIN + _LATIN.upper(), _HEBREW * 2)


def right_to_left(text: str) -> str:
    """Each letter is a Hebrew one."""
    return _between_placeholders(text, lambda part: part.translate(_LETTERS))


def lengthened(text: str) -> str:
    """Each word is 40 % longer, so the longest words are longer than any in Norwegian."""
    return _between_placeholders(text, lambda part: re.sub(r"[^\W\d]+", _longer, part))


PSEUDO: Final[Mapping[str, Callable[[str], str]]] = {RIGHT_TO_LEFT: right_to_left, LONG: lengthened}


def with_pseudo_languages(source: bytes) -> bytes:
    """The questionnaire in the pseudo-languages too, after its own."""
    tree = yaml.load(source, yaml.CSafeLoader)
    tree["languages"] += list(PSEUDO)
    return yaml.safe_dump(_translated(tree), allow_unicode=True, sort_keys=False).encode()


def write_catalogues(folder: Path) -> None:
    """The words of our own pages, as compiled catalogues beside those of real languages."""
    shutil.copytree(_CATALOGUES / "nn", folder / "nn")
    shutil.copytree(_CATALOGUES / "en", folder / "en")
    for domain in DOMAINS:
        _write_catalogues(folder, domain)


def _write_catalogues(folder: Path, domain: str) -> None:
    with (_CATALOGUES / "nn" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        known = read_po(file)
    for code, pseudo in PSEUDO.items():
        catalogue = Catalog(locale=code)
        for message in known:
            if not message.id:
                continue
            if isinstance(message.id, str):
                catalogue.add(message.id, pseudo(message.id), context=message.context)
            else:
                one, many = map(pseudo, message.id)
                catalogue.add(
                    message.id, (one, *[many] * (catalogue.num_plurals - 1)), context=message.context
                )
        target = folder / code / "LC_MESSAGES" / f"{domain}.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, catalogue)


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(one) for one in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("nb"), str):
        return node | {code: pseudo(node["nb"]) for code, pseudo in PSEUDO.items()}
    return {key: _translated(value) for key, value in node.items()}


def _between_placeholders(text: str, change: Callable[[str], str]) -> str:
    parts = _PLACEHOLDER.split(text)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def _longer(word: re.Match[str]) -> str:
    return word.group() + word.group()[: ceil(0.4 * len(word.group()))].lower()
