"""Everything that the page for the room shows: the released themes, the choice, and the vote."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from questionnaires.model import Text
from surveys.followup.meetings import meeting_words
from surveys.followup.meetings.blueprint import OpenedMeeting
from surveys.followup.meetings.choosing import ToldVote, choices_of
from surveys.followup.meetings.models import FocusChoice, RoomVote, RoomVoteKind, RoomVoteStatus
from surveys.followup.meetings.themes import themes_of
from surveys.followup.meetings.voting import first_check_on, has_enough, takes_votes, votes_of
from surveys.platform import code_format
from surveys.platform.clock import municipal_day
from surveys.platform.qr import qr_svg
from surveys.platform.texts import _


@dataclass(frozen=True)
class OpenRoom:
    """A vote that is open. has_enough: the only thing that is told of it now."""

    is_check: bool
    address: str
    people: int
    least: int
    has_enough: bool
    takes_votes: bool

    @property
    def qr(self) -> Markup:
        return qr_svg(self.address, _("QR-kode til avstemningen"))

    @property
    def shown_address(self) -> str:
        """As somebody types it in: without the scheme."""
        return self.address.partition("://")[2]


@dataclass(frozen=True)
class MeetingState:
    """choices: every version, the newest first. last_focus and last_check: closed votes, the newest of each kind."""

    themes: Mapping[str, Text]
    choices: Sequence[FocusChoice]
    open_room: OpenRoom | None
    last_focus: RoomVote | None
    last_check: RoomVote | None
    check_from: dt.date | None

    @property
    def choice(self) -> FocusChoice | None:
        return self.choices[0] if self.choices else None

    @property
    def told(self) -> ToldVote:
        return meeting_words.told_vote([self.last_focus] if self.last_focus else [])

    @property
    def is_voted(self) -> bool:
        return self.last_focus is not None and self.last_focus.status is RoomVoteStatus.TOLD

    @property
    def may_check(self) -> bool:
        return self.check_from is not None and self.check_from <= municipal_day()

    @property
    def check_sentences(self) -> list[str]:
        """What the last check told, about the choice that it was about."""
        if self.last_check is None:
            return []
        about = next(each for each in self.choices if each.id == self.last_check.choice_id)
        return meeting_words.check_sentences(self.last_check, about, self.themes)


def meeting_state(session: Session, meeting: OpenedMeeting) -> MeetingState:
    survey, unit_id = meeting.survey, meeting.unit.unit_id
    choices, votes = choices_of(session, survey.id, unit_id), votes_of(session, survey.id, unit_id)
    opened = next((vote for vote in votes if vote.status is RoomVoteStatus.OPEN), None)
    check = _last(votes, RoomVoteKind.CHECK)
    chosen = choices[0] if choices and choices[0].keep else None
    return MeetingState(
        themes=themes_of(session, survey, meeting.release, unit_id),
        choices=choices,
        open_room=_open_room(session, opened) if opened else None,
        last_focus=_last(votes, RoomVoteKind.FOCUS),
        last_check=check,
        check_from=first_check_on(chosen, _told(votes)) if chosen else None,
    )


def _last(votes: Sequence[RoomVote], kind: RoomVoteKind) -> RoomVote | None:
    """The one that told something, else the newest that is closed."""
    closed = [vote for vote in votes if vote.kind is kind and vote.status is not RoomVoteStatus.OPEN]
    told = (vote for vote in closed if vote.status is RoomVoteStatus.TOLD)
    return next(told, closed[0] if closed else None)


def _told(votes: Sequence[RoomVote]) -> RoomVote | None:
    found = _last(votes, RoomVoteKind.CHECK)
    return found if found and found.status is RoomVoteStatus.TOLD else None


def _open_room(session: Session, vote: RoomVote) -> OpenRoom:
    path = url_for("respond.vote", room=code_format.grouped(vote.room or ""))
    return OpenRoom(
        is_check=vote.kind is RoomVoteKind.CHECK,
        address=current_app.config["SETTINGS"].base_url + path,
        people=vote.people,
        least=vote.least,
        has_enough=has_enough(session, vote),
        takes_votes=takes_votes(vote),
    )
