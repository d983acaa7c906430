"""HR plans a survey: a draft is changed, copied, narrowed down and deleted; the deadline is moved later."""

import datetime as dt
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from questionnaires.loading import builtin, definition_path
from surveys.access.models import Account, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns import checklist as checklists
from surveys.campaigns.checklist import ChecklistItem
from surveys.campaigns.invitations import recipients_from_roster
from surveys.campaigns.lifecycle import open_survey, picture_tree
from surveys.campaigns.models import Invitation, ScopeRule, ScopeUnit, Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.planning import change_scope
from surveys.campaigns.reconciling import ReconcileChoices, reconciliation
from surveys.campaigns.scope import Scope
from surveys.hr.opening_by_plan import open_due
from surveys.organisation.models import Person, Unit
from surveys.platform import clock
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, build_units, invite_some, keys_of
from tests.card_building import sign_in_anew, sign_in_as
from tests.respondent import Respondent

PAGE = "/undersokelser/liten-2026"
TODAY = dt.date(2026, 3, 10)
TREE = {"K": None, "A": "K", "B": "K", "A1": "A", "A2": "A", "B1": "B"}


def _at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """It is this moment in Norway, in winter."""
    fixed = dt.datetime.fromisoformat(moment + "+01:00").astimezone(dt.UTC)
    monkeypatch.setattr(clock, "now", lambda: fixed)


