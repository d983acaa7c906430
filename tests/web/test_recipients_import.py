"""Parents, users and residents are invited from a file of addresses: each once, and never with a personal number."""

import datetime as dt
import re
import threading
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import event, func, select

from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Delivery, Invitation
from surveys.campaigns.recipients_import import RecipientsReport, import_recipients
from surveys.commands import medvirk
from surveys.organisation.models import Person, Unit
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some

# A test number (month + 80): nobody has it.
SOME_NUMBER = "13899712018"
HEADING = "enhet;e-post;språk\n"
PARENTS = HEADING + "A;kari@example.no;nn\nA;;\nB;kari@example.no;\nB;per@example.no;engelsk\n"
LINK = re.compile(r"^http://localhost/svar/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$", re.MULTILINE)


@pytest.fixture
def opened(app: Flask, db: Database) -> Database:
    """An open survey of units K, A and B; unit U exists but is not in the survey."""
    with db.transaction() as session:
        session.add(Unit(code="U", name="Enhet U", valid_from=dt.date(2026, 6, 1)))
        build_open_survey(app, session)
    return db


def _written(folder: Path, text: str) -> Path:
    file = folder / "mottakere.csv"
    file.write_text(text, encoding="utf-8")
    return file


def _import(app: Flask, db: Database, file: Path, *, apply: bool = True) -> RecipientsReport:
    with app.app_context(), db.transaction() as session:
        return import_recipients(session, "liten-2026", file, apply=apply)


def _run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(medvirk, ["invite", "liten-2026", *arguments], obj=lambda: app)
    return result.exit_code, result.output


def _invited(db: Database) -> list[tuple[str, str, str]]:
    with db.reading() as session:
        rows = session.execute(
            select(Unit.code, Invitation.email, Invitation.language).join(Unit, Unit.id == Invitation.unit_id)
        )
        return sorted((code, email, language) for code, email, language in rows)


def _queued(db: Database) -> list[str]:
    with db.reading() as session:
        return sorted(session.scalars(select(Invitation.email).join(Delivery)))


EVERYBODY = [
    ("A", "", "nb"),
    ("A", "kari@example.no", "nn"),
    ("B", "kari@example.no", "nb"),
    ("B", "per@example.no", "en"),
]


def test_everybody_in_the_file_is_invited_and_only_addresses_get_mail(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    report = _import(app, opened, _written(tmp_path, PARENTS))
    assert [(unit.code, unit.invited, unit.on_paper) for unit in report.units] == [("A", 2, 1), ("B", 2, 0)]
    assert _invited(opened) == EVERYBODY
    assert _queued(opened) == ["kari@example.no", "kari@example.no", "per@example.no"]
    assert report.messages == 3
    with opened.reading() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "survey.recipients_imported")
        ).all()
        assert [entry.detail for entry in entries] == [{"invited": 4, "on_paper": 1}]


