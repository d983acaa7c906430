"""Which tests run on which database: a test of a page asks PostgreSQL once, and SQLite with each of its inputs."""

from collections.abc import Iterable

import pytest

ON_ONE = "tests/web/"
"""Tests of pages. Those of promises, faults and the database itself run with each input on both databases."""


def repeated_on_postgresql(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """All but one of each page test's inputs on PostgreSQL: another input gives another answer, and the same SQL.

    The one is the first by name, so that a random order leaves out the same.
    """
    asked: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.nodeid.startswith(ON_ONE) and _is_on_postgresql(item):
            asked.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return {item for same in asked.values() for item in sorted(same, key=lambda item: item.nodeid)[1:]}


def _is_on_postgresql(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and parameters.params.get("settings") == "postgresql"
