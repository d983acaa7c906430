"""Values that look wrong are asked about, marks without a number are counted, and an import can be taken back."""

from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from analysis.scorecards import Direction
from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.platform.database import Database
from surveys.scorecards.card_plans import IndicatorPlan, TargetPlan
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.importing import ValueAnswers
from surveys.scorecards.models import Measurement
from surveys.scorecards.setup import build_card
from surveys.scorecards.value_questions import ValueQuestion
from surveys.scorecards.withdrawing import WithdrawalError, withdraw_entry
from surveys.scorecards.written_periods import WrittenPeriod, WrittenPeriodError, read_period
from tests.building import build_installation, build_units
from tests.card_building import BUDGET, SICK_LEAVE, USERS, import_file, import_text, measure, plan_of

HEADING = "indikator;enhet;år;periode;verdi;kilde;måledato\n"
DAYS = IndicatorPlan(
    code="B1.9",
    title={"nb": "Ventetid"},
    source="Fagsystemet",
    unit_of_measure="dager",
    direction=Direction.LOWER,
    targets=[TargetPlan(10.0, 20.0)],
)
MONTHLY = IndicatorPlan(
    code="M1.9", title={"nb": "Overtid"}, source="Lønn", unit_of_measure="timer", frequency=Frequency.MONTH
)
QUARTERLY = IndicatorPlan(
    code="M1.8", title={"nb": "Turnover"}, source="Lønn", unit_of_measure="%", frequency=Frequency.QUARTER
)


@pytest.fixture
def file(db: Database, tmp_path: Path) -> Path:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
        build_card(session, plan_of(SICK_LEAVE, USERS, BUDGET, DAYS, MONTHLY, QUARTERLY))
    return tmp_path / "verdier.csv"


def _import(
    app: Flask,
    db: Database,
    file: Path,
    lines: str | None = None,
    *confirmed: ValueQuestion,
    dash_is_zero: bool | None = None,
) -> ImportReport:
    answers = ValueAnswers(frozenset(confirmed), dash_is_zero)
    if lines is None:
        return import_file(app, db, file, answers=answers)
    return import_text(app, db, file, HEADING + lines, answers=answers)


def _standing(db: Database) -> list[tuple[int, int, float | None]]:
    with db.reading() as session:
        rows = select(Measurement.year, Measurement.part, Measurement.value).where(Measurement.current)
        return sorted((row.year, row.part, row.value) for row in session.execute(rows))


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("M1.2;B;2026;1;130;L;", ValueQuestion.RANGE, "130,0\N{NO-BREAK SPACE}% er uvanlig"),
        ("M1.2;A;2026;1;74;L;", ValueQuestion.JUMP, "10 ganger så mye som sist (7,4\N{NO-BREAK SPACE}%)"),
        ("M1.2;A;2026;1;0,9 %;L;", ValueQuestion.JUMP, "Sist var verdien 7,4\N{NO-BREAK SPACE}%"),
        ("M1.2;A;2026;3;7,4;L;", ValueQuestion.PERIOD, "3. tertial 2026 er ikke over ennå"),
        ("M1.2;A;2006;3;7,4;L;", ValueQuestion.PERIOD, "mer enn 10 år siden"),
        ("M1.2;A;2026;2;7,4;L;01.04.2026", ValueQuestion.DATE, "før 2. tertial 2026 begynte"),
        ("M1.2;B;2026;2;0,074;L;", ValueQuestion.SHARE, "andel"),
        ("B1.9;A;2025;;12 %;L;", ValueQuestion.PERCENT, "indikatoren i «dager»"),
    ],
)
def test_what_looks_wrong_is_stored_only_when_somebody_says_it_is_right(
    app: Flask, db: Database, file: Path, line: str, kind: ValueQuestion, words: str
) -> None:
    with db.transaction() as session:
        measure(session, "M1.2", 2025, 7.4, part=3, unit="A")
    report = _import(app, db, file, line + "\n")
    assert [question.kind for question in report.questions] == [kind]
    assert words in report.questions[0].text + "".join(report.questions[0].details)
    assert len(_standing(db)) == 1
    assert not report.applied
    assert _import(app, db, file, None, kind).applied
    assert len(_standing(db)) == 2


def test_ordinary_values_are_not_asked_about(app: Flask, db: Database, file: Path) -> None:
    with db.transaction() as session:
        measure(session, "M1.2", 2025, 7.4, part=3, unit="A")
        measure(session, "Ø1.1", 2025, 0.1, part=3, unit="A")
    lines = "M1.2;A;2026;1;11,7;L;\nØ1.1;A;2026;1;−4,0;R;\nB1.1;A;2026;;4,9;P;\nM1.2;A;2026;2;3,9 %;L;30.08.2026\n"
    report = _import(app, db, file, lines)
    assert (report.questions, report.faults, report.applied) == ((), (), True)