def test_a_spreadsheet_with_english_headings_and_units_alone_is_enough(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    book = Workbook()
    assert book.active is not None
    for cells in (["Unit"], ["A"], ["A"]):
        book.active.append(cells)
    book.save(tmp_path / "mottakere.xlsx")
    _import(app, opened, tmp_path / "mottakere.xlsx")
    assert _invited(opened) == [("A", "", "nb"), ("A", "", "nb")]
    assert _queued(opened) == []


def test_a_dry_run_tells_how_many_in_each_unit_and_invites_nobody(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    code, said = _run(app, "--recipients", str(_written(tmp_path, PARENTS)))
    assert code == 0
    assert "Blir invitert: 4\n  A Enhet A: 2 (1 på papir)\n  B Enhet B: 2\n" in said
    assert "1 av dem mangler e-postadresse" in said
    assert "Ingen er invitert ennå" in said
    assert _invited(opened) == []


def test_the_same_file_twice_invites_no_address_twice(app: Flask, opened: Database, tmp_path: Path) -> None:
    only_addresses = PARENTS.replace("A;;\n", "")
    file = str(_written(tmp_path, only_addresses))
    assert "E-poster lagt i køen: 3." in _run(app, "--recipients", file, "--apply")[1]
    before = _invited(opened)
    code, said = _run(app, "--recipients", file, "--apply")
    assert code == 0
    assert "Invitert: 0\n" in said
    assert "Linje 2: kari@example.no\n  Linje 3: kari@example.no\n  Linje 4: per@example.no" in said
    assert "Ingen nye å invitere." in said
    assert _invited(opened) == before
    assert len(_queued(opened)) == 3


def test_an_address_is_known_again_whatever_its_case(app: Flask, opened: Database, tmp_path: Path) -> None:
    _import(app, opened, _written(tmp_path, HEADING + "A;kari@example.no;\n"))
    report = _import(app, opened, _written(tmp_path, HEADING + "A;Kari@Example.NO;\nB;kari@example.no;\n"))
    assert report.known == ((2, "Kari@Example.NO"),)
    assert [unit.code for unit in report.units] == ["B"]


def test_a_line_without_an_address_is_new_every_time(app: Flask, opened: Database, tmp_path: Path) -> None:
    file = _written(tmp_path, PARENTS)
    _import(app, opened, file)
    report = _import(app, opened, file)
    assert (report.invited, report.on_paper, report.messages) == (1, 1, 0)
    assert _invited(opened) == sorted([("A", "", "nb"), *EVERYBODY])


def test_an_employee_never_gets_a_second_way_in_from_a_file(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    with opened.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        people = [
            Person(employee_number=name, name=name, email=f"{name}@example.no", unit=unit)
            for name in ("ola", "eva")
        ]
        session.add_all(people)
        session.flush()
        survey = find_survey(session, "liten-2026")
        invite_some(app, session, survey, email="ola@example.no", person_id=people[0].id)
    file = _written(tmp_path, HEADING + "B;ola@example.no;\nB;eva@example.no;\nB;per@example.no;\n")
    assert _import(app, opened, file).known == ((2, "ola@example.no"), (3, "eva@example.no"))
    assert _invited(opened) == [("A", "ola@example.no", "nb"), ("B", "per@example.no", "nb")]


def test_every_fault_is_told_at_once_with_line_and_column_and_nobody_is_invited(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    text = "enhet;e-post;språk;barn\nA;per@example.no;;\n;;;\nZ;;;\nU;;;\nA;ola@;;\nA;PER@example.no;;\nA;;fransk;\n"
    text = text.replace("\n;;;\n", "\n;uten@example.no;;\n")
    report = _import(app, opened, _written(tmp_path, text))
    assert [(fault.line, fault.column) for fault in report.faults] == [
        (3, "enhet"),
        (4, "enhet"),
        (5, "enhet"),
        (6, "e-post"),
        (7, "e-post"),
        (8, "språk"),
    ]
    said = [fault.message for fault in report.faults]
    assert "Enheten mangler" in said[0]
    assert "«Z» finnes ikke" in said[1]
    assert "«U» er ikke med" in said[2]
    assert "også på linje 2" in said[4]
    assert any("«barn»" in note for note in report.notes)
    assert _invited(opened) == []


def test_a_file_without_units_or_without_lines_is_refused(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    [fault] = _import(app, opened, _written(tmp_path, "e-post\nper@example.no\n")).faults
    assert "Kolonnen «unit» mangler" in fault.message
    [fault] = _import(app, opened, _written(tmp_path, HEADING)).faults
    assert "ingen mottakere" in fault.message


def test_a_personal_number_in_any_column_refuses_the_file_and_is_never_shown(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    for line, column in (("{};;", "enhet"), ("A;{}@example.no;", "e-post"), ("A;;{}", "språk")):
        file = _written(tmp_path, HEADING + line.format(SOME_NUMBER) + "\n")
        code, said = _run(app, "--recipients", str(file), "--apply")
        assert code == 1
        assert f"Linje 2, kolonne «{column}»" in said
        assert SOME_NUMBER not in said
    assert _invited(opened) == []


def test_a_unit_outside_the_scope_is_refused(app: Flask, opened: Database, tmp_path: Path) -> None:
    with opened.transaction() as session:
        [unit] = [each for each in find_survey(session, "liten-2026").units if each.unit.code == "B"]
        unit.asked = False
    report = _import(app, opened, _written(tmp_path, PARENTS))
    assert "«B» er ikke med i denne undersøkelsen" in str(report.faults[0])
    assert _invited(opened) == []


def test_links_for_letters_are_printed_for_all_who_have_not_answered(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    file = str(_written(tmp_path, PARENTS))
    assert _run(app, "--recipients", file, "--links", "-")[0] == 2
    assert _invited(opened) == []
    code, said = _run(app, "--recipients", file, "--apply", "--links", "-")
    assert code == 0
    assert len(set(LINK.findall(said))) == 4


def test_apply_without_a_file_invites_as_without_it(app: Flask, opened: Database) -> None:
    with opened.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        session.add(Person(employee_number="1", name="Kari", email="kari@example.no", unit=unit))
    assert _run(app, "--apply")[0] == 0
    assert _run(app)[0] == 0
    assert len(_invited(opened)) == 1


def test_a_file_invites_nobody_else_than_those_in_it(app: Flask, opened: Database, tmp_path: Path) -> None:
    with opened.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        session.add(Person(employee_number="1", name="Eva", email="eva@example.no", unit=unit))
    assert _run(app, "--recipients", str(_written(tmp_path, PARENTS)), "--apply")[0] == 0
    assert _invited(opened) == EVERYBODY


def test_a_survey_that_is_not_open_takes_no_file(app: Flask, opened: Database, tmp_path: Path) -> None:
    with opened.transaction() as session:
        close_survey(session, find_survey(session, "liten-2026"))
    code, said = _run(app, "--recipients", str(_written(tmp_path, PARENTS)))
    assert code == 1
    assert "må være åpen" in said


def test_a_failure_while_queueing_leaves_no_invitation(
    app: Flask, opened: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("surveys.campaigns.outbox.queue_invitations", broken)
    with pytest.raises(OSError, match="disk full"):
        _import(app, opened, _written(tmp_path, PARENTS))
    with opened.reading() as session:
        assert session.scalar(select(func.count(Invitation.id))) == 0


def test_the_same_file_from_two_people_at_once_invites_nobody_twice(
    app: Flask, opened: Database, tmp_path: Path
) -> None:
    file = _written(tmp_path, HEADING + "A;kari@example.no;\n")
    second = threading.Thread(target=_import, args=(app, opened, file))
    arrived = threading.Event()

    @event.listens_for(opened.engine, "checkout")
    def see_who(*_about: object) -> None:
        if threading.current_thread() is second:
            arrived.set()

    with app.app_context(), opened.transaction() as session:
        import_recipients(session, "liten-2026", file, apply=True)
        second.start()
        assert arrived.wait(120)
        # Long enough for the second to get past the first if nothing holds it back.
        second.join(timeout=0.5)
    second.join()
    assert _invited(opened) == [("A", "kari@example.no", "nb")]
