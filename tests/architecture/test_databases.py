"""Which page tests PostgreSQL is asked: those that send it something that no other sends, and all that are new."""

import ast
from pathlib import Path

import pytest

from tests.databases import LEFT_OUT, ON_ONE
from tests.statement_cover import cover, shape


def test_every_statement_is_sent_by_a_test_that_is_chosen() -> None:
    sent = {"a": {"1"}, "b": {"1", "2", "3"}, "c": {"3", "4"}, "d": {"2"}}
    assert cover(sent) == {"b", "c"}
    assert cover({}) == set()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("IN (%(a_1)s, %(a_2)s)", "IN (%(a_1)s)", True),
        ("WHERE anon_1.x = %(x_1)s", "WHERE anon_2.x = %(x_2)s", True),
        ("SELECT a", "SELECT b", False),
    ],
)
def test_statements_are_alike_when_only_how_many_values_there_are_differs(
    one: str, other: str, same: bool
) -> None:
    assert (shape(one, {}) == shape(other, {})) is same


def test_another_type_of_value_is_another_statement() -> None:
    assert shape("a = %(x)s", {"x": 1}) != shape("a = %(x)s", {"x": "1"})


def test_what_is_left_out_exists() -> None:
    """A name that is gone would leave out a new test that is called the same."""
    names = LEFT_OUT.read_text().split()
    assert names
    files = {name.partition("::")[0] for name in names}
    assert all(file.startswith(ON_ONE) for file in files)
    known = {f"{file}::{name}" for file in files for name in _tests_in(file)}
    assert sorted(set(names) - known) == []


def _tests_in(file: str) -> set[str]:
    """«test_x» and «TestY::test_z»."""
    tree = ast.parse(Path(file).read_text())
    inside = {
        f"{group.name}::{test.name}"
        for group in tree.body
        if isinstance(group, ast.ClassDef)
        for test in group.body
        if isinstance(test, ast.FunctionDef)
    }
    return inside | {test.name for test in tree.body if isinstance(test, ast.FunctionDef)}
