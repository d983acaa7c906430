"""A line of a card is asked about by whoever sees its value, answered by its owner, and told to nobody else."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReaderGroup
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.reports.year import reminders
from surveys.scorecards.feeding import feed
from surveys.scorecards.own_texts import texts_on_cards
from surveys.scorecards.questions import storing
from surveys.scorecards.questions.models import MOST_OPEN
from tests.asking import WORDS, answer, ask, stored_questions, value_on_page
from tests.building import build_survey
from tests.card_building import measure, release_figures, sign_in_as, unit_of
from tests.replying import TODAY, give_reply, reply_address, replying_site, row_of, text_of
from tests.respondent import Page


@pytest.fixture
def card(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    asked_at = dt.datetime.combine(TODAY - dt.timedelta(days=3), dt.time(12), dt.UTC)
    monkeypatch.setattr(storing, "now", lambda: asked_at)
    return replying_site(app, db, monkeypatch)


@pytest.fixture
def leader(app: Flask, card: Database) -> FlaskClient:
    """Leads A."""
    client = app.test_client()
    sign_in_as(client, card, Role.LEADER, "A")
    return client


def _page(client: FlaskClient, address: str) -> str:
    return text_of(Page(client.get(address)).tree)


def test_a_politician_asks_the_leader_answers_and_both_are_told(
    client: FlaskClient, leader: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.POLITICIAN, "K")
    assert "Spør om M1.2" in row_of(client, "M1.2")
    said = _page(client, reply_address(card))
    assert "Spørsmålet er åpent." in said
    assert "navnet ditt (Kari Eide) og rollen din (Politiker)" in said
    sent = ask(client, card)
    assert sent.status_code == 302
    [question] = stored_questions(card)
    assert "Kari Eide Politiker" in _page(client, reply_address(card))

    assert "1 spørsmål venter på svar" in row_of(leader, "M1.2")
    assert "stilt for 3 dager siden" in row_of(leader, "M1.2")
    assert "Spør om" not in row_of(leader, "M1.2"), "she would ask herself"
    front = _page(leader, "/")
    assert "Spørsmål som venter på svar M1.2 Sykefravær Enhet A, Kari Eide (Politiker)" in front
    assert "Du har fått svar" not in _page(client, "/")
    assert "Spørsmål som venter" not in _page(client, "/"), "not hers to answer"
    assert answer(leader, card, question.id).status_code == 302
    assert "1 spørsmål er besvart" in row_of(leader, "M1.2")
    assert "Spørsmål som venter" not in _page(leader, "/")

    assert "Du har fått svar M1.2 Sykefravær" in _page(client, "/")
    assert "Besvart" in _page(client, "/styringskort/sporsmal")
    assert "Du har fått svar" in _page(client, "/"), "she has not opened it yet"
    assert "Mest to avdelinger." in _page(client, reply_address(card))
    assert "Du har fått svar" not in _page(client, "/")

    assert answer(leader, card, question.id, "Tre avdelinger.", versjon=1).status_code == 302
    page = _page(client, reply_address(card))
    assert "Svar: Tre avdelinger." in page
    assert "Tidligere utgaver av svaret Mest to avdelinger." in page
    with card.reading() as session:
        trail = select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
        entries = session.execute(trail.where(AuditEntry.action.startswith("question."))).all()
    assert [each.action for each in entries] == ["question.asked", "question.answered", "question.answered"]
    assert "avdelinger" not in str(entries), "the trail is for ever: it has no words of anybody"
    assert "fraværet" not in str(entries)
    answered = stored_questions(card)[0].answers[0]
    with card.reading() as session:
        asker, answerer = (
            session.get_one(Account, each) for each in (question.account_id, answered.account_id)
        )
        assert [each.words for each in texts_on_cards(session, asker)] == [WORDS]
        assert [each.words for each in texts_on_cards(session, answerer)] == [
            "Mest to avdelinger.",
            "Tre avdelinger.",
        ]


def test_what_is_wrong_is_said_and_what_was_written_is_kept(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.REPRESENTATIVE, "A")
    for words, said in (
        (" ", "Skriv hva du vil spørre om."),
        ("å" * 301, "Spørsmålet kan ha høyst 300 tegn. Du har skrevet 301."),
        ("Er det Kari 01010750160?", "Spørsmålet har et fødselsnummer eller D-nummer. Ta det bort."),
    ):
        refused = ask(client, card, words)
        assert refused.status_code == 422
        assert said in refused.text
        assert f">{words.strip()}</textarea>" in refused.text
    value = value_on_page(client, reply_address(card))
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 8.0, 2, "A")
    late = ask(client, card, value=value)
    assert late.status_code == 409
    assert "Verdien er endret siden du åpnet siden." in late.text
    assert f">{WORDS}</textarea>" in late.text
    assert stored_questions(card) == []


def test_the_same_form_twice_is_one_question_and_a_few_may_wait(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.REPRESENTATIVE, "A")
    assert ask(client, card).status_code == 302
    assert ask(client, card).status_code == 302
    assert len(stored_questions(card)) == 1
    for number in range(2, MOST_OPEN + 1):
        ask(client, card, f"Spørsmål {number}?")
    refused = ask(client, card, "Ett til?")
    assert refused.status_code == 422
    assert "Du har 3 spørsmål her som venter på svar." in refused.text
    assert ask(client, card, "Om noe annet?", "Ø1.1").status_code == 302
    first = stored_questions(card)[0].id
    taken = client.post(f"/styringskort/sporsmal/{first}/trekk", follow_redirects=True)
    assert "Spørsmålet er trukket tilbake." in taken.text
    assert "Trukket tilbake" in _page(client, "/styringskort/sporsmal")
    assert WORDS not in _page(client, reply_address(card)), "it is hers alone again"
    assert ask(client, card, "Ett til?").status_code == 302
    assert [each.number for each in stored_questions(card)] == [1, 2, 3, 1, 4]


def test_more_than_a_days_questions_are_refused_with_words(
    client: FlaskClient, card: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, card, Role.REPRESENTATIVE, "A")
    monkeypatch.setattr(storing, "MOST_A_DAY", 1)
    assert ask(client, card).status_code == 302
    client.post(f"/styringskort/sporsmal/{stored_questions(card)[0].id}/trekk")
    refused = ask(client, card, "Ett til?")
    assert refused.status_code == 422
    assert "det siste døgnet. Vent til i morgen." in refused.text
    assert ">Ett til?</textarea>" in refused.text


def test_two_who_answer_and_one_who_takes_back_lose_nothing(
    client: FlaskClient, leader: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.HR)
    ask(client, card)
    ask(client, card, "Og neste år?")
    first, second = (each.id for each in stored_questions(card))
    assert answer(leader, card, first, "Hennes svar").status_code == 302
    assert answer(leader, card, first, "Hennes svar").status_code == 302, "the form was sent twice"
    late = answer(client, card, first, "Svar fra HR")
    assert late.status_code == 409
    assert "har svart siden du åpnet siden. Svaret ditt er ikke lagret." in late.text
    assert ">Svar fra HR</textarea>" in late.text
    too_long = answer(leader, card, second, "å" * 601)
    assert "Svaret kan ha høyst 600 tegn." in too_long.text
    answered = client.post(f"/styringskort/sporsmal/{first}/trekk", follow_redirects=True)
    assert "Ingenting er endret." in answered.text
    client.post(f"/styringskort/sporsmal/{second}/trekk")
    overtaken = answer(leader, card, second, "Neste år blir bedre")
    assert overtaken.status_code == 409
    assert "har trukket spørsmålet tilbake. Svaret ditt er ikke lagret." in overtaken.text
    assert "Neste år blir bedre" in overtaken.text
    assert [[answer.words for answer in each.answers] for each in stored_questions(card)] == [
        ["Hennes svar"],
        [],
    ]


def test_nobody_asks_or_reads_where_she_may_not_read_the_card(
    app: Flask, client: FlaskClient, leader: FlaskClient, card: Database
) -> None:
    """The leader of B, by the address, with the numbers of what she may not see; and another's question."""
    sign_in_as(client, card, Role.REPRESENTATIVE, "A")
    ask(client, card)
    [question] = stored_questions(card)
    value = value_on_page(client, reply_address(card))
    stranger = app.test_client()
    sign_in_as(stranger, card, Role.LEADER, "B")
    assert ask(stranger, card, value=value).status_code == 403
    assert answer(stranger, card, question.id).status_code == 403
    assert answer(stranger, card, question.id, unit="B").status_code == 404, "another unit's question"
    assert answer(leader, card, question.id, code="Ø1.1").status_code == 404, "another line's question"
    assert answer(client, card, question.id).status_code == 403, "who asks does not answer"
    assert leader.post(f"/styringskort/sporsmal/{question.id}/trekk").status_code == 404, "another's question"
    for address in ("/", "/styringskort/sporsmal", "/styringskort/B", reply_address(card, unit="B")):
        assert "fraværet" not in stranger.get(address).text
        assert "Spørsmål som venter" not in stranger.get(address).text
    assert [(each.withdrawn_at, each.answers) for each in stored_questions(card)] == [(None, [])]
    # Whoever has lost her role reads nothing more, and may still take her name away.
    answer(leader, card, question.id, "Svaret på det")
    ask(client, card, "Et til?")
    with card.transaction() as session:
        session.execute(delete(Grant).where(Grant.role == Role.REPRESENTATIVE))
    own = client.get("/styringskort/sporsmal").text
    assert "Svaret på det" not in own + client.get("/").text
    assert "Du ser ikke verdien du spurte om nå" in own
    assert "Du har fått svar" not in client.get("/").text
    assert client.post(f"/styringskort/sporsmal/{question.id + 1}/trekk").status_code == 302
    assert stored_questions(card)[1].withdrawn_at is not None


