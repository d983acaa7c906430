"""Drafts: only the code opens one, and none is left behind."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from questionnaires.answers import LONGEST_COMMENT
from surveys.campaigns import codes
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Invitation, Survey
from surveys.platform.database import Database
from surveys.respond import drafts
from surveys.respond.drafts import SMALLEST_DRAFT, DraftBox, DraftUnreadableError, SeenDraft
from surveys.respond.layers import StoredAnswers
from surveys.respond.lookup import InvitationLookup, look_up_code
from surveys.respond.padding import padded
from surveys.respond.progress import AnsweringProgress
from surveys.respond.visits import Visit
from surveys.respond.words import ChosenWord
from tests.building import build_open_survey, invite_some, keys_of
from tests.respondent import Respondent

SECRET = b"s" * 32
VISIT = Visit.beginning()
COMMENT = "En helt spesiell kommentar"


@pytest.fixture
def respondent(app: Flask, db: Database, client: FlaskClient) -> Respondent:
    """Somebody who has answered every page and not delivered."""
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    person = Respondent(client, code)
    person.answers_to_the_review(comment=COMMENT)
    return person


def everything_in(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table: what the database's administrator sees."""
    from surveys.operating.tables import metadata

    with db.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table.name}"))]
            for table in metadata.sorted_tables
        }


def box_of(app: Flask, visit: InvitationLookup) -> DraftBox:
    """The box of whoever came with this code."""
    return DraftBox(keys_of(app).draft_secret(visit.survey_id), visit.code)


def holding(coded: dict[str, int], comment: str = "") -> StoredAnswers:
    """A draft of one visit."""
    comments = {"bedre": comment} if comment else {}
    return StoredAnswers(
        AnsweringProgress(coded, comments, frozenset(range(12)), frozenset(range(12))), VISIT.tag
    )


def test_the_code_opens_the_draft_again() -> None:
    stored = holding({"TRI01": 5}, COMMENT)
    box = DraftBox(SECRET, "ABCDEFGHJKMN")
    assert DraftBox(SECRET, "ABCDEFGHJKMN").opened(box.locked(stored)) == stored


def test_a_draft_from_before_there_were_visits_is_delivered_and_shown_to_nobody() -> None:
    progress = AnsweringProgress({"TRI01": 5}, {"bedre": COMMENT}, frozenset({1, 4}))
    stored = StoredAnswers.from_bytes(padded(json.dumps(progress.content).encode(), SMALLEST_DRAFT))
    assert stored.shown_to(VISIT.tag) is None
    assert stored.delivered_by(VISIT.tag) == progress


def test_another_code_does_not_open_the_draft() -> None:
    locked = DraftBox(SECRET, "ABCDEFGHJKMN").locked(holding({"TRI01": 5}))
    with pytest.raises(DraftUnreadableError):
        DraftBox(SECRET, "ABCDEFGHJKMP").opened(locked)


def test_the_code_without_the_surveys_draft_secret_does_not_open_the_draft() -> None:
    locked = DraftBox(SECRET, "ABCDEFGHJKMN").locked(holding({"TRI01": 5}))
    with pytest.raises(DraftUnreadableError):
        DraftBox(b"t" * 32, "ABCDEFGHJKMN").opened(locked)


def test_whoever_has_the_database_alone_can_neither_read_a_draft_nor_find_the_code(
    db: Database, respondent: Respondent
) -> None:
    tables = everything_in(db)
    [draft] = tables["draft"]
    values = [value for rows in tables.values() for row in rows for value in row]
    stored_bytes = b"".join(bytes(value) for value in values if isinstance(value, (bytes, memoryview)))
    everything = repr(tables).encode() + stored_bytes
    for code in (respondent.code, respondent.code.replace("-", "")):
        assert code.encode() not in everything
    assert COMMENT.encode() not in everything
    with db.reading() as session:
        invitation = session.scalars(select(Invitation)).one()
        stored = session.scalars(select(Draft.ciphertext)).one()
    found_in_database = [invitation.code_hash, invitation.nonce, b"", stored[:32]]
    for guess in found_in_database:
        with pytest.raises(DraftUnreadableError):
            DraftBox(guess.ljust(32, b"\0"), codes.code_for(guess, invitation.nonce)).opened(stored)
    assert len(draft) == 4


