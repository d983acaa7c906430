"""The audit trail: append-only, in words, free of answers, codes and addresses, and read by those it concerns."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from surveys.access.administering import Period, create_account, give_role
from surveys.access.models import Account, Role
from surveys.access.one_time_links import make_link
from surveys.audit import trail as audit
from surveys.audit.actions import ACTIONS, DETAILS
from surveys.audit.models import AuditEntry
from surveys.campaigns import outbox
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.comments.models import CommentStatus
from surveys.release.history.models import ImportedKind
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
from tests.card_building import sign_in_as, unit_of

SURVEYS = Path(__file__).parents[2] / "surveys"

# Calls whose action is not written out: the module and every action the call can make.
COMPOSED = {
    "access/role_trail.py": {"account.role_given", "account.role_ended"},
    "campaigns/reconciling.py": {"survey.reconciled"},
    "hr/reorganising/carrying_out.py": {
        "organisation.reorganised",
        "organisation.reorganisation_undone",
    },
    "organisation/undoing.py": {"people.import_undone", "organisation.import_undone"},
    "publishing/releasing.py": {"survey.released", "survey.corrected"},
    "release/comments/reviewing.py": {f"comment.{status}" for status in CommentStatus},
    "release/history/importing.py": {f"{kind}.imported" for kind in ImportedKind},
    "reports/snapshots/publicity.py": {"report.opened", "report.withheld"},
    "respond/alarm.py": {"survey.key_swapped", "survey.seal_broken"},
    "release/history/sets.py": {f"{kind}.withdrawn" for kind in ImportedKind},
}
# Calls with `**…`: what it can hold.
SPREAD = {
    "campaigns/lifecycle.py": {"by", "deadline"},
    "campaigns/reconciling.py": {"before"},
    "campaigns/reminders.py": {"by", "messages"},
    "campaigns/scope.py": {"only", "excluded", "pilot"},
    "campaigns/recipients_import.py": {"invited", "on_paper"},
    "organisation/changing_units.py": {"old_name", "new_name", "old_type", "new_type"},
    "organisation/people_import.py": {"new", "changed", "ended", "left_out"},
    "organisation/units_import.py": {"new", "changed", "ended", "left_out"},
    "publishing/importing_answers.py": {"weight"},
    "publishing/releasing.py": {"weighted"},
    "release/comments/reviewing.py": {"comment", "reason"},
}


def _recordings() -> Iterator[tuple[str, ast.Call]]:
    """Every `audit.record(…)` in the application, with its module."""
    for path in sorted(SURVEYS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield path.relative_to(SURVEYS).as_posix(), node


def _actions(module: str, call: ast.Call) -> set[str]:
    written = call.args[1]
    if isinstance(written, ast.Constant):
        return {str(written.value)}
    return COMPOSED.get(module, {f"«{ast.unparse(written)}» in {module}"})


def _details(module: str, call: ast.Call) -> set[str]:
    return {
        name
        for each in call.keywords
        for name in ({each.arg} if each.arg else SPREAD.get(module, {f"«**» in {module}"}))
    }


def test_every_action_the_application_records_has_words_and_every_word_an_action() -> None:
    recorded = {action for module, call in _recordings() for action in _actions(module, call)}
    assert len(recorded) > 30
    assert recorded - set(ACTIONS) == set(), "write words in surveys/audit/actions.py"
    assert set(ACTIONS) - recorded == set(), "these are never recorded"


def test_every_detail_the_application_records_has_words() -> None:
    recorded = {name for module, call in _recordings() for name in _details(module, call)}
    assert recorded - set(DETAILS) == set(), "write words in surveys/audit/actions.py"


@pytest.fixture
def municipality(db: Database) -> Database:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "B": "K"})
    return db


def _record(db: Database, action: str, subject: str, **detail: object) -> None:
    with db.transaction() as session:
        audit.record(session, action, subject, **detail)


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entry SET subject = 'noe annet'",
            "DELETE FROM audit_entry",
        ],
    )
    def test_the_database_refuses_to_change_or_delete(self, municipality: Database, statement: str) -> None:
        _record(municipality, "survey.opened", "liten-2026")
        with (
            pytest.raises(DatabaseError, match="append-only"),
            municipality.engine.begin() as connection,
        ):
            connection.execute(text(statement))
        with municipality.reading() as session:
            assert session.scalars(select(AuditEntry.subject)).all() == ["liten-2026"]

    def test_the_table_cannot_be_emptied_at_once(self, municipality: Database) -> None:
        """SQLite has no TRUNCATE: there it is no statement at all."""
        _record(municipality, "survey.opened", "liten-2026")
        is_sqlite = municipality.engine.dialect.name == "sqlite"
        with (
            pytest.raises(DatabaseError, match="syntax error" if is_sqlite else "append-only"),
            municipality.engine.begin() as connection,
        ):
            connection.execute(text("TRUNCATE audit_entry"))
        with municipality.reading() as session:
            assert session.scalars(select(AuditEntry.subject)).all() == ["liten-2026"]


def test_a_whole_survey_and_its_accounts_leave_no_answer_code_or_address_in_the_trail(
    app: Flask, db: Database
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        codes = invite_some(app, session, survey, "A", 3, email="svarer@privat.example")
        outbox.queue_invitations(session, survey)
        answer_some(
            app,
            session,
            survey,
            "A",
            [sheet_of(value) for value in (1, 2, 3, 4, 5, 5)],
            {"styrke": "Sjefen vår heter Torvald"},
        )
        close_survey(session, survey)
        account = create_account(session, "kari@fjordvik.example", "Kari Eide", "kari@fjordvik.example")
        give_role(session, None, account, Role.LEADER, unit_of(session, "A"), Period())
        token = make_link(session, account)
        audit.record(
            session, "history.imported", "liten", source="Fra per@annet.example, våren 2024", sets=[1, 2]
        )
    release(db, keys_of(app), "liten-2026")
    with db.reading() as session:
        found = session.scalars(select(AuditEntry)).all()
    recorded = [f"{entry.action} {entry.subject} {entry.detail!r}" for entry in found]
    assert {"survey.counted", "survey.released", "account.created", "history.imported"} <= {
        entry.action for entry in found
    }
    for entry in recorded:
        assert "@" not in entry
        assert "Torvald" not in entry
        assert token not in entry
        assert not any(code in entry or code.replace("-", "") in entry for code in codes)
    for each in found:
        assert set(each.detail) <= set(DETAILS), "a detail without words could be an answer"
    assert "våren 2024" in repr(recorded), "what is no address is kept"


class TestWhoReads:
    @pytest.fixture
    def recorded(self, municipality: Database) -> Database:
        """A survey of A, one of B, an account of B, a file, and something without words."""
        with municipality.transaction() as session:
            for unit in ("A", "B"):
                build_survey(session, unit_of(session, unit), key=f"bare-{unit.lower()}")
            account = create_account(session, "bodil", "Bodil Berg")
            give_role(session, None, account, Role.LEADER, unit_of(session, "B"), Period())
            audit.record(session, "people.imported", "ansatte.csv", new=3)
            audit.record(session, "noe.ukjent", "hva som helst")
            audit.record(session, "organisation.succession_stated", "B", predecessor="A", kind="split")
        return municipality

    def test_an_administrator_reads_everything(self, recorded: Database, client: FlaskClient) -> None:
        sign_in_as(client, recorded, Role.ADMINISTRATOR, "K")
        page = client.get("/hendelseslogg").text
        for words in ("bare-a", "bare-b", "Bodil Berg (bodil)", "ansatte.csv", "noe.ukjent", "delt"):
            assert words in page

    def test_hr_reads_about_her_own_surveys_units_and_accounts(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, recorded, Role.HR, "A")
        page = client.get("/hendelseslogg").text
        assert "bare-a" in page
        for words in ("bare-b", "Bodil", "ansatte.csv", "noe.ukjent", "Enhet B"):
            assert words not in page
        assert "bare-b" not in client.get("/hendelseslogg.csv").text

    def test_hr_of_the_whole_municipality_reads_about_files_too(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        sign_in_as(client, recorded, Role.HR, "K")
        page = client.get("/hendelseslogg").text
        assert "ansatte.csv" in page
        assert "Bodil Berg" in page

    def test_an_account_recorded_by_its_user_name_before_is_still_found(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        _record(recorded, "account.signed_out", "bodil")
        sign_in_as(client, recorded, Role.HR, "B")
        assert "Logget ut brukeren overalt" in client.get("/hendelseslogg").text

    def test_filters_limit_by_kind_day_and_name(self, recorded: Database, client: FlaskClient) -> None:
        sign_in_as(client, recorded, Role.ADMINISTRATOR, "K")
        about_accounts = client.get("/hendelseslogg?om=account").text
        assert "Bodil" in about_accounts
        assert "ansatte.csv" not in about_accounts
        assert "Ingen hendelser passer" in client.get("/hendelseslogg?til=2020-01-01").text
        assert "ansatte.csv" in client.get("/hendelseslogg?fra=2020-01-01").text
        by_name = client.get("/hendelseslogg?sok=BODIL").text
        assert "Laget brukeren" in by_name
        assert "ansatte.csv" not in by_name
        unread = client.get("/hendelseslogg?fra=i+fjor").text
        assert '<a class="ds-link" href="#fra">Fra og med dag: Skriv datoen slik' in unread
        assert "1 hendelse " in client.get("/hendelseslogg?sok=ansatte.csv").text

    def test_what_only_a_program_understands_is_told_in_words(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        _record(municipality, "retention.deleted", "codes", rows=12)
        _record(municipality, "comment.held", "b26", comment="8c05a192", reason="person")
        _record(municipality, "comment.approved", "b26", comments=["05ebf6e0-b226", "0b17f7a5-3243"])
        _record(municipality, "survey.checklist_ticked", "b26", item="dpia")
        _record(municipality, "survey.deadline_moved", "b26", after="2026-12-15", readers_wait=["leaders"])
        _record(municipality, "account.role_given", "bodil", role="leader", unit="A")
        _record(
            municipality, "scorecard.approved", "kortet", year=2026, name="Kommunestyret", day="2026-03-20"
        )
        sign_in_as(client, municipality, Role.ADMINISTRATOR, "K")
        page = client.get("/hendelseslogg").text
        for words in (
            "Avtrykk av kodene til undersøkelser som er talt opp",
            "grunn: Handler om en person som kan kjennes igjen",
            "kommentarer: 2",
            "dag: 20.03.2026",
            "punkt: Personvernkonsekvensene er vurdert (DPIA)",
            "leserne venter: Ledere",
            "enhet: Enhet A (A)",
        ):
            assert words in page
        assert "05ebf6e0" not in page

    def test_twenty_five_entries_stand_on_a_page_also_of_those_a_search_finds(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        with recorded.transaction() as session:
            for number in range(30):
                audit.record(session, "scorecard.created", f"kort-{number}")
        sign_in_as(client, recorded, Role.ADMINISTRATOR, "K")
        for address, oldest in (("/hendelseslogg?", "ansatte.csv"), ("/hendelseslogg?sok=kort-&", "kort-4<")):
            first, second = client.get(f"{address}side=1").text, client.get(f"{address}side=2").text
            assert "kort-29" in first
            assert "Side 1 av 2" in first
            assert oldest not in first.replace(" ", "").replace("\n", "")
            assert oldest in second.replace(" ", "").replace("\n", "")
            assert "kort-29" not in second

    def test_what_the_row_shows_is_found_and_nothing_else(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        with recorded.transaction() as session:
            survey = session.scalars(select(Survey).where(Survey.key == "bare-b")).one()
            survey.title = {"nb": "Trivsel på Øvre Å"}
            unit_of(session, "B").name = "Brannstasjonen"
            audit.record(session, "survey.reconciled", "bare-a", before={"unit": "hemmelig"}, rows=3)
        sign_in_as(client, recorded, Role.ADMINISTRATOR, "K")
        for words, found in (
            ("øvre å", "bare-b"),
            ("bare-b trivsel", "bare-b"),
            ("brannstasjonen", "Brannstasjonen (B)"),
            ("laget bodil", "Bodil Berg (bodil)"),
        ):
            page = client.get("/hendelseslogg", query_string={"sok": words}).text
            assert found in page, words
            assert "ansatte.csv" not in page, words
        # What is kept for undoing is no reading, and cannot be guessed by searching either.
        assert "Ingen hendelser har «hemmelig»" in client.get("/hendelseslogg?sok=hemmelig").text

    def test_a_search_finds_nothing_that_the_reader_may_not_see(
        self, recorded: Database, client: FlaskClient
    ) -> None:
        with recorded.transaction() as session:
            survey = session.scalars(select(Survey).where(Survey.key == "bare-b")).one()
            survey.title = {"nb": "Trivsel på Øvre Å"}
        sign_in_as(client, recorded, Role.HR, "A")
        for words in ("trivsel", "bare-b", "bodil", "ansatte", "Enhet B"):
            assert "Ingen hendelser har" in client.get("/hendelseslogg", query_string={"sok": words}).text, (
                words
            )
            assert len(client.get("/hendelseslogg.csv", query_string={"sok": words}).text.splitlines()) == 1
        assert "bare-a" in client.get("/hendelseslogg?sok=bare-a").text


class TestFile:
    def test_the_file_opens_in_a_norwegian_spreadsheet_and_runs_nothing(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        _record(municipality, "people.imported", '=HYPERLINK("http://farlig.example")', new=3, changed=1)
        sign_in_as(client, municipality, Role.ADMINISTRATOR, "K")
        response = client.get("/hendelseslogg.csv")
        assert response.mimetype == "text/csv"
        assert response.data.startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in response.data
        rows = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == ["Når", "Hvem", "Hva", "Hvem eller hva", "Mer"]
        assert re.fullmatch(r"\d\d\.\d\d\.\d{4} kl\. \d\d\.\d\d", rows[1][0])
        assert rows[1][1:] == [
            "systemet eller kommandolinjen",
            "Leste inn ansatte fra fil",
            '\'=HYPERLINK("http://farlig.example")',
            "nye: 3; endret: 1",
        ]

    def test_the_file_has_what_the_filter_lets_through(
        self, municipality: Database, client: FlaskClient
    ) -> None:
        _record(municipality, "people.imported", "a.csv")
        _record(municipality, "scorecard.created", "kortet")
        sign_in_as(client, municipality, Role.ADMINISTRATOR, "K")
        assert "a.csv" not in client.get("/hendelseslogg.csv?sok=kortet").text


def test_nobody_but_hr_and_administrators_reads_it(municipality: Database, client: FlaskClient) -> None:
    sign_in_as(client, municipality, Role.LEADER, "K")
    assert client.get("/hendelseslogg").status_code == 403
    assert client.get("/hendelseslogg.csv").status_code == 403


def test_who_did_it_is_named(municipality: Database, client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(client, municipality, Role.HR, "K")
    with municipality.reading() as session:
        name = session.scalars(select(Account.name)).one()
        assert session.scalars(select(Unit.code).order_by(Unit.code)).all() == ["A", "B", "K"]
    client.post("/brukere/ny", data={"name": "Ny Bruker", "username": "ny", "email": ""})
    [row] = re.findall(
        r"<tr>(?:(?!</tr>).)*Laget brukeren.*?</tr>", client.get("/hendelseslogg").text, re.DOTALL
    )
    assert name in row
    assert "Ny Bruker (ny)" in row
