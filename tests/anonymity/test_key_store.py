"""The key store: a survey's keys are made once, never replaced, and when they are destroyed nothing of them is left."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from nacl.public import PrivateKey
from nacl.secret import SecretBox

from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.respond.survey_keys import REMEMBERED_FOR, RememberedKeys
from tests.building import build_open_survey, invite_some, keys_of
from tests.respondent import Respondent

MASTER = b"m" * 32


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path, MASTER, b"seals")


@pytest.fixture
def second_names(store: KeyStore, tmp_path: Path) -> list[Path]:
    """A second name for each file of survey 1, as a killed process may leave: it shows what became of the bytes."""
    store.create(1)
    names = []
    for file in sorted((tmp_path / "surveys").iterdir()):
        names.append(tmp_path / f"second-{file.name}")
        os.link(file, names[-1])
    return names


def test_destroying_overwrites_the_bytes_themselves(store: KeyStore, second_names: list[Path]) -> None:
    before = [name.read_bytes() for name in second_names]
    assert len({SecretBox(MASTER).decrypt(wrapped) for wrapped in before}) == 3
    store.destroy(1)
    for name, wrapped in zip(second_names, before, strict=True):
        left = name.read_bytes()
        assert len(left) == len(wrapped)
        assert not any(wrapped[start : start + 8] in left for start in range(len(wrapped) - 7))


def test_destroying_leaves_no_file_and_can_be_repeated(store: KeyStore, tmp_path: Path) -> None:
    store.create(1)
    store.create(2)
    kept = bytes(store.read(2)), store.draft_secret(2)
    for _ in range(2):
        store.destroy(1)
        assert not store.has(1)
    assert {file.stem for file in (tmp_path / "surveys").iterdir()} == {"2"}
    assert (bytes(store.read(2)), store.draft_secret(2)) == kept
    for gone in (store.read, store.draft_secret):
        with pytest.raises(KeyMissingError, match="undersøkelse 1"):
            gone(1)


def test_a_destroying_that_was_cut_short_is_seen_and_can_be_finished(
    store: KeyStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft secret goes first, so `has` is true until nothing is left."""
    store.create(1)
    with monkeypatch.context() as cut:
        cut.setattr(Path, "unlink", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.destroy(1)
    assert store.has(1)
    store.destroy(1)
    assert list((tmp_path / "surveys").iterdir()) == []


def _interrupted(_path: Path, missing_ok: bool = False) -> None:
    raise KeyboardInterrupt


def test_two_who_open_a_survey_at_once_get_one_key(store: KeyStore) -> None:
    """Were the key replaced after the first had handed out its public half, every ballot would be lost."""
    for survey_id in range(1, 21):
        together = Barrier(4)

        def open_together(survey_id: int = survey_id, together: Barrier = together) -> bytes:
            together.wait()
            return store.create(survey_id)

        with ThreadPoolExecutor(4) as pool:
            public = {waiting.result() for waiting in [pool.submit(open_together) for _ in range(4)]}
        assert public == {bytes(store.read(survey_id).public_key)}


def test_the_files_are_for_the_owner_only_and_hold_nothing_unwrapped(store: KeyStore, tmp_path: Path) -> None:
    public = store.create(1)
    secrets = bytes(store.read(1)), store.draft_secret(1)
    files = list((tmp_path / "surveys").iterdir())
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert len(files) == 3
    everything = b"".join(file.read_bytes() for file in files)
    for secret in (*secrets, public):
        for shape in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert shape not in everything


def test_the_private_key_and_the_draft_secret_have_nothing_in_common(store: KeyStore) -> None:
    store.create(1)
    store.create(2)
    secrets = {bytes(store.read(n)) for n in (1, 2)} | {store.draft_secret(n) for n in (1, 2)}
    assert len(secrets) == 4
    assert {len(secret) for secret in secrets} == {32}
    assert bytes(PrivateKey(store.draft_secret(1)).public_key) != bytes(store.read(1).public_key)


def test_a_web_process_reads_the_draft_secret_once_and_forgets_it_after_a_while(store: KeyStore) -> None:
    now = [0.0]
    known = RememberedKeys(store, clock=lambda: now[0])
    store.create(1)
    secret = known.of(1)
    store.destroy(1)
    now[0] = REMEMBERED_FOR
    assert known.of(1) == secret
    now[0] += 1
    with pytest.raises(KeyMissingError):
        known.of(1)


def test_whoever_comes_back_with_her_code_after_counting_is_told_so_calmly(app: Flask, db: Database) -> None:
    """Her draft secret is gone, and no page of hers asks for it."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        delivered, never = invite_some(app, session, survey, count=2)
        key = survey.key
    person = Respondent(app.test_client(), delivered)
    person.answers_to_the_review()
    person.press()
    Respondent(app.test_client(), never).answers_to_the_review()
    with db.transaction() as session:
        close_survey(session, find_survey(session, key))
    count(db, keys_of(app), key)
    fresh = app.extensions.pop("medvirk_answering_keys")
    assert fresh is not None
    for code in (delivered, never):
        client = app.test_client()
        for page in ("", "/nb/", "/nb/side/1", "/nb/oppsummering", "/nb/pause", "/nb/kvittering"):
            assert client.get(f"/svar/{code}{page}", follow_redirects=True).status_code == 200
        assert client.post(f"/svar/{code}/nb/side/1", data={"TRI01": "1"}).status_code == 303
        assert client.post(f"/svar/{code}/nb/lever").status_code == 303