@given(
    st.dictionaries(st.from_regex(r"[A-Z]{3}[0-9]{2}", fullmatch=True), st.integers(0, 254), max_size=45),
    st.text(alphabet="aæ ", max_size=200),
)
def test_drafts_of_ordinary_length_all_have_the_same_size(coded: dict[str, int], comment: str) -> None:
    box = DraftBox(SECRET, "ABCDEFGHJKMN")
    assert len(box.locked(holding(coded, comment))) == len(box.locked(StoredAnswers()))


def test_the_longest_comments_answered_over_again_beside_a_word_make_no_draft_grow() -> None:
    text = ("Vi må få høre når vaktene blir endret, så vi rekker å si fra. " * 100)[:LONGEST_COMMENT]
    pages = frozenset(range(20))
    longest = AnsweringProgress(
        {f"ABC{number:02d}": 4 for number in range(100)}, {"bedre": text, "bra": text}, pages, pages
    )
    locked = StoredAnswers(longest, VISIT.tag).locked_with(ChosenWord(b"s" * 16, b"c" * 32))
    again = locked.saved_by(Visit.beginning().tag, longest)
    box = DraftBox(SECRET, "ABCDEFGHJKMN")
    assert again.locked == again.own == longest
    assert len(box.locked(again)) == len(box.locked(StoredAnswers()))


def test_a_draft_row_carries_a_day_and_no_time(db: Database, respondent: Respondent) -> None:
    columns = {column.name: column.type.python_type.__name__ for column in Draft.__table__.columns}
    assert columns == {"invitation_id": "int", "survey_id": "int", "ciphertext": "bytes", "saved_on": "date"}


def test_the_draft_is_deleted_at_delivery(db: Database, respondent: Respondent) -> None:
    assert len(everything_in(db)["draft"]) == 1
    respondent.press()
    assert everything_in(db)["draft"] == []


def test_every_draft_is_deleted_when_the_survey_closes(db: Database, respondent: Respondent) -> None:
    with db.transaction() as session:
        close_survey(session, session.scalars(select(Survey)).one())
    assert everything_in(db)["draft"] == []


def test_a_draft_changed_by_another_tab_since_we_read_it_is_merged_not_overwritten(
    app: Flask, db: Database, respondent: Respondent
) -> None:
    secrets = app.config["SECRETS"]
    with db.reading() as session:
        seen_early = look_up_code(session.connection(), respondent.code, secrets.codes)
    assert seen_early is not None
    box = box_of(app, seen_early)
    seen = SeenDraft(box.opened(seen_early.draft), VISIT, box)
    with db.transaction() as session:
        drafts.keep(
            session.connection(),
            seen_early,
            seen,
            lambda before: AnsweringProgress({**before.coded, "TRI01": 4}),
        )
    with db.transaction() as session:
        drafts.keep(
            session.connection(),
            seen_early,
            seen,
            lambda before: AnsweringProgress({**before.coded, "TRI02": 3}),
        )
    with db.reading() as session:
        coded = box.opened(session.scalars(select(Draft.ciphertext)).one()).own.coded
    assert (coded["TRI01"], coded["TRI02"]) == (4, 3)


def test_a_page_saved_behind_a_delivery_makes_no_new_draft(
    app: Flask, db: Database, respondent: Respondent
) -> None:
    secrets = app.config["SECRETS"]
    with db.reading() as session:
        seen_early = look_up_code(session.connection(), respondent.code, secrets.codes)
    assert seen_early is not None
    respondent.press()
    seen = SeenDraft(StoredAnswers(), VISIT, box_of(app, seen_early))
    with db.transaction() as session, pytest.raises(drafts.DraftGoneError):
        drafts.keep(session.connection(), seen_early, seen, lambda before: before)
    assert everything_in(db)["draft"] == []


def test_the_first_page_saved_in_two_tabs_at_once_is_merged(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    secrets = app.config["SECRETS"]
    with db.reading() as session:
        empty = look_up_code(session.connection(), code, secrets.codes)
    assert empty is not None
    box = box_of(app, empty)
    seen = SeenDraft(StoredAnswers(), VISIT, box)
    for key in ("TRI01", "TRI02"):

        def one_more(before: AnsweringProgress, key: str = key) -> AnsweringProgress:
            return AnsweringProgress({**before.coded, key: 2})

        with db.transaction() as session:
            drafts.keep(session.connection(), empty, seen, one_more)
    with db.reading() as session:
        assert box.opened(session.scalars(select(Draft.ciphertext)).one()).own.coded == {
            "TRI01": 2,
            "TRI02": 2,
        }
