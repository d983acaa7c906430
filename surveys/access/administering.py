"""Making accounts, giving and ending roles: by whom, to whom, where. Nobody widens her own rights.

`actor` is the account that does it; None is the command line, which may do everything.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.accounts import find_by_username
from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.access.permissions import is_granted
from surveys.access.sessions import end_all_sessions
from surveys.audit import trail as audit
from surveys.files.encoded_twice import fault_of_name
from surveys.organisation.models import Unit
from surveys.platform.addresses import EMAIL
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _, _l

GIVEN_BY_HR: Final = frozenset({Role.LEADER, Role.REPRESENTATIVE, Role.POLITICIAN})
"""Roles that HR may give in her own subtree; an administrator gives every role."""

ENDS_TOO_EARLY: Final = _l("Siste dag kan ikke være før første dag.")
_USERNAME: Final = re.compile(r"[a-z0-9æøå][a-z0-9æøå._@+-]{1,119}")


class AccountError(Exception):
    """Something that cannot be done to an account; the message says why and what to do."""


@dataclass(frozen=True)
class Period:
    """First and last day; None: no limit. Raises AccountError when it ends before it begins."""

    from_day: dt.date | None = None
    to_day: dt.date | None = None

    def __post_init__(self) -> None:
        if self.from_day and self.to_day and self.to_day < self.from_day:
            raise AccountError(str(ENDS_TOO_EARLY))


def create_account(
    session: Session, username: str, name: str, email: str = "", *, person_id: int | None = None
) -> Account:
    """A new account without a password: a one-time link opens it. Raises AccountError."""
    wanted = username.strip().lower()
    if not _USERNAME.fullmatch(wanted):
        raise AccountError(
            _("Brukernavnet må ha minst to tegn, og bare små bokstaver, tall, punktum, bindestrek og @.")
        )
    if find_by_username(session, wanted):
        raise AccountError(
            _("Det finnes allerede en bruker som heter «%(name)s». Velg et annet brukernavn.", name=wanted)
        )
    checked = _checked_name(name)
    _check_email(email)
    account = Account(
        username=wanted,
        name=checked,
        email=email.strip(),
        password_hash="",
        person_id=person_id,
        all_grants=[],
    )
    session.add(account)
    session.flush()
    audit.record(session, "account.created", account.trail_name)
    return account


def change_account(session: Session, account: Account, name: str, email: str) -> None:
    """A corrected name or address. Raises AccountError."""
    account.name = _checked_name(name)
    _check_email(email)
    account.email = email.strip()
    audit.record(session, "account.changed", account.trail_name)


def _checked_name(name: str) -> str:
    """On one line: no mail can be addressed to a name with a line break in it, which a provider may send."""
    wanted = " ".join(name.split())
    if not wanted:
        raise AccountError(_("Skriv navnet til den som skal bruke kontoen."))
    if fault := fault_of_name(wanted):
        raise AccountError(fault)
    return wanted


def may_administer(session: Session, actor: Account | None, account: Account) -> bool:
    """Whether the actor may change the account: every role of it, now or later, is one she may give.

    An account without roles may be changed by whoever may give any role.
    """
    if actor is None:
        return True
    if account.id == actor.id:
        return False
    return all(may_give(session, actor, grant.role, grant.unit_id) for grant in account.all_grants)


def may_give(session: Session, actor: Account | None, role: Role, unit_id: int) -> bool:
    """Whether the actor may give and end the role on the unit."""
    if actor is None or is_granted(session, actor, unit_id, Role.ADMINISTRATOR):
        return True
    return role in GIVEN_BY_HR and is_granted(session, actor, unit_id, Role.HR)


def require_another(actor: Account | None, account: Account) -> None:
    """Raises AccountError when the account is the actor's own: nobody gives roles to herself."""
    if actor is not None and account.id == actor.id:
        raise AccountError(_("Du kan ikke gi deg selv tilganger. Be en annen om å gjøre det."))


