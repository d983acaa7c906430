"""A file that differs from its questionnaire is read by what somebody said of it; what is left out is counted."""

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from analysis.answer_mapping import NO_MAPPING, AnswerMapping, LongColumns
from analysis.reading import FileFaults, ResponseFile, read_responses
from questionnaires.coding import BLANK, NOT_APPLICABLE
from tests.analysis.test_reading import questionnaire

HEAD = "enhet;i0;i1;i2;leder\n"


def read(
    folder: Path, content: str, mapping: AnswerMapping = NO_MAPPING, unit: str | None = "enhet"
) -> ResponseFile:
    file = folder / "svar.csv"
    file.write_text(content, encoding="utf-8")
    return read_responses(file, questionnaire(), unit, mapping)


def faults(folder: Path, content: str, mapping: AnswerMapping = NO_MAPPING) -> str:
    with pytest.raises(FileFaults) as caught:
        read(folder, content, mapping)
    return str(caught.value)


def notes(found: ResponseFile) -> str:
    return " ".join(map(str, found.notes))


def test_columns_are_renamed_and_left_out(tmp_path: Path) -> None:
    content = "Avdeling;Spm 1;Spm 2;i2;i0\nA;1;2;3;kommentar\n"
    columns = {"Spm 1": "i0", "Spm 2": "i1", "i0": ""}
    found = read(tmp_path, content, AnswerMapping(columns, unit="Avdeling"), None)
    assert found.responses.items.tolist() == [[1, 2, 3]]
    assert found.responses.units == ("A",)
    assert found.unknown_columns == ("(i0)",)


def test_a_renamed_column_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    told = faults(tmp_path, HEAD + "A;1;2;3;ja\n", AnswerMapping({"Spm 1": "i0"}))
    assert "Kolonne Spm 1: Filen har ingen kolonne med denne overskriften" in told


def test_missing_codes_are_blank_in_items_and_background(tmp_path: Path) -> None:
    content = HEAD + "A;99;-9;3;99\nA;1;99.0;−9;ja\n"
    assert "«99» er ikke et svar" in faults(tmp_path, content)
    found = read(tmp_path, content, AnswerMapping(missing=frozenset({"99", "-9"})))
    assert found.responses.items.tolist() == [[BLANK, BLANK, 3], [1, BLANK, BLANK]]
    assert found.responses.background["leder"].tolist() == [BLANK, 0]


def test_a_missing_code_that_is_a_point_on_the_scale_is_an_answer(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "A;5;9;1;ja\n", AnswerMapping(missing=frozenset({"5", "9"})))
    assert found.responses.items.tolist() == [[5, BLANK, 1]]


def test_own_words_for_not_applicable_and_for_points(tmp_path: Path) -> None:
    content = HEAD + "A;Passer ikke her;Stemmer helt;3;ja\n"
    assert "«Passer ikke her» er ikke et svar" in faults(tmp_path, content)
    mapping = AnswerMapping(not_applicable=frozenset({"passer ikke her"}), answers={"Stemmer helt": 5})
    assert read(tmp_path, content, mapping).responses.items.tolist() == [[NOT_APPLICABLE, 5, 3]]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("Rapport fra Verktøyet\n\n" + HEAD + "A;1;2;3;ja\n", []),
        (HEAD + "Hvor jobber du?;Påstand 1;Påstand 2;Påstand 3;Leder?\nA;1;2;3;ja\n", ["2"]),
        (
            HEAD + 'Hvor?;Om jobben;Om lederen;Om kolleger;Om deg\n{"Id":"Q0"};{"Id":"Q1"};{"Id":"Q2"};'
            '{"Id":"Q3"};{"Id":"Q4"}\nA;1;2;3;ja\n',
            ["2", "3"],
        ),
    ],
)
def test_lines_that_describe_columns_are_skipped_and_told(
    content: str, lines: list[str], tmp_path: Path
) -> None:
    found = read(tmp_path, content)
    assert found.responses.items.tolist() == [[1, 2, 3]]
    for line in lines or ["1"]:
        assert line in notes(found)
    assert "beskriver kolonnene" in notes(found)


def test_a_row_of_answers_that_cannot_be_understood_is_no_description(tmp_path: Path) -> None:
    content = HEAD + "A;Helt enig;Helt enig;Helt uenig;ja\nA;Helt enig;1;1;ja\n"
    assert "Linje 2, kolonne i0: «Helt enig»" in faults(tmp_path, content)
    assert "Linje 2, kolonne i0: «7»" in faults(tmp_path, HEAD + "A;7;8;9;ja\nA;1;1;1;ja\n")


