"""Questionnaire file → model.

`parse` and `load` check everything first and raise one DefinitionError with every fault. `parse_trusted` is
for text that was checked before: a file that comes with the product (`builtin`), or a version frozen when a
survey took it in use. It does not load the JSON schema library, so a web process stays light.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from questionnaires.building import questionnaire_of
from questionnaires.faults import DefinitionError, DefinitionFault
from questionnaires.model import Questionnaire
from questionnaires.source import fingerprint, read_bytes, read_document

__all__ = [
    "DEFINITIONS",
    "DefinitionError",
    "available",
    "builtin",
    "definition_path",
    "fingerprint",
    "load",
    "parse",
    "parse_trusted",
]

DEFINITIONS: Final = Path(__file__).parent / "definitions"

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE: Final = re.compile(r"v([1-9][0-9]{0,3})\.yaml")


def parse(source: bytes, place: str) -> Questionnaire:
    """The questionnaire that the bytes define; `place` names them in faults.

    Raises DefinitionError with every fault found when any of them is an error.
    """
    from questionnaires.checking import document_faults

    document = read_document(source, place)
    faults = document_faults(document, place)
    if any(fault.severity == "error" for fault in faults):
        raise DefinitionError(faults)
    return questionnaire_of(document)


def parse_trusted(source: bytes, place: str) -> Questionnaire:
    """The questionnaire of a text that was checked when it was taken in; about four times as fast as `parse`.

    A text that is broken all the same is checked then: DefinitionError with every fault.
    """
    document = read_document(source, place)
    if document.faults:
        return parse(source, place)
    try:
        return questionnaire_of(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        return parse(source, place)


def load(path: Path) -> Questionnaire:
    """The questionnaire of a file. Raises DefinitionError with every fault when it cannot be used."""
    return parse(read_bytes(path), str(path))


def definition_path(key: str, version: int) -> Path:
    """Where the file of a built-in questionnaire lies, whether or not it exists.

    Raises ValueError for a key that is not in kebab-case: nothing outside the folder can be named.
    """
    if not _KEY.fullmatch(key) or version < 1:
        msg = f"not the name of a questionnaire: {key!r}, version {version}"
        raise ValueError(msg)
    return DEFINITIONS / key / f"v{version}.yaml"


@lru_cache(maxsize=64)
def builtin(key: str, version: int) -> Questionnaire:
    """A questionnaire that comes with the product, read once per process.

    Raises DefinitionError when it does not exist or is broken, ValueError when the key is not a key.
    """
    path = definition_path(key, version)
    questionnaire = parse_trusted(read_bytes(path), str(path))
    if (questionnaire.key, questionnaire.version) != (key, version):
        message = f"Filen sier {questionnaire.key} versjon {questionnaire.version}. Flytt den eller rett den."
        raise DefinitionError([DefinitionFault(str(path), "key", message)])
    return questionnaire


def available() -> tuple[Path, ...]:
    """The file of every built-in questionnaire, by key and then version."""
    found = [
        (path.parent.name, int(match[1]), path)
        for path in DEFINITIONS.glob("*/*.yaml")
        if (match := _FILE.fullmatch(path.name))
    ]
    return tuple(path for _, _, path in sorted(found))
