"""Linking an account to a person at the sign-in provider by hand, ending the link, and what the next sign-in does.

`actor` as in `surveys.access.administering`: nobody does it to her own account or to one with rights she may not give.
"""

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.administering import AccountError, may_administer
from surveys.access.models import Account
from surveys.access.oidc.errors import TokenRefusedError
from surveys.access.oidc.provider_roles import end_provider_roles
from surveys.access.oidc.recognising import ProviderIdentity, find_linked, link
from surveys.access.sessions import end_all_sessions
from surveys.audit import trail as audit
from surveys.platform.config import Settings
from surveys.platform.texts import _


class NextSignIn(StrEnum):
    """What the rule for addresses (`MEDVIRK_OIDC_MATCH_EMAIL`) does with an account that is not linked."""

    LINKS = "links"
    LINKS_IF_VERIFIED = "links_if_verified"
    NO_ADDRESS = "no_address"
    SHARED_ADDRESS = "shared_address"
    NEVER = "never"


def next_sign_in(session: Session, settings: Settings, account: Account) -> NextSignIn:
    """The same rule as `recognising.account_for` follows, told beforehand."""
    if settings.oidc_match_email == "never":
        return NextSignIn.NEVER
    if not account.email:
        return NextSignIn.NO_ADDRESS
    same = func.lower(Account.email) == account.email.lower()
    others = select(Account.id).where(same, Account.oidc_subject.is_(None), Account.id != account.id)
    if session.scalar(others.limit(1)) is not None:
        return NextSignIn.SHARED_ADDRESS
    verified = settings.oidc_match_email == "verified"
    return NextSignIn.LINKS_IF_VERIFIED if verified else NextSignIn.LINKS


def link_by_subject(
    session: Session, actor: Account | None, settings: Settings, account: Account, subject: str
) -> None:
    """The person with this name at the provider signs in to the account from now on. Raises AccountError.

    Somebody else it was linked to is out at once.
    """
    _check_may(session, actor, account)
    if not settings.oidc_issuer:
        raise AccountError(_("Det er ikke satt opp noen innloggingstjeneste."))
    try:
        identity = ProviderIdentity(settings.oidc_issuer, subject.strip())
    except TokenRefusedError:
        raise AccountError(
            _("ID-en er tom, for lang eller et fødselsnummer. Medvirk skal aldri ha fødselsnummer.")
        ) from None
    other = find_linked(session, identity)
    if other is not None and other.id != account.id:
        raise AccountError(_("Denne personen er allerede knyttet til en annen bruker."))
    if other is None and account.oidc_subject is not None:
        unlink(session, actor, account)
    link(session, account, identity)


def unlink(session: Session, actor: Account | None, account: Account) -> None:
    """Nobody at the provider signs in to the account; it is signed out, and the provider's roles end.

    Raises AccountError.
    """
    _check_may(session, actor, account)
    if account.oidc_subject is None:
        raise AccountError(_("Kontoen er ikke knyttet til innloggingstjenesten."))
    account.oidc_issuer = account.oidc_subject = None
    session.flush()
    end_provider_roles(session, account)
    end_all_sessions(session, account.id)
    audit.record(session, "account.unlinked", account.trail_name)


def _check_may(session: Session, actor: Account | None, account: Account) -> None:
    if not may_administer(session, actor, account):
        raise AccountError(
            _("Du kan ikke endre innloggingen til denne brukeren. Be en annen om å gjøre det.")
        )
