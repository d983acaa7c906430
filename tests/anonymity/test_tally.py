"""A tally anybody can check: what was in the box is what is counted, and a receipt says so and nothing more.

The attacker may write in the database. She is played after closing, before it, and with the published roots in the
hands of somebody outside.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection
from hashlib import sha256
from itertools import combinations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.tally.checking import check_box, roots_of
from surveys.campaigns.tally.closing_root import freeze_boxes_closed_before
from surveys.campaigns.tally.merkle import covered, leaf_hash, root_of
from surveys.campaigns.tally.models import NightLeaf, TallyLeaf, TallyRoot
from surveys.campaigns.tally.nightly import publish_tonight
from surveys.campaigns.tally.receipt_codes import grouped, is_in_the_tree, normalised, receipt_code
from surveys.campaigns.tally.trail_chain import published_head
from surveys.platform import code_format
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.publishing import counting_ballots
from surveys.publishing.counting_ballots import count
from surveys.publishing.opening_ballots import CountingError
from surveys.respond.ballots import Sheet, seal
from tests.building import answer_some, build_open_survey, invite_some, keys_of, sheet_of
from tests.respondent import Respondent

KEY = "liten-2026"
TODAY = municipal_day()
PAGE = f"/svar/telling/{KEY}"


def days(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def opened(app: Flask, db: Database, answers: int = 7) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(3)] * answers)


def more_answers(app: Flask, db: Database, answers: int) -> None:
    with db.transaction() as session:
        answer_some(app, session, find_survey(session, KEY), "A", [sheet_of(3)] * answers)


def closed(db: Database) -> None:
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))


def roots(db: Database) -> list[TallyRoot]:
    with db.reading() as session:
        return list(roots_of(session, find_survey(session, KEY)))


def leaves_in_box(db: Database) -> list[bytes]:
    with db.reading() as session:
        return [leaf_hash(sealed) for sealed in session.scalars(select(Ballot.sealed))]


# The tree.


def test_the_tree_is_that_of_rfc_6962() -> None:
    """The root written out from the RFC's own definition: split at the largest power of two below the size."""

    def by_definition(leaves: list[bytes]) -> bytes:
        if len(leaves) <= 1:
            return leaves[0] if leaves else sha256(b"").digest()
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        left, right = by_definition(leaves[:split]), by_definition(leaves[split:])
        return sha256(b"\x01" + left + right).digest()

    for size in range(35):
        leaves = sorted(leaf_hash(bytes([number])) for number in range(size))
        assert root_of(reversed(leaves)) == by_definition(leaves), size
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_root_at_closing_is_over_what_was_in_the_box(app: Flask, db: Database) -> None:
    opened(app, db)
    closed(db)
    [root] = roots(db)
    assert root.root == root_of(leaves_in_box(db))
    assert root.ballots == 7
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.closed")).one()
    assert (entry.detail["root"], entry.detail["ballots"]) == (root.root.hex(), 7)


# Counting refuses what is not in the tree.


def replaced(session: Session) -> None:
    """Anybody can seal a sheet with the public key; the new one is from the same unit, so the totals agree."""
    ballot = session.scalars(select(Ballot).limit(1)).one()
    survey = session.get_one(Survey, ballot.survey_id)
    unit_id = next(unit.unit_id for unit in survey.units if unit.unit.code == "A")
    ballot.sealed = seal(survey.public_key or b"", Sheet(unit_id, bytes([1] * 9 + [0]), {}))


def replaced_with_its_leaf(session: Session) -> None:
    replaced(session)
    ballot = next(ballot for ballot in session.dirty if isinstance(ballot, Ballot))
    ballot.leaf = leaf_hash(ballot.sealed)


def replaced_in_the_tree_too(session: Session) -> None:
    before = session.scalars(select(Ballot).limit(1)).one().leaf
    replaced_with_its_leaf(session)
    session.flush()
    ballot_leaves = session.scalars(select(Ballot.leaf)).all()
    [new] = set(ballot_leaves) - set(session.scalars(select(TallyLeaf.leaf)))
    session.execute(update(TallyLeaf).where(TallyLeaf.leaf == before).values(leaf=new))


