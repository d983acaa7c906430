"""Two small instruments: one with only what is required, one that uses everything the format has."""

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
def edited(full_source: bytes) -> Edit:
    """The full example with pieces replaced; each old piece must stand there exactly once."""

    def edit(*changes: tuple[str, str]) -> bytes:
        text = full_source.decode()
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
            text = text.replace(old, new)
        return text.encode()

    return edit
