"""Weighted factor scores of a citizen survey, against R's survey package (4.1-1): svymean and rake."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from analysis.reading import FileFaults, read_responses
from analysis.responses import Responses
from analysis.weighting import Weighting, from_column, from_margins, weighted_scores
from analysis.weights import WeightsError
from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.commands import medvirk

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
ROWS = ["k;u;2;0,5", "k;e;5;2", "k;e;3;1", "k;u;4;1,5", "k;e;1;0.8", "m;u;4;1.2", "m;e;5;0.4", "m;u;3;0.6"]
MARGINS = {"kjonn": {"k": 480, "m": 520}, "alder": {"u": 300, "e": 700}}


def questionnaire(kind: str = "citizen") -> Questionnaire:
    return loading.parse(SOURCE.format(kind=kind).encode(), "liten.yaml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, *ROWS)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "svar.csv"
    path.write_text("\n".join(["kjonn;alder;I1;vekt", *rows]), encoding="utf-8")
    return path


def test_a_column_of_weights_gives_the_mean_and_interval_that_r_gives(file: Path) -> None:
    read = read_responses(file, questionnaire(), weight_column="vekt")
    assert read.weights is not None
    assert "vekt" not in read.unknown_columns
    found = weighted_scores(read.responses, from_column(read.responses, read.weights, "vekt"))["IMG"]
    assert (found.mean, found.standard_error) == pytest.approx((3.675, 0.492693263386), abs=1e-9)
    assert (found.low, found.high) == pytest.approx((2.509965560802, 4.840034439198), abs=1e-8)


def test_whoever_has_no_score_is_no_part_of_the_interval(tmp_path: Path) -> None:
    """R's svymean of those who have a score. `na.rm = TRUE` on all ten rows gives 0.485802109131."""
    file = written(tmp_path, *ROWS, "k;u;;1.7", "m;e;;0.9")
    read = read_responses(file, questionnaire(), weight_column="vekt")
    assert read.weights is not None
    assert len(read.responses) == len(read.weights) == 10
    found = weighted_scores(read.responses, from_column(read.responses, read.weights, "vekt"))["IMG"]
    assert found.n == 8
    assert found.mean == pytest.approx(3.675)
    assert found.standard_error == pytest.approx(0.4926932633858, abs=1e-9)


def test_margins_give_the_weights_that_r_rakes(file: Path) -> None:
    responses = read_responses(file, questionnaire()).responses
    weighting = from_margins(responses, MARGINS)
    light, middle, heavy = 0.355995545652, 1.042669636232, 2.471991091303
    expected = [light, middle, middle, light, middle, 0.844004454348, heavy, 0.844004454348]
    assert weighting.weights == pytest.approx(expected, abs=1e-8)
    found = weighted_scores(responses, weighting)["IMG"]
    assert (found.mean, found.standard_error) == pytest.approx((3.723498329619, 0.614921091594), abs=1e-8)


def test_whoever_did_not_say_counts_as_before(tmp_path: Path) -> None:
    responses = read_responses(written(tmp_path, *ROWS, ";u;3;1"), questionnaire()).responses
    weighting = from_margins(responses, {"kjonn": MARGINS["kjonn"]})
    assert weighting.weights[-1] == pytest.approx(1)
    women = np.array([row.startswith("k") for row in [*ROWS, ";"]])
    assert weighting.weights[women].sum() / weighting.weights[:-1].sum() == pytest.approx(0.48)


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        ("0", "Vekten må være over 0"),
        ("-1", "Vekten må være over 0"),
        ("", "Raden mangler vekt"),
        ("tung", "Vekten er ikke et tall"),
        ("inf", "Vekten er ikke et tall"),
        ("1e13", "Vekten er for stor"),
    ],
)
def test_a_row_without_a_usable_weight_is_a_fault_with_its_line(
    tmp_path: Path, weight: str, told: str
) -> None:
    with pytest.raises(FileFaults, match=rf"Linje 10, kolonne vekt: {told}"):
        read_responses(written(tmp_path, *ROWS, f"k;u;3;{weight}"), questionnaire(), weight_column="vekt")


def test_a_weight_of_more_than_fifty_times_the_mean_is_a_fault_with_its_line(tmp_path: Path) -> None:
    many = ["k;u;3;1"] * 199
    with pytest.raises(
        FileFaults, match=r"Linje 201, kolonne vekt: Vekten er over 50 ganger snittet"
    ) as found:
        read_responses(written(tmp_path, *many, "k;u;3;80"), questionnaire(), weight_column="vekt")
    assert len(found.value.faults) == 1
    assert (
        read_responses(written(tmp_path, *many, "k;u;3;40"), questionnaire(), weight_column="vekt").weights
        is not None
    )


def test_margins_that_cannot_be_used_are_refused_in_words(file: Path) -> None:
    responses = read_responses(file, questionnaire()).responses
    for margins, words in (
        ({"kjonn": {"k": 5}}, "mangler antall personer for m"),
        ({"kjonn": {"k": 5, "m": 5, "x": 1}}, "ingen har svart x"),
        ({"by": {"k": 5}}, "ikke bakgrunnsspørsmålet by"),
        ({}, "ingen tall"),
    ):
        with pytest.raises(WeightsError, match=words):
            from_margins(responses, margins)


def test_an_employee_survey_is_never_weighted(file: Path) -> None:
    responses = read_responses(file, questionnaire("employee")).responses
    for weigh in (_by_column, _by_margins):
        with pytest.raises(WeightsError):
            weigh(responses)


def _by_column(responses: Responses) -> Weighting:
    return from_column(responses, np.ones(8), "vekt")


def _by_margins(responses: Responses) -> Weighting:
    return from_margins(responses, MARGINS)


def analysed(folder: Path, file: Path, *more: str, kind: str = "citizen") -> Result:
    (folder / "q.yaml").write_text(SOURCE.format(kind=kind), encoding="utf-8")
    (folder / "m.yaml").write_text("kjonn: {k: 480, m: 520}\n", encoding="utf-8")
    return CliRunner().invoke(
        medvirk, ["analyse", str(file), "--questionnaire", str(folder / "q.yaml"), *more]
    )


def test_the_report_says_that_it_is_weighted_and_only_when_it_is(tmp_path: Path, file: Path) -> None:
    margins = ("--margins", str(tmp_path / "m.yaml"))
    html, pdf = tmp_path / "r.html", tmp_path / "r.pdf"
    said = analysed(tmp_path, file, *margins, "--html", str(html), "--pdf", str(pdf))
    assert said.exit_code == 0, said.output
    for told in (said.output, html.read_text(encoding="utf-8")):
        assert "Hva blir snittet med vekter?" in told
        assert "Alle andre tall er uvektet" in told
    assert pdf.read_bytes().startswith(b"%PDF")
    assert "vekt" not in analysed(tmp_path, file).output.replace("kolonne vekt", "")
    refused = analysed(tmp_path, file, *margins, kind="employee")
    assert refused.exit_code == 1
    assert "bare i innbyggerundersøkelser" in refused.output
    assert analysed(tmp_path, file, *margins, "--weight", "vekt").exit_code == 2
