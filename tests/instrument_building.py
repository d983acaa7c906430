"""Builders of questionnaire versions: the small instrument's second version, and what it is compared with."""

from questionnaires import loading
from questionnaires.model import Questionnaire
from tests.building import SMALL_SOURCE

# TRI goes on past a new wording, ROL has another scale, SPN is out, and VEK is new.
SECOND_SOURCE = (
    SMALL_SOURCE.decode()
    .replace("version: 1", "version: 2")
    .replace("nb: Jeg trives på jobb., nn", "nb: Jeg trives godt på jobb., nn")
    .replace("      4: {nb: Alltid, nn: Alltid, en: Always}\n", "")
    .replace("  SPN:\n", "  VEK:\n")
    .replace("[SPN]", "[VEK]")
    .replace("{key: SPN0", "{key: VEK0")
    .replace("nb: Målene mine er klare., nn", "nb: Målene mine er klare for meg., nn")
    + "compares_with:\n  - {key: liten, version: 1, factors: [TRI, ROL]}\n"
).encode()
SECOND: Questionnaire = loading.parse(SECOND_SOURCE, "v2.yaml")


def edited(*changes: tuple[str, str], source: bytes = SECOND_SOURCE) -> tuple[Questionnaire, bytes]:
    """The second version with these texts replaced. Each must be there: a typo is no edit."""
    text = source.decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return loading.parse(text.encode(), "edited.yaml"), text.encode()
