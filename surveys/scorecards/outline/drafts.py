"""Drafts of cards: begun, changed one step at a time, taken a step back, and thrown away."""

import datetime as dt

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.localisation import DEFAULT_LANGUAGE, localised
from surveys.platform.texts import _
from surveys.platform.typed_data import from_stored, to_stored
from surveys.scorecards.card_plans import CardPlan, SetupError, Text
from surveys.scorecards.models import (
    Goal,
    Indicator,
    Perspective,
    Scorecard,
    ScorecardLine,
    SuccessFactor,
)
from surveys.scorecards.outline.models import CardVersion, CardVersionStep, VersionState
from surveys.scorecards.outline.nodes import CardOutline
from surveys.scorecards.outline.plans import outline_of_plan, slug
from surveys.scorecards.outline.standing_plan import plan_of_card

STEPS_KEPT = 50
"""How far back a draft can be undone."""


class DraftError(Exception):
    """What cannot be done with a version; the message says why."""


def outline_of(version: CardVersion) -> CardOutline:
    return from_stored(CardOutline, version.document)


def begin_card(
    session: Session, account: Account, unit: Unit, year: int, outline: CardOutline
) -> CardVersion:
    """The first draft of a new card."""
    return _begin(session, account, unit, year, outline, _free_key(session, unit))


def begin_version(session: Session, account: Account, card: Scorecard, year: int) -> CardVersion:
    """A draft that begins as a copy of the card as it is. Raises DraftError when one is begun."""
    if session.scalar(_draft_of(card.key)):
        raise DraftError(_("Det finnes et utkast til dette kortet allerede."))
    last = session.scalar(
        select(CardVersion.year)
        .where(CardVersion.key == card.key, CardVersion.state == VersionState.APPROVED)
        .order_by(CardVersion.year.desc())
        .limit(1)
    )
    if last is not None and year < last:
        raise DraftError(_("Kortet er godkjent for %(year)s. Et eldre kort kan ikke endres.", year=last))
    outline = outline_of_plan(plan_of_card(session, card), year, is_standing=True)
    version = _begin(session, account, card.unit, year, outline, card.key)
    version.card_id = card.id
    return version


def _draft_of(key: str) -> Select[CardVersion]:
    return select(CardVersion).where(CardVersion.key == key, CardVersion.state == VersionState.DRAFT)


def _begin(
    session: Session, account: Account, unit: Unit, year: int, outline: CardOutline, key: str
) -> CardVersion:
    version = CardVersion(
        key=key,
        unit_id=unit.id,
        year=year,
        document=to_stored(outline),
        changed_at=dt.datetime.now(dt.UTC),
        changed_by=account.name,
    )
    session.add(version)
    session.flush()
    audit.record(session, "scorecard.draft_begun", key, year=year)
    return version


def _free_key(session: Session, unit: Unit) -> str:
    """«kort-fk», «kort-fk-2»."""
    base = f"kort-{slug(unit.code) or unit.id}"
    taken = {*session.scalars(select(Scorecard.key)), *session.scalars(select(CardVersion.key))}
    number, key = 1, base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def take_step(
    session: Session, version: CardVersion, account: Account, outline: CardOutline, words: str
) -> bool:
    """Stores the outline as one change that can be undone; False when nothing differs. Raises DraftError if frozen."""
    require_draft(version)
    document = to_stored(outline)
    if document == version.document:
        return False
    session.add(
        CardVersionStep(
            version_id=version.id, number=version.steps_taken, words=words, document=version.document
        )
    )
    version.steps_taken += 1
    session.execute(
        delete(CardVersionStep).where(
            CardVersionStep.version_id == version.id,
            CardVersionStep.number < version.steps_taken - STEPS_KEPT,
        )
    )
    _note(version, account, document)
    return True


def last_step(session: Session, version: CardVersion) -> CardVersionStep | None:
    """The change that undoing takes back."""
    return session.scalars(
        select(CardVersionStep)
        .where(CardVersionStep.version_id == version.id, CardVersionStep.words != "")
        .order_by(CardVersionStep.number.desc())
        .limit(1)
    ).first()


def undo(session: Session, version: CardVersion, account: Account) -> str:
    """Takes the last change back and returns what it was; «» when there is none. Raises DraftError if frozen.

    The steps stay, without words: pages that are open were made from them.
    """
    require_draft(version)
    step = last_step(session, version)
    if step is None:
        return ""
    undone, step.words = step.words, ""
    session.add(
        CardVersionStep(
            version_id=version.id, number=version.steps_taken, words="", document=version.document
        )
    )
    version.steps_taken += 1
    _note(version, account, step.document)
    return undone


def _note(version: CardVersion, account: Account, document: dict[str, object]) -> None:
    version.document = document
    version.changed_at = dt.datetime.now(dt.UTC)
    version.changed_by = account.name


def outline_at(session: Session, version: CardVersion, steps_taken: int) -> CardOutline:
    """The outline as it was when so many changes had been made; as it is when that is not known any more."""
    if steps_taken == version.steps_taken:
        return outline_of(version)
    document = session.scalar(
        select(CardVersionStep.document).where(
            CardVersionStep.version_id == version.id, CardVersionStep.number == steps_taken
        )
    )
    return outline_of(version) if document is None else from_stored(CardOutline, document)


def throw_away(session: Session, version: CardVersion) -> None:
    """Deletes a draft. Raises DraftError if frozen."""
    require_draft(version)
    audit.record(session, "scorecard.draft_deleted", version.key, year=version.year)
    session.delete(version)


def require_draft(version: CardVersion) -> None:
    if version.state is not VersionState.DRAFT:
        raise DraftError(_("Kortet er godkjent og fryst. Lag et nytt utkast for å endre det."))


def refuse_frozen(session: Session, plan: CardPlan) -> None:
    """A file does not go past an approval, not by another card's perspective either. Raises SetupError."""
    year = session.scalar(
        select(func.max(CardVersion.year)).where(
            CardVersion.key == plan.key, CardVersion.state == VersionState.APPROVED
        )
    )
    if year is not None:
        raise SetupError(
            _("Kortet er godkjent for %(year)s. Last opp filen i et nytt utkast i nettleseren.", year=year)
        )
    titles = {each.key: each.title for each in plan.perspectives}
    for perspective in session.scalars(_frozen_perspectives().where(Perspective.key.in_(titles))):
        if perspective.title != titles[perspective.key]:
            title = localised(perspective.title)
            raise SetupError(
                _(
                    "Perspektivet «%(title)s» står på et godkjent kort og kan ikke få en ny tittel.",
                    title=title,
                )
            )


def _frozen_perspectives() -> Select[Perspective]:
    """Those on a card that is approved."""
    approved = select(CardVersion.key).where(CardVersion.state == VersionState.APPROVED)
    return (
        select(Perspective)
        .join(Perspective.goals)
        .join(Goal.success_factors)
        .join(SuccessFactor.indicators)
        .join(ScorecardLine, ScorecardLine.indicator_id == Indicator.id)
        .join(Scorecard, Scorecard.id == ScorecardLine.scorecard_id)
        .where(Scorecard.key.in_(approved))
        .order_by(Perspective.id)
    )


def known_perspectives(session: Session) -> dict[str, tuple[str, Text]]:
    """Bokmål title → key and title of every perspective there is."""
    rows = session.scalars(select(Perspective).order_by(Perspective.id))
    return {each.title.get(DEFAULT_LANGUAGE, ""): (each.key, each.title) for each in rows}
