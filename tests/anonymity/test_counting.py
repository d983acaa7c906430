"""Counting breaks every link between an answer and a person, or changes nothing at all."""

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from nacl.public import PrivateKey
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from questionnaires.coding import decode
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import SurveyError, close_survey, find_survey
from surveys.campaigns.models import AudienceTurnout, Delivery, Invitation, Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.tally.merkle import leaf_hash
from surveys.counting.models import Comment, Response
from surveys.organisation.models import Person, Unit
from surveys.platform.database import Base, Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.opening_ballots import CountingError
from surveys.release.models import QualityReport
from surveys.respond.ballots import BallotUnreadableError, Sheet, open_sheet, seal
from tests.building import SMALL, answer_some, build_open_survey, invite_some, keys_of, sheet_of

KEY = "liten-2026"


@pytest.fixture
def closed(app: Flask, db: Database) -> None:
    """A closed survey: 8 delivered in A, 4 in B, and one in A who never answered."""
    fill(app, db, people_in_a=8)


def fill(
    app: Flask,
    db: Database,
    people_in_a: int,
    comment: str = "Mer tid.",
    meddling: Callable[[Session, Survey], None] | None = None,
) -> None:
    """meddling: what somebody who writes in the database does before the survey is closed."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(1 + i % 4) for i in range(people_in_a)])
        answer_some(app, session, survey, "B", [sheet_of(4)] * 4, comments={"bedre": comment})
        unit_a = session.scalars(select(Unit).where(Unit.code == "A")).one()
        person = Person(employee_number="1", name="Kari", email="kari@fjordvik.example", unit=unit_a)
        session.add(person)
        session.flush()
        invite_some(app, session, survey, "A", person_id=person.id, email=person.email, phone="+4790000001")
        if meddling:
            meddling(session, survey)
        close_survey(session, survey)


def numbers(db: Database) -> tuple[int, int, SurveyStatus]:
    """Responses, ballots and the survey's status."""
    with db.reading() as session:
        return (
            len(session.scalars(select(Response.id)).all()),
            len(session.scalars(select(Ballot.id)).all()),
            find_survey(session, KEY).status,
        )


@pytest.mark.usefixtures("closed")
def test_every_ballot_becomes_one_response_and_the_ballots_are_gone(app: Flask, db: Database) -> None:
    count(db, keys_of(app), KEY)
    assert numbers(db) == (12, 0, SurveyStatus.COUNTED)
    with db.reading() as session:
        answers = [decode(SMALL, row) for row in session.scalars(select(Response.answers))]
    assert sorted(answer["TRI01"] for answer in answers) == [1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 4, 4]


@pytest.mark.usefixtures("closed")
def test_participation_is_kept_per_unit_and_people_are_not(app: Flask, db: Database) -> None:
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        kept = session.execute(
            select(Unit.code, SurveyUnit.invited, SurveyUnit.delivered)
            .join(SurveyUnit.unit)
            .order_by(Unit.code)
        ).all()
        assert [tuple(row) for row in kept] == [("A", 9, 8), ("B", 4, 4), ("K", 0, 0)]
        assert session.scalars(select(Invitation)).all() == []
        assert session.scalars(select(Delivery)).all() == []
        turnout = session.scalars(select(AudienceTurnout)).all()
        assert [(row.audience, row.invited, row.delivered) for row in turnout] == [("staff", 13, 12)]


@pytest.mark.usefixtures("closed")
def test_the_key_is_destroyed_and_was_never_in_the_database(app: Flask, db: Database) -> None:
    keys = keys_of(app)
    with db.reading() as session:
        survey_id = find_survey(session, KEY).id
    private = bytes(keys.read(survey_id))
    assert not _anywhere(db, private)
    count(db, keys, KEY)
    assert not keys.has(survey_id)
    assert not _anywhere(db, private)


def _anywhere(db: Database, secret: bytes) -> bool:
    """Whether the bytes stand in any cell of any table, raw or as hexadecimal text."""
    with db.reading() as session:
        cells = (
            cell
            for table in Base.metadata.sorted_tables
            for row in session.execute(table.select())
            for cell in row
        )
        return any(secret in cell if isinstance(cell, bytes) else secret.hex() in str(cell) for cell in cells)


