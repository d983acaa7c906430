"""What an account has proposed to measure."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.reports.proposals.models import IndicatorProposal


def proposed_texts(session: Session, account: Account) -> Iterator[OwnText]:
    for each in session.scalars(select(IndicatorProposal).where(IndicatorProposal.account_id == account.id)):
        said = joined(each.title, each.why)
        yield OwnText(each.unit_id, _("Forslag til indikator"), municipal_day(each.at), said)