def test_the_lines_can_be_said(tmp_path: Path) -> None:
    content = "i0;i1;i2;enhet\nVariabel;navn;her;nede\nenhet;i0;i1;i2\nforklaring;1;1;1\nA;1;2;3\n"
    mapping = AnswerMapping(heading_line=3, description_lines=frozenset({4}))
    assert read(tmp_path, content, mapping).responses.items.tolist() == [[1, 2, 3]]


def test_rows_without_an_answer_are_left_out_and_counted(tmp_path: Path) -> None:
    content = HEAD + "A;1;2;3;ja\n;;;;\nA;;;;\n;;;;\nA;vet ikke;;;\nA;;;;nei\n"
    found = read(tmp_path, content)
    assert len(found.responses) == 3
    assert found.empty_rows == 3
    assert "3 rader har ikke et eneste svar" in notes(found)
    assert len(read(tmp_path, content, unit=None).responses) == 3


@pytest.mark.parametrize("ending", ["xlsx", "sav", "parquet"])
def test_empty_rows_are_left_out_of_every_kind_of_file(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"svar.{ending}"
    frame = pd.DataFrame({key: [np.nan, 1.0, np.nan, 2.0] for key in ("i0", "i1", "i2")})
    if ending == "xlsx":
        book = openpyxl.Workbook()
        rows: list[list[Any]] = [["i0", "i1", "i2"], [None] * 3, [1, 1, 1], [None] * 3, [2, 2, 2]]
        for row in rows:
            book.worksheets[0].append(row)
        book.worksheets[0].cell(2, 1).number_format = "0.0"
        book.save(file)
    elif ending == "sav":
        pyreadstat.write_sav(frame, file)
    else:
        frame.to_parquet(file)
    found = read_responses(file, questionnaire())
    assert (len(found.responses), found.empty_rows) == (2, 2)


def test_a_file_of_empty_rows_has_no_answers(tmp_path: Path) -> None:
    assert "ingen svar" in faults(tmp_path, HEAD + ";;;;\n;;;;\n")


def test_identical_rows_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "A;1;2;3;ja\n" * 4 + "B;1;2;3;ja\n" * 2 + "A;1;2;4;ja\n")
    assert len(found.responses) == 7
    assert "4 rader er helt like en rad før dem. Flest like er linje 2, 3, 4 og 5." in notes(found)
    numbered = read(tmp_path, "nr;enhet;i0;i1;i2\n1;A;1;2;3\n2;A;1;2;3\n")
    assert not numbered.notes


LONG = "svarer;enhet;spm;svar;leder\n7;A;i0;1;ja\n7;A;i1;5 - Svært enig;ja\n8;B;i2;3;\n7;A;i2;;ja\n8;B;i0;vet ikke;\n"
NAMED = AnswerMapping(long=LongColumns("svarer", "spm", "svar"))


def test_a_line_for_each_answer_is_gathered_when_the_columns_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, LONG, NAMED)
    assert found.responses.items.tolist() == [[1, 5, BLANK], [NOT_APPLICABLE, BLANK, 3]]
    assert found.responses.units == ("A", "B")
    assert found.responses.background["leder"].tolist() == [0, BLANK]
    assert "5 linjer er samlet til 2 svar" in notes(found)
    assert "én linje for hvert svar: kolonnen har spørsmålenes nøkler" in faults(tmp_path, LONG)


def test_questions_of_a_long_file_are_renamed_too(tmp_path: Path) -> None:
    content = LONG.replace(";i0;", ";Spm 1;")
    mapping = AnswerMapping({"Spm 1": "i0"}, long=NAMED.long)
    assert read(tmp_path, content, mapping).responses.items[:, 0].tolist() == [1, NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("7;A;i0;2;ja\n", "Linje 7, kolonne spm: Samme person og spørsmål står også på linje 2"),
        ("7;B;i3;2;ja\n", "Linje 7, kolonne enhet: Samme person har noe annet på linje 2"),
        (";A;i0;2;ja\n", "Linje 7, kolonne svarer: Cellen er tom"),
        ("9;A;i0;7;ja\n", "Linje 7, kolonne i0: «7» er ikke et svar"),
    ],
)
def test_what_is_wrong_in_a_long_file_is_told_with_its_line(line: str, message: str, tmp_path: Path) -> None:
    assert message in faults(tmp_path, LONG + line, NAMED)
