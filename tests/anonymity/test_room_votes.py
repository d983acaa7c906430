"""A vote in a room: what its page promises, attacked by the leader, by whoever votes twice, and with the database."""

import datetime as dt
import re
from collections.abc import Callable
from threading import Event, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from sqlalchemy import inspect, select, update

from surveys.access.models import Role
from surveys.followup.meetings import meeting_page, voting
from surveys.followup.meetings.models import FocusChoice, RoomBallot, RoomVote, RoomVoteStatus
from surveys.followup.meetings.outcomes import NoticedChange, most_voted, noticed
from surveys.followup.meetings.voting import close_forgotten
from surveys.organisation.models import Person, Unit
from surveys.platform import clock, limits
from surveys.platform.database import Database
from surveys.release.models import Release
from tests.card_building import sign_in_as
from tests.meetings import (
    MEETING,
    close,
    has_told,
    meeting_site,
    newest_vote,
    open_room,
    save_choice,
    vote,
)
from tests.page_tokens import without_tokens
from tests.releasing import KEY

KEPT, IMPROVED = "TRI", "ROL"


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return meeting_site(app, db, monkeypatch)


@pytest.fixture
def leader(client: FlaskClient, site: Database) -> FlaskClient:
    sign_in_as(client, site, Role.LEADER, "A")
    return client


def seen_by_leader(leader: FlaskClient) -> str:
    """Everything on her page but the token against forged forms."""
    return without_tokens(leader.get(MEETING).text)


def cast(app: Flask, address: str, *votes: tuple[str, str]) -> None:
    for first, second in votes:
        assert vote(app, address, first, second).status_code == 200


def ballots(db: Database) -> list[RoomBallot]:
    with db.reading() as session:
        return list(session.scalars(select(RoomBallot)))


