"""Units come in from files as other systems write them; a file with a fault changes nothing and says where it is."""

import datetime as dt
import io
from pathlib import Path

from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.organisation.models import Succession, Unit
from surveys.organisation.units_import import import_units
from surveys.platform.database import Database
from tests.building import build_installation, build_units

TODAY = dt.date(2026, 3, 2)
TREE = "kode;navn;type;overordnet\nK;Fjordvik;kommune;\nA;Ås skole;skole;K\nB;Sykehjemmet;sykehjem;K\n"


def _import(db: Database, file: Path, *, apply: bool = True) -> ImportReport:
    with db.transaction() as session:
        return import_units(session, file, apply=apply, today=TODAY)


def _written(folder: Path, text: str) -> Path:
    file = folder / "enheter.csv"
    file.write_bytes(text.encode())
    return file


def _stored(db: Database) -> dict[str, tuple[str, str, str | None]]:
    """Living units: code → name, type, parent's code."""
    with db.reading() as session:
        units = session.scalars(select(Unit).where(Unit.valid_to.is_(None)))
        return {u.code: (u.name, u.type, u.parent.code if u.parent else None) for u in units}


def _faults(db: Database, folder: Path, text: str) -> list[str]:
    before = _stored(db)
    report = _import(db, _written(folder, text))
    assert not report.applied
    assert _stored(db) == before
    return [str(fault) for fault in report.faults]


STORED_TREE = {
    "K": ("Fjordvik", "kommune", None),
    "A": ("Ås skole", "skole", "K"),
    "B": ("Sykehjemmet", "sykehjem", "K"),
}


