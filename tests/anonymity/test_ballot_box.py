"""The ballot box: nobody reads a delivered sheet before counting, and nothing about it tells whose it is."""

import datetime as dt

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey
from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Invitation, Survey
from surveys.platform.database import Database
from surveys.respond.ballots import BallotUnreadableError, NotOpenError, Sheet, deliver, open_sheet, seal
from tests.building import build_open_survey, invite_some, keys_of, trust_of
from tests.respondent import Respondent

KEY = PrivateKey.generate()
PUBLIC = bytes(KEY.public_key)

keys = st.text(alphabet="abcdefgh", min_size=1, max_size=8)
sheets = st.builds(
    Sheet,
    st.integers(0, 2**63 - 1),
    st.binary(max_size=300),
    st.dictionaries(keys, st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4),
)


@given(sheets)
def test_an_opened_ballot_is_the_sheet_that_was_sealed(sheet: Sheet) -> None:
    assert open_sheet(KEY, seal(PUBLIC, sheet)) == sheet


def test_no_other_key_opens_a_ballot() -> None:
    sealed = seal(PUBLIC, Sheet(1, b"\x01\x02", {}))
    with pytest.raises(BallotUnreadableError):
        open_sheet(PrivateKey.generate(), sealed)


def test_a_changed_ballot_is_not_opened() -> None:
    sealed = bytearray(seal(PUBLIC, Sheet(1, b"\x01\x02", {})))
    sealed[60] ^= 1
    with pytest.raises(BallotUnreadableError):
        open_sheet(KEY, bytes(sealed))


@given(unit=st.integers(0, 2**63 - 1), comment=st.text(alphabet="aæøå ", max_size=1500))
def test_a_ballot_has_the_same_size_whatever_the_unit_and_the_comment(unit: int, comment: str) -> None:
    plain = seal(PUBLIC, Sheet(1, bytes(40), {}))
    assert len(seal(PUBLIC, Sheet(unit, bytes(40), {"bedre": comment}))) == len(plain)


def test_the_same_sheet_never_gives_the_same_ballot_twice() -> None:
    sheet = Sheet(1, bytes(40), {})
    assert seal(PUBLIC, sheet) != seal(PUBLIC, sheet)


def put_in(app: Flask, session: Session, invitation: Invitation, sheet: Sheet) -> bool:
    return deliver(session, invitation, sheet, trust_of(app, invitation.survey))


def invited(app: Flask, session: Session) -> Invitation:
    invite_some(app, session, build_open_survey(app, session))
    return session.scalars(select(Invitation)).one()


def test_a_delivered_ballot_tells_the_database_nothing_without_the_private_key(
    app: Flask, db: Database
) -> None:
    comment = "En helt spesiell kommentar"
    with db.transaction() as session:
        put_in(app, session, invited(app, session), Sheet(2, b"\x05" * 40, {"bedre": comment}))
    with db.reading() as session:
        row = session.execute(text("SELECT * FROM ballot")).one()
        stored = bytes(row.sealed)
        survey = session.scalars(select(Survey)).one()
        private_key = keys_of(app).read(survey.id)
    assert comment.encode() not in stored
    assert b"\x05" * 40 not in stored
    assert set(row._mapping) == {"id", "survey_id", "sealed", "leaf"}
    assert open_sheet(private_key, stored).comments == {"bedre": comment}


def test_the_private_key_stands_in_no_table(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        private_key = bytes(keys_of(app).read(survey.id))
    with db.reading() as session:
        [row] = session.execute(text("SELECT * FROM survey")).all()
    assert private_key not in [bytes(value) for value in row if isinstance(value, (bytes, memoryview))]


def test_a_ballot_has_no_time_no_sequence_and_no_link_to_an_invitation() -> None:
    columns = {column.name: column for column in Ballot.__table__.columns}
    assert set(columns) == {"id", "survey_id", "sealed", "leaf"}
    assert columns["id"].type.python_type.__name__ == "UUID"
    assert {key.column.table.name for key in Ballot.__table__.foreign_keys} == {"survey"}
    assert isinstance(Ballot.__table__, Table)
    assert Ballot.__table__.dialect_options["sqlite"]["with_rowid"] is False


def test_ballot_ids_do_not_follow_the_order_of_delivery(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey, count=30)
        ids = []
        for invitation in session.scalars(select(Invitation)):
            put_in(app, session, invitation, Sheet(1, b"", {}))
            session.flush()
            known = session.scalars(select(Ballot.id)).all()
            ids += [one for one in known if one not in ids]
    assert len(ids) == 30
    assert ids != sorted(ids)
    assert {one.version for one in ids} == {4}


def test_a_second_delivery_is_refused_and_changes_nothing(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        assert put_in(app, session, invited(app, session), Sheet(1, b"\x01", {})) is True
    with db.transaction() as session:
        invitation = session.scalars(select(Invitation)).one()
        assert put_in(app, session, invitation, Sheet(1, b"\x02", {})) is False
        close_survey(session, invitation.survey)
        assert put_in(app, session, invitation, Sheet(1, b"\x03", {})) is False
    with db.reading() as session:
        [ballot] = session.scalars(select(Ballot))
        key = keys_of(app).read(session.scalars(select(Survey.id)).one())
        assert open_sheet(key, ballot.sealed).answers == b"\x01"


def test_a_delivery_that_is_not_committed_leaves_everything_as_it_was(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        invitation = invited(app, session)
        today = dt.date(2026, 3, 3)
        session.add(
            Draft(
                invitation_id=invitation.id, survey_id=invitation.survey_id, ciphertext=b"x", saved_on=today
            )
        )
    with db.writing() as session:
        put_in(app, session, session.scalars(select(Invitation)).one(), Sheet(1, b"\x01", {}))
        session.flush()
        session.rollback()
    with db.reading() as session:
        assert session.scalars(select(Ballot)).all() == []
        assert not session.scalars(select(Invitation)).one().delivered
        assert len(session.scalars(select(Draft)).all()) == 1


def test_no_ballot_slips_into_a_closed_survey(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        invitation = invited(app, session)
        close_survey(session, invitation.survey)
        with pytest.raises(NotOpenError):
            put_in(app, session, invitation, Sheet(1, b"\x01", {}))
    with db.reading() as session:
        assert session.scalars(select(Ballot)).all() == []
        assert not session.scalars(select(Invitation)).one().delivered


def test_ballots_of_different_respondents_have_the_same_size(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        codes = [
            *invite_some(app, session, survey, "A"),
            *invite_some(app, session, survey, "B", is_leader=True),
        ]
    for code, comment in zip(codes, ("", "En ganske lang kommentar. " * 40), strict=True):
        person = Respondent(app.test_client(), code)
        person.answers_to_the_review(comment=comment)
        person.press()
    with db.reading() as session:
        assert len({len(sealed) for sealed in session.scalars(select(Ballot.sealed))}) == 1
