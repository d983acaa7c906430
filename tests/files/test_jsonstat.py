"""JSON-stat 2: numbers, marks and every way a file can be wrong."""

import json
from copy import deepcopy
from typing import Any

import pytest

from surveys.files.jsonstat import LARGEST_TABLE, read_json_stat
from surveys.files.report import FileRefusedError

TABLE: dict[str, Any] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Korrigerte brutto driftsutgifter",
    "source": "Statistisk sentralbyrå",
    "updated": "2026-03-16T07:00:00Z",
    "id": ["Region", "ContentsCode", "Tid"],
    "size": [2, 1, 3],
    "role": {"time": ["Tid"], "geo": ["Region"], "metric": ["ContentsCode"]},
    "dimension": {
        "Region": {
            "label": "region",
            "category": {"index": {"4601": 1, "K": 0}, "label": {"4601": "Bergen", "K": "Fjordvik"}},
        },
        "ContentsCode": {"label": "statistikkvariabel", "category": {"label": {"KOS1": "Dekning"}}},
        "Tid": {"label": "år", "category": {"index": ["2023", "2024", "2025"]}},
    },
    "value": [7.5, 0.00001, None, 1234567.25, None, -3],
    "status": {"2": "..", "4": ":"},
}


def _cells(table: dict[str, Any]) -> list[str]:
    found = read_json_stat(json.dumps(table).encode())
    return [
        found.cell({"Region": region, "ContentsCode": "KOS1", "Tid": year})
        for region in ("K", "4601")
        for year in ("2023", "2024", "2025")
    ]


def test_every_cell_is_found_by_its_categories_with_its_mark_in_place_of_a_number() -> None:
    assert _cells(TABLE) == ["7,5", "0,00001", "..", "1234567,25", ":", "-3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"value": {"0": 7.5, "1": 0.00001, "3": 1234567.25, "5": -3}},
        {"status": ["", "", "..", "", ":", ""]},
    ],
)
def test_the_sparse_and_the_full_form_mean_the_same(changes: dict[str, Any]) -> None:
    assert _cells({**TABLE, **changes}) == ["7,5", "0,00001", "..", "1234567,25", ":", "-3"]


def test_the_table_says_what_its_dimensions_are_or_their_names_do() -> None:
    for table in (TABLE, {**TABLE, "role": {}}):
        found = read_json_stat(json.dumps(table).encode())
        assert found.time is not None
        assert found.region is not None
        assert found.contents is not None
        assert (found.time.code, found.region.code, found.contents.code) == ("Tid", "Region", "ContentsCode")
        assert found.region.categories == {"K": "Fjordvik", "4601": "Bergen"}
        assert found.others == ()


def _with(**changes: Any) -> bytes:
    return json.dumps({**deepcopy(TABLE), **changes}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ikke JSON-stat 2"),
        (b"[1, 2]", "ikke JSON-stat 2"),
        (b'"https://example.org/table.json"', "ikke JSON-stat 2"),
        (b"[" * 100_000, "ikke JSON-stat 2"),
        (b"\xff\xfe{", "ikke JSON-stat 2"),
        (_with(version="1.2"), "ikke JSON-stat 2"),
        (_with(**{"class": "collection"}), "samling av tabeller"),
        (_with(size=[2, 1]), "mangler dimensjonene"),
        (_with(size=[2, 1, -3]), "mangler dimensjonene"),
        (_with(size=[2, 1, True]), "mangler dimensjonene"),
        (_with(dimension=[]), "mangler dimensjonene"),
        (_with(dimension={}), "har ikke så mange kategorier"),
        (_with(size=[2, 1, 4], value=[1] * 8), "har ikke så mange kategorier"),
        (_with(value=[1, 2]), "skal ha 6 tall og har 2"),
        (_with(value=None), "ingen tall"),
        (_with(value=["sju", 1, 1, 1, 1, 1]), "«sju» er ikke et tall"),
        (_with(value=[float("nan"), 1, 1, 1, 1, 1]), "er ikke et tall"),
        (_with(value=[float("inf"), 1, 1, 1, 1, 1]), "er ikke et tall"),
        (_with(value=[True, 1, 1, 1, 1, 1]), "er ikke et tall"),
        (_with(size=[100_000, 100_000, 3]), "tall. Velg færre"),
        (b"{" + b" " * LARGEST_TABLE, "større enn 5 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        read_json_stat(content)
    assert words in " ".join(fault.message for fault in refusal.value.faults)
