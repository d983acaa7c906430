"""The pairs of a card in the database: read, and brought in step with the card's plan."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from surveys.platform.texts import _
from surveys.scorecards.card_plans import CardPlan
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.cross_view.models import IndicatorPair
from surveys.scorecards.cross_view.pair_plans import PairPlan
from surveys.scorecards.models import Indicator


def chosen_pairs(session: Session, card_ids: Collection[int]) -> list[tuple[int, int]]:
    """(experienced, measured) indicator ids of the cards, in the order that was chosen."""
    found = session.execute(
        select(IndicatorPair.experienced_id, IndicatorPair.measured_id)
        .where(IndicatorPair.scorecard_id.in_(card_ids))
        .order_by(IndicatorPair.scorecard_id, IndicatorPair.position)
    )
    return list(dict.fromkeys((row.experienced_id, row.measured_id) for row in found))


def pair_plans(session: Session, card_id: int, codes: Collection[str]) -> list[PairPlan]:
    """The card's pairs by code, of those whose indicators are still on it."""
    experienced, measured = aliased(Indicator), aliased(Indicator)
    found = session.execute(
        select(experienced.code.label("experienced"), measured.code.label("measured"))
        .select_from(IndicatorPair)
        .join(experienced, experienced.id == IndicatorPair.experienced_id)
        .join(measured, measured.id == IndicatorPair.measured_id)
        .where(IndicatorPair.scorecard_id == card_id)
        .order_by(IndicatorPair.position)
    )
    return [
        PairPlan(row.experienced, row.measured)
        for row in found
        if row.experienced in codes and row.measured in codes
    ]


def set_pairs(
    session: Session, setup: CardSetup, plan: CardPlan, indicators: Mapping[str, Indicator]
) -> None:
    """The plan's pairs on its card. indicators: the card's, by code.

    A file without an edition takes none away: what it does not have is left.
    """
    standing = {
        (each.experienced_id, each.measured_id): each
        for each in session.scalars(select(IndicatorPair).where(IndicatorPair.scorecard_id == setup.card.id))
    }
    for position, pair in enumerate(plan.pairs):
        key = indicators[pair.experienced].id, indicators[pair.measured].id
        found = standing.pop(key, None)
        if found is None:
            session.add(
                IndicatorPair(
                    scorecard_id=setup.card.id, experienced_id=key[0], measured_id=key[1], position=position
                )
            )
            setup.changes.append(_("Leses sammen: %(pair)s", pair=pair.words))
        else:
            found.position = position
    _end_others(session, setup, list(standing.values()))
    session.flush()


def _end_others(session: Session, setup: CardSetup, others: Sequence[IndicatorPair]) -> None:
    if setup.edition is None:
        return
    for each in others:
        codes = [session.get_one(Indicator, id_).code for id_ in (each.experienced_id, each.measured_id)]
        setup.changes.append(_("Leses ikke lenger sammen: %(pair)s", pair=PairPlan(*codes).words))
        session.delete(each)
