"""Values from a file or a column become types: every fault of a file is told, and a row that is broken says where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask

from surveys.platform.typed_data import FileDataError, NoOtherFields, StoredDataError, from_file, from_stored
from surveys.release.stored_quality import StoredQuality


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Wheel(NoOtherFields):
    size: float
    spokes: int | None = None


@dataclass(frozen=True)
class Bicycle(NoOtherFields):
    name: str
    title: Mapping[str, str] = field(default_factory=dict)
    colour: Colour = Colour.RED
    wheels: Sequence[Wheel] = ()


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "filen: skal ha felter, slik som name, title, colour, wheels."),
        ({}, "name: mangler."),
        ({"name": 7}, "name: «7» kan ikke brukes her. Det skal være tekst."),
        ({"name": None}, "name: «None» kan ikke brukes her. Det skal være tekst."),
        ({"name": "a", "bell": 1}, "bell: ukjent felt. Disse finnes: name, title, colour, wheels."),
        (
            {"name": "a", "title": "Sykkel"},
            "title: «Sykkel» kan ikke brukes her. Skriv teksten for hvert språk, slik: {nb: …, nn: …, en: …}.",
        ),
        ({"name": "a", "title": {"nb": 3}}, "title.nb: «3» kan ikke brukes her. Det skal være tekst."),
        ({"name": "a", "colour": "pink"}, "colour: «pink» kan ikke brukes her. Velg en av: red, blue."),
        ({"name": "a", "wheels": {"size": 1}}, "wheels: skal være en liste."),
        ({"name": "a", "wheels": [7]}, "wheels[0]: skal ha felter, slik som size, spokes."),
        (
            {"name": "a", "wheels": [{"size": 1}, {"size": "28"}]},
            "wheels[1].size: «28» kan ikke brukes her. Det skal være et tall.",
        ),
        (
            {"name": "a", "wheels": [{"size": 1, "spokes": True}]},
            "wheels[0].spokes: «True» kan ikke brukes her. Det skal være et tall.",
        ),
        (
            {"name": "a", "wheels": [{"size": 1, "spokes": 1.5}]},
            "wheels[0].spokes: «1.5» kan ikke brukes her. Det skal være et tall.",
        ),
        ({"name": "a", "wheels": [{"tyre": 1}]}, "wheels[0].tyre: ukjent felt. Disse finnes: size, spokes."),
    ],
)
def test_a_fault_in_a_file_is_told_with_its_place(app: Flask, document: Any, told: str) -> None:
    with app.test_request_context(), pytest.raises(FileDataError) as refused:
        from_file(Bicycle, document)
    assert told in refused.value.faults


def test_a_good_file_becomes_its_type(app: Flask) -> None:
    found = from_file(Bicycle, {"name": "a", "colour": "blue", "wheels": [{"size": 28}]})
    assert found == Bicycle("a", colour=Colour.BLUE, wheels=[Wheel(28.0)])


def test_a_row_from_before_a_key_was_stored_says_that_nothing_is_known() -> None:
    found = from_stored(StoredQuality, {"scales": {"TRI": {"alpha": 0.8, "alpha_ci": None}}})
    assert found.scale("TRI").alpha == 0.8
    assert found.scale("TRI").ends == (None, None)
    assert found.scale("FINNESIKKE").complete == 0
    assert (found.validity.cfa.cfi, found.more.co_movement, found.structure.modifications) == (None, None, ())


def test_a_broken_row_is_named_by_its_place_and_never_by_its_value() -> None:
    with pytest.raises(StoredDataError) as broken:
        from_stored(StoredQuality, {"scales": {"TRI": {"alpha": "hemmelig"}}})
    assert str(broken.value) == "StoredQuality: scales.TRI.alpha: float_parsing"
