"""Finds names of `surveys.counting` where no page may have them, however they came there.

`lint-imports` sees which module is imported, not what is taken from it: `from surveys.release.placing import Response`
is an import of `surveys.release` to it.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType

PRIVATE = "surveys.counting"
READERS = (PRIVATE, "surveys.release", "surveys.publishing")
"""The packages that may read opened answers."""


def within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@dataclass(frozen=True)
class Source:
    """A module as it is written."""

    name: str
    file: Path
    tree: ast.Module

    def with_lines(self, lines: str) -> "Source":
        """The same module with more at its end."""
        more = ast.parse(lines).body
        return replace(self, tree=ast.Module([*self.tree.body, *more], self.tree.type_ignores))

    @cached_property
    def imports(self) -> list[tuple[str, str, str]]:
        """Every `from module import name as bound`, at the top or in a function."""
        return [
            (node.module, alias.name, alias.asname or alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        ]

    @cached_property
    def attributes(self) -> set[tuple[str, str]]:
        """Every `module.name` where the first part is a module that was imported, written out in full."""
        modules = {bound: f"{module}.{name}" for module, name, bound in self.imports}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                modules |= {alias.asname: alias.name for alias in node.names if alias.asname}
        owned = [node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)]
        return {(modules.get(owner, owner), node.attr) for node in owned if (owner := _written(node.value))}


def _written(owner: ast.expr) -> str:
    """`a.b.c` as it is written, and nothing for what is no such chain of names."""
    if isinstance(owner, ast.Name):
        return owner.id
    if isinstance(owner, ast.Attribute) and (above := _written(owner.value)):
        return f"{above}.{owner.attr}"
    return ""


def sources(root: Path) -> dict[str, Source]:
    """Every module of `surveys` in the folder, by name."""
    found = {}
    for file in sorted((root / "surveys").rglob("*.py")):
        name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[name] = Source(name, file.relative_to(root), ast.parse(file.read_text(encoding="utf-8")))
    return found


def private_names(modules: Mapping[str, Source]) -> set[tuple[str, str]]:
    """(module, name) for every name of counting that a reader's module has, also by way of another reader."""
    readers = [source for name, source in modules.items() if within(name, READERS[1:])]
    found: set[tuple[str, str]] = set()
    while True:
        more = {
            (source.name, bound)
            for source in readers
            for module, name, bound in source.imports
            if within(module, [PRIVATE]) or within(f"{module}.{name}", [PRIVATE]) or (module, name) in found
        }
        if more <= found:
            return found
        found |= more


def handed_on(modules: Mapping[str, Source], allowed: Iterable[str]) -> Iterator[str]:
    """«file: module.name» for every private name that a module outside the readers takes from one of them."""
    private = private_names(modules)
    holders = {module for module, _ in private}
    for source in modules.values():
        if within(source.name, (*READERS, *allowed)):
            continue
        taken = {(module, name) for module, name, _ in source.imports} | source.attributes
        for module, name in sorted(taken):
            if (module, name) in private or (name == "*" and module in holders):
                yield f"{source.file}: {module}.{name}"


def private_attributes(module: ModuleType) -> Iterator[str]:
    """The names of the module's attributes that are defined in counting, or are one of its modules."""
    for name, value in vars(module).items():
        home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(home, str) and within(home, [PRIVATE]):
            yield name
