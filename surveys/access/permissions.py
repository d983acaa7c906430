"""Who may use a page. Every route says so with one of these marks; one that does not is closed to all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access import interrupted
from surveys.access.models import Account, Grant, Role
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage, units_below
from surveys.platform import database

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Permission:
    """`everyone`: no sign-in. Otherwise signed in, with one of `roles` somewhere (empty: any account)."""

    everyone: bool = False
    roles: frozenset[Role] = frozenset()


def open_to_everyone(view: View) -> View:
    """A page without sign-in. A respondent's page is one: the code in its address is the key."""
    view.permission = Permission(everyone=True)  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """A page for anybody with an account."""
    view.permission = Permission()  # type: ignore[attr-defined]
    return view


def requires(*roles: Role) -> Callable[[View], View]:
    """A page for accounts that hold one of the roles; on which unit is checked with `require_unit`."""

    def mark(view: View) -> View:
        view.permission = Permission(roles=frozenset(roles))  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> Permission | None:
    found: Permission | None = getattr(view, "permission", None)
    return found


def roles_of(account: Account) -> frozenset[Role]:
    return frozenset(grant.role for grant in account.grants)


def is_granted(session: Session, account: Account, unit_id: int, *roles: Role) -> bool:
    """True when the account holds one of the roles on the unit or on any unit above it."""
    held = {grant.unit_id for grant in account.grants if grant.role in roles}
    # Only whoever holds it on another unit needs a look at the tree.
    return unit_id in held or (bool(held) and not held.isdisjoint(lineage(session, unit_id)))


def roles_on(
    session: Session, account: Account, units: Collection[int] | Select[int]
) -> dict[int, frozenset[Role]]:
    """Unit → the roles the account holds today on it or on any unit above it, for those with any. One query."""
    in_force = tuple(grant.id for grant in account.grants)
    if isinstance(units, Select):
        return _roles_on(session, in_force, units)
    wanted = frozenset(units)
    found = database.asked_once(
        session, ("roles", in_force, wanted), lambda: _roles_on(session, in_force, wanted)
    )
    return dict(found)


def _roles_on(
    session: Session, in_force: tuple[int, ...], units: Collection[int] | Select[int]
) -> dict[int, frozenset[Role]]:
    query, held_on = _held()
    found: dict[int, frozenset[Role]] = {}
    for role, unit_id in session.execute(query.where(held_on.in_(units)), {"in_force": in_force}):
        found[unit_id] = found.get(unit_id, frozenset()) | {role}
    return found


@cache
def _held() -> tuple[Select[Role, int], ColumnElement[int]]:
    """A query for the role and unit of every grant in `in_force`, on its unit and below it, and its column of units.

    Made once: making a recursive query takes longer than asking it.
    """
    in_force = Grant.id.in_(bindparam("in_force", expanding=True))
    held = select(Grant.role, Grant.unit_id).where(in_force).cte("held", recursive=True)
    held = held.union(select(held.c.role, Unit.id).join(Unit, Unit.parent_id == held.c.unit_id))
    return select(held.c.role, held.c.unit_id), held.c.unit_id


def require_unit(unit_id: int, *roles: Role) -> None:
    """Ends the request with 403 unless the signed-in account holds one of the roles on the unit."""
    if not is_granted(database.session(), current_user, unit_id, *roles):
        abort(403)


def granted_units(session: Session, account: Account, *roles: Role) -> frozenset[int]:
    """Every unit in the subtrees where the account holds one of the roles (any role when none is named)."""
    tops = [grant.unit_id for grant in account.grants if not roles or grant.role in roles]
    return units_below(session, tops)


def _to_sign_in() -> Response:
    """The sign-in page, with the way back: to the page that was asked for, or to the form that was being sent."""
    if request.method == "GET":
        return redirect(url_for("access.sign_in", neste=request.full_path.rstrip("?")))
    typed = interrupted.current_form()
    return interrupted.page_to_sign_in(typed) if typed else redirect(url_for("access.sign_in"))


def init_app(app: Flask) -> None:
    @app.before_request
    def check_permission() -> Response | None:
        if request.endpoint is None or request.endpoint == "static":
            return None
        permission = permission_of(app.view_functions[request.endpoint])
        if permission is None:
            abort(403)
        if permission.everyone:
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        if permission.roles and not permission.roles & roles_of(current_user):
            abort(403)
        return None
