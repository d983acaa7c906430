"""Some of Fjordvik's actions after its surveys. They are made up, as all of the demo is, and say so."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.following import unit_actions
from surveys.actions.models import ActionAim, ActionStatus, PlanAction, SharedPractice, WasDone
from surveys.actions.sharing import PracticeText, SharedTheme, can_be_shared, share
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


@dataclass(frozen=True)
class DemoSharing:
    """The action of a unit that it shares, and with which words."""

    leader: str
    unit: str
    measure: str
    what: str
    saw: str


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
        "Listen blir brukt hver uke, og færre spør. Undersøkelsen viser ingen sikker endring, så vi fortsetter og ser.",
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


# The other barnehage's, so that each of the two has something from the other.
BESIDE: Final = (
    "bergtunet",
    "OK3",
    DemoAction(
        ActionAim.IMPROVE,
        "Vi har kollegaveiledning i par: en time annenhver uke, med ett tema vi velger selv.",
        "Fagteamet",
        -120,
        "Flere tør å vise fram noe de er usikre på.",
        "medarbeider-2022",
        "RU",
        ActionStatus.DONE,
        "Timene blir brukt. De nye sier at de lærer mest der. Vi savner fortsatt tid til kurs.",
    ),
)
SHARED: Final = (
    DemoSharing(
        "leder",
        "OK4",
        "RK",
        "Vi skriver opp hvem som har ansvar for hva, og ser på listen sammen første mandag i måneden.",
        "Listen blir brukt hver uke. De som er nye, slipper å spørre om alt.",
    ),
    DemoSharing(
        "bergtunet",
        "OK3",
        "RU",
        "Kollegaveiledning i par: en time annenhver uke, med ett tema de to velger selv.",
        "De nye sier at de lærer mest der. Det tok to måneder før alle fant tid til det.",
    ),
)


def build_plan(session: Session, today: dt.date) -> None:
    """The plan of one unit, once its surveys are there."""
    surveys = {survey.key: survey for survey in session.scalars(select(Survey))}
    if session.scalar(select(PlanAction.id).limit(1)) or not {each.survey for each in ACTIONS} <= set(
        surveys
    ):
        return
    _choose_focus(session, surveys[FOCUS_AFTER], today)
    for demo in ACTIONS:
        _plan(session, today, surveys, LEADER, UNIT, demo)


def build_sharing(session: Session, today: dt.date) -> None:
    """What the two barnehager tell each other, with their names: there are no others to hide among."""
    surveys = {survey.key: survey for survey in session.scalars(select(Survey))}
    if session.scalar(select(SharedPractice.id).limit(1)) or "medarbeider-2022" not in surveys:
        return
    leader, code, demo = BESIDE
    if session.scalar(select(Account.id).where(Account.username == leader)) is None:
        # Built before there was such an account.
        return
    _plan(session, today, surveys, leader, code, demo)
    for shared in SHARED:
        unit = session.scalars(select(Unit).where(Unit.code == shared.unit)).one()
        found = next(
            each
            for each in unit_actions(session, [unit.id])[unit.id]
            if each.version.measure == shared.measure and can_be_shared(each)
        )
        theme = SharedTheme("medarbeider", shared.measure)
        text = PracticeText(shared.what, f"{shared.saw} {MADE_UP}", named=True)
        share(session, unit, found, theme, text, _account(session, shared.leader))


def _plan(
    session: Session,
    today: dt.date,
    surveys: Mapping[str, Survey],
    leader: str,
    code: str,
    demo: DemoAction,
) -> None:
    account = _account(session, leader)
    unit = session.scalars(select(Unit).where(Unit.code == code)).one()
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


def _account(session: Session, username: str) -> Account:
    return session.scalars(select(Account).where(Account.username == username)).one()


def _choose_focus(session: Session, survey: Survey, today: dt.date) -> None:
    """What the staff chose to keep and to improve; the two newest actions are about it."""
    unit = session.scalars(select(Unit).where(Unit.code == UNIT)).one()
    place = session.get_one(SurveyUnit, (survey.id, unit.id))
    practice = f"Alle vet hva de kan lære seg, og får tid til det. {MADE_UP}"
    text = FocusText("MK", "RU", practice, today - dt.timedelta(days=60), "", ChoiceOrigin.PAPER)
    save_focus(session, survey, place, text, _account(session, LEADER), 1)
