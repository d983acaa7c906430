"""`medvirk analyse` of several years: means, directions and the figure in the HTML report."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from surveys.commands import medvirk

ITEMS = Path(__file__).parents[1] / "analysis" / "answer_files" / "six_items.yaml"
KEYS = [f"Q{number}" for number in range(1, 7)]


@pytest.fixture
def years(tmp_path: Path) -> dict[int, Path]:
    """Forty people a year, who answer 2 or 3, then 3 or 4, then 4 or 5."""
    found = {}
    for year, low in {2022: 2, 2024: 3, 2026: 4}.items():
        found[year] = tmp_path / f"svar{year}.csv"
        lines = [",".join([str(low + number % 2)] * 6) for number in range(40)]
        found[year].write_text("\n".join([",".join(KEYS), *lines]), encoding="utf-8")
    return found


def analysed(years: dict[int, Path], *more: str) -> Result:
    newest, *earlier = sorted(years, reverse=True)
    waves = [word for year in earlier for word in ("--earlier", str(year), str(years[year]))]
    call = [
        "analyse",
        str(years[newest]),
        "--questionnaire",
        str(ITEMS),
        "--year",
        str(newest),
        *waves,
        *more,
    ]
    return CliRunner().invoke(medvirk, call)


def test_three_years_have_a_direction_in_the_report_and_the_file(
    years: dict[int, Path], tmp_path: Path
) -> None:
    result = analysed(years, "--json", str(tmp_path / "t.json"))
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["trend"]
    assert found["years"] == [2022, 2024, 2026]
    assert found["factors"]["A"]["means"] == [2.5, 3.5, 4.5]
    assert found["factors"]["A"]["slope"] == pytest.approx(0.5)
    assert found["factors"]["A"]["verdict"] == "up"
    assert "Har temaene en retning over årene?" in result.output
    assert "Tydelig oppover" in result.output


def test_the_html_report_has_the_years_as_a_figure_of_the_tables_numbers(
    years: dict[int, Path], tmp_path: Path
) -> None:
    assert analysed(years, "--html", str(tmp_path / "r.html")).exit_code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    figures = [json.loads(one) for one in re.findall(r'<script type="application/json">(.*?)</script>', page)]
    [figure] = [one for one in figures if one["layout"]["xaxis"]["title"]["text"] == "År"]
    [line] = figure["data"]
    assert line["mode"] == "lines+markers"
    assert line["x"] == [2022, 2024, 2026]
    assert line["y"] == pytest.approx([37.5, 62.5, 87.5])
    assert "A 2024: 3,50 (" in line["hovertext"][1]
    assert "Av 1 temaer går 1 tydelig oppover" in figure["layout"]["title"]["text"]
    assert "<td>3,50 (40)</td>" in page


def test_two_years_are_shown_without_a_direction(years: dict[int, Path]) -> None:
    del years[2022]
    result = analysed(years)
    assert result.exit_code == 0
    assert "En retning krever minst tre år." in result.output
    assert "oppover" not in result.output


def test_a_year_that_is_missing_or_given_twice_is_refused(years: dict[int, Path]) -> None:
    earlier = ["--earlier", "2022", str(years[2022])]
    call = ["analyse", str(years[2026]), "--questionnaire", str(ITEMS), *earlier]
    assert "--year" in CliRunner().invoke(medvirk, call).output
    twice = CliRunner().invoke(medvirk, [*call, "--year", "2022"])
    assert twice.exit_code == 2
    assert "Hvert år kan bare ha én fil." in twice.output


def test_a_fault_in_an_earlier_file_names_the_file(years: dict[int, Path]) -> None:
    years[2024].write_text(",".join(KEYS) + "\n" + ",".join("9" * 6) + "\n", encoding="utf-8")
    result = analysed(years)
    assert result.exit_code == 1
    assert "feil i svar2024.csv" in result.output