def test_a_percent_cell_of_a_workbook_is_the_percentage_it_shows(
    app: Flask, db: Database, file: Path
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["indikator", "enhet", "år", "periode", "verdi", "kilde"])
    for unit, value, form in (("A", 0.074, "0.0%"), ("B", 0.0814, "0%")):
        sheet.append(["M1.2", unit, 2026, 1, value, "Visma"])
        sheet.cell(sheet.max_row, 5).number_format = form
    book.save(file.with_suffix(".xlsx"))
    assert _import(app, db, file.with_suffix(".xlsx")).applied
    assert [value for _year, _part, value in _standing(db)] == [7.4, 8.14]


def test_known_marks_are_left_out_and_counted_with_their_reason(app: Flask, db: Database, file: Path) -> None:
    marks = ["..", ":", ".", "*", "", "#I/T", "…"]
    lines = "".join(f"M1.2;A;{2015 + index};1;{mark};Visma;\n" for index, mark in enumerate(marks, start=3))
    report = _import(app, db, file, lines + "M1.2;A;2025;1;7,4;Visma;\nM1.2;A;2026;1;7.6 %;Visma;\n")
    assert report.applied
    assert _standing(db) == [(2025, 1, 7.4), (2026, 1, 7.6)]
    told = " ".join(report.notes)
    for words in (
        "2 linjer er ikke tatt inn: ikke offentliggjort",
        "hos kilden (.., …",
        "tom celle",
        "kan ikke forekomme",
    ):
        assert words.replace("(.., …", "(«..», «…»") in told


@pytest.mark.parametrize(("is_zero", "values"), [(True, [(2025, 1, 0.0)]), (False, [])])
def test_a_dash_is_asked_about(
    app: Flask, db: Database, file: Path, is_zero: bool, values: list[tuple[int, int, float]]
) -> None:
    lines = "M1.2;A;2025;1;-;Visma;\nM1.2;B;2025;1;–;Visma;\nM1.2;A;2026;1;7,4;Visma;\n"
    report = _import(app, db, file, lines)
    assert [(question.kind, question.count) for question in report.questions] == [(ValueQuestion.DASH, 2)]
    assert _standing(db) == []
    assert _import(app, db, file, None, dash_is_zero=is_zero).applied
    assert _standing(db) == sorted([*values, *values, (2026, 1, 7.4)])


@pytest.mark.parametrize(
    ("texts", "year", "part", "frequency"),
    [
        (("2024K1", ""), 2024, 1, Frequency.QUARTER),
        (("2024K1", "1"), 2024, 1, Frequency.QUARTER),
        (("2024M05",), 2024, 5, Frequency.MONTH),
        (("2024T2",), 2024, 2, Frequency.TERTIAL),
        (("2024", "T1"), 2024, 1, Frequency.TERTIAL),
        (("2024", "1. tertial"), 2024, 1, Frequency.TERTIAL),
        (("2024", "1.tertial 2024"), 2024, 1, Frequency.TERTIAL),
        (("2024", "januar"), 2024, 1, Frequency.MONTH),
        (("", "Des. 2024"), 2024, 12, Frequency.MONTH),
        (("2024-Q3",), 2024, 3, Frequency.QUARTER),
        (("2024", "3. kv."), 2024, 3, Frequency.QUARTER),
        (("2024", "2024-05-01"), 2024, 5, Frequency.MONTH),
        (("2024", "5. månad"), 2024, 5, Frequency.MONTH),
        (("2024", "02"), 2024, 2, None),
        (("2024", ""), 2024, None, None),
    ],
)
def test_periods_are_read_as_they_are_written(
    texts: tuple[str, ...], year: int, part: int | None, frequency: Frequency | None
) -> None:
    assert read_period(*texts) == WrittenPeriod(year, part, frequency)


@pytest.mark.parametrize(
    "texts", [("2024K1", "2"), ("2024", "2025T1"), ("1. halvår",), ("våren",), ("2024M05", "T1")]
)
def test_periods_that_disagree_or_mean_nothing_are_refused(app: Flask, texts: tuple[str, ...]) -> None:
    with app.test_request_context(), pytest.raises(WrittenPeriodError):
        read_period(*texts)