@pytest.fixture
def draft(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A draft for all of a small municipality where one leader and two others are in each unit; 10 March 2026."""
    app.config["WTF_CSRF_ENABLED"] = False
    _at(monkeypatch, "2026-03-10T12:00")
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        units["B1"].type = "skole"
        build_survey(session, units["K"])
        for number, unit in enumerate([unit for unit in units.values() for _ in range(3)]):
            session.add(
                Person(
                    employee_number=str(number),
                    name="Ola",
                    unit=unit,
                    is_leader=number % 3 == 0,
                    email=f"a{number}@b.no",
                )
            )
    return db


@pytest.fixture
def hr(draft: Database, client: FlaskClient) -> FlaskClient:
    sign_in_as(client, draft, Role.HR)
    return client


def _text(client: FlaskClient, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.text)


def _ids(db: Database) -> dict[str, int]:
    with db.reading() as session:
        return {unit.code: unit.id for unit in session.scalars(select(Unit))}


def _actions(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def _form(text: str) -> dict[str, str]:
    """What a browser would send back of the survey form without touching it."""
    found = re.findall(
        r'<input class="ds-input" type="(?:text|date|number)"[^>]*name="(\w+)" value="([^"]*)"', text
    )
    found += re.findall(r'name="(\w+)" rows="4"[^>]*>([^<]*)<', text)
    found += re.findall(r'type="checkbox"[^>]*name="(\w+)" value="(y)" checked', text)
    for name in ("questionnaire", "unit"):
        [options] = re.findall(rf'<select[^>]*name="{name}"[^>]*>(.*?)</select>', text)
        found += [(name, value) for value in re.findall(r'value="([^"]*)" selected', options)]
    return dict(found)


def test_a_draft_is_changed_and_keeps_what_was_not_touched(draft: Database, hr: FlaskClient) -> None:
    sent = _form(_text(hr, f"{PAGE}/endre"))
    sent["title_nb"], sent["closes_on"] = "Bedre tittel", "2026-03-25"
    answer = hr.post(f"{PAGE}/endre", data=sent)
    assert answer.status_code == 302, answer.text
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert survey.key == "liten-2026"
        assert survey.title == {
            "nb": "Bedre tittel",
            "nn": "Lita undersøking 2026",
            "en": "Small survey 2026",
        }
        assert (survey.opens_on, survey.closes_on) == (dt.date(2026, 3, 2), dt.date(2026, 3, 25))
        assert (survey.instrument.key, survey.minimum_group) == ("liten", 5)
        assert [step.visible_on for step in survey.visibility] == [dt.date(2026, 4, 1)]
        assert len(survey.units) == len(TREE)
    assert "survey.changed" in _actions(draft)


def test_an_open_survey_is_neither_changed_narrowed_nor_deleted(
    app: Flask, draft: Database, hr: FlaskClient
) -> None:
    sent = _form(_text(hr, f"{PAGE}/endre")) | {"title_nb": "For sent"}
    with draft.transaction() as session:
        open_survey(session, session.scalars(select(Survey)).one(), keys_of(app))
    for address in ("endre", "slett", "utvalg"):
        data = sent if address == "endre" else {"leaders_only": "y"}
        assert hr.post(f"{PAGE}/{address}", data=data).location.endswith(PAGE)
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.title["nb"], survey.leaders_only) == ("Liten undersøkelse 2026", False)
    assert "ligger fast" in _text(hr, f"{PAGE}/utvalg")


def test_deleting_a_draft_says_what_is_lost_and_leaves_nothing(
    app: Flask, draft: Database, hr: FlaskClient
) -> None:
    ids = _ids(draft)
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        change_scope(session, survey, Scope(only=frozenset({ids["A"]}), types=frozenset({"enhet"})))
        invite_some(app, session, survey, count=2)
    hr.post(f"{PAGE}/sjekkliste", data={"punkt": "dpia"})
    text = _text(hr, f"{PAGE}/slett")
    for lost in ("innsynsplan", "hvem som er med", "1 kryss", "2 koder"):
        assert lost in text
    assert _actions(draft)[-1] != "survey.draft_deleted"
    assert hr.post(f"{PAGE}/slett").status_code == 302
    with draft.reading() as session:
        for table in (Survey, SurveyUnit, ScopeUnit):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).select_from(Person)) == 18
    assert _actions(draft)[-1] == "survey.draft_deleted"


def test_a_copy_is_a_year_on_with_the_same_weekdays_and_the_same_people(
    draft: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _ids(draft)
    with draft.transaction() as session:
        source = session.scalars(select(Survey)).one()
        change_scope(session, source, Scope(excluded=frozenset({ids["B"]})))
    _at(monkeypatch, "2026-09-01T12:00")
    sign_in_anew(draft)
    text = _text(hr, "/undersokelser/ny?som=liten-2026")
    assert "Se over alt før du lagrer" in text
    sent = _form(text) | {"questionnaire": "medarbeider:2"}
    assert (sent["title_nb"], sent["opens_on"], sent["closes_on"]) == (
        "Liten undersøkelse 2027",
        "2027-03-01",
        "2027-03-19",
    )
    assert sent["visible_leaders"] == "2027-03-31"
    assert hr.post("/undersokelser/ny?som=liten-2026", data=sent).status_code == 302
    with draft.reading() as session:
        copy = session.scalars(select(Survey).where(Survey.key == "liten-undersokelse-2027")).one()
        assert {unit.unit.code for unit in copy.units} == {"K", "A", "A1", "A2"}
        assert copy.status == SurveyStatus.DRAFT
    assert "har fått en ny versjon" not in text, "it has the only version there is"


def test_a_copy_that_asks_by_a_newer_version_says_how_many_lines_go_on(
    draft: Database, hr: FlaskClient
) -> None:
    old = definition_path("byggesak", 1).read_bytes()
    with draft.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "K")).one()
        build_survey(session, unit, key="byggesak-2026", questionnaire=builtin("byggesak", 1), source=old)
    html = hr.get("/undersokelser/ny?som=byggesak-2026").text
    assert "har fått en ny versjon siden sist. 2 av 7 trendlinjer fortsetter." in html
    [address] = re.findall(r'href="(/sporreskjema/byggesak/sammenlign[^"]*)"', html)
    page = _text(hr, address.replace("&amp;", "&"))
    assert "Påstandene om tid og tilgjengelighet er de samme." in page


@pytest.mark.parametrize(
    ("chosen", "asked", "people"),
    [
        ({}, {"K", "A", "B", "A1", "A2", "B1"}, 18),
        ({"only": ["A"]}, {"A", "A1", "A2"}, 9),
        ({"excluded": ["A1"]}, {"K", "A", "B", "A2", "B1"}, 15),
        ({"types": ["skole"]}, {"B1"}, 3),
        ({"only": ["B"], "leaders_only": True}, {"B", "B1"}, 2),
        ({"only": ["A"], "excluded": ["A"]}, set(), 0),
    ],
)
def test_the_picture_and_the_invited_follow_the_scope(
    draft: Database, hr: FlaskClient, chosen: dict[str, list[str]], asked: set[str], people: int
) -> None:
    ids = _ids(draft)
    sent: MultiDict[str, str] = MultiDict()
    for name, values in chosen.items():
        if name == "leaders_only":
            sent.add(name, "y")
            continue
        for value in values:
            sent.add(name, value if name == "types" else str(ids[value]))
    text = re.sub(r"\s+", " ", hr.post(f"{PAGE}/utvalg", data=sent, follow_redirects=True).text)
    assert f"Undersøkelsen spør {people} personer" in text
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        picture_tree(session, survey)
        session.flush()
        assert {unit.unit.code for unit in survey.units if unit.asked} == asked
        parents = {unit.unit_id: unit.parent_id for unit in survey.units}
        assert all(parent is None or parent in parents for parent in parents.values())
        assert len(recipients_from_roster(session, survey)) == people


def test_a_unit_that_is_not_on_the_page_is_refused(draft: Database, hr: FlaskClient) -> None:
    assert "Velg blant dem som står på siden" in hr.post(f"{PAGE}/utvalg", data={"only": "999"}).text
    assert "Velg blant dem som står på siden" in hr.post(f"{PAGE}/utvalg", data={"types": "finnes ikke"}).text


def test_the_checklist_stores_who_ticked_and_when_and_lets_go_of_it_when_the_draft_changes(
    draft: Database, hr: FlaskClient
) -> None:
    assert "5 punkter gjenstår" in _text(hr, f"{PAGE}/sjekkliste")
    for item in ChecklistItem:
        hr.post(f"{PAGE}/sjekkliste", data={"punkt": item.value})
    text = _text(hr, f"{PAGE}/sjekkliste")
    assert text.count("Krysset av av Kari Eide 10. mars 2026") == 5
    assert "Alt er gjort" in text
    assert "Innsynet" not in _text(hr, f"{PAGE}/steg/open")
    sent = _form(_text(hr, f"{PAGE}/endre")) | {"visible_leaders": "2026-05-01"}
    hr.post(f"{PAGE}/endre", data=sent)
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert checklists.missing(session, survey) == [ChecklistItem.VISIBILITY]
    hr.post(f"{PAGE}/utvalg", data={"leaders_only": "y"})
    hr.post(f"{PAGE}/sjekkliste", data={"punkt": "dpia", "angre": "1"})
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert checklists.missing(session, survey) == [
            ChecklistItem.VISIBILITY,
            ChecklistItem.ROSTER,
            ChecklistItem.DPIA,
        ]


def test_the_machine_sees_missing_languages_and_dates_that_have_been(
    draft: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.purpose = {"nb": "Hvorfor", "nn": " "}
    _at(monkeypatch, "2026-03-21T00:00")
    sign_in_anew(draft)
    text = _text(hr, f"{PAGE}/sjekkliste")
    assert "Mangler på nynorsk og engelsk" in text
    with draft.reading() as session:
        missing = checklists.missing(session, session.scalars(select(Survey)).one())
    assert {ChecklistItem.DATES, ChecklistItem.LANGUAGES} <= set(missing)
    hr.post(f"{PAGE}/sjekkliste", data={"punkt": "languages"})
    with draft.reading() as session:
        assert ChecklistItem.LANGUAGES in checklists.missing(session, session.scalars(select(Survey)).one())


def test_opening_without_a_complete_checklist_says_what_is_missing_and_asks(
    draft: Database, hr: FlaskClient
) -> None:
    text = _text(hr, f"{PAGE}/steg/open")
    assert "Åpne undersøkelsen uten å ha fullført sjekklisten?" in text
    assert text.count("Gjenstår i sjekklisten:") == 5
    assert hr.post(f"{PAGE}/steg/open").status_code == 302
    with draft.reading() as session:
        [opened] = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.opened"))
        assert opened.detail["not_done"] == ["visibility", "roster", "test", "validity", "dpia"]


def test_opening_before_the_planned_day_is_asked_about_and_not_pushed(
    draft: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _at(monkeypatch, "2026-03-01T12:00")
    sign_in_anew(draft)
    assert "før den planlagte dagen?" in _text(hr, f"{PAGE}/steg/open")
    assert re.search(r'class="ds-button" data-variant="secondary" href="[^"]*steg/open"', _text(hr))
    _at(monkeypatch, "2026-03-02T12:00")
    sign_in_anew(draft)
    assert "før den planlagte dagen?" not in _text(hr, f"{PAGE}/steg/open")


def _is_planned(db: Database, *, is_ticked: bool) -> None:
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.opens_automatically = True
        account = session.scalars(select(Account.id)).one()
        for item in ChecklistItem if is_ticked else ():
            checklists.tick(session, survey, item, account)


def test_the_worker_opens_on_the_day_once_and_never_before(
    app: Flask, draft: Database, hr: FlaskClient
) -> None:
    _is_planned(draft, is_ticked=True)
    with app.app_context():
        assert open_due(draft, dt.date(2026, 3, 1)) == []
        assert open_due(draft, dt.date(2026, 3, 2)) == ["liten-2026"]
        assert open_due(draft, dt.date(2026, 3, 3)) == []
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.status, bool(survey.public_key)) == (SurveyStatus.OPEN, True)
        [opened] = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.opened"))
        said = {
            "by": "systemet",
            "planned": "2026-03-02",
            "one_key": "Prøve uten to nøkkelholdere",
            "minimum_group": 5,
            "comment_minimum": 10,
            "readers_from": ["leaders 2026-04-01"],
        }
        assert opened.detail == said
    assert "steg/invite" in _text(hr)


@pytest.mark.usefixtures("hr")
def test_it_waits_while_the_checklist_is_not_complete_or_hr_did_not_choose_it(
    app: Flask, draft: Database
) -> None:
    with app.app_context():
        assert open_due(draft, TODAY) == []
        _is_planned(draft, is_ticked=False)
        assert open_due(draft, TODAY) == []


def test_the_pilot_is_invited_first_and_the_rest_after(app: Flask, draft: Database, hr: FlaskClient) -> None:
    ids = _ids(draft)
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        change_scope(session, survey, Scope(pilot=frozenset({ids["A"]})))
        open_survey(session, survey, keys_of(app))
    assert "steg/invite-pilot" in _text(hr)
    assert "9 personer i piloten" in _text(hr, f"{PAGE}/steg/invite-pilot")
    hr.post(f"{PAGE}/steg/invite-pilot")
    with draft.reading() as session:
        assert set(session.scalars(select(Invitation.unit_id))) == {ids["A"], ids["A1"], ids["A2"]}
    assert "steg/invite-pilot" not in _text(hr)
    page = hr.get(f"{PAGE}/steg/invite").text
    number = re.findall(r'name="messages" value="(\d+)"', page)
    hr.post(f"{PAGE}/steg/invite", data={"messages": number})
    with draft.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 18


@pytest.mark.parametrize(("shared", "mails"), [("one", "8"), ("paper", "7")])
def test_the_pilot_asks_about_an_address_that_two_have(
    app: Flask, draft: Database, hr: FlaskClient, shared: str, mails: str
) -> None:
    ids = _ids(draft)
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        change_scope(session, survey, Scope(pilot=frozenset({ids["A"]})))
        open_survey(session, survey, keys_of(app))
        people = session.scalars(select(Person).where(Person.unit_id == ids["A1"])).all()
        people[0].email = people[1].email = "felles@example.no"
    address = f"{PAGE}/steg/invite-pilot"
    assert "felles@example.no" in hr.get(address).text
    assert hr.post(address, data={"messages": "99", "shared": shared}).status_code == 409
    assert hr.post(address, data={"messages": mails, "shared": shared}).status_code == 302
    with draft.reading() as session:
        found = session.scalars(select(Invitation.email)).all()
        assert sum(bool(email) for email in found) == int(mails)
        assert found.count("felles@example.no") == (shared == "one")
        assert found.count("") == (2 if shared == "paper" else 0)


def test_the_full_invitation_leaves_out_units_outside_the_scope(draft: Database, app: Flask) -> None:
    ids = _ids(draft)
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        change_scope(session, survey, Scope(excluded=frozenset({ids["A1"]}), leaders_only=True))
        with app.app_context():
            invited = reconciliation(session, survey).recipients(ReconcileChoices(new_units=True))
        assert {each.person_id for each in invited} == {
            each.person_id for each in recipients_from_roster(session, survey)
        }


def test_the_test_answers_are_the_preview(hr: FlaskClient) -> None:
    page = hr.get(f"{PAGE}/prov", follow_redirects=True)
    assert page.status_code == 200
    assert "ingenting lagres" in page.text


class TestDeadline:
    """Moved later, shown at once, and kept by the respondents' pages."""

    @pytest.fixture
    def code(self, app: Flask, draft: Database) -> str:
        with draft.transaction() as session:
            survey = session.scalars(select(Survey)).one()
            survey.closes_automatically = True
            open_survey(session, survey, keys_of(app))
            return invite_some(app, session, survey)[0]

    def test_it_is_moved_later_and_the_trail_says_from_and_to(
        self, draft: Database, hr: FlaskClient, code: str
    ) -> None:
        answer = hr.post(f"{PAGE}/frist", data={"closes_on": "27.03.2026"}, follow_redirects=True)
        assert "Siste svardag er nå 27. mars 2026" in answer.text
        assert "27. mars" in hr.get(f"/svar/{code}/nb/").text
        with draft.reading() as session:
            [moved] = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.deadline_moved"))
            assert moved.detail == {
                "before": "2026-03-20",
                "after": "2026-03-27",
                "readers_wait": [],
            }
            assert moved.account_id

    @pytest.mark.usefixtures("code")
    def test_nobody_sees_results_before_the_new_deadline(self, draft: Database, hr: FlaskClient) -> None:
        assert "venter til den dagen" in _text(hr, f"{PAGE}/frist")
        hr.post(f"{PAGE}/frist", data={"closes_on": "2026-04-10"})
        with draft.reading() as session:
            survey = session.scalars(select(Survey)).one()
            assert [step.visible_on for step in survey.visibility] == [dt.date(2026, 4, 10)]
            moved = session.scalars(
                select(AuditEntry).where(AuditEntry.action == "survey.deadline_moved")
            ).one()
            assert moved.detail["readers_wait"] == ["leaders"]

    @pytest.mark.parametrize(
        ("now", "day", "words"),
        [
            ("2026-03-10T12:00", "2026-03-19", "bare flyttes til en senere dag"),
            ("2026-03-25T12:00", "2026-03-24", "en dag som har vært"),
            ("2026-03-10T12:00", "", "Skriv siste svardag, for eksempel 20.03.2026."),
        ],
    )
    def test_it_is_refused_with_a_reason(
        self,
        draft: Database,
        hr: FlaskClient,
        code: str,  # noqa: ARG002 -- the survey is open
        monkeypatch: pytest.MonkeyPatch,
        now: str,
        day: str,
        words: str,
    ) -> None:
        _at(monkeypatch, now)
        sign_in_anew(draft)
        answer = hr.post(f"{PAGE}/frist", data={"closes_on": day})
        assert words in answer.text
        with draft.reading() as session:
            assert session.scalars(select(Survey.closes_on)).one() == dt.date(2026, 3, 20)

    @pytest.mark.usefixtures("code")
    def test_closing_is_no_primary_button_while_people_may_answer(
        self, hr: FlaskClient, draft: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with draft.transaction() as session:
            for person in session.scalars(select(Person)):
                person.active = False
        for day, is_primary in (("2026-03-10", False), ("2026-03-20", False), ("2026-03-21", True)):
            _at(monkeypatch, f"{day}T12:00")
            sign_in_anew(draft)
            [rest] = re.findall(r'<a class="ds-button"([^>]*steg/close)', _text(hr))
            assert ("secondary" not in rest) is is_primary
            assert ("før fristen?" not in _text(hr, f"{PAGE}/steg/close")) is is_primary

    def test_begun_answers_are_saved_and_delivered_in_the_grace_but_nobody_starts(
        self, app: Flask, draft: Database, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with draft.transaction() as session:
            other = invite_some(app, session, session.scalars(select(Survey)).one())[0]
        begun, newcomer = Respondent(app.test_client(), code), Respondent(app.test_client(), other)
        _at(monkeypatch, "2026-03-20T23:59")
        begun.goes_to("side/1")
        begun.answers_all()
        _at(monkeypatch, "2026-03-21T00:59")
        assert newcomer.goes_to("").heading == "Undersøkelsen er avsluttet"
        assert newcomer.goes_to("side/1").heading == "Undersøkelsen er avsluttet"
        assert begun.goes_to("oppsummering").heading == "Se over og lever"
        assert "klokken 01.00" in app.test_client().get(f"/svar/{code}/nb/").text
        _at(monkeypatch, "2026-03-21T01:00")
        assert begun.goes_to("oppsummering").heading == "Undersøkelsen er avsluttet"
        client = app.test_client()
        assert "kvittering" not in client.post(f"/svar/{code}/nb/lever").location
        _at(monkeypatch, "2026-03-21T00:59")
        assert client.post(f"/svar/{code}/nb/lever").location.endswith("/kvittering")

    def test_a_page_that_was_open_at_midnight_is_saved(
        self, app: Flask, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = app.test_client()
        _at(monkeypatch, "2026-03-21T00:30")
        assert client.post(f"/svar/{code}/nb/side/1", data={}).status_code == 303
        _at(monkeypatch, "2026-03-21T01:00")
        assert client.post(f"/svar/{code}/nb/side/1", data={}).location.endswith(f"{code}?sprak=nb")

    def test_a_survey_closed_by_hand_takes_answers_until_then(
        self, app: Flask, draft: Database, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with draft.transaction() as session:
            session.scalars(select(Survey)).one().closes_automatically = False
        _at(monkeypatch, "2026-03-25T12:00")
        assert "fortsatt" in app.test_client().get(f"/svar/{code}/nb/").text


def test_the_scope_of_the_pilot_is_stored(draft: Database, hr: FlaskClient) -> None:
    ids = _ids(draft)
    hr.post(f"{PAGE}/utvalg", data={"pilot": str(ids["A1"])})
    with draft.reading() as session:
        [row] = session.scalars(select(ScopeUnit))
        assert (row.rule, row.unit_id) == (ScopeRule.PILOT, ids["A1"])
    assert "Hvem er med" in _text(hr, f"{PAGE}/utvalg")
