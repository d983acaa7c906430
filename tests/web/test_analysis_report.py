"""`medvirk analyse`: the same report on the terminal, in HTML and in PDF, and data and a script for R."""

import csv
import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from surveys.commands import medvirk
from surveys.publishing.analysts.verdicts import (
    agreement_verdict,
    consistency_verdict,
    correlations_verdict,
    groups_verdict,
    structure_verdict,
)

REFERENCE = Path(__file__).parents[1] / "reference"


def run_analyse(name: str, *more: str) -> Result:
    data = str(REFERENCE / "data" / f"{name}.csv")
    questionnaire = str(REFERENCE / "questionnaires" / f"{name}.yaml")
    return CliRunner().invoke(medvirk, ["analyse", data, "--questionnaire", questionnaire, *more])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything the command writes for the leadership climate data."""
    folder = tmp_path_factory.mktemp("analyse")
    files = [f"--{kind}={folder / f'rapport.{kind}'}" for kind in ("json", "html", "pdf")]
    result = run_analyse("lq2002", "--unit", "COMPID", *files, "--export-lavaan", str(folder / "r"))
    assert result.exit_code == 0, result.output
    (folder / "terminal.txt").write_text(result.output, encoding="utf-8")
    return folder


def test_words_stand_before_numbers_under_three_separate_headings(written: Path) -> None:
    said = (written / "terminal.txt").read_text(encoding="utf-8")
    headings = ["Måler påstandene det samme?", "Er det ulike temaer?", "Kan vi snakke om et enhetsresultat?"]
    places = [said.index(heading) for heading in headings]
    assert places == sorted(places)
    assert said.index("Alle temaene måles stabilt") < said.index("Indre konsistens")
    assert "Svarene passer dårlig med temaene" in said
    assert "validitet" not in said[places[0] : places[1]].lower()


BACKGROUND = """
  - key: education
    text: {nb: Utdanning}
    options: {"1": {nb: A}, "2": {nb: B}, "3": {nb: C}, "4": {nb: D}, "5": {nb: E}}
  - {key: shift, text: {nb: Turnus}, options: {"1": {nb: Ja}, "2": {nb: Nei}}}