def test_each_frequency_takes_its_own_periods(app: Flask, db: Database, file: Path) -> None:
    lines = (
        "M1.2;A;2026;1. tertial;7,4;L;\nM1.8;A;2026K2;;3;L;\nM1.9;A;2026;mai;12;L;\nM1.9;A;2026M06;;13;L;\n"
    )
    assert _import(app, db, file, lines).applied
    assert [(year, part) for year, part, _value in _standing(db)] == [
        (2026, 1),
        (2026, 2),
        (2026, 5),
        (2026, 6),
    ]
    wrong = _import(app, db, file, "M1.2;A;2026K1;;7;L;\nM1.9;A;2026;T1;7;L;\nM1.2;A;2026M05;;7;L;\n")
    assert [fault.line for fault in wrong.faults] == [2, 3, 4]


def test_the_same_value_for_the_third_time_is_remarked_upon(app: Flask, db: Database, file: Path) -> None:
    with db.transaction() as session:
        for part in (2, 3):
            measure(session, "M1.2", 2025, 14.0, part=part, unit="A")
    report = _import(app, db, file, "M1.2;A;2026;1;14;L;\nM1.2;B;2026;1;14;L;\n")
    assert report.applied
    assert any("den samme for tredje gang på rad" in note and "Linje 2." in note for note in report.notes)


class TestTakingBack:
    LINES = "M1.2;A;2026;1;7,9;L;\nM1.2;B;2026;1;8,1;L;\n"

    def test_an_import_brings_back_what_stood_before(self, app: Flask, db: Database, file: Path) -> None:
        with db.transaction() as session:
            measure(session, "M1.2", 2026, 6.6, part=1, unit="A")
        assert _import(app, db, file, self.LINES).applied
        with db.transaction() as session:
            done = withdraw_entry(session, 1, "Kari Eide")
        assert (done.values, done.restored) == (2, 1)
        assert _standing(db) == [(2026, 1, 6.6)]
        with db.reading() as session:
            taken = session.scalars(select(Measurement).where(Measurement.withdrawn_at.is_not(None))).all()
            assert [each.withdrawn_by for each in taken] == ["Kari Eide"] * 2

    def test_in_whatever_order_no_withdrawn_value_stands_again(
        self, app: Flask, db: Database, file: Path
    ) -> None:
        assert _import(app, db, file, self.LINES).applied
        assert _import(app, db, file, "M1.2;A;2026;1;8,8;L;\n").applied
        with db.transaction() as session:
            assert withdraw_entry(session, 1, "").replaced == 1
        assert _standing(db) == [(2026, 1, 8.8)]
        with db.transaction() as session:
            assert withdraw_entry(session, 2, "").restored == 0
        assert _standing(db) == []

    def test_happens_once(self, app: Flask, db: Database, file: Path) -> None:
        assert _import(app, db, file, self.LINES).applied
        with app.test_request_context(), db.transaction() as session:
            withdraw_entry(session, 1, "")
            for number in (1, 99):
                with pytest.raises(WithdrawalError):
                    withdraw_entry(session, number, "")

    def test_by_command_tells_first(self, app: Flask, db: Database, file: Path) -> None:
        assert _import(app, db, file, self.LINES).applied
        runner = app.test_cli_runner()
        listed = runner.invoke(medvirk, ["withdraw-measurements"], obj=lambda: app)
        assert "1: " in listed.output
        assert "verdier.csv, 2 verdier" in listed.output
        told = runner.invoke(medvirk, ["withdraw-measurements", "1"], obj=lambda: app)
        assert "Verdier som trekkes tilbake: 2" in told.output
        assert len(_standing(db)) == 2
        assert (
            runner.invoke(medvirk, ["withdraw-measurements", "1", "--apply"], obj=lambda: app).exit_code == 0
        )
        assert _standing(db) == []


def test_the_command_says_how_to_answer(app: Flask, db: Database, file: Path) -> None:
    file.write_text(HEADING + "M1.2;A;2026;1;130;L;\nM1.2;B;2026;1;-;L;\n", encoding="utf-8")
    runner = app.test_cli_runner()
    asked = runner.invoke(medvirk, ["import-measurements", str(file), "--apply"], obj=lambda: app)
    assert asked.exit_code == 1
    assert "--confirm range" in asked.output
    assert "--dash zero" in asked.output
    given = ["--confirm", "range", "--dash", "missing", "--apply"]
    assert runner.invoke(medvirk, ["import-measurements", str(file), *given], obj=lambda: app).exit_code == 0
    assert _standing(db) == [(2026, 1, 130.0)]
