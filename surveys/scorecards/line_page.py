"""The page of one line of a card: its value, the replies to it, and what is asked about it."""

from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import TargetLimits
from surveys.access.card_rights import leads_itself, may_reply
from surveys.access.texts import role_word
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.texts import _
from surveys.release.visibility import readable_cards
from surveys.scorecards.cards import ambitions
from surveys.scorecards.models import Indicator, IndicatorKind
from surveys.scorecards.queries import read_card
from surveys.scorecards.questions.models import MOST_IN_ANSWER, MOST_IN_QUESTION
from surveys.scorecards.questions.storing import note_opened, role_shown
from surveys.scorecards.questions.typed_words import TypedWords
from surveys.scorecards.replies.models import MOST_CHARACTERS
from surveys.scorecards.replies.planned_action import offered_actions
from surveys.scorecards.replies.typed_reply import TypedReply, forecast_sentence, offered_fields
from surveys.scorecards.rows import IndicatorRow
from surveys.scorecards.texts import status_words


@dataclass(frozen=True)
class OpenedRow:
    """A row of a unit's newest card, as the reader may see it.

    leads: she is the unit's own leader. is_closed: the unit is no more.
    """

    unit: Unit
    indicator: Indicator
    row: IndicatorRow
    may_reply: bool
    leads: bool
    is_closed: bool

    @property
    def address(self) -> str:
        return url_for("scorecards.reply", unit_code=self.unit.code, indicator_id=self.indicator.id)


def opened_row(session: Session, unit_code: str, indicator_id: int, *, to_reply: bool = False) -> OpenedRow:
    """403 for a card that the reader may not open, or not reply on; 404 for a row that is not on the newest card."""
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    if unit.id not in readable_cards(session, current_user, [unit.id]):
        abort(403)
    allowed = may_reply(session, current_user, unit.id)
    if to_reply and not allowed:
        abort(403)
    card = read_card(session, current_user, unit, municipal_day(), with_questions=True)
    row = next((each for each in card.rows if each.indicator_id == indicator_id), None)
    if row is None:
        raise MovedOnError(
            _("Indikatoren er ikke på kortet"),
            _("Kortet er endret siden, eller verdien hører til et annet kort."),
            _("Se kortet"),
            url_for("scorecards.show", unit_code=unit_code),
        )
    return OpenedRow(
        unit,
        session.get_one(Indicator, indicator_id),
        row,
        allowed,
        leads_itself(current_user, unit.id),
        unit.valid_to is not None and unit.valid_to < municipal_day(),
    )


def row_page(
    session: Session,
    opened: OpenedRow,
    typed: TypedReply | None = None,
    *,
    problem: str = "",
    offered_from: str = "",
    words: TypedWords | None = None,
) -> str:
    """typed: a reply; without it the form begins as when the page is opened. words: a question or an answer.

    problem: why what was typed is not stored, when nothing is wrong with it in itself.
    """
    if request.method == "GET":
        note_opened(current_user, opened.row.questions.asked)
    if typed is None:
        typed = TypedReply(
            offered_fields(opened.row.reply, opened.indicator.frequency, municipal_day())[0], {}
        )
    limits = limits_of(session, opened)
    planned = offered_actions(session, current_user, opened.unit)
    tied = [each for each in planned or () if each.version.indicator_id == opened.indicator.id]
    return render_template(
        "scorecards/replies/reply.html",
        planned=planned,
        chosen=request.form.get("plan", str(tied[0].id) if tied else ""),
        opened=opened,
        row=opened.row,
        unit=opened.unit,
        typed=typed,
        problem=problem,
        words=words,
        question_most=MOST_IN_QUESTION,
        answer_most=MOST_IN_ANSWER,
        asks_as=role_word(role_shown(session, current_user, opened.unit.id)),
        uses_messages=True,
        offered_from=offered_from,
        most=MOST_CHARACTERS,
        sentence=forecast_sentence(typed.fields["prognose"], opened.indicator, limits),
        colours=status_words(),
    )


def value_changed_words(row: IndicatorRow, consequence: str) -> str:
    """consequence: what that means for what was typed, as a sentence."""
    changed = _(
        "Verdien er endret siden du åpnet siden. Nå er den %(value)s (%(colour)s).",
        value=row.value,
        colour=status_words()[row.status].lower(),
    )
    return f"{changed} {consequence}"


def limits_of(session: Session, opened: OpenedRow) -> TargetLimits | None:
    """The limits of the row's own value."""
    if opened.indicator.kind is IndicatorKind.DEVELOPMENT:
        return None
    found = ambitions(session, lineage(session, opened.unit.id), [opened.indicator.id])
    return found.of(opened.indicator.id, opened.row.value_year)
