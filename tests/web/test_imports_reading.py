"""Files are read in every usual form, and a personal number stops them whatever it looks like."""

import codecs
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from analysis.personal_numbers import has_personal_number
from surveys.files.columns import UNIT_COLUMNS
from surveys.files.reading import TableRow, parse_table, read_table
from surveys.files.report import FileRefusedError

TEXT = 'kode;navn\r\n\r\nA;"Ås; \nskole"\r\nB;Sykehjem\r\n'


def _numbers_with(start: str) -> list[str]:
    """The personal numbers that begin with these eight digits: those whose control digits exist."""
    found = []
    for last in range(1000):
        digits = [int(digit) for digit in f"{start}{last:03}"]
        first = sum(w * d for w, d in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), digits, strict=True))
        second = sum(w * d for w, d in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), digits, strict=True))
        if first % 11 == 0 and second % 11 == 0:
            found.append(f"{start}{last:03}")
    return found


# A test number (month + 80), a D-number of one (day + 40), and an ordinary date with a zero in front.
TEST_NUMBER = _numbers_with("13899712")[0]
D_NUMBER = _numbers_with("53899712")[0]
EARLY = _numbers_with("01019012")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_usual_form_of_csv_gives_the_same_rows_and_lines(encoding: str, delimiter: str) -> None:
    table = parse_table(TEXT.replace(";", delimiter).encode(encoding))
    assert table.headings == ("kode", "navn")
    inside = "Ås skole" if delimiter == "\t" else f"Ås{delimiter} skole"
    assert table.rows == (TableRow(3, ("A", inside)), TableRow(5, ("B", "Sykehjem")))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FileRefusedError, match="ikke en tekstfil"):
        parse_table(codecs.BOM_UTF16_LE + b"\x00\xd8\x00")


def test_text_with_nul_bytes_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="ikke en tekstfil"):
        parse_table("kode;navn\nA;Ås\0skole\n".encode())


def test_a_damaged_workbook_is_refused_with_advice(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["kode", "navn"])
    book.save(tmp_path / "enheter.xlsx")
    content = bytearray((tmp_path / "enheter.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "enheter.xlsx") as parts:
        start = parts.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    content[start : start + 40] = bytes(range(40))
    with pytest.raises(FileRefusedError, match="Lagre den på nytt som XLSX"):
        parse_table(bytes(content))


def test_the_old_spreadsheet_format_is_refused_with_advice() -> None:
    with pytest.raises(FileRefusedError, match="xlsx"):
        parse_table(b"\xd0\xcf\x11\xe0" + bytes(100))


def test_a_pdf_is_called_a_pdf() -> None:
    with pytest.raises(FileRefusedError, match="PDF"):
        parse_table(b"%PDF-1.7\n1 0 obj<<>>endobj\n", UNIT_COLUMNS)


def test_a_missing_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="kan ikke leses"):
        read_table(tmp_path / "finnes-ikke.csv")


@pytest.mark.parametrize("number", [TEST_NUMBER, D_NUMBER, EARLY])
@pytest.mark.parametrize("form", ["{0}", "fnr {0}.", "{1} {2}", "{1}-{2}"])
def test_a_personal_number_in_any_column_is_refused_and_never_shown(number: str, form: str) -> None:
    headings = ["kode", "navn", "type"]
    for place, column in enumerate(headings):
        cells = ["A", "Ås", ""]
        cells[place] = form.format(number, number[:6], number[6:])
        with pytest.raises(FileRefusedError) as refusal:
            parse_table(f"{';'.join(headings)}\n{';'.join(cells)}\n".encode())
        assert f"Linje 2, kolonne «{column}»" in str(refusal.value)
        assert number[6:] not in str(refusal.value)


def test_a_personal_number_where_the_heading_should_be_is_not_shown_either() -> None:
    with pytest.raises(FileRefusedError) as refusal:
        parse_table(f"1;{TEST_NUMBER};A\n".encode())
    assert str(refusal.value).startswith("Linje 1, kolonne «nummer 2»")
    assert TEST_NUMBER not in str(refusal.value)


def test_a_spreadsheet_that_dropped_the_first_zero_is_refused_too(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ansattnummer", "navn"])
    sheet.append([int(EARLY), "Åse"])
    book.save(tmp_path / "ansatte.xlsx")
    with pytest.raises(FileRefusedError, match="Linje 2, kolonne «ansattnummer»"):
        read_table(tmp_path / "ansatte.xlsx")


@given(st.integers(0, 10**11 - 1))
def test_an_eleven_digit_number_is_personal_only_with_right_control_digits(number: int) -> None:
    text = f"{number:011}"
    if text not in _numbers_with(text[:8]):
        assert not has_personal_number(text)


@pytest.mark.parametrize("text", [TEST_NUMBER + "6", "12345678901", "47 91 23 45 67", "", "2026-03-20"])
def test_other_numbers_pass(text: str) -> None:
    assert not has_personal_number(text)
