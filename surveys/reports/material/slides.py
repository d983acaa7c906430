"""Slides for the staff's meeting, with charts that can be edited in the program that shows them.

A theme that is hidden has no bar and no number, in the chart or in the workbook behind it: the slide says that it is
hidden, as the page does.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from surveys.platform.localisation import listed
from surveys.platform.texts import _
from surveys.reports.material.contents import MaterialRow, UnitMaterial
from surveys.reports.material.discussion import meeting_questions, notes_for

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_WIDE, _HIGH = 13.333, 7.5
"""Inches: a screen of 16 to 9."""

_MARGIN: Final = 0.6
_MOST_IN_A_CHART: Final = 12
_INK, _QUIET, _ACCENT, _BEFORE = 0x1A1A1A, 0x595959, 0x0A4D8C, 0xB0B7C3
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_STATED_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def as_slides(material: UnitMaterial) -> bytes:
    """The presentation. Call it in the material's own language."""
    # With lxml 30 MB: a process that makes no slides need not load them.
    import pptx
    from pptx.util import Inches

    show = pptx.Presentation()
    show.slide_width, show.slide_height = Inches(_WIDE), Inches(_HIGH)
    _describe(show, material)
    _title_slide(show, material)
    if material.shown:
        _summary_slide(show, material)
        for number, rows in enumerate(_charted(material)):
            _chart_slide(show, material, rows, number)
        _turnout_slide(show, material)
        _questions_slide(show, material)
    _about_slide(show, material)
    for slide in show.slides:
        _foot(slide, material)
    content = io.BytesIO()
    show.save(content)
    return _same_bytes(content.getvalue())


def _describe(show: "Presentation", material: UnitMaterial) -> None:
    made = dt.datetime.combine(material.released_on, dt.time(12))
    about = show.core_properties
    about.title, about.author, about.language = material.title, material.municipality, material.language
    about.last_modified_by, about.created, about.modified = material.municipality, made, made


def _title_slide(show: "Presentation", material: UnitMaterial) -> None:
    slide = _slide(show, material.unit_name, notes_for("title", material))
    lines = [material.survey_title, material.municipality, *material.nothing, material.turnout]
    _words(slide, [line for line in lines if line], top=2.0, size=26)


def _summary_slide(show: "Presentation", material: UnitMaterial) -> None:
    slide = _slide(show, _("Kort sagt"), notes_for("summary", material))
    _words(slide, [*material.summary, *material.comparison[:1]], top=1.7, size=24)


def _charted(material: UnitMaterial) -> list[tuple[MaterialRow, ...]]:
    """The themes by scale: bars of different scales do not belong beside each other. At most twelve in a chart."""
    scales = dict.fromkeys((row.scale, row.unit_of_scale) for row in material.rows)
    found = []
    for scale in scales:
        rows = [row for row in material.rows if (row.scale, row.unit_of_scale) == scale]
        found += [
            tuple(rows[first : first + _MOST_IN_A_CHART]) for first in range(0, len(rows), _MOST_IN_A_CHART)
        ]
    return found


def _chart_slide(
    show: "Presentation", material: UnitMaterial, rows: Sequence[MaterialRow], number: int
) -> None:
    low, high = rows[0].scale
    heading = _(
        "Tema for tema, skala %(low)s–%(high)s%(unit)s", low=low, high=high, unit=rows[0].unit_of_scale
    )
    taken = {slide.shapes.title.text for slide in show.slides}
    slide = _slide(
        show, f"{heading} ({number + 1})" if heading in taken else heading, notes_for("chart", material)
    )
    drawn = [row for row in rows if row.mean is not None]
    if drawn:
        years = sorted({row.previous_year for row in drawn if row.previous_year}, reverse=True)
        named = [(str(material.year), [row.mean for row in drawn])]
        if years:
            named.append((" / ".join(map(str, years)), [row.previous for row in drawn]))
        _bars(
            slide, [row.title for row in drawn], named, rows[0].scale, _chart_words(drawn, material), number
        )
    _words(slide, _not_drawn(rows), top=5.95, size=13, height=0.8)


def _chart_words(rows: Sequence[MaterialRow], material: UnitMaterial) -> str:
    """The chart in words, for those who do not see it."""
    parts = [
        _("%(theme)s: %(value)s", theme=row.title, value=row.value)
        + (f" ({row.change[:1].lower()}{row.change[1:]})" if row.change else "")
        for row in rows
    ]
    return _("Søylediagram for %(unit)s.", unit=material.unit_name) + f" {'. '.join(parts)}."


def _not_drawn(rows: Sequence[MaterialRow]) -> list[str]:
    """Themes without a bar: those that are hidden, with the reason, and those with only a bound."""
    bounds = [f"{row.title}: {row.value}." for row in rows if row.mean is None and not row.hidden]
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.hidden:
            by_reason.setdefault(row.hidden, []).append(row.title)
    return bounds + [f"{listed(titles)}: {reason}" for reason, titles in by_reason.items()]


def _turnout_slide(show: "Presentation", material: UnitMaterial) -> None:
    slide = _slide(show, _("Hvem svarte?"), notes_for("turnout", material))
    _words(slide, [line for line in (material.turnout, material.by_name) if line], top=1.7, size=26)
    if material.answered is None or material.invited is None:
        return
    missing = max(material.invited - material.answered, 0)
    named = [(_("Svarte"), [material.answered]), (_("Svarte ikke"), [missing])]
    _bars(
        slide,
        [material.unit_name],
        named,
        (0, material.invited),
        material.turnout,
        top=3.0,
        height=2.6,
        stacked=True,
    )


