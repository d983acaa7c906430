"""The quick run leaves out what tests/quick.py names, and what it names is there."""

from pathlib import Path

from tests.quick import LEFT_OUT

ROOT = Path(__file__).parents[2]


def test_what_the_quick_run_leaves_out_is_there() -> None:
    assert [name for name in LEFT_OUT if not (ROOT / name).exists()] == []
