"""What the pages about accounts read: those the reader may know of, and the roles and units she may give."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from surveys.access.administering import GIVEN_BY_HR, may_administer, may_give
from surveys.access.models import HR_ROLES, Account, Grant, Role
from surveys.access.permissions import granted_units
from surveys.organisation.living import has_ended
from surveys.organisation.models import Person, Unit
from surveys.organisation.subtrees import ids_below
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical


@dataclass(frozen=True)
class AccountRow:
    """One line of the list."""

    account: Account
    roles: tuple[Grant, ...]
    opened: bool


def known_accounts(session: Session, reader: Account, search: str = "") -> list[AccountRow]:
    """Accounts with a role in the reader's units or with none anywhere, by name; `search` in name and user name."""
    units = granted_units(session, reader, *HR_ROLES)
    elsewhere = select(Grant.account_id).where(Grant.unit_id.not_in(units))
    here = select(Grant.account_id).where(Grant.unit_id.in_(units))
    query = select(Account).where(or_(Account.id.in_(here), Account.id.not_in(elsewhere)))
    accounts = session.scalars(query.options(selectinload(Account.all_grants).joinedload(Grant.unit))).all()
    wanted = search.strip().casefold()
    return [
        AccountRow(account, tuple(account.grants), account.is_opened)
        for account in sorted(accounts, key=lambda account: alphabetical(account.name))
        if wanted in f"{account.name} {account.username} {account.email}".casefold()
    ]


def find_known(session: Session, reader: Account, account_id: int) -> Account | None:
    """The account, when the reader may know of it."""
    return next(
        (row.account for row in known_accounts(session, reader) if row.account.id == account_id), None
    )


def may_change(session: Session, reader: Account, account: Account) -> bool:
    return may_administer(session, reader, account)


def needs_link(session: Session, reader: Account, account: Account) -> bool:
    """Whether a leader's account gets a link for a first password.

    It may be one that somebody had already: an opened one needs none, and a link to one with more rights would give
    those rights to the reader.
    """
    return not account.is_opened and may_change(session, reader, account)


def roles_to_give(session: Session, reader: Account) -> list[Role]:
    """The roles the reader may give somewhere."""
    if granted_units(session, reader, Role.ADMINISTRATOR):
        return list(Role)
    return [role for role in Role if role in GIVEN_BY_HR]


def units_to_give(session: Session, reader: Account) -> list[Unit]:
    """The units of today where the reader may give roles, by name."""
    found = session.scalars(select(Unit).where(Unit.id.in_(granted_units(session, reader, *HR_ROLES))))
    today = municipal_day()
    standing = [unit for unit in found if not has_ended(unit, today)]
    return sorted(standing, key=lambda unit: (alphabetical(unit.name), unit.code))


def grants_to_end(session: Session, reader: Account, account: Account) -> list[tuple[Grant, bool]]:
    """Every role of the account, now, later and over, and whether the reader may end it."""
    ordered = sorted(account.all_grants, key=lambda grant: (list(Role).index(grant.role), grant.unit.name))
    own = account.id == reader.id
    return [(grant, not own and may_give(session, reader, grant.role, grant.unit_id)) for grant in ordered]


@dataclass(frozen=True)
class LeaderWithoutAccount:
    """A leader in the roster whom nobody has made an account for. `unit`: where she leads."""

    person: Person
    unit: Unit


def has_leaders(session: Session, units: Sequence[int]) -> bool:
    """Whether the roster marks anybody as a leader, in the units and below them."""
    leaders = select(Person.id).where(Person.is_leader, Person.active, Person.unit_id.in_(ids_below(units)))
    return session.scalar(leaders.limit(1)) is not None


def leaders_without_account(session: Session, units: Sequence[int]) -> list[LeaderWithoutAccount]:
    """By unit and name, in the units and below them."""
    rows = session.execute(
        select(Person, Unit)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.is_leader, Person.active, Person.unit_id.in_(ids_below(units)))
        .where(Person.id.not_in(select(Account.person_id).where(Account.person_id.is_not(None))))
    )
    found = [LeaderWithoutAccount(person, unit) for person, unit in rows]
    return sorted(found, key=lambda each: (alphabetical(each.unit.name), alphabetical(each.person.name)))
