"""Files made to stop the server are refused in words, quickly: where the fault is, and what to do."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook

from analysis.table_rows import CellRow
from analysis.tables import FileFaults, read_table
from surveys.files import reading
from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.reading import parse_table
from surveys.files.report import FileRefusedError
from surveys.platform.localisation import in_language
from tests.files_of_attackers import changed_part, understated, workbook

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:zipfile")


def far_right() -> bytes:
    book = Workbook()
    book.worksheets[0].append(["kode", "navn", "overordnet"])
    for line in range(2, 2002):
        book.worksheets[0].cell(line, 16_384, "x")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def formatted_far_right() -> bytes:
    """No values there, but rows that openpyxl makes 16,384 cells long."""
    far = b"".join(b'<row r="%d"><c r="XFD%d" s="0"/></row>' % (line, line) for line in range(2, 2002))

    def changed(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", far + b"</sheetData>")

    return changed_part(workbook(), "xl/worksheets/sheet1.xml", changed)


def with_doctype(declaration: bytes, used: bytes = b"") -> bytes:
    def changed(xml: bytes) -> bytes:
        return declaration + xml.replace(b"</sheetData>", used + b"</sheetData>")

    return changed_part(workbook(), "xl/worksheets/sheet1.xml", changed)


def xxe() -> bytes:
    return with_doctype(b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>')


def laughs() -> bytes:
    entities = b'<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)
    )
    return with_doctype(b"<!DOCTYPE x [" + entities + b"]>")


def zip_bomb() -> bytes:
    file = io.BytesIO(workbook())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/more.xml", "w") as part:
        for _megabyte in range(reading.MOST_UNZIPPED // 1_000_000 + 1):
            part.write(b"\0" * 1_000_000)
    return file.getvalue()


def lying_zip() -> bytes:
    """The central directory says ten bytes for a sheet that is far longer."""
    return understated(workbook(), "xl/worksheets/sheet1.xml")


def nested_json() -> bytes:
    return b"[" * 100_000 + b"]" * 100_000


def nested_objects() -> bytes:
    value: object = {}
    for _level in range(400):
        value = {"a": value}
    return json.dumps(value).encode()


def huge_cell() -> bytes:
    return b"kode;navn;overordnet\nA;" + b"x" * 200_000 + b";K\n"


def quote_as_separator() -> bytes:
    return b'sep="\nkode;navn;overordnet\nA;B\0C;K\n'


ATTACKS: tuple[tuple[Callable[[], bytes], str], ...] = (
    (far_right, "Linje 2: Linjen har flere enn 1000 kolonner"),
    (formatted_far_right, "for stort når det pakkes ut"),
    (xxe, "DOCTYPE"),
    (laughs, "DOCTYPE"),
    (zip_bomb, "for stort når det pakkes ut"),
    (lying_zip, "kan ikke åpnes"),
    (nested_json, "nøstet for dypt"),
    (nested_objects, "nøstet for dypt"),
    (huge_cell, "Linje 2: En celle har flere enn 130"),
    (quote_as_separator, "ikke en tekstfil"),
)


@pytest.mark.parametrize(("make", "words"), ATTACKS, ids=[make.__name__ for make, _words in ATTACKS])
def test_a_file_that_attacks_is_refused_in_words(make: Callable[[], bytes], words: str) -> None:
    content = make()
    began = time.process_time()
    with pytest.raises(FileRefusedError, match=words):
        parse_table(content, UNIT_COLUMNS)
    assert time.process_time() - began < 10


def test_the_words_are_in_the_readers_language(app: Flask) -> None:
    with (
        app.app_context(),
        in_language("en"),
        pytest.raises(FileRefusedError, match="more than 1000 columns"),
    ):
        parse_table(far_right(), UNIT_COLUMNS)


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SECONDS", -1.0)
    with pytest.raises(FileRefusedError, match="tar for lang tid"):
        parse_table(b"kode;navn;overordnet\nA;B;K\n", UNIT_COLUMNS)


def test_a_machine_that_is_busy_with_something_else_refuses_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty thousand people were refused where other programs had the processor."""
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.5)
    monkeypatch.setattr(reading, "_ROWS_BETWEEN_LOOKS", 1)

    def slow_rows() -> Iterator[CellRow]:
        for line in range(1, 4):
            time.sleep(0.3)
            yield CellRow(line, ("a",))

    assert len(reading._text_rows(slow_rows())) == 3


@pytest.mark.parametrize("make", [far_right, xxe, laughs, lying_zip], ids=lambda make: make.__name__)
def test_a_response_file_that_attacks_is_refused_too(tmp_path: Path, make: Callable[[], bytes]) -> None:
    file = tmp_path / "svar.xlsx"
    file.write_bytes(make())
    with pytest.raises(FileFaults):
        read_table(file)


def test_an_spss_file_with_absurd_counts_is_refused(tmp_path: Path) -> None:
    header = b"$FL2" + b"@(#) SPSS DATA FILE medvirk".ljust(60) + (2).to_bytes(4, "little")
    header += (2**31 - 1).to_bytes(4, "little") + b"\0" * 8 + (2**31 - 1).to_bytes(4, "little")
    file = tmp_path / "svar.sav"
    file.write_bytes(header.ljust(176, b"\xff"))
    with pytest.raises(FileFaults):
        read_table(file)


@pytest.mark.parametrize(
    "odd", [None, 1, "x", [1], {"self": 5}, {"self": [{"href": None}]}, {"personalressurs": {}}]
)
def test_a_fint_file_with_something_else_in_its_fields_is_no_crash(odd: object) -> None:
    entry = {"ansattnummer": odd, "navn": {"fornavn": odd, "etternavn": 3}, "_links": odd}
    employment = {"ansettelsesprosent": 10**400, "_links": {"personalressurs": odd, "arbeidssted": odd}}
    content = json.dumps([entry, employment, {"organisasjonsId": odd, "_links": odd}]).encode()
    for columns in (PEOPLE_COLUMNS, UNIT_COLUMNS):
        assert parse_table(content, columns).headings
