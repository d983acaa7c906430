"""Whole respondents against the real server: journeys, waiting, processor time, memory, bytes, and nothing lost.

Plays the employee survey (start, every page, review, delivery, receipt) as a browser would, against `medvirk serve`
with two workers, on SQLite and on PostgreSQL, beside a minimal Flask-WTF site in the same run. The driver runs on the
same machine and says what it costs. Everything listens on 127.0.0.1. About five minutes; `--quick` less than one.
"""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from load import installations, servers, tables
from load.ballot_box import opened_per_second
from load.measuring import (
    FULL,
    QUICK,
    Phase,
    Plan,
    SiteReport,
    load_of_the_machine,
    measure_minimal,
    measure_survey,
)
from rich.console import Console

# More codes than the crowds can use: 50 journeys a second, and 300 people who each begin one.
_INVITATIONS = {FULL: 6000, QUICK: 1500}
_DATABASES = {"sqlite": installations.sqlite, "postgresql": installations.postgresql}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="short phases; the figures jump more")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--database", choices=list(_DATABASES), help="only this one")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    machine = load_of_the_machine()
    chosen = [arguments.database] if arguments.database else list(_DATABASES)
    reports = [_survey(name, plan) for name in chosen]
    minimal = _minimal(plan)
    ballots = opened_per_second(1000 if arguments.quick else 5000)
    tables.show(Console(width=150), reports, minimal, ballots, machine)
    if arguments.json:
        found = {
            "machine": machine,
            "sites": [asdict(report) for report in reports],
            "minimal": asdict(minimal),
            "ballots_opened_a_core_second": ballots,
        }
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1))


def _survey(database: str, plan: Plan) -> SiteReport:
    with _DATABASES[database](_INVITATIONS[plan]) as site, servers.product(site.environment) as served:
        return measure_survey(site, served, plan)


def _minimal(plan: Plan) -> Phase:
    with (
        tempfile.TemporaryDirectory(prefix="medvirk-bench-") as folder,
        servers.minimal(Path(folder) / "minimal.sqlite3") as served,
    ):
        return measure_minimal(served, plan)


if __name__ == "__main__":
    main()
