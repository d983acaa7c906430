"""What is lost or doubled when processes are killed: deliveries, counting, release, imports and mail.

`python benchmarks/kills.py --people 1000 --runs 20` runs all of it, and takes hours. Processes get SIGKILL at
random moments, with all they have started; PostgreSQL is crashed and started again after each third kill. A respondent
begins anew when the site fails, and now and then one gives up: what was acknowledged is then less than what is stored.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from faults.disks import disks  # noqa: E402
from faults.trials import Trial, deliveries_and_counting, imports, mails  # noqa: E402

DATABASES = ("SQLite", "PostgreSQL")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument(
        "--first", type=int, default=1, help="number of the first run, to go on another night"
    )
    parser.add_argument("--databases", nargs="*", default=DATABASES)
    parser.add_argument(
        "--slow", type=float, default=1, help="times as long before each kill: a busy machine"
    )
    wanted = parser.parse_args()
    console = Console(width=150)
    found: list[Trial] = []
    for run in range(wanted.first, wanted.first + wanted.runs):
        for kind in wanted.databases:
            trials = [
                *deliveries_and_counting(kind, wanted.people, run - 1, wanted.slow),
                imports(kind, 20 * wanted.people, wanted.slow),
                mails(kind, wanted.people, run - 1, wanted.slow),
            ]
            found += trials
            for trial in trials:
                print(f"run {run}: {trial}", flush=True)
    found += disks(wanted.people)
    _show(console, found)


def _show(console: Console, trials: Iterable[Trial]) -> None:
    table = Table(title="Kill tests", title_justify="left")
    for column in ("", "database", "kills", "acknowledged", "stored", "lost", "doubled", "last note"):
        table.add_column(column)
    summed: dict[tuple[str, str], list[Trial]] = {}
    for trial in trials:
        summed.setdefault((trial.name, trial.database), []).append(trial)
    for (name, database), runs in summed.items():
        sums = (
            sum(getattr(run, part) for run in runs)
            for part in ("kills", "acknowledged", "stored", "lost", "doubled")
        )
        table.add_row(name, database, *(f"{one:,}" for one in sums), runs[-1].note)
    console.print(table)


if __name__ == "__main__":
    main()
