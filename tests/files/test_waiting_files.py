"""Files that wait for their sender: whatever they are called, in their own folder, and nobody else's."""

import io
import os
import time
from pathlib import Path

import pytest

from surveys.files.report import FileRefusedError
from surveys.files.waiting_files import KEPT_SECONDS, WaitingFiles

SENDER, OTHER = 1, 2


@pytest.fixture
def files(tmp_path: Path) -> WaitingFiles:
    return WaitingFiles(tmp_path / "deep" / "files")


@pytest.mark.parametrize(
    "name",
    [
        "svar.csv",
        "fint.json",
        "fint.said",
        "..\\..\\x.JSON",
        "../../../etc/passwd",
        "uten",
        "",
        None,
        "æ/" * 300,
    ],
)
def test_a_file_is_found_by_its_sender_whatever_it_is_called(files: WaitingFiles, name: str | None) -> None:
    stored = files.store(SENDER, name, io.BytesIO(b'{"a": 1}'), {"kind": "people"})
    assert stored.path.parent == files.folder
    found = files.find(stored.token, SENDER)
    assert found == stored
    assert found is not None
    assert found.path.read_bytes() == b'{"a": 1}'
    assert not {"/", "\\"} & set(found.name)
    assert files.find(stored.token, OTHER) is None


def test_what_is_said_is_added_and_said_again_replaces(files: WaitingFiles) -> None:
    stored = files.store(SENDER, "svar.csv", io.BytesIO(b"x"), {"title": "A", "mapping": None})
    files.say(stored, {"mapping": {"unit": "Avdeling"}})
    found = files.find(stored.token, SENDER)
    assert found is not None
    assert found.said == {"title": "A", "mapping": {"unit": "Avdeling"}}


@pytest.mark.parametrize("token", ["", "../../keys/secret", "a" * 21, "a" * 22, "a" * 22 + "\n"])
def test_an_address_that_was_made_up_finds_nothing(files: WaitingFiles, token: str) -> None:
    assert files.find(token, SENDER) is None


def test_a_file_that_is_too_large_leaves_nothing(
    files: WaitingFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.files.waiting_files.LARGEST_FILE", 10)
    with pytest.raises(FileRefusedError):
        files.store(SENDER, "svar.csv", io.BytesIO(b"x" * 11), {})
    assert not list(files.folder.glob("*"))


def test_only_files_of_more_than_a_day_are_removed(files: WaitingFiles) -> None:
    old = files.store(SENDER, "a.csv", io.BytesIO(b"x"), {})
    new = files.store(SENDER, "b.csv", io.BytesIO(b"x"), {})
    long_ago = time.time() - KEPT_SECONDS - 1
    for path in files.folder.glob(f"*{old.token}*"):
        os.utime(path, (long_ago, long_ago))
    files.remove_old()
    assert files.find(old.token, SENDER) is None
    assert files.find(new.token, SENDER) == new
    files.remove(new)
    assert not list(files.folder.glob("*"))
