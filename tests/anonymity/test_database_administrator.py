"""Somebody owns the whole server and tries to join answers to people. After counting she does no better than chance.

What she has stands in `seizing`, and what counts as better than chance in `linking`. Each test is one channel. Where an
attack works while the survey is open, the test shows that it does: an attack that never works proves nothing.
"""

import base64
import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey

from surveys.campaigns.tally.merkle import leaf_hash
from surveys.operating.tables import metadata
from surveys.platform.config import Settings, read_secrets
from surveys.respond.ballots import BallotUnreadableError, open_sheet
from surveys.respond.drafts import DraftBox, DraftUnreadableError
from tests.linking import most_by_chance, right_guesses, signs_of_order
from tests.seizing import LONG_WRITERS, PEOPLE_IN_EACH, UNITS, Evidence, Known, Row, seize

EVERYBODY = PEOPLE_IN_EACH * len(UNITS)
TOUCHED_BY_ANSWERING = {"ballot", "draft", "invitation"}


@pytest.fixture(scope="session")
def evidence_from(
    installations: Callable[[str, Path], AbstractContextManager[Settings]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Evidence]:
    """The evidence from a database of this kind, gathered once."""
    found: dict[str, Evidence] = {}

    def gathered(kind: str) -> Evidence:
        if kind not in found:
            with installations(kind, tmp_path_factory.mktemp(f"seized-{kind}")) as settings:
                found[kind] = seize(settings, kind)
        return found[kind]

    return gathered


@pytest.fixture(params=["sqlite", "postgresql"])
def evidence(request: pytest.FixtureRequest, evidence_from: Callable[[str], Evidence]) -> Evidence:
    return evidence_from(request.param)


# The attacker's statistics.


def test_the_statistics_see_every_order_that_is_kept_in_whole_or_in_part() -> None:
    units = [place % len(UNITS) for place in range(EVERYBODY)]
    kept = list(range(EVERYBODY))
    dice = random.Random(1)  # noqa: S311 – the same dice in every run
    blocks = [kept[start : start + 20] for start in range(0, EVERYBODY, 20)]
    betraying = {
        "kept": kept,
        "backwards": kept[::-1],
        "from the middle on": kept[40:] + kept[:40],
        "by unit": sorted(kept, key=lambda place: units[place]),
        "shuffled in blocks": [place for block in blocks for place in dice.sample(block, len(block))],
        "in shuffled blocks": [place for block in dice.sample(blocks, len(blocks)) for place in block],
    }
    assert [name for name, order in betraying.items() if not signs_of_order(order, units)] == []


def test_the_statistics_see_nothing_in_chance() -> None:
    units = [place % len(UNITS) for place in range(EVERYBODY)]
    dice = random.Random(2)  # noqa: S311
    orders = (dice.sample(range(EVERYBODY), EVERYBODY) for _ in range(1000))
    assert [signs for order in orders if (signs := signs_of_order(order, units))] == []


# Order: of ids, of rows, of bytes.


def test_response_ids_say_nothing_of_the_order_of_delivery(evidence: Evidence) -> None:
    by_id = sorted(evidence.after_counting["response"], key=lambda row: str(row["id"]))
    assert signs_of_order(_places(evidence, by_id), evidence.unit_of) == []


def test_response_rows_stand_in_an_order_of_their_own(evidence: Evidence) -> None:
    """SQLite: as the table gives them; PostgreSQL: by `ctid`, the place in the file."""
    stored = _in_stored_order(evidence.after_counting["response"])
    assert signs_of_order(_places(evidence, stored), evidence.unit_of) == []


def test_no_file_and_no_write_ahead_log_has_the_responses_in_the_order_of_delivery(
    evidence: Evidence,
) -> None:
    """The bytes of the ids, wherever they stand: data pages, free pages, the log that is written first."""
    rows = {_id_bytes(evidence, row): row for row in evidence.after_counting["response"]}
    files_with_all = 0
    for name, content in evidence.files_after_counting.items():
        for found_from in (content.find, content.rfind):
            places = {identity: place for identity in rows if (place := found_from(identity)) >= 0}
            files_with_all += len(places) == EVERYBODY
            by_place = [rows[identity] for identity in sorted(places, key=lambda one: places[one])]
            if len(by_place) >= EVERYBODY // 4:
                order, units = _among_themselves(evidence, _places(evidence, by_place))
                assert signs_of_order(order, units) == [], name
    # SQLite empties its log into the file; PostgreSQL keeps both.
    assert files_with_all >= (2 if evidence.kind == "sqlite" else 4)


def test_the_published_leaves_stand_in_an_order_that_says_nothing_of_delivery(evidence: Evidence) -> None:
    """Backups tell whose each leaf is, as they tell whose each ballot is; the leaves that are kept tell no more."""
    place_of = {known.invitation_id: place for place, known in enumerate(evidence.delivered)}
    of_leaf = {leaf_hash(sealed): place_of[one] for one, sealed in _whose_ballots(evidence).items()}
    stored = [bytes(row["leaf"]) for row in _in_stored_order(evidence.after_counting["tally_leaf"])]
    assert len(stored) == EVERYBODY
    assert signs_of_order([of_leaf[leaf] for leaf in stored], evidence.unit_of) == []
    assert evidence.after_counting["night_leaf"] == []


def test_comments_stand_in_an_order_that_neither_delivery_nor_the_responses_share(evidence: Evidence) -> None:
    comments = _in_stored_order(evidence.after_counting["comment"])
    responses = _in_stored_order(evidence.after_counting["response"])
    order = [evidence.place_of_comment(row["text"]) for row in comments]
    assert signs_of_order(order, evidence.unit_of) == []
    by_id = [
        evidence.place_of_comment(row["text"]) for row in sorted(comments, key=lambda row: str(row["id"]))
    ]
    assert signs_of_order(by_id, evidence.unit_of) == []
    response_of = {place: rank for rank, place in enumerate(_places(evidence, responses))}
    units = [row["unit_id"] for row in responses]
    assert signs_of_order([response_of[place] for place in order], units) == []


def test_all_responses_came_in_one_transaction_that_no_ballot_was_in(evidence: Evidence) -> None:
    """On PostgreSQL a row says which transaction wrote it; until counting that joins ballot and invitation."""
    if evidence.kind == "sqlite":
        assert not any("xmin" in row for rows in evidence.after_counting.values() for row in rows)
        return
    written = {row["xmin"] for table in ("response", "comment") for row in evidence.after_counting[table]}
    assert len(written) == 1
    ballots = {row["xmin"] for row in evidence.after_answering["ballot"]}
    assert len(ballots) == EVERYBODY
    assert written.isdisjoint(ballots)


def test_no_invitation_is_left_and_nothing_says_who_took_part(evidence: Evidence) -> None:
    """Left are the hashes of all codes alike, in an order of their own, and two counts of the whole survey."""
    assert evidence.after_counting["invitation"] == []
    assert evidence.after_counting["delivery"] == []
    ended = evidence.after_counting["ended_code"]
    assert len(ended) == EVERYBODY
    assert {key for row in ended for key in row} - {"ctid", "xmin"} == {"code_hash", "survey_id"}
    hashes = [bytes(row["code_hash"]) for row in ended]
    assert hashes == sorted(hashes)
    [turnout] = evidence.after_counting["audience_turnout"]
    assert (turnout["invited"], turnout["delivered"]) == (EVERYBODY, EVERYBODY)


def test_no_sealed_ballot_is_left_in_any_file_of_sqlite(evidence_from: Callable[[str], Evidence]) -> None:
    """Its write-ahead log and its free pages are overwritten. While the survey was open, each was there.

    PostgreSQL's files are its server's: the threat model says what they keep.
    """
    evidence = evidence_from("sqlite")
    sealed = {bytes(row["sealed"])[100:140] for row in evidence.after_answering["ballot"]}
    assert len(sealed) == EVERYBODY
    while_open = b"".join(evidence.files_while_open.values())
    assert all(piece in while_open for piece in sealed)
    left = b"".join(evidence.files_after_counting.values())
    assert not any(piece in left for piece in sealed)


# Backups from while the survey was open.


def test_backups_from_before_every_delivery_tell_whose_each_ballot_is(evidence: Evidence) -> None:
    """This attack works: what a ballot holds must therefore be out of reach."""
    truth = {known.invitation_id: known for known in evidence.delivered}
    pairs = _whose_ballots(evidence)
    assert len(pairs) == EVERYBODY
    key = PrivateKey(evidence.private_key)
    opened = {invitation: open_sheet(key, sealed) for invitation, sealed in pairs.items()}
    places = {invitation: evidence.place_of(sheet.answers) for invitation, sheet in opened.items()}
    assert all(evidence.delivered[place] == truth[invitation] for invitation, place in places.items())


def test_no_ballot_in_a_backup_opens_with_anything_that_is_left_after_counting(evidence: Evidence) -> None:
    sealed = _whose_ballots(evidence).values()
    keys = [PrivateKey(key) for key in _keys_left(evidence)]
    assert len(keys) >= EVERYBODY
    # One ballot tells as much as all of them: a key opens every ballot of its survey.
    assert [key for key in keys if _opens(key, next(iter(sealed)))] == []
    master = PrivateKey(read_secrets(evidence.settings).master)
    assert not any(_opens(master, one) for one in sealed)


def test_every_draft_in_a_backup_opens_while_the_key_store_is_there(evidence: Evidence) -> None:
    """This attack works too: database and instance folder together give everything while the survey is open."""
    for known, ciphertext in _drafts_right_before_delivery(evidence):
        stored = DraftBox(evidence.draft_secret, known.code.replace("-", "")).opened(ciphertext)
        coded = stored.delivered_by(b"any visit").coded
        assert {key: str(coded[key]) for key in known.answers} == known.answers


def test_no_draft_in_a_backup_opens_after_counting_not_even_with_the_code(evidence: Evidence) -> None:
    """The server's secret is still there, so every code can be made again from the nonces in the backup."""
    known, ciphertext = next(_drafts_right_before_delivery(evidence))
    code = known.code.replace("-", "")
    secrets = list(_keys_left(evidence))
    assert len(secrets) >= EVERYBODY
    assert [secret for secret in secrets if _unlocks(DraftBox(secret, code), ciphertext)] == []


def test_no_size_in_a_backup_tells_who_wrote_a_long_comment(evidence: Evidence) -> None:
    ballots = {len(row["sealed"]) for row in evidence.after_answering["ballot"]}
    drafts = {len(row["ciphertext"]) for backup in evidence.backups for row in backup["draft"]}
    longest = sorted(len(row["text"]) for row in evidence.after_counting["comment"])[-2:]
    assert all(length > 3900 for length in longest)
    assert len(LONG_WRITERS) == len(longest)
    assert (len(ballots), len(drafts)) == (1, 1)


def test_nothing_in_a_ballot_or_an_invitation_comes_back_in_a_response(evidence: Evidence) -> None:
    """No value that was made before counting stands beside an answer, except survey and unit."""
    before = {
        _plain(value)
        for backup in (*evidence.backups, evidence.after_answering)
        for table in TOUCHED_BY_ANSWERING
        for row in backup[table]
        for column, value in row.items()
        if column not in {"survey_id", "unit_id", "ctid"}
    }
    after = {_plain(row["id"]) for table in ("response", "comment") for row in evidence.after_counting[table]}
    assert len(after) == 2 * EVERYBODY
    assert after.isdisjoint(before)


@pytest.mark.parametrize("channel", ["ballot id", "ballot bytes", "draft bytes", "code hash", "nonce"])
def test_sorting_what_a_backup_has_like_the_responses_guesses_no_better_than_chance(
    evidence: Evidence, channel: str
) -> None:
    """For an attacker who hopes that ids or bytes were derived from each other in some order-keeping way."""
    drafts = {
        known.invitation_id: ciphertext for known, ciphertext in _drafts_right_before_delivery(evidence)
    }
    sealed = _whose_ballots(evidence)
    ids = {_plain(row["sealed"]): str(row["id"]) for row in evidence.after_answering["ballot"]}
    rows = {row["id"]: row for row in evidence.after_answering["invitation"]}
    sort_key: Callable[[Known], Any] = {
        "ballot id": lambda known: ids[_plain(sealed[known.invitation_id])],
        "ballot bytes": lambda known: sealed[known.invitation_id],
        "draft bytes": lambda known: drafts[known.invitation_id],
        "code hash": lambda known: bytes(rows[known.invitation_id]["code_hash"]),
        "nonce": lambda known: bytes(rows[known.invitation_id]["nonce"]),
    }[channel]
    responses = sorted(evidence.after_counting["response"], key=lambda row: str(row["id"]))
    right = 0
    for unit in set(evidence.unit_of):
        people = sorted((known for known in evidence.delivered if known.unit_id == unit), key=sort_key)
        given = _places(evidence, [row for row in responses if row["unit_id"] == unit])
        guess = dict(zip((known.number for known in people), given, strict=True))
        truth = {known.number: evidence.delivered.index(known) for known in people}
        right += right_guesses(guess, truth)
    assert right <= most_by_chance(len(UNITS))


# Keys, traces and times.


def test_neither_key_stands_anywhere_but_wrapped_in_the_key_store(evidence: Evidence) -> None:
    """Not in a table, a file, a job queue, the write-ahead log or a log line; as bytes, hexadecimal or base64."""
    public = bytes(PrivateKey(evidence.private_key).public_key)
    assert any(public in content for content in evidence.files_while_open.values())
    written = "\n".join(evidence.log).encode()
    for secret in (evidence.private_key, evidence.draft_secret):
        for shape in (
            secret,
            secret.hex().encode(),
            base64.b64encode(secret),
            base64.urlsafe_b64encode(secret),
        ):
            for files in (evidence.files_while_open, evidence.files_after_counting):
                assert [name for name, content in files.items() if shape in content] == []
            assert shape not in written


def test_after_counting_neither_the_keys_nor_their_wrapping_are_left(evidence: Evidence) -> None:
    wrapped = {name: content for name, content in evidence.files_while_open.items() if "keys/surveys" in name}
    assert len(wrapped) == 3
    master = read_secrets(evidence.settings).master
    for name, content in wrapped.items():
        assert name not in evidence.files_after_counting
        assert master not in content
        holding = [file for file, held in evidence.files_after_counting.items() if content[:24] in held]
        assert holding == []


def test_answering_changes_no_table_but_invitation_draft_and_ballot(evidence: Evidence) -> None:
    """So no other table, and no counter of ids, can have kept who answered what or when."""
    tables = set(metadata.tables) | ({"pg_sequences"} if evidence.kind == "postgresql" else set())
    assert tables <= set(evidence.before_answering)
    changed = {
        name
        for name, rows in evidence.before_answering.items()
        if _contents(rows) != _contents(evidence.after_answering[name])
    }
    assert changed == {"ballot", "invitation"}
    assert any(backup["draft"] for backup in evidence.backups)
    assert evidence.after_answering["draft"] == []


def test_no_row_that_answering_or_counting_writes_about_answers_has_a_time(evidence: Evidence) -> None:
    for table in (*TOUCHED_BY_ANSWERING, "response", "comment"):
        types = {column.name: column.type.python_type for column in metadata.tables[table].columns}
        finer = [name for name, kind in types.items() if issubclass(kind, (dt.datetime, dt.time, float))]
        assert finer == [], table


def test_the_audit_trail_counts_and_names_nobody(evidence: Evidence) -> None:
    entries = [str(row) for row in evidence.after_counting["audit_entry"]]
    assert any("survey.counted" in entry for entry in entries)
    codes = [known.code for known in evidence.delivered]
    words = [known.comment.split(maxsplit=1)[0] for known in evidence.delivered]
    assert [entry for entry in entries if any(secret in entry for secret in [*codes, *words])] == []


def test_no_log_line_was_written_about_an_answer(evidence: Evidence) -> None:
    said = "\n".join(evidence.log)
    for known in evidence.delivered:
        assert known.code not in said
        assert known.code.replace("-", "") not in said
        assert known.comment not in said
    assert "/svar/" not in said


def _places(evidence: Evidence, responses: Iterable[Row]) -> list[int]:
    return [evidence.place_of(row["answers"]) for row in responses]


def _among_themselves(evidence: Evidence, places: Sequence[int]) -> tuple[list[int], list[int]]:
    """The order of some of those who delivered, with the places counted among them alone, and their units."""
    present = sorted(places)
    return [present.index(place) for place in places], [evidence.unit_of[place] for place in present]


def _in_stored_order(rows: Sequence[Row]) -> list[Row]:
    """By `ctid` on PostgreSQL, a text like «(0,12)»; on SQLite as the table gave them."""
    return sorted(
        rows, key=lambda row: [int(part) for part in str(row.get("ctid", "(0)")).strip("()").split(",")]
    )


def _id_bytes(evidence: Evidence, row: Row) -> bytes:
    """The id as the database's files have it."""
    return row["id"].bytes if evidence.kind == "postgresql" else str(row["id"]).encode()


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).replace("-", "")


