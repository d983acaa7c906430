"""Comments stand apart from the ratings, are masked before they are stored, and wait for HR."""

import datetime as dt
import logging
import random
import uuid
from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from questionnaires.coding import decode
from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import ReaderGroup, VisibilityStep
from surveys.counting.models import Comment, Response
from surveys.organisation.models import Unit
from surveys.platform.database import Base, Database
from surveys.publishing.counting_ballots import count
from surveys.release.comments.models import CommentReview, CommentStatus
from surveys.results import views
from tests.building import SMALL, answer_some, build_open_survey, keys_of, sheet_of
from tests.card_building import sign_in_as
from tests.commenting import KEY, add_people, approve_everything, build_counted, publish, stored

TODAY = dt.date(2026, 5, 6)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: TODAY)


# --- Apart from the ratings


def test_no_column_of_a_comment_or_its_review_points_at_a_response_a_person_or_a_time() -> None:
    columns = {column.name for column in Comment.__table__.columns}
    assert columns == {"id", "survey_id", "unit_id", "question", "text"}
    reviewed = {column.name for column in CommentReview.__table__.columns}
    assert reviewed == {"comment_id", "status", "reason", "revision"}
    referred = {
        key.column.table.name for model in (Comment, CommentReview) for key in model.__table__.foreign_keys
    }
    assert referred == {"survey", "unit", "comment"}


