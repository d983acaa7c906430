"""Are the keys private, complete and apart from what they open? Part of `medvirk doctor`."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from surveys.campaigns.key_faults import has_foreign_keys, surveys_without_keys
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.operating.findings import DoctorFinding
from surveys.platform.config import Settings
from surveys.platform.database import Database

_COUNTED: Final = (SurveyStatus.COUNTED, SurveyStatus.RELEASED)
_NAMED_AT_MOST: Final = 3


def keys_are_private(app: Flask) -> Iterator[DoctorFinding]:
    folder: Path = app.config["SETTINGS"].keys
    if not folder.is_dir():
        yield DoctorFinding(f"Nøkkellageret {folder} finnes ikke. Kjør «medvirk init».", is_wrong=True)
        return
    too_open = [path for path in (folder, *folder.rglob("*")) if _others_may_use(path)]
    for path in too_open:
        mode = "700" if path.is_dir() else "600"
        yield DoctorFinding(f"Andre kan lese {path}. Kjør «chmod {mode} {path}».", is_wrong=True)
    if not too_open:
        yield DoctorFinding(
            f"Bare eieren kan lese nøkkellageret {folder}. Det skal aldri med i en sikkerhetskopi."
        )


def keys_are_apart(app: Flask) -> Iterator[DoctorFinding]:
    """A natural backup, of one folder or one machine, must not take both halves."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.keys_beside_data:
        yield DoctorFinding(f"Nøkkellageret {settings.keys} ligger utenfor {settings.instance}.")
    elif not settings.database_url:
        yield DoctorFinding(
            f"En vanlig kopi av {settings.instance} tar med både databasen og nøklene. Den som får tak i kopien, kan "
            "lese svar i åpne undersøkelser. Flytt nøklene til en annen disk og sett MEDVIRK_KEYS_FOLDER, eller ta "
            "kopier med «medvirk backup», som lar nøklene være igjen.",
            is_note=True,
        )
    else:
        yield DoctorFinding(
            f"Nøkkellageret ligger i {settings.instance}, og databasen et annet sted. Ta kopi av dem hver for seg."
        )


def files_are_private(app: Flask) -> Iterator[DoctorFinding]:
    """Everything else the installation owns: the database, the job queue, counts, and what is beside them."""
    settings: Settings = app.config["SETTINGS"]
    folder = settings.instance
    if not folder.is_dir():
        return
    own = (path for path in folder.rglob("*") if settings.keys not in (path, *path.parents))
    too_open = [path for path in (folder, *own) if not path.is_symlink() and _others_may_use(path)]
    if too_open:
        named = ", ".join(str(path) for path in too_open[:_NAMED_AT_MOST])
        more = f" og {len(too_open) - _NAMED_AT_MOST} til" if len(too_open) > _NAMED_AT_MOST else ""
        yield DoctorFinding(f"Andre kan lese {named}{more}. Kjør «chmod -R go-rwx {folder}».", is_wrong=True)
    else:
        yield DoctorFinding(f"Bare eieren kan lese det som ligger i {folder}.")


def keys_are_the_databases_own(app: Flask) -> Iterator[DoctorFinding]:
    settings, secrets = app.config["SETTINGS"], app.config["SECRETS"]
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            foreign = has_foreign_keys(session, secrets)
            lacking = surveys_without_keys(session, KeyStore.of(settings.keys, secrets))
    except SQLAlchemyError:
        return
    if foreign:
        yield DoctorFinding(
            f"Nøkkellageret {settings.keys} (eller MEDVIRK_SECRET_KEY) hører til en annen installasjon enn databasen.",
            is_wrong=True,
        )
    for key in lacking:
        yield DoctorFinding(
            f"Nøkkelen til «{key}» mangler i {settings.keys}. Uten den kan ingen åpne svarene.", is_wrong=True
        )
    if KeyStore.of(settings.keys, secrets).masters.is_changing:
        yield DoctorFinding(
            "Et bytte av hovednøkkel ble ikke ferdig. Ingenting er tapt. Kjør «medvirk rotate-keys --apply».",
            is_note=True,
        )
    if not foreign and not lacking:
        yield DoctorFinding("Nøkkellageret hører til databasen, og ingen undersøkelser mangler nøkler.")


def _others_may_use(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def counted_surveys_have_no_key(app: Flask) -> Iterator[DoctorFinding]:
    """A process that was killed between counting and destroying leaves a key: it is destroyed here."""
    keys = KeyStore.of(app.config["SETTINGS"].keys, app.config["SECRETS"])
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            counted = session.execute(select(Survey.id, Survey.key).where(Survey.status.in_(_COUNTED))).all()
    except SQLAlchemyError:
        return
    left = [(survey_id, key) for survey_id, key in counted if keys.has(survey_id)]
    for survey_id, key in left:
        keys.destroy(survey_id)
        yield DoctorFinding(
            f"Nøkkelen til «{key}» lå igjen etter opptellingen. Den er slettet nå.", is_note=True
        )
    if not left:
        yield DoctorFinding("Ingen opptalte undersøkelser har nøkkelen liggende igjen.")
