"""Is this installation in order? Each check says what it looked at and, when something is wrong, what to do."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from surveys.audit.models import AuditEntry
from surveys.campaigns.changed_questionnaires import changed_files
from surveys.campaigns.holder_mail.queueing import any_holders, surveys_with_unreached
from surveys.campaigns.models import SurveyStatus
from surveys.operating import migrating
from surveys.operating.findings import DoctorFinding
from surveys.operating.health.checks import LEAST_FREE
from surveys.operating.key_examination import (
    counted_surveys_have_no_key,
    files_are_private,
    keys_are_apart,
    keys_are_private,
    keys_are_the_databases_own,
)
from surveys.operating.mail_examination import mails_come_through
from surveys.operating.revisions import SchemaAge
from surveys.operating.schema_state import schema_fault
from surveys.operating.sign_in_examination import sign_in_provider_works
from surveys.operating.sms_examination import sms_come_through, sms_is_set
from surveys.platform.clock import now
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.heartbeats import heartbeats
from surveys.platform.localisation import DEFAULT_LANGUAGE, DOMAINS, LANGUAGES
from surveys.platform.static_files import missing_vendor_files
from surveys.site.security_text import contact_address

_OLD_BACKUP_DAYS: Final = 2
_MOST_SECONDS_APART: Final = 5.0
_COMFORTABLE: Final = 1024**3
_COUNTED: Final = (SurveyStatus.COUNTED, SurveyStatus.RELEASED)
_NAMED_AT_MOST: Final = 3


def examine(app: Flask) -> list[DoctorFinding]:
    """Every finding, in the order an operator would mend them. Destroys left-over keys of counted surveys."""
    return [finding for check in _CHECKS for finding in check(app)]


def _database_answers(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        fault = schema_fault(db.engine)
    except SQLAlchemyError as error:
        yield DoctorFinding(f"Databasen svarer ikke: {str(error).splitlines()[0]}", is_wrong=True)
        return
    if fault:
        yield DoctorFinding(fault.advice, is_wrong=True)
    else:
        yield DoctorFinding("Databasen svarer og er oppdatert.")


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


def _key_holders_get_mail(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            if not any_holders(session):
                return
            lacking = surveys_with_unreached(session)
    except SQLAlchemyError:
        return
    if not app.config["SETTINGS"].smtp_host:
        yield DoctorFinding(
            "Nøkkelholderne får ikke e-post når en urne skal åpnes eller noen har åpnet den: MEDVIRK_SMTP_HOST er "
            "ikke satt. Gi dem beskjed på en annen måte.",
            is_note=True,
        )
    for key, names in lacking.items():
        yield DoctorFinding(
            f"{', '.join(names)} er nøkkelholder for «{key}» og har ingen e-postadresse. Legg den inn under «Brukere».",
            is_note=True,
        )


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


def _proxies_are_told_of(app: Flask) -> Iterator[DoctorFinding]:
    """Medvirk has no TLS of its own, so an address on https has a proxy before it."""
    settings: Settings = app.config["SETTINGS"]
    is_https = settings.base_url.startswith("https://")
    if is_https and not settings.proxies:
        yield DoctorFinding(
            f"MEDVIRK_PROXIES er 0, men adressen er {settings.base_url}. Sett den til antallet mellomtjenere som står "
            "foran, som regel 1. Ellers avvises alle sidene.",
            is_wrong=True,
        )
    elif settings.proxies and not is_https:
        yield DoctorFinding(
            f"MEDVIRK_PROXIES er {settings.proxies}, men MEDVIRK_BASE_URL begynner ikke med https. Da kan andre "
            "på nettet lese svar og passord på veien.",
            is_note=True,
        )
    elif settings.proxies:
        yield DoctorFinding(f"Mellomtjenere foran nettstedet: {settings.proxies}.")


def _holes_can_be_told_of(app: Flask) -> Iterator[DoctorFinding]:
    settings: Settings = app.config["SETTINGS"]
    if contact_address(settings.security_contact):
        yield DoctorFinding(f"Den som finner et sikkerhetshull, skriver til {settings.security_contact}.")
    elif settings.security_contact:
        yield DoctorFinding(
            "MEDVIRK_SECURITY_CONTACT må være en e-postadresse, eller begynne med https:, mailto: eller tel:.",
            is_wrong=True,
        )
    else:
        yield DoctorFinding(
            "MEDVIRK_SECURITY_CONTACT er ikke satt, så den som finner et sikkerhetshull, vet ikke hvem som skal få "
            "vite det.",
            is_note=True,
        )


def _limits_are_shared(app: Flask) -> Iterator[DoctorFinding]:
    settings: Settings = app.config["SETTINGS"]
    if settings.limits_storage.startswith("memory"):
        yield DoctorFinding(
            "MEDVIRK_LIMITS_STORAGE er memory://, så prosessene teller forsøk på å gjette koder og passord hver for "
            "seg. Fjern innstillingen, så teller de sammen.",
            is_note=True,
        )
    else:
        yield DoctorFinding("Alle prosesser teller forsøk på å gjette koder og passord sammen.")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _backup_is_fresh(app: Flask) -> Iterator[DoctorFinding]:
    """Only backups by `medvirk backup` are known of: somebody may copy the database in another way."""
    db: Database = app.extensions["medvirk_database"]
    last = select(func.max(AuditEntry.at)).where(AuditEntry.action == "installation.backed_up")
    try:
        with db.reading() as session:
            made_at = session.scalar(last)
    except SQLAlchemyError:
        return
    if made_at is None:
        yield DoctorFinding("Ingen sikkerhetskopi er tatt med «medvirk backup».", is_note=True)
        return
    days = (now() - made_at).days
    age = "siste døgn" if days < 1 else f"for {days} døgn siden"
    yield DoctorFinding(f"Siste sikkerhetskopi er tatt {age}.", is_note=days >= _OLD_BACKUP_DAYS)


def _worker_is_alive(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            found = heartbeats(session)
    except SQLAlchemyError:
        return
    if found.age is None:
        yield DoctorFinding(
            "Bakgrunnstjenesten har ikke vært i gang. Start «medvirk worker»: den sender e-post og lukker etter "
            "fristen.",
            is_note=True,
        )
    elif found.is_late:
        yield DoctorFinding(
            f"Bakgrunnstjenesten ble sist sett for {_ago(found.age)} siden. Start «medvirk worker»: uten den blir "
            "ingen e-post sendt, og ingen undersøkelse lukket etter fristen.",
            is_wrong=True,
        )
    else:
        yield DoctorFinding("Bakgrunnstjenesten er i gang.")


def _ago(age: dt.timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} minutter"
    return f"{minutes // 60} timer" if minutes < 48 * 60 else f"{minutes // (24 * 60)} døgn"


def _clock_is_right(app: Flask) -> Iterator[DoctorFinding]:
    """Deadlines, links and limits follow the clock. An SQLite database has no clock but ours."""
    db: Database = app.extensions["medvirk_database"]
    if db.engine.dialect.name == "sqlite":
        return
    try:
        with db.engine.connect() as connection:
            before = now()
            theirs = connection.scalar(select(func.clock_timestamp()))
            ours = before + (now() - before) / 2
    except SQLAlchemyError:
        return
    seconds = abs((theirs - ours).total_seconds()) if theirs else 0.0
    if seconds > _MOST_SECONDS_APART:
        yield DoctorFinding(
            f"Klokka på denne maskinen og klokka til databasen går {seconds:.0f} sekunder ulikt. Slå på "
            "tidssynkronisering (NTP) på begge.",
            is_wrong=True,
        )
    else:
        yield DoctorFinding("Klokka på denne maskinen og klokka til databasen går likt.")


def _disk_has_room(app: Flask) -> Iterator[DoctorFinding]:
    folder: Path = app.config["SETTINGS"].instance
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    room = f"Disken med {folder} har {free / 1024**3:.1f} GB ledig."
    if free < LEAST_FREE:
        yield DoctorFinding(f"{room} Rydd plass nå: svar kan ikke lagres når den er full.", is_wrong=True)
    elif free < _COMFORTABLE:
        yield DoctorFinding(f"{room} Rydd plass snart.", is_note=True)
    else:
        yield DoctorFinding(room)


def _tables_are_as_migrated(app: Flask) -> Iterator[DoctorFinding]:
    """Of a database that is up to date: one that is not has been named already."""
    db: Database = app.extensions["medvirk_database"]
    try:
        if migrating.schema_age(db.engine) is not SchemaAge.NEWEST:
            return
        changed = migrating.changed_tables(db.engine)
    except SQLAlchemyError:
        return
    if changed:
        yield DoctorFinding(
            f"Noen har endret databasen utenom Medvirk. Disse tabellene er ikke som de skal: {', '.join(changed)}. "
            "Hent databasen tilbake fra en sikkerhetskopi.",
            is_wrong=True,
        )
    else:
        yield DoctorFinding("Tabellene i databasen er som de skal.")


_CHECKS: Final[tuple[Callable[[Flask], Iterator[DoctorFinding]], ...]] = (
    _database_answers,
    keys_are_private,
    keys_are_apart,
    files_are_private,
    keys_are_the_databases_own,
    counted_surveys_have_no_key,
    _questionnaires_are_as_they_were,
    _files_are_there,
    _translations_are_compiled,
    _mail_is_set,
    _key_holders_get_mail,
    mails_come_through,
    sms_is_set,
    sms_come_through,
    _links_can_be_opened,
    _proxies_are_told_of,
    _limits_are_shared,
    _holes_can_be_told_of,
    sign_in_provider_works,
    _backup_is_fresh,
    _worker_is_alive,
    _clock_is_right,
    _disk_has_room,
    # Last: it imports every table, and a query after it would have to prepare them all.
    _tables_are_as_migrated,
)
