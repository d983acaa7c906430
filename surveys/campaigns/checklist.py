"""The checklist before opening: what somebody has to have seen to, and what the machine sees by itself."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.campaigns.invitations import recipients_from_roster, uses_roster
from surveys.campaigns.key_holders import is_decided
from surveys.campaigns.models import ChecklistTick, Survey
from surveys.campaigns.reader_groups import undecided_step
from surveys.platform import clock
from surveys.platform.localisation import LANGUAGES


class ChecklistItem(StrEnum):
    """In the order HR works."""

    DATES = "dates"
    LANGUAGES = "languages"
    VISIBILITY = "visibility"
    ROSTER = "roster"
    TEST = "test"
    VALIDITY = "validity"
    DPIA = "dpia"
    KEYS = "keys"


CHECKED_BY_MACHINE: Final = frozenset({ChecklistItem.DATES, ChecklistItem.LANGUAGES, ChecklistItem.KEYS})
"""Nobody ticks these: they follow from the draft."""


@dataclass(frozen=True)
class ChecklistState:
    """One item as it is now. by, day: who ticked it and when; None for an item nobody has ticked."""

    item: ChecklistItem
    is_done: bool
    by: str | None = None
    day: dt.date | None = None

    @property
    def is_ticked_by_people(self) -> bool:
        return self.item not in CHECKED_BY_MACHINE


def checklist(session: Session, survey: Survey) -> list[ChecklistState]:
    """Every item, in order."""
    ticks = {tick.item: tick for tick in survey.checklist}
    return [_state(session, survey, item, ticks.get(item)) for item in ChecklistItem]


def missing(session: Session, survey: Survey) -> list[ChecklistItem]:
    """The items that are not done."""
    return [state.item for state in checklist(session, survey) if not state.is_done]


def tick(session: Session, survey: Survey, item: ChecklistItem, account_id: int) -> None:
    """Stores who saw to the item, and when. The first one who did stays."""
    if item in CHECKED_BY_MACHINE or any(each.item == item for each in survey.checklist):
        return
    survey.checklist.append(ChecklistTick(item=item.value, account_id=account_id, at=clock.now()))
    audit.record(session, "survey.checklist_ticked", survey.key, item=item.value)


def untick(session: Session, survey: Survey, item: ChecklistItem) -> None:
    """Takes a tick back: what it was about has changed, or was not so."""
    for each in [each for each in survey.checklist if each.item == item]:
        survey.checklist.remove(each)
        audit.record(session, "survey.checklist_unticked", survey.key, item=item.value)


def dates_agree(survey: Survey) -> bool:
    """The last day has not been, and somebody is to see the results, on that day or later."""
    days = [step.visible_on for step in survey.visibility]
    return survey.closes_on >= clock.municipal_day() and bool(days) and min(days) >= survey.closes_on


def missing_languages(survey: Survey) -> list[str]:
    """The languages, by code, that the title or the purpose is not written in."""
    return [
        code
        for code in LANGUAGES
        if not (survey.title.get(code, "").strip() and survey.purpose.get(code, "").strip())
    ]


def _state(
    session: Session, survey: Survey, item: ChecklistItem, found: ChecklistTick | None
) -> ChecklistState:
    if item == ChecklistItem.DATES:
        return ChecklistState(item, dates_agree(survey))
    if item == ChecklistItem.LANGUAGES:
        return ChecklistState(item, not missing_languages(survey))
    if item == ChecklistItem.KEYS:
        return ChecklistState(item, is_decided(session, survey))
    if found is None or (item == ChecklistItem.VISIBILITY and undecided_step(survey)):
        return ChecklistState(item, is_done=False)
    has_people = (
        item != ChecklistItem.ROSTER
        or not uses_roster(survey)
        or bool(recipients_from_roster(session, survey))
    )
    return ChecklistState(
        item, has_people, session.get_one(Account, found.account_id).name, clock.municipal_day(found.at)
    )