def replaced_with_a_new_root(session: Session) -> None:
    replaced_in_the_tree_too(session)
    session.execute(update(TallyRoot).values(root=root_of(session.scalars(select(TallyLeaf.leaf)))))


def removed(session: Session) -> None:
    session.delete(session.scalars(select(Ballot).limit(1)).one())


def copied(session: Session) -> None:
    ballot = session.scalars(select(Ballot).limit(1)).one()
    session.add(Ballot(survey_id=ballot.survey_id, sealed=ballot.sealed))


def root_dropped(session: Session) -> None:
    session.execute(delete(TallyRoot))


MEDDLING = [
    replaced,
    replaced_with_its_leaf,
    replaced_in_the_tree_too,
    replaced_with_a_new_root,
    removed,
    copied,
    root_dropped,
]


@pytest.mark.parametrize("meddle", MEDDLING, ids=lambda meddle: meddle.__name__)
def test_counting_refuses_what_was_added_removed_or_changed_after_closing_and_hr_sees_an_alarm(
    app: Flask, db: Database, meddle: Callable[[Session], None], caplog: pytest.LogCaptureFixture
) -> None:
    opened(app, db)
    closed(db)
    with db.transaction() as session:
        meddle(session)
    for _twice in range(2):
        with caplog.at_level(logging.CRITICAL), pytest.raises(CountingError, match="Ingenting er talt opp"):
            count(db, keys_of(app), KEY)
    assert "survey.tally_broken" in caplog.text
    with db.reading() as session:
        survey = find_survey(session, KEY)
        assert survey.status == SurveyStatus.CLOSED
        assert keys_of(app).has(survey.id)
        alarms = select(func.count()).where(AuditEntry.action == "survey.tally_broken")
        assert session.scalar(alarms) == 1


@pytest.mark.parametrize("meddle", [replaced_with_its_leaf, removed], ids=lambda meddle: meddle.__name__)
def test_a_ballot_that_was_published_by_night_is_missed_when_it_is_gone_before_closing(
    app: Flask, db: Database, meddle: Callable[[Session], None]
) -> None:
    opened(app, db)
    assert publish_tonight(db, days(1)) == [KEY]
    with db.transaction() as session:
        meddle(session)
    closed(db)
    with pytest.raises(CountingError, match="siden kontrolltallet for dem: 1"):
        count(db, keys_of(app), KEY)


def test_a_night_that_was_dropped_is_missed(app: Flask, db: Database) -> None:
    opened(app, db)
    publish_tonight(db, days(1))
    with db.transaction() as session:
        session.execute(delete(TallyRoot))
        session.execute(delete(NightLeaf))
    closed(db)
    with pytest.raises(CountingError, match="ikke de samme som i hendelsesloggen"):
        count(db, keys_of(app), KEY)


