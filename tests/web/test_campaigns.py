"""HR follows a survey from draft to release; participation never comes too close to anybody."""

import datetime as dt
import re
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import (
    Delivery,
    Invitation,
    ReaderGroup,
    Survey,
    SurveyStatus,
    VisibilityStep,
)
from surveys.campaigns.reader_groups import SERVED_GROUPS
from surveys.commands import medvirk
from surveys.hr.turnout import UnitTurnout, turnout
from surveys.organisation.models import Person, Unit
from surveys.organisation.tree import Node
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from tests.building import (
    answer_some,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.card_building import sign_in_anew, sign_in_as

PAGE = "/undersokelser/liten-2026"
TABS = ("", "/sporreskjema", "/innsyn", "/kvalitet", "/frigivelse")


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that sends forms without tokens and whose jobs run at once."""
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    return client


@pytest.fixture
def draft(db: Database, hr: FlaskClient) -> Database:
    """A draft survey, seven people in the roster (one without an address), and HR signed in."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session)
        build_survey(session, units["K"])
        for number in range(7):
            email = f"person{number}@example.no" if number else ""
            unit = units["A" if number < 5 else "B"]
            session.add(Person(employee_number=str(number), name="Ola", email=email, unit=unit))
    sign_in_as(hr, db, Role.HR)
    return db


def _status(db: Database) -> SurveyStatus:
    with db.reading() as session:
        return session.scalars(select(Survey.status)).one()


def _text(client: FlaskClient, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.text)


def _take(client: FlaskClient, name: str) -> str:
    """Reads the step's confirmation, confirms it, and gives the page that follows."""
    assert client.get(f"{PAGE}/steg/{name}").status_code == 200
    response = client.post(f"{PAGE}/steg/{name}", follow_redirects=True)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.text)


def _primary_buttons(page: str) -> list[str]:
    return [
        text
        for rest, text in re.findall(r'<a class="ds-button"([^>]*)>([^<]*)<', page)
        if "variant" not in rest
    ]


def test_a_survey_is_led_from_draft_to_release_with_one_button_at_a_time(
    app: Flask, draft: Database, hr: FlaskClient
) -> None:
    assert _primary_buttons(_text(hr)) == ["Åpne undersøkelsen"]
    page = _take(hr, "open")
    assert "Undersøkelsen er åpen." in page
    assert _primary_buttons(page) == ["Inviter og send"]
    page = _take(hr, "invite")
    assert "6 invitasjoner er lagt i køen" in page
    assert "1 person mangler e-postadresse" in page
    assert _primary_buttons(page) == ["Lukk undersøkelsen"]
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        answer_some(app, session, survey, "A", [sheet_of(value) for value in (2, 3, 4, 4, 5, 5)])
    assert _primary_buttons(_take(hr, "close")) == ["Tell opp svarene"]
    assert _primary_buttons(_take(hr, "count")) == ["Frigi resultatene"]
    assert _primary_buttons(_take(hr, "release")) == ["Se resultatene"]
    assert _status(draft) == SurveyStatus.RELEASED
    assert not keys_of(app).has(1)
    assert "Frigivelse 1" in _text(hr, f"{PAGE}/frigivelse")


def test_reading_a_confirmation_changes_nothing(draft: Database, hr: FlaskClient) -> None:
    for name in ("open", "invite", "remind", "close", "count", "release"):
        assert hr.get(f"{PAGE}/steg/{name}").status_code == 200
    assert _status(draft) == SurveyStatus.DRAFT
    assert hr.get(f"{PAGE}/steg/slett").status_code == 404
    assert hr.post(f"{PAGE}/steg/slett").status_code == 404


OUT_OF_TURN = {
    "invite": "må være åpen",
    "remind": "ikke åpen",
    "close": "ikke åpnet",
    "count": "må være lukket",
    "release": "må være lukket",
}


def test_a_step_out_of_turn_says_why_and_changes_nothing(draft: Database, hr: FlaskClient) -> None:
    for name, words in OUT_OF_TURN.items():
        response = hr.post(f"{PAGE}/steg/{name}")
        assert response.status_code == 409
        assert 'role="alert"' in response.text
        assert words in response.text, name
        assert _status(draft) == SurveyStatus.DRAFT


def test_each_step_is_in_the_audit_trail_with_who_took_it(draft: Database, hr: FlaskClient) -> None:
    _take(hr, "open")
    with draft.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.opened")).one()
        assert entry.account_id is not None


