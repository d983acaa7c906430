"""Staff and the public: not a day early, not a unit too many, and the same figures as everybody else's.

The matrix of the two groups that no role makes anybody a member of; `test_visibility.py` is that of the roles.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.actions.models import ResultOpening
from surveys.campaigns.lifecycle import SurveyError, close_survey, find_survey, open_survey
from surveys.campaigns.models import ReaderGroup, SurveyUnit, VisibilityStep
from surveys.campaigns.promised_rules import LoweredPromiseError
from surveys.campaigns.report_groups import merge_units
from surveys.campaigns.step_details import StepDetails, set_step_details
from surveys.campaigns.visibility_texts import who_sees_what
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.platform.logs import without_codes
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import correct, release
from surveys.release.models import Figure, FigureKind, FigureStatus
from surveys.release.visibility import Audience, accesses
from surveys.results import opened_views
from surveys.results import views as result_views
from surveys.results.models import StaffLink
from surveys.results.open_pages import views as open_views
from surveys.results.queries import latest_release
from surveys.results.staff import shared_views
from surveys.results.staff import views as staff_views
from surveys.results.staff.links import find_link, make_link, remove_link
from surveys.results.telling import views as telling_views
from tests.building import answer_some, build_installation, build_survey, build_units, keys_of, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, unit_of
from tests.releasing import KEY, RELEASED_ON, build_counted

# A, B and C are areas; B2 and B3 are one in the report. B4 is too small to be shown. Afterwards B1 is moved up.
TREE = {"K": None, "A": "K", "B": "K", "C": "K", "B1": "B", "B2": "B", "B3": "B", "B4": "B"}
GROUP = f"{KEY}-samlet-1"
ANSWERS = {
    "A": [3, 4] * 6,
    "B1": [4, 5] * 6,
    "C": [2, 3] * 6,
    "B2": [2, 3, 4],
    "B3": [3, 4, 5, 3],
    "B4": [3, 3, 4],
}
LEADERS, STAFF, POLITICIANS = dt.date(2026, 4, 10), dt.date(2026, 4, 15), dt.date(2026, 5, 5)
PUBLIC = dt.date(2026, 5, 20)
STEPS = {
    ReaderGroup.LEADERS: LEADERS,
    ReaderGroup.STAFF: STAFF,
    ReaderGroup.POLITICIANS: POLITICIANS,
    ReaderGroup.PUBLIC: PUBLIC,
}
DECIDED = {ReaderGroup.PUBLIC: StepDetails("HR", "Kommunedirektøren", dt.date(2026, 2, 1))}
DAY = dt.timedelta(days=1)
LATER = dt.date(2026, 12, 31)
EVERYTHING = {*TREE, GROUP}


def _set_today(monkeypatch: pytest.MonkeyPatch, day: dt.date) -> None:
    monkeypatch.setattr(result_views, "_today", lambda: day)
    for views in (shared_views, staff_views, open_views):
        monkeypatch.setattr(views, "municipal_day", lambda: day)


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    build_decided(app, db, ANSWERS)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        merge_units(session, survey, [unit_of(session, code).id for code in ("B2", "B3")], "Natt og dag")
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.transaction() as session:
        unit_of(session, "B1").parent_id = unit_of(session, "K").id


def build_decided(
    app: Flask, db: Database, answers: Mapping[str, Sequence[int]], key: str = KEY, **changes: Any
) -> None:
    """A counted survey with all the steps, whose publicity was decided before it opened."""
    with db.transaction() as session:
        if not session.scalar(select(func.count()).select_from(Unit)):
            build_installation(session)
            build_units(session, TREE)
        survey = build_survey(session, unit_of(session, "K"), key, visibility=STEPS, **changes)
        set_step_details(session, survey, DECIDED)
        open_survey(session, survey, keys_of(app))
        for unit, values in answers.items():
            answer_some(app, session, survey, unit, [sheet_of(value) for value in values])
        close_survey(session, survey)
    count(db, keys_of(app), key)


def _link(db: Database, code: str) -> str:
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        [unit] = [unit for unit in survey.units if unit.unit.code == code]
        return f"/delt/{make_link(session, survey, unit).token}"


def _shared_state(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    if answer.status_code == 404:
        return "never"
    assert answer.status_code == 200
    return "later" if "resultatet kommer" in answer.text else "now"


def _audience_reads(db: Database, day: dt.date) -> set[str]:
    """The units that everybody reads by the rule that frozen reports are made by."""
    with db.reading() as session:
        release = latest_release(session, find_survey(session, KEY))
        assert release is not None
        codes = dict(session.execute(select(Unit.id, Unit.code)).all())
        found = accesses(session, Audience(ReaderGroup.PUBLIC), [release], day)
        return {codes[unit] for (_release, unit), access in found.items() if access.now}


def test_a_report_for_everybody_has_the_values_of_the_public_pages_and_no_other(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (PUBLIC - DAY, PUBLIC, LATER):
        _set_today(monkeypatch, day)
        assert _audience_reads(released, day) == _public_codes(client), day
    assert _public_codes(client) == {"K", "A", "B", "C"}
    with released.transaction() as session:
        for step in find_survey(session, KEY).visibility:
            if step.readers == ReaderGroup.PUBLIC:
                step.decided_by, step.decided_on = "", None
    assert _audience_reads(released, LATER) == _public_codes(client) == set()


def _public_codes(client: FlaskClient) -> set[str]:
    answer = client.get(f"/offentlige-resultater/{KEY}.csv")
    if answer.status_code == 404:
        return set()
    return {row["unit"] for row in csv.DictReader(io.StringIO(answer.text))}


@pytest.mark.parametrize("code", sorted(EVERYTHING))
def test_a_link_opens_its_unit_from_the_staffs_day_and_says_so_before(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """Whatever is moved or merged since: the unit of the link, as the survey pictured it."""
    address = _link(released, code)
    for day in (RELEASED_ON, STAFF - DAY):
        _set_today(monkeypatch, day)
        assert _shared_state(client, address) == "later"
        text = client.get(address).text
        assert "15. april 2026" in text
        assert not re.search(r"\d,\d", text), "a figure before the day"
    for day in (STAFF, LATER):
        _set_today(monkeypatch, day)
        assert _shared_state(client, address) == "now"


def test_a_link_shows_the_figures_of_its_own_unit_and_no_other(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, STAFF)
    text = client.get(_link(released, "B1")).text
    assert "4,5" in text
    assert "Enhet B1" in text
    assert not {"Enhet A", "Enhet B<", "Enhet K"} & set(re.findall(r"Enhet \w<?", text))


def test_a_hidden_unit_is_told_so_kindly_and_has_no_figure(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, LATER)
    for code in ("B4", "B2"):
        text = client.get(_link(released, code)).text
        assert "Slik verner vi dem som svarte" in text
        assert not re.search(r"\d,\d", text)


def test_a_guessed_or_removed_link_opens_nothing(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, LATER)
    address = _link(released, "A")
    token = address.removeprefix("/delt/")
    assert len(token) >= 32
    near = token[:-1] + ("A" if token[-1] != "A" else "B")
    for guess in (near, token[:-1], token.swapcase(), "%25", "A", "1"):
        assert client.get(f"/delt/{guess}").status_code == 404, guess
    with released.transaction() as session:
        survey = find_survey(session, KEY)
        [unit] = [unit for unit in survey.units if unit.unit.code == "A"]
        remove_link(session, survey, unit)
    assert client.get(address).status_code == 404
    again = _link(released, "A")
    assert again != address
    assert _shared_state(client, again) == "now"
    assert client.get(address).status_code == 404


def test_the_token_is_masked_in_logs() -> None:
    assert "hemmelig" not in without_codes("GET /delt/hemmelig-token-123 500")


def test_no_link_opens_a_survey_that_promised_its_staff_nothing(
    app: Flask, db: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = {"A": [sheet_of(value) for value in ANSWERS["A"]]}
    build_counted(app, db, sheets, tree=TREE, visibility={ReaderGroup.LEADERS: LEADERS})
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    _set_today(monkeypatch, LATER)
    assert _shared_state(client, _link(db, "A")) == "never"
    assert _public_codes(client) == set()


def test_a_step_that_an_earlier_version_stored_opens_nothing_and_is_told_to_nobody(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, LATER)
    address = _link(released, "A")
    assert (_shared_state(client, address), bool(_public_codes(client))) == ("now", True)
    with released.transaction() as session:
        session.execute(update(VisibilityStep).values(promised=False))
        session.expire_all()
        assert who_sees_what(find_survey(session, KEY)) == []
    assert (_shared_state(client, address), bool(_public_codes(client))) == ("never", False)


def test_a_correction_is_read_at_the_same_link(
    app: Flask, client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest release, also when it hides what was shown."""
    _set_today(monkeypatch, LATER)
    address = _link(released, "A")
    assert "3,5" in client.get(address).text

    def raise_group(session: Session, survey: object) -> None:
        find_survey(session, KEY).minimum_group = 13

    correct(released, KEY, "Minste gruppe var for lav", today=POLITICIANS, change=raise_group)
    text = client.get(address).text
    assert "3,5" not in text
    assert "Slik verner vi dem som svarte" in text