def test_a_vote_is_sealed_and_has_neither_time_order_nor_person(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    address = open_room(leader, 5)
    cast(app, address, ("TRI", "ROL"), ("ROL", "TRI"), ("SPN", "TRI"))
    assert {column.key for column in inspect(RoomBallot).columns} == {"id", "vote_id", "sealed"}
    stored = ballots(site)
    assert len({len(each.sealed) for each in stored}) == 1
    assert not any(key in each.sealed for each in stored for key in (b"TRI", b"ROL", b"SPN"))
    wrong = SealedBox(voting._private_key(b"not the server's secret", newest_vote(site)))
    with pytest.raises(CryptoError):
        wrong.decrypt(stored[0].sealed)


def test_nobody_sees_how_many_have_voted_while_it_is_open(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    address = open_room(leader, 9)
    before = seen_by_leader(leader)
    for _each in range(4):
        cast(app, address, (KEPT, IMPROVED))
        assert seen_by_leader(leader) == before
    cast(app, address, (KEPT, IMPROVED))
    enough = seen_by_leader(leader)
    assert "Nok har stemt til at vi kan vise resultatet." in enough
    cast(app, address, ("SPN", "TRI"))
    assert seen_by_leader(leader) == enough
    assert not has_told(site)


def test_with_fewer_votes_than_the_minimum_group_nothing_is_told_or_kept(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    cast(app, open_room(leader, 5), *[(KEPT, IMPROVED)] * 4)
    close(leader)
    text = leader.get(MEETING).text
    assert "For få stemte til at vi kan vise noe. Bruk papir eller håndsopprekning" in text
    assert "Flest vil" not in text
    found = newest_vote(site)
    assert (found.status, found.first, found.second) == (RoomVoteStatus.TOO_FEW, "", "")
    assert ballots(site) == []


def test_a_vote_is_not_opened_for_fewer_than_the_minimum_group(leader: FlaskClient) -> None:
    refused = leader.post(f"{MEETING}/avstemning", data={"antall": "4"})
    assert refused.status_code == 422
    assert "krever minst 5 i rommet. Bruk papir eller håndsopprekning" in refused.text
    for typed in ("", "fem", "-5", "501", "9" * 40):
        assert leader.post(f"{MEETING}/avstemning", data={"antall": typed}).status_code == 422


def test_a_leader_cannot_say_that_many_more_are_there_than_the_unit_has(
    site: Database, leader: FlaskClient
) -> None:
    """Else she could fill the vote up with her own votes and read the rest from what most chose."""
    with site.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        session.add_all(
            Person(employee_number=f"rom-{number}", name=f"Ansatt {number}", unit=unit)
            for number in range(14)
        )
    address = f"{MEETING}/avstemning"
    too_many = leader.post(address, data={"antall": "71", "sikker": "71"})
    assert too_many.status_code == 422
    assert "Enheten har 14 ansatte, og da kan dere være høyst 70." in too_many.text
    asked = leader.post(address, data={"antall": "29"})
    assert asked.status_code == 422
    assert 'name="sikker" value="29"' in asked.text
    assert leader.post(address, data={"antall": "40", "sikker": "29"}).status_code == 422, (
        "sure of another number"
    )
    with site.reading() as session:
        assert session.scalars(select(RoomVote)).all() == []
    open_room(leader, 29, sikker="29")
    close(leader)
    open_room(leader, 28)
    assert newest_vote(site).people == 28


def test_a_survey_that_shows_three_still_needs_five_votes(site: Database, leader: FlaskClient) -> None:
    with site.transaction() as session:
        session.execute(update(Release).values(minimum_group=3))
    assert leader.post(f"{MEETING}/avstemning", data={"antall": "4"}).status_code == 422
    open_room(leader, 5)
    assert newest_vote(site).least == 5


def test_only_what_most_chose_is_told_and_a_unanimous_vote_looks_like_a_divided_one(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    def told(votes: list[tuple[str, str]]) -> tuple[str, str, str]:
        with site.transaction() as session:
            session.execute(update(RoomVote).values(status=RoomVoteStatus.TOO_FEW, first="", second=""))
        cast(app, open_room(leader, 9), *votes)
        close(leader)
        found = newest_vote(site)
        page = leader.get(MEETING).text
        return found.first, found.second, page.partition('id="avstemning"')[2].partition("</section>")[0]

    unanimous = told([(KEPT, IMPROVED)] * 6)
    divided = told([(KEPT, IMPROVED)] * 3 + [("SPN", "TRI"), ("ROL", "SPN")] * 1 + [(KEPT, IMPROVED)])
    assert unanimous == divided
    assert unanimous[:2] == (KEPT, IMPROVED)
    assert "Flest vil ta vare på trivsel." in unanimous[2]
    assert not re.search(r"\d", re.sub(r"<[^>]+>", " ", unanimous[2]))


def test_a_vote_with_more_votes_than_people_tells_nothing(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    """The leader, or anybody, votes again from a fresh page: nothing can stop that, and it is found out."""
    cast(app, open_room(leader, 5), *[(KEPT, IMPROVED)] * 5, ("SPN", "TRI"))
    close(leader)
    text = leader.get(MEETING).text
    assert "Det kom flere stemmer enn dere er i rommet." in text
    assert "Flest vil" not in text
    assert newest_vote(site).first == ""
    assert ballots(site) == []


def test_everybody_reads_how_many_the_leader_says_are_in_the_room(app: Flask, leader: FlaskClient) -> None:
    page = app.test_client().get(open_room(leader, 17)).text
    assert "Lederen har skrevet at dere er 17 i rommet." in page
    assert "Kommer det flere stemmer enn 17, teller vi ingen." in page


def test_a_page_that_is_sent_twice_is_one_vote_and_the_first_counts(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    address = open_room(leader, 9)
    answers = [vote(app, address, *choice, number="x" * 22) for choice in ((KEPT, IMPROVED), ("SPN", "TRI"))]
    assert answers[0].text == answers[1].text
    assert len(ballots(site)) == 1
    cast(app, address, ("SPN", "TRI"), ("SPN", "TRI"), (KEPT, IMPROVED), (KEPT, IMPROVED))
    close(leader)
    assert newest_vote(site).first == KEPT


@pytest.mark.parametrize("number", ["", "kort", "x" * 23, "x" * 21 + "'"])
def test_a_vote_without_the_pages_own_number_is_asked_for_again(
    app: Flask, site: Database, leader: FlaskClient, number: str
) -> None:
    address = open_room(leader, 9)
    phone = app.test_client()
    answer = phone.post(address, data={"forst": KEPT, "sa": IMPROVED, "nummer": number})
    assert answer.status_code == 422
    assert re.search(r'value="TRI" checked', answer.text), "what was chosen is kept"
    assert ballots(site) == []


def test_a_told_vote_is_never_held_again_so_nobody_can_subtract(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    cast(app, open_room(leader, 6), *[(KEPT, IMPROVED)] * 6)
    close(leader)
    again = leader.post(f"{MEETING}/avstemning", data={"antall": "5"})
    assert again.status_code == 422
    assert "Dere har stemt, og resultatet er vist." in again.text
    with site.reading() as session:
        assert len(session.scalars(select(RoomVote)).all()) == 1
    save_choice(leader)
    assert leader.post(f"{MEETING}/avstemning", data={"antall": "5"}).status_code == 422


def test_two_votes_are_never_open_at_once(leader: FlaskClient) -> None:
    open_room(leader, 6)
    again = leader.post(f"{MEETING}/avstemning", data={"antall": "6"})
    assert again.status_code == 422
    assert "En avstemning er allerede åpen." in again.text


def test_a_closed_vote_and_one_that_never_was_look_alike(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    address = open_room(leader, 5)
    late = app.test_client().get(address).text
    number = re.search(r'name="nummer" value="([\w-]+)"', late)
    assert number is not None
    close(leader)
    never = app.test_client().get("/svar/mote/0000-0000-0000")
    closed = app.test_client().get(address)
    assert never.status_code == closed.status_code == 404
    assert never.text.replace("0000-0000-0000", "") == closed.text.replace(address.rpartition("/")[2], "")
    sent = app.test_client().post(address, data={"forst": KEPT, "sa": IMPROVED, "nummer": number.group(1)})
    assert sent.status_code == 404
    assert ballots(site) == []


def test_when_it_is_closed_neither_votes_nor_key_nor_address_are_left(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    cast(app, open_room(leader, 6), *[(KEPT, IMPROVED)] * 5)
    kept = [each.sealed for each in ballots(site)]
    close(leader)
    found = newest_vote(site)
    assert (found.room, found.nonce) == (None, None)
    assert ballots(site) == []
    with pytest.raises(voting.RoomVoteError):
        voting._private_key(app.config["SECRETS"].codes, found)
    assert len(kept) == 5


def test_a_phone_gets_no_cookie_no_script_and_nothing_to_keep(app: Flask, leader: FlaskClient) -> None:
    phone = app.test_client()
    address = open_room(leader, 6)
    page = phone.get(address)
    sent = vote(app, address, KEPT, IMPROVED)
    for answer in (page, sent):
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.text
    assert KEPT not in sent.text, "the receipt does not say what was voted"
    assert "rivsel" not in sent.text


def test_a_forgotten_vote_takes_no_votes_after_two_hours_and_is_closed(
    app: Flask, site: Database, leader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = open_room(leader, 6)
    cast(app, address, *[(KEPT, IMPROVED)] * 5)
    secret = app.config["SECRETS"].codes
    assert close_forgotten(site, secret) == 0
    later = clock.now() + dt.timedelta(hours=2, seconds=1)
    monkeypatch.setattr(voting, "now", lambda: later)
    assert vote(app, address, KEPT, IMPROVED).status_code == 404
    assert close_forgotten(site, secret) == 1
    assert has_told(site)
    assert ballots(site) == []


def test_a_choice_that_follows_the_vote_says_so_and_another_says_that_it_was_written_down(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    cast(app, open_room(leader, 6), *[(KEPT, IMPROVED)] * 5)
    close(leader)
    form = leader.get(f"{MEETING}/valg").text
    assert '<option value="TRI" selected>' in form
    save_choice(leader)
    assert "med avstemning på telefon" in leader.get(MEETING).text
    save_choice(leader, bevare="SPN", begrunnelse="Vi ombestemte oss")
    assert "i møtet. Skrevet inn av" in leader.get(MEETING).text


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"forst": ""}, "Velg én ting dere skal ta vare på."),
        ({"sa": "XYZ"}, "Velg én ting dere skal forbedre."),
        ({"sa": KEPT}, "Velg noe annet å forbedre enn det dere skal ta vare på."),
    ],
    ids=["nothing", "unknown", "the same"],
)
def test_a_vote_that_is_not_whole_is_not_taken(
    app: Flask, site: Database, leader: FlaskClient, changes: dict[str, str], fault: str
) -> None:
    sent = {"forst": KEPT, "sa": IMPROVED} | changes
    answer = vote(app, open_room(leader, 6), sent["forst"], sent["sa"])
    assert answer.status_code == 422
    assert fault in answer.text
    assert ballots(site) == []


def test_only_the_units_leader_opens_and_closes(app: Flask, site: Database, leader: FlaskClient) -> None:
    open_room(leader, 6)
    for role, unit in ((Role.LEADER, "B1"), (Role.LEADER, "K"), (Role.HR, "K"), (Role.REPRESENTATIVE, "A")):
        other = app.test_client()
        sign_in_as(other, site, role, unit)
        assert other.post(f"{MEETING}/avstemning/avslutt").status_code == 403
    assert newest_vote(site).status is RoomVoteStatus.OPEN


@pytest.fixture
def month_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def move(days: int) -> None:
        day = clock.municipal_day() + dt.timedelta(days=days)
        for module in (voting, meeting_page):
            monkeypatch.setattr(module, "municipal_day", lambda: day)

    return move


def chosen_today(db: Database, leader: FlaskClient) -> None:
    save_choice(leader)
    with db.transaction() as session:
        session.execute(update(FocusChoice).values(chosen_on=clock.municipal_day()))


def test_the_check_comes_a_month_after_the_choice_and_a_month_after_the_last(
    app: Flask, site: Database, leader: FlaskClient, month_later: Callable[[int], None]
) -> None:
    assert leader.post(f"{MEETING}/avstemning", data={"antall": "6", "sjekk": "ja"}).status_code == 422
    chosen_today(site, leader)
    month_later(27)
    assert "Start sjekken" not in leader.get(MEETING).text
    assert leader.post(f"{MEETING}/avstemning", data={"antall": "6", "sjekk": "ja"}).status_code == 422
    month_later(28)
    assert "Start sjekken" in leader.get(MEETING).text
    cast(app, open_room(leader, 6, sjekk="ja"), *[("5", "3")] * 5)
    close(leader)
    text = leader.get(MEETING).text
    assert "Samlet svar om rolleklarhet: bedre enn før." in text
    assert "Samlet svar om trivsel: omtrent som før." in text
    refused = leader.post(f"{MEETING}/avstemning", data={"antall": "6", "sjekk": "ja"})
    assert "Det må gå 28 dager før dere sjekker." in refused.text


def test_the_check_tells_words_and_never_of_fewer_than_the_minimum_group(
    app: Flask, site: Database, leader: FlaskClient, month_later: Callable[[int], None]
) -> None:
    chosen_today(site, leader)
    month_later(28)
    address = open_room(leader, 6, sjekk="ja")
    assert (
        "Hvordan er det med rolleklarhet nå, sammenlignet med før møtet?"
        in app.test_client().get(address).text
    )
    assert vote(app, address, "6", "1").status_code == 422
    cast(app, address, *[("1", "1")] * 4)
    close(leader)
    assert "For få svarte til at vi kan vise noe." in leader.get(MEETING).text
    assert newest_vote(site).first == ""


def test_no_word_of_the_check_says_that_all_answered_alike() -> None:
    assert noticed([5] * 5) is noticed([5, 5, 5, 2, 2]) is NoticedChange.BETTER
    assert noticed([1] * 5) is noticed([1, 1, 1, 4, 4]) is NoticedChange.WORSE
    assert noticed([3] * 5) is noticed([1, 5, 3, 2, 4]) is NoticedChange.SAME


def test_a_tie_is_named_only_among_few() -> None:
    assert most_voted(["B", "A", "B", "A", "C"]) == ("A", "B")
    assert most_voted(["A", "B", "C", "D", "E"]) == ()
    assert most_voted([]) == ()


def test_the_rooms_address_is_the_same_for_everybody(app: Flask, leader: FlaskClient) -> None:
    """The same address for everybody in the room: nothing in it can tell two phones apart."""
    address = open_room(leader, 6)
    pages = {
        re.sub(r'name="nummer" value="[^"]+"', "", app.test_client().get(address).text) for _each in "ab"
    }
    assert len(pages) == 1
    assert KEY not in address


def test_a_vote_on_its_way_when_it_is_closed_is_counted_and_none_comes_after(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    room = open_room(leader, 9).rpartition("/")[2].replace("-", "")
    secret = app.config["SECRETS"].codes
    locked, closed = Event(), Event()

    def close_it() -> None:
        locked.wait(10)
        with site.transaction() as session:
            found = voting.votes_of(session, newest_vote(site).survey_id, newest_vote(site).unit_id)[0]
            voting.close_room(session, secret, found, "A", KEY)
        closed.set()

    closing = Thread(target=close_it)
    closing.start()
    with site.transaction() as session:
        found = voting.find_room(session, room, will_vote=True)
        assert found is not None
        locked.set()
        assert not closed.wait(0.5), "it waits for the vote"
        for number in range(5):
            voting.cast_vote(session, secret, found, f"{number:022}", KEPT, IMPROVED)
    closing.join(10)
    assert closed.is_set()
    assert newest_vote(site).first == KEPT
    assert ballots(site) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nn", ("Vel éin ting å ta vare på og éin å forbetre", "Rolleklarleik", "Dette lovar vi")),
        ("en", ("Choose one thing to keep and one to improve", "Role clarity", "What we promise")),
    ],
)
def test_the_phone_speaks_the_voters_language(
    app: Flask, leader: FlaskClient, language: str, words: tuple[str, ...]
) -> None:
    address = open_room(leader, 6)
    page = app.test_client().get(f"{address}?sprak={language}").text
    assert all(each in page for each in words)
    assert f"sprak={language}" in page.partition("<form")[2], "the answer comes in the same language"


def test_many_votes_from_one_client_are_stopped_calmly(
    app: Flask, site: Database, leader: FlaskClient
) -> None:
    address = open_room(leader, 9)
    most = parse(limits.VOTES_OF_A_CLIENT)
    with app.test_request_context(environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        limits.limiter.limiter.hit(most, limits.client_key(), "respond.send_vote", cost=most.amount - 1)
    cast(app, address, (KEPT, IMPROVED))
    stopped = vote(app, address, KEPT, IMPROVED)
    assert stopped.status_code == 429
    assert "Vent litt" in stopped.text
    assert len(ballots(site)) == 1
