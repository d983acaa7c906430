"""Whose account it is that signs in with the provider: the linked one, one with her address, or a new one."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.personal_numbers import has_personal_number
from surveys.access.accounts import find_by_username
from surveys.access.administering import AccountError, create_account
from surveys.access.models import Account, Role
from surveys.access.oidc.claims import Claims, first_text, is_left_out
from surveys.access.oidc.errors import AccountClosedError, NoRolesError, TokenRefusedError
from surveys.access.oidc.provider_roles import follow_provider
from surveys.access.oidc.role_mapping import RoleMapping, units_named
from surveys.audit import trail as audit
from surveys.files.encoded_twice import readable_name
from surveys.platform.addresses import EMAIL
from surveys.platform.config import Settings
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES

_log = logging.getLogger("medvirk.access")


@dataclass(frozen=True)
class ProviderIdentity:
    """Whom a provider knows: its address, and its own name for the person. Raises TokenRefusedError."""

    issuer: str
    subject: str

    def __post_init__(self) -> None:
        if not self.subject or len(self.subject) > 255:
            raise TokenRefusedError("the person's claim is missing or too long")
        if has_personal_number(self.subject):
            raise TokenRefusedError("the person's claim is a personal number")


def account_for(session: Session, settings: Settings, mapping: RoleMapping, claims: Claims) -> Account:
    """The person's account, linked to her and with the roles that the claims give her now.

    Raises AccountClosedError, NoRolesError or TokenRefusedError; nothing has then been written.
    """
    identity = _identity(settings, claims)
    roles = _roles(session, mapping, claims)
    account = find_linked(session, identity) or _by_address(session, settings, claims)
    if account is None:
        if not roles:
            raise NoRolesError
        account = _new_account(session, claims)
    if not account.active:
        raise AccountClosedError
    if account.oidc_subject is None:
        link(session, account, identity)
    follow_provider(session, account, roles)
    return account


def find_linked(session: Session, identity: ProviderIdentity) -> Account | None:
    """The account, active or not."""
    return session.scalar(
        select(Account).where(
            Account.oidc_issuer == identity.issuer, Account.oidc_subject == identity.subject
        )
    )


def link(session: Session, account: Account, identity: ProviderIdentity) -> None:
    """From now on the person signs in to the account."""
    account.oidc_issuer, account.oidc_subject = identity.issuer, identity.subject
    session.flush()
    audit.record(session, "account.linked", account.trail_name)


def _identity(settings: Settings, claims: Claims) -> ProviderIdentity:
    return ProviderIdentity(settings.oidc_issuer, first_text(claims, settings.oidc_person))


def _roles(session: Session, mapping: RoleMapping, claims: Claims) -> set[tuple[Role, int]]:
    """Role and unit of every row that fits. A row whose unit is not there today gives nothing."""
    for path in mapping.claims:
        if is_left_out(claims, path):
            raise TokenRefusedError(f"the claim {path} is too large for the token")
    units = units_named(session, mapping)
    rows = mapping.rows_for(claims)
    for row in rows:
        if row.unit not in units:
            _log.warning("MEDVIRK_OIDC_ROLES: det finnes ingen enhet med koden «%s» i dag.", row.unit)
    return {(row.role, unit.id) for row in rows if (unit := units.get(row.unit))}


def _by_address(session: Session, settings: Settings, claims: Claims) -> Account | None:
    """The one account with the person's e-mail address that nobody is linked to; None when there are more."""
    email = first_text(claims, "email")
    verified = claims.get("email_verified") in {True, "true"}
    allowed = settings.oidc_match_email
    if not email or allowed == "never" or (allowed == "verified" and not verified):
        return None
    found = session.scalars(
        select(Account).where(func.lower(Account.email) == email.lower(), Account.oidc_subject.is_(None))
    ).all()
    return found[0] if len(found) == 1 else None


def _new_account(session: Session, claims: Claims) -> Account:
    email = first_text(claims, "email")
    usable = email if EMAIL.fullmatch(email) else ""
    name = " ".join((first_text(claims, "name") or _given_name(claims)).split())[:120]
    for username in _usernames(claims, usable):
        if find_by_username(session, username) is not None:
            continue
        try:
            account = create_account(session, username, readable_name(name) or username, usable)
        except AccountError:
            # The provider's name for her has letters that a user name of ours cannot have.
            continue
        account.language = _language(claims)
        return account
    raise TokenRefusedError("no user name could be made")


def _given_name(claims: Claims) -> str:
    return f"{first_text(claims, 'given_name')} {first_text(claims, 'family_name')}".strip()


def _usernames(claims: Mapping[str, object], email: str) -> Iterator[str]:
    """What she knows herself as first; then one that nobody can have."""
    for wanted in (first_text(claims, "preferred_username"), email):
        if wanted and not has_personal_number(wanted):
            yield wanted.lower()
    yield f"innlogging-{secrets.token_hex(6)}"


def _language(claims: Claims) -> str:
    code = first_text(claims, "locale").replace("_", "-").partition("-")[0].lower()
    return {"no": DEFAULT_LANGUAGE}.get(code, code if code in LANGUAGES else DEFAULT_LANGUAGE)