def _questions_slide(show: "Presentation", material: UnitMaterial) -> None:
    slide = _slide(show, _("Tre spørsmål til samtalen"), notes_for("questions", material))
    questions = [
        f"{index}. {question}" for index, question in enumerate(meeting_questions(material), start=1)
    ]
    _words(slide, questions, top=1.9, size=28)


def _about_slide(show: "Presentation", material: UnitMaterial) -> None:
    slide = _slide(show, _("Om tallene"), notes_for("about", material))
    _words(
        slide,
        [*material.marks, _("Tallene gjelder gruppa og sier ingenting om enkeltpersoner.")],
        top=1.7,
        size=20,
    )


def _slide(show: "Presentation", heading: str, notes: str) -> Any:
    """A slide with its title in the title's own place, so that a screen reader finds it, and what to say."""
    from pptx.util import Inches, Pt

    slide = show.slides.add_slide(show.slide_layouts[5])
    title = slide.shapes.title
    title.left, title.top = Inches(_MARGIN), Inches(0.4)
    title.width, title.height = Inches(_WIDE - 2 * _MARGIN), Inches(1.1)
    title.text = heading
    frame = title.text_frame
    frame.word_wrap = True
    _look(frame.paragraphs[0], 32 if len(heading) < 60 else 22, _INK, bold=True)
    slide.notes_slide.notes_text_frame.text = notes
    for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
        paragraph.font.size = Pt(12)
    return slide


def _foot(slide: Any, material: UnitMaterial) -> None:
    """The marks of every slide, which is read last."""
    marks = (material.unit_name, material.synthetic, material.marks[0])
    _words(slide, [" · ".join(mark for mark in marks if mark)], top=6.85, size=11, height=0.5, colour=_QUIET)


def _words(
    slide: Any,
    lines: Sequence[str],
    *,
    top: float,
    size: int,
    height: float = 4.6,
    colour: int = _INK,
) -> None:
    """Lines of text, smaller when there are many letters."""
    from pptx.util import Inches, Pt

    if not lines:
        return
    letters = sum(len(line) for line in lines)
    fits = size if letters < 420 else max(11, round(size * (420 / letters) ** 0.5))
    box = slide.shapes.add_textbox(Inches(_MARGIN), Inches(top), Inches(_WIDE - 2 * _MARGIN), Inches(height))
    frame = box.text_frame
    frame.word_wrap = True
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.space_after = Pt(fits * 0.6)
        _look(paragraph, fits, colour)


def _look(paragraph: Any, size: int, colour: int, *, bold: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.LEFT
    paragraph.font.size, paragraph.font.bold, paragraph.font.name = Pt(size), bold, "Calibri"
    paragraph.font.color.rgb = RGBColor.from_string(f"{colour:06X}")


def _bars(
    slide: Any,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    scale: tuple[int, int],
    words: str,
    number: int = 0,
    *,
    top: float = 1.5,
    height: float = 4.4,
    stacked: bool = False,
) -> None:
    """A chart of the program's own kind, with its numbers in it and a text alternative."""
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Inches, Pt

    numbers = CategoryChartData(number_format="0" if stacked or scale[1] >= 100 else "0.0")
    numbers.categories = names
    for name, values in series:
        numbers.add_series(name, values)
    kind = XL_CHART_TYPE.BAR_STACKED if stacked else XL_CHART_TYPE.BAR_CLUSTERED
    box = Inches(_MARGIN), Inches(top), Inches(_WIDE - 2 * _MARGIN), Inches(height)
    frame = slide.shapes.add_chart(kind, *box, numbers)
    properties = frame._element.nvGraphicFramePr.cNvPr
    properties.set("descr", words)
    properties.set("name", _("Diagram %(number)s", number=number + 1))
    chart = frame.chart
    chart.font.size, chart.font.name = Pt(12), "Calibri"
    chart.has_title = False
    chart.has_legend = len(series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = scale
    chart.value_axis.has_major_gridlines = False
    # The first theme is at the top, as on the page, and the scale at the bottom.
    chart.category_axis.reverse_order = True
    chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 40, 100 if stacked else -5
    plot.has_data_labels = True
    plot.data_labels.show_value = True
    plot.data_labels.font.size = Pt(12)
    for drawn, colour in zip(plot.series, (_ACCENT, _BEFORE), strict=False):
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = RGBColor.from_string(f"{colour:06X}")
        if stacked and colour == _ACCENT:
            labels = drawn.data_labels
            labels.show_value = True
            labels.font.size = Pt(12)
            labels.font.color.rgb = RGBColor(0xFF, 0xFF, 0xFF)


def _same_bytes(content: bytes, stated_time: re.Pattern[bytes] | None = None) -> bytes:
    """The file without the moment it was packed: the same content gives the same bytes.

    stated_time: what is replaced among its properties. The slides have a day of their own; a chart's workbook says when
    it was made, to the second.
    """
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            data = before.read(name)
            if name.endswith(".xlsx"):
                data = _same_bytes(data, _STATED_TIME)
            elif name == "docProps/core.xml" and stated_time:
                data = stated_time.sub(b"1980-01-01T00:00:00Z", data)
            after.writestr(entry, data)
    return packed.getvalue()
