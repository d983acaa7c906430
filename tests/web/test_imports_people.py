"""The roster comes in from files; personal numbers never do."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.organisation.import_answers import ImportAnswers
from surveys.organisation.models import Person
from surveys.organisation.people_import import import_people
from surveys.platform.database import Database
from tests.building import build_units

# A test number (month + 80): nobody has it.
SOME_NUMBER = "13899712018"
HEADING = "ansattnummer;navn;e-post;enhet;leder;språk\n"
ROSTER = HEADING + "1;Åse Ås;ase@example.no;A;ja;nn\n2;Øyvind Ø;;B;nei;\n"


@pytest.fixture
def tree(db: Database) -> Database:
    with db.transaction() as session:
        build_units(session)
    return db


def _import(db: Database, file: Path, *, apply: bool = True, leaving: int | None = None) -> ImportReport:
    with db.transaction() as session:
        return import_people(session, file, apply=apply, answers=ImportAnswers(leaving=leaving))


def _written(folder: Path, text: str) -> Path:
    file = folder / "ansatte.csv"
    file.write_text(text, encoding="utf-8")
    return file


def _stored(db: Database) -> dict[str, tuple[str, str, str, bool, str]]:
    with db.reading() as session:
        people = session.scalars(select(Person).where(Person.active))
        return {p.employee_number: (p.name, p.email, p.unit.code, p.is_leader, p.language) for p in people}


STORED_ROSTER = {
    "1": ("Åse Ås", "ase@example.no", "A", True, "nn"),
    "2": ("Øyvind Ø", "", "B", False, "nb"),
}


def test_people_are_placed_in_their_units(tree: Database, tmp_path: Path) -> None:
    assert len(_import(tree, _written(tmp_path, ROSTER)).new) == 2
    assert _stored(tree) == STORED_ROSTER


def test_a_dry_run_changes_nobody(tree: Database, tmp_path: Path) -> None:
    _import(tree, _written(tmp_path, ROSTER), apply=False)
    assert _stored(tree) == {}


def test_somebody_the_file_leaves_out_is_no_longer_invited_and_can_come_back(
    tree: Database, tmp_path: Path
) -> None:
    _import(tree, _written(tmp_path, ROSTER))
    report = _import(tree, _written(tmp_path, HEADING + "1;Åse Ås;ase@example.no;B;ja;nn\n"), leaving=1)
    assert [str(change) for change in report.changed] == ["1 Åse Ås – enhet: A → B"]
    assert [change.key for change in report.ended] == ["2"]
    assert set(_stored(tree)) == {"1"}
    _import(tree, _written(tmp_path, ROSTER))
    assert _stored(tree) == STORED_ROSTER


def test_columns_the_file_does_not_have_keep_what_is_known(tree: Database, tmp_path: Path) -> None:
    _import(tree, _written(tmp_path, ROSTER))
    report = _import(
        tree,
        _written(tmp_path, "ansattnummer;navn;e-post;enhet\n1;Åse Ås;ase@example.no;A\n2;Øyvind Ø;;B\n"),
    )
    assert report.changes == 0
    assert _stored(tree) == STORED_ROSTER


def test_the_main_position_decides_where_somebody_belongs(tree: Database, tmp_path: Path) -> None:
    text = "ansattnummer;navn;e-post;enhet;hovedstilling\n1;Åse;;A;nei\n1;Åse;;B;ja\n2;Ola;;B;\n2;Ola;;A;\n"
    report = _import(tree, _written(tmp_path, text))
    assert [(number, place[2]) for number, place in _stored(tree).items()] == [("1", "B"), ("2", "B")]
    assert "linje 2 og 3: hovedstillingen (linje 3)" in report.notes[0]
    assert "linje 4 og 5: ingen er merket" in report.notes[1]


def test_every_fault_is_told_at_once_and_nobody_is_changed(tree: Database, tmp_path: Path) -> None:
    _import(tree, _written(tmp_path, ROSTER))
    text = HEADING + ";Uten;;A;;\n3;;;A;;\n4;Ola;ola@;A;;\n5;Per;;Z;;\n6;Eva;;A;kanskje;\n7;Ida;;A;;fransk\n"
    report = _import(tree, _written(tmp_path, text))
    assert [(fault.line, fault.column) for fault in report.faults] == [
        (2, "ansattnummer"),
        (3, "navn"),
        (4, "e-post"),
        (5, "enhet"),
        (6, "leder"),
        (7, "språk"),
    ]
    assert _stored(tree) == STORED_ROSTER


def test_a_personal_number_refuses_the_file_and_is_never_shown(
    app: Flask, tree: Database, tmp_path: Path
) -> None:
    file = _written(tmp_path, HEADING + f"1;Åse;;A;;{SOME_NUMBER}\n")
    result = app.test_cli_runner().invoke(medvirk, ["import-people", str(file), "--apply"], obj=lambda: app)
    assert result.exit_code == 1
    assert "Linje 2, kolonne «språk»" in result.output
    assert SOME_NUMBER not in result.output
    assert _stored(tree) == {}
