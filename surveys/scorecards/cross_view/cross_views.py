"""The page «På tvers»: one unit's numbers across the years, and which of them go together over the units."""

from dataclasses import dataclass

from flask import abort, render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.card_rights import CARD_EDITORS
from surveys.access.permissions import roles_of, signed_in
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import localised
from surveys.release.visibility import readable_cards
from surveys.scorecards.cross_view import lines, texts
from surveys.scorecards.cross_view.lines import CrossView, cross_view
from surveys.scorecards.cross_view.pairs import chosen_pairs
from surveys.scorecards.cross_view.scatter import Scatter, scatter
from surveys.scorecards.cross_view.unit_comovement import Togetherness, UnitCoMovement, unit_comovement
from surveys.scorecards.models import Indicator
from surveys.scorecards.queries import read_card
from surveys.scorecards.views import blueprint, readable_units


@dataclass(frozen=True)
class AskedCoMovement:
    """The two indicators that the reader chose, and what may be said of them."""

    one: Indicator
    other: Indicator
    found: UnitCoMovement
    picture: Scatter | None

    @property
    def finding(self) -> str:
        return texts.finding(self.found, localised(self.one.title), localised(self.other.title))


@blueprint.get("/styringskort/<unit_code>/pa-tvers")
@signed_in
def across(unit_code: str) -> str:
    """For those who may open the unit's card."""
    session = database.session()
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    if unit.id not in readable_cards(session, current_user, [unit.id]):
        abort(403)
    card = read_card(session, current_user, unit, municipal_day())
    view = cross_view(card, chosen_pairs(session, card.card_ids))
    return render_template(
        "scorecards/cross_view/across.html",
        card=card,
        view=view,
        asked=_asked(session, view),
        words=texts,
        sizes=lines,
        may_choose=bool(roles_of(current_user) & set(CARD_EDITORS)),
    )


def _asked(session: Session, view: CrossView) -> AskedCoMovement | None:
    """The two in `ene` and `andre`, or the first pair; None when the card does not have two."""
    on_card = {line.row.indicator_id for line in view.lines}
    wanted = request.args.get("ene", 0, int), request.args.get("andre", 0, int)
    if not set(wanted) <= on_card or wanted[0] == wanted[1]:
        if not view.pairs:
            return None
        first = view.pairs[0]
        wanted = first.experienced.row.indicator_id, first.measured.row.indicator_id
    today = municipal_day()
    found = unit_comovement(
        session, current_user, wanted, readable_units(session, current_user, today), today
    )
    told = found.verdict is not Togetherness.FEW
    one, other = (session.get_one(Indicator, id_) for id_ in wanted)
    return AskedCoMovement(one, other, found, scatter(found.points) if told else None)
