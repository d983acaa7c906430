"""Signing in with the provider, from the link on the sign-in page until there is a session.

Imported when somebody signs in: `requests`, Authlib and joserfc take 13 MB that a process for respondents never needs.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy.exc import IntegrityError

from surveys.access.accounts import find_account
from surveys.access.models import Account
from surveys.access.oidc.attempts import SignInAttempt, begin_attempt
from surveys.access.oidc.errors import TokenRefusedError
from surveys.access.oidc.kept_tokens import sealed
from surveys.access.oidc.own_addresses import callback_address
from surveys.access.oidc.protocol import ProvenPerson, SignInClient, address_to_sign_in, person_behind
from surveys.access.oidc.provider import provider
from surveys.access.oidc.recognising import account_for
from surveys.access.oidc.role_mapping import RoleMapping, read_role_mapping
from surveys.access.sessions import start_session
from surveys.platform.config import Settings
from surveys.platform.database import Database

_SHOWN: tuple[str, ...] = ("email", "name")
"""Claims that a new account is made of."""


@dataclass(frozen=True)
class StartedSession:
    """`token`: for the browser to keep."""

    account: Account
    token: str


def address_of_provider(session: MutableMapping[str, Any], target: str) -> str:
    """Where the browser is sent, with an attempt kept in its session. Raises ProviderDownError or RoleMappingError."""
    client, mapping = _client(), _mapping()
    # The provider first: one that does not answer leaves nothing in the browser.
    client.provider.metadata()
    state, attempt = begin_attempt(session, target)
    return address_to_sign_in(client, state, attempt, mapping.ask_for)


def sign_in_with(db: Database, code: str, attempt: SignInAttempt) -> StartedSession:
    """A session for the person whom the code is for.

    Raises ProviderDownError, TokenRefusedError, RoleMappingError, AccountClosedError or NoRolesError.
    """
    client, mapping = _client(), _mapping()
    settings = client.settings
    wanted = [*mapping.claims, settings.oidc_person, *_SHOWN]
    # Asked before anything is written: the provider takes its time.
    person = person_behind(client, code, attempt, wanted)
    try:
        return _start(db, settings, mapping, person)
    except IntegrityError:
        # Her first sign-in in another tab has just made the same account: now it is there.
        return _start(db, settings, mapping, person)


def _start(db: Database, settings: Settings, mapping: RoleMapping, person: ProvenPerson) -> StartedSession:
    with db.transaction() as writing:
        account = account_for(writing, settings, mapping, person.claims)
        token = start_session(writing, account, id_token=sealed(person.id_token))
        writing.flush()
        started = StartedSession(find_account(writing, account.id) or account, token)
        writing.expunge_all()
    return started


def checked_issuer(sent: str | None) -> None:
    """An answer that names its issuer names ours (RFC 9207). Raises TokenRefusedError."""
    if sent is not None and sent != _settings().oidc_issuer:
        raise TokenRefusedError("the answer is another issuer's")


def _client() -> SignInClient:
    settings = _settings()
    return SignInClient(settings, provider(), callback_address(settings))


def _mapping() -> RoleMapping:
    return read_role_mapping(_settings().oidc_roles_file)


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found
