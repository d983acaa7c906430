"""A unit's page with a comparison and three surveys is read without the numbers libraries: memory is dear."""

import json
import subprocess
import sys
from pathlib import Path

from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.platform.database import Database
from tests.card_building import sign_in_as
from tests.releasing import KEY
from tests.web.test_history_import import HEADINGS, bring
from tests.web.test_trends import three_years  # noqa: F401 - a fixture

ROOT = Path(__file__).parent.parent.parent
HEAVY = {"numpy", "scipy", "pandas"}

VISIT = """
import datetime as dt, json, sys
from app import create_app
from surveys.results import views
views._today = lambda: dt.date(2026, 5, 6)
client = create_app().test_client()
client.set_cookie(sys.argv[1], sys.argv[2])
pages = []
for address in sys.argv[3:]:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    pages.append(answer.text)
print(json.dumps([pages, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_a_units_page_loads_no_numbers_libraries(
    client: FlaskClient,
    three_years: Database,  # noqa: F811 - the fixture
    environment: dict[str, str],
) -> None:
    """With results from another tool, and compared with everybody who was invited too."""
    rows = f"{HEADINGS}\nA;TRI;24;3,1;2019;10-faktor;0,8\n".encode()
    assert not bring(three_years, rows, comparable=True).faults
    pages, loaded = visited(client, three_years, environment, "", "?regn=inviterte")
    for text in pages:
        assert "Tydelig oppover" in text
        assert "Ingen av temaene ligger klart over eller under resten av" in text
        assert "siden 2019: " in text.partition("Tidligere resultater fra andre verktøy")[2]
    assert HEAVY.isdisjoint(loaded)


def visited(
    client: FlaskClient, db: Database, environment: dict[str, str], *questions: str
) -> tuple[list[str], list[str]]:
    """The pages as a process of its own shows them, and the packages that process has loaded."""
    sign_in_as(client, db, Role.HR, "K")
    cookie = client.get_cookie("medvirk")
    assert cookie is not None
    pages = [f"/resultater/{KEY}/A{question}" for question in questions]
    done = subprocess.run(
        [sys.executable, "-c", VISIT, cookie.key, cookie.value, *pages],
        env=environment | {"PYTHONPATH": str(ROOT), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    texts, loaded = json.loads(done.stdout)
    return texts, loaded
