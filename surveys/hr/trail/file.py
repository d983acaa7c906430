"""The audit trail as a file for a Norwegian spreadsheet."""

import csv
import io
from collections.abc import Iterable

from surveys.files.escaping import safe_cell
from surveys.hr.trail.rows import TrailRow
from surveys.platform.texts import _


def as_csv(rows: Iterable[TrailRow]) -> bytes:
    """Semicolon, UTF-8 with BOM, CRLF; a cell that a spreadsheet would take for a formula gets a ' in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Når"), _("Hvem"), _("Hva"), _("Hvem eller hva"), _("Mer")])
    for row in rows:
        cells = (row.when, row.who, row.what, row.subject, "; ".join(row.details))
        writer.writerow([safe_cell(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")
