"""A unit's plan: who writes it, in versions that nothing overwrites, and never a score that its reader may not see."""

import datetime as dt
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from surveys.access.models import Role
from surveys.actions.models import ResultOpening
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep
from surveys.followup.actions import index_views
from surveys.platform.database import Database
from surveys.release.models import Turnout
from surveys.site import home
from tests.building import build_survey
from tests.card_building import release_figures, sign_in_as, unit_of
from tests.planning_actions import TODAY, TYPED, add_action, plan_text, planning_site, post, theme, versions


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return planning_site(app, db, monkeypatch)


def _open_to(db: Database, readers: ReaderGroup, year: int, day: dt.date | None) -> None:
    """Sets the day from which the readers see the survey; None takes the step away."""
    with db.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == f"liten-{year}")).one()
        survey.visibility = [step for step in survey.visibility if step.readers != readers]
        session.flush()
        if day is not None:
            survey.visibility.append(VisibilityStep(readers=readers, visible_on=day))


def _open_both(db: Database, readers: ReaderGroup = ReaderGroup.LEADERS) -> None:
    for year in (2025, 2026):
        _open_to(db, readers, year, dt.date(year, 5, 1))


def test_an_empty_plan_says_what_to_do(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    assert "Velg én ting dere vil beholde" in plan_text(client)
    assert "Legg til et tiltak" in plan_text(client)


def test_an_action_is_added_started_and_done(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    assert add_action(client).status_code == 302
    assert "Dette forbedrer vi" in plan_text(client)
    assert "Planlagt" in plan_text(client)
    post(client, "/planer/A/1/status", status="started", versjon=1)
    assert "I gang" in plan_text(client)
    post(client, "/planer/A/1/status", status="done", versjon=2)
    assert "Gjort" in plan_text(client)
    assert [each.status for each in versions(site)] == ["planned", "started", "done"]


def test_an_action_is_dropped_only_with_a_reason_that_the_plan_shows(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    refused = client.post("/planer/A/1/status", data={"status": "dropped", "versjon": "1", "grunn": " "})
    assert refused.status_code == 422
    assert "Skriv hvorfor dere dropper tiltaket." in refused.text
    post(client, "/planer/A/1/status", status="dropped", versjon=1, grunn="Vi fikk ny turnus")
    assert "Dette droppet vi" in plan_text(client)
    assert "Vi fikk ny turnus" in plan_text(client)


def test_a_change_is_a_new_version_and_can_be_undone(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    client.post("/planer/A/1/endre", data=TYPED | {"hva": "Vi tar det på onsdagsmøtet", "versjon": "1"})
    assert "Vi tar det på onsdagsmøtet" in plan_text(client)
    first, second = versions(site)
    undone = post(client, "/planer/A/1/angre", utgave=second.id)
    assert "Endringen er angret." in undone.text
    assert first.what in plan_text(client)
    again = post(client, "/planer/A/1/angre", utgave=second.id)
    assert "Ingenting er angret." in again.text
    post(client, "/planer/A/1/angre", utgave=first.id)
    assert "Det er ingen ennå" in plan_text(client)
    assert "Tiltaket er tatt ut av planen." in client.get("/planer/A/1").text
    with site.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [each for each in actions if each.startswith("action.")] == [
        "action.added", "action.changed", "action.undone", "action.undone",
    ]  # fmt: skip


def test_of_two_at_once_the_later_is_told_and_keeps_her_text(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    client.post("/planer/A/1/endre", data=TYPED | {"hva": "Den første", "versjon": "1"})
    later = client.post("/planer/A/1/endre", data=TYPED | {"hva": "Den andre", "versjon": "1"})
    assert later.status_code == 409
    assert "Den andre" in later.text
    assert "Den første" in later.text
    assert [each.what for each in versions(site)][1:] == ["Den første"]
    post(client, "/planer/A/1/status", status="done", versjon=1)
    assert versions(site)[-1].status == "planned"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"hva": ""}, "Skriv hva dere skal gjøre."),
        ({"hvem": ""}, "Skriv hvem som gjør det."),
        ({"frist": ""}, "Skriv når det skal være gjort."),
        ({"frist": "i morgen"}, "Skriv fristen som 31.12.2026."),
        ({"frist": "31.10.2026"}, "Fristen har allerede vært."),
        ({"frist": "01.01.2062"}, "mer enn 3 år fram"),
        ({"tegn": "x" * 301}, "høyst 300 tegn"),
        ({"hvem": "Kari 01010750160"}, "fødselsnummer"),
        ({"tema": "finnes-ikke:TRI"}, "Velg et tema fra listen."),
        ({"indikator": "999"}, "Velg en indikator fra listen."),
        ({"retning": "noe annet"}, "Velg om dere vil forbedre eller beholde noe."),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    client: FlaskClient, site: Database, changes: dict[str, str], fault: str
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    page = add_action(client, **changes)
    assert page.status_code == 422
    assert fault in page.text
    assert versions(site) == []


def test_another_units_leader_neither_reads_nor_writes(
    client: FlaskClient, app: Flask, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    other = app.test_client()
    sign_in_as(other, site, Role.LEADER, "B")
    assert other.get("/planer/A").status_code == 403
    for path in ("endre", "status", "angre", "vurder"):
        assert other.post(f"/planer/A/1/{path}", data=TYPED | {"versjon": "1"}).status_code == 403
        # Her own unit's address with another unit's action.
        assert other.post(f"/planer/B/1/{path}", data=TYPED | {"versjon": "1"}).status_code == 404
    assert other.get("/planer/B/1").status_code == 404
    assert len(versions(site)) == 1


def test_whoever_is_above_reads_and_does_not_write(client: FlaskClient, app: Flask, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    for role in (Role.HR, Role.CONTROLLER, Role.LEADER):
        above = app.test_client()
        sign_in_as(above, site, role, "K")
        assert TYPED["hva"] in plan_text(above)
        assert "Legg til et tiltak" not in plan_text(above)
        assert add_action(above).status_code == 403


def test_where_nobody_leads_the_unit_the_leader_above_writes(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "K")
    assert add_action(client, "B").status_code == 302


def test_a_representative_reads_and_ticks(client: FlaskClient, app: Flask, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    representative = app.test_client()
    sign_in_as(representative, site, Role.REPRESENTATIVE, "K")
    for _again in range(2):
        post(representative, "/planer/A/sett")
    assert plan_text(client).count("Sett av Kari Eide") == 1


class TestScores:
    def test_before_and_after_are_the_released_figures_and_their_one_verdict(
        self, client: FlaskClient, site: Database
    ) -> None:
        _open_both(site)
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client, tema=theme(site, 2025))
        text = plan_text(client)
        assert "2025: 3,1" in text
        assert "2026: 3,6" in text
        assert "Tydelig opp siden 2025" in text
        assert "Tydelig opp siden 2025" in client.get("/resultater/liten-2026/A").text

    def test_a_theme_that_is_not_measured_again_says_so(self, client: FlaskClient, site: Database) -> None:
        _open_both(site)
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client, tema=theme(site, 2026))
        assert "2026: 3,6 Ikke målt igjen ennå" in plan_text(client)

    def test_a_hidden_figure_is_never_shown_as_before_or_after(
        self, client: FlaskClient, site: Database
    ) -> None:
        _open_both(site)
        sign_in_as(client, site, Role.LEADER, "B")
        add_action(client, "B", tema=theme(site, 2026))
        text = plan_text(client, "B")
        assert "2026:" in text
        assert "3,9" not in text
        assert "opp siden" not in text

    def test_whoever_may_not_see_the_survey_yet_sees_the_plan_without_its_scores(
        self, client: FlaskClient, app: Flask, site: Database
    ) -> None:
        _open_both(site)
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client, tema=theme(site, 2025))
        _open_to(site, ReaderGroup.REPRESENTATIVES, 2025, dt.date(2025, 5, 1))
        _open_to(site, ReaderGroup.REPRESENTATIVES, 2026, dt.date(2099, 1, 1))
        representative = app.test_client()
        sign_in_as(representative, site, Role.REPRESENTATIVE, "A")
        text = plan_text(representative)
        assert "2025: 3,1" in text
        assert "Vises fra 1. januar 2099" in text
        assert "3,6" not in text
        assert "Tydelig opp" not in text
        _open_to(site, ReaderGroup.REPRESENTATIVES, 2025, None)
        assert "3,1" not in plan_text(representative)

    def test_a_leader_is_not_offered_themes_of_a_survey_she_may_not_see_yet(
        self, client: FlaskClient, site: Database
    ) -> None:
        _open_both(site)
        _open_to(site, ReaderGroup.LEADERS, 2026, dt.date(2099, 1, 1))
        sign_in_as(client, site, Role.LEADER, "A")
        form = client.get("/planer/A/nytt").text
        assert theme(site, 2025) in form
        assert theme(site, 2026) not in form
        assert add_action(client, tema=theme(site, 2026)).status_code == 422


class TestEvaluation:
    def test_it_says_whether_it_was_done_and_helped(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client)
        post(client, "/planer/A/1/vurder", gjort="partly", hjalp="Færre spør", versjon=0)
        text = plan_text(client)
        assert "Gjorde vi det? Delvis" in text
        assert "Hjalp det? Færre spør" in text

    def test_it_is_skipped_with_a_reason_that_is_seen(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client)
        refused = client.post("/planer/A/1/vurder", data={"gjort": "skipped", "versjon": "0"})
        assert refused.status_code == 422
        assert "Skriv hvorfor dere hopper over vurderingen." in refused.text
        post(client, "/planer/A/1/vurder", gjort="skipped", hjalp="Vi er slått sammen", versjon=0)
        assert "Hoppet over: Vi er slått sammen" in plan_text(client)

    def test_it_is_never_overwritten_and_can_be_taken_back(self, client: FlaskClient, site: Database) -> None:
        sign_in_as(client, site, Role.LEADER, "A")
        add_action(client)
        post(client, "/planer/A/1/vurder", gjort="no", hjalp="Ikke ennå", versjon=0)
        late = client.post("/planer/A/1/vurder", data={"gjort": "yes", "hjalp": "Ja", "versjon": "0"})
        assert late.status_code == 409
        post(client, "/planer/A/1/vurder", gjort="yes", hjalp="Nå virker det", versjon=1)
        taken = post(client, "/planer/A/1/vurder/trekk", vurdering=2)
        assert "Trukket tilbake" in taken.text
        assert "Nå virker det" in taken.text
        assert "Hjalp det? Ikke ennå" in plan_text(client)


def test_the_due_days_are_a_calendar_file(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    add_action(client, hva="Ferdig", frist="01.02.2027")
    post(client, "/planer/A/2/status", status="done", versjon=1)
    answer = client.get("/planer/A/kalender.ics")
    assert answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.data)
    [event] = calendar.walk("VEVENT")
    lines = event.to_ical().decode().replace("\r\n ", "").splitlines()
    assert "DTSTART;VALUE=DATE:20270131" in lines
    assert any(line.startswith("SUMMARY:Frist: Vi skriver hvem som gjør hva") for line in lines)
    assert any(line.startswith("UID:tiltak-1@") for line in lines)


class TestChain:
    def test_the_leaders_first_opening_is_a_day_of_the_unit(
        self, client: FlaskClient, app: Flask, site: Database
    ) -> None:
        _open_both(site)
        above = client
        sign_in_as(above, site, Role.LEADER, "K")
        leader = app.test_client()
        sign_in_as(leader, site, Role.LEADER, "A")
        address = "/resultater/liten-2026/A"
        assert (
            "Lederen har ikke åpnet resultatet ennå. Ingen tiltak i planen ennå." in above.get(address).text
        )
        assert "Lederen har ikke åpnet" in above.get(address).text
        assert "Lederen åpnet resultatet" in leader.get(address).text
        add_action(leader, tema=theme(site, 2026))
        post(leader, "/planer/A/1/vurder", gjort="yes", hjalp="Ja", versjon=0)
        assert "1 tiltak i planen. 1 er vurdert." in above.get(address).text
        with site.reading() as session:
            [opening] = session.scalars(select(ResultOpening))
        assert {column.name for column in opening.__table__.columns} == {
            "survey_id",
            "unit_id",
            "first_opened_on",
        }

    def test_a_director_sees_how_far_her_units_have_come(
        self, client: FlaskClient, app: Flask, site: Database
    ) -> None:
        _open_both(site)
        leader = app.test_client()
        sign_in_as(leader, site, Role.LEADER, "A")
        leader.get("/resultater/liten-2026/A")
        sign_in_as(client, site, Role.LEADER, "K")
        page = " ".join(client.get("/planer").text.split())
        assert "Åpnet: 1. Har tiltak: ingen." in page
        # About an earlier survey than the newest: the list counts the whole plan, the result page what is about it.
        add_action(leader, tema=theme(site, 2025))
        assert "Har tiltak: 1." in " ".join(client.get("/planer").text.split())
        assert "Ingen tiltak i planen ennå." in client.get("/resultater/liten-2026/A").text
        assert "resultatet er ikke åpnet ennå" in page


def test_a_new_action_is_offered_each_theme_as_it_was_last_measured(
    client: FlaskClient, site: Database
) -> None:
    _open_both(site)
    with site.transaction() as session:
        first, second = (find_survey(session, f"liten-{year}") for year in (2025, 2026))
        second.series = first.series
    sign_in_as(client, site, Role.LEADER, "A")
    form = client.get("/planer/A/nytt").text
    assert 'value="liten-2026:TRI"' in form
    assert "liten-2025:TRI" not in form
    # A link from an older result, and an action that is about it, keep it.
    linked = client.get("/planer/A/nytt?tema=liten-2025:TRI").text
    assert 'value="liten-2025:TRI" selected' in linked
    assert '<optgroup label="Eldre: ' in linked
    assert add_action(client, tema="liten-2025:TRI").status_code == 302
    assert 'value="liten-2025:TRI" selected' in client.get("/planer/A/1/endre").text


def test_the_front_page_says_what_nears_its_due_day_and_how_far_units_have_come(
    client: FlaskClient, app: Flask, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open_both(site)
    monkeypatch.setattr(home, "municipal_day", lambda: TODAY)
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client, hva="Snart", frist="05.11.2026")
    add_action(client, hva="Senere", frist="09.11.2026")
    page = client.get("/").text
    assert "Snart" in page
    assert "Senere" not in page
    director = app.test_client()
    sign_in_as(director, site, Role.CONTROLLER, "K")
    page = " ".join(director.get("/").text.split())
    assert "3 enheter har fått et resultat. Åpnet: ingen." in page
    assert "Snart" not in page


def test_the_list_of_plans_says_how_far_each_unit_has_come(
    client: FlaskClient, app: Flask, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    add_action(client)
    director = app.test_client()
    sign_in_as(director, site, Role.LEADER, "K")
    page = " ".join(director.get("/planer").text.split())
    assert "1 tiltak i gang eller planlagt" in page
    assert "ingen tiltak ennå" in page
    assert "Kari Eide" not in page.split("<main")[1]


def _picture_without_answers(db: Database) -> None:
    """A newer survey of the whole tree, where only the top was asked: the residents'."""
    with db.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"), key="liten-2027")
        survey.opens_on, survey.closes_on = dt.date(2026, 6, 1), dt.date(2026, 6, 20)
        release = release_figures(session, survey, {"K": 3.3})
        for each in survey.units:
            number = 30 if each.unit_id == survey.unit_id else 0
            session.add(
                Turnout(release_id=release.id, unit_id=each.unit_id, invited=number, delivered=number)
            )
    _open_to(db, ReaderGroup.LEADERS, 2027, dt.date(2026, 7, 1))


def test_a_survey_where_nobody_in_the_unit_answered_is_no_result_of_hers(
    client: FlaskClient, app: Flask, site: Database
) -> None:
    _open_both(site)
    _picture_without_answers(site)
    sign_in_as(client, site, Role.LEADER, "A")
    client.get("/resultater/liten-2026/A")
    director = app.test_client()
    sign_in_as(director, site, Role.CONTROLLER, "K")
    assert "Åpnet: 1." in director.get("/planer").text
    form = client.get("/planer/A/nytt").text
    assert 'value="liten-2026:TRI"' in form
    assert "liten-2027" not in form
    assert 'value="liten-2027:TRI"' in _form_of_the_top(app, site)


def _form_of_the_top(app: Flask, db: Database) -> str:
    leader = app.test_client()
    sign_in_as(leader, db, Role.LEADER, "K")
    return leader.get("/planer/K/nytt").text


def test_a_representative_follows_the_actions_of_all_her_units_in_one_list(
    client: FlaskClient, app: Flask, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit, changes in {"A": {"hva": "Først", "frist": "05.11.2026"}, "B": {"hva": "Siden"}}.items():
        leader = app.test_client()
        sign_in_as(leader, site, Role.LEADER, unit)
        add_action(leader, unit, **changes)
    post(leader, "/planer/B/2/status", status="done", versjon=1)
    monkeypatch.setattr(index_views, "municipal_day", lambda: dt.date(2026, 11, 6))
    sign_in_as(client, site, Role.REPRESENTATIVE, "K")
    assert 'href="/planer?vis=apne"' in client.get("/planer").text

    def listed(selection: str, reader: FlaskClient = client) -> list[str]:
        page = reader.get("/planer", query_string={"vis": selection}).text
        return re.findall(r'href="/planer/\w#tiltak-\d+">(\w+)<', page)

    assert listed("alle") == ["Først", "Siden"]
    assert listed("apne") == listed("over-fristen") == ["Først"]
    assert listed("uten-vurdering") == ["Siden"]
    assert listed("vurdert") == listed("droppet") == []
    post(leader, "/planer/B/2/vurder", gjort="partly", hjalp="Litt", versjon=0)
    assert listed("vurdert") == ["Siden"]
    assert listed("uten-vurdering") == []
    assert listed("alle", leader) == ["Siden"], "the leader of B reads the plan of B alone"


def test_an_idea_fills_the_form_beside_the_chosen_theme(client: FlaskClient, site: Database) -> None:
    _open_both(site)
    sign_in_as(client, site, Role.LEADER, "A")
    page = client.get(f"/planer/A/nytt?tema={theme(site, 2026)}").text
    assert "Bygger på:" in page
    links = re.findall(r'href="(/planer/A/nytt\?[^"]*hva=[^"]*)"', page)
    filled = client.get(unescape(links[0])).text
    assert re.search(r'<textarea[^>]*id="hva"[^>]*>[^<]{20,}</textarea>', filled)
    assert f'value="{theme(site, 2026)}" selected' in filled
