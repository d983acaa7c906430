"""Answers of citizens weighted when they are read or counted: a column of the file, or several margins at once."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, inspect, select

from analysis.weight_classes import weight_classes
from analysis.weighting import raked
from analysis.weights import weighted_mean
from surveys.campaigns.models import Survey
from surveys.commands import medvirk
from surveys.counting.models import Response
from surveys.platform.database import Database
from surveys.release.weighting.models import (
    DeclaredMargin,
    SurveyWeighting,
    WeightProblem,
)
from tests.building import build_installation, build_units

SOURCE = """
key: innbygger-liten
version: 1
kind: {kind}
languages: [nb]
title: {{nb: Liten}}
scales: {{enig: {{points: {{1: {{nb: a}}, 2: {{nb: b}}, 3: {{nb: c}}, 4: {{nb: d}}, 5: {{nb: e}}}}}}}}
factors: {{IMG: {{title: {{nb: Omdømme}}, scale: enig, items: [{{key: I1, text: {{nb: Jeg liker kommunen.}}}}]}}}}
background:
  - {{key: kjonn, text: {{nb: Kjønn}}, options: {{k: {{nb: Kvinne}}, m: {{nb: Mann}}}}}}
  - {{key: alder, text: {{nb: Alder}}, options: {{u: {{nb: Under 50}}, e: {{nb: 50 og over}}}}}}
