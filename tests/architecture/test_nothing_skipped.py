"""A test that is skipped because something is missing protects nothing, and nobody notices."""

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
WAYS_TO_SKIP = {"skip", "skipif", "importorskip", "xfail", "SkipTest", "skipTest", "skipUnless", "skipIf"}


def _skips(source: str) -> list[int]:
    """The lines that would skip a test, or let it fail."""
    named = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute | ast.Name))
    return sorted(
        node.lineno
        for node in named
        if (node.attr if isinstance(node, ast.Attribute) else node.id) in WAYS_TO_SKIP
    )


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = {
        str(file.relative_to(TESTS)): lines
        for file in sorted(TESTS.rglob("*.py"))
        if (lines := _skips(file.read_text()))
    }
    assert found == {}


def test_a_skip_is_found() -> None:
    assert _skips("import pytest\npytest.skip('no')\n@pytest.mark.skipif(True)\ndef f(): ...\n") == [2, 3]
