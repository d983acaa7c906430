"""Three small instruments: only what is required, everything but routing, every kind of question with routing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from questionnaires.loading import parse
from questionnaires.model import Questionnaire

EXAMPLES = Path(__file__).parent / "examples"

Edit = Callable[..., bytes]


@pytest.fixture(scope="session")
def full_source() -> bytes:
    return (EXAMPLES / "full.yaml").read_bytes()


@pytest.fixture(scope="session")
def minimal_source() -> bytes:
    return (EXAMPLES / "minimal.yaml").read_bytes()


@pytest.fixture(scope="session")
def full(full_source: bytes) -> Questionnaire:
    return parse(full_source, "full.yaml")


@pytest.fixture(scope="session")
def minimal(minimal_source: bytes) -> Questionnaire:
    return parse(minimal_source, "minimal.yaml")


@pytest.fixture(scope="session")
def routed_source() -> bytes:
    return (EXAMPLES / "routed.yaml").read_bytes()


@pytest.fixture(scope="session")
def routed(routed_source: bytes) -> Questionnaire:
    return parse(routed_source, "routed.yaml")


@pytest.fixture(scope="session")
def kinds() -> Questionnaire:
    """One question of each kind, its key the kind's name."""
    return parse((EXAMPLES / "kinds.yaml").read_bytes(), "kinds.yaml")


@pytest.fixture(scope="session")
def edited(full_source: bytes) -> Edit:
    """The full example with pieces replaced; each old piece must stand there exactly once."""
    return _edits_of(full_source)


@pytest.fixture(scope="session")
def rerouted(routed_source: bytes) -> Edit:
    """The routed example with pieces replaced, in the same way."""
    return _edits_of(routed_source)


def _edits_of(source: bytes) -> Edit:
    def edit(*changes: tuple[str, str]) -> bytes:
        text = source.decode()
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        return text.encode()

    return edit
