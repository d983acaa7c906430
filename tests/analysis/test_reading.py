"""Response files: every format gives the same answers, and every fault is named with its place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from analysis.personal_numbers import has_personal_number
from analysis.reading import FileFaults, ResponseFile, read_responses
from questionnaires.coding import BLANK, NOT_APPLICABLE, NOT_ASKED
from questionnaires.model import Background, Option, Point, Questionnaire, Scale
from tests.analysis.example_surveys import REFERENCE, reference_questionnaire, reference_responses, survey

SYNTHETIC_NUMBER = (
    "01010750160"  # control digits fit; the Tax Administration's documented example, nobody's own
)


def questionnaire() -> Questionnaire:
    """Items i0–i2 on 1–5 with labels, and a background question with two options."""
    plain = survey((3,))
    labels = ["Svært uenig", "Litt uenig", "Verken eller", "Litt enig", "Svært enig"]
    points = tuple(Point(value, {"nb": label}) for value, label in enumerate(labels, start=1))
    scale = Scale("agree", points, {"nb": "Vet ikke"})
    options = (Option("ja", {"nb": "Ja, jeg er leder"}), Option("nei", {"nb": "Nei"}))
    factors = tuple(replace(factor, scale=scale) for factor in plain.factors)
    return replace(plain, factors=factors, background=(Background("leder", {"nb": "Leder?"}, options),))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str | bytes, name: str = "svar.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


Written = Callable[..., Path]
GOOD = "enhet,i0,i1,i2,leder\nA,1,2,3,ja\nB,4,5,,nei\n"


def check_good(found: ResponseFile) -> None:
    assert found.responses.items.tolist() == [[1, 2, 3], [4, 5, BLANK]]
    assert found.responses.units == ("A", "B")
    assert found.responses.unit.tolist() == [0, 1]
    assert found.responses.background["leder"].tolist() == [0, 1]


def faults_of(path: Path, unit_column: str | None = "enhet") -> FileFaults:
    with pytest.raises(FileFaults) as caught:
        read_responses(path, questionnaire(), unit_column)
    return caught.value


def test_the_reference_files_are_read_as_they_are() -> None:
    lq2002 = read_responses(REFERENCE / "data/lq2002.csv", reference_questionnaire("lq2002"), "COMPID")
    expected = reference_responses("lq2002")
    assert (lq2002.responses.items == expected.items).all()
    assert lq2002.responses.units == expected.units
    assert lq2002.unknown_columns == ("SUB", "LEAD", "TSIG", "HOSTILE", "GLEAD", "GTSIG", "GHOSTILE")
    bfi = read_responses(REFERENCE / "data/bfi.csv", reference_questionnaire("bfi"))
    assert (bfi.responses.items == reference_responses("bfi").items).all()
    assert bfi.responses.units == ("",)
    assert bfi.unknown_columns == ("kolonne 1", "education", "age")
    assert np.bincount(bfi.responses.background["gender"]).tolist() == [919, 1881]


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace("1,2,3", '"1","2","3"'),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("ja", "Ja, jeg er leder").replace(",", ";").replace("Ja;", "Ja,"),
        GOOD.replace("1,2,3", "1.0,2.00, 3 "),
        GOOD.replace(",", ";").replace("1;2;3", "1,0;2,00;3"),
        GOOD.replace("5,,nei", "5,NA,nei"),
        GOOD.replace("1,2,3", "svært uenig,Litt uenig,Verken eller"),
        GOOD.replace("nei\n", "nei,,\n"),
        GOOD.encode("utf-16"),
    ],
)
def test_csv_of_every_habit_gives_the_same_answers(content: str | bytes, written: Written) -> None:
    check_good(read_responses(written(content), questionnaire(), "enhet"))


def test_old_windows_text_is_read_with_its_norwegian_letters(written: Written) -> None:
    content = "enhet;i0;i1;i2\nBlåbærskogen;1;2;3\n".encode("cp1252")
    found = read_responses(written(content), questionnaire(), "enhet").responses
    assert found.units == ("Blåbærskogen",)
    assert found.background["leder"].tolist() == [NOT_ASKED]


def test_not_applicable_is_kept_apart_from_blank(written: Written) -> None:
    found = read_responses(written("i0,i1,i2\nvet ikke,,1\n"), questionnaire()).responses
    assert found.items.tolist() == [[NOT_APPLICABLE, BLANK, 1]]


def test_numeric_unit_codes_are_text_without_decimals(written: Written) -> None:
    found = read_responses(
        written("enhet,i0,i1,i2\n2.0,1,1,1\n10.0,1,1,1\n2.0,1,1,1\n"), questionnaire(), "enhet"
    )
    assert found.responses.units == ("2", "10")
    assert found.responses.unit.tolist() == [0, 1, 0]


def test_excel_gives_the_same_answers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["enhet", "i0", "i1", "i2", "leder"], ["A", 1, 2.0, "3", "ja"], ["B", 4, 5, None, "Nei"]):
        sheet.append(row)
    book.save(tmp_path / "svar.xlsx")
    check_good(read_responses(tmp_path / "svar.xlsx", questionnaire(), "enhet"))


def test_spss_labels_and_user_missing_values_are_respected(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "enhet": ["A", "B", "B"],
            "i0": [1.0, 4.0, 9.0],
            "i1": [2.0, 5.0, 8.0],
            "i2": [3.0, np.nan, 1.0],
            "leder": [1.0, 2.0, 9.0],
        }
    )
    pyreadstat.write_sav(
        frame,
        tmp_path / "svar.sav",
        variable_value_labels={
            "i0": {9: "Vet ikke"},
            "i1": {8: "Ubesvart"},
            "leder": {1: "Ja, jeg er leder", 2: "Nei"},
        },
        missing_ranges={"i0": [{"lo": 9, "hi": 9}], "i1": [8], "leder": [9]},
    )
    found = read_responses(tmp_path / "svar.sav", questionnaire(), "enhet").responses
    assert found.items.tolist() == [[1, 2, 3], [4, 5, BLANK], [NOT_APPLICABLE, BLANK, 1]]
    assert found.background["leder"].tolist() == [0, 1, BLANK]
    assert found.units == ("A", "B")


_ANSWERS = pd.DataFrame(
    {"enhet": ["A", "B"], "i0": [1, 4], "i1": [2, 5], "i2": [3, None], "leder": ["ja", "nei"]}
)


def test_parquet_gives_the_same_answers(tmp_path: Path) -> None:
    _ANSWERS.to_parquet(tmp_path / "svar.parquet")
    check_good(read_responses(tmp_path / "svar.parquet", questionnaire(), "enhet"))


def test_what_pandas_has_noted_in_a_parquet_file_may_be_broken(tmp_path: Path) -> None:
    file = tmp_path / "svar.parquet"
    table = pa.Table.from_pandas(_ANSWERS)
    pq.write_table(table.replace_schema_metadata({"pandas": '{"a" 1}'}), file)
    check_good(read_responses(file, questionnaire(), "enhet"))


def test_a_broken_parquet_file_is_one_fault(written: Written) -> None:
    assert "Parquet" in str(faults_of(written(b"PAR1 but no more", "svar.parquet")))


def test_every_fault_is_reported_at_once_with_line_and_column(written: Written) -> None:
    content = "enhet,i0,i1,leder\nA,6,3.5,ja\n,1,x,kanskje\n"
    found = faults_of(written(content))
    places = {(fault.line, fault.column) for fault in found.faults}
    assert places == {(None, "i2"), (2, "i0"), (2, "i1"), (3, "i1"), (3, "leder"), (3, "enhet")}
    text = str(found)
    assert (
        "Linje 2, kolonne i0: «6» er ikke et svar på skalaen. Lovlige verdier er hele tall fra 1 til 5."
        in text
    )
    assert "«3.5»" in text
    assert "Lovlige svar er ja, nei." in text
    assert "Linje 3, kolonne enhet: Raden mangler enhet." in text
    assert "Kolonne i2: Kolonnen mangler i filen." in text


def test_lines_are_counted_through_quoted_line_breaks_and_empty_lines(written: Written) -> None:
    content = 'enhet,i0,i1,i2,merknad\nA,1,1,1,"to\nlinjer"\n\nA,7,1,1,\n'
    assert [fault.line for fault in faults_of(written(content)).faults] == [5]


def test_a_thousand_faults_are_counted_but_twenty_shown(written: Written) -> None:
    found = faults_of(written("enhet,i0,i1,i2\n" + "A,7,8,9\n" * 1500))
    assert found.total == 4500
    assert len(found.faults) == 1000
    assert str(found).count("\n") == 20
    assert str(found).endswith("… og 4480 feil til.")


def test_a_column_that_differs_in_case_only_is_pointed_out(written: Written) -> None:
    assert "Filen har «I0»" in str(faults_of(written("enhet,I0,i1,i2\nA,1,1,1\n")))


def test_a_column_that_stands_there_twice_is_a_fault(written: Written) -> None:
    found = faults_of(written("enhet,i0,i0,i1,i2\nA,1,2,1,1\n"))
    assert [fault.column for fault in found.faults] == ["i0"]


def test_a_missing_unit_column_is_a_fault(written: Written) -> None:
    assert "Kolonne avdeling: Enhetskolonnen mangler" in str(faults_of(written(GOOD), "avdeling"))


@pytest.mark.parametrize("column", ["enhet", "i1", "leder", "løpenummer"])
def test_a_personal_number_anywhere_refuses_the_file_and_is_not_repeated(
    column: str, written: Written
) -> None:
    names = ["enhet", "i0", "i1", "i2", "leder", "løpenummer"]
    cells = ["A", "1", "1", "1", "ja", "17"]
    cells[names.index(column)] = SYNTHETIC_NUMBER
    found = faults_of(written("\n".join([",".join(names), ",".join(cells)])))
    assert [(fault.line, fault.column) for fault in found.faults] == [(2, column)]
    assert "fødselsnummer" in str(found)
    assert SYNTHETIC_NUMBER not in str(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SYNTHETIC_NUMBER, True),
        ("010107 50160", True),
        ("Ring 010107-50160 etter lunsj.", True),
        ("1010750160", True),  # Excel dropped the zero
        ("41010750177", False),
        ("01010750161", False),
        ("010107501600", False),
        ("3.01010750160", False),
        ("2,01010750160", False),
        ("4791234567", False),
        ("", False),
    ],
)
def test_personal_numbers_are_known_by_their_control_digits(text: str, found: bool) -> None:
    assert has_personal_number(text) is found


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("", "svar.csv", "Filen er tom"),
        ("\n\n", "svar.csv", "Filen er tom"),
        ("enhet,i0,i1,i2\n", "svar.csv", "ingen svar"),
        ("enhet,i0,i1,i2\nA,1,1\n", "svar.csv", "Linjen har 3 celler, men overskriften har 4"),
        ("enhet,i0,i1,i2\nA,1,1,1,1\n", "svar.csv", "Linjen har 5 celler"),
        ('enhet,i0,i1,i2\nA,1,1,"1\n', "svar.csv", "anførselstegn"),
        (b"\x00\x01\x02\x81", "svar.csv", "ikke tekst"),
        (b"PK\x03\x04 not a zip", "svar.xlsx", "Excel"),
        (b"not spss", "svar.sav", "SPSS"),
        ("x", "svar.doc", "Filtypen «.doc»"),
    ],
)
def test_files_that_cannot_be_used_say_why(
    content: str | bytes, name: str, message: str, written: Written
) -> None:
    assert message in str(faults_of(written(content, name)))


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert "finnes ikke" in str(faults_of(tmp_path / "borte.csv"))
