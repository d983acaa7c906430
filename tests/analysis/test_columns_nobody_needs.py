"""A column that is neither question nor unit never stops a file, and a running number is no personal number."""

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from analysis.reading import FileFaults, ResponseFile, read_responses
from questionnaires.coding import BLANK
from tests.analysis.test_reading import SYNTHETIC_NUMBER, questionnaire

FAR = 400_000_000_000.0  # seconds from 1582: about the year 14 257
ANSWERS = {"enhet": ["A", "B"], "i0": [1.0, 4.0], "i1": [2.0, 5.0], "i2": [3.0, np.nan]}


def check(found: ResponseFile) -> None:
    assert found.responses.items.tolist() == [[1, 2, 3], [4, 5, BLANK]]
    assert [name.lower() for name in found.unknown_columns] == ["levert"]


@pytest.mark.parametrize("ending", ["sav", "zsav"])
@pytest.mark.parametrize("form", ["DATETIME20", "DATE11", "TIME8"])
def test_a_date_after_the_year_9999_in_spss(ending: str, form: str, tmp_path: Path) -> None:
    file = tmp_path / f"svar.{ending}"
    frame = pd.DataFrame({**ANSWERS, "levert": [FAR, -FAR]})
    pyreadstat.write_sav(frame, file, variable_format={"levert": form}, compress=ending == "zsav")
    check(read_responses(file, questionnaire(), "enhet"))


def test_a_date_after_the_year_9999_in_a_portable_file(tmp_path: Path) -> None:
    file = tmp_path / "svar.por"
    frame = pd.DataFrame({**ANSWERS, "levert": [FAR, 1.0]}).rename(columns=str.upper)
    pyreadstat.write_por(frame, file, variable_format={"LEVERT": "DATETIME20"})
    found = read_responses(file, questionnaire(), "enhet")
    check(found)
    assert found.responses.units == ("A", "B")


def test_a_date_that_excel_cannot_have(tmp_path: Path) -> None:
    file = tmp_path / "svar.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["enhet", "i0", "i1", "i2", "levert"])
    sheet.append(["A", 1, 2, 3, 99_999_999_999])
    sheet.append(["B", 4, 5, None, -5])
    for row in (2, 3):
        sheet.cell(row, 5).number_format = "dd.mm.yyyy hh:mm"
    book.save(file)
    check(read_responses(file, questionnaire(), "enhet"))


@pytest.mark.parametrize(
    "levert",
    [
        pa.array([253_500_000_000, -99_999_999_999], pa.timestamp("s")),
        pa.array([2_932_900 + 9_000_000, -9_000_000], pa.int32()).cast(pa.date32()),
        pa.array([[1, 2], None], pa.list_(pa.int64())),
        pa.array([{"a": 1}, None], pa.struct([("a", pa.int64())])),
        pa.array([b"\xff\xfe", None], pa.binary()),
    ],
    ids=["seconds", "days", "list", "struct", "bytes"],
)
def test_columns_that_pandas_cannot_have_in_parquet(levert: pa.Array, tmp_path: Path) -> None:
    file = tmp_path / "svar.parquet"
    pq.write_table(pa.table({**{key: pa.array(of) for key, of in ANSWERS.items()}, "levert": levert}), file)
    check(read_responses(file, questionnaire(), "enhet"))


def test_a_column_twice_that_nobody_needs(tmp_path: Path) -> None:
    file = tmp_path / "svar.csv"
    file.write_text("enhet;i0;i1;i2;levert;levert\nA;1;2;3;x;y\n", encoding="utf-8")
    assert read_responses(file, questionnaire(), "enhet").responses.items.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("first", ["10000000001", "99123100001", "20251332001", "00000000017"])
def test_running_numbers_of_eleven_digits_are_no_personal_numbers(first: str, tmp_path: Path) -> None:
    file = tmp_path / "svar.csv"
    rows = "".join(f"{int(first) + step:011};A;1;2;{step % 5 + 1}\n" for step in range(400))
    file.write_text("levert;enhet;i0;i1;i2\n" + rows, encoding="utf-8")
    assert len(read_responses(file, questionnaire(), "enhet").responses) == 400


def test_a_personal_number_as_a_number_in_spss_is_still_found(tmp_path: Path) -> None:
    file = tmp_path / "svar.sav"
    frame = pd.DataFrame({**ANSWERS, "levert": [float(SYNTHETIC_NUMBER), 1.0]})
    pyreadstat.write_sav(frame, file)
    with pytest.raises(FileFaults) as caught:
        read_responses(file, questionnaire(), "enhet")
    assert "fødselsnummer" in str(caught.value)
