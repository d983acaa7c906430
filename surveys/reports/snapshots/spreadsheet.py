"""A report as a workbook: a sheet of rows with numbers as numbers, and a sheet of paragraphs."""

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from surveys.files.escaping import safe_cell
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.reports.snapshots.content import FrozenRow, ReportContent
from surveys.reports.snapshots.models import Report
from surveys.reports.snapshots.texts import report_title
from surveys.scorecards.texts import status_words

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SheetCell = str | float | int | None
_NARROW, _WIDE = 16, 48


def report_workbook(report: Report, content: ReportContent) -> bytes:
    """The bytes of an .xlsx file. Text that a spreadsheet would run is written as text."""
    # 20 MB that no other page needs.
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    _fill(book.create_sheet(), _("Indikatorer"), _headings(), _lines(content))
    told: list[Sequence[SheetCell]] = [
        (_("Rapport"), report_title(content)),
        (_("Enhet"), content.unit_name),
        (_("Nummer"), report.number),
        (_("Frosset av"), report.frozen_by),
        (_("Dato"), short_date(report.frozen_on) if report.frozen_on else ""),
        (_("Lest fra styringskortet"), short_date(content.read_on)),
        *((perspective.title, perspective.paragraph) for perspective in content.perspectives),
    ]
    _fill(book.create_sheet(), _("Om rapporten"), (_("Hva"), _("Tekst")), told)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _headings() -> Sequence[str]:
    return (
        _("Perspektiv"),
        _("Kode"),
        _("Indikator"),
        _("Verdi"),
        _("Måleenhet"),
        _("Periode"),
        _("Status"),
        _("Ambisjon"),
        _("Sist sammenlignbare"),
        _("Endring"),
        _("Årsak"),
        _("Tiltak"),
        _("Prognose"),
        _("Mer om prognosen"),
        _("Vurderes igjen"),
        _("Antall svar"),
        _("Kilde"),
        _("Merknad"),
    )


def _lines(content: ReportContent) -> Iterable[Sequence[SheetCell]]:
    colours = status_words()
    for perspective in content.perspectives:
        for row in perspective.rows:
            yield (perspective.title, *_cells(row, colours[row.status]))


def _cells(row: FrozenRow, colour: str) -> Sequence[SheetCell]:
    reply = row.reply
    return (
        row.code,
        row.title,
        row.number,
        row.unit_of_measure,
        row.period,
        f"{colour}, {row.doubt}" if row.doubt else colour,
        row.target,
        " – ".join(filter(None, (row.previous, row.previous_period))),
        ", ".join(filter(None, (row.change, row.meaning))),
        reply.cause if reply else "",
        reply.action if reply else "",
        reply.forecast if reply else "",
        reply.forecast_words if reply else "",
        short_date(reply.judged_on) if reply else "",
        row.n,
        row.source,
        row.reason,
    )


def _fill(
    sheet: "Worksheet", title: str, headings: Sequence[str], lines: Iterable[Sequence[SheetCell]]
) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.title = title
    for line in (headings, *lines):
        sheet.append([safe_cell(cell) for cell in line])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, column in enumerate(sheet.columns, start=1):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDE if longest > _NARROW else _NARROW
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
