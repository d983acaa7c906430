"""A wheel, built once, and the command it gives."""

from pathlib import Path

import pytest

from tests.architecture.wheel import build, copy_of_the_source, install


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = build(copy_of_the_source(tmp_path_factory.mktemp("source")), folder)
    assert built.returncode == 0, built.stderr
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def medvirk(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment with the wheel and our dependencies, but without the checkout."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "venv")
