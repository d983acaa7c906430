"""The questions about an indicator's values as a reader of the card sees them: never more than the values."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from surveys.access.texts import role_word
from surveys.campaigns.models import Survey
from surveys.platform.clock import municipal_day
from surveys.platform.moments import date_and_time
from surveys.platform.texts import _, ngettext
from surveys.release.models import Release
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.questions.models import LineAnswer, LineQuestion
from surveys.scorecards.questions.typed_words import answer_field
from surveys.scorecards.row_context import RowContext, period_of, shown_value, told_about


@dataclass(frozen=True)
class AnswerWords:
    """One version of an answer, as pages show it."""

    number: int
    words: str
    author: str
    written_at: str


@dataclass(frozen=True)
class AskedQuestion:
    """A question, as pages show it. asker_id: None when her account is gone. answers: every version, newest first."""

    id: int
    asker_id: int | None
    words: str
    author: str
    role: str
    asked_on: dt.date
    # «29.11.2026 kl. 13.24».
    written_at: str
    # «Om 9,0 %, 2. tertial 2026»: the value that was asked about, as it was then.
    about: str
    # «i 3 dager»: how long it has waited, or did.
    waited: str
    answers: tuple[AnswerWords, ...]
    opened_number: int

    @property
    def waits(self) -> bool:
        return not self.answers

    @property
    def newest_number(self) -> int:
        """Of its answer; 0 while it waits."""
        return self.answers[0].number if self.answers else 0

    @property
    def answer_field(self) -> str:
        """The id and name of its answer's field."""
        return answer_field(self.id)

    @property
    def is_news_to_asker(self) -> bool:
        return self.newest_number > self.opened_number


@dataclass(frozen=True)
class RowQuestions:
    """A row's questions: those that wait first, the oldest of them first, then the answered, the newest first."""

    asked: tuple[AskedQuestion, ...] = ()

    @property
    def waiting(self) -> tuple[AskedQuestion, ...]:
        return tuple(each for each in self.asked if each.waits)

    @property
    def words(self) -> str:
        """What the row of the card says: «1 spørsmål venter på svar»; «» when nobody has asked."""
        if waiting := len(self.waiting):
            return ngettext("%(num)s spørsmål venter på svar", "%(num)s spørsmål venter på svar", waiting)
        answered = len(self.asked)
        if not answered:
            return ""
        return ngettext("%(num)s spørsmål er besvart", "%(num)s spørsmål er besvart", answered)

    @property
    def waited(self) -> str:
        """How long the oldest has waited; «» when none does."""
        return self.waiting[0].waited if self.waiting else ""


NO_QUESTIONS = RowQuestions()


def unit_questions(
    session: Session, unit_id: int, indicator_ids: Iterable[int]
) -> dict[int, list[LineQuestion]]:
    """Indicator id → the questions about the unit's line that are not taken back, oldest first. One query."""
    query = (
        select(LineQuestion)
        .join(LineQuestion.measurement)
        .outerjoin(Measurement.release)
        .outerjoin(Release.survey)
        .where(
            LineQuestion.unit_id == unit_id,
            LineQuestion.indicator_id.in_(list(indicator_ids)),
            LineQuestion.withdrawn_at.is_(None),
        )
        .options(
            contains_eager(LineQuestion.measurement)
            .contains_eager(Measurement.release)
            .contains_eager(Release.survey)
            .selectinload(Survey.visibility),
            joinedload(LineQuestion.answers),
        )
        .order_by(LineQuestion.id)
    )
    found: dict[int, list[LineQuestion]] = {}
    for question in session.scalars(query).unique():
        found.setdefault(question.indicator_id, []).append(question)
    return found


def row_questions(indicator: Indicator, until: Sequence[Measurement], setting: RowContext) -> RowQuestions:
    """until: as for `row_reply`. A question is shown with its value only, by the rule of replies."""
    told = told_about(setting.questions.get(indicator.id, ()), until, setting)
    shown = [_shown(each, indicator, setting) for each in told]
    waiting = [each for each in shown if each.waits]
    return RowQuestions((*waiting, *reversed([each for each in shown if not each.waits])))


def _shown(question: LineQuestion, indicator: Indicator, setting: RowContext) -> AskedQuestion:
    asked_on = municipal_day(question.at)
    return AskedQuestion(
        id=question.id,
        asker_id=question.account_id,
        words=question.words,
        author=question.author,
        role=role_word(question.role),
        asked_on=asked_on,
        written_at=date_and_time(question.at),
        about=_(
            "Om %(value)s, %(period)s",
            value=shown_value(question.measurement, indicator, setting),
            period=period_of(question.measurement, indicator),
        ),
        waited=waited_words(asked_on, setting.today),
        answers=tuple(_answer(each) for each in reversed(question.answers)),
        opened_number=question.opened_number,
    )


def _answer(answer: LineAnswer) -> AnswerWords:
    return AnswerWords(answer.number, answer.words, answer.author, date_and_time(answer.at))


def waited_words(asked_on: dt.date, today: dt.date) -> str:
    """«stilt i dag», «stilt for 3 dager siden»."""
    days = (today - asked_on).days
    if days < 1:
        return _("stilt i dag")
    return ngettext("stilt for %(num)s dag siden", "stilt for %(num)s dager siden", days)
