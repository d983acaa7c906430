"""One leader agreement, made up: what a leader wrote before the talk with her own leader, and what they agreed."""

import datetime as dt
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.demo.replies import MADE_UP
from surveys.organisation.models import Unit
from surveys.scorecards.leader_talk.models import TalkTextKind
from surveys.scorecards.leader_talk.texts import Agreement, store_text, texts_for

UNIT: Final = "OK4"
LEADER: Final = "leder"
ABOVE: Final = "oppvekst"

_EVALUATION: Final = (
    "Det jeg er mest fornøyd med: Vi har en fast plan for hvem som gjør hva, og de ansatte bruker den.\n"
    "Det jeg vil ha mer av: tid til å være ute på avdelingene. Møtene tar for mange formiddager."
)
_SUMMARY: Final = (
    "Lise flytter to faste møter til digitale møter. Marit sørger for vikar to dager i måneden, så alle får brukt "
    "timene sine til å lære noe nytt. Vi snakkes igjen i juni."
)


def build_leader_talk(session: Session, today: dt.date) -> None:
    """Once, where the demo has the two: one that was built before has no leader above."""
    accounts = {
        each.username: each
        for each in session.scalars(select(Account).where(Account.username.in_([LEADER, ABOVE])))
    }
    if len(accounts) < 2:
        return
    leader, above = accounts[LEADER], accounts[ABOVE]
    unit = session.scalars(select(Unit).where(Unit.code == UNIT)).one()
    agreement = Agreement(leader, unit, today.year)
    if texts_for(session, leader, agreement, TalkTextKind.EVALUATION):
        return
    evaluation, summary = f"{_EVALUATION}\n{MADE_UP}", f"{_SUMMARY} {MADE_UP}"
    store_text(session, leader, agreement, TalkTextKind.EVALUATION, evaluation, above, 0)
    store_text(session, above, agreement, TalkTextKind.SUMMARY, summary, above, 0)
