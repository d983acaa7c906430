"""The page of a unit's strategy map, with the colours of its card."""

from flask import abort, render_template
from flask_login import current_user
from sqlalchemy import select

from surveys.access.card_rights import may_edit_card
from surveys.access.permissions import signed_in
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.visibility import readable_cards
from surveys.scorecards.queries import NoSuchYearError, read_card
from surveys.scorecards.strategy_map.drawing import drawn
from surveys.scorecards.strategy_map.links import links_of_year
from surveys.scorecards.strategy_map.strategy_map import map_of_card
from surveys.scorecards.views import blueprint, year_in_address


@blueprint.get("/styringskort/<unit_code>/strategikart")
@signed_in
def strategy_map(unit_code: str) -> str:
    """The map of a unit's card, for whoever may read the card."""
    session = database.session()
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    if unit.id not in readable_cards(session, current_user, [unit.id]):
        abort(403)
    try:
        card = read_card(session, current_user, unit, municipal_day(), year_in_address(), with_details=False)
    except NoSuchYearError:
        abort(404)
    goals = [goal.id for perspective in card.perspectives for goal in perspective.goals]
    picture = map_of_card(card, links_of_year(session, unit.id, card.year, goals))
    return render_template(
        "scorecards/strategy_map/map.html",
        card=card,
        picture=picture,
        drawing=drawn(picture),
        may_edit=may_edit_card(session, current_user, unit.id),
    )
