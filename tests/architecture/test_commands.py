"""The table of commands says what the commands say, and a command imports only what it needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app import create_base
from surveys.commands import COMMANDS, medvirk
from surveys.platform.config import Settings
from tests.building import answer_some, build_open_survey, sheet_of
from tests.conftest import Installations

ROOT = Path(__file__).parents[2]
NUMBERS = {"numpy", "pandas", "scipy", "pyarrow", "plotly", "typst", "statsmodels"}
# Only pages count failed attempts and compress, only the server is gunicorn, only imports and exports read workbooks,
# only a database that is not up to date needs Alembic (which brings mako), and only a new questionnaire is checked.
NOT_FOR_COMMANDS = {
    "alembic",
    "brotli",
    "fontTools",
    "flask_limiter",
    "gunicorn",
    "jsonschema",
    "mako",
    "openpyxl",
    "pptx",
    "pydantic",
    "xlsxwriter",
}

# Runs the command as the installed script does, and prints what was imported at the end.
PROGRAM = """
import json, sys
from contextlib import redirect_stdout, suppress
from io import StringIO
import app
with suppress(SystemExit), redirect_stdout(StringIO()):
    app.main()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def _imported_by(instance: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=os.environ | {"MEDVIRK_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def _first_sentence(command: click.Command) -> str:
    paragraph = " ".join((command.help or "").strip().split("\n\n")[0].split())
    sentence, end, _ = paragraph.partition(". ")
    return sentence + end.strip()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    command = COMMANDS[name].command()
    assert (command.name, _first_sentence(command)) == (name, COMMANDS[name].short_help)


def test_the_table_has_every_command_that_is_written() -> None:
    written = {
        line.split('"')[1]
        for file in (ROOT / "surveys").rglob("*.py")
        for line in file.read_text().splitlines()
        if line.startswith(('@click.command("', '@click.group("'))
    }
    assert written == set(COMMANDS)


def test_the_help_lists_every_command() -> None:
    listed = medvirk.get_help(click.Context(medvirk, info_name="medvirk"))
    assert [name for name in COMMANDS if f"\n  {name} " not in listed] == []


def test_the_help_imports_neither_database_nor_numbers(tmp_path: Path) -> None:
    imported = _imported_by(tmp_path, "--help")
    assert "click" in imported
    assert imported.isdisjoint(NUMBERS | {"sqlalchemy", "flask"})


@pytest.mark.parametrize(
    "arguments", [["doctor"], ["init", "--yes"], ["open", "x"], ["close", "x"], ["account", "list"]]
)
def test_a_command_without_numbers_imports_none_and_no_pages(
    tmp_path: Path, installations: Installations, arguments: list[str]
) -> None:
    with installations("sqlite", tmp_path) as settings:
        imported = _imported_by(settings.instance, *arguments)
    assert "sqlalchemy" in imported
    assert imported & (NUMBERS | NOT_FOR_COMMANDS) == set()


@pytest.mark.parametrize("arguments", [["doctor"], ["init", "--yes"]])
def test_what_an_operator_runs_most_parses_no_questionnaire(
    tmp_path: Path, installations: Installations, arguments: list[str]
) -> None:
    with installations("sqlite", tmp_path) as settings:
        assert "yaml" not in _imported_by(settings.instance, *arguments)


def test_a_survey_is_closed_counted_and_released_without_pages(settings: Settings) -> None:
    app = create_base(settings)
    with app.app_context(), app.extensions["medvirk_database"].transaction() as session:
        answer_some(app, session, build_open_survey(app, session), "A", [sheet_of(4)] * 6)
    for command in ("close", "release", "figures"):
        done = CliRunner().invoke(medvirk, [command, "liten-2026"], obj=lambda: app)
        assert done.exit_code == 0, done.output
    assert "liten-2026;A;K;unit;;;TRI;6;4" in done.output
    app.extensions["medvirk_database"].engine.dispose()
