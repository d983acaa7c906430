"""A new master key loses nothing, whenever it is stopped and whatever others do meanwhile."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import select

from surveys.audit.models import AuditEntry
from surveys.campaigns.key_faults import has_foreign_keys, surveys_without_keys
from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.master_keys import LOCK, UNFINISHED
from surveys.commands import medvirk
from surveys.operating.backup.making import key_files_in
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some, keys_of

ROOT = Path(__file__).parents[2]
DERIVED = b"d" * 32
SURVEYS = (1, 2)

# Changes the master key of each folder it is told, in a child that is killed before or after the nth thing that reaches
# the disk, and says how the child ended. Children are forked, since starting Python takes longer than changing a key.
CHANGE = """
import os, signal, sys
from pathlib import Path
from surveys.campaigns.keystore import KeyStore

def change(folder, stop, after):
    done = 0
    def deadly(step):
        def called(*arguments, **named):
            nonlocal done
            done += 1
            if done == stop and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            found = step(*arguments, **named)
            if done == stop:
                os.kill(os.getpid(), signal.SIGKILL)
            return found
        return called
    for name in ("replace", "fsync", "pwrite", "unlink"):
        setattr(os, name, deadly(getattr(os, name)))
    KeyStore(folder, b"d" * 32, b"seals").change_master()

for line in sys.stdin:
    folder, stop, when = line.split()
    if (child := os.fork()) == 0:
        change(Path(folder), int(stop), when == "after")
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = KeyStore(tmp_path / "keys", DERIVED, b"seals")
    for survey_id in SURVEYS:
        made.create(survey_id)
    return tmp_path / "keys"


def _kept(folder: Path) -> Mapping[int, tuple[bytes, bytes]]:
    """What every survey's keys are, as anybody with this folder reads them."""
    store = KeyStore(folder, DERIVED, b"seals")
    return {survey_id: (bytes(store.read(survey_id)), store.draft_secret(survey_id)) for survey_id in SURVEYS}