"""
MARGINS = {"kjonn": {"k": 5000, "m": 5000}, "alder": {"u": 4500, "e": 5500}}
KEY = "by-2026"
Rows = list[tuple[str, str, str, int, float]]


def answers(
    cells: dict[tuple[str, str], int], unit: str = "K", weights: Sequence[float] = (), seed: int = 1
) -> Rows:
    """(unit, gender, age, answer, weight); weights are given out in turn."""
    random = np.random.default_rng(seed)
    people = [cell for cell, count in cells.items() for _ in range(count)]
    turn = list(weights) or [1.0]
    return [
        (unit, gender, age, int(random.integers(1, 6)), turn[place % len(turn)])
        for place, (gender, age) in enumerate(people)
    ]


EVEN = {("k", "u"): 60, ("k", "e"): 70, ("m", "u"): 40, ("m", "e"): 30}


def write(folder: Path, rows: Rows, kind: str = "citizen") -> Path:
    (folder / "q.yaml").write_text(SOURCE.format(kind=kind), encoding="utf-8")
    (folder / "margins.yaml").write_text(
        "kjonn: {k: 5000, m: 5000}\nalder: {u: 4500, e: 5500}\n", encoding="utf-8"
    )
    lines = ["enhet;kjonn;alder;I1;vekt", *(";".join(map(str, row)) for row in rows)]
    file = folder / "svar.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def site(app: Flask, db: Database) -> Flask:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    return app


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(medvirk, arguments, obj=lambda: app)


def bring_in(app: Flask, file: Path, *more: str) -> Result:
    said = [
        "--questionnaire",
        str(file.parent / "q.yaml"),
        "--survey",
        KEY,
        "--title",
        "By",
        "--date",
        "2026-03-01",
    ]
    return run(app, "import-responses", str(file), *said, "--unit", "enhet", *more)


def by_margins(file: Path) -> list[str]:
    return ["--margins", str(file.parent / "margins.yaml"), "--margins-source", "SSB 07459"]


def released(app: Flask) -> dict[str, dict[str, str]]:
    """Measure → the row of its weighted mean in the file of figures."""
    assert run(app, "release", KEY).exit_code == 0
    output = run(app, "figures", KEY, "--plain").output
    return {row["measure"]: row for row in csv.DictReader(io.StringIO(output)) if row["kind"] == "weighted"}


def test_a_column_of_weights_gives_the_mean_and_interval_of_svymean(site: Flask, tmp_path: Path) -> None:
    rows = answers(EVEN, weights=[0.5, 1.0, 1.0, 2.5])
    told = bring_in(site, write(tmp_path, rows), "--weight", "vekt", "--apply")
    assert told.exit_code == 0, told.output
    assert "Vektene går fra 0,40 til 2,00 ganger snittet. Designeffekten er 1,36" in told.output
    found = released(site)["IMG"]
    right = weighted_mean(np.array([float(row[3]) for row in rows]), np.array([row[4] for row in rows]))
    assert float(found["mean"]) == pytest.approx(right.mean, abs=1e-12)
    assert float(found["ci_low"]) == pytest.approx(right.low, abs=1e-9)
    assert float(found["ci_high"]) == pytest.approx(right.high, abs=1e-9)
    assert float(found["design_effect"]) == pytest.approx(right.design_effect)
    assert float(found["effective_n"]) == pytest.approx(right.effective_n)
    assert (found["n"], found["breakdown"]) == ("200", "weight")


def test_several_margins_at_once_give_the_raked_mean(site: Flask, tmp_path: Path) -> None:
    rows = answers(EVEN)
    file = write(tmp_path, rows)
    told = bring_in(site, file, *by_margins(file), "--apply")
    assert told.exit_code == 0, told.output
    found = released(site)["IMG"]
    labels = {"kjonn": np.array([row[1] for row in rows]), "alder": np.array([row[2] for row in rows])}
    right = weighted_mean(np.array([float(row[3]) for row in rows]), raked(labels, MARGINS))
    assert float(found["mean"]) == pytest.approx(right.mean, abs=1e-9)
    assert float(found["ci_low"]) == pytest.approx(right.low, abs=1e-9)
    assert found["breakdown"] == "kjonn+alder"


def test_weights_that_few_share_are_made_one_with_their_neighbours(site: Flask, tmp_path: Path) -> None:
    rows = answers(EVEN, weights=np.random.default_rng(3).lognormal(0, 0.4, 200).round(6).tolist())
    told = bring_in(site, write(tmp_path, rows), "--weight", "vekt", "--apply")
    assert "200 av 200 svar hadde en vekt som færre enn 20 delte." in told.output
    own = np.array([row[4] for row in rows])
    classes = weight_classes(own)
    assert np.bincount(classes.label).min() >= 20
    right = weighted_mean(np.array([float(row[3]) for row in rows]), classes.of_respondents)
    assert float(released(site)["IMG"]["mean"]) == pytest.approx(right.mean, abs=1e-12)


def test_no_weight_is_stored_with_anybody(site: Flask, db: Database, tmp_path: Path) -> None:
    """Two files that differ in weights alone leave the same answers behind."""
    rows = answers(EVEN, weights=[0.5, 1.0, 1.0, 2.5])
    bring_in(site, write(tmp_path, rows), "--weight", "vekt", "--apply")
    columns = {column["name"] for column in inspect(db.engine).get_columns("response")}
    assert columns == {"id", "survey_id", "unit_id", "answers"}
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 200
        lengths = {len(row) for row in session.scalars(select(Response.answers))}
        assert lengths == {3}
        about = session.scalars(select(SurveyWeighting)).one()
        assert (about.names, about.n, about.moved) == (["vekt"], 200, 0)


@pytest.mark.parametrize("more", [["--weight", "vekt"], []], ids=["column", "margins"])
def test_an_employee_survey_is_never_weighted(site: Flask, tmp_path: Path, more: list[str]) -> None:
    file = write(tmp_path, answers(EVEN), "employee")
    told = bring_in(site, file, *(more or by_margins(file)), "--apply")
    assert told.exit_code == 1
    assert "Vekter brukes bare i innbyggerundersøkelser." in told.output


def test_nothing_is_weighted_unless_it_is_said(site: Flask, db: Database, tmp_path: Path) -> None:
    """Not even a file from a source whose last file was weighted."""
    file = write(tmp_path, answers(EVEN, weights=[1.0, 3.0]))
    assert "Vektene går fra" in bring_in(site, file, "--weight", "vekt", "--apply").output
    again = bring_in(site, file, "--survey", "by-2027", "--apply")
    assert again.exit_code == 0, again.output
    assert "Vektene går fra" not in again.output
    with db.reading() as session:
        weighted = session.scalars(
            select(Survey.key).join(SurveyWeighting, SurveyWeighting.survey_id == Survey.id)
        ).all()
    assert weighted == [KEY]


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        ([1.0] * 199 + [0.0], "Vekten må være over 0"),
        ([1.0] * 199 + [-2.0], "Vekten må være over 0"),
        ([1.0] * 199 + [float("inf")], "Vekten er ikke et tall"),
        ([1.0] * 199 + [90.0], "Vekten er over 50 ganger snittet"),
    ],
    ids=["zero", "negative", "no number", "far too large"],
)
def test_a_weight_that_cannot_be_used_is_told_with_its_line(
    site: Flask, tmp_path: Path, weights: list[float], told: str
) -> None:
    found = bring_in(site, write(tmp_path, answers(EVEN, weights=weights)), "--weight", "vekt", "--apply")
    assert found.exit_code == 1
    assert "Linje 201, kolonne «vekt»" in found.output
    assert told in found.output


def test_extreme_weights_are_named(site: Flask, tmp_path: Path) -> None:
    rows = answers(EVEN, weights=[1.0] * 49 + [20.0])
    told = bring_in(site, write(tmp_path, rows), "--weight", "vekt")
    assert "4 svar har en vekt på over 5 ganger snittet." in told.output


def test_the_same_weight_for_all_weighs_nothing_and_says_so(site: Flask, tmp_path: Path) -> None:
    told = bring_in(site, write(tmp_path, answers(EVEN)), "--weight", "vekt", "--apply")
    assert "Ingen tall blir vektet: Det må være minst to grupper" in told.output
    assert released(site) == {}


def test_an_option_that_nobody_chose_weighs_nothing_and_says_so(
    site: Flask, db: Database, tmp_path: Path
) -> None:
    rows = answers({("k", "u"): 60, ("k", "e"): 60})
    file = write(tmp_path, rows)
    told = bring_in(site, file, *by_margins(file), "--apply")
    assert "Befolkningen har folk i en gruppe som ingen har svart fra." in told.output
    with db.reading() as session:
        assert session.scalars(select(SurveyWeighting.problem)).one() == WeightProblem.NOBODY
        assert len(session.scalars(select(DeclaredMargin)).all()) == 2


@pytest.mark.parametrize("lone", [1, 4])
def test_a_cell_of_few_that_the_weighted_mean_would_tell_of_hides_it(
    site: Flask, tmp_path: Path, lone: int
) -> None:
    """Two margins give the few old men's answers together with the weighted mean: one more equation."""
    rows = answers({("k", "u"): 60, ("k", "e"): 70, ("m", "u"): 40, ("m", "e"): lone})
    file = write(tmp_path, rows)
    bring_in(site, file, *by_margins(file), "--apply")
    assert released(site) == {}
    output = run(site, "figures", KEY, "--plain").output
    told = [row for row in csv.DictReader(io.StringIO(output)) if row["kind"] == "breakdown"]
    assert {row["status"] for row in told} == {"shown"}
    # What it would have told: from n and the means of the page, and a weighted mean with all its digits.
    labels = {"kjonn": np.array([row[1] for row in rows]), "alder": np.array([row[2] for row in rows])}
    score, weights = np.array([float(row[3]) for row in rows]), raked(labels, MARGINS)
    total = {row["category"]: int(row["n"]) * float(row["mean"]) for row in told}
    of_cell = {cell: weights[np.array([row[1:3] == cell for row in rows])][0] for cell in EVEN}
    equations = np.array([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], list(of_cell.values())])
    solved = np.linalg.solve(equations, [total["k"], total["m"], total["u"], weights @ score])
    assert solved[3] == pytest.approx(sum(row[3] for row in rows if row[1:3] == ("m", "e")), abs=1e-6)
