"""A web process that serves only respondents carries no numbers libraries and no tools: memory is dear."""

import inspect
import json
import subprocess
import sys
from pathlib import Path

from flask import Flask

from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some

ROOT = Path(__file__).parent.parent.parent
HEAVY = (
    "numpy",
    "pandas",
    "scipy",
    "pyarrow",
    "plotly",
    "typst",
    "pptx",
    "lxml",
    "xlsxwriter",
    "openpyxl",
    "alembic",
    "statsmodels",
    "fontTools",
    "pydantic",
    "pydantic_core",
    "requests",
    "authlib",
    "joserfc",
    "prometheus_client",
    "structlog",
)

# The way a web process begins (the command, then the server), and one respondent through it.
VISIT = """
import json, sys
import surveys.commands, surveys.operating.serving
from app import create_app
app = create_app()
client = app.test_client()
for address in json.loads(sys.argv[1]):
    assert client.get(address).status_code == 200, address
    assert client.post(address).status_code in {303, 405}, address
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_serving_respondents_loads_no_numbers_libraries(
    app: Flask, db: Database, environment: dict[str, str]
) -> None:
    with db.transaction() as session:
        [code] = invite_some(app, session, build_open_survey(app, session))
    pages = [
        f"/svar/{code}",
        f"/svar/{code}/nb/side/1",
        f"/svar/{code}/nb/side/2",
        f"/svar/{code}/nb/oppsummering",
    ]
    done = subprocess.run(
        [sys.executable, "-c", VISIT, json.dumps(pages)],
        env=environment | {"PYTHONPATH": str(ROOT), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert "sqlalchemy" in loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)


def test_no_view_is_asynchronous(app: Flask) -> None:
    """`SyncFlask` calls every function as it is: a coroutine would never be run."""
    functions = [
        *app.view_functions.values(),
        *(each for many in app.before_request_funcs.values() for each in many),
        *(each for many in app.after_request_funcs.values() for each in many),
    ]
    assert functions
    assert not [each for each in functions if inspect.iscoroutinefunction(each)]
