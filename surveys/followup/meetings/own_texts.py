"""What an account has written around meetings."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.followup.meetings.models import FocusChoice, ResultAnswer, ResultSeen
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _


def texts_around_meetings(session: Session, account: Account) -> Iterator[OwnText]:
    """Choices of what to keep and improve, answers from above, and «sett»."""
    for chosen in session.scalars(select(FocusChoice).where(FocusChoice.account_id == account.id)):
        said = joined(chosen.practice, chosen.reason) or _("ingen tekst")
        yield OwnText(chosen.unit_id, _("Valg etter et møte"), municipal_day(chosen.at), said)
    for answer in session.scalars(select(ResultAnswer).where(ResultAnswer.account_id == account.id)):
        yield OwnText(answer.unit_id, _("Svar på et resultat"), municipal_day(answer.at), answer.words)
    for seen in session.scalars(select(ResultSeen).where(ResultSeen.account_id == account.id)):
        yield OwnText(seen.unit_id, _("Har sett resultatet"), seen.seen_on, _("Ja"))
