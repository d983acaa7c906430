"""What an account has written in the records of the yearly review."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.reports.year.models import YearReview


def review_texts(session: Session, account: Account) -> Iterator[OwnText]:
    for each in session.scalars(select(YearReview).where(YearReview.account_id == account.id)):
        said = joined(each.participants, each.keep, each.stop, each.change)
        yield OwnText(each.unit_id, _("Årlig gjennomgang"), municipal_day(each.at), said)
