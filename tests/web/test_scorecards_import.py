"""Values from a file: everything wrong is told with its place, and nothing is changed before it is asked for."""

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.platform.database import Database
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Measurement
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.card_building import import_text, measure, release_figures, small_card

HEADING = "indikator;enhet;år;tertial;verdi;kilde;måledato\n"
GOOD = "M1.2;A;2026;1;7,9;Lønnssystemet;30.04.2026\nB1.1;A;2026;;4,96;Papirskjema;2026-06-01\n"


@pytest.fixture
def file(db: Database, tmp_path: Path) -> Path:
    """Where the test writes its file; the card stands, with a value on A and a release on K."""
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session)["K"])
        build_card(session, small_card())
        feed(session, release_figures(session, survey, {"K": 4.0}))
        measure(session, "Ø1.1", 2026, -0.5, part=1, unit="A", source="Regnskapet")
    return tmp_path / "verdier.csv"


def _import(app: Flask, db: Database, file: Path, text: str, *, apply: bool = False) -> ImportReport:
    return import_text(app, db, file, text, apply=apply)


def _values(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Measurement)) or 0


def test_a_dry_run_tells_and_changes_nothing(app: Flask, db: Database, file: Path) -> None:
    report = _import(app, db, file, HEADING + GOOD)
    assert [str(change) for change in report.new] == [
        "M1.2 Sykefravær – A, 1. tertial 2026: 7,9\N{NO-BREAK SPACE}%",
        "B1.1 Brukertilfredshet – A, 2026: 4,96",
    ]
    assert not report.applied
    assert _values(db) == 2


def test_applied_values_stand_as_written_with_period_source_and_date(
    app: Flask, db: Database, file: Path
) -> None:
    assert _import(app, db, file, HEADING + GOOD, apply=True).applied
    with db.reading() as session:
        sick, users = session.scalars(select(Measurement).order_by(Measurement.id).offset(2))
        assert (sick.value, sick.year, sick.part, sick.source) == (7.9, 2026, 1, "Lønnssystemet")
        assert sick.measured_on == dt.date(2026, 4, 30)
        assert (users.value, users.part) == (4.96, 0)
    again = _import(app, db, file, HEADING + GOOD, apply=True)
    assert (again.changes, again.unchanged) == (0, 2)


def test_a_new_value_takes_the_place_of_the_old_which_stays_in_the_books(
    app: Flask, db: Database, file: Path
) -> None:
    report = _import(app, db, file, HEADING + "Ø1.1;A;2026;1;−0,7 %;Regnskapet;\n", apply=True)
    assert "−0,5\N{NO-BREAK SPACE}% → −0,7\N{NO-BREAK SPACE}%" in str(report.changed[0])
    with db.reading() as session:
        found = session.execute(
            select(Measurement.value, Measurement.current)
            .where(Measurement.part == 1)
            .order_by(Measurement.id)
        ).all()
    assert [tuple(row) for row in found] == [(-0.5, False), (-0.7, True)]


FAULTY = [
    ("X9;A;2026;1;7,9;K;", "indikator", "Ukjent indikator «X9»"),
    ("M1.2;Z;2026;1;7,9;K;", "enhet", "Ukjent enhet «Z»"),
    ("M1.2;A;26;1;7,9;K;", "år", "fire sifre"),
    ("M1.2;A;2026;4;7,9;K;", "tertial", "fra 1 til 3"),
    ("M1.2;A;2062;1;7,9;K;", "år", "har ikke begynt"),
    ("M1.2;A;2026;K1;7,9;K;", "tertial", "måles per tertial, og dette er kvartal"),
    ("M1.2;A;2026;mai;7,9;K;", "tertial", "dette er måned"),
    ("M1.2;A;2026;1;−4;K;", "verdi", "er ikke mulig. Verdien må være minst 0,0"),
    ("B1.1;A;2025;;51;K;", "verdi", "mellom 1,0 og 6,0"),
    ("M1.2;A;2026;;7,9;K;", "tertial", "fra 1 til 3"),
    ("M1.2;A;2026;første;7,9;K;", "tertial", "Vi forstår ikke perioden"),
    ("B1.1;A;2026;2;4,9;K;", "tertial", "hele året"),
    ("M1.2;A;2026;1;mye;K;", "verdi", "må være et tall"),
    ("M1.2;A;2026;1;nan;K;", "verdi", "må være et tall"),
    ("M1.2;A;2026;1;7,9;;", "kilde", "Kilden mangler"),
    ("M1.2;A;2026;1;7,9;K;31.02.2026", "måledato", "31.12.2026"),
    ("M1.2;A;2026;1;7,9;K;31.12.2026", "måledato", "har ikke vært ennå"),
    ("M1.1;K;2026;;4,9;K;", "verdi", "frigitt undersøkelse"),
]


def test_a_fault_has_its_line_and_column(app: Flask, db: Database, file: Path) -> None:
    lines = "\n".join(line for line, _column, _words in FAULTY)
    report = _import(app, db, file, HEADING + GOOD + lines, apply=True)
    told = {
        (line, fault.column): fault.message for fault in report.faults for line in (fault.line, *fault.others)
    }
    assert len(told) == len(FAULTY)
    for number, (_line, column, words) in enumerate(FAULTY, start=4):
        assert words in told[number, column]
    assert _values(db) == 2


def test_every_fault_is_told_at_once(app: Flask, db: Database, file: Path) -> None:
    report = _import(app, db, file, HEADING + "X;Z;26;;mye;;\n" + GOOD + GOOD.splitlines()[0] + "\n")
    assert [(fault.line, fault.column) for fault in report.faults] == [
        (2, "indikator"),
        (2, "enhet"),
        (2, "år"),
        (2, "verdi"),
        (2, "kilde"),
        (5, "indikator"),
    ]


def test_the_command_lists_faults_and_ends_with_one(app: Flask, db: Database, file: Path) -> None:
    file.write_text(HEADING + "X9;A;2026;1;7,9;K;\n", encoding="utf-8")
    found = app.test_cli_runner().invoke(medvirk, ["import-measurements", str(file)], obj=lambda: app)
    assert found.exit_code == 1
    assert "Linje 2, kolonne «indikator»" in found.output
    assert "Ingenting er endret." in found.output


def test_the_command_says_what_it_would_do_and_then_does_it(app: Flask, db: Database, file: Path) -> None:
    file.write_text(HEADING + GOOD, encoding="utf-8")
    runner = app.test_cli_runner()
    asked = runner.invoke(medvirk, ["import-measurements", str(file)], obj=lambda: app)
    assert (asked.exit_code, _values(db)) == (0, 2)
    assert "Nye verdier: 2" in asked.output
    done = runner.invoke(medvirk, ["import-measurements", str(file), "--apply"], obj=lambda: app)
    assert (done.exit_code, _values(db)) == (0, 4)
    assert "Verdiene er lagt inn." in done.output
