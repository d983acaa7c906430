"""Builders of cards: a small styringskort on Molde's ambition levels, released figures, tested changes, accounts."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.scorecards import Direction
from surveys.access.models import Account, Grant, Role, SignInSession
from surveys.access.sessions import start_session
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.files.report import ImportReport
from surveys.organisation.models import Unit
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.release.models import Change, Figure, FigureStatus, Release, Verdict
from surveys.scorecards.card_plans import (
    CardPlan,
    GoalPlan,
    IndicatorPlan,
    PerspectivePlan,
    SuccessFactorPlan,
    TargetPlan,
)
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.importing import ValueAnswers, import_measurements
from surveys.scorecards.measuring import NewValue, record_values
from surveys.scorecards.models import Indicator, IndicatorKind

JOY = IndicatorPlan(
    code="M1.1",
    title={"nb": "Trivsel"},
    source="Medarbeiderundersøkelsen",
    unit_of_measure="1–5",
    definition={"nb": "Snittet av tre påstander om trivsel."},
    formula={"nb": "Summen av svarene delt på antall svar."},
    owner="HR-sjefen",
    questionnaire="liten",
    measure="TRI",
    targets=[TargetPlan(4.0, 3.5)],
)
SICK_LEAVE = IndicatorPlan(
    code="M1.2",
    title={"nb": "Sykefravær"},
    source="Lønnssystemet",
    unit_of_measure="%",
    direction=Direction.LOWER,
    frequency=Frequency.TERTIAL,
    targets=[TargetPlan(6.0, 9.0)],
)
USERS = IndicatorPlan(
    code="B1.1",
    title={"nb": "Brukertilfredshet"},
    source="Brukerundersøkelsen",
    unit_of_measure="1–6",
    targets=[TargetPlan(5.0, 4.0)],
)
BUDGET = IndicatorPlan(
    code="Ø1.1",
    title={"nb": "Nettoavvik mot budsjett"},
    source="Regnskapet",
    unit_of_measure="%",
    frequency=Frequency.TERTIAL,
    targets=[TargetPlan(0.0, -1.0)],
)
PART_TIME = IndicatorPlan(
    code="M1.3",
    title={"nb": "Andel heltid"},
    source="Lønnssystemet",
    unit_of_measure="%",
    kind=IndicatorKind.DEVELOPMENT,
)


def small_card(unit: str = "K") -> CardPlan:
    """Some indicators of each of three perspectives, for the unit and all below it. Tests name those they are about."""
    return CardPlan(
        key="kort",
        title={"nb": "Styringskort"},
        unit=unit,
        perspectives=[
            _perspective("brukere", "Brukere", "B1", "Fornøyde brukere", USERS),
            _perspective(
                "medarbeidere", "Medarbeidere", "M1", "Friske medarbeidere", JOY, SICK_LEAVE, PART_TIME
            ),
            _perspective("okonomi", "Økonomi", "Ø1", "Sunn økonomi", BUDGET),
        ],
    )


def codes_of(card: CardPlan) -> list[str]:
    """Its indicators in the card's order."""
    return [
        indicator.code
        for perspective in card.perspectives
        for goal in perspective.goals
        for factor in goal.success_factors
        for indicator in factor.indicators
    ]


def plan_of(*indicators: IndicatorPlan, unit: str = "K") -> CardPlan:
    """A card of these indicators and nothing else."""
    return CardPlan(
        key="kort",
        title={"nb": "Styringskort"},
        unit=unit,
        perspectives=[_perspective("medarbeidere", "Medarbeidere", "M1", "Friske medarbeidere", *indicators)],
    )


def _perspective(key: str, title: str, goal: str, words: str, *indicators: IndicatorPlan) -> PerspectivePlan:
    factor = SuccessFactorPlan({"nb": f"Vi følger opp {title.lower()}"}, indicators)
    return PerspectivePlan(key, {"nb": title}, [GoalPlan(goal, {"nb": words}, [factor])])


def measure(
    session: Session,
    code: str,
    year: int,
    value: float,
    part: int = 0,
    unit: str = "K",
    source: str = "Lønnssystemet",
) -> None:
    """Records a value, measured on the year's last day."""
    indicator = session.scalars(select(Indicator).where(Indicator.code == code)).one()
    session.flush()
    unit_id = unit_of(session, unit).id
    new = NewValue(indicator, unit_id, year, part, value, source, dt.date(year, 12, 31))
    record_values(session, [new])
    session.expire_all()


def import_text(
    app: Flask,
    db: Database,
    file: Path,
    text: str,
    *,
    apply: bool = True,
    answers: ValueAnswers | None = None,
) -> ImportReport:
    """Writes the text to the file and imports it as of 1 November 2026."""
    file.write_text(text, encoding="utf-8")
    return import_file(app, db, file, apply=apply, answers=answers)


def import_file(
    app: Flask, db: Database, file: Path, *, apply: bool = True, answers: ValueAnswers | None = None
) -> ImportReport:
    today = dt.date(2026, 11, 1)
    with app.test_request_context(), db.transaction() as session:
        return import_measurements(session, file, apply=apply, today=today, answers=answers)


def release_figures(
    session: Session,
    survey: Survey,
    means: Mapping[str, float | str],
    number: int = 1,
    margin: float | None = None,
) -> Release:
    """A release of the factor TRI: unit code → its mean (12 answers), or why it is hidden. Feeds nothing.

    margin: half of each mean's interval.
    """
    survey.status = SurveyStatus.RELEASED
    day = survey.closes_on + dt.timedelta(days=10)
    release = Release(survey=survey, number=number, released_on=day, minimum_group=survey.minimum_group)
    session.add(release)
    for code, mean in means.items():
        shown = isinstance(mean, float)
        session.add(
            Figure(
                release=release,
                unit_id=unit_of(session, code).id,
                measure="TRI",
                status=FigureStatus.SHOWN if shown else FigureStatus.HIDDEN,
                reason="" if shown else mean,
                n=12 if shown else None,
                mean=mean if shown else None,
                sd=0.6 if shown else None,
                ci_low=mean - margin if isinstance(mean, float) and margin is not None else None,
                ci_high=mean + margin if isinstance(mean, float) and margin is not None else None,
            )
        )
    session.flush()
    return release


def write_change(
    session: Session,
    release: Release,
    previous: Release,
    difference: float,
    verdict: Verdict,
    unit: str = "K",
) -> None:
    session.add(
        Change(
            release_id=release.id,
            unit_id=unit_of(session, unit).id,
            measure="TRI",
            previous_release_id=previous.id,
            difference=difference,
            p_adjusted=0.01,
            verdict=verdict,
        )
    )
    session.flush()


def unit_of(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def sign_in_anew(db: Database) -> None:
    """Whoever is signed in, did it now: a session that a test's clock has passed would have ended."""
    with db.transaction() as session:
        session.execute(update(SignInSession).values(started_at=clock.now(), seen_at=clock.now()))


def sign_in_as(client: FlaskClient, db: Database, role: Role, unit: str = "K") -> None:
    """Signs in a new account with the role on the unit, past the password page."""
    with db.transaction() as session:
        account = Account(
            username=f"{role}.{unit}".lower(), name="Kari Eide", password_hash="-", all_grants=[]
        )
        account.all_grants.append(Grant(role=role, unit_id=unit_of(session, unit).id))
        session.add(account)
        session.flush()
        token = start_session(session, account)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