def test_neither_the_order_nor_the_ids_of_comments_follow_the_ratings(app: Flask, db: Database) -> None:
    """A hundred people each write their own number and rate with it: nothing stored says who is who."""
    sheets = [sheet_of(1, TRI01=1 + i % 5, TRI02=1 + i // 5 % 5, TRI03=1 + i // 25) for i in range(100)]
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        for number, sheet in enumerate(sheets):
            comments = {"bedre": f"nummer {number:02}", "styrke": f"tall {number:02}"}
            answer_some(app, session, survey, "A", [sheet], comments=comments)
        close_survey(session, survey)
    count(db, keys_of(app), KEY)
    rated = {order: _ratings(db, order) for order in ("id", "place")}
    for order in ("id", "place"):
        better, strong = _written(db, "bedre", order), _written(db, "styrke", order)
        assert sorted(better) == sorted(strong) == sorted(rated[order]) == list(range(100))
        for one, other in ((better, rated[order]), (strong, rated[order]), (better, strong)):
            # A random order of 100: rank correlation with sd 0.1, on average one agreement.
            assert abs(_correlation(one, other)) < 0.5
            assert sum(a == b for a, b in zip(one, other, strict=True)) < 12


def _ordered(db: Database, order: str) -> str:
    physical = "ctid" if db.engine.dialect.name == "postgresql" else "id"
    return physical if order == "place" else "id"


def _ratings(db: Database, order: str) -> list[int]:
    """The number each response was given by, in the order of the table."""
    with db.reading() as session:
        rows = session.execute(text(f"SELECT answers FROM response ORDER BY {_ordered(db, order)}"))
        answers = [decode(SMALL, bytes(row.answers)) for row in rows]
    return [(a["TRI01"] - 1) + 5 * (a["TRI02"] - 1) + 25 * (a["TRI03"] - 1) for a in answers]


def _written(db: Database, question: str, order: str) -> list[int]:
    """The number in each comment, in the order of the table."""
    with db.reading() as session:
        found = text(f"SELECT text FROM comment WHERE question = :q ORDER BY {_ordered(db, order)}")
        return [int(row.text.split()[1]) for row in session.execute(found, {"q": question})]


def _correlation(one: list[int], other: list[int]) -> float:
    """Spearman's, of two orders of the same 0 … n−1."""
    mean = (len(one) - 1) / 2
    covariance = sum((a - mean) * (b - mean) for a, b in zip(one, other, strict=True))
    return covariance / sum((a - mean) ** 2 for a in one)


def test_two_comments_of_one_person_share_nothing_but_the_unit(app: Flask, db: Database) -> None:
    build_counted(app, db, {"A": [{"styrke": f"fint {i}", "bedre": f"surt {i}"} for i in range(12)]})
    with db.reading() as session:
        comments = session.scalars(select(Comment)).all()
        responses = set(session.scalars(select(Response.id)))
    assert len({comment.id for comment in comments} | responses) == 24 + 12


# --- Masked before storage


def test_the_raw_text_of_a_comment_is_in_no_table_no_log_and_no_file(
    app: Flask, db: Database, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names and numbers nobody else has, searched for in every cell, every byte of every file, and every log line."""
    address, telephone = f"{uuid.uuid4().hex}@fjordvik.example", f"9{random.randrange(10**7):07}"  # noqa: S311
    name = f"Q{''.join(random.choices('abcdefghij', k=14))}"  # noqa: S311
    said = f"Skriv til {address}, ring {telephone} eller spør {name}."
    with caplog.at_level(logging.DEBUG):
        people = [{"bedre": said}, *({} for _ in range(11))]
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            for comments in people:
                answer_some(app, session, survey, "A", [sheet_of(3)], comments=comments)
            add_people(session, session.scalars(select(Unit).where(Unit.code == "A")).one(), [f"Kari {name}"])
            close_survey(session, survey)
        count(db, keys_of(app), KEY)
    assert stored(db) == [("A", "Skriv til [e-post], ring [telefon] eller spør [navn].")]
    sentence = f"spør {name}"  # the name itself stands in the roster
    for raw in (address, telephone, sentence):
        assert not any(raw in cell for cell in _cells(db)), raw
        assert not any(raw.encode() in piece for piece in _bytes_at_rest(app, db)), raw
        assert raw not in caplog.text + "".join(capfd.readouterr())


def _cells(db: Database) -> Iterator[str]:
    with db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                yield from (cell.decode("latin-1") if isinstance(cell, bytes) else str(cell) for cell in row)


def _bytes_at_rest(app: Flask, db: Database) -> Iterator[bytes]:
    """Every file of the instance (database, WAL, keys), and PostgreSQL's tables and write-ahead log."""
    files = [file for file in app.config["SETTINGS"].instance.rglob("*") if file.is_file()]
    yield from (file.read_bytes() for file in files)
    if db.engine.dialect.name == "postgresql":
        with db.reading() as session:
            session.execute(text("CHECKPOINT"))
            paths = "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relname IN ('comment', 'response', 'ballot')"
            logs = "SELECT 'pg_wal/' || name FROM pg_ls_waldir() WHERE name !~ 'history|done'"
            for path in [*session.scalars(text(paths)), *session.scalars(text(logs))]:
                yield bytes(session.scalars(text("SELECT pg_read_binary_file(:path)"), {"path": path}).one())


def test_a_comment_of_invisible_characters_is_no_comment(app: Flask, db: Database) -> None:
    build_counted(app, db, {"A": [{"bedre": "\u200b\u00ad\x00"}, {"bedre": " \n"}, *({} for _ in range(10))]})
    assert stored(db) == []


# --- Never before HR's review, never below the level


def twelve(words: str) -> list[dict[str, str]]:
    return [{"bedre": f"{words} {number}"} for number in range(12)]


def read(client: FlaskClient, unit: str) -> str:
    answer = client.get(f"/resultater/{KEY}/{unit}/kommentarer")
    assert answer.status_code == 200
    return answer.text


def test_a_comment_is_shown_to_nobody_before_hr_has_approved_it(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_counted(app, db, {"A": twelve("hemmelig")})
    publish(db, {"K": 12, "A": 12})
    everybody = (
        Role.ADMINISTRATOR,
        Role.HR,
        Role.CONTROLLER,
        Role.LEADER,
        Role.REPRESENTATIVE,
        Role.POLITICIAN,
    )
    _open_to_all(db)
    for role in everybody:
        sign_in_as(client, db, role)
        for unit in ("A", "K"):
            assert "hemmelig" not in read(client, unit), (role, unit)
    with db.transaction() as session:
        for comment in session.scalars(select(Comment)):
            held = comment.text.endswith("1")
            session.add(
                CommentReview(
                    comment_id=comment.id,
                    status=CommentStatus.HELD if held else CommentStatus.APPROVED,
                    reason="abuse" if held else None,
                    revision=1,
                )
            )
    for role in everybody:
        sign_in_as(client, db, role, "A")
        text = read(client, "A")
        assert "hemmelig 0<" in text, role
        assert "hemmelig 1<" not in text, role


def _open_to_all(db: Database) -> None:
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        session.execute(update(VisibilityStep).values(visible_on=dt.date(2026, 4, 1)))
        for readers in (ReaderGroup.REPRESENTATIVES, ReaderGroup.POLITICIANS):
            session.add(VisibilityStep(survey_id=survey.id, readers=readers, visible_on=dt.date(2026, 4, 1)))


def test_a_comment_is_stored_and_read_only_where_ten_have_answered(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """B1 has 9 and B2 has 3: theirs stand at B. A has 10 and keeps its own."""
    written = {
        "A": [{"bedre": "fra A"}] * 10,
        "B1": [{"bedre": "fra B1"}] * 9,
        "B2": [{"bedre": "fra B2"}] * 3,
    }
    build_counted(app, db, written)
    assert Counter(code for code, _text in stored(db)) == {"A": 10, "B": 12}
    approve_everything(db)
    publish(db, {"K": 22, "A": 10, "B": 12, "B1": 9, "B2": 3})
    sign_in_as(client, db, Role.HR)
    assert "fra A" in read(client, "A")
    assert "fra B1" in read(client, "B")
    for unit in ("B1", "B2", "K"):
        assert "fra " not in read(client, unit).replace("fra enheter", "").replace("fra 2", "")


def test_the_page_refuses_comments_below_the_level_even_if_they_were_stored_there(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_counted(app, db, {"A": twelve("lekker")})
    approve_everything(db)
    publish(db, {"K": 9, "A": 9})
    sign_in_as(client, db, Role.HR)
    assert "lekker" not in read(client, "A")


@pytest.mark.parametrize(
    ("level", "minimum_group", "homes"), [(12, 5, {"A"}), (13, 5, set()), (3, 13, set()), (5, 5, {"A"})]
)
def test_the_level_is_the_surveys_own_and_never_under_its_minimum_group(
    app: Flask, db: Database, level: int, minimum_group: int, homes: set[str]
) -> None:
    build_counted(app, db, {"A": twelve("ja")}, comment_minimum=level, minimum_group=minimum_group)
    assert {code for code, _text in stored(db)} == homes


def test_comments_open_with_the_unit_s_result_and_to_the_same_readers(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_counted(app, db, {"A": twelve("ja")})
    approve_everything(db)
    sign_in_as(client, db, Role.LEADER, "A")
    assert client.get(f"/resultater/{KEY}/A/kommentarer").status_code == 404
    publish(db, {"K": 12, "A": 12}, day=dt.date(2026, 5, 20))
    assert "20. mai 2026" in read(client, "A")
    assert "ja 1" not in read(client, "A")
    sign_in_as(client, db, Role.LEADER, "B")
    assert client.get(f"/resultater/{KEY}/A/kommentarer").status_code == 403


def test_the_audit_trail_of_reviews_has_no_word_of_a_comment(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    build_counted(app, db, {"A": twelve("ordrett")})
    sign_in_as(client, db, Role.HR)
    with db.reading() as session:
        first, second, third = session.scalars(select(Comment.id).order_by(Comment.id).limit(3)).all()
    at = f"/undersokelser/{KEY}/kommentarer"
    client.post(f"{at}/godkjenn", data={"comment": str(first), "revision": 0})
    client.post(f"{at}/vis-ikke", data={"comment": str(second), "revision": 0, "reason": "writer"})
    client.post(f"{at}/ta-ut-ord", data={"comment": str(third), "revision": 0, "text": "ordrett"})
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("comment."))).all()
    assert sorted(entry.action for entry in entries) == [
        "comment.approved",
        "comment.held",
        "comment.shortened",
    ]
    assert not any("ordrett" in str(entry.detail) for entry in entries)
    assert all(entry.account_id for entry in entries)
