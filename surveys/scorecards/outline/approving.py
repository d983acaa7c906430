"""Approving a draft: the card is brought in step with it, and the version is frozen."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.subtrees import ids_below, lineage
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.card_setup import CardEdition, CardSetup
from surveys.scorecards.card_sources import check_sources
from surveys.scorecards.cards import cards_in_use
from surveys.scorecards.models import Indicator, Scorecard
from surveys.scorecards.outline.drafts import known_perspectives, outline_of, require_draft
from surveys.scorecards.outline.faults import outline_faults
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline
from surveys.scorecards.outline.older_cards import OlderFacts, older_facts, refuse_changed_past
from surveys.scorecards.outline.plans import plan_of_outline
from surveys.scorecards.setup import set_up_card


@dataclass(frozen=True)
class Approval:
    """Whose decision it was (name and position), and the day of it."""

    by: str
    on: dt.date


def approve(
    session: Session, version: CardVersion, account: Account, approval: Approval, today: dt.date
) -> CardSetup:
    """Changes the card in the caller's transaction, and freezes the version. Raises SetupError and DraftError."""
    require_draft(version)
    setup = apply_version(session, version, today)
    version.card_id = setup.card.id
    version.state = VersionState.APPROVED
    version.approved_by, version.approved_on = approval.by, approval.on
    version.registered_by, version.registered_at = account.name, dt.datetime.now(dt.UTC)
    version.steps.clear()
    audit.record(
        session, "scorecard.approved", version.key, year=version.year, name=approval.by, day=str(approval.on)
    )
    return setup


def apply_version(session: Session, version: CardVersion, today: dt.date) -> CardSetup:
    """The card brought in step with the draft. Raises SetupError, also when a value of an older card would recolour."""
    outline = outline_of(version)
    if faults := outline_faults(outline):
        raise SetupError("\n".join(fault.message for fault in faults))
    plan = plan_of_version(session, version, outline)
    check_sources(session, plan)
    card = session.scalar(select(Scorecard).where(Scorecard.key == version.key))
    renamed = []
    before: OlderFacts = {}
    if card is not None:
        before = older_facts(session, card, version.year)
        _refuse_another_indicators_code(session, card, outline)
        renamed = _rename(session, card, outline)
    is_later = card is not None or version.year > today.year or _has_older_card(session, version)
    setup = set_up_card(session, plan, CardEdition(version.year, version.year if is_later else None))
    setup.changes += renamed
    _refuse_recolouring_the_past(setup, version.year)
    if card is not None:
        refuse_changed_past(session, before, card, version.year)
    return setup


def _has_older_card(session: Session, version: CardVersion) -> bool:
    """The unit, one above or one below had a card the year before: a new card's rows must not come on it."""
    units = {*lineage(session, version.unit_id), *session.scalars(ids_below([version.unit_id]))}
    return any(card.is_of(version.year - 1) for card in cards_in_use(session, list(units)).cards)


def plan_of_version(session: Session, version: CardVersion, outline: CardOutline) -> CardPlan:
    return plan_of_outline(outline, version.key, version.unit.code, known_perspectives(session))


def _rename(session: Session, card: Scorecard, outline: CardOutline) -> list[str]:
    """The card's own indicators get their new codes, and keep their values. Two may change places."""
    codes = {
        node.former_code: node.code
        for node in outline.indicators()
        if node.former_code and node.former_code != node.code
    }
    found = session.scalars(
        select(Indicator).where(Indicator.card_id == card.id, Indicator.code.in_(codes))
    ).all()
    wanted = {indicator: codes[indicator.code] for indicator in found}
    words = [
        _("%(before)s: får koden %(after)s", before=each.code, after=code) for each, code in wanted.items()
    ]
    for indicator in found:
        indicator.code = f" {indicator.id}"
    session.flush()
    for indicator, code in wanted.items():
        indicator.code = code
    session.flush()
    return words


def _refuse_another_indicators_code(session: Session, card: Scorecard, outline: CardOutline) -> None:
    """The code of a row that has left the card is still that row's: its values are on older cards."""
    standing = {node.former_code for node in outline.indicators() if node.former_code}
    own = session.scalars(select(Indicator).where(Indicator.card_id == card.id))
    gone = {indicator.code: indicator for indicator in own if indicator.code not in standing}
    for node in outline.indicators():
        earlier = gone.get(node.code)
        if earlier is not None and earlier.title != node.title:
            title = localised(earlier.title)
            raise SetupError(
                _(
                    "Koden %(code)s er brukt av «%(title)s» før. Velg en annen kode.",
                    code=node.code,
                    title=title,
                )
            )


def _refuse_recolouring_the_past(setup: CardSetup, year: int) -> None:
    """A frozen card keeps its colours: a new level holds from the version's year."""
    old = [each for each in setup.recoloured if each.year < year]
    if old:
        words = _(
            "Verdier fra før %(year)s ville fått en annen farge. Gi indikatoren en ny kode i stedet.",
            year=year,
        )
        raise SetupError("\n".join([words, *(str(each) for each in old[:10])]))
