"""A plan goes on where its people went: merged, renamed, split, moved or dissolved."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.actions.chain import chain_state
from surveys.actions.following import plan_following
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep
from surveys.followup.actions.reminders.models import PlanMail
from surveys.followup.actions.reminders.queueing import queue_plan_reminders
from surveys.organisation.changing_units import move_unit
from surveys.organisation.models import Succession, SuccessionKind
from surveys.organisation.succession import SuccessionStep, SuccessionSteps
from surveys.platform.database import Database
from tests.building import build_units
from tests.card_building import sign_in_as, unit_of
from tests.planning_actions import TODAY, add_action, plan_text, planning_site, post, theme

CHANGED = dt.date(2026, 10, 1)


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Also N1 and N2, new units from the day of the change, and U, which is above nothing yet."""
    planning_site(app, db, monkeypatch)
    with db.transaction() as session:
        units = build_units(session, {"N1": None, "N2": None, "U": None})
        top = unit_of(session, "K")
        for each in units.values():
            each.parent = top
        units["N1"].valid_from = units["N2"].valid_from = CHANGED
        unit_of(session, "A").name = "Solbakken barnehage"
    return db


def _succeed(db: Database, kind: SuccessionKind, *pairs: tuple[str, str]) -> None:
    """Each predecessor ends the day before, and the successor comes from it."""
    with db.transaction() as session:
        for old, new in pairs:
            unit_of(session, old).valid_to = CHANGED - dt.timedelta(days=1)
            session.add(
                Succession(
                    predecessor_id=unit_of(session, old).id,
                    successor_id=unit_of(session, new).id,
                    kind=kind,
                    on=CHANGED,
                )
            )


def _leader(app: Flask, db: Database, unit: str) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, db, Role.LEADER, unit)
    return client


def test_after_a_merger_the_new_leader_has_the_plan_and_the_old_one_has_not(
    app: Flask, site: Database
) -> None:
    old, other = _leader(app, site, "A"), _leader(app, site, "B")
    add_action(old, tema=theme(site, 2025))
    add_action(other, unit="B", hva="Vi spiser lunsj sammen")
    with site.transaction() as session:
        for account in session.scalars(select(Account)):
            account.email = f"{account.username}@fjordvik.example"
    _succeed(site, SuccessionKind.MERGED, ("A", "N1"), ("B", "N1"))
    new = _leader(app, site, "N1")
    with site.transaction() as session:
        session.scalars(select(Account).where(Account.username.endswith("n1"))).one().email = "n1@f.example"
        survey = session.scalars(select(Survey).where(Survey.key == "liten-2025")).one()
        # The page of the old result still says what came of it.
        assert chain_state(session, survey, unit_of(session, "A").id).actions == 1
    text = plan_text(new, "N1")
    assert "Kommer fra Solbakken barnehage" in text
    assert "Vi spiser lunsj sammen" in text
    assert "Solbakken barnehage" in new.get("/planer/N1/1").text
    # Her change is a version of the same action, and the old address leads to where it is.
    post(new, "/planer/N1/1/status", status="started", versjon=1)
    assert old.get("/planer/A").headers["Location"].endswith("/planer/N1")
    assert old.get("/planer/A", follow_redirects=True).status_code == 403
    assert old.post("/planer/A/1/status", data={"status": "done", "versjon": "2"}).status_code == 302
    assert "I gang" in plan_text(new, "N1")
    with app.app_context():
        queue_plan_reminders(site, dt.date(2027, 1, 25))
    with site.reading() as session:
        mails = session.scalars(select(PlanMail)).all()
        assert {(each.unit.code, session.get_one(Account, each.account_id).email) for each in mails} == {
            ("N1", "n1@f.example")
        }


def test_the_score_of_the_unit_that_took_another_in_is_not_shown_beside_the_others_action(
    app: Flask, site: Database
) -> None:
    with site.transaction() as session:
        for survey in session.scalars(select(Survey)):
            step = VisibilityStep(readers=ReaderGroup.LEADERS, visible_on=dt.date(2025, 1, 1))
            survey.visibility = [step]
    add_action(_leader(app, site, "A"), tema=theme(site, 2025))
    leader = _leader(app, site, "B")
    add_action(leader, unit="B", tema=theme(site, 2025))
    _succeed(site, SuccessionKind.MERGED, ("A", "B"))
    text = plan_text(leader, "B")
    assert text.count("Slik ser vi at det virker") == 2
    assert text.count("2025: 3,9") == 1


