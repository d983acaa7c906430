"""A report as a workbook: a sheet of rows with numbers as numbers, and a sheet of what is said about it."""

from collections.abc import Iterable, Sequence
from typing import Final

from surveys.files.workbooks import BookSheet, SheetCell, SheetTable, workbook_bytes
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.reports.snapshots.content import FrozenRow, FrozenVersion
from surveys.reports.snapshots.texts import (
    audience_words,
    change_words,
    corrected_words,
    previous_words,
    report_title,
    synthetic_words,
)
from surveys.scorecards.texts import status_words

_WIDTHS: Final = (18, 10, 34, 10, 12, 18, 18, 24, 20, 26, 44, 44, 14, 30, 14, 10, 20, 30)
_ABOUT_WIDTHS: Final = (28, 90)


def report_workbook(version: FrozenVersion) -> bytes:
    """The file. Call it in the report's own language."""
    title = f"{version.content.unit_name} – {report_title(version.content)}"
    rows = SheetTable(_headings(), list(_lines(version)))
    about = SheetTable((_("Hva"), _("Tekst")), list(_about(version)))
    sheets = (
        BookSheet(_("Indikatorer"), _WIDTHS, [rows], is_list=True),
        BookSheet(_("Om rapporten"), _ABOUT_WIDTHS, [about]),
    )
    return workbook_bytes(title, version.municipality, version.frozen_on, sheets)


def _about(version: FrozenVersion) -> Iterable[Sequence[SheetCell]]:
    content = version.content
    yield _("Rapport"), report_title(content)
    yield _("Enhet"), content.unit_name
    yield _("Utgave"), audience_words(version.audience)
    yield _("Nummer"), version.number
    if version.replaces:
        yield _("Retter nummer"), version.replaces
        yield _("Hva rettes?"), version.correction
    if version.corrected_by:
        yield _("Rettet i nummer"), version.corrected_by
        yield "", corrected_words(version)
    yield _("Frosset av"), version.frozen_by
    yield _("Dato"), short_date(version.frozen_on)
    yield _("Lest fra styringskortet"), short_date(content.read_on)
    if version.synthetic:
        yield _("Om dataene"), synthetic_words()
    for perspective in content.perspectives:
        yield perspective.title, perspective.paragraph


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


def _lines(version: FrozenVersion) -> Iterable[Sequence[SheetCell]]:
    colours = status_words()
    for perspective in version.content.perspectives:
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
        previous_words(row),
        change_words(row),
        reply.cause if reply else "",
        reply.action if reply else "",
        reply.forecast if reply else "",
        reply.forecast_words if reply else "",
        short_date(reply.judged_on) if reply else "",
        row.n,
        row.source,
        row.reason,
    )
