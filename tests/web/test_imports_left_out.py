"""Lines with faults are left out when somebody asks for the rest: nobody on them leaves, moves or ends."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.organisation.import_answers import ImportAnswers
from surveys.organisation.models import Person, Unit
from surveys.organisation.people_import import import_people
from surveys.organisation.units_import import import_units
from surveys.platform.database import Database
from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.importing import import_measurements
from surveys.scorecards.models import Measurement
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_units
from tests.card_building import plan_of, sign_in_as

HEADING = "ansattnummer;navn;e-post;enhet;hovedstilling\n"
OTHERS = "".join(f"{number};Ansatt {number};a{number}@example.no;A;\n" for number in range(10, 40))
KARI = "1;Kari Eide;kari@example.no;A;\n"
GONE = "2;Per Slutt;per@example.no;A;\n"
NEW = "9;Nina Nyborg;;B;\n"
TODAY = dt.date(2026, 3, 2)


@pytest.fixture
def roster(db: Database, tmp_path: Path) -> Database:
    """Kari, somebody who is about to leave, and thirty others, all in A."""
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "B": "K"})
    report = _people(db, tmp_path, KARI + GONE + OTHERS)
    assert len(report.new) == 32
    return db


def _written(folder: Path, text: str) -> Path:
    file = folder / "fil.csv"
    file.write_text(text, encoding="utf-8")
    return file


def _people(
    db: Database, folder: Path, text: str, *, leave_out: bool = True, answers: ImportAnswers | None = None
) -> ImportReport:
    with db.transaction() as session:
        file = _written(folder, HEADING + text)
        answers = answers or ImportAnswers()
        return import_people(session, file, apply=True, answers=answers, leave_out=leave_out)


def _person(db: Database, number: str) -> tuple[str, str, str, bool]:
    with db.reading() as session:
        found = session.scalars(select(Person).where(Person.employee_number == number)).one()
        return found.name, found.email, found.unit.code, found.active


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("1;Kari Eide;kari@example.no;Z;\n", True),  # no such unit
        ("1;Kari Eide;kari@;B;\n", True),
        (";Kari Eide;;B;\n", True),  # no number: known by her name
        (";K. Eide-Ås;KARI@example.no;B;\n", True),  # by her address
        ("77;Kari Eide;kari@;B;\n", True),  # a new number
        ("1;;kari@;B;\n", True),  # nothing but the number
        ("1;Eide; Kari;kari@example.no;A;ja\n", True),  # a cell too many
        ("77;Kari Ås;kari@;B;\n", False),  # a new number, a new name and no address: it may be anybody
        ("1;Kari Ås;kari@;B;\n", False),  # the number may be another's by now
    ],
)
def test_nobody_leaves_because_her_line_has_a_fault(
    roster: Database, tmp_path: Path, line: str, is_known: bool
) -> None:
    report = _people(roster, tmp_path, line + OTHERS)
    assert [left.line for left in report.left_out.lines] == [2]
    assert report.left_out.usable == 30
    assert _person(roster, "1") == ("Kari Eide", "kari@example.no", "A", True)
    # Whoever is in no line goes out, as long as the faulty line cannot be hers.
    assert _person(roster, "2")[3] is not is_known
    assert ("ikke sikkert hvem" in " ".join(report.left_out.consequences)) is not is_known


def test_another_of_her_positions_does_not_move_somebody_whose_line_has_a_fault(
    roster: Database, tmp_path: Path
) -> None:
    main, other = "1;Kari Eide;kari@example.no;Z;ja\n", "1;Kari Eide;kari@example.no;B;nei\n"
    report = _people(roster, tmp_path, main + other + GONE + OTHERS)
    assert [left.line for left in report.left_out.lines] == [2, 3]
    assert "Linje 2 har feil" in str(report.left_out.lines[1].faults[0])
    assert _person(roster, "1")[2:] == ("A", True)
    # A mailbox of two is asked about, and with one of them left out nobody would be.
    shared = "1;Kari Eide;vakt@example.no;Z;\n3;Ny Nyborg;vakt@example.no;B;\n"
    report = _people(roster, tmp_path, shared + GONE + OTHERS)
    assert [left.line for left in report.left_out.lines] == [2, 3]


def test_nobody_is_taken_for_somebody_whose_line_has_a_fault(roster: Database, tmp_path: Path) -> None:
    """A namesake in the same unit would be, as the one who has got a new number."""
    namesake = "5;Kari Eide;eide@example.no;A;\n"
    report = _people(roster, tmp_path, "1;Kari Eide;kari@example.no;Z;\n" + namesake + GONE + OTHERS)
    assert [change.key for change in report.new] == ["5"]
    assert _person(roster, "1") == ("Kari Eide", "kari@example.no", "A", True)


def test_a_bad_address_may_be_left_out_instead_of_the_person(roster: Database, tmp_path: Path) -> None:
    text = "1;Kari Eide;kari@;B;\n9;Ny Nyborg;ny@nyborg;A;\n" + GONE + OTHERS
    stopped = _people(roster, tmp_path, text, leave_out=False)
    assert not stopped.applied
    assert stopped.left_out.lines == ()
    report = _people(roster, tmp_path, text, answers=ImportAnswers(drop_bad_addresses=True))
    assert report.left_out.lines == ()
    assert _person(roster, "1") == ("Kari Eide", "kari@example.no", "B", True), "a known address is kept"
    assert _person(roster, "9") == ("Ny Nyborg", "", "A", True)
    assert "linje 2 og 3. Har Medvirk en adresse fra før" in " ".join(report.warnings)


def test_faults_of_the_whole_file_stop_it(roster: Database, tmp_path: Path) -> None:
    without_email = _written(tmp_path, "ansattnummer;navn;enhet\n1;Kari Eide;A\n")
    faulty = _written(tmp_path, HEADING + "1;Kari Eide;kari@;A;\n")
    returned = "Hva som er feil (Medvirk);" + HEADING + ";1;Kari Eide;kari@example.no;A;\n"
    for file in (without_email, faulty, _written(tmp_path, returned)):
        with roster.transaction() as session:
            report = import_people(session, file, apply=True, leave_out=True)
        assert report.faults
        assert not report.applied
    assert "Rett dem i den hele filen" in str(report.faults[0])
    assert _person(roster, "2")[3]


def test_the_command_stops_unless_it_is_asked_to_go_on(app: Flask, roster: Database, tmp_path: Path) -> None:
    file = str(_written(tmp_path, HEADING + "1;Kari Eide;kari@;B;\n" + GONE + OTHERS + "8;Ny;;B;\n"))
    run = app.test_cli_runner().invoke
    stopped = run(medvirk, ["import-people", file, "--apply"], obj=lambda: app)
    assert stopped.exit_code == 1
    assert "1 feil i fil.csv. Ingenting er endret." in stopped.output
    done = run(medvirk, ["import-people", file, "--apply", "--skip-faulty-lines"], obj=lambda: app)
    assert done.exit_code == 0, done.output
    assert "32 linjer kan tas inn, 1 kan ikke:" in done.output
    assert "Linje 2, kolonne «e-post»" in done.output
    assert _person(roster, "8")[2:] == ("B", True)
    with roster.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.detail["left_out"] == 1


TREE = "kode;navn;overordnet;erstatter\nK;Kommunen;;\nA;Skolen;K;\nA1;Klassen;A;\nB;Hjemmet;K;\nC;Gammel;K;\n"


def _units(db: Database, folder: Path, text: str) -> ImportReport:
    with db.transaction() as session:
        file = _written(folder, text)
        return import_units(session, file, apply=True, today=TODAY, leave_out=True)


def _living(db: Database) -> set[str]:
    with db.reading() as session:
        return set(session.scalars(select(Unit.code).where(Unit.valid_to.is_(None))))


@pytest.mark.parametrize(
    ("lines", "left_out", "living"),
    [
        # C is in no line and ends; A keeps its place, and so does what is below it.
        ("A;;K;\nA1;Klassen;A;\nB;Hjemmet;K;\n", [3], "K A A1 B"),
        # What is above the one with the fault does not end either.
        ("A1;;B;\nB;Hjemmet;K;\n", [3], "K A A1 B"),
        # A new unit, which may be C with a new code: nothing ends.
        ("A;Skolen;K;\nA1;Klassen;A;\nB;Hjemmet;K;\nN;;K;\n", [6], "K A A1 B C"),
        # Nor does what it says it replaces, and what would be below it has nowhere to be.
        ("A;Skolen;K;\nA1;Klassen;A;\nB;;K;C\nN;Ny;M;\n", [5, 6], "K A A1 B C"),
        # The same code twice: nobody knows which of them is right.
        ("A;Skolen;K;\nA;Skulen;K;\nA1;Klassen;A;\nB;Hjemmet;K;\n", [3, 4], "K A A1 B"),
        # No parent: it is not another top.
        ("A;Skolen;;\nA1;Klassen;A;\nB;Hjemmet;K;\n", [3], "K A A1 B"),
    ],
)
def test_no_unit_ends_because_its_line_has_a_fault(
    db: Database, tmp_path: Path, lines: str, left_out: list[int], living: str
) -> None:
    with db.transaction() as session:
        build_installation(session)
    _units(db, tmp_path, TREE)
    heading, top = TREE.splitlines(keepends=True)[:2]
    report = _units(db, tmp_path, heading + top + lines)
    assert report.applied, report.faults
    assert [left.line for left in report.left_out.lines] == left_out
    assert _living(db) == set(living.split())


def test_values_of_faulty_lines_and_of_two_for_one_period_are_left_out(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    plan = IndicatorPlan("B1.1", {"nb": "Barnehagedekning"}, "KOSTRA", "%")
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "B": "K"})
        build_card(session, plan_of(plan))
    text = "indikator;enhet;år;verdi;kilde\n" + "".join(
        f"B1.1;{unit};{year};{value};SSB\n"
        for unit, year, value in (("A", 2024, "90"), ("A", 2025, "x"), ("B", 2024, "80"), ("B", 2024, "81"))
    )
    with app.test_request_context(), db.transaction() as session:
        file, today = _written(tmp_path, text), dt.date(2026, 11, 1)
        assert not import_measurements(session, file, apply=True, today=today).applied
        report = import_measurements(session, file, apply=True, today=today, leave_out=True)
        assert [left.line for left in report.left_out.lines] == [3, 4, 5]
        assert session.scalars(select(Measurement.value)).all() == [90]


class TestPage:
    @pytest.fixture
    def hr(self, app: Flask, roster: Database, client: FlaskClient) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        sign_in_as(client, roster, Role.HR, "K")
        return client

    @staticmethod
    def _sent(client: FlaskClient, content: bytes, name: str) -> str:
        """The address of the preview."""
        data = {"kind": "people", "file": (io.BytesIO(content), name)}
        columns = client.post("/organisasjon/import", data=data)
        assert columns.status_code == 302, columns.text
        page = client.get(columns.location).text
        chosen = {
            field: found[1] if (found := re.search(r'value="([^"]+)" selected', options)) else ""
            for field, options in re.findall(
                r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
            )
        }
        return str(client.post(columns.location, data=chosen).location)

    def test_hr_sees_the_faults_takes_them_home_and_takes_the_rest_in(
        self, app: Flask, roster: Database, hr: FlaskClient
    ) -> None:
        text = HEADING + "1;Kari Eide;=1+1;B;\n8;Ny Nyborg;ny@example.no;Z;\n" + GONE + OTHERS + NEW
        address = self._sent(hr, text.encode(), "ansatte.csv")
        page = hr.get(address).text
        assert "32 linjer kan tas inn, 2 kan ikke" in page
        assert "Linje 3, kolonne «enhet»: Enheten «Z» finnes ikke i Medvirk." in page
        assert "Ta inn resten: 32 linjer" in page
        sent = hr.get(f"{address}/linjer-med-feil")
        assert "filename=ansatte-linjer-med-feil.csv" in sent.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == ["Hva som er feil (Medvirk)", *HEADING.strip().split(";")]
        assert rows[1][1:4] == ["1", "Kari Eide", "'=1+1"], "a spreadsheet runs nothing"
        assert "Linje 3" in rows[2][0]
        [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
        told = hr.post(f"{address}/ta-i-bruk", data={"seen": seen}, follow_redirects=True).text
        assert "2 linjer er ikke tatt inn: linje 2 og 3." in told
        assert "2 linjer hadde feil og ble ikke tatt inn." in told
        assert hr.get(f"{address}/linjer-med-feil").status_code == 404, "nothing is kept"
        assert list((app.config["SETTINGS"].instance / "uploads").glob("*")) == []
        with roster.reading() as session:
            assert session.scalar(select(func.count()).select_from(Person)) == 33

    def test_a_workbook_comes_back_as_one_and_a_bad_address_can_be_dropped(
        self, roster: Database, hr: FlaskClient
    ) -> None:
        book = Workbook()
        for row in (HEADING + "1;Kari Eide;kari@;B;\n" + GONE + OTHERS + NEW).splitlines():
            book.active.append(row.split(";"))  # type: ignore[union-attr]
        content = io.BytesIO()
        book.save(content)
        address = self._sent(hr, content.getvalue(), "ansatte.xlsx")
        sheet = load_workbook(io.BytesIO(hr.get(f"{address}/linjer-med-feil").data)).active
        assert sheet is not None
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert rows[1][1:5] == ["1", "Kari Eide", "kari@", "B"]
        page = hr.get(address).text
        assert "Ta med 1 person uten e-postadressen" in page
        [seen] = re.findall(r'name="seen" value="([^"]+)"', page)
        assert hr.post(address, data={"adresser": "utelat"}).status_code == 302
        changed = hr.get(address).text
        assert "kan ikke</h2>" not in changed
        assert "Adressen på linje 2 er utelatt." in changed
        # What was seen before the choice is not what would be done now.
        assert hr.post(f"{address}/ta-i-bruk", data={"seen": seen}).status_code == 409
        [seen] = re.findall(r'name="seen" value="([^"]+)"', changed)
        hr.post(f"{address}/ta-i-bruk", data={"seen": seen})
        assert _person(roster, "1") == ("Kari Eide", "kari@example.no", "B", True)