def test_a_question_is_hidden_with_its_value_and_nobody_asks_about_what_she_does_not_see(
    client: FlaskClient, leader: FlaskClient, card: Database
) -> None:
    """Two surveys of one year: of the later, leaders see nothing yet, and then a correction hides it from everybody."""
    with card.transaction() as session:
        for key, closes, opens_to_leaders, mean in (
            ("liten-2026", dt.date(2026, 3, 7), dt.date(2026, 4, 1), 3.6),
            ("liten-2026-2", dt.date(2026, 3, 14), dt.date(2026, 12, 1), 3.0),
        ):
            survey = build_survey(
                session,
                unit_of(session, "K"),
                key,
                opens_on=closes - dt.timedelta(days=5),
                closes_on=closes,
                visibility={ReaderGroup.LEADERS: opens_to_leaders},
            )
            feed(session, release_figures(session, survey, {"A": mean}))
    sign_in_as(client, card, Role.HR)
    value = value_on_page(client, reply_address(card, "M1.1"))
    ask(client, card, "Hvorfor 3,0?", "M1.1")
    give_reply(client, card, "M1.1", arsak="Hvorfor det er 3,0", prognose="3,6")
    [question] = stored_questions(card)
    assert "Hvorfor 3,0?" in client.get(reply_address(card, "M1.1")).text
    assert "3,6" in row_of(leader, "M1.1"), "she sees the earlier survey's value of the same year"
    for address in (reply_address(card, "M1.1"), "/styringskort/A", "/", "/styringskort/sporsmal"):
        page = leader.get(address).text
        assert "Hvorfor" not in page.replace("Hvorfor er det slik?", ""), address
        assert "1 spørsmål" not in page
        assert "Spørsmål som venter" not in page
    assert ask(leader, card, "Er den 3,0?", "M1.1", value=value).status_code == 409
    assert answer(leader, card, question.id, code="M1.1").status_code == 404
    assert answer(client, card, question.id, "Fordi tre er lavt", code="M1.1").status_code == 302
    with card.transaction() as session:
        feed(session, release_figures(session, session.merge(survey), {"A": "too_few"}, number=2))
    for address in (reply_address(card, "M1.1"), "/styringskort/A", "/"):
        page = client.get(address).text
        assert "Hvorfor" not in page.replace("Hvorfor er det slik?", ""), address
        assert "Fordi" not in page
        assert "Du har fått svar" not in page
    assert "er besvart" not in row_of(client, "M1.1")
    assert "Fordi" not in client.get("/styringskort/sporsmal").text
    assert ask(client, card, "Og nå?", "M1.1", value=value).status_code == 409
    nothing_measured = ask(client, card, "Og her?", "M1.3", unit="B", value="None")
    assert nothing_measured.status_code == 409
    assert "Du ser ingen verdi her nå." in nothing_measured.text
    assert "Og her?" in nothing_measured.text
    assert len(stored_questions(card)) == 1


def test_a_closed_unit_takes_no_question_and_the_reminder_names_what_waits(
    client: FlaskClient, leader: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.REPRESENTATIVE, "A")
    ask(client, card)
    with card.reading() as session:
        account = session.scalars(select(Grant).where(Grant.role == Role.LEADER)).one().account
        assert "Enhet A: spørsmål om M1.2 Sykefravær" in reminders._waiting_lines(session, account, TODAY)
    value = value_on_page(client, reply_address(card))
    with card.transaction() as session:
        session.scalars(select(Unit).where(Unit.code == "A")).one().valid_to = TODAY - dt.timedelta(days=1)
    refused = ask(client, card, "Og nå?", value=value)
    assert refused.status_code == 409
    assert "Enheten er avsluttet, og ingen kan svare." in refused.text
    assert "Og nå?" in refused.text
    assert "Ikke besvart. Enheten er avsluttet." in _page(client, "/styringskort/sporsmal")
    assert "Spørsmål som venter" not in _page(leader, "/")
