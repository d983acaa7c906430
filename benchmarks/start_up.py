"""How long a command takes to start, as a multiple of importing Flask, or Flask and SQLAlchemy.

Ratios of processor time say the same on a slow and a fast machine. Each command is measured beside the imports it is
compared with, seven times, and the median is shown: a machine that does other work changes its pace by the minute.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMES = 7

MEDVIRK = ("-c", "import app; app.main()")
FLASK = ("-c", "import flask")
FLASK_AND_SQLALCHEMY = ("-c", "import flask, sqlalchemy.orm")
COMMANDS = (
    (FLASK, "Flask", ("--help",)),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("init", "--yes")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("doctor",)),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("open", "x")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("close", "x")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("remind", "x")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("account", "list")),
)


def ratio(arguments: tuple[str, ...], imports: tuple[str, ...], environment: dict[str, str]) -> float:
    """The processor time of a Python process with these arguments, as a multiple of the imports'."""
    pairs = (_once(arguments, environment) / _once(imports, environment) for _ in range(TIMES))
    return statistics.median(pairs)


def _once(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as instance:
        environment = os.environ | {"MEDVIRK_INSTANCE": instance, "PYTHONDONTWRITEBYTECODE": ""}
        # Once before measuring: the database is made, and every module is compiled.
        for _, _, arguments in COMMANDS:
            _once((*MEDVIRK, *arguments), environment)
        for imports, name, arguments in COMMANDS:
            found = ratio((*MEDVIRK, *arguments), imports, environment)
            print(f"medvirk {' '.join(arguments):<12} {found:5.2f} × importing {name}")


if __name__ == "__main__":
    main()
