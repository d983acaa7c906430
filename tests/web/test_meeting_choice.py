"""Before and in the meeting: what the leader reads, what the room sees, what was chosen, and who may do what."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from surveys.access.models import Account, Grant, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import VisibilityStep
from surveys.followup.meetings.models import ChoiceOrigin, FocusChoice
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.results import views
from tests.card_building import sign_in_as, unit_of
from tests.conftest import Installations
from tests.meetings import CHOICE, MEETING, meeting_site, save_choice, versions_on
from tests.releasing import KEY

PREPARE = f"/resultater/{KEY}/A/forbered"
RESULT = f"/resultater/{KEY}/A"
BLAME = re.compile(r"\b(skyld|svak|dårlig leder|problem|feilen din|stryk|skuff|uakseptab)", re.IGNORECASE)


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: votes are tried on both (tests/anonymity/test_room_votes.py)."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return meeting_site(app, db, monkeypatch)


def text_of(html: str) -> str:
    main = html.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def client_of(app: Flask, db: Database, role: Role, unit: str) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, db, role, unit)
    return client


def all_choices(db: Database) -> list[FocusChoice]:
    with db.reading() as session:
        return list(session.scalars(select(FocusChoice).order_by(FocusChoice.number)))


def test_the_leader_reads_what_to_say_and_what_to_leave_in_ten_minutes(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    assert PREPARE in client.get(RESULT).text
    text = text_of(client.get(PREPARE).text)
    for words in (
        "Si dette først",
        "Takk for at dere svarte. 10 av 10 svarte (100 %).",
        "La dette være",
        "Det som er sterkest",
        "Der det er mest å hente",
    ):
        assert words in text
    assert len(text.split()) < 1000, "ten minutes at a hundred words a minute"
    assert not BLAME.search(text)


def test_the_themes_to_talk_about_are_the_result_pages_own_figures(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    shown = text_of(client.get(RESULT).text)
    page = client.get(PREPARE).text
    told = re.findall(r"<li>([^<]+) \(([\d,]+|ca\. [\d,]+)\)</li>", page)
    assert told
    assert all(theme in shown and mean in shown for theme, mean in told)


def test_a_hard_result_begins_with_whom_to_ask(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    hard = text_of(client.get(PREPARE).text)
    assert hard.index("Snakk med noen først") < hard.index("Si dette først")
    other = client.application.test_client()
    sign_in_as(other, site, Role.LEADER, "B1")
    good = text_of(other.get(f"/resultater/{KEY}/B1/forbered").text)
    assert "Snakk med noen først" not in good
    assert good.index("Si dette først") < good.index("Her kan du få hjelp")


def test_a_hidden_unit_prepares_and_meets_without_any_figure(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "C")
    for page in ("forbered", "mote"):
        text = text_of(client.get(f"/resultater/{KEY}/C/{page}").text)
        assert "Resultatet er skjult" in text
        assert not re.search(r"\d,\d", text)


def test_the_room_sees_the_themes_in_the_reports_order(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    text = text_of(client.get(MEETING).text)
    assert text.index("Kjenner dere dere igjen?") < text.index("Trivsel") < text.index("Rolleklarhet")


def test_the_choice_is_written_down_and_is_one_line_on_the_result_page(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    assert save_choice(client).status_code == 302
    line = "Dere valgte å ta vare på trivsel og forbedre rolleklarhet."
    assert line in text_of(client.get(RESULT).text)
    meeting = text_of(client.get(MEETING).text)
    assert line in meeting
    assert "Vi sier fra" in meeting
    [saved] = all_choices(site)
    assert (saved.keep, saved.improve, saved.origin, saved.number) == ("TRI", "ROL", ChoiceOrigin.PAPER, 1)


def test_a_choice_is_changed_with_a_reason_and_the_old_one_is_kept(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    save_choice(client)
    turned = {"bevare": "ROL", "forbedre": "TRI"}
    refused = save_choice(client, **turned)
    assert refused.status_code == 422
    assert "Skriv hvorfor dere endrer valget." in refused.text
    assert save_choice(client, **turned, begrunnelse="Vi snakket mer sammen").status_code == 302
    assert [each.keep for each in all_choices(site)] == ["TRI", "ROL"]
    text = text_of(client.get(MEETING).text)
    assert "Hvorfor valget er endret: Vi snakket mer sammen" in text
    assert "Dere valgte å ta vare på trivsel og forbedre rolleklarhet." in text


def test_skipping_is_visible_with_its_reason_and_can_be_made_good(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    without = client.post(f"{MEETING}/hopp-over", data={"versjon": "0"})
    assert without.status_code == 422
    assert "Skriv hvorfor dere hopper over valget." in without.text
    assert (
        client.post(f"{MEETING}/hopp-over", data={"versjon": "0", "hopp": "Vi er to igjen"}).status_code
        == 302
    )
    assert "Dere hoppet over å velge noe etter undersøkelsen: Vi er to igjen" in text_of(
        client.get(RESULT).text
    )
    assert save_choice(client, begrunnelse="Vi ble flere").status_code == 302
    assert "Dere valgte å ta vare på trivsel" in text_of(client.get(RESULT).text)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bevare": ""}, "Velg hva dere vil ta vare på."),
        ({"bevare": "FINNES-IKKE"}, "Velg hva dere vil ta vare på."),
        ({"forbedre": ""}, "Velg hva dere vil forbedre."),
        ({"forbedre": "TRI"}, "Velg noe annet å forbedre enn det dere vil ta vare på."),
        ({"kjennetegn": "x" * 601}, "Kjennetegnene kan ha høyst 600 tegn."),
        ({"kjennetegn": "Kari, 01010750160"}, "Kjennetegnene har et fødselsnummer"),
        ({"dato": ""}, "Skriv når dere valgte."),
        ({"dato": "31.12.2199"}, "Datoen kan ikke være etter i dag."),
    ],
    ids=[
        "no theme",
        "unknown theme",
        "nothing to improve",
        "the same twice",
        "long",
        "number",
        "no day",
        "future",
    ],
)
def test_a_choice_that_is_not_whole_is_given_back_with_what_is_wrong(
    client: FlaskClient, site: Database, changes: dict[str, str], fault: str
) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    answer = save_choice(client, **changes)
    assert answer.status_code == 422
    assert fault in answer.text
    assert all_choices(site) == []


def test_of_two_who_save_at_once_the_later_is_told(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.LEADER, "A")
    known = versions_on(client.get(f"{MEETING}/valg"))
    save_choice(client)
    late = client.post(f"{MEETING}/valg", data=CHOICE | {"versjon": known, "begrunnelse": "Sent"})
    assert late.status_code == 409
    assert "Kari Eide har lagret et valg siden du åpnet siden." in late.text
    assert len(all_choices(site)) == 1


def test_whoever_leads_above_and_hr_read_but_do_not_write(app: Flask, site: Database) -> None:
    client_of(app, site, Role.LEADER, "A")
    for role in (Role.LEADER, Role.HR, Role.REPRESENTATIVE):
        reader = client_of(app, site, role, "K")
        assert reader.get(PREPARE).status_code == 200
        assert reader.get(MEETING).status_code == 200
        assert f"{MEETING}/valg" not in reader.get(MEETING).text
        for part, form in (("valg", CHOICE), ("hopp-over", {"hopp": "x"}), ("avstemning", {"antall": "9"})):
            assert reader.post(f"{MEETING}/{part}", data=form).status_code == 403
    politician = client_of(app, site, Role.POLITICIAN, "K")
    assert politician.get(RESULT).status_code == 200
    assert politician.get(MEETING).status_code == 403
    assert "Møtet med de ansatte" not in politician.get(RESULT).text


def test_a_unit_that_nobody_leads_is_led_by_the_nearest_leader_above(
    client: FlaskClient, site: Database
) -> None:
    sign_in_as(client, site, Role.LEADER, "K")
    assert save_choice(client).status_code == 302


def test_before_the_leaders_day_neither_page_opens(
    client: FlaskClient, site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 4, 9))
    sign_in_as(client, site, Role.LEADER, "A")
    for page in (PREPARE, MEETING, f"{MEETING}/valg"):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.headers["Location"] == RESULT
    assert client.post(f"{MEETING}/valg", data=CHOICE | {"versjon": "0"}).headers["Location"] == RESULT
    assert all_choices(site) == []


def test_a_representative_ticks_seen_once_and_takes_it_back(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.REPRESENTATIVE, "K")
    for _time in range(2):
        assert client.post(f"{RESULT}/sett").status_code == 302
    assert client.get(RESULT).text.count("Sett av Kari Eide for AMU eller samarbeidsutvalget") == 1
    client.post(f"{RESULT}/sett", data={"angre": "ja"})
    assert "Sett av" not in client.get(RESULT).text
    with site.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("meeting."))
        ).all()
    assert actions == ["meeting.result_seen", "meeting.result_unseen"]


def test_only_a_representative_ticks_and_not_before_her_day(app: Flask, site: Database) -> None:
    leader = client_of(app, site, Role.LEADER, "A")
    assert leader.post(f"{RESULT}/sett").status_code == 403
    with site.transaction() as session:
        session.execute(update(VisibilityStep).values(visible_on=dt.date(2026, 6, 1)))
    representative = client_of(app, site, Role.REPRESENTATIVE, "A")
    representative.post(f"{RESULT}/sett")
    with site.reading() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "meeting.result_seen")).all()


def test_the_leader_above_answers_and_the_units_leader_reads_it(app: Flask, site: Database) -> None:
    leader, director = client_of(app, site, Role.LEADER, "A"), client_of(app, site, Role.LEADER, "K")
    address = f"{RESULT}/svar-ovenfra"
    assert address in director.get(RESULT).text
    assert address not in leader.get(RESULT).text
    assert leader.post(address, data={"svar": "Til meg selv"}).status_code == 403
    assert client_of(app, site, Role.CONTROLLER, "K").get(address).status_code == 200
    empty = director.post(address, data={"svar": " "})
    assert empty.status_code == 422
    assert "Skriv et svar." in empty.text
    for text in ("x" * 601, "Kari, 01010750160"):
        assert director.post(address, data={"svar": text}).status_code == 422
    assert leader.post(f"{MEETING}/hopp-over", data={"hopp": "Kari, 01010750160"}).status_code == 422
    assert director.post(address, data={"svar": "Jeg kan ta det med rådmannen"}).status_code == 302
    assert "Jeg kan ta det med rådmannen" in leader.get(RESULT).text


def test_a_leader_whose_role_is_over_leads_no_meeting(app: Flask, site: Database) -> None:
    with site.transaction() as session:
        account = Account(username="forrige", name="Forrige Leder", password_hash="-")
        account.all_grants = [
            Grant(role=Role.LEADER, unit_id=unit_of(session, "A").id, to_day=dt.date(2020, 1, 1))
        ]
        session.add(account)
    director = client_of(app, site, Role.LEADER, "K")
    assert save_choice(director).status_code == 302


def test_what_the_leader_reads_is_easy_to_read(client: FlaskClient, site: Database) -> None:
    """LIX under 40: words a sentence, and a hundred times the share of words over six letters (Björnsson 1968)."""
    sign_in_as(client, site, Role.LEADER, "A")
    html = client.get(PREPARE).text
    sentences = [
        re.sub(r"<[^>]+>", " ", each)
        for each in re.findall(
            r"<(?:p|li|dd)\b[^>]*>(.*?)</(?:p|li|dd)>", html.partition("<main")[2], re.DOTALL
        )
    ]
    text = ". ".join(sentences)
    words = re.findall(r"[^\W\d_]+", text)
    stops = len(re.findall(r"[.!?:]+", text))
    assert len(words) / stops + 100 * sum(len(word) > 6 for word in words) / len(words) < 40