def test_after_a_split_each_part_may_take_actions_over_and_goes_its_own_way(
    app: Flask, site: Database
) -> None:
    old = _leader(app, site, "A")
    add_action(old)
    add_action(old, hva="Ferdig tiltak")
    post(old, "/planer/A/2/status", status="done", versjon=1)
    _succeed(site, SuccessionKind.SPLIT, ("A", "N1"), ("A", "N2"))
    first, second = _leader(app, site, "N1"), _leader(app, site, "N2")
    assert "Ta over tiltak fra før enheten ble delt" in plan_text(first, "N1")
    assert "Ferdig tiltak" not in plan_text(first, "N1")
    # Nothing is in the plan before it is taken over, and only parts are offered it.
    assert first.get("/planer/N1/1").status_code == 404
    assert _leader(app, site, "B").post("/planer/B/1/overta").status_code == 404
    assert first.post("/planer/N1/2/overta").status_code == 404
    first.post("/planer/N1/1/overta")
    again = first.post("/planer/N1/1/overta")
    assert again.status_code == 404
    assert "Det er tatt over allerede" in again.text
    assert 'href="/planer/N1"' in again.text
    assert "Kommer fra Solbakken barnehage" in plan_text(first, "N1")
    assert "Før enheten ble delt, i Solbakken barnehage" in first.get("/planer/N1/3").text
    post(first, "/planer/N1/3/status", status="done", versjon=1)
    assert "Ta over tiltak" in plan_text(second, "N2")
    second.post("/planer/N2/1/overta")
    assert "Planlagt" in plan_text(second, "N2")
    assert "Enheten ble avsluttet 30. september 2026" in plan_text(old)
    # Taken back, it is offered again.
    with site.reading() as session:
        assert plan_following(session).split_before(unit_of(session, "N2").id)
    post(second, "/planer/N2/4/angre", utgave=6)
    assert "Ta over tiltak" in plan_text(second, "N2")
    second.post("/planer/N2/1/overta")
    assert "Ta over tiltak" not in plan_text(second, "N2")


def test_a_moved_unit_keeps_its_plan_and_leaders_above_change(app: Flask, site: Database) -> None:
    with site.transaction() as session:
        unit_of(session, "B").parent = unit_of(session, "N2")
        unit_of(session, "N2").valid_from = None
    before, after = _leader(app, site, "N2"), _leader(app, site, "U")
    add_action(before, unit="B")
    with site.transaction() as session:
        move_unit(session, unit_of(session, "B"), unit_of(session, "U"), CHANGED)
    assert before.get("/planer/B").status_code == 403
    assert "Vi skriver hvem som gjør hva" in plan_text(after, "B")
    assert "Kommer fra" not in plan_text(after, "B")


def test_a_dissolved_unit_keeps_its_plan_and_reminds_nobody(app: Flask, site: Database) -> None:
    leader = _leader(app, site, "A")
    add_action(leader)
    with site.transaction() as session:
        unit_of(session, "A").valid_to = CHANGED - dt.timedelta(days=1)
        for account in session.scalars(select(Account)):
            account.email = "a@fjordvik.example"
        assert session.scalars(select(Grant)).all()
    assert "Planen blir stående slik den var." in plan_text(leader)
    with app.app_context():
        queue_plan_reminders(site, dt.date(2027, 1, 25))
    with site.reading() as session:
        assert session.scalars(select(PlanMail)).all() == []


@pytest.mark.parametrize(
    ("steps", "became"),
    [
        ([], 1),
        ([(1, 2, SuccessionKind.RENAMED, 2023), (2, 3, SuccessionKind.MERGED, 2024)], 3),
        # Back again, and on one day.
        ([(1, 2, SuccessionKind.RENAMED, 2023), (2, 1, SuccessionKind.RENAMED, 2024)], 1),
        ([(1, 2, SuccessionKind.RENAMED, 2023), (2, 1, SuccessionKind.RENAMED, 2023)], 2),
        # Before it was split, it was another.
        ([(1, 2, SuccessionKind.MOVED, 2023), (2, 3, SuccessionKind.SPLIT, 2024)], 2),
        # Whatever the kinds say, two have got something.
        ([(1, 2, SuccessionKind.MERGED, 2023), (1, 3, SuccessionKind.MERGED, 2024)], 1),
    ],
)
def test_what_a_unit_became(steps: list[tuple[int, int, SuccessionKind, int]], became: int) -> None:
    told = [SuccessionStep(old, new, kind, dt.date(year, 1, 1)) for old, new, kind, year in steps]
    assert SuccessionSteps(told).became(1) == became
    assert TODAY.year >= CHANGED.year