@pytest.mark.parametrize(
    ("role", "unit", "code", "before", "after"),
    [
        # Of the staff, by a role there: from the staff's day, and no result page.
        (Role.REPRESENTATIVE, "B1", "B1", "later", "now"),
        (Role.REPRESENTATIVE, "B3", GROUP, "later", "now"),
        (Role.REPRESENTATIVE, "B1", "A", "never", "never"),
        # Whoever reads the result page already reads this one.
        (Role.LEADER, "B1", "B1", "now", "now"),
        (Role.LEADER, "B1", "B4", "never", "never"),
        (Role.HR, "K", "B4", "now", "now"),
        # A politician is no member of the staff of any unit: her own day, and the areas only.
        (Role.POLITICIAN, "K", "A", "later", "later"),
        (Role.POLITICIAN, "K", "B1", "never", "never"),
    ],
)
def test_the_page_for_staff_by_sign_in(
    client: FlaskClient,
    released: Database,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    unit: str,
    code: str,
    before: str,
    after: str,
) -> None:
    sign_in_as(client, released, role, unit)
    states = []
    for day in (STAFF - DAY, STAFF):
        _set_today(monkeypatch, day)
        answer = client.get(f"/resultater/{KEY}/{code}/ansatte")
        kinds = {403: "never", 200: "later" if "resultatet kommer" in answer.text else "now"}
        states.append(kinds[answer.status_code])
    assert states == [before, after]