def _contents(rows: Sequence[Row]) -> list[str]:
    return sorted(repr({name: _plain(value) for name, value in row.items()}) for row in rows)


def _whose_ballots(evidence: Evidence) -> dict[int, bytes]:
    """Invitation id → its sealed ballot: what is new in a backup since the one before."""
    pairs = {}
    for before, after in zip(
        evidence.backups, [*evidence.backups[1:], evidence.after_answering], strict=True
    ):
        used = {row["id"] for row in before["invitation"] if row["delivered"]}
        known = {row["id"] for row in before["ballot"]}
        [invitation] = [
            row["id"] for row in after["invitation"] if row["delivered"] and row["id"] not in used
        ]
        [ballot] = [row for row in after["ballot"] if row["id"] not in known]
        pairs[int(invitation)] = bytes(ballot["sealed"])
    return pairs


def _drafts_right_before_delivery(evidence: Evidence) -> Iterator[tuple[Known, bytes]]:
    """Each whole draft, and the person it belongs to by the backup itself."""
    for known, backup in zip(evidence.delivered, evidence.backups, strict=True):
        [ciphertext] = [
            row["ciphertext"] for row in backup["draft"] if row["invitation_id"] == known.invitation_id
        ]
        yield known, bytes(ciphertext)


def _keys_left(evidence: Evidence) -> Iterator[bytes]:
    """Everything of 32 bytes that could be a key: the server's secrets and whatever files and tables still hold."""
    secrets = read_secrets(evidence.settings)
    yield from (secrets.session, secrets.codes, secrets.master)
    for name, content in evidence.files_after_counting.items():
        if name.startswith("keys/"):
            yield from (content[start : start + 32] for start in range(len(content) - 31))
    cells = (
        cell
        for rows in (evidence.after_answering, evidence.after_counting)
        for table in rows.values()
        for row in table
        for cell in row.values()
    )
    for cell in cells:
        if isinstance(cell, (bytes, memoryview)) and len(cell) >= 32:
            yield bytes(cell)[:32]
        elif isinstance(cell, (bytes, memoryview)):
            yield bytes(cell).ljust(32, b"\0")


def _opens(key: PrivateKey, sealed: bytes) -> bool:
    try:
        open_sheet(key, sealed)
    except BallotUnreadableError:
        return False
    return True


def _unlocks(box: DraftBox, ciphertext: bytes) -> bool:
    try:
        box.opened(ciphertext)
    except DraftUnreadableError:
        return False
    return True
