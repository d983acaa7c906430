"""Draws the picture in `docs/architecture.md` from the imports and the storeys in `pyproject.toml`.

python docs/house.py          writes the picture
python docs/house.py check    ends with status 1 when the picture is out of date
"""

import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

from surveys.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGINNING, END = "<!-- house: made by docs/house.py -->\n", "<!-- /house -->"
LOWER = ("analysis", "questionnaires")

Arrows = Mapping[str, frozenset[str]]


def storeys() -> list[list[str]]:
    """The packages of each storey, from the roof down: those of `surveys`, then the pure ones."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in settings["contracts"] if each["name"].startswith("Storeys"))
    return [[name.strip() for name in layer.split("|")] for layer in layers] + [[name] for name in LOWER]


def imports(packages: Iterable[str]) -> Arrows:
    """Package → the packages it imports."""
    graph = grimp.build_graph("surveys", *LOWER, cache_dir=None)
    names = set(packages)
    for name in names:
        graph.squash_module(name)
    found = {name: frozenset(graph.find_modules_directly_imported_by(name) & names) for name in names}
    # The roof imports a package when its command is used, which no import statement shows.
    used = {f"surveys.{entry.where.partition('.')[0]}" for entry in COMMANDS.values()}
    return found | {"surveys.commands": found["surveys.commands"] | used}


def without_shortcuts(arrows: Arrows) -> Arrows:
    """The arrows that do not follow from others: a longer way down says as much."""

    def below(name: str) -> set[str]:
        return set().union(arrows[name], *(below(other) for other in arrows[name]))

    return {
        name: frozenset(target for target in targets if not any(target in below(o) for o in targets))
        for name, targets in arrows.items()
    }


def picture() -> str:
    """The house as a Mermaid drawing: one row a storey, an arrow for each import that no other arrow implies."""
    order = [name for row in storeys() for name in row]
    arrows = without_shortcuts(imports(order))
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"    {_short(name)}[{_short(name)}]" for name in order]
    for name in order:
        lines += [
            f"    {_short(name)} --> {_short(target)}" for target in sorted(arrows[name], key=order.index)
        ]
    return "\n".join([*lines, "    style counting stroke-width:4px,stroke-dasharray:6", "```", ""])


def _short(name: str) -> str:
    return name.removeprefix("surveys.")


def main(arguments: list[str]) -> int:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGINNING)
    _, _, after = rest.partition(END)
    drawn = before + BEGINNING + picture() + END + after
    if arguments == ["check"]:
        if drawn != page:
            sys.stderr.write("docs/architecture.md: the picture is out of date. Run «make house».\n")
        return int(drawn != page)
    PAGE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