def test_a_representative_reads_the_staffs_page_before_her_own_step_but_not_the_result_page(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, released, Role.REPRESENTATIVE, "B1")
    _set_today(monkeypatch, STAFF)
    assert "4,5" in client.get(f"/resultater/{KEY}/B1/ansatte").text
    assert "4,5" not in client.get(f"/resultater/{KEY}/B1").text


@pytest.mark.parametrize(
    ("role", "unit", "code", "may"),
    [
        (Role.LEADER, "B1", "B1", True),
        (Role.LEADER, "B", "B4", True),
        (Role.LEADER, "B2", GROUP, True),
        (Role.HR, "K", "A", True),
        (Role.LEADER, "B1", "A", False),
        (Role.REPRESENTATIVE, "B1", "B1", False),
        (Role.POLITICIAN, "K", "A", False),
        (Role.CONTROLLER, "K", "A", False),
    ],
)
def test_leaders_and_hr_make_and_remove_the_link(
    app: Flask,
    client: FlaskClient,
    released: Database,
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    unit: str,
    code: str,
    may: bool,
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, released, role, unit)
    _set_today(monkeypatch, LATER)
    page = f"/resultater/{KEY}/{code}/ansatte"
    made = client.post(f"{page}/lenke")
    assert made.status_code == (302 if may else 403)
    with released.reading() as session:
        tokens = session.scalars(select(StaffLink.token)).all()
        assert len(tokens) == may
    if may:
        assert f"/delt/{tokens[0]}" in client.get(page).text
        poster = client.get(f"{page}/plakat")
        assert 'class="qr"' in poster.text
        client.post(f"{page}/lenke", data={"fjern": "y"})
    with released.reading() as session:
        assert all(find_link(session, token) is None for token in tokens)
    assert client.get(f"{page}/plakat").status_code == (404 if may else 403)


