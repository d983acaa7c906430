"""What waits for a reply: on the units that somebody leads, and how much of it on the units below them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import IndicatorStatus
from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units, roles_of
from surveys.organisation.living import living_units
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.release.models import Release
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.overview import SeenColour, seen_colours
from surveys.scorecards.replies.models import MeasurementReply
from surveys.scorecards.replies.states import ASKED, ReplyKey, ReplyState, counting_replies, reply_state

FOLLOWING_UP: Final = (Role.LEADER, Role.CONTROLLER)
"""Who sees on her front page what waits on the units below: leaders, and the kommunedirektør's office."""


@dataclass(frozen=True)
class WaitingReply:
    """A yellow or red value without a reply, or whose reply's day has passed."""

    indicator: Indicator
    colour: IndicatorStatus
    state: ReplyState


@dataclass(frozen=True)
class WaitingUnit:
    """A unit with something that waits, in the organisation's order."""

    unit: Unit
    replies: tuple[WaitingReply, ...]


@dataclass(frozen=True)
class WaitingForAccount:
    """own: what waits on the units she leads herself. below: on those below, or that she follows up.

    leads: she leads a unit, so that an empty list says something.
    """

    own: tuple[WaitingUnit, ...] = ()
    below: tuple[WaitingUnit, ...] = ()
    leads: bool = False

    @property
    def number_below(self) -> int:
        return sum(len(each.replies) for each in self.below)


@dataclass(frozen=True)
class _StandingReply:
    """A reply that is not withdrawn, as lists of units read it."""

    key: ReplyKey
    number: int
    status: IndicatorStatus
    judged_on: dt.date


def waiting_for(session: Session, account: Account, today: dt.date) -> WaitingForAccount:
    """As many queries whatever the number of units."""
    own = {grant.unit_id for grant in account.grants if grant.role is Role.LEADER}
    if not roles_of(account) & set(FOLLOWING_UP):
        return WaitingForAccount()
    followed = granted_units(session, account, *FOLLOWING_UP)
    units = living_units(session, followed, today)
    colours = seen_colours(session, account, list(units.values()), today, with_own_rows=own)
    waiting = waiting_replies(session, colours, today)
    tree = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    found = [
        WaitingUnit(units[node.unit_id], waiting[node.unit_id]) for node in tree if waiting[node.unit_id]
    ]
    return WaitingForAccount(
        own=tuple(each for each in found if each.unit.id in own),
        below=tuple(each for each in found if each.unit.id not in own),
        leads=bool(own),
    )


def waiting_replies(
    session: Session, colours: Mapping[int, Sequence[SeenColour]], today: dt.date
) -> dict[int, tuple[WaitingReply, ...]]:
    """Unit id → what waits there, of the colours that a reader sees: the red first, then by code. One query."""
    replies = _standing_replies(session, colours)
    found: dict[int, tuple[WaitingReply, ...]] = {}
    for unit_id, seen in colours.items():
        waiting = []
        asked = [each for each in seen if each.colour in ASKED]
        for each in sorted(asked, key=_red_first):
            counting = counting_replies(replies.get((unit_id, each.indicator.id), ()))
            reply = counting.get(each.value_key) if each.value_key else None
            state = reply_state(each.colour, reply, today)
            if state is not None and state.waits:
                waiting.append(WaitingReply(each.indicator, each.colour, state))
        found[unit_id] = tuple(waiting)
    return found


def _red_first(seen: SeenColour) -> tuple[bool, str]:
    return seen.colour is not IndicatorStatus.RED, seen.indicator.code


def _standing_replies(
    session: Session, unit_ids: Collection[int]
) -> dict[tuple[int, int], list[_StandingReply]]:
    """(unit id, indicator id) → the replies that are not withdrawn."""
    rows = session.execute(
        select(
            MeasurementReply.unit_id,
            MeasurementReply.indicator_id,
            MeasurementReply.year,
            MeasurementReply.part,
            MeasurementReply.number,
            MeasurementReply.status,
            MeasurementReply.judged_on,
            Release.survey_id,
        )
        .join(MeasurementReply.measurement)
        .outerjoin(Release, Release.id == Measurement.release_id)
        .where(MeasurementReply.unit_id.in_(list(unit_ids)), MeasurementReply.withdrawn_at.is_(None))
    )
    found: dict[tuple[int, int], list[_StandingReply]] = {}
    for row in rows:
        reply = _StandingReply((row.year, row.part, row.survey_id), row.number, row.status, row.judged_on)
        found.setdefault((row.unit_id, row.indicator_id), []).append(reply)
    return found
