"""The figures as tables on the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from load.measuring import Phase, SiteReport

_COLUMNS = (
    "",
    "pages/s",
    "journeys/s",
    "…per core",
    "median ms",
    "p99 ms",
    "web CPU-ms/page",
    "database CPU-ms/page",
    "driver CPU-ms/page",
    "failed",
)


def show(
    console: Console, reports: Iterable[SiteReport], minimal: Phase, ballots: float, machine: str
) -> None:
    console.print(f"\nA page: POST of its answers and GET of the next one. {machine}.")
    for report in reports:
        console.print(_phases(f"{report.name} ({report.durability})", report.phases))
        _show_memory(console, report)
        _show_wire(console, report)
    console.print(
        _phases("Minimal Flask-WTF on SQLite: 8 pages of 5 statements, one row stored a page", [minimal])
    )
    console.print(f"Ballots opened: {ballots:,.0f} a second of one core")


def _phases(title: str, phases: Iterable[Phase]) -> Table:
    table = Table(title=title, title_justify="left")
    for place, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if place else "left")
    for phase in phases:
        table.add_row(
            phase.name,
            f"{phase.pages_a_second:.0f}",
            f"{phase.journeys / phase.seconds:.1f}",
            f"{phase.journeys_a_core_second:.1f}",
            f"{phase.median_ms:.1f}",
            f"{phase.p99_ms:.0f}",
            f"{phase.web_cpu_ms_a_page:.2f}",
            f"{phase.database_cpu_ms_a_page:.2f}",
            f"{phase.driver_cpu_ms_a_page:.2f}",
            f"{phase.failed} of {phase.requests}",
        )
    return table


def _show_memory(console: Console, report: SiteReport) -> None:
    workers = ", ".join(
        f"{worker.resident_mb:.0f} MB resident, {worker.share_mb:.0f} MB its share"
        for worker in report.workers
    )
    pandas = any(worker.has_pandas for worker in report.workers)
    console.print(
        f"Web processes after {report.pages_before_memory:,} pages: {workers}; pandas loaded: {pandas}"
    )
    console.print(f"Delivered {report.delivered:,}; lost or doubled in the box: {report.lost_or_doubled}")


def _show_wire(console: Console, report: SiteReport) -> None:
    files = sum(report.wire.get("file", []))
    parts = [f"first view {report.wire['start'][0] + files:,} (of it files {files:,})"]
    for name, sizes in report.wire.items():
        if name not in {"file", "start", "delivery"}:
            parts.append(
                f"{name} {min(sizes):,}–{max(sizes):,}" if min(sizes) < max(sizes) else f"{name} {sizes[0]:,}"
            )
    console.print("Bytes on the wire, heads included: " + "; ".join(parts))
