"""A promise without a test is not a promise: what docs/threat-model.md names must be there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threat-model.md").read_text()))
    sources = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)", sources)) | {
        file.stem for file in (ROOT / "tests").rglob("test_*.py")
    }
    assert named - there == set()
    assert len(named) > 40


def test_every_file_of_tests_that_the_threat_model_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+(?:\.py|/))`", (ROOT / "docs" / "threat-model.md").read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert named