"""


def test_groups_and_factors_are_compared_in_words_before_tables(tmp_path: Path) -> None:
    asked = tmp_path / "bfi.yaml"
    known = (REFERENCE / "questionnaires" / "bfi.yaml").read_text(encoding="utf-8")
    asked.write_text(known + BACKGROUND, encoding="utf-8")
    page, found = tmp_path / "rapport.html", tmp_path / "rapport.json"
    data = str(REFERENCE / "data" / "bfi.csv")
    files = [f"--html={page}", f"--json={found}"]
    done = CliRunner().invoke(medvirk, ["analyse", data, "--questionnaire", str(asked), *files])
    assert done.exit_code == 0, done.output
    result = json.loads(found.read_text(encoding="utf-8"))
    assert list(result["group_differences"]) == ["gender", "education"]
    assert any(line.startswith("shift: ingen har svart") for line in result["warnings"])
    html = unescape(page.read_text(encoding="utf-8"))
    assert html.index("Er det forskjell mellom grupper?") < html.index("Kjønn: tydelig forskjell i ")
    assert html.index("Kjønn: tydelig forskjell i ") < html.index("Kjønn: snitt (antall svar)")
    assert (
        '<th scope="row">Medmenneskelighet: Mann mot Kvinne</th><td>−0,40</td><td>−0,45 (−0,53 til −0,37)</td>'
        in html
    )
    assert "Hvor mye henger temaene sammen?" in html


def test_verdicts_name_the_factors_that_differ_and_those_that_go_together() -> None:
    titles = {"A": "Ro", "B": "Klima", "C": "Mot"}
    factors: dict[str, dict[str, Any]] = {
        key: {"welch": {"p_holm": p}, "pairs": {}} for key, p in (("A", 0.049), ("B", 0.05), ("C", None))
    }
    assert groups_verdict("Kjønn", factors, titles) == "Kjønn: tydelig forskjell i Ro."
    factors["A"]["pairs"] = {"1~2": {"g": -0.31, "p_holm": 0.04}, "1~3": {"g": 0.9, "p_holm": 0.06}}
    said = groups_verdict("Kjønn", factors, titles)
    assert said == "Kjønn: tydelig forskjell i Ro. Størst er den i Ro (g = 0,31)."
    assert groups_verdict("Kjønn", {"B": factors["B"]}, titles) == "Kjønn: ingen tydelige forskjeller."
    assert "kan ikke sammenlignes" in groups_verdict("Kjønn", {"C": factors["C"]}, titles)
    closest = correlations_verdict({"A~B": {"r": 0.3}, "A~C": {"r": -0.6}, "B~C": {"r": None}}, titles)
    assert closest[0] == "Ro og Mot henger tettest sammen (r = −0,60)."
    assert correlations_verdict({"B~C": {"r": None}}, titles)[0].startswith("Vi kan ikke si")


def test_the_html_report_stands_alone(written: Path) -> None:
    page = (written / "rapport.html").read_text(encoding="utf-8")
    assert '<html lang="nb">' in page
    without_scripts = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert len(page) - len(without_scripts) > 1_000_000  # Plotly is in the file
    assert not re.search(r"<(?:script|img|link|iframe)[^>]* (?:src|href)=|url\(|@import", without_scripts)
    assert page.count("<h1") == 1
    assert "Fiendtlighet" in page


def test_the_reports_own_policy_lets_only_its_scripts_and_style_run(written: Path) -> None:
    page = (written / "rapport.html").read_text(encoding="utf-8")
    policy = unescape(re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[0])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    for name, kind in (("script", "script-src"), ("style", "style-src")):
        inside = re.findall(f"<{name}>(.*?)</{name}>", page, flags=re.DOTALL)
        assert inside
        assert {_hashed(content) for content in inside} | (
            {_hashed("")} if name == "style" else set()
        ) == set(rules[kind].split())


def _hashed(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def test_every_figure_has_the_numbers_of_the_table_below_it(written: Path) -> None:
    page = (written / "rapport.html").read_text(encoding="utf-8")
    result = json.loads((written / "rapport.json").read_text(encoding="utf-8"))
    figures = [
        json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', page)
    ]
    *diverging, mapped = figures
    assert len(diverging) == 3
    shares = [list(zip(*(trace["x"] for trace in one["data"]), strict=True)) for one in diverging]
    assert [list(row) for rows in shares for row in rows] == [
        item["shares"] for item in result["items"].values()
    ]
    for rows in shares:
        assert all(sum(row) == pytest.approx(1) for row in rows)
    below = sum(diverging[0]["data"][point]["x"][0] for point in (0, 1))
    middle = diverging[0]["data"][2]
    assert middle["base"][0] == pytest.approx(-middle["x"][0] / 2)
    assert diverging[0]["data"][0]["base"][0] == pytest.approx(-below - middle["x"][0] / 2)
    dots = {name: y for trace in mapped["data"] for name, y in zip(trace["text"], trace["y"], strict=True)}
    rests = {key: r for scale in result["scales"].values() for key, r in scale["item_rest"].items()}
    assert dots == rests
    text = unescape(page)
    assert text.index("LEAD01 Ledelsesklima 1") > 0
    assert "Ledelsesklima: 54\u00a0% svarte over midten på LEAD02" in json.dumps(
        figures[0], ensure_ascii=False
    )


def test_the_pdf_report_is_tagged_for_screen_readers(written: Path) -> None:
    content = (written / "rapport.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content


def test_the_exported_data_are_the_answers_as_scored_and_no_unit_names(written: Path) -> None:
    with (written / "r" / "svar.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (REFERENCE / "data" / "lq2002.csv").open(encoding="utf-8", newline="") as file:
        raw = list(csv.DictReader(file))
    assert len(rows) == len(raw)
    assert [row["LEAD01"] for row in rows] == [row["LEAD01"] for row in raw]
    companies = list(dict.fromkeys(row["COMPID"] for row in raw))
    assert [row["enhet_nummer"] for row in rows] == [str(companies.index(row["COMPID"]) + 1) for row in raw]


def test_the_script_has_the_intended_model_and_our_definitions(written: Path) -> None:
    script = (written / "r" / "kontroll.R").read_text(encoding="utf-8")
    assert "  TSIG =~ TSIG01 + TSIG02 + TSIG03\n" in script
    assert 'estimator = "ML"' in script
    assert 'missing = "fiml"' in script
    assert 'estimator = "MLR"' in script
    assert 'estimator = "WLSMV", ordered = TRUE' in script
    assert "htmt2 = FALSE" in script
    assert "{" not in re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", re.sub(r"\{[^{}]*\}", "", script)))


def test_files_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    result = run_analyse("lq2002", "--html", str(tmp_path / "finnes-ikke" / "rapport.html"))
    assert result.exit_code == 1
    assert "finnes-ikke" in result.output


def test_reversed_statements_are_turned_in_the_exported_data(tmp_path: Path) -> None:
    assert run_analyse("bfi", "--export-lavaan", str(tmp_path)).exit_code == 0
    with (tmp_path / "svar.csv").open(encoding="utf-8", newline="") as file:
        mine = next(csv.DictReader(file))
    with (REFERENCE / "data" / "bfi.csv").open(encoding="utf-8", newline="") as file:
        raw = next(csv.DictReader(file))
    assert int(mine["A1"]) == 7 - int(raw["A1"])
    assert int(mine["A2"]) == int(raw["A2"])


def test_a_statement_that_runs_against_the_others_is_told_as_probably_reversed() -> None:
    suggested = {"items": ["A2"], "alpha": 0.89}
    scale = {
        "n_complete": 80,
        "alpha": 0.54,
        "item_rest": {"A1": 0.5, "A2": -0.75},
        "suggested_reversals": suggested,
    }
    said = consistency_verdict({"scales": {"A": scale}}, {"A": "Ro"})
    assert any("A2 går motsatt vei" in line and "0,89" in line for line in said)
    assert not any("henger dårlig sammen" in line for line in said)


def test_few_answers_are_blamed_on_their_number() -> None:
    scale = {"n_complete": 3, "alpha": 0.21, "item_rest": {"A1": -0.5}}
    said = consistency_verdict({"scales": {"A": scale}}, {"A": "Ro"})
    assert said == ("For få har svart på alle påstandene til å bedømme Ro: det trengs 50.",)


def test_verdicts_name_what_is_weak() -> None:
    titles = {"A": "Ro", "B": "Rolleklarhet"}
    scales = {
        "A": {"n_complete": 80, "alpha": 0.81, "item_rest": {"A1": 0.5}},
        "B": {"n_complete": 80, "alpha": 0.61, "item_rest": {"B1": 0.12, "B2": None}},
    }
    said = consistency_verdict({"scales": scales}, titles)
    assert said == (
        "Disse temaene måles usikkert (alfa under 0,70): Rolleklarhet. De andre måles stabilt.",
        "Påstand B1 i Rolleklarhet henger dårlig sammen med resten (r = 0,12).",
    )


@pytest.mark.parametrize(
    ("cfi", "rmsea", "srmr", "expected"),
    [(0.96, 0.05, 0.05, "passer godt"), (0.92, 0.07, 0.09, "noenlunde"), (0.85, 0.10, 0.05, "dårlig")],
)
def test_the_fit_is_judged_by_its_limits(cfi: float, rmsea: float, srmr: float, expected: str) -> None:
    fit = {"cfi": cfi, "rmsea": rmsea, "srmr": srmr}
    assert expected in structure_verdict({"validity": {"cfa": fit, "htmt": {}}})[0]


def test_factors_that_cannot_be_told_apart_are_named() -> None:
    fit = {"cfi": 0.96, "rmsea": 0.05, "srmr": 0.05}
    said = structure_verdict({"validity": {"cfa": fit, "htmt": {"A~B": 0.91, "A~C": 0.5}}})
    assert said[1:] == ("A og B er vanskelige å skille fra hverandre.",)


def test_a_unit_score_is_supported_only_where_people_agree_and_units_differ() -> None:
    good, poor = {"icc2": 0.8, "rwgj_median": 0.8}, {"icc2": 0.4, "rwgj_median": 0.8}
    titles = {"A": "Ro", "B": "Klima"}
    assert agreement_verdict({"agreement": {"A": good, "B": poor}}, titles)[0].startswith("Ja for Ro.")
    assert agreement_verdict({"agreement": {"A": poor}}, titles)[0].startswith("Bare med forsiktighet")
    unknown = {"icc2": None, "rwgj_median": None}
    assert agreement_verdict({"agreement": {"A": unknown}}, titles)[0].startswith("Vi kan ikke si")


def test_the_json_file_keeps_its_contract(written: Path) -> None:
    found = json.loads((written / "rapport.json").read_text(encoding="utf-8"))
    assert set(found) >= {
        "questionnaire",
        "respondents",
        "scales",
        "validity",
        "agreement",
        "units",
        "group_differences",
        "factor_correlations",
        "warnings",
    }


def test_labels_missing_codes_and_empty_rows_of_a_file_are_read_as_they_are_meant(tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "analysis" / "answer_files"
    asked = ["--questionnaire", str(folder / "six_items.yaml")]
    turned = CliRunner().invoke(medvirk, ["analyse", str(folder / "labels_turned.sav"), *asked])
    assert turned.exit_code == 1
    assert "Følg dem med --labels follow." in turned.output
    written = tmp_path / "r.json"
    options = [*asked, "--labels", "follow", "--json", str(written)]
    followed = CliRunner().invoke(medvirk, ["analyse", str(folder / "labels_turned.sav"), *options])
    assert followed.exit_code == 0, followed.output
    assert round(json.loads(written.read_text(encoding="utf-8"))["scales"]["A"]["mean"], 6) == 3.988889
    data = tmp_path / "svar.csv"
    rows = [
        ";".join([str(row % 5 + 1), *["99" if row == 3 else str((row * 7) % 5 + 1)] * 5]) for row in range(30)
    ]
    data.write_text("Q1;Q2;Q3;Q4;Q5;Q6\n;;;;;\n" + "\n".join(rows), encoding="utf-8")
    assert CliRunner().invoke(medvirk, ["analyse", str(data), *asked]).exit_code == 1
    options = [*asked, "--missing", "99,-9", "--json", str(written)]
    found = CliRunner().invoke(medvirk, ["analyse", str(data), *options])
    assert found.exit_code == 0, found.output
    result = json.loads(written.read_text(encoding="utf-8"))
    assert result["respondents"] == 30
    assert result["warnings"][0] == "1 rad har ikke et eneste svar. Den er ikke regnet med."