def test_a_backup_from_while_it_was_open_cannot_be_opened_after_counting(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    fill(app, db, people_in_a=6)
    keys = keys_of(app)
    with db.reading() as session:
        survey_id = find_survey(session, KEY).id
        backup = list(session.scalars(select(Ballot.sealed)))
    count(db, keys, KEY)
    shutil.copytree(app.config["SETTINGS"].keys, tmp_path / "keys-after")
    left = [PrivateKey(file.read_bytes()[:32]) for file in (tmp_path / "keys-after").rglob("*.key")]
    assert not keys.has(survey_id)
    assert not list((tmp_path / "keys-after").rglob(f"*{survey_id}.key"))
    for sealed in backup:
        for key in [*left, PrivateKey.generate()]:
            with pytest.raises(BallotUnreadableError):
                open_sheet(key, sealed)


def test_nothing_in_a_response_points_at_an_invitation() -> None:
    columns = {column.name for column in Response.__table__.columns}
    assert columns == {"id", "survey_id", "unit_id", "answers"}
    assert {c.name for c in Comment.__table__.columns} == {"id", "survey_id", "unit_id", "question", "text"}
    referred = {
        key.column.table.name for model in (Response, Comment) for key in model.__table__.foreign_keys
    }
    assert referred == {"survey", "unit"}


def test_the_stored_order_says_nothing_about_the_order_of_delivery(app: Flask, db: Database) -> None:
    """Everybody gives a different sheet; the order they came in is compared with the order they are stored in."""
    delivered = [sheet_of(1, TRI01=1 + i % 5, TRI02=1 + i // 5 % 5, TRI03=1 + i // 25) for i in range(100)]
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", delivered)
        close_survey(session, survey)
    count(db, keys_of(app), KEY)
    stored = [decode(SMALL, row) for row in _physical_order(db)]
    places = [(r["TRI01"] - 1) + 5 * (r["TRI02"] - 1) + 25 * (r["TRI03"] - 1) for r in stored]
    assert sorted(places) == list(range(100))
    # The rank correlation of a random order of 100 is normal with sd 0.1; 0.5 is five of them.
    mean = 49.5
    covariance = sum((place - mean) * (rank - mean) for rank, place in enumerate(places))
    assert abs(covariance / sum((rank - mean) ** 2 for rank in range(100))) < 0.5
    assert sum(a + 1 == b for a, b in pairwise(places)) < 15


def _physical_order(db: Database) -> list[bytes]:
    """Answers as the table gives them when nobody asks for an order."""
    order = "ctid" if db.engine.dialect.name == "postgresql" else "id"
    with db.reading() as session:
        return [
            bytes(row[0]) for row in session.execute(text(f"SELECT answers FROM response ORDER BY {order}"))
        ]


@pytest.mark.usefixtures("closed")
def test_a_comment_is_stored_where_enough_people_stand_behind_it(app: Flask, db: Database) -> None:
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        homes = set(session.scalars(select(Unit.code).join(Comment, Comment.unit_id == Unit.id)))
        assert len(session.scalars(select(Comment.text)).all()) == 4
    assert homes == {"K"}


def test_a_comment_never_means_one_of_the_few_outside_the_large_units(app: Flask, db: Database) -> None:
    """A has 10 and could keep its own; then those of K would be from the 4 in B. So A's go up too."""
    fill(app, db, people_in_a=10)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        homes = set(session.scalars(select(Unit.code).join(Comment, Comment.unit_id == Unit.id)))
    assert homes <= {"K"}


def test_comments_of_fewer_than_ten_people_in_all_are_not_stored(app: Flask, db: Database) -> None:
    fill(app, db, people_in_a=5)
    count(db, keys_of(app), KEY)
    assert numbers(db)[0] == 9
    with db.reading() as session:
        assert not session.scalars(select(Comment.id)).all()


@pytest.mark.usefixtures("closed")
def test_counting_twice_changes_nothing(app: Flask, db: Database) -> None:
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        before = sorted(session.scalars(select(Response.id)))
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        assert sorted(session.scalars(select(Response.id))) == before


@pytest.mark.usefixtures("closed")
def test_the_reliability_of_the_whole_is_kept_without_units(app: Flask, db: Database) -> None:
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        report = session.get_one(QualityReport, find_survey(session, KEY).id)
    assert "units" not in report.result
    assert report.result["respondents"] == 12
    assert "enhet" not in " ".join(report.result["warnings"]).lower().replace("enhetene", "")


def test_the_reliability_of_a_theme_that_few_were_asked_about_is_hidden(app: Flask, db: Database) -> None:
    """Two leaders answered SPN: its mean would be the mean of two people."""
    leads = {"SPN01": 5, "SPN02": 4, "SPN03": 5}
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(1 + i % 4) for i in range(12)])
        answer_some(app, session, survey, "B", [sheet_of(4, **leads)] * 2, audience="leaders")
        close_survey(session, survey)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        result = session.get_one(QualityReport, find_survey(session, KEY).id).result
    few = result["scales"]["SPN"]
    assert (few["n"], few["mean"], few["sd"], few["alpha"]) == (None,) * 4
    assert set(few["item_rest"].values()) == {None}
    assert "SPN: Skjult fordi færre enn 5 har svart." in result["warnings"]
    assert result["scales"]["TRI"]["n"] == 14
    assert result["validity"]["kmo"] is None


def test_an_open_survey_cannot_be_counted(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)])
    with pytest.raises(SurveyError, match="lukket"):
        count(db, keys_of(app), KEY)
    assert numbers(db) == (0, 1, SurveyStatus.OPEN)


