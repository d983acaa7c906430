"""What follows from released figures is kept in each process: made once, and never given for another release."""

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from surveys.release.kept import KeptOfUnits
from surveys.release.models import Release


class Making:
    """Makes a word for each unit but the third, and remembers what it was asked for."""

    def __init__(self, most: int) -> None:
        self.asked: list[Collection[int]] = []
        self._kept = KeptOfUnits[str](most)

    def read(self, engine: Engine, release_id: int, units: Collection[int]) -> dict[int, str]:
        with Session(engine) as session:
            return self._kept.of(session, Release(id=release_id), units, self._make)

    def _make(self, units: Collection[int]) -> Mapping[int, str]:
        self.asked.append(units)
        return {unit: f"{len(self.asked)}" for unit in units if unit != 3}


def test_each_unit_is_made_once_for_a_release_of_a_database() -> None:
    making, engine = Making(10), create_engine("sqlite://")
    assert making.read(engine, 1, [1, 3]) == {1: "1"}
    assert making.read(engine, 1, [1, 2]) == {1: "1", 2: "2"}
    assert making.read(engine, 1, [2]) == {2: "2"}
    assert making.asked == [[1, 3], [2]]
    assert making.read(engine, 2, [1]) == {1: "3"}, "a correction is another release"
    assert making.read(create_engine("sqlite://"), 1, [1]) == {1: "4"}, "release 1 of another database"


def test_the_oldest_go_when_there_are_too_many() -> None:
    making, engine = Making(2), create_engine("sqlite://")
    for unit in (1, 2, 4):
        making.read(engine, 1, [unit])
    making.read(engine, 1, [2, 4])
    assert len(making.asked) == 3
    assert making.read(engine, 1, [1]) == {1: "4"}
