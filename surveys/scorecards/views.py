"""The pages of the styringskort: the units whose card one may read, and one unit's card for a year."""

import datetime as dt

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES, leads_itself, may_reply
from surveys.access.models import Account, Role
from surveys.access.permissions import roles_of, signed_in
from surveys.actions import texts as action_texts
from surveys.actions.following import indicator_actions
from surveys.actions.rights import may_edit_plan, may_read_plan
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import ids_below
from surveys.organisation.tree import in_order
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.visibility import readable_cards
from surveys.scorecards.card_summary import card_summary
from surveys.scorecards.entering import ENTERING_ROLES
from surveys.scorecards.external_systems.systems import systems_of
from surveys.scorecards.models import Scorecard
from surveys.scorecards.overview import counts_of, seen_colours
from surveys.scorecards.queries import NoSuchYearError, read_card
from surveys.scorecards.replies.waiting import waiting_replies
from surveys.scorecards.row_meanings import row_meanings
from surveys.scorecards.texts import colourless_words, count_words, status_words
from surveys.scorecards.unit_lists import UNITS_AT_ONCE, one_page, units_shown

blueprint = Blueprint("scorecards", __name__)
blueprint.add_app_template_global(count_words, "count_words")
blueprint.add_app_template_global(colourless_words, "colourless_words")


@blueprint.get("/styringskort")
@signed_in
def index() -> str:
    """The reader's own unit in a few paragraphs, and every card below it; of a search only what was found."""
    session = database.session()
    today = _today()
    units = {unit.id: unit for unit in readable_units(session, current_user, today)}
    tree = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    tops = [node for node in tree if node.depth == 0]
    asked, under = request.args.get("sok", "").strip(), request.args.get("under", "")
    card = None
    if len(tops) == 1 and not (asked or under):
        card = read_card(session, current_user, units[tops[0].unit_id], today, with_details=False)
    shown = units_shown(tree, units, asked, under)
    if asked or under:
        shown = one_page(shown, request.args.get("side", 1, int))
    colours = seen_colours(session, current_user, [units[node.unit_id] for node in shown.nodes], today)
    follows_up = bool(roles_of(current_user) & set(CARD_ROLES))
    return render_template(
        "scorecards/index.html",
        any_units=bool(tree),
        any_cards=session.scalar(select(Scorecard.id).limit(1)) is not None,
        may_begin=bool(roles_of(current_user) & set(CARD_EDITORS)),
        may_enter=bool(roles_of(current_user) & set(ENTERING_ROLES)),
        offers_search=len(tree) > UNITS_AT_ONCE,
        nodes=shown.nodes,
        folded=shown.folded,
        shown=shown,
        page=(shown.first - 1) // UNITS_AT_ONCE + 1,
        tallies=counts_of(colours),
        leads=Role.LEADER in roles_of(current_user),
        waiting=waiting_replies(session, colours, today) if follows_up else {},
        asked=asked,
        under=under,
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
    opened = readable_cards(session, current_user, [unit.id, unit.parent_id or unit.id])
    if unit.id not in opened:
        abort(403)
    try:
        card = read_card(session, current_user, unit, _today(), year_in_address(), with_questions=True)
    except NoSuchYearError:
        abort(404)
    return render_template(
        "scorecards/show.html",
        card=card,
        parent=unit.parent,
        parent_opens=unit.parent_id in opened,
        summary=card_summary(card.rows),
        meanings=row_meanings(session, card.rows),
        words=status_words(),
        may_reply=may_reply(session, current_user, unit.id),
        may_ask=card.is_newest and not leads_itself(current_user, unit.id),
        systems=systems_of(session, unit.id),
        leads_unit=any(
            grant.role is Role.LEADER and grant.unit_id == unit.id and grant.deputy_for_id is None
            for grant in current_user.grants
        ),
        may_plan=card.is_newest and may_edit_plan(session, current_user, unit.id),
        action_states=action_texts.status_words(),
        planned=indicator_actions(session, unit.id) if may_read_plan(session, current_user, unit.id) else {},
        uses_messages=True,
    )


def _today() -> dt.date:
    return municipal_day()


def year_in_address() -> int | None:
    """The year in `ar`; None when there is none. 404 for anything else than a year."""
    asked = request.args.get("ar")
    if asked is None:
        return None
    if not (asked.isdecimal() and len(asked) == 4):
        abort(404)
    return int(asked)


def readable_units(session: Session, account: Account, today: dt.date) -> list[Unit]:
    """Every living unit whose card the account may read, by the rule of `readable_cards`."""
    living = (
        select(Unit)
        .where(Unit.id.in_(ids_below(grant.unit_id for grant in account.grants)))
        .where(Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    )
    opened = readable_cards(session, account, living.with_only_columns(Unit.id))
    return [unit for unit in session.scalars(living) if unit.id in opened]