def test_a_trail_that_was_changed_after_it_was_chained_stops_the_count(app: Flask, db: Database) -> None:
    opened(app, db)
    publish_tonight(db, days(1))
    closed(db)
    with db.transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER audit_entry_no_update"))
        else:
            session.execute(text("DROP TRIGGER audit_entry_append_only ON audit_entry"))
        session.execute(
            update(AuditEntry)
            .where(AuditEntry.action == "survey.opened")
            .values(at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        )
    with pytest.raises(CountingError, match="Hendelsesloggen om undersøkelsen er endret"):
        count(db, keys_of(app), KEY)


def test_a_ballot_that_is_changed_while_they_are_counted_stops_the_count(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the opening, which PostgreSQL would let another connection do."""

    def check_and_meddle(session: Session, survey: Survey, leaves: Collection[bytes]) -> None:
        check_box(session, survey, leaves)
        replaced(session)
        session.flush()

    opened(app, db)
    closed(db)
    monkeypatch.setattr(counting_ballots, "check_box", check_and_meddle)
    with pytest.raises(CountingError, match="endret mens svarene ble talt opp"):
        count(db, keys_of(app), KEY)


def test_a_survey_that_was_closed_before_there_were_trees_is_frozen_once(app: Flask, db: Database) -> None:
    opened(app, db)
    with db.transaction() as session:
        find_survey(session, KEY).status = SurveyStatus.CLOSED
    with pytest.raises(CountingError, match="Kontrolltallet fra lukkingen mangler"):
        count(db, keys_of(app), KEY)
    with db.transaction() as session:
        assert freeze_boxes_closed_before(session) == 1
        assert freeze_boxes_closed_before(session) == 0
    count(db, keys_of(app), KEY)


def test_a_survey_from_before_there_were_receipts_asks_for_no_code(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    opened(app, db)
    with db.transaction() as session:
        find_survey(session, KEY).status = SurveyStatus.COUNTED
    assert "før kvitteringene fikk en kode" in client.get(PAGE).text
    assert KEY not in client.get("/svar/telling").text


def test_an_untouched_box_is_counted(app: Flask, db: Database) -> None:
    opened(app, db)
    publish_tonight(db, days(1))
    more_answers(app, db, 6)
    publish_tonight(db, days(2))
    more_answers(app, db, 1)
    closed(db)
    leaves = set(leaves_in_box(db))
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        assert find_survey(session, KEY).status == SurveyStatus.COUNTED
        assert set(session.scalars(select(TallyLeaf.leaf))) == leaves


# The nights.


def test_a_night_with_fewer_new_ballots_than_the_minimum_group_publishes_nothing(
    app: Flask, db: Database
) -> None:
    opened(app, db, 4)
    assert publish_tonight(db, days(1)) == []
    more_answers(app, db, 1)
    assert publish_tonight(db, days(1)) == [], "the same night again: nobody sees when the fifth came"
    assert publish_tonight(db, days(2)) == [KEY]
    more_answers(app, db, 4)
    assert publish_tonight(db, days(3)) == []
    assert len(roots(db)) == 1


def test_the_number_of_a_night_is_rounded_down_wherever_it_is_written(app: Flask, db: Database) -> None:
    opened(app, db, 17)
    publish_tonight(db, days(1))
    [root] = roots(db)
    assert root.ballots == 10
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.tally_published")).one()
    assert entry.detail == {"number": 1, "root": root.root.hex(), "at_least": 10}


def test_the_work_of_a_night_is_done_once_however_often_it_is_asked_for(app: Flask, db: Database) -> None:
    opened(app, db)
    assert publish_tonight(db, days(1)) == [KEY]
    more_answers(app, db, 6)
    assert publish_tonight(db, days(1)) == []
    assert len(roots(db)) == 1


def test_the_worker_does_the_work_of_the_night(app: Flask, db: Database) -> None:
    opened(app, db)
    app.extensions["medvirk_work"]["tally"]()
    assert len(roots(db)) == 1


def test_after_counting_nothing_tells_in_which_night_a_ballot_came(app: Flask, db: Database) -> None:
    opened(app, db)
    publish_tonight(db, days(1))
    closed(db)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        assert session.scalars(select(NightLeaf)).all() == []
        kept = session.scalars(select(TallyLeaf.leaf)).all()
    assert {column.name for column in TallyLeaf.__table__.columns} == {"survey_id", "leaf"}
    assert kept == sorted(kept)


def test_nobody_finds_those_who_came_last_by_trying_which_leaves_a_night_had(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """The leaves are public after closing. Leaving out each two of them in turn is nothing for a computer."""
    opened(app, db, 9)
    publish_tonight(db, days(1))
    in_the_night = leaves_in_box(db)
    more_answers(app, db, 2)
    closed(db)
    count(db, keys_of(app), KEY)
    public = [bytes.fromhex(line) for line in client.get(f"{PAGE}/avtrykk.txt").text.split()]
    tried = {root_of(set(public) - set(last)) for last in combinations(public, 2)}
    assert root_of(in_the_night) in tried, "the attack works on a root that is not covered"
    [night, _closing] = roots(db)
    assert night.salt is None
    assert night.root not in tried
    assert night.root not in {covered(root, b"") for root in tried}


def test_the_trail_is_chained_each_night_and_an_earlier_head_stays_in_the_chain(
    app: Flask, db: Database
) -> None:
    opened(app, db)
    publish_tonight(db, days(1))
    with db.reading() as session:
        first = published_head(session, find_survey(session, KEY))
    closed(db)
    publish_tonight(db, days(2))
    with db.reading() as session:
        second = published_head(session, find_survey(session, KEY))
    assert first is not None
    assert second is not None
    assert second.entries == first.entries + 1
    assert second.head != first.head


# The receipt.


def delivers(app: Flask, db: Database, client: FlaskClient) -> tuple[Respondent, str]:
    """Somebody who delivers in a survey where others have: she, and the receipt code she is shown."""
    opened(app, db)
    with db.transaction() as session:
        [code] = invite_some(app, session, find_survey(session, KEY))
    person = Respondent(client, code)
    person.answers_to_the_review()
    person.press()
    return person, shown_code(person)


def shown_code(person: Respondent) -> str:
    found = [
        _text for element in person.page.tree.iter("span") if (_text := element.text or "").count("-") == 3
    ]
    [code] = found
    return code


def says(client: FlaskClient, code: str, language: str = "nb") -> str:
    return client.post(f"{PAGE}?sprak={language}", data={"kode": code}).text


def test_the_receipt_shows_a_code_and_pressing_deliver_again_shows_the_same(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    opened(app, db)
    with db.transaction() as session:
        [code] = invite_some(app, session, find_survey(session, KEY))
    person = Respondent(client, code)
    person.answers_to_the_review()
    form, sent = person.page.form_address(), person.page.unseen()
    person.press()
    shown = shown_code(person)
    again = client.post(form, data=sent, follow_redirects=True)
    assert shown in again.text
    for language in ("nn", "en"):
        [address] = [
            a for name, a in person.page.links().items() if f"/{language}/" in a and "kvittering" in a
        ]
        assert shown in client.get(address).text
    assert shown not in client.get(f"/svar/{code}").text
    assert shown not in client.get(f"{person.way}/kvittering").text
    assert len(leaves_in_box(db)) == 8


def test_the_code_of_another_showing_of_the_page_finds_nothing(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    person, shown = delivers(app, db, client)
    other = client.post(f"{person.way}/lever", data={"kvittering": "A" * 22}, follow_redirects=True)
    assert other.status_code == 200
    assert shown not in other.text


def test_the_receipt_is_found_on_any_device_when_the_survey_is_counted(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    _person, code = delivers(app, db, client)
    other_device = app.test_client()
    assert "Ikke ennå" in says(other_device, code)
    closed(db)
    assert "ligger låst" in says(other_device, code)
    count(db, keys_of(app), KEY)
    assert "Ja, svaret ble telt med" in says(other_device, code)
    assert "Ja, svaret blei talt med" in says(other_device, code.lower().replace("-", " "), "nn")
    assert "Yes, the answer was counted" in says(other_device, code, "en")
    answer = other_device.post(PAGE, data={"kode": code})
    assert answer.headers.getlist("Set-Cookie") == []


def test_while_the_survey_is_open_every_code_gets_the_same_answer(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """Otherwise whoever asks each morning would see on which day she delivered."""
    _person, code = delivers(app, db, client)
    made_up = grouped(receipt_code(leaf_hash(b"made up")))
    publish_tonight(db, days(1))
    assert says(client, code).replace(code, "") == says(client, made_up).replace(made_up, "")


def test_a_ballot_that_was_changed_behind_her_back_is_seen_by_her(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """Before the night of its first root nothing else binds what she sent: her code does."""
    _person, code = delivers(app, db, client)
    with db.transaction() as session:
        wanted = normalised(code)
        hers = next(
            ballot for ballot in session.scalars(select(Ballot)) if receipt_code(ballot.leaf) == wanted
        )
        survey = session.get_one(Survey, hers.survey_id)
        unit_id = next(unit.unit_id for unit in survey.units if unit.unit.code == "A")
        hers.sealed = seal(survey.public_key or b"", Sheet(unit_id, bytes([1] * 9 + [0]), {}))
        hers.leaf = leaf_hash(hers.sealed)
    closed(db)
    count(db, keys_of(app), KEY)
    assert "Nei, vi finner ikke koden" in says(client, code)


def test_nothing_in_the_database_joins_a_receipt_to_an_invitation(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """Her ballot's id comes from a token that only her page had: not found by what is stored."""
    person, code = delivers(app, db, client)
    with db.reading() as session:
        ids = set(session.scalars(select(Ballot.id)))
    plain = person.code.replace("-", "")
    guesses = {sha256(seed).digest()[:16] for seed in (plain.encode(), b"ballot" + plain.encode())}
    assert {ballot.bytes for ballot in ids}.isdisjoint(guesses)
    bare = normalised(code) or ""
    with db.engine.connect() as connection:
        for table in Ballot.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert not any(bare in str(cell) or code in str(cell) for cell in row), table.name


def test_guessing_receipts_is_stopped_by_client(app: Flask, db: Database, client: FlaskClient) -> None:
    _person, code = delivers(app, db, client)
    closed(db)
    statuses = [
        client.post(PAGE, data={"kode": grouped(receipt_code(leaf_hash(bytes([n]))))}).status_code
        for n in range(61)
    ]
    assert statuses == [200] * 60 + [429]
    assert client.post(PAGE, data={"kode": code}).status_code == 429


def test_a_receipt_code_is_not_taken_for_an_invitation_code() -> None:
    code = receipt_code(leaf_hash(b"any"))
    assert code_format.normalised(code) is None
    assert normalised(code) == code
    assert normalised(grouped(code).lower()) == code
    assert normalised(code[:-1] + ("0" if code[-1] != "0" else "1")) is None


def test_no_other_code_is_found_in_the_tree(app: Flask, db: Database) -> None:
    opened(app, db)
    closed(db)
    with db.reading() as session:
        survey = find_survey(session, KEY)
        for leaf in session.scalars(select(TallyLeaf.leaf)).all():
            assert is_in_the_tree(session, survey.id, receipt_code(leaf))
            near = (int.from_bytes(leaf) + (1 << 200)) % (1 << 256)
            assert not is_in_the_tree(session, survey.id, receipt_code(near.to_bytes(32)))


# The public page.


def test_anybody_can_compute_the_root_from_what_the_page_offers(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    opened(app, db)
    closed(db)
    page = client.get(PAGE)
    assert "7 svar" in page.text
    listed = [bytes.fromhex(line) for line in client.get(f"{PAGE}/avtrykk.txt").text.split()]
    assert root_of(listed).hex() in page.text


def test_an_open_survey_and_a_very_small_one_tell_neither_number_nor_leaves(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    opened(app, db, 3)
    assert client.get(f"{PAGE}/avtrykk.txt").status_code == 404
    closed(db)
    assert "færre enn 5 svar" in client.get(PAGE).text
    assert client.get(f"{PAGE}/avtrykk.txt").status_code == 404


def test_a_draft_has_no_page(app: Flask, db: Database, client: FlaskClient) -> None:
    opened(app, db)
    with db.transaction() as session:
        find_survey(session, KEY).status = SurveyStatus.DRAFT
    assert client.get(PAGE).status_code == 404
    assert KEY not in client.get("/svar/telling").text
