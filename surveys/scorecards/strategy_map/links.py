"""The links of a card as it is, and of a unit's cards in a year."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from surveys.organisation.subtrees import lineage
from surveys.scorecards.cards import cards_in_use
from surveys.scorecards.strategy_map.models import GoalLink


def links_now(session: Session, card_id: int) -> Sequence[GoalLink]:
    """Of the newest card, in its order."""
    wanted = _links().where(GoalLink.scorecard_id == card_id, GoalLink.until_year.is_(None))
    return session.scalars(wanted).all()


def links_of_year(session: Session, unit_id: int, year: int, goal_ids: Collection[int]) -> Sequence[GoalLink]:
    """Between these goals, on the cards that are the unit's in the year: another unit's own links are not there."""
    line = lineage(session, unit_id)
    in_use = cards_in_use(session, line)
    units = in_use.units(line, year)
    wanted = _links().where(
        GoalLink.scorecard_id.in_([card.id for card in in_use.cards if card.unit_id in units]),
        GoalLink.cause_id.in_(goal_ids),
        GoalLink.effect_id.in_(goal_ids),
        or_(GoalLink.from_year.is_(None), GoalLink.from_year <= year),
        or_(GoalLink.until_year.is_(None), GoalLink.until_year >= year),
    )
    # Two cards of one unit may both have it.
    return list({(link.cause_id, link.effect_id): link for link in session.scalars(wanted)}.values())


def _links() -> Select[GoalLink]:
    goals = joinedload(GoalLink.cause), joinedload(GoalLink.effect)
    return select(GoalLink).options(*goals).order_by(GoalLink.position, GoalLink.id)
