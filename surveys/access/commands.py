"""`medvirk account …`: the same verbs as the pages, for whoever has the server."""

import datetime as dt
import sys
from typing import NoReturn

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys.access import administering
from surveys.access.account_mail import link_address, send_link
from surveys.access.accounts import find_by_username
from surveys.access.administering import AccountError, Period
from surveys.access.models import Account, Grant, Role
from surveys.access.oidc.linking import link_by_subject
from surveys.access.one_time_links import make_link
from surveys.access.passwords import PasswordRefusedError, hash_password
from surveys.access.texts import role_word
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import database
from surveys.platform.days import FORMATS
from surveys.platform.terminal import fail, say, with_app

_DAY = click.DateTime(FORMATS)


@click.group("account")
def account() -> None:
    """Brukere som logger inn: lag, list opp, ny lenke, steng."""


@account.command("add")
@click.argument("username", metavar="BRUKERNAVN")
@click.option("--name", metavar="NAVN", required=True, help="Navnet på den som skal bruke kontoen.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="Rollen.")
@click.option(
    "--unit", "unit_code", metavar="KODE", required=True, help="Enheten rollen gjelder, med alt under."
)
@click.option("--mail", metavar="ADRESSE", default="", help="Hit sendes lenken for å velge passord.")
@click.option("--from", "from_day", type=_DAY, help="Første dag rollen gjelder, for eksempel 20.03.2026.")
@click.option("--to", "to_day", type=_DAY, help="Siste dag rollen gjelder, for eksempel 20.03.2026.")
@click.option(
    "--password-stdin", is_flag=True, help="Les passordet fra standard inn i stedet for å lage en lenke."
)
@with_app
def add(
    app: Flask,  # noqa: ARG001
    username: str,
    name: str,
    role: str,
    unit_code: str,
    mail: str,
    from_day: dt.datetime | None,
    to_day: dt.datetime | None,
    password_stdin: bool,
) -> None:
    """Lager en bruker med en rolle, eller gir en bruker som finnes, en rolle til."""
    password_hash = _hash_from_stdin((username, name, mail)) if password_stdin else ""
    try:
        period = Period(from_day.date() if from_day else None, to_day.date() if to_day else None)
        with database().transaction() as session:
            unit = _unit(session, unit_code)
            found = find_by_username(session, username)
            made = found or administering.create_account(session, username, name, mail)
            administering.give_role(session, None, made, Role(role), unit, period)
            if password_hash:
                made.password_hash = password_hash
            opened = bool(made.password_hash)
            token = "" if opened else make_link(session, made)
            session.flush()
            session.expunge_all()
    except AccountError as problem:
        fail(str(problem))
    say(f"{made.name} ({made.username}) er {role_word(Role(role)).lower()} for {unit_code}.")
    if token:
        _hand_out(made, token)


@account.command("list")
@with_app
def list_accounts(app: Flask) -> None:  # noqa: ARG001
    """Alle brukere, med rollene de har nå."""
    with database().reading() as session:
        accounts = session.scalars(
            select(Account)
            .order_by(Account.username)
            .options(selectinload(Account.all_grants).joinedload(Grant.unit))
        ).all()
        for one in accounts:
            roles = ", ".join(f"{role_word(grant.role)}: {grant.unit.code}" for grant in one.grants)
            say(f"{one.username}\t{one.name}\t{roles or 'ingen tilganger'}\t{_state(one)}")


@account.command("reset")
@click.argument("username", metavar="BRUKERNAVN")
@with_app
def reset(app: Flask, username: str) -> None:  # noqa: ARG001
    """Lager en ny lenke for å velge passord. Lenker fra før slutter å virke."""
    with database().transaction() as session:
        one = _account(session, username)
        if not one.active:
            fail(f"Kontoen «{one.username}» er stengt.")
        token = make_link(session, one)
        session.flush()
        session.expunge_all()
    _hand_out(one, token)


@account.command("deactivate")
@click.argument("username", metavar="BRUKERNAVN")
@with_app
def deactivate(app: Flask, username: str) -> None:  # noqa: ARG001
    """Stenger en konto og logger den ut overalt."""
    try:
        with database().transaction() as session:
            administering.deactivate(session, None, _account(session, username))
    except AccountError as problem:
        fail(str(problem))
    say(f"Kontoen «{username}» er stengt, og brukeren er logget ut.")


@account.command("link")
@click.argument("username", metavar="BRUKERNAVN")
@click.argument("subject", metavar="ID")
@with_app
def link(app: Flask, username: str, subject: str) -> None:
    """Knytter en bruker til en person hos innloggingstjenesten.

    ID er det tjenesten kaller personen, i feltet som MEDVIRK_OIDC_PERSON nevner. Bruk kommandoen når tjenesten
    ikke bekrefter e-postadresser.
    """
    settings: Settings = app.config["SETTINGS"]
    if not settings.oidc_issuer:
        fail("MEDVIRK_OIDC_ISSUER er ikke satt, så det er ingen tjeneste å knytte til.")
    try:
        with database().transaction() as session:
            link_by_subject(session, None, settings, _account(session, username), subject)
    except AccountError as problem:
        fail(str(problem))
    say(f"«{username}» logger nå inn med innloggingstjenesten.")


def _hand_out(account: Account, token: str) -> None:
    """Sends the link where that can be done; the operator gets it too."""
    if send_link(account, token):
        say(f"Lenken er sendt til {account.email}.")
    say("Lenken for å velge passord virker én gang, i 72 timer:")
    say(link_address(token))


def _hash_from_stdin(about: tuple[str, ...]) -> str:
    try:
        return hash_password(sys.stdin.readline().rstrip("\r\n"), about)
    except PasswordRefusedError as refusal:
        fail(str(refusal))


def _state(one: Account) -> str:
    if not one.active:
        return "stengt"
    if one.oidc_subject:
        return "logger inn med innloggingstjenesten"
    return "i bruk" if one.password_hash else "har ikke valgt passord"


def _unit(session: Session, code: str) -> Unit:
    found = session.scalar(select(Unit).where(Unit.code == code))
    return found or _unknown(f"Det finnes ingen enhet med koden «{code}».")


def _account(session: Session, username: str) -> Account:
    found = find_by_username(session, username)
    return found or _unknown(f"Det finnes ingen bruker som heter «{username}».")


def _unknown(message: str) -> NoReturn:
    fail(message)
