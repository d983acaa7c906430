"""A number and a label for the same answer: the label counts when somebody says so, and a contradiction is a fault."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from analysis.answer_mapping import NO_MAPPING, AnswerMapping, LabelChoice
from analysis.reading import FileFaults, ResponseFile, read_responses
from analysis.report import analyse
from questionnaires.coding import NOT_APPLICABLE
from questionnaires.loading import load
from questionnaires.model import Background, Option, Point, Questionnaire, Scale
from tests.analysis.example_surveys import survey

LABELS = ["Svært uenig", "Litt uenig", "Verken/eller", "Litt enig", "Svært enig"]
FOLLOW = AnswerMapping(labels=LabelChoice.FOLLOW)
NUMBERS = AnswerMapping(labels=LabelChoice.NUMBERS)
TURNED = {float(6 - value): label for value, label in enumerate(LABELS, start=1)}
MOVED = {1.0: "Vet ikke"} | {float(value): label for value, label in enumerate(LABELS, start=2)}
FROM_ZERO = {float(value): label for value, label in enumerate(LABELS)}


def questionnaire() -> Questionnaire:
    """Items i0 and i1 on a scale of five labelled points with «Vet ikke»."""
    plain = survey((2,))
    points = tuple(Point(value, {"nb": label}) for value, label in enumerate(LABELS, start=1))
    scale = Scale("agree", points, {"nb": "Vet ikke"})
    return replace(plain, factors=tuple(replace(factor, scale=scale) for factor in plain.factors))


def read_sav(
    folder: Path,
    cells: list[object],
    labels: dict[Any, str],
    mapping: AnswerMapping = NO_MAPPING,
) -> ResponseFile:
    file = folder / "svar.sav"
    both = {"i0": labels, "i1": labels}
    pyreadstat.write_sav(pd.DataFrame({"i0": cells, "i1": cells}), file, variable_value_labels=both)
    return read_responses(file, questionnaire(), None, mapping)


def read_csv(folder: Path, cells: list[str], mapping: AnswerMapping = NO_MAPPING) -> ResponseFile:
    file = folder / "svar.csv"
    file.write_text("i0;i1\n" + "".join(f"{cell};{cell}\n" for cell in cells), encoding="utf-8")
    return read_responses(file, questionnaire(), None, mapping)


def first_item(found: ResponseFile) -> list[int]:
    answers: list[int] = found.responses.items[:, 0].tolist()
    return answers


@pytest.mark.parametrize(
    ("labels", "cells", "by_label"),
    [
        pytest.param(TURNED, [1.0, 2.0, 5.0], [5, 4, 1], id="turned"),
        pytest.param(MOVED, [1.0, 2.0, 6.0], [NOT_APPLICABLE, 1, 5], id="moved by «vet ikke»"),
        pytest.param(FROM_ZERO, [0.0, 1.0, 4.0], [1, 2, 5], id="from zero"),
        pytest.param({1.0: "Svært enig", 5.0: "Svært uenig"}, [1.0, 2.0, 4.0], [5, 4, 2], id="only the ends"),
        pytest.param({0.0: "Svært uenig", 4.0: "SVÆRT ENIG "}, [0.0, 3.0], [1, 4], id="ends from zero"),
        pytest.param({1.0: "Svært enig", 5.0: "Svært uenig"}, [2.0, 4.0], [4, 2], id="ends nobody chose"),
        pytest.param({3.0: "Litt enig", 4.0: "Verken / eller"}, [3.0, 4.0], [4, 3], id="two swapped"),
        pytest.param({5.0: "Vet ikke"}, [5.0, 1.0], [NOT_APPLICABLE, 1], id="«vet ikke» on a point"),
    ],
)
def test_labels_that_name_other_points_are_a_fault_until_they_are_followed(
    labels: dict[Any, str], cells: list[object], by_label: list[int], tmp_path: Path
) -> None:
    for mapping in (NO_MAPPING, NUMBERS):
        with pytest.raises(FileFaults) as caught:
            read_sav(tmp_path, cells, labels, mapping)
        assert [fault.settled_by for fault in caught.value.faults] == [LabelChoice.FOLLOW]
        assert caught.value.faults[0].column == "i0 og i1"
        assert "Merkelappene i filen sier noe annet enn spørreskjemaet" in str(caught.value)
    assert first_item(read_sav(tmp_path, cells, labels, FOLLOW)) == by_label


def test_the_fault_says_which_number_and_which_point(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        read_sav(tmp_path, [3.0], TURNED)
    assert "1 er merket «Svært enig», som er 5 i spørreskjemaet." in str(caught.value)


@pytest.mark.parametrize("codes", [["A1", "A2", "A5"], ["L001", "L002", "L005"], ["lav", "nest", "topp"]])
def test_codes_that_are_no_numbers_follow_their_labels(codes: list[object], tmp_path: Path) -> None:
    labels: dict[Any, str] = dict(zip(codes, ["Svært uenig", "Litt uenig", "Svært enig"], strict=True))
    assert first_item(read_sav(tmp_path, codes, labels)) == [1, 2, 5]


def test_labels_that_agree_with_the_questionnaire_change_nothing(tmp_path: Path) -> None:
    labels = {float(value): f"{value} - {label}" for value, label in enumerate(LABELS, start=1)}
    assert first_item(read_sav(tmp_path, [1.0, 3.0, 5.0], labels)) == [1, 3, 5]
    assert first_item(read_sav(tmp_path, [1.0, 3.0, 5.0], {1.0: "1", 5.0: "5"})) == [1, 3, 5]


@pytest.mark.parametrize("word", ["Ubesvart", "Ikke besvart", "No answer", "Missing"])
def test_a_code_whose_label_says_no_answer_is_none(word: str, tmp_path: Path) -> None:
    found = read_sav(tmp_path, [9.0, 2.0, 8.0], {9.0: word, 8.0: "Vet ikke"})
    assert first_item(found) == [2, NOT_APPLICABLE]
    assert found.empty_rows == 1


def test_a_label_that_is_not_on_the_scale_is_a_fault_with_its_line(tmp_path: Path) -> None:
    labels = {5.0: "Helt enig", 1.0: "Helt uenig"}
    with pytest.raises(FileFaults) as caught:
        read_sav(tmp_path, [3.0, 5.0, 5.0], labels)
    assert [(fault.line, fault.settled_by) for fault in caught.value.faults] == [(2, LabelChoice.NUMBERS)]
    assert "Merkelappen «Helt enig» er ikke på skalaen" in str(caught.value)
    assert first_item(read_sav(tmp_path, [3.0, 5.0], labels, NUMBERS)) == [3, 5]
    named = AnswerMapping(answers={"helt enig": 5, "helt uenig": 1})
    assert first_item(read_sav(tmp_path, [3.0, 5.0], labels, named)) == [3, 5]


def test_a_code_outside_the_scale_with_an_unknown_label_stays_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        read_sav(tmp_path, [7.0], {7.0: "Helt enig"}, NUMBERS)
    assert "Helt enig" in str(caught.value)


@pytest.mark.parametrize(
    "cells",
    [
        ["5 - Svært enig", "2 – Litt uenig"],
        ["5. Svært enig", "2. Litt uenig"],
        ["(5) Svært enig", "2: litt uenig"],
        ["Svært enig (5)", "Litt uenig [2]"],
        ["5 Svært enig", "2=Litt uenig"],
    ],
)
def test_a_number_with_its_label_in_one_cell_is_that_answer(cells: list[str], tmp_path: Path) -> None:
    assert first_item(read_csv(tmp_path, cells)) == [5, 2]


def test_a_cell_whose_number_and_label_disagree_is_a_fault_until_the_label_is_followed(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileFaults) as caught:
        read_csv(tmp_path, ["1 - Svært enig", "5 - Svært uenig"])
    assert [fault.settled_by for fault in caught.value.faults] == [LabelChoice.FOLLOW]
    assert first_item(read_csv(tmp_path, ["1 - Svært enig", "5 - Svært uenig"], FOLLOW)) == [5, 1]
    assert first_item(read_csv(tmp_path, ["0 - Svært uenig", "4 - Svært enig", "2"], FOLLOW)) == [1, 5, 3]


def test_background_labels_that_name_another_option_are_a_fault_until_they_are_followed(
    tmp_path: Path,
) -> None:
    options = (Option("1", {"nb": "Ja"}), Option("2", {"nb": "Nei"}))
    asked = replace(questionnaire(), background=(Background("leder", {"nb": "Leder?"}, options),))
    frame = pd.DataFrame({"i0": [1.0, 2.0], "i1": [1.0, 2.0], "leder": [1.0, 2.0]})
    file = tmp_path / "svar.sav"
    pyreadstat.write_sav(frame, file, variable_value_labels={"leder": {1: "Nei", 2: "Ja"}})
    with pytest.raises(FileFaults) as caught:
        read_responses(file, asked)
    assert [(fault.column, fault.settled_by) for fault in caught.value.faults] == [
        ("leder", LabelChoice.FOLLOW)
    ]
    found = read_responses(file, asked, None, FOLLOW).responses.background["leder"]
    assert found.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("name", "mapping", "mean"),
    [
        ("labels_turned.sav", FOLLOW, 3.988889),
        ("labels_moved.sav", FOLLOW, 2.988889),
        ("codes_with_labels.sav", NO_MAPPING, 3.026389),
    ],
)
def test_files_with_right_values_give_them(name: str, mapping: AnswerMapping, mean: float) -> None:
    folder = Path(__file__).parent / "answer_files"
    asked = load(folder / "six_items.yaml")
    found = read_responses(folder / name, asked, None, mapping).responses
    scale = analyse(asked, found, 5).scales["A"]
    assert (scale.n, round(scale.mean, 6)) == (120, mean)
    if mapping is FOLLOW:
        assert round(scale.reliability.alpha, 7) == 0.8812846
