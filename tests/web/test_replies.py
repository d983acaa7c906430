"""A yellow or red measurement is replied to: by whom, to what, in versions, and never seen where the value is not."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from surveys.access.models import Role
from surveys.actions.models import ActionVersion
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReaderGroup
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Measurement, MeasurementStatus
from surveys.scorecards.replies import reply_views
from tests.building import build_survey
from tests.card_building import measure, release_figures, sign_in_as, unit_of
from tests.replying import (
    TYPED,
    give_reply,
    hidden_fields,
    reply_address,
    replying_site,
    row_of,
    stored_replies,
    text_of,
)
from tests.respondent import Page


@pytest.fixture
def card(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return replying_site(app, db, monkeypatch)


def test_a_reply_changes_what_the_card_says(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    assert "Rød · ikke besvart" in row_of(client, "M1.2")
    assert "Gul · ikke besvart" in row_of(client, "Ø1.1")
    saved = give_reply(client, card)
    assert saved.headers["Location"] == "/styringskort/A#melding"
    # Said in the row that she is led to, once, and not again when the page is opened anew.
    card_page = client.get("/styringskort/A").text
    said = '<div class="ds-alert flash" data-color="success" id="melding" tabindex="-1">Svaret på M1.2 er lagret.</div>'
    assert re.search(rf'id="indikator-M1\.2">\s*{re.escape(said)}', card_page)
    assert card_page.count("er lagret.") == 1
    assert "er lagret." not in client.get("/styringskort/A").text
    row = row_of(client, "M1.2")
    assert "Rød · under forbedring, vurderes 31. desember 2026" in row
    for words in (
        "Influensa i mars",
        "Vi vaksinerer flere",
        "5,9 % Grønn",
        "Samme periode i fjor",
        "Kari Eide",
    ):
        assert words in row
    assert "Gul · ikke besvart" in row_of(client, "Ø1.1")


def test_a_reply_is_never_overwritten(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    give_reply(client, card, tiltak="Vi ansetter vikarer")
    assert [(each.number, each.action) for each in stored_replies(card)] == [
        (1, "Vi vaksinerer flere"),
        (2, "Vi ansetter vikarer"),
    ]
    page = client.get(reply_address(card)).text
    assert "Erstattet av et nyere svar." in page
    assert "Vi vaksinerer flere" in page


def test_a_reply_is_withdrawn_with_a_trail(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    give_reply(client, card, tiltak="Feil enhet")
    first, second = (each.id for each in stored_replies(card))
    taken = client.post(reply_address(card) + "/trekk", data={"svar": str(second)}, follow_redirects=True)
    assert "Svaret er trukket tilbake." in taken.text
    assert "Trukket tilbake" in taken.text
    assert "Vi vaksinerer flere" in row_of(client, "M1.2")
    again = client.post(reply_address(card) + "/trekk", data={"svar": str(second)}, follow_redirects=True)
    assert "Ingenting er endret." in again.text
    client.post(reply_address(card) + "/trekk", data={"svar": str(first)})
    assert "Rød · ikke besvart" in row_of(client, "M1.2")
    with card.reading() as session:
        trail = select(AuditEntry.action, AuditEntry.subject, AuditEntry.detail)
        entries = session.execute(trail.where(AuditEntry.action.startswith("reply."))).all()
    assert [entry.action for entry in entries] == [
        "reply.given",
        "reply.given",
        "reply.withdrawn",
        "reply.withdrawn",
    ]
    assert {entry.subject for entry in entries} == {"A"}
    assert "Influensa" not in str(entries), "the trail is for ever: it has no words of a reply"
    # After a withdrawal the next version has a number of its own.
    assert give_reply(client, card).status_code == 302
    assert [each.number for each in stored_replies(card)] == [1, 2, 3]


def test_of_two_leaders_at_once_the_later_is_told_and_nothing_is_lost(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = hidden_fields(client, reply_address(card))
    give_reply(client, card, hidden=known, tiltak="Hennes tiltak")
    late = give_reply(client, card, hidden=known, tiltak="Hans tiltak")
    assert late.status_code == 409
    assert "Kari Eide har svart siden du åpnet siden. Svaret ditt er ikke lagret." in late.text
    assert "Hennes tiltak" in late.text
    assert ">Hans tiltak</textarea>" in late.text
    assert [each.action for each in stored_replies(card)] == ["Hennes tiltak"]
    then = dict(re.findall(r'name="(maling|versjon)" value="(\d+)"', late.text))
    assert give_reply(client, card, hidden=then, tiltak="Hans tiltak").status_code == 302
    assert [each.action for each in stored_replies(card)] == ["Hennes tiltak", "Hans tiltak"]


def test_a_value_that_changed_meanwhile_is_told(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = hidden_fields(client, reply_address(card))
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 8.0, 2, "A")
    late = give_reply(client, card, hidden=known)
    assert late.status_code == 409
    assert "Nå er den 8,0" in late.text
    assert "(gul)" in late.text
    assert stored_replies(card) == []


def test_a_value_corrected_to_another_colour_asks_again_and_green_keeps_the_history(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    for value, said in ((9.1, "Rød · under forbedring"), (8.0, "Gul · ikke besvart"), (5.0, "Grønn")):
        with card.transaction() as session:
            measure(session, "M1.2", 2026, value, 2, "A")
        assert said in row_of(client, "M1.2")
    assert "besvart" not in row_of(client, "M1.2")
    page = client.get(reply_address(card)).text
    assert "Influensa i mars" in page
    assert "før den ble rettet" in page
    assert 'name="arsak"' not in page


def test_a_value_in_doubt_counts_as_the_colour_it_has(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2))
        feed(session, release_figures(session, survey, {"A": 4.1, "B": 3.9}, margin=0.3))
    sign_in_as(client, card, Role.HR)
    green = row_of(client, "M1.1")
    assert "Grønn, kan være gul" in green
    assert "besvart" not in green
    assert "Gul, kan være grønn · ikke besvart" in row_of(client, "M1.1", "B")


def test_a_hidden_value_cannot_be_replied_to_and_hides_its_reply(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2))
        feed(session, release_figures(session, survey, {"A": 3.0}))
    sign_in_as(client, card, Role.HR)
    known = hidden_fields(client, reply_address(card, "M1.1"))
    assert give_reply(client, card, "M1.1", known, prognose="3,6").status_code == 302
    assert "Influensa i mars" in row_of(client, "M1.1")
    with card.transaction() as session:
        feed(session, release_figures(session, session.merge(survey), {"A": "too_few"}, number=2))
        statuses = session.scalars(
            select(Measurement.status).where(Measurement.release_id.is_not(None))
        ).all()
    assert MeasurementStatus.HIDDEN in statuses
    page = client.get(reply_address(card, "M1.1")).text
    assert "Influensa" not in page + client.get("/styringskort/A").text
    assert give_reply(client, card, "M1.1", known, prognose="3,6").status_code == 409
    assert len(stored_replies(card)) == 1


def test_whoever_may_not_see_a_value_yet_sees_no_reply_to_it_and_gives_none(
    client: FlaskClient, card: Database
) -> None:
    later = {ReaderGroup.LEADERS: dt.date(2026, 12, 1)}
    with card.transaction() as session:
        survey = build_survey(
            session, unit_of(session, "K"), "liten-2026", opens_on=dt.date(2026, 3, 2), visibility=later
        )
        feed(session, release_figures(session, survey, {"A": 3.0}))
    sign_in_as(client, card, Role.HR)
    known = hidden_fields(client, reply_address(card, "M1.1"))
    assert give_reply(client, card, "M1.1", known, prognose="3,6").status_code == 302
    sign_in_as(client, card, Role.LEADER, "A")
    page = client.get(reply_address(card, "M1.1")).text
    for secret in ("Influensa", "Rød", "3,6", "under forbedring"):
        assert secret not in page.replace("Grønn fra", "")
        assert secret not in row_of(client, "M1.1")
    assert give_reply(client, card, "M1.1", known | {"versjon": "1"}, prognose="3,6").status_code == 409
    assert len(stored_replies(card)) == 1


def test_an_earlier_year_shows_its_replies_and_takes_none(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    with card.transaction() as session:
        measure(session, "M1.2", 2025, 9.5, 1, "A")
    page = client.get("/styringskort/A?ar=2025").text
    assert "Dette er et tidligere år. Svarene kan leses her, men ikke endres." in page
    assert "/svar/" not in page
    assert "Rød · ikke besvart" in row_of(client, "M1.2", query="?ar=2025")


def _home(client: FlaskClient) -> str:
    return " ".join(text_of(Page(client.get("/")).tree).split())


def test_the_front_page_lists_what_waits_for_the_leader_and_says_so_when_nothing_does(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    front = _home(client)
    assert "Dette venter på svar fra deg M1.2 Sykefravær Rød Ø1.1 Nettoavvik mot budsjett Gul" in front
    assert "Enheter som ikke har svart" not in front
    give_reply(client, card)
    assert "Dette venter på svar fra deg Ø1.1" in _home(client)
    give_reply(client, card, "Ø1.1", prognose="0")
    assert "Alt som er gult eller rødt på styringskortet ditt, har fått svar." in _home(client)


def test_a_leader_above_sees_how_much_waits_on_her_units(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 9.5, 2, "K")
        measure(session, "M1.2", 2026, 5.5, 2, "B")
    sign_in_as(client, card, Role.LEADER, "K")
    front = _home(client)
    assert "Dette venter på svar fra deg M1.2 Sykefravær Rød" in front
    assert "Enheter som ikke har svart på alt gult og rødt Enhet A 2 uten svar" in front
    assert "Enhet B 1" not in front
    give_reply(client, card)
    assert "Enhet A 1 uten svar" in _home(client)
    lines = [
        text_of(item) for item in Page(client.get("/styringskort")).tree.iter("li") if item.get("data-depth")
    ]
    assert [line for line in lines if "uten svar" in line] == [
        "Enhet K 1 rød 1 uten svar",
        "Enhet A 1 grønn 1 gul 1 rød 1 uten svar",
    ]


def test_nobody_else_is_asked_on_the_front_page(client: FlaskClient, card: Database) -> None:
    for role in (Role.POLITICIAN, Role.REPRESENTATIVE):
        sign_in_as(client, card, role)
        assert "svar" not in _home(client).split("Hei,")[1].lower().replace("svarprosent", "")
        assert "uten svar" not in client.get("/styringskort").text


def test_lists_and_cards_agree_on_what_waits(client: FlaskClient, card: Database) -> None:
    """The list of units reads columns, the card reads rows: every state, and two surveys of one year."""
    later = {ReaderGroup.LEADERS: dt.date(2026, 12, 1)}
    with card.transaction() as session:
        top = unit_of(session, "K")
        for key, day, mean, steps in (
            ("liten-2026", 2, 3.0, {ReaderGroup.LEADERS: dt.date(2026, 4, 1)}),
            ("liten-2026-2", 9, 3.6, later),
        ):
            opens = dt.date(2026, 3, day)
            closes = opens + dt.timedelta(days=5)
            survey = build_survey(session, top, key, opens_on=opens, closes_on=closes, visibility=steps)
            feed(session, release_figures(session, survey, {"A": mean}))
    sign_in_as(client, card, Role.HR)
    give_reply(client, card)
    give_reply(client, card, "M1.1", prognose="4,0")
    for role, number in ((Role.HR, 1), (Role.LEADER, 2)):
        if role is not Role.HR:
            sign_in_as(client, card, role)
        lines = [
            text_of(item)
            for item in Page(client.get("/styringskort")).tree.iter("li")
            if item.get("data-depth")
        ]
        assert f"{number} uten svar" in next(line for line in lines if line.startswith("Enhet A "))
        page = Page(client.get("/styringskort/A"))
        rows = [
            text_of(item) for item in page.tree.iter("li") if str(item.get("id", "")).startswith("indikator-")
        ]
        assert sum("ikke besvart" in row for row in rows) == number, role


def _summary(client: FlaskClient, unit: str = "A") -> list[str]:
    page = Page(client.get(f"/styringskort/{unit}"))
    [box] = [each for each in page.tree.iter("div") if each.get("class") == "card-summary"]
    return [text_of(sentence) for sentence in box.findall("p")]


def test_sentences_say_what_is_red_what_waits_what_went_well_and_what_is_missing(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "M1.2", 2025, 9.9, 2, "A")
    sign_in_as(client, card, Role.LEADER, "A")
    assert _summary(client) == [
        "1 er rød: M1.2 Sykefravær.",
        "2 målinger venter på svar: M1.2 Sykefravær, Ø1.1 Nettoavvik mot budsjett.",
        "2 er grønne eller bedre enn sist: B1.1 Brukertilfredshet, M1.2 Sykefravær.",
        "1 mangler en ny verdi: M1.2 Sykefravær.",
    ]
    give_reply(client, card)
    assert _summary(client)[:2] == [
        "1 er rød: M1.2 Sykefravær.", "1 måling venter på svar: Ø1.1 Nettoavvik mot budsjett."
    ]  # fmt: skip
    give_reply(client, card, "Ø1.1", prognose="0")
    assert _summary(client)[1] == "Alt som er gult eller rødt, har fått svar."
    with card.transaction() as session:
        measure(session, "M1.2", 2026, 7.5, 3, "A")
        measure(session, "Ø1.1", 2026, -9.0, 3, "A")
    assert _summary(client)[1].startswith("2 målinger venter på svar: Ø1.1"), "the red one before the yellow"
    assert "Ø1.1 Nettoavvik mot budsjett Rød M1.2 Sykefravær Gul" in _home(client)


def test_replies_cost_the_card_no_queries_of_their_own(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    statements: list[str] = []
    event.listen(card.engine, "before_cursor_execute", lambda *each: statements.append(each[2]))
    counted = []
    for code in ("M1.2", "Ø1.1", None):
        statements.clear()
        client.get("/styringskort/A")
        counted.append(len(statements))
        if code:
            give_reply(client, card, code, prognose="0")
            give_reply(client, card, code, prognose="1")
    assert len(set(counted)) == 1, "four replies cost as many queries as none"
    assert len([each for each in statements if "measurement_reply" in each]) == 1


def test_two_who_store_in_the_same_moment_cannot_both_win(
    client: FlaskClient, card: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both pages have been found to be up to date: the database lets one of them in."""
    sign_in_as(client, card, Role.LEADER, "A")
    known = hidden_fields(client, reply_address(card))
    give_reply(client, card, hidden=known, tiltak="Hennes tiltak")
    judged, answers = reply_views._overtaken, iter([""])
    monkeypatch.setattr(reply_views, "_overtaken", lambda opened: next(answers, judged(opened)))
    late = give_reply(client, card, hidden=known, tiltak="Hans tiltak")
    assert late.status_code == 409
    assert "Kari Eide har svart siden du åpnet siden." in late.text
    assert ">Hans tiltak</textarea>" in late.text
    assert [each.action for each in stored_replies(card)] == ["Hennes tiltak"]


