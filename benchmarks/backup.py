"""How long a backup of 50,000 people and 500,000 answers takes, how large it is, and how long putting it back takes."""

import resource
import secrets
import sys
import tempfile
import time
import uuid
from pathlib import Path

from sqlalchemy import insert

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402
from surveys.counting.models import Response  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.operating.backup.making import BackupSource, make_backup  # noqa: E402
from surveys.operating.backup.restoring import read_backup, restore_backup  # noqa: E402
from surveys.operating.backup.sealed_file import BackupKeys  # noqa: E402
from surveys.organisation.models import Person  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from tests.building import build_open_survey, keys_of  # noqa: E402

PEOPLE = 50_000
ANSWERS = 500_000
QUESTIONS = 40


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(instance=Path(folder), secret_key="for measuring only")  # noqa: S106
        app = create_app(settings)
        db: Database = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            session.execute(insert(Person), _people(survey.unit_id))
            session.execute(insert(Response), _answers(survey.id, survey.unit_id))
        copy, keys = Path(folder) / "copy", BackupKeys(app.config["SECRETS"].backup)
        other = Database(f"sqlite:///{folder}/other.sqlite3")
        took = time.perf_counter()
        make_backup(BackupSource(db, keys_of(app), {}), copy, keys, _silent)
        print(f"backup   {time.perf_counter() - took:5.1f} s, {copy.stat().st_size / 1e6:.0f} MB")
        took = time.perf_counter()
        read_backup(copy, keys)
        print(f"read     {time.perf_counter() - took:5.1f} s")
        took = time.perf_counter()
        restore_backup(copy, keys, other.engine, Path(folder) / "other-keys", _silent)
        print(f"restore  {time.perf_counter() - took:5.1f} s")
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory   {most:5.0f} MB at most, the made-up rows included")


def _people(unit_id: int) -> list[dict[str, object]]:
    return [
        {
            "employee_number": f"{number:06}",
            "name": f"Person Nummer {number}",
            "email": f"person{number}@fjordvik.example",
            "unit_id": unit_id,
        }
        for number in range(PEOPLE)
    ]


def _answers(survey_id: int, unit_id: int) -> list[dict[str, object]]:
    return [
        {
            "id": uuid.uuid4(),
            "survey_id": survey_id,
            "unit_id": unit_id,
            "answers": secrets.token_bytes(QUESTIONS),
        }
        for _ in range(ANSWERS)
    ]


def _silent(_done: int, _total: int) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main()
