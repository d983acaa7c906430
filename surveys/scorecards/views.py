"""The pages of the styringskort: the units whose card one may read, and one unit's card for a year."""

import datetime as dt
from collections.abc import Mapping

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units, require_unit, signed_in
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.organisation.tree import in_order
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.scorecards.queries import NoSuchYearError, read_card
from surveys.scorecards.texts import status_words
from surveys.scorecards.visibility import reader_of

blueprint = Blueprint("scorecards", __name__)


@blueprint.get("/styringskort")
@signed_in
def index() -> str:
    """The reader's own unit in a few paragraphs, and every card below it."""
    session = database.session()
    today = _today()
    units = {unit.id: unit for unit in _readable_units(session, current_user, today)}
    tree = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    tops = [node for node in tree if node.depth == 0]
    card = None
    if len(tops) == 1:
        top = units[tops[0].unit_id]
        card = read_card(session, top, reader_of(current_user, lineage(session, top.id)), today)
    return render_template(
        "scorecards/index.html",
        nodes=tree,
        codes={unit.id: unit.code for unit in units.values()},
        card=card,
    )


@blueprint.get("/styringskort/<unit_code>")
@signed_in
def show(unit_code: str) -> str:
    """A unit's card, for the year in `ar` or the last one with a value."""
    session = database.session()
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    require_unit(unit.id, *Role)
    reader = reader_of(current_user, lineage(session, unit.id))
    if not reader.may_read_card:
        abort(403)
    try:
        card = read_card(session, unit, reader, _today(), _asked_year())
    except NoSuchYearError:
        abort(404)
    parent = (
        unit.parent if unit.parent_id and reader_of(current_user, reader.line[1:]).may_read_card else None
    )
    return render_template("scorecards/show.html", card=card, parent=parent, words=status_words())


def _today() -> dt.date:
    return municipal_day()


def _asked_year() -> int | None:
    asked = request.args.get("ar")
    if asked is None:
        return None
    if not (asked.isdecimal() and len(asked) == 4):
        abort(404)
    return int(asked)


def _readable_units(session: Session, account: Account, today: dt.date) -> list[Unit]:
    """Every living unit whose card the account may read, by the rule of `Reader.may_read_card`."""
    parents: dict[int, int | None] = {
        row.id: row.parent_id for row in session.execute(select(Unit.id, Unit.parent_id))
    }
    granted = session.scalars(
        select(Unit).where(
            Unit.id.in_(granted_units(session, account)), Unit.valid_to.is_(None) | (Unit.valid_to >= today)
        )
    )
    return [unit for unit in granted if reader_of(account, _line(unit.id, parents)).may_read_card]


def _line(unit_id: int, parents: Mapping[int, int | None]) -> list[int]:
    """As `lineage`, from parents already read."""
    line = [unit_id]
    while (above := parents[line[-1]]) is not None:
        line.append(above)
    return line
