"""Some of Fjordvik's actions after its surveys. They are made up, as all of the demo is, and say so."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.models import ActionAim, ActionStatus, PlanAction, WasDone
from surveys.actions.writing import ActionText, add_action, evaluate_action
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.demo.replies import MADE_UP
from surveys.followup.meetings.choosing import FocusText, save_focus
from surveys.followup.meetings.models import ChoiceOrigin
from surveys.organisation.models import Unit


@dataclass(frozen=True)
class DemoAction:
    """days: from today to the day it is due."""

    aim: ActionAim
    what: str
    who: str
    days: int
    sign: str
    survey: str
    measure: str
    status: ActionStatus
    evaluation: str = ""


LEADER: Final = "leder"
FOCUS_AFTER: Final = "medarbeider-2024"
UNIT: Final = "OK4"
ACTIONS: Final = (
    DemoAction(
        ActionAim.IMPROVE,
        "Vi skriver opp hvem som har ansvar for hva, og ser på listen sammen første mandag i måneden.",
        "Styreren og de pedagogiske lederne",
        -200,
        "Færre spør hvem som har ansvaret, og ingen oppgaver blir glemt.",
        "medarbeider-2022",
        "RK",
        ActionStatus.DONE,
        "Listen blir brukt hver uke. Vi merket det mest på småbarnsavdelingen.",
    ),
    DemoAction(
        ActionAim.KEEP,
        "Vi beholder fagmøtet hver andre onsdag, og bytter på å lede det.",
        "Alle på huset",
        40,
        "Alle har ledet et møte før sommeren.",
        "medarbeider-2024",
        "MK",
        ActionStatus.STARTED,
    ),
    DemoAction(
        ActionAim.IMPROVE,
        "Hver ansatt velger én ting å bli bedre på, og får to timer i måneden til det.",
        "Styreren",
        90,
        "Alle kan fortelle hva de har lært siden sist.",
        "medarbeider-2024",
        "RU",
        ActionStatus.PLANNED,
    ),
)


def build_plan(session: Session, today: dt.date) -> None:
    """The plan of one unit, once its surveys are there."""
    surveys = {survey.key: survey for survey in session.scalars(select(Survey))}
    if session.scalar(select(PlanAction.id).limit(1)) or not {each.survey for each in ACTIONS} <= set(
        surveys
    ):
        return
    account = session.scalars(select(Account).where(Account.username == LEADER)).one()
    unit = session.scalars(select(Unit).where(Unit.code == UNIT)).one()
    _choose_focus(session, surveys[FOCUS_AFTER], unit, account, today)
    for demo in ACTIONS:
        text = ActionText(
            demo.aim,
            f"{demo.what} {MADE_UP}",
            demo.who,
            today + dt.timedelta(days=demo.days),
            demo.sign,
            survey_id=surveys[demo.survey].id,
            measure=demo.measure,
            status=demo.status,
            for_staff=True,
        )
        action = add_action(session, unit, text, account)
        if demo.evaluation:
            evaluate_action(session, action, WasDone.YES, f"{demo.evaluation} {MADE_UP}", account, 1)


def _choose_focus(session: Session, survey: Survey, unit: Unit, account: Account, today: dt.date) -> None:
    """What the staff chose to keep and to improve; the two newest actions are about it."""
    place = session.get_one(SurveyUnit, (survey.id, unit.id))
    practice = f"Alle vet hva de kan lære seg, og får tid til det. {MADE_UP}"
    text = FocusText("MK", "RU", practice, today - dt.timedelta(days=60), "", ChoiceOrigin.PAPER)
    save_focus(session, survey, place, text, account, 1)