def test_what_was_typed_when_the_session_had_ended_is_given_back(
    app: Flask, client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    known = hidden_fields(client, reply_address(card))
    with client.session_transaction() as cookie:
        cookie.clear()
    page = client.post(reply_address(card), data=TYPED | known)
    assert page.status_code == 401
    assert "Influensa i mars" in page.text
    assert stored_replies(card) == []


def test_a_politician_reads_why_what_is_done_and_when_it_is_judged(
    client: FlaskClient, card: Database
) -> None:
    sign_in_as(client, card, Role.LEADER, "A")
    give_reply(client, card)
    sign_in_as(client, card, Role.POLITICIAN, "K")
    row = row_of(client, "M1.2")
    for words in ("Influensa i mars", "Vi vaksinerer flere", "vurderes 31. desember 2026"):
        assert words in row
    assert "Endre svaret" not in row


class TestPlanned:
    """A reply's action and an action in the plan are the same."""

    def test_a_replys_action_is_put_in_the_plan_and_the_card_shows_its_state(
        self, client: FlaskClient, card: Database
    ) -> None:
        sign_in_as(client, card, Role.LEADER, "A")
        give_reply(client, card, plan="nytt")
        row = row_of(client, "M1.2")
        assert "I planen: Vi vaksinerer flere Planlagt, frist 31.12.2026" in row
        client.post("/planer/A/1/status", data={"status": "done", "versjon": "1"})
        assert "I planen: Vi vaksinerer flere Gjort" in row_of(client, "M1.2")

    def test_a_reply_points_at_an_action_that_is_there(self, client: FlaskClient, card: Database) -> None:
        sign_in_as(client, card, Role.LEADER, "A")
        action = {"retning": "improve", "hva": "Vikar", "hvem": "Vi", "frist": "01.12.2098"}
        due = {"frist": f"01.01.{municipal_day().year + 2}"}
        assert client.post("/planer/A/nytt", data=action | due).status_code == 302
        assert "Ja, det er dette: Vikar" in client.get(reply_address(card)).text
        give_reply(client, card, plan="1")
        assert "I planen: Vikar" in row_of(client, "M1.2")
        give_reply(client, card, plan="1", tiltak="En gang til")
        with card.reading() as session:
            assert len(session.scalars(select(ActionVersion)).all()) == 2

    def test_whoever_may_not_write_in_the_plan_replies_and_leaves_it_alone(
        self, client: FlaskClient, card: Database
    ) -> None:
        sign_in_as(client, card, Role.LEADER, "A")
        other = client.application.test_client()
        sign_in_as(other, card, Role.CONTROLLER, "K")
        assert "Skal tiltaket stå i planen" not in other.get(reply_address(card)).text
        assert give_reply(other, card, plan="nytt").status_code == 302
        with card.reading() as session:
            assert session.scalars(select(ActionVersion)).all() == []

    def test_a_personal_number_is_refused(self, client: FlaskClient, card: Database) -> None:
        sign_in_as(client, card, Role.LEADER, "A")
        assert "fødselsnummer" in give_reply(client, card, arsak="Kari 01010750160").text
        assert stored_replies(card) == []
