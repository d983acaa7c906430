"""Questionnaire file → model.

`parse` and `load` check everything first and raise one DefinitionError with every fault. `parse_trusted` is
for text that was checked before: a file that comes with the product (`builtin`), or a version frozen when a
survey took it in use. It does not load the JSON schema library, so a web process stays light.
"""

from functools import lru_cache
from pathlib import Path

from questionnaires.building import questionnaire_of
from questionnaires.faults import DefinitionError, DefinitionFault
from questionnaires.files import DEFINITIONS, available, definition_path, fingerprint
from questionnaires.model import Questionnaire
from questionnaires.source import read_bytes, read_document

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