def test_a_tree_is_read_from_csv(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    assert _stored(db) == STORED_TREE


def test_a_tree_is_read_from_a_spreadsheet_with_numbers_as_codes(db: Database, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["OrganisasjonsId", "Navn", "Overordnet"],
        [1, "Fjordvik", 1],
        [11.0, "Ås skole", 1],
        [None] * 3,
    ):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    file = tmp_path / "enheter.xlsx"
    file.write_bytes(content.getvalue())
    assert not _import(db, file).faults
    assert _stored(db) == {"1": ("Fjordvik", "", None), "11": ("Ås skole", "", "1")}


def test_a_dry_run_tells_everything_and_changes_nothing(db: Database, tmp_path: Path) -> None:
    report = _import(db, _written(tmp_path, TREE), apply=False)
    assert [change.key for change in report.new] == ["K", "A", "B"]
    assert _stored(db) == {}


def test_importing_the_same_file_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    again = _import(db, _written(tmp_path, TREE))
    assert (again.changes, again.unchanged) == (0, 3)


def test_new_changed_unchanged_and_ended_units_are_told_apart(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    report = _import(
        db, _written(tmp_path, "kode;navn;overordnet\nK;Fjordvik;K\nA;Åsen skole;K\nC;Biblioteket;A\n")
    )
    assert [change.key for change in report.new] == ["C"]
    assert [str(change) for change in report.changed] == ["A Åsen skole – navn: Ås skole → Åsen skole"]
    assert [change.key for change in report.ended] == ["B"]
    assert report.unchanged == 1
    with db.reading() as session:
        assert session.scalars(select(Unit.valid_to).where(Unit.code == "B")).one() == TODAY - dt.timedelta(1)
    assert _stored(db)["A"] == ("Åsen skole", "skole", "K")


def test_an_ended_unit_lives_again_when_a_file_has_it(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    _import(db, _written(tmp_path, "kode;navn;overordnet\nK;Fjordvik;\n"))
    assert list(_stored(db)) == ["K"]
    _import(db, _written(tmp_path, TREE))
    assert _stored(db) == STORED_TREE


def test_a_file_with_one_area_leaves_the_others_alone(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE + "A1;Trinn 1;trinn;A\n"))
    report = _import(db, _written(tmp_path, "kode;navn;overordnet\nA;Ås skole;K\nA2;Trinn 2;A\n"))
    assert [change.key for change in report.ended] == ["A1"]
    assert set(_stored(db)) == {"K", "A", "B", "A2"}


def test_the_files_top_takes_the_place_of_the_lone_unit_from_init(db: Database, tmp_path: Path) -> None:
    with db.transaction() as session:
        build_installation(session)
        unit_id = build_units(session, {"kommune": None})["kommune"].id
    _import(db, _written(tmp_path, TREE))
    assert _stored(db) == STORED_TREE
    with db.reading() as session:
        assert session.get_one(Unit, unit_id).code == "K"


def test_every_fault_is_told_at_once_with_line_and_column(db: Database, tmp_path: Path) -> None:
    text = "kode;navn;overordnet;lønn\nK;Fjordvik;;1\nA;;K;1\n;Uten kode;K;1\nA;To ganger;K;1\nB;Bort;X;1\n"
    faults = _faults(db, tmp_path, text)
    places = [fault.split(": ")[0] for fault in faults]
    assert places == [
        "Linje 1, kolonne «lønn»",
        "Linje 3, kolonne «navn»",
        "Linje 4, kolonne «kode»",
        "Linje 5, kolonne «kode»",
        "Linje 6, kolonne «overordnet»",
    ]
    assert "aldri ha opplysninger om lønn" in faults[0]


FAULTY = {
    "kode;type;overordnet\nK;kommune;\n": "«name» mangler",
    "kode;code;navn;overordnet\nK;K;Fjordvik;\n": "betyr det samme som «kode»",
    "kode;navn;overordnet\nK;Fjordvik;\nA;A;B\nB;B;A\n": "i ring: A → B → A",
    "kode;navn;overordnet\nK;Fjordvik;\nL;Lillevik;\n": "Bare én enhet kan stå øverst",
    "kode;navn;overordnet\n": "ingen enheter",
    "": "tom",
    'kode;navn;overordnet\nK;"Fjord"vik;\n': "Anførselstegn",
    "kode;navn;overordnet\nK;Fjordvik;;;x\n": "5 felt",
}


def test_a_faulty_file_is_refused_with_the_reason(db: Database, tmp_path: Path) -> None:
    for text, words in FAULTY.items():
        [fault] = _faults(db, tmp_path, text)
        assert words in fault


def test_another_top_than_the_known_one_is_refused(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    [fault] = _faults(db, tmp_path, "kode;navn;overordnet\nL;Lillevik;\n")
    assert "Øverst i Medvirk står «K»" in fault


def test_a_broken_spreadsheet_is_refused(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "enheter.xlsx"
    file.write_bytes(b"PK\x03\x04 not a spreadsheet")
    assert "kan ikke åpnes" in str(_import(db, file).faults[0])


def test_the_command_shows_first_and_changes_with_apply(app: Flask, db: Database, tmp_path: Path) -> None:
    runner, file = app.test_cli_runner(), str(_written(tmp_path, TREE))
    shown = runner.invoke(medvirk, ["import-organisation", file], obj=lambda: app)
    assert shown.exit_code == 0
    assert "--apply" in shown.output
    assert _stored(db) == {}
    done = runner.invoke(medvirk, ["import-organisation", file, "--apply"], obj=lambda: app)
    assert done.exit_code == 0
    assert _stored(db) == STORED_TREE


def test_the_command_ends_with_1_on_faults(app: Flask, db: Database, tmp_path: Path) -> None:
    file = str(_written(tmp_path, "kode;navn;overordnet\nA;Ås skole;K\n"))
    result = app.test_cli_runner().invoke(medvirk, ["import-organisation", file, "--apply"], obj=lambda: app)
    assert result.exit_code == 1
    assert "Linje 2, kolonne «overordnet»" in result.output
    assert "Ingenting er endret" in result.output


def _steps(db: Database) -> set[tuple[str, str, str]]:
    """(successor, predecessor, how) by code."""
    with db.reading() as session:
        codes = dict(session.execute(select(Unit.id, Unit.code)).all())
        return {
            (codes[row.successor_id], codes[row.predecessor_id], row.kind.value)
            for row in session.scalars(select(Succession))
        }


def test_the_column_of_predecessors_says_what_was_merged_split_and_given_a_new_code(
    db: Database, tmp_path: Path
) -> None:
    old = "kode;navn;overordnet\nK;Fjordvik;\nA;A;K\nB;B;K\nC;C;K\nD;D;K\nE;E;K\n"
    new = (
        "kode;navn;overordnet;erstatter\nK;Fjordvik;;\nAB;AB;K;A, B\nC1;C1;K;C\nC2;C2;K;C\n"
        "D;D;K;\nD1;D1;K;D\nN;N;K;E\n"
    )
    _import(db, _written(tmp_path, old))
    report = _import(db, _written(tmp_path, new), apply=False)
    assert "AB AB – under K; erstatter A, B" in [str(change) for change in report.new]
    assert _steps(db) == set()
    _import(db, _written(tmp_path, new))
    merged, split, renamed = "merged", "split", "renamed"
    expected = {
        *(("AB", "A", merged), ("AB", "B", merged), ("C1", "C", split), ("C2", "C", split)),
        *(("D1", "D", split), ("N", "E", renamed)),
    }
    assert _steps(db) == expected
    assert _import(db, _written(tmp_path, new)).changes == 0
    assert _steps(db) == expected


def test_a_predecessor_that_nobody_knows_is_a_fault(db: Database, tmp_path: Path) -> None:
    _import(db, _written(tmp_path, TREE))
    file = "kode;navn;overordnet;erstatter\nK;Fjordvik;;\nA;Ås skole;K;A\nB;Sykehjemmet;K;X\n"
    assert _faults(db, tmp_path, file) == [
        "Linje 3, kolonne «erstatter»: En enhet kan ikke erstatte seg selv.",
        "Linje 4, kolonne «erstatter»: Enheten «X», som skal være erstattet, finnes ikke i Medvirk.",
    ]
