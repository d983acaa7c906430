"""No file we write has a cell that a spreadsheet would run."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from questionnaires.coding import BLANK, NOT_APPLICABLE
from surveys.files.escaping import safe_cell
from surveys.release.analysts import microdata_files
from tests.building import SMALL


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_rows_for_analysts_are_escaped_as_the_figures_are(tmp_path: Path, beginning: str) -> None:
    assert safe_cell(f"{beginning}1") == f"'{beginning}1"
    assert safe_cell(-1) == -1
    file = tmp_path / "svar.csv"
    rows = pd.DataFrame({"enhet": [f'{beginning}HYPERLINK("x")', "A"]})
    microdata_files.write(file, rows, SMALL)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        cells = [cell for row in csv.reader(opened, delimiter=";") for cell in row]
    assert cells == ["enhet", f'\'{beginning}HYPERLINK("x")', "A"]


@pytest.mark.parametrize(("plain", "told"), [(True, ""), (False, "Vet ikke")])
def test_a_plain_file_has_no_words_among_the_answers(tmp_path: Path, plain: bool, told: str) -> None:
    item = next(item for item in SMALL.items if SMALL.factor_of[item.key].scale.not_applicable)
    file = tmp_path / "svar.csv"
    rows = pd.DataFrame({"enhet": ["A", "A", "A"], item.key: [4, NOT_APPLICABLE, BLANK]})
    microdata_files.write(file, rows, SMALL, plain=plain)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        found = [row[1] for row in csv.reader(opened, delimiter="," if plain else ";")]
    assert found == [item.key, "4", told, ""]