def test_opening_takes_the_tree_as_it_stands_that_day(draft: Database, hr: FlaskClient) -> None:
    with draft.transaction() as session:
        top = session.scalars(select(Unit).where(Unit.code == "K")).one()
        session.add(Unit(code="C", name="Biblioteket", parent=top))
    _take(hr, "open")
    with draft.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert {unit.name for unit in survey.units} == {"Enhet K", "Enhet A", "Enhet B", "Biblioteket"}


def test_confirming_the_same_reminder_twice_sends_it_once(draft: Database, hr: FlaskClient) -> None:
    _take(hr, "open")
    _take(hr, "invite")
    with draft.transaction() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.status = "sent"  # type: ignore[assignment]
    assert "Send påminnelse til dem som ikke har levert" in _text(hr)
    assert hr.post(f"{PAGE}/steg/remind").status_code == 302
    assert hr.post(f"{PAGE}/steg/remind").status_code == 409
    with draft.reading() as session:
        assert session.scalar(select(func.count()).where(Delivery.kind == "reminder")) == 6


def test_participation_is_live_and_silent_about_small_units(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey, "A", 6)
        invite_some(app, session, survey, "B", 4)
        for unit, delivered in (("A", 3), ("B", 2)):
            chosen = select(Invitation).join(Unit).where(Unit.code == unit).limit(delivered)
            for invitation in session.scalars(chosen):
                invitation.delivered = True
    with db.reading() as session:
        rows = {row.node.name: row for row in turnout(session, session.scalars(select(Survey)).one())}
    assert (rows["Enhet K"].invited, rows["Enhet K"].delivered) == (10, 5)
    assert (rows["Enhet B"].invited, rows["Enhet B"].delivered) == (4, None)
    # Else the four would be K without A.
    assert (rows["Enhet A"].invited, rows["Enhet A"].delivered) == (6, None)
    sign_in_as(hr, db, Role.HR)
    page = _text(hr)
    assert "Minst 5 av 10 har levert" in page
    assert "vises ikke" in page


def test_participation_is_the_same_after_counting(app: Flask, db: Database) -> None:
    from surveys.publishing.counting_ballots import count

    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(4)] * 5)
        invite_some(app, session, survey, "B", 5)
        before = turnout(session, survey)
        close_survey(session, survey)
    count(db, keys_of(app), "liten-2026")
    with db.reading() as session:
        assert turnout(session, session.scalars(select(Survey)).one()) == before


def test_every_tab_answers_at_every_step_of_a_life(app: Flask, draft: Database, hr: FlaskClient) -> None:
    for step in (None, "open", "invite", "close", "count", "release"):
        if step:
            _take(hr, step)
        for tab in TABS:
            assert "<h1" in _text(hr, PAGE + tab)


def test_quality_gives_each_factor_an_alpha_in_words(app: Flask, db: Database, hr: FlaskClient) -> None:
    from surveys.release.models import QualityReport

    with db.transaction() as session:
        survey = build_open_survey(app, session)
        scales = {
            "TRI": {"items": 3, "n_complete": 400, "alpha": 0.85, "alpha_ci": [0.77, 0.91]},
            "ROL": {"items": 2, "n_complete": 0, "alpha": None, "alpha_ci": [None, None]},
        }
        result = {"scales": scales, "warnings": ["For få svar til alfa for ROL."]}
        session.add(QualityReport(survey_id=survey.id, result=result))
    sign_in_as(hr, db, Role.HR)
    page = _text(hr, f"{PAGE}/kvalitet")
    assert "1 av 2 temaer måles pålitelig" in page
    assert "0,85" in page
    assert "0,77 til 0,91" in page
    assert "Påstandene henger godt sammen." in page
    assert "Kan ikke regnes ut" in page
    assert "For få svar til alfa for ROL." in page


def test_what_nobody_has_answered_is_said_in_words() -> None:
    node = Node(1, None, "Enhet A", "enhet", 0)
    assert UnitTurnout(node, 14, 0).sentence == "Ingen av de 14 som er invitert, har svart"
    assert UnitTurnout(node, 0, 0).sentence == "Ingen er invitert"
    assert UnitTurnout(node, None, 0).sentence == "Ingen har svart"
    assert UnitTurnout(node, 14, 0, at_least=True).sentence == "Færre enn 5 av 14 har levert", (
        "it may be four"
    )


