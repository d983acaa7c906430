"""The picture and the table in docs/architecture.md are those of the source."""

import importlib.util
from itertools import combinations
from pathlib import Path
from types import ModuleType

import grimp
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


def _importing_each_other(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Folders beside each other, at any depth, of which each imports the other."""
    folders = [module for module in graph.modules if graph.find_children(module)]
    found = []
    for folder in folders:
        inner = sorted(child for child in graph.find_children(folder) if graph.find_children(child))
        for one, other in combinations(inner, 2):
            ways = (
                graph.find_shortest_chains(one, other, as_packages=True),
                graph.find_shortest_chains(other, one, as_packages=True),
            )
            if all(any(len(chain) == 2 for chain in chains) for chains in ways):
                found.append((one, other))
    return found


def test_no_two_folders_import_each_other() -> None:
    graph = grimp.build_graph("surveys", "analysis", "questionnaires", cache_dir=None)
    assert _importing_each_other(graph) == []
    back = ("surveys.release.history.models", "surveys.release.comparisons.comparing")
    graph.add_import(importer=back[0], imported=back[1])
    assert _importing_each_other(graph) == [("surveys.release.comparisons", "surveys.release.history")]
