"""The quick run has what tests/quick.py names, and what it names is there."""

from pathlib import Path

from tests.quick import LEFT_OUT, QUICK_PAGES, is_quick_file

ROOT = Path(__file__).parents[2]


def test_what_is_named_is_there() -> None:
    assert [name for name in LEFT_OUT + QUICK_PAGES if not (ROOT / name).exists()] == []


def test_a_new_file_of_pure_functions_is_quick_and_one_of_pages_is_not() -> None:
    assert is_quick_file("tests/analysis/test_new.py")
    assert is_quick_file(QUICK_PAGES[0])
    assert not is_quick_file("tests/web/test_new.py")
    assert not is_quick_file("tests/web/new/test_new.py")
    assert not is_quick_file("tests/browser/test_new.py")
