"""2,042 real people in 49 units, from a file to released figures: they equal what R says."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from scipy import stats
from sqlalchemy import select
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import attack
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyStatus
from surveys.commands import medvirk
from surveys.counting.models import Response
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.models import Figure, FigureKind, FigureStatus, QualityReport

REFERENCE = Path(__file__).parents[1] / "reference"
DATA = REFERENCE / "data" / "lq2002.csv"
VALUES = json.loads((REFERENCE / "values" / "lq2002.json").read_text())
KEY = "lq2002"
IMPORT = [
    *("import-responses", str(DATA), "--questionnaire", "lederklima@1", "--survey", KEY),
    *("--title", "Lederklima 2002", "--date", "2002-05-01", "--unit", "COMPID", "--create-units"),
]


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(medvirk, list(arguments), obj=lambda: app)


def test_the_released_figures_of_real_people_equal_rs(app: Flask, db: Database) -> None:
    dry = run(app, *IMPORT)
    assert dry.exit_code == 0, dry.output
    assert "Svar: 2042" in dry.output
    assert "Ingenting er endret ennå" in dry.output
    with db.reading() as session:
        assert not session.scalars(select(Unit)).all()
    assert run(app, *IMPORT, "--apply").exit_code == 0
    assert run(app, "release", KEY).exit_code == 0
    with db.reading() as session:
        survey = find_survey(session, KEY)
        assert (survey.status, survey.imported) == (SurveyStatus.RELEASED, True)
        assert len(session.scalars(select(Response.id)).all()) == 2042
        shown = {
            (code, figure.measure): figure
            for figure, code in session.execute(
                select(Figure, Unit.code)
                .join(Unit, Unit.id == Figure.unit_id)
                .where(Figure.kind == FigureKind.UNIT, Figure.status == FigureStatus.SHOWN)
            )
        }
        report = session.get_one(QualityReport, survey.id).result
        scales = {factor.key: factor.scale for factor in questionnaire_of(survey.instrument).factors}
    for measure, expected in VALUES["scales"].items():
        top = shown["TOPP", measure]
        assert (top.n, top.mean, top.sd) == pytest.approx(
            (expected["n"], expected["mean"], expected["sd"]), rel=1e-6
        )
        assert report["scales"][measure]["alpha"] == pytest.approx(expected["alpha"], rel=1e-6)
        assert report["scales"][measure]["alpha_ci"] == pytest.approx(expected["alpha_ci"], rel=1e-6)
    assert len(shown) == 50 * 3
    for unit, measures in VALUES["units"].items():
        for measure, expected in measures.items():
            found = shown[unit, measure]
            assert found.n == expected["n"]
            assert (found.mean, found.sd) == pytest.approx((expected["mean"], expected["sd"]), rel=1e-6)
            # The released interval follows from R's n, mean and sd; R's own t interval is near, but passes the ends.
            interval = _released_interval(expected, scales[measure].minimum, scales[measure].maximum)
            assert (found.ci_low, found.ci_high) == pytest.approx(interval, rel=1e-6)
            assert (found.ci_low, found.ci_high) == pytest.approx(expected["ci"], abs=0.3)


def _released_interval(expected: Mapping[str, float], minimum: int, maximum: int) -> tuple[float, float]:
    """R: `prop.test(m * n / f, n / f, conf.level = 2 * pnorm(qt(.975, n - 1)) - 1, correct = FALSE)$conf.int`."""
    n, length = expected["n"], maximum - minimum
    mean, sd = (expected["mean"] - minimum) / length, expected["sd"] / length
    share = ((n - 1) * sd**2 / (mean * (1 - mean)) + 0.5) / (n - 0.5)
    alpha = 2 * stats.norm.sf(stats.t.ppf(0.975, n - 1))
    low, high = proportion_confint(mean * n / share, n / share, alpha, method="wilson")
    return minimum + low * length, minimum + high * length


def test_units_under_the_minimum_group_are_hidden_and_cannot_be_derived(app: Flask, db: Database) -> None:
    """With a minimum group of 20 the data have small units."""
    k = 20
    sizes = {unit: measures["LEAD"]["n"] for unit, measures in VALUES["units"].items()}
    small = {unit for unit, n in sizes.items() if n < k}
    assert small
    assert run(app, *IMPORT, "--minimum-group", str(k), "--apply").exit_code == 0
    assert run(app, "release", KEY).exit_code == 0
    plain = run(app, "figures", KEY, "--plain")
    rows = [row for row in csv.DictReader(io.StringIO(plain.output)) if row["measure"] == "LEAD"]
    hidden = {row["unit"] for row in rows if row["status"] == "hidden"}
    assert {row["unit"] for row in rows if row["reason"] == "small"} == small
    assert {row["mean"] + row["n"] for row in rows if row["status"] == "hidden"} == {""}
    units = list(sizes)
    shown = [unit for unit in units if unit not in hidden]
    published = [list(range(len(units))), *([units.index(unit)] for unit in shown)]
    if any(row["kind"] == "rest" for row in rows):
        published.append([units.index(unit) for unit in hidden])
    assert not attack(published, np.array(list(sizes.values())), k)


def test_the_same_mark_stands_on_the_page_and_in_the_files(app: Flask, tmp_path: Path) -> None:
    run(app, *IMPORT, "--minimum-group", "20", "--apply")
    run(app, "release", KEY)
    file = tmp_path / "tall.csv"
    assert run(app, "figures", KEY, "--csv", str(file)).exit_code == 0
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    top = next(row for row in rows if row["unit"] == "TOPP" and row["measure"] == "LEAD")
    assert (top["n"], top["mean"][:5], top["kind"]) == ("2042", "3,000", "unit")
    hidden = [row for row in rows if row["status"] == "hidden"]
    assert hidden
    for row in hidden:
        assert row["reason"] in {"small", "protecting"}
        assert not any(row[column] for column in ("n", "mean", "sd", "ci_low", "ci_high"))


def test_importing_the_same_survey_twice_is_refused(app: Flask, db: Database) -> None:
    run(app, *IMPORT, "--apply")
    again = run(app, *IMPORT, "--apply")
    assert again.exit_code == 1
    assert "er brukt av en annen undersøkelse" in again.output
    with db.reading() as session:
        assert len(session.scalars(select(Response.id)).all()) == 2042
