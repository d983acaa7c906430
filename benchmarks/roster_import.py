"""A roster of 20,000 and of 60,000 people, taken in from CSV and XLSX: time and memory beside the least possible.

The least is reading the same file with Python's own reader (openpyxl for XLSX) and inserting the same rows in bulk.
Then the same file again, where nothing changes, and one where every tenth person has moved. Each run is a process of
its own.
"""

import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook, load_workbook
from sqlalchemy import insert

from app import create_app
from surveys.hr.organisation.applying import OrganisationFile, import_file
from surveys.operating import migrating
from surveys.organisation.import_answers import ImportAnswers
from surveys.organisation.models import ImportKind, Person, Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database

SIZES = (20_000, 60_000)
UNITS = 1_000
HEADING = ["ansattnummer", "fornavn", "etternavn", "e-post", "enhet", "stillingskode", "hovedstilling"]


def rows(people: int, moved: int = 0) -> list[list[str]]:
    """moved: one of so many is in another unit than before."""
    found = [HEADING]
    for number in range(people):
        unit = (number + (1 if moved and number % moved == 0 else 0)) % UNITS
        name = f"Åse {number}"
        found.append([f"{number:06}", name, "Bjørk", f"a{number}@example.no", f"{unit:04}", "7210", "ja"])
    return found


def write(folder: Path, people: int) -> None:
    for name, moved in (("first", 0), ("moved", 10)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows(people, moved))
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows(people, moved):
            sheet.append(row)
        book.save(folder / f"{name}.xlsx")


def installation(folder: Path) -> Database:
    instance = folder / "instance"
    instance.mkdir(exist_ok=True)
    app = create_app(Settings(instance=instance, secret_key="for measuring only"))  # noqa: S106
    found: Database = app.extensions["medvirk_database"]
    migrating.upgrade(found.engine)
    with found.transaction() as session:
        top = Unit(code="K", name="Fjordvik")
        session.add(top)
        session.flush()
        session.add_all(Unit(code=f"{n:04}", name=f"Enhet {n}", parent_id=top.id) for n in range(UNITS))
    return found


def least(database: Database, file: Path) -> None:
    """Reads the rows and inserts them, checking nothing."""
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as opened:
            found = [tuple(row) for row in csv.reader(opened, delimiter=";")]
    else:
        sheet = load_workbook(file, read_only=True).worksheets[0]
        found = [tuple(map(str, row)) for row in sheet.iter_rows(values_only=True)]
    people = [
        {
            "employee_number": number,
            "name": f"{first} {last}",
            "email": email,
            "unit_id": int(unit) + 2,
            "language": "nb",
            "is_leader": False,
            "active": True,
        }
        for number, first, last, email, unit, _code, _main in found[1:]
    ]
    with database.transaction() as session:
        session.execute(insert(Person.__table__), people)  # type: ignore[arg-type]


def whole(database: Database, file: Path) -> None:
    answers = ImportAnswers()
    with database.transaction() as session:
        wanted = OrganisationFile(ImportKind.PEOPLE, file, file.name, answers=answers)
        report = import_file(session, wanted, apply=True)
        assert report.applied, report


def run(way: str, folder: Path, suffix: str) -> None:
    """One measurement, in this process: seconds of work and of processor, and the largest memory of the process."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        database = installation(Path(name))
        work: Callable[[Database, Path], None] = least if way == "least" else whole
        if way in {"again", "moved"}:
            whole(database, folder / f"first{suffix}")
        file = folder / f"{'moved' if way == 'moved' else 'first'}{suffix}"
        start, busy = time.perf_counter(), time.process_time()
        work(database, file)
        took, worked = time.perf_counter() - start, time.process_time() - busy
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(took, worked, memory)


def measured(way: str, folder: Path, suffix: str, beside: float) -> float:
    """Says what a process of its own took, beside the least (0: this is the least); its seconds of processor."""
    said = subprocess.run(
        [sys.executable, __file__, way, str(folder), suffix], check=True, capture_output=True, text=True
    )
    took, worked, memory = map(float, said.stdout.split())
    ratio = f", {worked / beside:.2f} times the least" if beside else ""
    print(f"  {suffix} {way:6} {took:6.2f} s ({worked:.2f} s of processor{ratio}), at most {memory:.0f} MB")
    return worked


def main() -> None:
    for people in [int(size) for size in sys.argv[1:]] or SIZES:
        print(f"{people} people", flush=True)
        with tempfile.TemporaryDirectory() as name:
            write(Path(name), people)
            for suffix in (".csv", ".xlsx"):
                least_seconds = measured("least", Path(name), suffix, 0.0)
                for way in ("first", "again", "moved"):
                    measured(way, Path(name), suffix, least_seconds)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        run(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
    else:
        main()