def test_everybody_reads_the_top_and_the_level_below_from_the_publics_day(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1 is an area today; it was a workplace when people answered."""
    for day in (RELEASED_ON, PUBLIC - DAY):
        _set_today(monkeypatch, day)
        assert _public_codes(client) == set()
        assert client.get(f"/offentlige-resultater/{KEY}").status_code == 404
        assert KEY not in client.get("/offentlige-resultater").text
    _set_today(monkeypatch, PUBLIC)
    assert _public_codes(client) == {"K", "A", "B", "C"}
    assert KEY in client.get("/offentlige-resultater").text
    text = client.get(f"/offentlige-resultater/{KEY}").text
    assert set(re.findall(r"Enhet \w+", text)) == {"Enhet K", "Enhet A", "Enhet B", "Enhet C"}
    assert "Kommunedirektøren bestemte 1. februar 2026" in text


def test_nothing_is_public_without_a_recorded_decision(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, LATER)
    assert _public_codes(client)
    for lacking in ({"decided_by": ""}, {"decided_on": None}):
        with released.transaction() as session:
            of_public = update(VisibilityStep).where(VisibilityStep.readers == ReaderGroup.PUBLIC)
            session.execute(of_public.values(decided_by="Rådmannen", decided_on=dt.date(2026, 3, 1)))
            session.execute(of_public.values(**lacking))
            session.expire_all()
            assert not any("Alle kan se" in said for said in who_sees_what(find_survey(session, KEY)))
        assert _public_codes(client) == set(), lacking


def test_the_public_page_sets_no_cookie_and_may_be_kept_for_a_while(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, released, Role.HR, "K")
    _set_today(monkeypatch, PUBLIC)
    for address in (
        "/offentlige-resultater",
        f"/offentlige-resultater/{KEY}",
        f"/offentlige-resultater/{KEY}.csv",
    ):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=300", address
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    _set_today(monkeypatch, PUBLIC - DAY)
    assert client.get(f"/offentlige-resultater/{KEY}").headers["Cache-Control"] == "no-store"
    shared = client.get(_link(released, "A"))
    assert "Set-Cookie" not in shared.headers
    assert shared.headers["Cache-Control"] == "no-store"


def test_no_page_of_the_ladder_tells_more_than_the_release_shows(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subtraction between the pages gives nothing new: both read the mask that the release's audit attacked."""
    _set_today(monkeypatch, LATER)
    with released.reading() as session:
        stored = {
            (code, figure.measure): figure
            for figure, code in session.execute(
                select(Figure, SurveyUnit.unit_id).join(SurveyUnit, SurveyUnit.unit_id == Figure.unit_id)
            )
            if figure.kind == FigureKind.UNIT
        }
        codes = {unit.unit.code: unit.unit_id for unit in find_survey(session, KEY).units}
    rows = list(csv.DictReader(io.StringIO(client.get(f"/offentlige-resultater/{KEY}.csv").text)))
    assert rows
    for row in rows:
        figure = stored[codes[row["unit"]], row["measure"]]
        assert (row["kind"], row["breakdown"], row["category"]) == ("unit", "", "")
        assert row["status"] == figure.status.value
        assert row["mean"] == ("" if figure.mean is None else str(figure.mean))
        assert row["n"] == ("" if figure.n is None else str(figure.n))
    hidden = {
        code
        for code, id_ in codes.items()
        for (u, _m), f in stored.items()
        if u == id_ and f.status == FigureStatus.HIDDEN
    }
    assert hidden >= {"B2", "B3", "B4"}
    for code in hidden:
        assert not re.search(r"\d,\d", client.get(_link(released, code)).text), code


def test_a_change_is_told_only_where_the_earlier_survey_was_for_the_same_readers(
    app: Flask, client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change and the new figure give the old one, which staff and the public were not to see."""
    then = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20), "series": "liten"}
    build_decided(app, db, {"A": [2, 2, 3] * 8}, key="liten-2024", **then)
    release(db, keys_of(app), "liten-2024", today=dt.date(2024, 4, 1))
    build_decided(app, db, {"A": [4, 5, 5] * 8}, series="liten")
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    _set_today(monkeypatch, LATER)
    pages = (_link(db, "A"), f"/offentlige-resultater/{KEY}")
    for page in pages:
        assert "Tydelig opp siden 2024" in client.get(page).text, page
    with db.transaction() as session:
        old = find_survey(session, "liten-2024").id
        session.execute(update(VisibilityStep).where(VisibilityStep.survey_id == old).values(promised=False))
    for page in pages:
        assert "2024" not in client.get(page).text, page


def test_whoever_moves_a_step_forward_in_the_database_gets_no_release(app: Flask, db: Database) -> None:
    """Later is allowed: an extended deadline moves the days."""
    build_decided(app, db, {"A": ANSWERS["A"]})
    of_staff = update(VisibilityStep).where(VisibilityStep.readers == ReaderGroup.STAFF)
    with db.transaction() as session:
        session.execute(of_staff.values(visible_on=STAFF - DAY))
    with pytest.raises(LoweredPromiseError, match="tidligere"):
        release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.transaction() as session:
        session.execute(of_staff.values(visible_on=STAFF + DAY))
    assert release(db, keys_of(app), KEY, today=RELEASED_ON) == 1


def test_whoever_decides_after_the_opening_that_it_is_public_gets_no_release(
    app: Flask, db: Database
) -> None:
    sheets = {"A": [sheet_of(value) for value in ANSWERS["A"]]}
    build_counted(app, db, sheets, tree=TREE, visibility=STEPS)
    with db.transaction() as session:
        session.execute(update(VisibilityStep).values(decided_by="HR", decided_on=dt.date(2026, 3, 1)))
        with pytest.raises(SurveyError, match="kladd"):
            set_step_details(session, find_survey(session, KEY), DECIDED)
    with pytest.raises(LoweredPromiseError, match="tidligere"):
        release(db, keys_of(app), KEY, today=RELEASED_ON)


def test_hr_records_who_decided_and_respondents_read_it(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, TREE)
        build_survey(session, unit_of(session, "K"), KEY, visibility=STEPS)
    sign_in_as(client, db, Role.HR, "K")
    page = f"/undersokelser/{KEY}/innsyn"
    assert "det står ikke hvem som bestemte det" in client.get(page).text
    faulty = client.post(page, data={"decided_by": "Ordføreren", "withheld": "lønn"}).text
    assert "Skriv datoen det ble bestemt." in faulty
    assert "Skriv paragrafen også" in faulty
    sent = {
        "responsible_staff": "Virksomhetsleder",
        "decided_by": "Ordføreren",
        "decided_on": "2026-02-01",
        "withheld": "Enkeltenheter, offentleglova § 13",
    }
    assert client.post(page, data=sent).status_code == 302
    with db.reading() as session:
        survey = find_survey(session, KEY)
        said, easy = (" ".join(who_sees_what(survey, easy=easy)) for easy in (False, True))
    assert "De ansatte ser resultatet for sin egen enhet fra 15. april 2026." in said
    assert "Ansvarlig: Virksomhetsleder." in said
    assert "Alle kan se resultatet for Enhet K og nivået rett under fra 20. mai 2026" in said
    assert "Ordføreren bestemte det 1. februar 2026." in said
    assert "Unntatt fra offentlighet: Enkeltenheter, offentleglova § 13." in said
    assert "Alle kan se hovedtallene fra 20. mai 2026." in easy
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        open_survey(session, survey, keys_of(app))
    assert "Hvem har ansvaret?" not in client.get(page).text
    client.post(page, data={"decided_by": "En annen", "decided_on": "2026-02-02"})
    with db.reading() as session:
        assert "Ordføreren bestemte det" in " ".join(who_sees_what(find_survey(session, KEY)))


def test_that_a_leader_has_opened_is_one_day_for_her_unit_and_nothing_more(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the leader above, not HR, not on a page that only says from when; and the first day stays."""
    for role, unit, code, days in (
        (Role.LEADER, "B", "B4", [LATER]),
        (Role.LEADER, "B1", "B1", [LEADERS - DAY, LEADERS, LATER]),
        (Role.LEADER, "B2", GROUP, [STAFF]),
        (Role.HR, "K", "C", [LATER]),
    ):
        sign_in_as(client, released, role, unit)
        for day in days:
            _set_today(monkeypatch, day)
            assert client.get(f"/resultater/{KEY}/{code}").status_code == 200
    with released.reading() as session:
        codes = dict(session.execute(select(Unit.id, Unit.code)).all())
        rows = session.scalars(select(ResultOpening)).all()
        assert {codes[row.unit_id]: row.first_opened_on for row in rows} == {"B1": LEADERS, GROUP: STAFF}
        assert set(ResultOpening.__table__.columns.keys()) == {"survey_id", "unit_id", "first_opened_on"}
    monkeypatch.setattr(opened_views, "municipal_day", lambda: LATER)
    page = f"/resultater/{KEY}/apnet"
    assert "10. april 2026" in client.get(page).text
    sign_in_as(client, released, Role.LEADER, "A")
    text = client.get(page).text
    assert "Enhet A" in text
    assert "10. april 2026" not in text
    assert "Enhet B" not in text
    sign_in_as(client, released, Role.POLITICIAN, "K")
    assert client.get(page).status_code == 403


def test_the_poster_has_three_findings_of_the_staffs_page_and_what_the_leader_wrote(
    app: Flask, client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(telling_views, "municipal_day", lambda: STAFF - DAY)
    _set_today(monkeypatch, STAFF - DAY)
    sign_in_as(client, released, Role.LEADER, "B1")
    page = f"/resultater/{KEY}/B1/dette-gjor-vi"
    assert client.post(page, data={"we_do": "Faste møter hver mandag\n<b>Ny turnus</b>"}).status_code == 302
    assert client.get(f"{page}/plakat").status_code == 302, "on the wall before the day of the staff"
    assert "kan henges opp" in client.get(page).text
    for views in (telling_views, staff_views, shared_views):
        monkeypatch.setattr(views, "municipal_day", lambda: STAFF)
    text = client.get(f"{page}/plakat?format=a3").text
    said = re.findall(r"<li>(.*?)</li>", text.partition("telling-poster")[2].partition("</main>")[0])
    assert said[-2:] == ["Faste møter hver mandag", "&lt;b&gt;Ny turnus&lt;/b&gt;"]
    assert 'data-paper="a3"' in text
    findings = [sentence for sentence in said if "svarte" in sentence or "hos oss" in sentence]
    assert findings
    shared = client.get(_link(released, "B1")).text
    assert "Faste møter hver mandag" in shared
    assert all(figure in shared for figure in re.findall(r"\d,\d", " ".join(findings)))
    for text, fault in (("x" * 601, "høyst 600 tegn"), ("Spør Kari, 01010750160", "fødselsnummer")):
        assert fault in client.post(page, data={"we_do": text}).text
    assert "Faste møter hver mandag" in client.get(page).text
    client.post(page, data={"we_do": " "})
    assert "Faste møter" not in client.get(page).text
    assert client.get(f"/resultater/{KEY}/A/dette-gjor-vi").status_code == 403


def test_the_poster_of_a_hidden_unit_has_no_figure(
    client: FlaskClient, released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_today(monkeypatch, LATER)
    monkeypatch.setattr(telling_views, "municipal_day", lambda: LATER)
    sign_in_as(client, released, Role.LEADER, "B4")
    text = client.get(f"/resultater/{KEY}/B4/dette-gjor-vi/plakat").text
    assert "Det bestemmer vi sammen." in text
    assert not re.search(r"\d,\d| av \d", text)
