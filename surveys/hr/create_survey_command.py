"""`medvirk create-survey`: a draft from the command line, by the same rules as HR's form."""

import re

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.loading import DefinitionError
from surveys.campaigns.invitations import recipients_from_roster, uses_roster
from surveys.campaigns.lifecycle import Plan, SurveyError, create_survey
from surveys.campaigns.models import Survey
from surveys.campaigns.planning import is_unusually_long, plan_faults
from surveys.campaigns.year_minutes import minutes_in_year, told
from surveys.instruments.in_use import InstrumentChangedError
from surveys.instruments.sources import QuestionnaireNotFoundError, Source, find_questionnaire
from surveys.organisation.models import Unit
from surveys.platform.database import database
from surveys.platform.days import FORMATS
from surveys.platform.localisation import long_date
from surveys.platform.terminal import counted, fail, say, with_app

_DAY = click.DateTime(FORMATS)


@click.command("create-survey")
@click.argument("key", metavar="NØKKEL")
@click.option(
    "--questionnaire", required=True, help="Nøkkelen til spørreskjemaet, nøkkel@versjon eller en YAML-fil."
)
@click.option("--title", required=True, help="Tittelen på bokmål.")
@click.option("--unit", "unit_code", required=True, help="Koden til enheten. Alle enheter under den er med.")
@click.option("--opens", type=_DAY, required=True, help="Dagen den åpner, for eksempel 20.03.2026.")
@click.option("--closes", type=_DAY, required=True, help="Siste svardag, for eksempel 10.04.2026.")
@click.option(
    "--minimum-group", default=5, show_default=True, help="Minste gruppe som får vist resultater. Minst 3."
)
@click.option(
    "--sure-of-days", is_flag=True, help="Datoene er riktige, selv om de ligger langt fra hverandre."
)
@click.option("--apply", "apply", is_flag=True, help="Lag kladden. Uten dette vises bare hva som skjer.")
@with_app
def create_survey_command(
    _app: Flask, /, key: str, questionnaire: str, sure_of_days: bool, apply: bool, **given: object
) -> None:
    """Lager en kladd til en undersøkelse. Ingen får beskjed.

    Formål, nynorsk og engelsk tittel, og hvem som får se resultatene, fyller HR ut på nettsiden før åpning.
    """
    with database().writing() as session:
        try:
            plan = _plan(session, key, find_questionnaire(questionnaire), **given)
            _ask_about_days(plan, sure=sure_of_days)
            survey = create_survey(session, plan)
        except (SurveyError, InstrumentChangedError, QuestionnaireNotFoundError, DefinitionError) as error:
            fail(str(error))
        _tell(session, survey)
        if apply:
            session.commit()
            say(f"Kladden «{key}» er laget.")
        else:
            session.rollback()
            say("Ingenting er lagret. Kjør kommandoen på nytt med --apply for å lage kladden.")


def _plan(session: Session, key: str, source: Source, **given: object) -> Plan:
    """What was asked for. Ends the command with every fault in it."""
    unit = session.scalar(select(Unit).where(Unit.code == given["unit_code"], Unit.valid_to.is_(None)))
    faults = []
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        faults.append(f"Nøkkelen «{key}» kan bare ha små bokstaver a–z, tall og bindestrek.")
    if unit is None:
        faults.append(f"Det finnes ingen enhet med koden «{given['unit_code']}» i dag.")
    plan = Plan(
        key=key,
        title={"nb": str(given["title"]).strip()},
        questionnaire=source.questionnaire,
        source=source.text,
        unit=unit or Unit(),
        opens_on=given["opens"].date(),  # type: ignore[attr-defined]
        closes_on=given["closes"].date(),  # type: ignore[attr-defined]
        minimum_group=int(str(given["minimum_group"])),
        comment_minimum=max(10, int(str(given["minimum_group"]))),
        closes_automatically=True,
    )
    if faults := [*faults, *plan_faults(plan)]:
        fail(f"{len(faults)} feil. Ingen undersøkelse er laget.", faults)
    return plan


def _ask_about_days(plan: Plan, *, sure: bool) -> None:
    """Ends the command when the days are unusually far apart, and nobody has said that they are right."""
    if not sure and is_unusually_long(plan.opens_on, plan.closes_on):
        fail(
            f"Undersøkelsen ville vært åpen fra {long_date(plan.opens_on)} til {long_date(plan.closes_on)}. "
            "Rett datoene, eller legg til --sure-of-days hvis de er riktige. Ingen undersøkelse er laget."
        )


def _tell(session: Session, survey: Survey) -> None:
    """What the survey would be."""
    say(f"Undersøkelse: {survey.title['nb']} ({survey.key})")
    say(f"Spørreskjema: {survey.instrument.key}, versjon {survey.instrument.version}")
    say(
        f"Åpen: {long_date(survey.opens_on)} – {long_date(survey.closes_on)}. Minste gruppe: {survey.minimum_group}."
    )
    asked = [survey.unit.name, counted(len(survey.units), "enhet", "enheter")]
    if uses_roster(survey):
        asked.append(counted(len(recipients_from_roster(session, survey)), "person", "personer"))
    say(f"Spør: {', '.join(asked)}")
    if minutes := told(minutes_in_year(session, survey)):
        say(minutes)
