"""A unit's slides for the meeting: charts that can be edited, in words too, and nothing that the page hides."""

import io
import re
import zipfile
from typing import Any

import pptx
import pytest
from flask import Flask

from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.reports.material.contents import UnitMaterial
from surveys.reports.material.slides import as_slides
from tests.material_building import material
from tests.web.material.test_unit_document import change_figure, hide_figure, two_years  # noqa: F401 - a fixture


def slides(app: Flask, content: UnitMaterial) -> bytes:
    with app.app_context(), in_language(content.language):
        return as_slides(content)


def shown(content: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(content))


def charts(content: bytes) -> list[Any]:
    return [shape for slide in shown(content).slides for shape in slide.shapes if shape.has_chart]


def everything(content: bytes) -> str:
    """Every word and number of the file, with the workbooks behind its charts."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            data = packed.read(name)
            found.append(everything(data) if name.endswith(".xlsx") else data.decode("utf-8", "replace"))
    return " ".join(found)


def test_the_charts_have_every_theme_by_its_scale_with_last_time(app: Flask, two_years: Database) -> None:  # noqa: F811
    content = material(app, two_years, "A")
    drawn = [row for row in content.rows if row.mean is not None]
    assert len({row.scale for row in drawn}) == len(drawn) == 2
    for row, shape in zip(drawn, charts(slides(app, content)), strict=False):
        chart = shape.chart
        assert list(chart.plots[0].categories) == [row.title]
        assert {series.name: list(series.values) for series in chart.series} == {
            "2026": [row.mean],
            "2024": [row.previous],
        }
        assert chart.part.chart_workbook.xlsx_part is not None
        assert (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) == row.scale


def test_every_chart_is_told_in_words_and_every_slide_has_a_title_and_notes(
    app: Flask,
    two_years: Database,  # noqa: F811
) -> None:
    made = slides(app, material(app, two_years, "A"))
    told = [shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in charts(made)]
    assert len(told) == 3
    assert "Trivsel: 4,0 (tydelig opp siden 2024)" in told[0]
    assert "10 av 10 svarte" in told[-1]
    for slide in shown(made).slides:
        assert slide.shapes.title.text
        assert len(slide.notes_slide.notes_text_frame.text) > 20
        assert "Frigivelse 1, 1. april 2026" in slide.shapes[-1].text_frame.text
    titles = [slide.shapes.title.text for slide in shown(made).slides]
    assert "Tre spørsmål til samtalen" in titles
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("unit", ["B2", "C"])
def test_a_hidden_unit_has_the_reason_and_no_chart(app: Flask, two_years: Database, unit: str) -> None:  # noqa: F811
    made = slides(app, material(app, two_years, unit))
    assert not charts(made)
    assert "Resultatet er skjult fordi" in everything(made)


def test_a_hidden_theme_has_no_bar_and_no_number_in_the_file(app: Flask, two_years: Database) -> None:  # noqa: F811
    key = material(app, two_years, "A").rows[0].key
    change_figure(two_years, key, mean=1.7321, ci_low=1.1, ci_high=1.9)
    assert "1.7" in everything(slides(app, material(app, two_years, "A")))
    hide_figure(two_years, key)
    made = slides(app, material(app, two_years, "A"))
    text = everything(made)
    assert "1.7" not in text.replace("1.75", "")
    assert "1,7" not in text
    assert "Trivsel: Resultatet er skjult" in text


def test_a_bound_is_told_in_words_and_not_as_a_bar(app: Flask, two_years: Database) -> None:  # noqa: F811
    key = material(app, two_years, "A").rows[0].key
    change_figure(two_years, key, mean=4.75, coded="at_least", ci_low=None, ci_high=None)
    content = material(app, two_years, "A")
    assert content.rows[0].mean is None
    made = slides(app, content)
    assert content.rows[0].title not in charts(made)[0].chart.plots[0].categories
    assert "Trivsel: 4,7 eller høyere." in everything(made)


def test_the_same_content_gives_the_same_file(app: Flask, two_years: Database) -> None:  # noqa: F811
    content = material(app, two_years, "A")
    made = slides(app, content)
    assert made == slides(app, content)
    # Two in the same second would be the same anyway: no chart's workbook says when it was made.
    with zipfile.ZipFile(io.BytesIO(made)) as show:
        books = [show.read(name) for name in show.namelist() if name.endswith(".xlsx")]
    assert books
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as parts:
            assert set(re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z", parts.read("docProps/core.xml"))) == {
                b"1980-01-01T00:00:00Z"
            }
