"""The cards an account may set up or approve, with their drafts and what was approved last."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.access.card_rights import units_of_card_pages
from surveys.access.models import Account
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.drafts import outline_of
from surveys.scorecards.outline.models import CardVersion, VersionState


@dataclass(frozen=True)
class ListedCard:
    """A card in the list. approved: its frozen versions, the newest first. card: None before the first approval."""

    title: str
    unit: Unit
    card: Scorecard | None
    draft: CardVersion | None
    approved: tuple[CardVersion, ...]


def listed_cards(session: Session, account: Account) -> list[ListedCard]:
    """By the unit's name and the card's title."""
    units = units_of_card_pages(session, account)
    cards = session.scalars(
        select(Scorecard).where(Scorecard.unit_id.in_(units)).options(joinedload(Scorecard.unit))
    ).all()
    versions = session.scalars(
        select(CardVersion)
        .where(CardVersion.unit_id.in_(units))
        .options(joinedload(CardVersion.unit))
        .order_by(CardVersion.year.desc(), CardVersion.id.desc())
    ).all()
    by_key: dict[str, list[CardVersion]] = {}
    for version in versions:
        by_key.setdefault(version.key, []).append(version)
    found = [_listed(card, card.unit, by_key.get(card.key, ())) for card in cards]
    known = {card.key for card in cards}
    found += [_listed(None, of[0].unit, of) for key, of in by_key.items() if key not in known]
    return sorted(found, key=lambda each: (each.unit.name, each.title))


def _listed(card: Scorecard | None, unit: Unit, versions: Sequence[CardVersion]) -> ListedCard:
    draft = next((each for each in versions if each.state is VersionState.DRAFT), None)
    title = localised(outline_of(draft).title) if draft else localised(card.title) if card else ""
    approved = tuple(each for each in versions if each.state is VersionState.APPROVED)
    return ListedCard(title, unit, card, draft, approved)
