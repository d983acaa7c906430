"""Retention: what is old enough is told of first, then deleted, by the worker, the administrator or the command."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from surveys.access.models import Account, OneTimeLink, Role, SignInSession
from surveys.access.one_time_links import make_link
from surveys.access.sessions import start_session
from surveys.audit.models import AuditEntry
from surveys.campaigns.codes import code_hash
from surveys.campaigns.models import AudienceTurnout, EndedCode, Survey
from surveys.commands import medvirk
from surveys.counting.models import Comment
from surveys.hr.retention.deleting import RULES, delete_what_is_due, retention_plans
from surveys.hr.retention.texts import due_words
from surveys.organisation.models import ImportKind, OrganisationImport
from surveys.platform import code_format
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.release.comments.models import CommentReview
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.commenting import approve_everything
from tests.releasing import build_released

COUNTED = dt.date(2026, 4, 1)
SHEETS = [sheet_of(value) for value in (1, 2, 3, 4, 5, 5)]


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """A released survey of six people in A, with three comments, counted on `COUNTED`."""
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, {"A": SHEETS})
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        survey.counted_on = COUNTED
        unit = survey.unit_id
        session.add_all(
            Comment(survey_id=survey.id, unit_id=unit, question="bedre", text=f"Mer {what}.")
            for what in ("tid", "plass", "lys")
        )
    approve_everything(db)


def _due(db: Database, settings: Settings, today: dt.date) -> dict[str, int]:
    with db.reading() as session:
        return {plan.rule.key: plan.due.rows for plan in retention_plans(session, settings, today)}


def _count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _audited(db: Database) -> list[tuple[str, dict[str, int]]]:
    with db.reading() as session:
        rows = session.execute(
            select(AuditEntry.subject, AuditEntry.detail)
            .where(AuditEntry.action == "retention.deleted")
            .order_by(AuditEntry.id)
        )
        return [(subject, detail) for subject, detail in rows]


def test_codes_lead_nowhere_ninety_days_after_the_count_and_the_numbers_stay(
    released: Database, settings: Settings
) -> None:
    before = COUNTED + dt.timedelta(days=89)
    assert _due(released, settings, before)["codes"] == 0
    assert delete_what_is_due(released, settings, before) == {}
    day = COUNTED + dt.timedelta(days=90)
    assert _due(released, settings, day)["codes"] == len(SHEETS)
    assert delete_what_is_due(released, settings, day) == {"codes": len(SHEETS)}
    assert _count(released, EndedCode) == 0
    with released.reading() as session:
        turnout = session.scalars(select(AudienceTurnout)).one()
        assert (turnout.invited, turnout.delivered) == (len(SHEETS), len(SHEETS))
    assert _audited(released) == [("codes", {"rows": len(SHEETS)})]
    assert delete_what_is_due(released, settings, day) == {}, "they are not deleted twice"


def test_a_mails_link_says_first_that_the_survey_is_over_and_then_nothing(
    app: Flask, released: Database, client: FlaskClient, settings: Settings
) -> None:
    code = "0123-4567-89A6"
    plain = code_format.normalised(code)
    assert plain
    with released.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        hashed = code_hash(app.config["SECRETS"].codes, plain)
        session.add(EndedCode(code_hash=hashed, survey_id=survey.id))
    known = client.get(f"/svar/{code}")
    assert "Undersøkelsen er avsluttet" in known.text
    delete_what_is_due(released, settings, COUNTED + dt.timedelta(days=90))
    assert client.get(f"/svar/{code}").status_code == 404


def test_comments_are_kept_until_the_operator_sets_a_limit(released: Database, settings: Settings) -> None:
    late = COUNTED + dt.timedelta(days=3650)
    delete_what_is_due(released, settings, late)
    assert _count(released, Comment) == 3
    limited = replace(settings, delete_comments_after_days=365)
    day = COUNTED + dt.timedelta(days=365)
    delete_what_is_due(released, limited, day - dt.timedelta(days=1))
    assert _count(released, Comment) == 3
    assert delete_what_is_due(released, limited, day)["comments"] == 3
    assert _count(released, Comment) == _count(released, CommentReview) == 0


def test_the_way_back_from_a_file_is_forgotten_after_thirty_days(db: Database, settings: Settings) -> None:
    at = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    with db.transaction() as session:
        session.add(
            OrganisationImport(
                kind=ImportKind.PEOPLE, at=at, file_name="a.csv", source="x", mapping={"columns": {}},
                undo={"people": ["Liv Ek"]},
            )
        )  # fmt: skip
    assert delete_what_is_due(db, settings, dt.date(2026, 3, 30)) == {}
    assert delete_what_is_due(db, settings, dt.date(2026, 3, 31)) == {"undo": 1}
    with db.reading() as session:
        stored = session.scalars(select(OrganisationImport)).one()
        assert stored.undo is None
        assert stored.mapping == {"columns": {}}, "how its columns were understood is remembered"


def test_sign_ins_and_links_that_have_ended_are_removed(db: Database, settings: Settings) -> None:
    now = dt.datetime.now(dt.UTC)
    with db.transaction() as session:
        account = Account(username="liv", name="Liv Ek")
        session.add(account)
        session.flush()
        start_session(session, account, now)
        session.add(
            SignInSession(
                token_hash=b"o" * 32,
                account_id=account.id,
                started_at=now,
                seen_at=now - dt.timedelta(hours=2),
            )
        )
        make_link(session, account, now)
        session.execute(update(OneTimeLink).values(expires_at=now - dt.timedelta(hours=1)))
    assert delete_what_is_due(db, settings) == {"access": 2}
    assert _count(db, SignInSession) == 1
    assert _count(db, OneTimeLink) == 0


def test_the_preview_says_when_the_next_is_due(released: Database, app: Flask, settings: Settings) -> None:
    with released.transaction() as session:
        session.execute(update(Survey).values(counted_on=municipal_day() - dt.timedelta(days=80)))
    with app.app_context(), released.reading() as session:
        [codes] = [plan for plan in retention_plans(session, settings) if plan.rule.key == "codes"]
        assert codes.due.rows == 0
        assert codes.due.next_on == municipal_day() + dt.timedelta(days=10)
        assert "Neste gang" in due_words(codes)


def test_every_rule_is_on_the_page_and_hr_only_reads(
    released: Database, client: FlaskClient, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, released, Role.HR)
    page = client.get("/personvern/oppbevaring").text
    for rule in RULES:
        if rule.setting:
            assert f"MEDVIRK_{rule.setting.upper()}" in page
    assert "Slett nå" not in page
    assert client.post("/personvern/oppbevaring/slett").status_code == 403


def test_an_administrator_deletes_at_once_and_the_trail_says_who(
    released: Database, client: FlaskClient, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with released.transaction() as session:
        session.execute(update(Survey).values(counted_on=municipal_day() - dt.timedelta(days=400)))
    sign_in_as(client, released, Role.ADMINISTRATOR)
    assert "Slett nå" in client.get("/personvern/oppbevaring").text
    answer = client.post("/personvern/oppbevaring/slett", follow_redirects=True)
    assert f"{len(SHEETS)} rader er slettet" in answer.text
    with released.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "retention.deleted")).one()
        assert entry.account_id is not None


def test_an_administrator_of_a_part_deletes_nothing(
    released: Database, client: FlaskClient, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, released, Role.ADMINISTRATOR, "A")
    assert client.post("/personvern/oppbevaring/slett").status_code == 403


def test_the_command_tells_first_and_does_it_with_apply(released: Database, app: Flask) -> None:
    from click.testing import CliRunner

    with released.transaction() as session:
        session.execute(update(Survey).values(counted_on=municipal_day() - dt.timedelta(days=400)))
    told = CliRunner().invoke(medvirk, ["retention"], obj=lambda: app)
    assert told.exit_code == 0
    assert f"Nå: {len(SHEETS)}." in told.output
    assert "Ingenting er slettet" in told.output
    assert _audited(released) == []
    done = CliRunner().invoke(medvirk, ["retention", "--apply"], obj=lambda: app)
    assert f"Slettet: {len(SHEETS)} rader." in done.output
    assert _audited(released) == [("codes", {"rows": len(SHEETS)})]


def test_the_worker_does_it_once_a_day(
    released: Database, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[dt.date] = []
    today = [dt.date(2026, 5, 1)]
    monkeypatch.setattr("surveys.site.worker.municipal_day", lambda: today[0])
    monkeypatch.setattr("surveys.site.worker.delete_what_is_due", lambda *_: done.append(today[0]))
    work = app.extensions["medvirk_work"]["retention"]
    work()
    work()
    today[0] = dt.date(2026, 5, 2)
    work()
    assert done == [dt.date(2026, 5, 1), dt.date(2026, 5, 2)]
