"""Which tests run on which database: pages on SQLite with each input, on PostgreSQL where something new is asked."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

LEFT_OUT: Final = Path(__file__).with_name("left_out_on_postgresql.txt")
"""Page tests, without their parameters, that send PostgreSQL nothing that no other sends: by `make statement-cover`."""

ON_ONE = "tests/web/"
"""Tests of pages. Those of promises, faults and the database itself run with each input on both databases."""


def repeated_on_postgresql(items: Iterable[pytest.Item], *, whole: bool = False) -> set[pytest.Item]:
    """What is not asked of PostgreSQL: page tests that send it nothing of their own, and all but one input of others.

    The one is the first by name, so that a random order leaves out the same. whole: leave out repeated inputs alone.
    """
    asked: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.nodeid.startswith(ON_ONE) and _is_on_postgresql(item):
            asked.setdefault(item.nodeid.partition("[")[0], []).append(item)
    covered = frozenset() if whole else frozenset(LEFT_OUT.read_text().split())
    return {
        item
        for name, same in asked.items()
        for item in (same if name in covered else sorted(same, key=lambda item: item.nodeid)[1:])
    }


def _is_on_postgresql(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return parameters is not None and parameters.params.get("settings") == "postgresql"
