"""Whoever tries the demo closes its survey, or comes back after its last day, and starts it again."""

import shutil
import subprocess
from pathlib import Path

from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.browser.conftest import MEDVIRK, ROOT, environment

SURVEY = "medarbeider-2026"


def test_a_demo_whose_survey_was_closed_starts_again_with_the_survey_as_it_is(
    built_demo: Path, tmp_path: Path
) -> None:
    instance = shutil.copytree(built_demo, tmp_path / "instance")
    db = Database(Settings(instance=instance).database)
    with db.transaction() as session:
        close_survey(session, find_survey(session, SURVEY))
    again = subprocess.run(
        [str(MEDVIRK), "demo", "--build-only"],
        check=False,
        env=environment(instance),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert "Ingen undersøkelse er åpen for svar nå." in again.stdout
    with db.reading() as session:
        assert find_survey(session, SURVEY).status == "closed"
    db.engine.dispose()
