"""Accounts of the roster's leaders: made from it, and following it when a leader moves, stops or is replaced."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from surveys.access.accounts import find_by_username
from surveys.access.administering import Period, create_account, give_role
from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.access.role_trail import note_role
from surveys.organisation.models import Person, Unit


def create_leader_account(session: Session, actor: Account | None, person: Person, unit: Unit) -> Account:
    """An account with the leader's role on her unit. An account with her address already is joined to her instead.

    So is her own from before, when she has left the roster and come back under another number.
    Raises AccountError when the actor may not give the role there.
    """
    is_nobodys = Account.person_id.is_(None) | Account.person.has(
        ~Person.active & (Person.name == person.name)
    )
    account = session.scalar(
        select(Account)
        .where(is_nobodys, func.lower(Account.email) == person.email.lower(), Account.email != "")
        .order_by(Account.person_id.is_not(None), Account.id)
        .limit(1)
    )
    if account is None:
        account = create_account(
            session, _username(session, person), person.name, person.email, person_id=person.id
        )
        account.language = person.language
    account.person_id = person.id
    give_role(session, actor, account, Role.LEADER, unit, Period(), source=GrantSource.ROSTER)
    return account


def update_leader_roles(session: Session) -> int:
    """Gives and ends the leader's roles that came from the roster, as it is now; how many were changed.

    An account whose person is no longer in the roster keeps what somebody gave it by hand, and loses the rest.
    """
    changed = 0
    accounts = session.scalars(
        select(Account)
        .where(Account.person_id.is_not(None))
        .options(selectinload(Account.all_grants), selectinload(Account.person))
    )
    for account in accounts:
        leads = _leads(account.person)
        for grant in [g for g in account.all_grants if g.source == GrantSource.ROSTER]:
            if grant.unit_id != leads:
                account.all_grants.remove(grant)
                note_role(session, "account.role_ended", account, grant)
                changed += 1
        # What the sign-in provider gives, it may take away: the roster's own role is beside it.
        held = {(g.role, g.unit_id) for g in account.all_grants if g.source != GrantSource.OIDC}
        if leads is not None and (Role.LEADER, leads) not in held:
            grant = Grant(role=Role.LEADER, unit_id=leads, source=GrantSource.ROSTER)
            account.all_grants.append(grant)
            session.flush()
            note_role(session, "account.role_given", account, grant)
            changed += 1
    session.flush()
    return changed


def _leads(person: Person | None) -> int | None:
    return person.unit_id if person and person.active and person.is_leader else None


def _username(session: Session, person: Person) -> str:
    """The address, else the employee number; with a number behind it when somebody has that."""
    wanted = (person.email or f"ansatt-{person.employee_number}").lower()
    candidates: Iterable[str] = (wanted, *(f"{wanted}-{number}" for number in range(2, 100)))
    return next(name for name in candidates if find_by_username(session, name) is None)
