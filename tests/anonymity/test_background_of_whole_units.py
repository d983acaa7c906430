"""A category that is the people of some units is no figure: a unit made of these and a small one would give it away."""

from flask import Flask
from sqlalchemy import select

from surveys.campaigns.models import Survey
from surveys.platform.database import Database
from surveys.publishing.releasing import correct
from surveys.release.models import Figure, FigureKind, FigureStatus
from tests.building import sheet_of
from tests.releasing import KEY, RELEASED_ON, build_released

TREE = {"K": None, "A": "K", "B": "K", "C": "K", "D": "K", "E": "K", "F": "K"}
# All who are «fast» are in A and B; six in D did not say.
ANSWERS = {
    "A": [sheet_of(value, ansettelse=0) for value in (2, 3, 4, 4)],
    "B": [sheet_of(value, ansettelse=0) for value in (1, 3, 4, 5)],
    "C": [sheet_of(value, ansettelse=1) for value in (1, 2, 5)],
    "E": [sheet_of(value, ansettelse=1) for value in (1, 2, 5, 4)],
    "F": [sheet_of(value, ansettelse=1) for value in (1, 2, 5, 2)],
    "D": [sheet_of(1 + place % 5, ansettelse=1) for place in range(24)]
    + [sheet_of(1 + place % 5) for place in range(6)],
}


def test_a_unit_made_later_gives_no_small_unit_together_with_background(app: Flask, db: Database) -> None:
    build_released(app, db, ANSWERS, tree=TREE)

    def move(_session: object, survey: Survey) -> None:
        units = {unit.unit.code: unit for unit in survey.units}
        units["B"].parent_id = units["C"].parent_id = units["A"].unit_id

    correct(db, KEY, "B og C hører til A.", today=RELEASED_ON, change=move)
    with db.reading() as session:
        figures = session.scalars(
            select(Figure).where(Figure.measure == "TRI", Figure.status == FigureStatus.SHOWN)
        ).all()
        told = {
            (figure.release.number, figure.kind, figure.unit.code, figure.category): figure.n
            for figure in figures
        }
    # Eleven in A, B and C minus the eight that are «fast» would be the three of C.
    assert told[2, FigureKind.UNIT, "A", ""] == 11
    assert not [key for key in told if key[3] == "fast"]