@pytest.fixture
def changing() -> Iterator[Callable[[Path, int, str], bool]]:
    """Whether a change of the master key was killed at this step."""
    with subprocess.Popen(
        [sys.executable, "-c", CHANGE],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def is_killed(folder: Path, stop: int, when: str) -> bool:
            print(folder, stop, when, file=orders, flush=True)
            ended = int(answers.readline())
            assert ended in {0, -signal.SIGKILL}
            return ended != 0

        yield is_killed


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_step_every_key_is_read_and_the_next_run_ends_it(
    folder: Path, tmp_path: Path, changing: Callable[[Path, int, str], bool], when: str
) -> None:
    KeyStore(folder, DERIVED, b"seals").change_master()
    wanted, stop = _kept(folder), 0
    is_killed = True
    while is_killed:
        stop += 1
        copy = shutil.copytree(folder, tmp_path / f"copy-{stop}")
        is_killed = changing(copy, stop, when)
        assert _kept(copy) == wanted, stop
        KeyStore(copy, DERIVED, b"seals").change_master()
        assert _kept(copy) == wanted, stop
        assert not KeyStore(copy, DERIVED, b"seals").masters.is_changing
        assert list(copy.rglob(f"*{UNFINISHED}")) == []
    assert stop > 25, "it was killed at many steps"


def test_a_new_one_opens_them_and_the_old_one_no_longer(folder: Path) -> None:
    wanted = _kept(folder)
    for _time in range(2):
        before = (folder / "master.key").read_bytes() if (folder / "master.key").exists() else DERIVED
        assert KeyStore(folder, DERIVED, b"seals").change_master() == 3 * len(SURVEYS)
        for file in (folder / "surveys").iterdir():
            with pytest.raises(CryptoError):
                SecretBox(before).decrypt(file.read_bytes())
        assert _kept(folder) == wanted
    assert (folder / "master.key").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_is_no_way_back_to_a_key(folder: Path) -> None:
    """A second name keeps the bytes of the old wrapping, and a derived master key can always be derived again."""
    second = folder / "surveys" / f"1.key.abcd{UNFINISHED}"
    os.link(folder / "surveys" / "1.key", second)
    elsewhere = folder / "seen"
    os.link(folder / "surveys" / "1.key", elsewhere)
    wanted = _kept(folder)
    KeyStore(folder, DERIVED, b"seals").change_master()
    assert not second.exists()
    with pytest.raises(CryptoError):
        SecretBox(DERIVED).decrypt(elsewhere.read_bytes())
    assert _kept(folder) == wanted


def test_readers_on_other_machines_notice_nothing(folder: Path) -> None:
    wanted = _kept(folder)
    reading, found = threading.Event(), []

    def read_on() -> None:
        store = KeyStore(folder, DERIVED, b"seals")
        while not reading.is_set():
            found.append(all(bytes(store.read(each)) == wanted[each][0] for each in SURVEYS))

    other = threading.Thread(target=read_on)
    other.start()
    for _time in range(20):
        KeyStore(folder, DERIVED, b"seals").change_master()
    reading.set()
    other.join()
    assert len(found) > 20
    assert all(found)


def test_a_survey_that_is_made_or_destroyed_meanwhile_waits(folder: Path) -> None:
    """A key made with the old master key would be lost, and a destroyed one would come back."""
    store, stop = KeyStore(folder, DERIVED, b"seals"), threading.Event()

    def change_on() -> None:
        while not stop.is_set():
            KeyStore(folder, DERIVED, b"seals").change_master()

    other = threading.Thread(target=change_on)
    other.start()
    try:
        for survey_id in range(10, 30):
            store.create(survey_id)
            made = store.draft_secret(survey_id)
            assert store.draft_secret(survey_id) == made
            if survey_id % 2:
                store.destroy(survey_id)
    finally:
        stop.set()
        other.join()
    assert [each for each in range(10, 30) if store.has(each)] == list(range(10, 30, 2))
    assert all(store.opens(each) for each in range(10, 30, 2))


class TestTheCommand:
    @pytest.fixture
    def survey(self, app: Flask, db: Database) -> Database:
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            invite_some(app, session, survey)
            session.get_one(type(survey.unit), survey.unit_id)
        return db

    def _run(self, app: Flask, *arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(medvirk, ["rotate-keys", *arguments], obj=lambda: app)
        return result.exit_code, result.output

    def test_tells_first_and_changes_nothing(self, app: Flask, survey: Database) -> None:
        assert survey
        status, said = self._run(app)
        assert status == 0
        assert "3 nøkkelfiler" in said
        assert "Ingenting er endret" in said
        assert keys_of(app).masters.is_derived

    def test_changes_it_and_the_installation_is_whole(self, app: Flask, survey: Database) -> None:
        before = bytes(keys_of(app).read(1))
        status, said = self._run(app, "--apply")
        assert (status, bytes(keys_of(app).read(1))) == (0, before)
        assert "slett de gamle kopiene" in said
        assert not keys_of(app).masters.is_derived
        with survey.reading() as session:
            assert not has_foreign_keys(session, app.config["SECRETS"])
            assert surveys_without_keys(session, keys_of(app)) == []
            assert "installation.master_key_changed" in session.scalars(select(AuditEntry.action)).all()

    def test_a_lost_master_key_is_found_and_nothing_is_made_worse(self, app: Flask, survey: Database) -> None:
        self._run(app, "--apply")
        master = app.config["SETTINGS"].keys / "master.key"
        kept = master.read_bytes()
        master.unlink()
        with survey.reading() as session:
            assert surveys_without_keys(session, keys_of(app)) == ["liten-2026"]
        with pytest.raises(KeyMissingError, match=r"master\.key"):
            keys_of(app).read(1)
        status, said = self._run(app, "--apply")
        assert status == 1
        assert "liten-2026" in said
        master.write_bytes(kept)
        assert keys_of(app).opens(1)

    def test_a_copy_with_keys_has_the_master_key_too(
        self, app: Flask, survey: Database, tmp_path: Path
    ) -> None:
        assert survey
        self._run(app, "--apply")
        settings = app.config["SETTINGS"]
        files = key_files_in(keys_of(app), settings.keys, settings.secret_key)
        assert {"master.key", "secret.key", "surveys/1.key", "surveys/1.public", "surveys/1.drafts"} == set(
            files
        )
        assert LOCK not in files
        there = replace(settings, instance=tmp_path / "there")
        (there.keys / "surveys").mkdir(parents=True)
        for name, content in files.items():
            (there.keys / name).write_bytes(content)
        assert bytes(KeyStore.of(there.keys, app.config["SECRETS"]).read(1)) == bytes(keys_of(app).read(1))
