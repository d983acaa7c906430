"""Which page tests need not be repeated on PostgreSQL: those that send it nothing that the others do not send.

`make statement-cover` runs every page test on PostgreSQL with this module as a plugin, notes the statements of each,
picks tests until every statement is sent, and writes the names of the others to `databases.LEFT_OUT`. A test that has
come since is not among them, and is asked of both databases. docs/decisions/068 gives the reasons.
"""

import json
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, event

from tests.databases import LEFT_OUT

# What differs from run to run or by the number of values, and not by what is asked.
_VALUES: Final = re.compile(r"\((?:\s*%\([^)]+\)s(?:::[A-Z ]+)?\s*,?)+\)")
_NUMBERS: Final = re.compile(r"_\d+(_\d+)*\b")
_OWN_DATABASE: Final = re.compile(r"\bDATABASE t[0-9a-f]{32}\b")

_sent: set[str] = set()


def shape(statement: str, values: Any) -> str:
    """A statement without what varies, and the types of its values."""
    first = values[0] if isinstance(values, list | tuple) and values else values
    types = {type(value).__name__ for value in first.values()} if isinstance(first, Mapping) else set()
    return f"{_NUMBERS.sub('', _VALUES.sub('(…)', statement))} | {','.join(sorted(types))}"


def cover(sent: Mapping[str, Collection[str]]) -> set[str]:
    """Tests that together send every statement: again and again the one that sends the most not yet sent."""
    missing = {statement for statements in sent.values() for statement in statements}
    chosen: set[str] = set()
    while missing:
        best = max(sorted(sent), key=lambda name: len(missing.intersection(sent[name])))
        chosen.add(best)
        missing.difference_update(sent[best])
    return chosen


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
    if connection.dialect.name == "postgresql" and not _OWN_DATABASE.search(statement):
        _sent.add(shape(statement, values))


@event.listens_for(Engine, "handle_error")
def _note_refusal(context: Any) -> None:
    """What PostgreSQL refuses is another thing that is asked: the same statement with a number too large for it."""
    if context.dialect.name == "postgresql":
        _sent.add(f"{type(context.original_exception).__name__}: {shape(str(context.statement), None)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _sent.clear()
    ended = yield
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Path(os.environ["STATEMENTS_FOLDER"], f"{worker}.jsonl").open("a") as file:
        file.write(json.dumps([item.nodeid, sorted(_sent)]) + "\n")
    return ended


def _recorded(files: Iterable[Path]) -> dict[str, set[str]]:
    """Test without its parameters → what it sent."""
    found: dict[str, set[str]] = {}
    for file in files:
        for line in file.read_text().splitlines():
            name, statements = json.loads(line)
            found.setdefault(name.partition("[")[0], set()).update(statements)
    return found


def main() -> None:
    """Writes `LEFT_OUT` from what was noted in the folder that is named."""
    sent = _recorded(Path(sys.argv[1]).glob("*.jsonl"))
    others = sorted(sent.keys() - cover(sent))
    LEFT_OUT.write_text("\n".join(others) + "\n")
    sys.stdout.write(f"{len(sent)} tests, {len(others)} of them left out on PostgreSQL\n")


if __name__ == "__main__":
    main()
