"""Roles that the sign-in provider gives: exactly what its claims say at each sign-in, beside everybody else's."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.access.role_trail import note_role


def follow_provider(session: Session, account: Account, roles: Collection[tuple[Role, int]]) -> int:
    """Gives and ends the account's roles from the provider until they are `roles` (role, unit id); how many changed."""
    held = {(grant.role, grant.unit_id): grant for grant in _from_provider(account)}
    for key, grant in held.items():
        if key not in roles:
            _end(session, account, grant)
    for role, unit_id in sorted(set(roles) - set(held)):
        grant = Grant(role=role, unit_id=unit_id, source=GrantSource.OIDC)
        account.all_grants.append(grant)
        session.flush()
        note_role(session, "account.role_given", account, grant)
    session.flush()
    return len(set(held) ^ set(roles))


def end_provider_roles(session: Session, account: Account) -> int:
    """Ends every role from the provider: whoever signs in with a password has not been to the provider.

    Somebody who has left may still know her password here. What the provider gave comes back when she signs in there.
    """
    return follow_provider(session, account, ())


def has_provider_roles(account: Account) -> bool:
    return bool(_from_provider(account))


def _from_provider(account: Account) -> list[Grant]:
    return [grant for grant in account.all_grants if grant.source == GrantSource.OIDC]


def _end(session: Session, account: Account, grant: Grant) -> None:
    note_role(session, "account.role_ended", account, grant)
    account.all_grants.remove(grant)
