"""`medvirk analyse` on the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

from surveys.publishing.analysts.parts import ReportDocument, ReportTable

_WIDEST_UNBROKEN = 24


def print_report(document: ReportDocument, console: Console | None = None) -> None:
    """Prints a report: words first, then tables."""
    out = console or Console()
    out.print(f"{document.title}. {document.facts}.", markup=False, style="bold")
    for section in document.sections:
        out.print(f"\n{section.heading}", markup=False, style="bold underline")
        for sentence in section.words:
            out.print(sentence, markup=False)
        for table in section.tables:
            out.print(_drawn(table))
    if document.warnings:
        out.print("\nMerknader", style="bold underline")
    for warning in document.warnings:
        out.print(f"• {warning}", markup=False)


def _drawn(table: ReportTable) -> RichTable:
    drawn = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold",
        caption=table.note or None,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for place, heading in enumerate(table.columns):
        widest = max((len(row[place]) for row in table.rows), default=0)
        drawn.add_column(
            heading,
            justify="right" if place else "left",
            # A long name may break over lines; a number may not.
            min_width=widest if widest <= _WIDEST_UNBROKEN else None,
            overflow="fold",
        )
    for row in table.rows:
        drawn.add_row(*row)
    return drawn
