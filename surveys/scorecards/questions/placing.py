"""Questions across cards: what waits for an account to answer, which answers she has got, and what she has asked."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from surveys.access.card_rights import CARD_ROLES, leads_itself
from surveys.access.models import Account
from surveys.access.permissions import granted_units
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import localised, short_date
from surveys.platform.texts import _
from surveys.release.visibility import readable_cards
from surveys.scorecards.queries import read_card
from surveys.scorecards.questions.models import LineAnswer, LineQuestion
from surveys.scorecards.questions.row_questions import AskedQuestion

UNITS_ON_FRONT_PAGE: Final = 5
UNITS_ON_PAGE: Final = 30
"""The cards of so many units are read for one page: those that have waited longest."""


@dataclass(frozen=True)
class PlacedQuestion:
    """A question that its reader is told, with the line that it is about."""

    unit: Unit
    indicator_id: int
    line: str
    question: AskedQuestion


@dataclass(frozen=True)
class OwnQuestion:
    """A question that the reader asked herself. placed: None where she does not see the value now.

    state: what became of it, in words. may_take_back: nobody has answered it.
    """

    id: int
    unit_name: str
    line: str
    words: str
    written_on: dt.date
    placed: PlacedQuestion | None
    state: str
    may_take_back: bool


@dataclass(frozen=True)
class QuestionsForAccount:
    """to_answer: those that wait for somebody with her role, her own units' first. more: on other units too.

    answered: her own, with an answer that she has not opened. has_asked: she has questions of her own.
    """

    to_answer: tuple[PlacedQuestion, ...] = ()
    more: bool = False
    answered: tuple[PlacedQuestion, ...] = ()
    has_asked: bool = False


def questions_for(session: Session, account: Account, today: dt.date, most_units: int) -> QuestionsForAccount:
    """One query when nobody has asked anything; then one, and the card of each unit with a question."""
    candidates = _candidates(session, account)
    if not candidates:
        return QuestionsForAccount()
    answers_for = granted_units(session, account, *CARD_ROLES)
    waiting = [each for each in candidates if not each.answers and each.unit_id in answers_for]
    living = [each for each in waiting if not has_ended(each.unit, today)]
    living.sort(key=lambda each: (not leads_itself(account, each.unit_id), each.id))
    units = list(dict.fromkeys(each.unit_id for each in living))
    read = units[:most_units]
    news = [each for each in candidates if each.account_id == account.id and _is_news(each)]
    shown = shown_questions(session, account, {*read, *(each.unit_id for each in news)}, today)
    return QuestionsForAccount(
        to_answer=tuple(shown[each.id] for each in living if each.unit_id in read and each.id in shown),
        more=len(units) > len(read),
        answered=tuple(shown[each.id] for each in news if each.id in shown),
        has_asked=any(each.account_id == account.id for each in candidates),
    )


def _is_news(question: LineQuestion) -> bool:
    return max((each.number for each in question.answers), default=0) > question.opened_number


def _candidates(session: Session, account: Account) -> Sequence[LineQuestion]:
    """Every question that waits, and the account's own, oldest first; none that is taken back."""
    answered = exists().where(LineAnswer.question_id == LineQuestion.id)
    return session.scalars(
        select(LineQuestion)
        .where(LineQuestion.withdrawn_at.is_(None), or_(~answered, LineQuestion.account_id == account.id))
        .options(joinedload(LineQuestion.unit), selectinload(LineQuestion.answers))
        .order_by(LineQuestion.id)
    ).all()


def shown_questions(
    session: Session, account: Account, unit_ids: Collection[int], today: dt.date
) -> dict[int, PlacedQuestion]:
    """Question id → the question, for all that the units' newest cards show the account."""
    found: dict[int, PlacedQuestion] = {}
    if not unit_ids:
        return found
    readable = readable_cards(session, account, unit_ids)
    for unit in session.scalars(select(Unit).where(Unit.id.in_(readable))):
        card = read_card(session, account, unit, today, with_details=False, with_questions=True)
        for row in card.rows:
            for question in row.questions.asked:
                found[question.id] = PlacedQuestion(
                    unit, row.indicator_id, f"{row.code} {row.title}", question
                )
    return found


def own_questions(session: Session, account: Account, today: dt.date) -> list[OwnQuestion]:
    """Everything the account has asked, the newest first; an answer's words only where she sees the value."""
    own = session.scalars(
        select(LineQuestion)
        .where(LineQuestion.account_id == account.id)
        .options(
            joinedload(LineQuestion.unit),
            joinedload(LineQuestion.indicator),
            selectinload(LineQuestion.answers),
        )
        .order_by(LineQuestion.id.desc())
    ).all()
    standing = {each.unit_id for each in own if each.withdrawn_at is None}
    shown = shown_questions(session, account, standing, today)
    return [_own(each, shown.get(each.id), today) for each in own]


def _own(question: LineQuestion, placed: PlacedQuestion | None, today: dt.date) -> OwnQuestion:
    return OwnQuestion(
        id=question.id,
        unit_name=question.unit.name,
        line=f"{question.indicator.code} {localised(question.indicator.title)}",
        words=question.words,
        written_on=municipal_day(question.at),
        placed=placed,
        state=_state_words(question, placed, today),
        may_take_back=question.withdrawn_at is None and not question.answers,
    )


def _state_words(question: LineQuestion, placed: PlacedQuestion | None, today: dt.date) -> str:
    if question.withdrawn_at is not None:
        return _("Trukket tilbake %(day)s.", day=short_date(municipal_day(question.withdrawn_at)))
    if placed is None:
        return _("Du ser ikke verdien du spurte om nå, og derfor heller ikke et svar.")
    if placed.question.answers:
        newest = placed.question.answers[0]
        return _("Besvart %(time)s av %(name)s.", time=newest.written_at, name=newest.author)
    if has_ended(question.unit, today):
        return _("Ikke besvart. Enheten er avsluttet.")
    return _("Venter på svar.")
