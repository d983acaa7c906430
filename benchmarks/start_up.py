"""How long a command takes to start, as a multiple of importing Flask, or Flask and SQLAlchemy.

Ratios of processor time say the same on a slow and a fast machine. The smallest of five is taken: everything else is
what the machine did besides.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
TIMES = 5

FLASK = ("-c", "import flask")
FLASK_AND_SQLALCHEMY = ("-c", "import flask, sqlalchemy.orm")
COMMANDS = (
    (FLASK, "Flask", ("--help",)),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("init", "--yes")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("doctor",)),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("open", "x")),
    (FLASK_AND_SQLALCHEMY, "Flask and SQLAlchemy", ("close", "x")),
)


def seconds(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    """The processor time of a Python process with these arguments."""
    return min(_once(arguments, environment) for _ in range(TIMES))


def _once(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env=environment, cwd=ROOT, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as instance:
        environment = os.environ | {"MEDVIRK_INSTANCE": instance}
        _once(("-c", "import app; app.main()", "init", "--yes"), environment)
        measures = {imports: seconds(imports, environment) for imports in (FLASK, FLASK_AND_SQLALCHEMY)}
        for imports, name, arguments in COMMANDS:
            took = seconds(("-c", "import app; app.main()", *arguments), environment)
            command = " ".join(("medvirk", *arguments))
            print(f"{command:<20} {took:5.2f} s = {took / measures[imports]:4.2f} × importing {name}")


if __name__ == "__main__":
    main()
