"""What an installation owns can be read by its owner only, from the moment it is made, however the shell is set."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app import create_base
from surveys.operating.examination import examine
from surveys.platform.config import Settings

ROOT = Path(__file__).parents[2]

# A new installation is begun, and then visited and worked in by one process, which tells and ends.
USED = """
import os
os.umask(0)
from click.testing import CliRunner
from app import create_app, create_base
from surveys.commands import medvirk
from surveys.platform.queue import jobs_of
begun = CliRunner().invoke(medvirk, ["init", "--yes"], obj=create_base)
assert begun.exit_code == 0, begun.output
app = create_app()
app.test_client().get("/svar/0000-0000-0000")
app.test_client().post("/svar", data={"kode": "0000-0000-0000"})
jobs_of(app).work_outbox()
with app.extensions["medvirk_database"].transaction() as session:
    session.connection().exec_driver_sql("UPDATE installation SET contact = 'hr'")
    for folder, folders, files in os.walk(os.environ["MEDVIRK_INSTANCE"]):
        for name in [folder, *(os.path.join(folder, file) for file in files)]:
            print(oct(os.stat(name).st_mode & 0o777)[2:], name)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path / "deep" / "instance"


def test_every_file_and_folder_is_the_owners_alone(instance: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", USED],
        cwd=ROOT,
        env=os.environ | {"MEDVIRK_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    modes = {Path(name): mode for mode, name in (line.split(" ", 1) for line in said.splitlines())}
    names = {path.name for path in modes}
    assert {"medvirk.sqlite3", "medvirk.sqlite3-wal", "medvirk.sqlite3-shm"} <= names
    assert {"jobs.sqlite3", "limits.sqlite3", "secret.key"} <= names
    wrong = {path: mode for path, mode in modes.items() if mode != ("700" if path.is_dir() else "600")}
    assert wrong == {}


def test_doctor_finds_what_others_may_read(instance: Path) -> None:
    settings = Settings(instance=instance)
    app = create_base(settings)
    database = Path(settings.database.removeprefix("sqlite:///"))
    with app.extensions["medvirk_database"].engine.connect():
        pass
    assert _judged(app) == f"Bare eieren kan lese det som ligger i {instance}."
    database.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
    assert _judged(app) == f"Andre kan lese {database}. Kjør «chmod -R go-rwx {instance}»."
    app.extensions["medvirk_database"].engine.dispose()


def _judged(app: object) -> str:
    [found] = [
        finding.what
        for finding in examine(app)  # type: ignore[arg-type]
        if "det som ligger i" in finding.what or "chmod -R" in finding.what
    ]
    return found
