"""A new installation: database, municipality, top unit and first administrator. Repeating it changes nothing."""

import secrets
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.access.passwords import hash_password
from surveys.audit import trail as audit
from surveys.campaigns.key_faults import note_fingerprint
from surveys.campaigns.keystore import KeyStore
from surveys.files.encoded_twice import fault_of_name
from surveys.operating import migrating
from surveys.operating.revisions import SchemaAge
from surveys.organisation.models import Installation, Unit
from surveys.platform.database import Database
from surveys.platform.private_files import make_private_folder


@dataclass(frozen=True)
class Beginning:
    """What a new installation needs to know. An empty password means that one is made."""

    municipality: str
    contact: str = ""
    unit_code: str = "kommune"
    username: str = "admin"
    password: str = ""
    # The secrets the database knows are lost for good, and these take their place.
    accept_lost_keys: bool = False


@dataclass(frozen=True)
class Begun:
    """What was done: `generated_password` is to be shown once and is stored nowhere."""

    username: str
    administrator_made: bool
    generated_password: str = ""


def is_begun(app: Flask) -> bool:
    """True when the installation has an administrator."""
    engine = _database(app).engine
    if not inspect(engine).has_table(Grant.__tablename__):
        return False
    with _database(app).reading() as session:
        return _has_administrator(session)


def begin(app: Flask, plan: Beginning) -> Begun:
    """Migrates the database and fills in what is missing. Two at once take turns.

    Raises ValueError for a password that is too short or a name that was encoded twice, and ForeignKeysError when the
    database knows other secrets.
    """
    db = _database(app)
    make_private_folder(app.config["SETTINGS"].keys)
    was_up_to_date = migrating.schema_age(db.engine) is SchemaAge.NEWEST
    migrating.upgrade(db.engine)
    generated = "" if plan.password else secrets.token_urlsafe(15)
    begun = _filled_in(app, plan, generated, was_up_to_date=was_up_to_date)
    if _has_background_beside_answers(db):
        # It loads what makes figures, which `medvirk init` otherwise need not wait for.
        from surveys.publishing.separating import separate_all

        separate_all(db)
    return begun


def _has_background_beside_answers(db: Database) -> bool:
    """Whether an older version counted a survey; asked each time, for the run that should mend it may have died."""
    with db.reading() as session:
        found = session.execute(
            text(
                "SELECT 1 FROM survey WHERE status IN ('counted', 'released') "
                "AND id NOT IN (SELECT survey_id FROM separated_background) LIMIT 1"
            )
        )
        return found.first() is not None


def _filled_in(app: Flask, plan: Beginning, generated: str, *, was_up_to_date: bool) -> Begun:
    """What is missing in a database that is up to date, in one transaction."""
    db, settings, own = _database(app), app.config["SETTINGS"], app.config["SECRETS"]
    with db.transaction() as session:
        migrating.take_turn(session.connection())
        top = _installation_and_top(session, plan)
        keys = KeyStore.of(settings.keys, own)
        note_fingerprint(session, own, keys, accept_lost=plan.accept_lost_keys)
        if not was_up_to_date:
            # It loads what reads questionnaires, which `medvirk init` on an up-to-date database need not wait for.
            from surveys.campaigns.invitation_seals import seal_the_unsealed
            from surveys.campaigns.tally.closing_root import freeze_boxes_closed_before

            seal_the_unsealed(session, own.codes)
            freeze_boxes_closed_before(session)
        if _has_administrator(session):
            return Begun("", administrator_made=False)
        username = plan.username.strip().lower()
        account = _make_administrator(
            session, replace(plan, username=username), generated or plan.password, top
        )
        audit.record(session, "installation.begun", account.trail_name)
    return Begun(username, administrator_made=True, generated_password=generated)


def _installation_and_top(session: Session, plan: Beginning) -> Unit:
    """The municipality and the unit at the top of its tree, made unless they are there."""
    if session.get(Installation, 1) is None:
        if fault := fault_of_name(plan.municipality):
            raise ValueError(fault)
        session.add(Installation(id=1, municipality=plan.municipality, contact=plan.contact))
    top = session.scalar(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id))
    if top is None:
        top = Unit(code=plan.unit_code, name=plan.municipality, type="kommune")
        session.add(top)
    session.flush()
    return top


def _make_administrator(session: Session, plan: Beginning, password: str, top: Unit) -> Account:
    if session.scalar(select(Account.id).where(Account.username == plan.username)):
        raise ValueError(
            f"Det finnes allerede en bruker som heter «{plan.username}». Velg et annet brukernavn."
        )
    account = Account(username=plan.username, name="Administrator", password_hash=hash_password(password))
    account.all_grants = [Grant(role=Role.ADMINISTRATOR, unit=top)]
    session.add(account)
    session.flush()
    return account


def _has_administrator(session: Session) -> bool:
    found = select(Grant.id).join(Grant.account).where(Grant.role == Role.ADMINISTRATOR, Account.active)
    return session.scalar(found.limit(1)) is not None


def _database(app: Flask) -> Database:
    found: Database = app.extensions["medvirk_database"]
    return found
