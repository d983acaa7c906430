"""The zip with a PDF for each of 341 units, made by the worker: at most twice Typst's own time for the same sources.

The municipality of `release`. Beside it, in the same run and in a fresh process: Typst alone, one process, with every
source already written and the fonts loaded once, as the worker has them.
"""

import argparse
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from release import municipal  # noqa: E402

from app import create_app  # noqa: E402
from surveys.campaigns.lifecycle import find_survey  # noqa: E402
from surveys.campaigns.models import SurveyUnit  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.platform.clock import municipal_day  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from surveys.platform.localisation import in_language  # noqa: E402
from surveys.publishing.releasing import release  # noqa: E402
from surveys.release.models import Turnout  # noqa: E402
from surveys.reports.material.document import TEMPLATE, document_content  # noqa: E402
from surveys.reports.material.gathering import gather  # noqa: E402
from surveys.reports.material.kinds import FileKind  # noqa: E402
from surveys.reports.material.packages import unit_packages  # noqa: E402
from surveys.reports.material.packing import make_asked_packages  # noqa: E402
from surveys.reports.typesetting import compiled, source_of  # noqa: E402
from surveys.results.queries import latest_release  # noqa: E402

LIMIT = 2.0
_LANGUAGE = "nb"
_ALONE = "--alone"


@dataclass(frozen=True)
class MadeFiles:
    """Seconds that whoever asked waited, and that all processors together worked for it."""

    waited: float
    worked: float

    def __str__(self) -> str:
        return f"{self.waited:.1f} s, {self.worked:.1f} s of processor"


def main() -> None:
    if len(sys.argv) == 3 and sys.argv[1] == _ALONE:
        took = _timed(lambda: _compile_all(Path(sys.argv[2])))
        print(took.waited, took.worked)
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=300, help="where people work; 41 others are above them")
    units = parser.parse_args().units
    with tempfile.TemporaryDirectory() as folder:
        site, sources = Path(folder) / "site", Path(folder) / "sources"
        app, db = _site(site)
        with app.app_context():
            key, keys = municipal(app, db, units)
            release(db, keys, key)
            _write_sources(db, key, sources)
            zipped = _timed(lambda: _zip(db, site, key))
        alone = _typst_alone(sources)
        files = len(list(sources.iterdir()))
    print(f"{files} PDFs as the worker: {zipped}")
    print(f"Typst alone: {alone}")
    ratio = zipped.waited / alone.waited
    print(f"{ratio:.2f} times Typst's time, at most {LIMIT:.0f}: {'yes' if ratio <= LIMIT else 'NO'}")
    print(f"of processor time {zipped.worked / alone.worked:.2f}")


def _site(folder: Path) -> tuple[Flask, Database]:
    app = create_app(Settings(instance=folder, secret_key=secrets.token_hex()))
    db: Database = app.extensions["medvirk_database"]
    migrating.upgrade(db.engine)
    return app, db


def _write_sources(db: Database, key: str, folder: Path) -> None:
    """What Typst reads for each unit that the release tells of."""
    folder.mkdir()
    with db.reading() as session, in_language(_LANGUAGE):
        survey = find_survey(session, key)
        found = latest_release(session, survey)
        assert found is not None
        units = session.scalars(
            select(SurveyUnit)
            .join(Turnout, Turnout.unit_id == SurveyUnit.unit_id)
            .where(SurveyUnit.survey_id == survey.id, Turnout.release_id == found.id)
        )
        for unit in units:
            material = gather(session, municipal_day(), found, unit)
            (folder / str(unit.unit_id)).write_text(source_of(document_content(material)), encoding="utf-8")


def _zip(db: Database, instance: Path, key: str) -> None:
    """SystemExit when the worker did not make it."""
    with db.reading() as session:
        survey = find_survey(session, key)
        found = latest_release(session, survey)
        assert found is not None
        asked = (survey.id, found.id)
    packages = unit_packages(instance)
    packages.ask(*asked, _LANGUAGE, [FileKind.PDF])
    make_asked_packages(db, instance)
    package = packages.find(*asked)
    if package is None or not package.ready:
        raise SystemExit("the worker made no zip")


def _typst_alone(sources: Path) -> MadeFiles:
    """In a process of its own: Typst remembers what it has just made. Without the start of the process."""
    done = subprocess.run(
        [sys.executable, __file__, _ALONE, sources], check=True, capture_output=True, text=True
    )
    waited, worked = done.stdout.split()
    return MadeFiles(float(waited), float(worked))


def _compile_all(folder: Path) -> None:
    for source in sorted(folder.iterdir()):
        compiled(TEMPLATE, source.read_text(encoding="utf-8"), municipal_day())


def _timed(make: Callable[[], object]) -> MadeFiles:
    began, used = time.perf_counter(), _worked()
    make()
    return MadeFiles(time.perf_counter() - began, _worked() - used)


def _worked() -> float:
    """Seconds of processor, with those of processes that have ended."""
    found = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in found)


if __name__ == "__main__":
    main()
