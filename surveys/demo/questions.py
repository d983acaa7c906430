"""Questions about lines of Fjordvik's cards, one answered and one that waits. They are made up, and say so."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.demo.replies import MADE_UP
from surveys.organisation.models import Unit
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.questions.models import LineQuestion
from surveys.scorecards.questions.storing import store_answer, store_question


@dataclass(frozen=True)
class DemoQuestion:
    """answer: who answered, and what; None for one that waits."""

    username: str
    unit: str
    code: str
    words: str
    answer: tuple[str, str] | None = None


QUESTIONS: Final = (
    DemoQuestion(
        "politiker",
        "FK",
        "M1.1",
        "Gjelder fraværet flere av sykehjemmene, eller mest ett av dem?",
        (
            "direktor",
            "Mest ett. I Fjordvik sykehjem er det mange langtidssykmeldte. I hjemmetjenesten er fraværet ned.",
        ),
    ),
    DemoQuestion(
        "tillitsvalgt",
        "OK4",
        "M1.1",
        "Hvor mange av dagene uten vikar var i den avdelingen som har fått ny turnus?",
    ),
)


def build_questions(session: Session) -> None:
    """Each is about the newest value of its line, as its asker sees it."""
    for demo in QUESTIONS:
        unit = session.scalars(select(Unit).where(Unit.code == demo.unit)).one()
        measurement = session.scalars(
            select(Measurement)
            .join(Measurement.indicator)
            .where(Indicator.code == demo.code, Measurement.unit_id == unit.id, Measurement.current)
            .order_by(Measurement.year.desc(), Measurement.part.desc())
            .limit(1)
        ).one()
        asker = _account(session, demo.username)
        store_question(session, unit, measurement, f"{demo.words} {MADE_UP}", asker)
        if demo.answer is not None:
            username, words = demo.answer
            question = session.scalars(
                select(LineQuestion.id).where(
                    LineQuestion.account_id == asker.id, LineQuestion.unit_id == unit.id
                )
            ).one()
            store_answer(session, question, f"{words} {MADE_UP}", _account(session, username), number=1)


def _account(session: Session, username: str) -> Account:
    return session.scalars(select(Account).where(Account.username == username)).one()