FORM = {
    "questionnaire": "medarbeider:2",
    "title_nb": "Medarbeiderundersøkelsen våren 2026",
    "purpose_nb": "Vi vil vite hvordan det er å jobbe her.",
    "opens_on": "2026-03-02",
    "closes_on": "2026-03-20",
    "minimum_group": "5",
    "visible_leaders": "2026-04-01",
    "visible_representatives": "2026-04-15",
}


@pytest.fixture
def before_the_survey(draft: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The draft, in February: nobody plans a survey that is over."""
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 2, 20, 12, tzinfo=dt.UTC))
    sign_in_anew(draft)
    return draft


def _form(db: Database, **changes: str) -> dict[str, str]:
    with db.reading() as session:
        return FORM | {"unit": str(session.scalars(select(Unit.id).where(Unit.code == "K")).one())} | changes


def test_the_form_makes_a_draft_with_a_readable_key(before_the_survey: Database, hr: FlaskClient) -> None:
    draft = before_the_survey
    for key in ("medarbeiderundersokelsen-varen-2026", "medarbeiderundersokelsen-varen-2026-2"):
        response = hr.post("/undersokelser/ny", data=_form(draft))
        assert response.headers["Location"] == f"/undersokelser/{key}"
        assert "Medarbeiderundersøkelsen våren 2026" in _text(hr, f"/undersokelser/{key}")
    with draft.reading() as session:
        survey = session.scalars(select(Survey).where(Survey.key == key)).one()
        assert survey.status == SurveyStatus.DRAFT
        assert [step.visible_on for step in survey.visibility] == [dt.date(2026, 4, 1), dt.date(2026, 4, 15)]


def test_every_group_with_a_page_to_read_on_can_be_promised_a_day(
    before_the_survey: Database, hr: FlaskClient
) -> None:
    draft = before_the_survey
    assert set(re.findall(r'name="visible_(\w+)"', hr.get("/undersokelser/ny").text)) == set(SERVED_GROUPS)
    sent = _form(draft, visible_staff="2026-04-10", visible_public="2026-06-01")
    address = hr.post("/undersokelser/ny", data=sent).headers["Location"]
    with draft.reading() as session:
        survey = session.scalars(select(Survey).where(Survey.key == address.rsplit("/", 1)[1])).one()
        days = {step.readers: step.visible_on for step in survey.visibility}
    assert days == {
        ReaderGroup.LEADERS: dt.date(2026, 4, 1),
        ReaderGroup.STAFF: dt.date(2026, 4, 10),
        ReaderGroup.REPRESENTATIVES: dt.date(2026, 4, 15),
        ReaderGroup.PUBLIC: dt.date(2026, 6, 1),
    }


def test_hr_reads_only_the_steps_that_somebody_can_read_by(draft: Database, hr: FlaskClient) -> None:
    """Those that an earlier version stored before there was a page for them are promised to nobody."""
    with draft.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        for readers in (ReaderGroup.STAFF, ReaderGroup.PUBLIC):
            day = dt.date(2026, 7, 1)
            survey.visibility.append(VisibilityStep(readers=readers, visible_on=day, promised=False))
        key = survey.key
    text = _text(hr, f"/undersokelser/{key}/innsyn")
    assert "fra 1. april 2026" in text
    assert "1. juli 2026" not in text


WRONG_FIELDS = [
    ("title_nb", "", "Skriv en tittel."),
    ("title_nb", "BarnehageundersÃ¸kelsen", "Skriv det som det skal være: «Barnehageundersøkelsen»."),
    ("title_nn", "MedarbeidarundersÃ¸kinga", "«Medarbeidarundersøkinga»"),
    ("purpose_nb", "Vi sp\ufffdr om trivsel.", "tegn som ikke kan leses"),
    ("minimum_group", "2", "3 eller høyere"),
    ("minimum_group", "mange", "3 eller høyere"),
    ("opens_on", "i morgen", "Skriv når undersøkelsen åpner, for eksempel 20.03.2026."),
    ("closes_on", "2026-03-01", "før undersøkelsen åpner"),
    ("closes_on", "2026-03-20", "Siste svardag har vært, så ingen kunne ha svart."),
    ("visible_leaders", "2026-03-10", "før siste svardag"),
    ("visible_representatives", "2026-03-25", "før gruppen over"),
    ("questionnaire", "finnes-ikke:1", "Velg ett av spørreskjemaene."),
    ("questionnaire", "", "Velg ett av spørreskjemaene."),
    ("unit", "999", "Velg en av enhetene."),
]


def test_a_wrong_form_says_what_is_wrong_and_makes_nothing(draft: Database, hr: FlaskClient) -> None:
    for field, value, words in WRONG_FIELDS:
        response = hr.post("/undersokelser/ny", data=_form(draft, **{field: value}))
        assert response.status_code == 200
        assert words in response.text, field
        assert "<title>Feil: Ny undersøkelse" in response.text
    with draft.reading() as session:
        assert session.scalar(select(func.count(Survey.id))) == 1


def test_a_survey_of_more_than_half_a_year_is_asked_about_once(
    before_the_survey: Database, hr: FlaskClient
) -> None:
    """Mostly a mistyped year. A survey that goes on all year is confirmed."""
    sent = _form(before_the_survey, closes_on="2027-03-20", visible_leaders="2027-04-01")
    sent["visible_representatives"] = "2027-04-01"
    asked = hr.post("/undersokelser/ny", data=sent)
    assert "åpen fra 2. mars 2026 til 20. mars 2027" in asked.text
    assert 'name="sure_of_days"' in asked.text
    made = hr.post("/undersokelser/ny", data=sent | {"sure_of_days": "y"})
    assert made.status_code == 302
    assert 'name="sure_of_days" value="y" checked' in hr.get(f"{made.headers['Location']}/endre").text


def test_parents_are_never_invited_from_the_staff_roster(
    before_the_survey: Database, hr: FlaskClient
) -> None:
    draft = before_the_survey
    hr.post(
        "/undersokelser/ny", data=_form(draft, questionnaire="foresatte-barnehage:2", title_nb="Foresatte")
    )
    address = "/undersokelser/foresatte/steg"
    with draft.transaction() as session:
        find_survey(session, "foresatte").one_key_reason = "Det haster."
    assert hr.post(f"{address}/open").status_code == 302
    assert hr.post(f"{address}/invite").status_code == 302
    with draft.reading() as session:
        assert session.scalar(select(func.count(Invitation.id))) == 0


def test_home_says_what_waits_for_hr_in_at_most_three_lines(draft: Database, hr: FlaskClient) -> None:
    assert "Åpne Liten undersøkelse 2026" in _text(hr, "/")
    with draft.transaction() as session:
        top = session.scalars(select(Unit).where(Unit.code == "K")).one()
        for number in range(5):
            build_survey(session, top, key=f"til-{number}")
    assert _text(hr, "/").count(">Åpne Liten undersøkelse 2026<") == 3


def test_the_commands_lead_a_survey_too_and_give_links_on_demand(
    app: Flask, draft: Database, tmp_path: Path
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(medvirk, list(arguments), obj=lambda: app)
        return result.exit_code, result.output

    assert run("invite", "liten-2026")[0] == 1
    assert run("open", "liten-2026") == (0, "Undersøkelsen er åpen.\n")
    code, told = run("invite", "liten-2026")
    assert code == 0
    assert "blir lagt i køen" in told
    assert "--apply" in told
    with draft.reading() as session:
        assert session.scalar(select(func.count(Invitation.id))) == 0
    code, said = run("invite", "liten-2026", "--apply", "--links", "-")
    assert code == 0
    assert re.findall(r"(\d+) e-poster blir lagt", told) == re.findall(r"(\d+) invitasjoner er lagt", said)
    file = tmp_path / "lenker.txt"
    file.touch(mode=0o644)
    assert run("invite", "liten-2026", "--links", str(file))[0] == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(set(file.read_text(encoding="utf-8").splitlines())) == 7
    assert (
        len(re.findall(r"^http://localhost/svar/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$", said, re.MULTILINE))
        == 7
    )
    assert run("close", "liten-2026")[0] == 0
    assert run("close", "liten-2026")[0] == 0
    assert run("open", "liten-2026")[0] == 1
    assert run("close", "finnes-ikke")[0] == 1


def test_questionnaires_are_checked_from_the_command_line(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(medvirk, ["check-questionnaires"], obj=lambda: app).exit_code == 0
    faulty = tmp_path / "v1.yaml"
    faulty.write_text("key: rar\nversion: 1\n", encoding="utf-8")
    result = runner.invoke(medvirk, ["check-questionnaires", str(faulty)], obj=lambda: app)
    assert result.exit_code == 1
    assert "v1.yaml" in result.output