def give_role(
    session: Session,
    actor: Account | None,
    account: Account,
    role: Role,
    unit: Unit,
    period: Period,
    *,
    source: GrantSource = GrantSource.GIVEN,
    deputy_for: Account | None = None,
) -> Grant:
    """Gives the role on the unit and all below it; one she has there already gets the new period.

    The sign-in provider's own grant of the same role is left as it is: the provider takes it away again.
    Raises AccountError when the actor may not, or would give it to herself.
    """
    require_another(actor, account)
    if not may_give(session, actor, role, unit.id):
        raise AccountError(_("Du kan ikke gi denne rollen for %(unit)s.", unit=unit.name))
    held = [g for g in account.all_grants if (g.role, g.unit_id) == (role, unit.id)]
    grant = next((g for g in held if g.source != GrantSource.OIDC), None)
    if grant is None:
        grant = Grant(role=role, unit_id=unit.id)
        account.all_grants.append(grant)
    grant.from_day, grant.to_day = period.from_day, period.to_day
    grant.source = source
    grant.deputy_for_id = deputy_for.id if deputy_for else None
    session.flush()
    audit.record(
        session,
        "account.role_given",
        account.trail_name,
        role=role.value,
        unit=unit.code,
        from_day=_day(period.from_day),
        to_day=_day(period.to_day),
        deputy_for=deputy_for.trail_name if deputy_for else None,
    )
    return grant


def end_role(session: Session, actor: Account | None, grant: Grant) -> None:
    """The role is over from now on. Raises AccountError when the actor may not, or nobody would be administrator."""
    if actor is not None and grant.account_id == actor.id:
        raise AccountError(_("Du kan ikke endre dine egne tilganger. Be en annen om å gjøre det."))
    if not may_give(session, actor, grant.role, grant.unit_id):
        raise AccountError(_("Du kan ikke avslutte denne rollen."))
    if grant.role == Role.ADMINISTRATOR:
        _keep_an_administrator(session, grant.account)
    audit.record(
        session,
        "account.role_ended",
        grant.account.trail_name,
        role=grant.role.value,
        unit=grant.unit.code,
    )
    grant.account.all_grants.remove(grant)
    session.flush()


def make_deputy(
    session: Session, actor: Account | None, account: Account, grant: Grant, period: Period
) -> Grant:
    """Somebody else's role, for a period that ends. Raises AccountError."""
    if period.to_day is None:
        raise AccountError(_("En stedfortreder må ha en siste dag."))
    if period.to_day < municipal_day():
        raise AccountError(_("Siste dag er allerede over. Velg en senere dag."))
    if account.id == grant.account_id:
        raise AccountError(_("Velg en annen enn den som har rollen."))
    own = next((g for g in account.all_grants if (g.role, g.unit_id) == (grant.role, grant.unit_id)), None)
    if own is not None and own.deputy_for_id is None:
        raise AccountError(_("%(name)s har denne rollen fra før.", name=account.name))
    return give_role(session, actor, account, grant.role, grant.unit, period, deputy_for=grant.account)


def deactivate(session: Session, actor: Account | None, account: Account) -> None:
    """Nobody signs in with the account any more, and whoever is signed in with it is signed out."""
    if actor is not None and account.id == actor.id:
        raise AccountError(_("Du kan ikke stenge din egen konto."))
    _keep_an_administrator(session, account)
    account.active = False
    end_all_sessions(session, account.id)
    audit.record(session, "account.deactivated", account.trail_name)


def activate(session: Session, account: Account) -> None:
    account.active = True
    audit.record(session, "account.activated", account.trail_name)


def _keep_an_administrator(session: Session, leaving: Account) -> None:
    """An installation without an administrator could not be mended from the pages."""
    if not any(grant.role == Role.ADMINISTRATOR for grant in leaving.all_grants):
        return
    others = session.scalar(
        select(func.count())
        .select_from(Grant)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.role == Role.ADMINISTRATOR, Grant.to_day.is_(None))
        .where(Account.active, Account.id != leaving.id)
    )
    if not others:
        raise AccountError(_("Det må finnes minst én annen systemansvarlig først."))


def _check_email(email: str) -> None:
    if email.strip() and not EMAIL.fullmatch(email.strip()):
        raise AccountError(_("«%(email)s» er ikke en e-postadresse.", email=email.strip()))


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