@pytest.mark.usefixtures("closed")
def test_without_the_key_nothing_is_changed(app: Flask, db: Database) -> None:
    with db.reading() as session:
        keys_of(app).destroy(find_survey(session, KEY).id)
    with pytest.raises(CountingError, match="nøkkellageret"):
        count(db, keys_of(app), KEY)
    assert numbers(db) == (0, 12, SurveyStatus.CLOSED)


# Somebody meddles with the box before it is closed: afterwards the tree finds it (`test_tally.py`).


def test_a_ballot_that_cannot_be_opened_stops_everything(app: Flask, db: Database) -> None:
    def spoil(session: Session, _survey: Survey) -> None:
        ballot = session.scalars(select(Ballot).limit(1)).one()
        ballot.sealed = bytes(len(ballot.sealed))
        ballot.leaf = leaf_hash(ballot.sealed)

    fill(app, db, 8, meddling=spoil)
    _assert_refused(app, db, "kan ikke åpnes")


def test_a_ballot_that_was_slipped_in_stops_everything(app: Flask, db: Database) -> None:
    fill(app, db, 8, meddling=lambda session, survey: _drop(session, survey, bytes([5] * 10)))
    _assert_refused(app, db, "passer ikke")


def test_one_ballot_more_than_delivered_invitations_stops_everything(app: Flask, db: Database) -> None:
    fill(app, db, 8, meddling=lambda session, survey: _drop(session, survey, bytes([1] * 9 + [0])))
    _assert_refused(app, db, "13 forseglede svar i urnen, men 12 invitasjoner")


def test_a_lost_ballot_stops_everything(app: Flask, db: Database) -> None:
    def lose(session: Session, _survey: Survey) -> None:
        session.flush()
        session.execute(delete(Ballot).where(Ballot.id == session.scalars(select(Ballot.id).limit(1)).one()))

    fill(app, db, 8, meddling=lose)
    with pytest.raises(CountingError, match="11 forseglede svar i urnen, men 12 invitasjoner"):
        count(db, keys_of(app), KEY)
    assert numbers(db) == (0, 11, SurveyStatus.CLOSED)


def test_a_sheet_from_a_unit_outside_the_survey_stops_everything(app: Flask, db: Database) -> None:
    fill(
        app,
        db,
        8,
        meddling=lambda session, survey: _drop(session, survey, bytes([1] * 9 + [0]), unit_id=987_654),
    )
    _assert_refused(app, db, "enhet 987654 er ikke med")


def _drop(session: Session, survey: Survey, answers: bytes, unit_id: int = 0) -> None:
    """A ballot with these answers from unit B, or the unit given."""
    assert survey.public_key is not None
    unit = unit_id or session.scalars(select(Unit.id).where(Unit.code == "B")).one()
    session.add(Ballot(survey_id=survey.id, sealed=seal(survey.public_key, Sheet(unit, answers, {}))))
    session.flush()


def _assert_refused(app: Flask, db: Database, words: str) -> None:
    before = numbers(db)
    with pytest.raises(CountingError, match=words):
        count(db, keys_of(app), KEY)
    assert numbers(db) == before
    with db.reading() as session:
        assert keys_of(app).has(find_survey(session, KEY).id)
