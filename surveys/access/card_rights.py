"""Who may change styringskort and approve them. Everybody else who may open a card reads it."""

from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import granted_units, is_granted
from surveys.organisation.living import is_living
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.clock import municipal_day

CARD_EDITORS: Final = (*HR_ROLES, Role.CONTROLLER)
"""Whoever holds one of these on a unit sets up the cards of it and of all below."""

CARD_ROLES: Final = (*CARD_EDITORS, Role.LEADER)
"""Who has anything to do on the pages where cards are set up."""


def may_edit_card(session: Session, account: Account, unit_id: int) -> bool:
    return is_granted(session, account, unit_id, *CARD_EDITORS)


def may_approve_card(session: Session, account: Account, unit_id: int) -> bool:
    """A leader of an area that the card's unit is in, such as the kommunaldirektør: never the unit's own leader alone.

    Whoever edits cards may register an approval that was given elsewhere: she writes whose it is.
    """
    return may_edit_card(session, account, unit_id) or leads_area_of(session, account, unit_id)


def leads_area_of(session: Session, account: Account, unit_id: int) -> bool:
    above = lineage(session, unit_id)
    has_units_below = session.scalar(
        select(exists().where(Unit.parent_id == unit_id, is_living(municipal_day())))
    )
    areas = above if has_units_below else above[1:]
    return any(grant.role is Role.LEADER and grant.unit_id in areas for grant in account.grants)


def units_of_card_pages(session: Session, account: Account) -> frozenset[int]:
    """The units whose drafts the account may open: she edits them, or approves them."""
    edits = granted_units(session, account, *CARD_EDITORS)
    own = {grant.unit_id for grant in account.grants if grant.role is Role.LEADER}
    # What is below the units she leads is in an area that she leads, whatever is below it.
    below = granted_units(session, account, Role.LEADER) - own
    return edits | below | {unit_id for unit_id in own if leads_area_of(session, account, unit_id)}


def may_reply(session: Session, account: Account, unit_id: int) -> bool:
    """The unit's leader, or a leader above; whoever edits cards may write down what a leader has said."""
    return is_granted(session, account, unit_id, *CARD_ROLES)


def leads_itself(account: Account, unit_id: int) -> bool:
    """The unit's own leader or her deputy: what others ask about its card, they ask her."""
    return any(grant.role is Role.LEADER and grant.unit_id == unit_id for grant in account.grants)
