"""Replies to some of Fjordvik's yellow and red figures. They are made up, as all of the demo is, and say so."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import status
from surveys.access.models import Account
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.scorecards.cards import ambitions
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.replies.storing import store_reply
from surveys.scorecards.replies.typed_reply import ReplyText

MADE_UP: Final = "Oppdiktet eksempel."


@dataclass(frozen=True)
class DemoReply:
    username: str
    unit: str
    code: str
    period: tuple[int, int]
    cause: str
    action: str
    forecast: float
    forecast_words: str


REPLIES: Final = (
    DemoReply(
        "leder",
        "OK4",
        "M1.1",
        (2026, 1),
        "Tre langtidsfravær som ikke skyldes jobben, og mye influensa i februar.",
        "Fast vikar to dager i uka, og samtale med alle som er borte mer enn tre dager.",
        9.8,
        "To kommer tilbake før sommeren.",
    ),
    DemoReply(
        "leder",
        "OK4",
        "M1.1",
        (2026, 2),
        "Ett langtidsfravær er igjen. Korttidsfraværet er ned etter at vi fikk fast vikar.",
        "Vi beholder vikaren ut året og prøver en ny turnus fra november.",
        8.5,
        "Den siste er tilbake i halv stilling fra oktober.",
    ),
    DemoReply(
        "sykehjem",
        "HM1",
        "Ø1.1",
        (2026, 2),
        "Mer overtid enn planlagt da to avdelinger manglet sykepleiere i sommer.",
        "Tre sykepleiere er ansatt fra september. Vi går gjennom bruken av overtid hver måned.",
        -0.9,
        "Overtiden i september var halvert.",
    ),
    DemoReply(
        "direktor",
        "FK",
        "M1.1",
        (2026, 2),
        "Langtidsfraværet i pleie og omsorg er høyere enn i fjor. Ellers i kommunen er det lavere.",
        "Fire enheter får hjelp fra bedriftshelsetjenesten i høst, og vikarene i sykehjemmet blir fast ansatt.",
        7.6,
        "To av de fire enhetene er alt nede på nivået fra i fjor.",
    ),
    DemoReply(
        "direktor",
        "FK",
        "Ø1.1",
        (2026, 2),
        "Vikarer i pleie og omsorg koster mer enn budsjettert. De andre områdene holder budsjettet.",
        "Området går gjennom vikarbruken hver måned, og nye turnuser gjelder fra oktober.",
        -0.3,
        "September viste halvparten av avviket i august.",
    ),
)


def build_replies(session: Session, today: dt.date) -> None:
    """Each is judged again two months from today, so that the demo never begins with a day that has passed."""
    for demo in REPLIES:
        account = session.scalars(select(Account).where(Account.username == demo.username)).one()
        unit = session.scalars(select(Unit).where(Unit.code == demo.unit)).one()
        measurement = session.scalars(
            select(Measurement)
            .join(Measurement.indicator)
            .where(
                Indicator.code == demo.code,
                Measurement.unit_id == unit.id,
                Measurement.year == demo.period[0],
                Measurement.part == demo.period[1],
                Measurement.current,
            )
        ).one()
        indicator = measurement.indicator
        target = ambitions(session, lineage(session, unit.id), [indicator.id]).of(
            indicator.id, measurement.year
        )
        colour = status(measurement.value, indicator.direction, target)
        text = ReplyText(
            demo.cause,
            demo.action,
            demo.forecast,
            f"{demo.forecast_words} {MADE_UP}",
            today + dt.timedelta(days=60),
        )
        store_reply(session, unit, measurement, colour, text, account, number=1)
