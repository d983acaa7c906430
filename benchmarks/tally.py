"""What the tally costs a municipality of 5,000 answers and 300 units: a night, closing, counting, the package.

.venv/bin/python benchmarks/tally.py
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from release import answers, build_survey, build_tree, definition, fill_box

from app import create_app
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.tally.nightly import publish_tonight
from surveys.files.new_folder import write_folder
from surveys.operating import migrating
from surveys.platform.config import Settings
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.results.audit_package.contents import package_files
from surveys.results.audit_package.writing import as_zip

KEY = "m-2026"


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, cpu = time.perf_counter(), _processor_time()
    yield
    print(f"{what:<20}{_processor_time() - cpu:8.2f} s of CPU{time.perf_counter() - began:8.2f} s")


def _processor_time() -> float:
    """Seconds, with those of programs that were started and have ended."""
    return sum(os.times()[:4])


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = Settings(
            instance=folder / "instance", secret_key=secrets.token_hex(), base_url="http://localhost"
        )
        settings.instance.mkdir(mode=0o700)
        app = create_app(settings)
        db = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        keys = KeyStore.of(settings.keys, app.config["SECRETS"])
        with db.transaction() as session:
            top, leaves = build_tree(session, (1, 10, 30, 300), types=True)
            survey = build_survey(session, top, 2026, definition(background=True))
            open_survey(session, survey, keys)
            fill_box(session, survey, keys.seal_secret, *answers(5_000, leaves, 2026, background=True))
        with timed("a night"):
            publish_tonight(db)
        with timed("closing"), db.transaction() as session:
            close_survey(session, find_survey(session, KEY))
        with timed("counting"):
            count(db, keys, KEY)
        with timed("release"):
            release(db, keys, KEY)
        with timed("the package"), db.reading() as session:
            files = package_files(session, find_survey(session, KEY))
        write_folder(files, folder / "package")
        print(f"{sum(map(len, files.values())) / 1e6:.2f} MB, as zip {len(as_zip(files, 'x')) / 1e6:.2f} MB")
        with timed("its program"):
            subprocess.run([sys.executable, str(folder / "package" / "kontroll.py")], check=True)


if __name__ == "__main__":
    main()
