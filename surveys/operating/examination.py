"""Is this installation in order? Each check says what it looked at and, when something is wrong, what to do."""

import stat
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from surveys.campaigns.changed_questionnaires import changed_files
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.operating import migrating
from surveys.operating.findings import DoctorFinding
from surveys.operating.sign_in_examination import sign_in_provider_works
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import DEFAULT_LANGUAGE, DOMAINS, LANGUAGES
from surveys.platform.static_files import missing_vendor_files

_COUNTED: Final = (SurveyStatus.COUNTED, SurveyStatus.RELEASED)


def examine(app: Flask) -> list[DoctorFinding]:
    """Every finding, in the order an operator would mend them. Destroys left-over keys of counted surveys."""
    return [finding for check in _CHECKS for finding in check(app)]


def _database_answers(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        missing = migrating.differences(db.engine)
    except SQLAlchemyError as error:
        yield DoctorFinding(f"Databasen svarer ikke: {str(error).splitlines()[0]}", is_wrong=True)
        return
    if missing:
        yield DoctorFinding("Databasen er ikke oppdatert. Kjør «medvirk init».", is_wrong=True)
    else:
        yield DoctorFinding("Databasen svarer og har de riktige tabellene.")


def _keys_are_private(app: Flask) -> Iterator[DoctorFinding]:
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


def _others_may_use(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _counted_surveys_have_no_key(app: Flask) -> Iterator[DoctorFinding]:
    """A process that was killed between counting and destroying leaves a key: it is destroyed here."""
    keys = KeyStore(app.config["SETTINGS"].keys, app.config["SECRETS"].master)
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


def _questionnaires_are_as_they_were(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            changed = changed_files(session)
    except SQLAlchemyError:
        return
    for file in changed:
        yield DoctorFinding(f"{file} {file.advice}", is_wrong=True)
    if not changed:
        yield DoctorFinding("Spørreskjemaene som er i bruk, er som de var da de ble tatt i bruk.")


def _files_are_there(app: Flask) -> Iterator[DoctorFinding]:
    static = Path(str(app.static_folder))
    if missing := missing_vendor_files(static):
        yield DoctorFinding(
            f"Filene {', '.join(missing)} mangler i {static / 'vendor'}. Kjør «make setup».", is_wrong=True
        )
    else:
        yield DoctorFinding("Stilark, skrift og diagramverktøy er på plass.")


def _translations_are_compiled(app: Flask) -> Iterator[DoctorFinding]:
    folder: Path = app.config["ROOT"] / "translations"
    codes = [code for code in LANGUAGES if code != DEFAULT_LANGUAGE]
    late = [
        code
        for code in codes
        if not all((folder / code / "LC_MESSAGES" / f"{domain}.mo").is_file() for domain in DOMAINS)
    ]
    if late:
        languages = ", ".join(late)
        yield DoctorFinding(f"Oversettelsene til {languages} er ikke bygd. Kjør «make setup».", is_wrong=True)
    else:
        yield DoctorFinding("Oversettelsene er bygd.")


def _mail_is_set(app: Flask) -> Iterator[DoctorFinding]:
    settings: Settings = app.config["SETTINGS"]
    if not settings.smtp_host:
        yield DoctorFinding(
            "MEDVIRK_SMTP_HOST er ikke satt, så ingen e-post blir sendt. De som drifter Medvirk, kan sette den.",
            is_note=True,
        )
    elif settings.mail_from.endswith(".invalid"):
        yield DoctorFinding("MEDVIRK_MAIL_FROM må være en adresse som finnes.", is_wrong=True)
    else:
        yield DoctorFinding(f"E-post sendes gjennom {settings.smtp_host}:{settings.smtp_port}.")


def _links_can_be_opened(app: Flask) -> Iterator[DoctorFinding]:
    """An address of this machine is right while one tries Medvirk, and useless in somebody's mail."""
    settings: Settings = app.config["SETTINGS"]
    host = urlsplit(settings.base_url).hostname or ""
    if not settings.smtp_host:
        return
    if host and not _is_this_machine(host):
        yield DoctorFinding(f"Lenkene i e-postene går til {settings.base_url}.")
        return
    yield DoctorFinding(
        f"MEDVIRK_BASE_URL er {settings.base_url}, så ingen kan åpne lenkene i e-postene. "
        "Sett den til adressen folk bruker, for eksempel https://medvirk.kommunen.no.",
        is_wrong=True,
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


_CHECKS: Final[tuple[Callable[[Flask], Iterator[DoctorFinding]], ...]] = (
    _database_answers,
    _keys_are_private,
    _counted_surveys_have_no_key,
    _questionnaires_are_as_they_were,
    _files_are_there,
    _translations_are_compiled,
    _mail_is_set,
    _links_can_be_opened,
    sign_in_provider_works,
)
