"""The job worker makes the packages of units' files that were asked for."""

import datetime as dt
import logging
import secrets
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.background_jobs import FAILED, MOST_ATTEMPTS, STOPPED
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.platform.private_files import make_private_file
from surveys.release.models import Release, Turnout
from surveys.reports.keeping import KeptFiles, kept_files
from surveys.reports.material.gathering import gather_for
from surveys.reports.material.kinds import FileKind, file_of, unit_file_name
from surveys.reports.material.packages import PackageProgress, PackageRequest, UnitPackages, unit_packages

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
_log = logging.getLogger("medvirk.material")


def make_asked_packages(db: Database, instance: Path) -> int:
    """Makes every package that was asked for; how many. For one worker at a time, in an application context."""
    packages, kept = unit_packages(instance), kept_files(instance)
    return sum(_make(db, packages, kept, request) for request in list(packages.every()))


def _make(db: Database, packages: UnitPackages, kept: KeptFiles, request: PackageRequest) -> bool:
    before = packages.progress(request)
    if before.attempts == MOST_ATTEMPTS:
        packages.say(request, replace(before, problem=STOPPED))
        return False
    begun = replace(before, attempts=before.attempts + 1, done=0)
    packages.say(request, begun)
    try:
        with in_language(request.language):
            made = _pack(db, packages, kept, request, begun)
    except Exception:  # noqa: BLE001 (whatever it is, HR is told and the next package gets its turn)
        _log.exception("Pakken med materiell for undersøkelse %s stanset.", request.survey_id)
        packages.say(request, replace(begun, problem=FAILED))
        return False
    return made


def _pack(
    db: Database, packages: UnitPackages, kept: KeptFiles, request: PackageRequest, begun: PackageProgress
) -> bool:
    """False when HR has asked for another package meanwhile."""
    with db.reading() as session:
        units = _units(session, request)
    target = packages.zip_of(request)
    unfinished = target.with_suffix(f".{secrets.token_hex(4)}.part")
    make_private_file(unfinished)
    taken: set[str] = set()
    try:
        with zipfile.ZipFile(unfinished, "w") as packed:
            for done, unit_id in enumerate(units, start=1):
                for kind in request.kinds:
                    name, content = _file(db, kept, request, unit_id, kind)
                    # The files are packed already: packing them again takes time and saves nothing.
                    packed.writestr(zipfile.ZipInfo(_free_name(name, kind, taken), _NO_TIME), content)
                if not packages.is_current(request):
                    return False
                packages.say(request, replace(begun, done=done, units=len(units)))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    now = dt.datetime.now(dt.UTC)
    packages.say(request, replace(begun, done=len(units), units=len(units), made_at=now))
    return True


def _units(session: Session, request: PackageRequest) -> list[int]:
    """Those that the release tells of, by code."""
    return list(
        session.scalars(
            select(SurveyUnit.unit_id)
            .join(Unit, Unit.id == SurveyUnit.unit_id)
            .join(Turnout, Turnout.unit_id == SurveyUnit.unit_id)
            .where(SurveyUnit.survey_id == request.survey_id, Turnout.release_id == request.release_id)
            .order_by(Unit.code)
        )
    )


def _file(
    db: Database, kept: KeptFiles, request: PackageRequest, unit_id: int, kind: FileKind
) -> tuple[str, bytes]:
    """The unit's file, and its name without an ending. A reading for each: a long one would hold others up."""
    with db.reading() as session:
        release = session.get_one(Release, request.release_id)
        unit = session.get_one(SurveyUnit, (request.survey_id, unit_id))
        found = gather_for(kind, session, municipal_day(), release, unit)
    return unit_file_name(found.material), file_of(found, kind, kept)


def _free_name(name: str, kind: FileKind, taken: set[str]) -> str:
    """The name, with a number when another unit has it: some systems tell no capital letters from small ones."""
    free, number = f"{name}.{kind}", 2
    while free.lower() in taken:
        free, number = f"{name} ({number}).{kind}", number + 1
    taken.add(free.lower())
    return free
