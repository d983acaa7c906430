"""The picture and the table in docs/architecture.md are those of the source."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def house() -> ModuleType:
    """The program that draws the picture; `docs` is no package."""
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs" / "house.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_up_to_date(house: ModuleType) -> None:
    assert house.main(["check"]) == 0


def test_an_old_picture_is_found_and_drawn_again(
    house: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "architecture.md"
    page.write_text(house.PAGE.read_text().replace("    site --> hr\n", "    hr --> site\n"))
    monkeypatch.setattr(house, "PAGE", page)
    assert house.main(["check"]) == 1
    assert house.main([]) == 0
    assert house.main(["check"]) == 0


def test_every_storey_has_a_sentence(house: ModuleType) -> None:
    described = [line.split("`")[1] for line in house.PAGE.read_text().splitlines() if line.startswith("| `")]
    names = [name for row in house.storeys() for name in row]
    assert [name for name in described if name in names] == names
