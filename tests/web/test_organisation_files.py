"""Files as municipalities have them: what is read, what is asked, and that people are matched, not numbers."""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from surveys.access.models import Grant, Role
from surveys.access.roster import create_leader_account
from surveys.campaigns.lifecycle import open_survey
from surveys.campaigns.models import Invitation
from surveys.commands import medvirk
from surveys.files.report import ImportReport
from surveys.hr.organisation.applying import OrganisationFile, import_file, undo_file
from surveys.organisation.import_answers import ImportAnswers, SharedAddress
from surveys.organisation.models import ImportKind, OrganisationImport, Person, Succession, Unit
from surveys.organisation.undoing import NothingToUndoError
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from tests.building import build_installation, build_survey, invite_some, keys_of

FILES = Path(__file__).parents[1] / "files" / "organisation"
Import = Callable[..., ImportReport]


@pytest.fixture
def bring(db: Database) -> Import:
    """Takes a file into use: a Path, or the name of one of the project's own."""

    def _bring(
        file: Path | str, kind: ImportKind = ImportKind.PEOPLE, *, apply: bool = True, **answers: object
    ) -> ImportReport:
        path = FILES / file if isinstance(file, str) else file
        given = ImportAnswers(**answers)  # type: ignore[arg-type]
        with db.transaction() as session:
            return import_file(session, OrganisationFile(kind, path, path.name, answers=given), apply=apply)

    return _bring


@pytest.fixture
def municipality(db: Database, bring: Import) -> Database:
    """Six units and 24 people, from two files."""
    with db.transaction() as session:
        build_installation(session)
    assert bring("units.csv", ImportKind.UNITS).applied
    assert bring("people.csv").applied
    return db


def _numbers(db: Database) -> dict[str, tuple[int, str]]:
    """Active people: number → id and name."""
    with db.reading() as session:
        return {
            p.employee_number: (p.id, p.name) for p in session.scalars(select(Person).where(Person.active))
        }


def _everything(db: Database) -> list[tuple[object, ...]]:
    """Every column of every unit and person."""
    with db.reading() as session:
        return [
            tuple(row)
            for table in (Unit.__table__, Person.__table__)
            for row in session.execute(select(table).order_by(table.c.id))
        ]


def _written(folder: Path, text: str, name: str = "fil.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def _workbook(
    folder: Path, *sheets: Sequence[Sequence[object]], formats: dict[str, str] | None = None
) -> Path:
    book = Workbook()
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        for column, layout in (formats or {}).items():
            for cell in sheet[column]:
                cell.number_format = layout
    book.remove(book.worksheets[0])
    book.save(folder / "fil.xlsx")
    return folder / "fil.xlsx"


def test_numbers_are_read_as_the_spreadsheet_shows_them(municipality: Database, bring: Import) -> None:
    report = bring("people_zeros_shown.xlsx")
    assert (report.changes, report.unchanged) == (0, 24)


def test_the_same_people_under_new_numbers_stop_the_import_until_somebody_says_so(
    municipality: Database, bring: Import
) -> None:
    before = _numbers(municipality)
    [question] = bring("people_zeros_lost.csv").questions
    assert "ser ut som de samme personene" in question.text
    assert question.count == 24
    assert _numbers(municipality) == before
    assert bring("people_zeros_lost.csv", same_people=True).applied
    now = _numbers(municipality)
    assert now["1"] == before["00001"]
    assert {person for person, _name in now.values()} == {person for person, _name in before.values()}


def test_other_people_under_new_numbers_come_in_and_the_old_ones_must_be_confirmed_out(
    municipality: Database, bring: Import
) -> None:
    [question] = bring("people_zeros_lost.csv", same_people=False).questions
    assert (question.kind, question.count) == ("leaving", 24)
    assert bring("people_zeros_lost.csv", same_people=False, leaving=24).applied
    assert set(_numbers(municipality)) == {str(number) for number in range(1, 25)}


