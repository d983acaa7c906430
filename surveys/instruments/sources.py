"""A questionnaire by key, by version or by file."""

from dataclasses import dataclass
from pathlib import Path

from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.platform.texts import _


@dataclass(frozen=True)
class Source:
    """A questionnaire to read a file by: the model and the text it was read from."""

    questionnaire: Questionnaire
    text: bytes


class QuestionnaireNotFoundError(Exception):
    """No such questionnaire; the message names those there are."""


def find_questionnaire(wanted: str) -> Source:
    """A questionnaire by key («lederklima»: the newest version), key@version, or the path of a YAML file.

    Raises QuestionnaireNotFoundError, or DefinitionError when the file cannot be used.
    """
    path = Path(wanted)
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise QuestionnaireNotFoundError(_("Filen «%(wanted)s» finnes ikke.", wanted=wanted))
        text = path.read_bytes()
        return Source(loading.parse(text, wanted), text)
    key, _at, version = wanted.partition("@")
    found = {int(p.stem[1:]): p for p in loading.available() if p.parent.name == key}
    chosen = int(version) if version.isdecimal() else max(found, default=0)
    if chosen not in found or (version and not version.isdecimal()):
        known = ", ".join(f"{path.parent.name}@{path.stem[1:]}" for path in loading.available())
        raise QuestionnaireNotFoundError(
            _(
                "Det finnes ikke noe spørreskjema «%(wanted)s». Disse finnes: %(known)s.",
                wanted=wanted,
                known=known,
            )
        )
    return Source(loading.builtin(key, chosen), found[chosen].read_bytes())
