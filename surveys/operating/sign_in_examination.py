"""Does sign-in with the provider work: does it answer, is the file of roles right, and is there a way in without it?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.access.oidc.errors import ProviderDownError
from surveys.access.oidc.own_addresses import callback_address, signed_out_address
from surveys.operating.findings import DoctorFinding
from surveys.platform.config import Settings
from surveys.platform.database import Database

if TYPE_CHECKING:
    from surveys.access.oidc.role_mapping import RoleMapping


def sign_in_provider_works(app: Flask) -> Iterator[DoctorFinding]:
    """Nothing to say when there is no provider."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.oidc_issuer:
        return
    yield from _provider_answers(settings)
    yield from _roles_are_right(app, settings)
    yield from _somebody_gets_in_without(app)
    if settings.oidc_match_email == "unverified":
        yield DoctorFinding(
            "MEDVIRK_OIDC_MATCH_EMAIL er unverified: den som kan skrive sin egen e-postadresse hos tjenesten, kan ta "
            "over en konto. Bruk det bare når kommunen selv styrer adressene.",
            is_note=True,
        )


def _provider_answers(settings: Settings) -> Iterator[DoctorFinding]:
    # `requests`, Authlib and joserfc are loaded when there is a provider to ask.
    from surveys.access.oidc.provider import SignInProvider

    provider = SignInProvider(settings.oidc_issuer)
    try:
        provider.keys()
    except ProviderDownError as error:
        yield DoctorFinding(
            f"Innloggingstjenesten svarer ikke riktig: {error}. Sjekk MEDVIRK_OIDC_ISSUER og brannmuren.",
            is_wrong=True,
        )
        return
    back = f"{callback_address(settings)} og {signed_out_address(settings)}"
    yield DoctorFinding(
        f"Innloggingstjenesten {settings.oidc_issuer} svarer. Der må disse være registrert: {back}."
    )
    if not provider.end_session_address():
        yield DoctorFinding(
            "Innloggingstjenesten har ingen side for å logge ut. Utlogging gjelder bare Medvirk.",
            is_note=True,
        )


def _roles_are_right(app: Flask, settings: Settings) -> Iterator[DoctorFinding]:
    file = settings.oidc_roles_file
    if not file.exists():
        yield DoctorFinding(
            f"Filen {file} finnes ikke, så ingen får roller fra innloggingstjenesten. Lag den, eller sett "
            "MEDVIRK_OIDC_ROLES.",
            is_wrong=True,
        )
        return
    # YAML and its checks are loaded when there is a file of roles to read.
    from surveys.access.oidc.role_mapping import RoleMappingError, read_role_mapping

    try:
        mapping = read_role_mapping(file)
    except RoleMappingError as error:
        yield from (DoctorFinding(fault, is_wrong=True) for fault in error.faults)
        return
    yield from _units_are_there(app, settings, mapping)


def _units_are_there(app: Flask, settings: Settings, mapping: "RoleMapping") -> Iterator[DoctorFinding]:
    from surveys.access.oidc.role_mapping import unknown_units

    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            unknown = unknown_units(session, mapping)
    except SQLAlchemyError:
        return
    for code in unknown:
        yield DoctorFinding(
            f"{settings.oidc_roles_file}: det finnes ingen enhet med koden «{code}» i dag.", is_wrong=True
        )
    if not unknown:
        yield DoctorFinding(f"{settings.oidc_roles_file} gir roller etter {len(mapping.roles)} regler.")


def _somebody_gets_in_without(app: Flask) -> Iterator[DoctorFinding]:
    db: Database = app.extensions["medvirk_database"]
    try:
        with db.reading() as session:
            found = session.scalar(
                select(Account.id)
                .join(Grant, Grant.account_id == Account.id)
                .where(Account.active, Account.password_hash != "", Grant.role == Role.ADMINISTRATOR)
                .where(Grant.source == GrantSource.GIVEN, Grant.to_day.is_(None))
                .limit(1)
            )
    except SQLAlchemyError:
        return
    if found is None:
        yield DoctorFinding(
            "Ingen systemansvarlig kan logge inn med passord. Svarer ikke innloggingstjenesten, kommer ingen inn. "
            "Lag en med «medvirk account add».",
            is_wrong=True,
        )