def test_two_people_who_have_changed_numbers_keep_their_rows(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    before = _numbers(municipality)
    text = (FILES / "people.csv").read_text()
    swapped = text.replace("00001;", "x;").replace("00002;", "00001;").replace("x;", "00002;")
    assert bring(_written(tmp_path, swapped), same_people=True).applied
    now = _numbers(municipality)
    assert (now["00001"], now["00002"]) == (before["00002"], before["00001"])


def test_somebody_who_has_left_gives_her_number_to_the_one_who_has_it_now(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    before = _numbers(municipality)
    lines = (FILES / "people.csv").read_text().splitlines()
    lines = [line.replace("00002;Ansatt 2", "00001;Ansatt 2") for line in lines if "00001" not in line]
    assert bring(_written(tmp_path, "\n".join(lines)), same_people=True).applied
    now = _numbers(municipality)
    assert now["00001"] == before["00002"]
    assert len(now) == 23


def test_somebody_who_marries_keeps_her_number_name_and_address_changing(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    before = _numbers(municipality)
    text = (FILES / "people.csv").read_text().replace("Ansatt 5;a5@", "Kari Berg;kari.berg@")
    assert bring(_written(tmp_path, text)).applied
    assert _numbers(municipality)["00005"] == (before["00005"][0], "Kari Berg")


def test_an_address_on_two_people_is_asked_about(municipality: Database, bring: Import) -> None:
    questions = bring("people_shared_addresses.csv").questions
    assert [question.key for question in questions] == ["a1@prove.example", "a2@prove.example"]
    assert "linje 2 og 26" in questions[0].text
    assert len(_numbers(municipality)) == 24


def test_one_person_with_two_numbers_becomes_one_by_the_main_position(
    municipality: Database, bring: Import
) -> None:
    report = bring("people_shared_addresses.csv", shared_otherwise=SharedAddress.PERSON)
    assert report.applied or report.changes == 0
    assert set(_numbers(municipality)) == {f"{number:05}" for number in range(1, 25)}


def test_a_shared_mailbox_keeps_both_people_and_sends_nothing_there(
    municipality: Database, bring: Import
) -> None:
    answers = {"a1@prove.example": SharedAddress.MAILBOX, "a2@prove.example": SharedAddress.PERSON}
    assert bring("people_shared_addresses.csv", shared=answers).applied
    with municipality.reading() as session:
        sharing = session.scalars(
            select(Person).where(Person.shared_mailbox).order_by(Person.employee_number)
        )
        assert [(p.employee_number, p.email) for p in sharing] == [("00001", ""), ("00099", "")]
    # The answers are remembered: the same file is not asked about again.
    again = bring("people_shared_addresses.csv")
    assert (again.questions, again.changes) == ((), 0)


def test_what_was_answered_of_an_address_holds_when_everybody_has_a_new_number(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    answers = {"a1@prove.example": SharedAddress.MAILBOX, "a2@prove.example": SharedAddress.PERSON}
    assert bring("people_shared_addresses.csv", shared=answers).applied
    shared = (FILES / "people_shared_addresses.csv").read_text()
    with_one_number = shared.replace("00098;Ansatt 2;a2@prove.example;0101\n", "")
    for prefix, text in (("7", shared), ("8", with_one_number), ("9", shared)):
        report = bring(_written(tmp_path, text.replace("\n000", f"\n{prefix}")), same_people=True)
        assert (report.questions, report.applied) == ((), True)
    # Somebody else at the address is a new question, whatever was answered of the others.
    other = shared.replace("00098;Ansatt 2", "00097;Ansatt 97")
    assert [each.key for each in bring(_written(tmp_path, other), same_people=True).questions] == [
        "a2@prove.example"
    ]


HEADINGS = "ansattnummer;navn;e-post;enhet"


def _otherwise(text: str) -> str:
    """The municipality's own roster, with each line written another way; %(number)s and the like in the text."""
    rows = [line.split(";") for line in (FILES / "people.csv").read_text().splitlines()[1:]]
    names = {"0101": "Blåklokka barnehage", "0102": "Rødhette barnehage", "0201": "Sykehjem nord"}
    keys = ("number", "name", "email", "unit")
    return "\n".join(
        text % dict(zip(keys, row, strict=True)) % {"unit_name": names[row[3]], "upper": row[2].upper()}
        for row in rows
    )


@pytest.mark.parametrize(
    "row",
    [
        "%(number)s ;%(name)s ;%(email)s ;%(unit)s  ",
        "%(number)s\u200b;%(name)s;\u202a%(email)s\u202c;%(unit)s\u00a0\ufeff",
        "%(number)s;%(name)s;%(name)s <%(email)s>;%(unit)s",
        "%(number)s;%(name)s;mailto:%(email)s;%(unit)s",
        "%(number)s;%(name)s;%%(upper)s;%(unit)s",
        "%(number)s;%(name)s;%(email)s;%(unit)s %%(unit_name)s",
        "%(number)s;%(name)s;%(email)s;%(unit)s - %%(unit_name)s",
        "%(number)s;%(name)s;%(email)s;%%(unit_name)s (%(unit)s)",
    ],
)
def test_the_same_people_written_otherwise_are_the_same(
    municipality: Database, bring: Import, tmp_path: Path, row: str
) -> None:
    """Nothing changes, so nobody has «a new address» and gets her invitation again."""
    file = tmp_path / "personer.csv"
    file.write_text(f"{HEADINGS}\n{_otherwise(row)}", encoding="utf-8")
    report = bring(file)
    assert (report.faults, report.questions, report.changes, report.unchanged) == ((), (), 0, 24)


def test_a_units_code_in_other_letters_is_the_unit_when_only_one_is_meant(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    file = tmp_path / "personer.csv"
    people = (FILES / "people.csv").read_text().splitlines()
    file.write_text("\n".join([*people, "90;Ny;;hel"]), encoding="utf-8")
    assert bring(file).applied
    with municipality.transaction() as session:
        assert session.scalars(select(Person).where(Person.employee_number == "90")).one().unit.code == "HEL"
        session.add(Unit(code="Hel", name="Helg", parent=session.scalars(select(Unit)).first()))
    file.write_text("\n".join([*people, "90;Ny;;hel"]), encoding="utf-8")
    assert "Enheten «hel» finnes ikke" in str(bring(file).faults[0])


def test_positions_that_are_over_are_left_out_and_told(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    """Many exports keep those who have left, with the day; one that is to come, or is no day, ends nothing."""
    last_days = ["", "31.12.9999", "00.00.0000", "2099-01-01", municipal_day().strftime("%d.%m.%Y")]
    rows = (FILES / "people.csv").read_text().splitlines()[1:]
    written = [f"{row};{last_days[index % 5]}" for index, row in enumerate(rows)]
    written[0] = f"{rows[0]};31.12.2020"
    written[1] += f"\n{rows[1].replace('0101', '0201')};2020-12-31"
    file = tmp_path / "personer.csv"
    file.write_text("\n".join([f"{HEADINGS};Sluttdato", *written]), encoding="utf-8")
    report = bring(file)
    assert [change.key for change in report.ended] == ["00001"]
    assert (len(report.new), len(report.changed), report.unchanged) == (0, 0, 23)
    assert "2 stillinger er avsluttet og er ikke lest (linje 2 og 4)." in report.notes


@pytest.mark.parametrize("again", [HEADINGS, "Ansattnr.;Navn;E-postadresse;Enhetskode"])
def test_headings_that_come_again_further_down_are_skipped_and_told(
    municipality: Database, bring: Import, tmp_path: Path, again: str
) -> None:
    """A second heading row, and one at the top of each page of a printed list."""
    heading, *people = (FILES / "people.csv").read_text().splitlines()
    file = tmp_path / "personer.csv"
    file.write_text("\n".join([heading, again, *people[:12], again, *people[12:]]), encoding="utf-8")
    report = bring(file)
    assert (report.faults, report.changes, report.unchanged) == ((), 0, 24)
    assert "Overskriftene kommer igjen på linje 2 og 15. Det er hoppet over." in report.notes


@pytest.mark.parametrize(
    ("file", "note", "changes"),
    [
        ("people_title_above.csv", "Linje 1 står over overskriftene", 0),
        ("people_sep.csv", "Linje 1 står over overskriftene", 0),
        # Everybody's mobile number is new.
        ("people_extra_columns.csv", "«stillingskode»", 24),
    ],
)
def test_what_stands_around_the_table_is_skipped_and_named(
    municipality: Database, bring: Import, file: str, note: str, changes: int
) -> None:
    report = bring(file)
    assert (report.faults, report.changes) == ((), changes)
    assert any(note in each for each in report.notes)


def test_split_names_and_names_of_units_are_read(municipality: Database, bring: Import) -> None:
    report = bring("people_split_names.csv")
    assert not report.faults
    assert _numbers(municipality)["00005"][1] == "Ansatt 4"


def test_text_that_was_encoded_twice_is_mended_and_told(municipality: Database, bring: Import) -> None:
    report = bring("people_encoded_twice.csv", leaving=23)
    assert _numbers(municipality)["00001"][1] == "Åse Bjørk"
    assert any("linje 2 var kodet to ganger" in note for note in report.notes)


def test_letters_that_are_lost_refuse_the_file_with_the_line(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    [fault] = bring(_written(tmp_path, "ansattnr;navn;e-post;enhet\n1;Bj\ufffdrk;;0101\n")).faults
    assert str(fault).startswith("Linje 2, kolonne «navn»: Bokstaver er gått tapt")


def test_half_a_file_stops_until_the_number_is_confirmed(municipality: Database, bring: Import) -> None:
    [question] = bring("people_half.csv").questions
    assert question.count == 15
    assert "15 av 24" in question.text
    assert bring("people_half.csv", leaving=14).questions
    assert len(_numbers(municipality)) == 24
    assert bring("people_half.csv", leaving=15).applied
    assert len(_numbers(municipality)) == 9


def test_a_whole_unit_that_goes_out_stops_the_import_however_small(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    text = (FILES / "people.csv").read_text()
    alone = text + "00100;Rolf Strand;rolf@prove.example;HEL\n"
    assert bring(_written(tmp_path, alone)).applied
    [question] = bring("people.csv").questions
    assert "HEL" in question.text
    assert question.count == 1


def test_units_with_people_are_not_ended_before_their_number_is_confirmed(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    lines = [line for line in (FILES / "units.csv").read_text().splitlines() if not line.startswith("0201")]
    file = _written(tmp_path, "\n".join(lines))
    [question] = bring(file, ImportKind.UNITS).questions
    assert question.count == 8
    assert bring(file, ImportKind.UNITS, leaving=8).applied


HEADING = "ansattnr;navn;e-post;enhet\n"
FAULTS = {
    "1;2\n3;4\n": ["Fant ikke overskriftene"],
    HEADING + "1;A;;Z\n2;B;;Z\n3;C;;Z\n": ["Linje 2, 3 og 4, kolonne «enhet»: Enheten «Z» finnes ikke"],
    HEADING + "1;A;;101\n": ["Er det «0101», uten nullene foran?"],
    HEADING + "".join(f"{n};A;feil{n};0101\n" for n in range(40)): ["35 til, kolonne «e-post»"],
    HEADING + "1;A;;=1+1\n": ["kolonne «enhet»: Cellen har en formel"],
    "ansattnr;navn;e-post;enhet;Årslønn\n1;A;;0101;500000\n": ["kolonne «Årslønn»: Medvirk skal aldri"],
}


@pytest.mark.parametrize(("text", "words"), FAULTS.items())
def test_one_cause_gives_one_message(
    municipality: Database, bring: Import, tmp_path: Path, text: str, words: list[str]
) -> None:
    faults = bring(_written(tmp_path, text)).faults
    assert len(faults) == len(words)
    for fault, expected in zip(faults, words, strict=True):
        assert expected in str(fault)


def test_a_name_that_two_units_have_is_a_fault(municipality: Database, bring: Import, tmp_path: Path) -> None:
    with municipality.transaction() as session:
        session.add(Unit(code="0103", name="Blåklokka barnehage", parent_id=1))
    [fault] = bring(_written(tmp_path, HEADING + "1;A;;Blåklokka barnehage\n")).faults
    assert "Flere enheter heter «Blåklokka barnehage» (0101, 0103)" in str(fault)


def test_a_spreadsheet_with_a_cover_sheet_a_title_sums_and_zeros_is_read(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    people: list[list[object]] = [
        [number, f"Ansatt {number}", f"a{number}@prove.example", 101] for number in range(1, 9)
    ]
    sheet: list[list[object]] = [
        ["Ansattliste Prøve kommune"],
        [],
        ["Ansattnr.", "Navn", "E-postadresse", "Avdeling"],
        *people,
    ]
    file = _workbook(
        tmp_path,
        [["Om denne filen"], ["Hentet 1. oktober"]],
        [*sheet, ["Sum", None, None, "=COUNTA(A4:A11)"]],
        formats={"A": "00000", "D": "0000"},
    )
    report = bring(file, apply=False)
    assert report.faults == ()
    assert (report.new, report.changed, len(report.ended)) == ((), (), 16)
    assert any("er en sum" in note for note in report.notes)
    assert any("Sheet1" in note and "Sheet" in note for note in report.notes)


def test_a_cell_in_the_last_column_is_refused_with_its_line_and_takes_no_time(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["ansattnr", "navn", "e-post", "enhet"])
    for number in range(2_000):
        sheet.append([f"{number}", f"Eva {number}", "", "0101"])
    sheet["XFD1"] = "x"
    sheet["XFD2000"] = "x"
    book.save(tmp_path / "bred.xlsx")
    start = time.process_time()
    report = bring(tmp_path / "bred.xlsx", apply=False)
    assert time.process_time() - start < 10
    [fault] = report.faults
    assert (fault.line, "1000 kolonner" in fault.message) == (1, True)


def test_a_zip_that_unfolds_is_refused(
    municipality: Database, bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.files.reading.MOST_UNZIPPED", 1_000)
    [fault] = bring(_workbook(tmp_path, [["ansattnr", "navn", "e-post", "enhet"]])).faults
    assert "for stort" in str(fault)


def test_a_running_number_of_eleven_digits_is_no_personal_number(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    text = HEADING + "".join(f"{10000000000 + n};Eva {n};;0101\n" for n in range(500))
    report = bring(_written(tmp_path, text), apply=False)
    assert (report.faults, len(report.new)) == ((), 500)


def _fint(name: str, key: str, value: str, **fields: object) -> dict[str, object]:
    links = {
        relation: [{"href": f"https://api.felleskomponent.no/administrasjon/{end}"}]
        for relation, end in dict(fields.pop("links", {})).items()  # type: ignore[call-overload]
    }
    return {key: {"identifikatorverdi": value}, **fields, "_links": links} | ({"navn": name} if name else {})


def _collection(*entries: dict[str, object]) -> dict[str, object]:
    return {"_embedded": {"_entries": list(entries)}, "total_items": len(entries)}


def test_fint_units_and_employments_are_read(db: Database, bring: Import, tmp_path: Path) -> None:
    unit = "organisasjon/organisasjonselement/organisasjonsid"
    elements = _collection(
        _fint("Fjordvik", "organisasjonsId", "1", links={"overordnet": f"{unit}/1"}),
        _fint("Ås skole", "organisasjonsId", "11", links={"overordnet": f"{unit}/1"}),
    )
    assert not bring(_written(tmp_path, json.dumps(elements), "enheter.json"), ImportKind.UNITS).faults
    person = {"fornavn": "Åse", "mellomnavn": None, "etternavn": "Ås"}
    employee = "personal/personalressurs/ansattnummer/007"
    resources = {
        "personalressurs": _collection(
            _fint(
                "",
                "ansattnummer",
                "007",
                kontaktinformasjon={"epostadresse": "ase@example.no"},
                links={"person": "personal/person/systemid/p7"},
            )
        ),
        "person": _collection(_fint("", "systemId", "p7", navn=person)),
        "arbeidsforhold": _collection(
            *(
                _fint(
                    "",
                    "systemId",
                    f"a{code}",
                    hovedstilling=main,
                    ansettelsesprosent=5000,
                    links={"personalressurs": employee, "arbeidssted": f"{unit}/{code}"},
                )
                for code, main in (("1", False), ("11", True))
            )
        ),
    }
    assert bring(_written(tmp_path, json.dumps(resources), "ansatte.json")).applied
    with db.reading() as session:
        [found] = session.scalars(select(Person))
        assert (found.employee_number, found.name, found.email) == ("007", "Åse Ås", "ase@example.no")
        assert found.unit.code == "11"


@pytest.mark.parametrize(
    "field", [{"fodselsnummer": {"identifikatorverdi": "1"}}, {"arslonn": 50_000_000}], ids=lambda f: str(*f)
)
def test_fint_with_personal_numbers_or_pay_is_refused_by_name(
    municipality: Database, bring: Import, tmp_path: Path, field: dict[str, object]
) -> None:
    file = _written(tmp_path, json.dumps(_collection({"ansattnummer": "1", "_links": {}, **field})), "f.json")
    [fault] = bring(file).faults
    assert fault.column == next(iter(field))


def test_undo_brings_people_and_units_back_exactly(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    before = _everything(municipality)
    renamed = (FILES / "people_zeros_lost.csv").read_text().replace("Ansatt 5", "Kari Berg") + "90;Ny;;0101\n"
    assert bring(_written(tmp_path, renamed), same_people=True).applied
    assert _everything(municipality) != before
    _undo(municipality)
    assert _everything(municipality) == before
    units = (FILES / "units.csv").read_text().replace("0102;Rødhette", "0109;Rødhette") + "X;Ny;;0109\n"
    assert bring(_written(tmp_path, units), ImportKind.UNITS, leaving=8).applied
    assert _everything(municipality) != before
    _undo(municipality)
    assert _everything(municipality) == before


def test_undo_takes_back_what_was_said_of_units_that_came_from_others(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    text = "kode;navn;overordnet;erstatter\nHEL;Helse;kommune;\n0202;Sykehjem sør;HEL;0201\n"
    assert bring(_written(tmp_path, text), ImportKind.UNITS, leaving=8).applied
    _undo(municipality)
    with municipality.reading() as session:
        assert session.scalar(select(func.count()).select_from(Succession)) == 0
        assert session.scalar(select(Unit).where(Unit.code == "0202")) is None


def _undo(db: Database) -> int:
    with db.transaction() as session:
        newest = session.scalars(select(OrganisationImport.id).order_by(OrganisationImport.id.desc())).first()
        return undo_file(session, newest or 0)


def test_only_the_newest_import_can_be_undone_and_only_once(municipality: Database, bring: Import) -> None:
    with municipality.transaction() as session:
        oldest = session.scalars(select(OrganisationImport).order_by(OrganisationImport.id)).first()
        assert oldest is not None
        assert oldest.undo is None
        with pytest.raises(NothingToUndoError):
            undo_file(session, oldest.id)
    _undo(municipality)
    with pytest.raises(NothingToUndoError):
        _undo(municipality)


def test_somebody_new_who_has_been_invited_since_is_kept_but_not_invited_again(
    app: Flask, municipality: Database, bring: Import, tmp_path: Path
) -> None:
    bring(_written(tmp_path, (FILES / "people.csv").read_text() + "90;Ny;;0101\n"))
    with municipality.transaction() as session:
        survey = build_survey(session, session.scalars(select(Unit).where(Unit.code == "kommune")).one())
        open_survey(session, survey, keys_of(app))
        person = session.scalars(select(Person).where(Person.employee_number == "90")).one()
        new = person.id
        invite_some(app, session, survey, "0101", person_id=new)
    assert _undo(municipality) == 1
    assert "90" not in _numbers(municipality)
    with municipality.reading() as session:
        assert session.scalars(select(Invitation.person_id)).all() == [new]


def test_a_leaders_role_follows_the_file_and_comes_back_with_undo(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    people = (FILES / "people.csv").read_text().splitlines()
    leaders = [people[0] + ";leder", *(f"{line};{'ja' if '00001' in line else 'nei'}" for line in people[1:])]
    bring(_written(tmp_path, "\n".join(leaders)))
    with municipality.transaction() as session:
        person = session.scalars(select(Person).where(Person.employee_number == "00001")).one()
        create_leader_account(session, None, person, person.unit)
    moved = "\n".join(leaders).replace("a1@prove.example;0101", "a1@prove.example;0102")
    bring(_written(tmp_path, moved))
    assert _leads(municipality) == ["0102"]
    _undo(municipality)
    assert _leads(municipality) == ["0101"]


def test_a_leader_who_comes_back_under_another_number_has_the_account_of_before(
    municipality: Database, bring: Import, tmp_path: Path
) -> None:
    """HR has said that the numbers are of other people, and her old row has left."""
    text = (FILES / "people.csv").read_text()
    with municipality.transaction() as session:
        person = session.scalars(select(Person).where(Person.employee_number == "00001")).one()
        was = create_leader_account(session, None, person, person.unit).id
    bring(_written(tmp_path, text.replace("00001;", "70001;")), same_people=False)
    with municipality.transaction() as session:
        again = session.scalars(select(Person).where(Person.employee_number == "70001")).one()
        assert create_leader_account(session, None, again, again.unit).id == was
        other = session.scalars(select(Person).where(Person.employee_number == "00002")).one()
        assert create_leader_account(session, None, other, other.unit).id != was


def _leads(db: Database) -> list[str]:
    with db.reading() as session:
        return [grant.unit.code for grant in session.scalars(select(Grant).where(Grant.role == Role.LEADER))]


def test_the_command_asks_and_takes_the_answers(app: Flask, municipality: Database) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(medvirk, ["import-people", *arguments], obj=lambda: app)
        return done.exit_code, done.output

    file = os.fspath(FILES / "people_half.csv")
    code, output = run(file, "--apply")
    assert code == 1
    assert "--confirm-leaving 15" in output
    assert len(_numbers(municipality)) == 24
    assert run(file, "--apply", "--confirm-leaving", "15")[0] == 0
    assert len(_numbers(municipality)) == 9


def test_the_command_takes_a_column_for_what_it_is_said_to_be_and_remembers_it(
    app: Flask, municipality: Database, tmp_path: Path
) -> None:
    lines = (FILES / "people.csv").read_text().splitlines()
    file = _written(
        tmp_path, "\n".join(["ansattnummer;navn;e-post;hvor", *lines[1:]]).replace("Ansatt 1;", "Eva;")
    )
    run = app.test_cli_runner()
    refused = run.invoke(medvirk, ["import-people", str(file)], obj=lambda: app)
    assert refused.exit_code == 1
    assert "«unit» mangler" in refused.output
    mapped = run.invoke(
        medvirk, ["import-people", str(file), "--map", "hvor=enhet", "--apply"], obj=lambda: app
    )
    assert mapped.exit_code == 0, mapped.output
    assert _numbers(municipality)["00001"][1] == "Eva"
    again = run.invoke(medvirk, ["import-people", str(file)], obj=lambda: app)
    assert "Uendrede personer: 24" in again.output
