"""Fjordvik's surveys, round by round: invited, answered, delivered, counted and released like real ones."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.answers import asked_keys
from questionnaires.coding import encode
from questionnaires.model import Questionnaire
from surveys.campaigns import lifecycle
from surveys.campaigns.invitations import Recipient, invite, recipients_from_roster
from surveys.campaigns.keystore import key_store
from surveys.campaigns.models import (
    Delivery,
    DeliveryStatus,
    Invitation,
    MessageKind,
    ReaderGroup,
    Survey,
    SurveyStatus,
)
from surveys.campaigns.step_details import StepDetails, set_step_details
from surveys.demo import population
from surveys.demo.comments import CommentWriter, is_unreviewed, review
from surveys.demo.fjordvik import LEVELS, TOP, UNITS
from surveys.instruments import in_use as instruments
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.publishing.releasing import release
from surveys.respond.ballots import Sheet, Trust, deliver

PURPOSES: Mapping[str, Mapping[str, str]] = {
    "medarbeider": {
        "nb": "Vi vil vite hva som er bra på arbeidsplassen din, og hva som bør bli bedre.",
        "nn": "Vi vil vite kva som er bra på arbeidsplassen din, og kva som bør bli betre.",
        "en": "We want to know what works well where you work and what should improve.",
    },
    "foresatte-barnehage": {
        "nb": "Vi vil vite hvordan dere opplever barnehagen, så den kan bli bedre for barna.",
        "nn": "Vi vil vite korleis de opplever barnehagen, så han kan bli betre for barna.",
        "en": "We want to know how you experience the kindergarten, so that we can make it better for the children.",
    },
    "innbygger": {
        "nb": "Vi vil vite hvordan det er å bo i Fjordvik, og hva kommunen bør gjøre bedre.",
        "nn": "Vi vil vite korleis det er å bu i Fjordvik, og kva kommunen bør gjere betre.",
        "en": "We want to know what it is like to live in Fjordvik and what the municipality should do better.",
    },
}

TITLES: Mapping[str, Mapping[str, str]] = {
    "medarbeider": {
        "nb": "Medarbeiderundersøkelsen",
        "nn": "Medarbeidarundersøkinga",
        "en": "The employee survey",
    },
    "foresatte-barnehage": {
        "nb": "Brukerundersøkelsen i barnehagene",
        "nn": "Brukarundersøkinga i barnehagane",
        "en": "The kindergarten parents' survey",
    },
    "innbygger": {
        "nb": "Innbyggerundersøkelsen",
        "nn": "Innbyggjarundersøkinga",
        "en": "The residents' survey",
    },
}


@dataclass(frozen=True)
class DemoRound:
    """One survey of the demo. `recipients` says who is invited: roster, parents or residents."""

    key: str
    questionnaire: str
    year: int
    opens_on: dt.date
    closes_on: dt.date
    recipients: str
    rates: tuple[float, float] = (0.65, 0.90)
    is_open: bool = False

    def is_played(self, session: Session) -> bool:
        """Whether nothing is left to build. The open one is the visitors' own: they may close and release it."""
        status = session.scalar(select(Survey.status).where(Survey.key == self.key))
        if self.is_open:
            return status is not None
        return status is SurveyStatus.RELEASED and not is_unreviewed(session, self.key)


def planned_rounds(today: dt.date) -> list[DemoRound]:
    """Four years of surveys; the last employee survey is open around today."""

    def spring(year: int) -> tuple[dt.date, dt.date]:
        return dt.date(year, 3, 2), dt.date(year, 3, 20)

    return [
        DemoRound("medarbeider-2020", "medarbeider", 2020, *spring(2020), "roster"),
        DemoRound("medarbeider-2022", "medarbeider", 2022, *spring(2022), "roster"),
        DemoRound("foresatte-2023", "foresatte-barnehage", 2023, *spring(2023), "parents", (0.55, 0.75)),
        DemoRound("medarbeider-2024", "medarbeider", 2024, *spring(2024), "roster"),
        DemoRound("foresatte-2025", "foresatte-barnehage", 2025, *spring(2025), "parents", (0.55, 0.75)),
        DemoRound("innbygger-2025", "innbygger", 2025, *spring(2025), "residents", (0.32, 0.36)),
        DemoRound(
            "medarbeider-2026",
            "medarbeider",
            2026,
            today - dt.timedelta(days=12),
            today + dt.timedelta(days=9),
            "roster",
            (0.70, 0.88),
            is_open=True,
        ),
    ]


class Fjordvik:
    """Carries unit effects from round to round, so that one round's result says something about the next."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._comments = CommentWriter(seed)
        self._effects: dict[str, population.Effects] = {}

    def play(self, planned: DemoRound) -> None:
        """The whole life of a survey: created, opened, answered and, unless it is the open one, released.

        One that was stopped on the way goes on from there: released with the answers it has, its comments reviewed.
        """
        db, keys = database.database(), key_store()
        with db.transaction() as session:
            if not session.scalar(select(Survey.id).where(Survey.key == planned.key)):
                self._asked(session, planned)
            status = lifecycle.find_survey(session, planned.key).status
        if planned.is_open:
            return
        if status is not SurveyStatus.RELEASED:
            release(db, keys, planned.key, today=planned.closes_on + dt.timedelta(days=10))
        with db.transaction() as session:
            review(session, planned.key)

    def _asked(self, session: Session, planned: DemoRound) -> None:
        survey = self._opened(session, planned)
        invitations = self._invited(session, survey, planned)
        self._answered(session, survey, planned, invitations)
        if not planned.is_open:
            lifecycle.close_survey(session, survey)

    def _opened(self, session: Session, planned: DemoRound) -> Survey:
        questionnaire = loading.builtin(planned.questionnaire, 1)
        plan = lifecycle.Plan(
            key=planned.key,
            title={code: f"{text} {planned.year}" for code, text in TITLES[planned.questionnaire].items()},
            purpose=PURPOSES[planned.questionnaire],
            questionnaire=questionnaire,
            source=loading.definition_path(planned.questionnaire, 1).read_bytes(),
            unit=session.scalars(select(Unit).where(Unit.code == TOP)).one(),
            opens_on=planned.opens_on,
            closes_on=planned.closes_on,
            visibility=_visibility(planned),
            one_key_reason="Demonstrasjon: svarene er oppdiktet",
        )
        survey = lifecycle.create_survey(session, plan)
        set_step_details(session, survey, _responsible(planned))
        lifecycle.open_survey(session, survey, key_store())
        return survey

    def _invited(self, session: Session, survey: Survey, planned: DemoRound) -> list[Invitation]:
        unit_ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
        if planned.recipients == "roster":
            recipients = recipients_from_roster(session, survey)
        elif planned.recipients == "parents":
            recipients = [Recipient(unit_ids[unit.code]) for unit in UNITS for _ in range(unit.parents)]
        else:
            recipients = [Recipient(unit_ids[TOP]) for _ in range(1200)]
        invitations = invite(session, survey, recipients, current_app.config["SECRETS"].codes)
        # Nothing is sent from a demo: the outbox says that the invitations went out long ago.
        session.add_all(
            Delivery(
                invitation_id=invitation.id,
                kind=MessageKind.INVITATION,
                number=1,
                status=DeliveryStatus.SENT,
                sent_on=survey.opens_on,
            )
            for invitation in invitations
        )
        return invitations

    def _answered(
        self, session: Session, survey: Survey, planned: DemoRound, invitations: list[Invitation]
    ) -> None:
        questionnaire = instruments.questionnaire_of(survey.instrument)
        by_unit: dict[int, list[Invitation]] = {}
        # Invitations come in a random order; in the roster's order the seed alone says who answers what.
        for invitation in sorted(invitations, key=lambda invited: (invited.unit_id, invited.person_id or 0)):
            by_unit.setdefault(invitation.unit_id, []).append(invitation)
        counts = population.response_counts(
            self._random, {str(unit): len(people) for unit, people in by_unit.items()}, planned.rates
        )
        sheets = population.answers(
            self._random,
            population.Round(
                questionnaire,
                counts,
                self._effects_of(questionnaire, len(by_unit)),
                LEVELS[questionnaire.key],
            ),
        )
        waiting = {unit: iter(people) for unit, people in by_unit.items()}
        trust = Trust(key_store().public_key(survey.id), key_store().seal_secret)
        for unit, coded in sheets:
            invitation = next(waiting[int(unit)])
            asked = asked_keys(questionnaire, "leaders" if invitation.audience == "leaders" else "staff")
            answers = encode(questionnaire, coded, asked)
            sheet = Sheet(invitation.unit_id, answers, self._comments.write(questionnaire))
            deliver(session, invitation, sheet, trust)

    def _effects_of(self, questionnaire: Questionnaire, units: int) -> population.Effects:
        earlier = self._effects.get(questionnaire.key)
        if earlier is None:
            effects = population.first_effects(self._random, units, len(questionnaire.factors))
        else:
            effects = population.next_effects(self._random, earlier)
        self._effects[questionnaire.key] = effects
        return effects


def _responsible(planned: DemoRound) -> dict[ReaderGroup, StepDetails]:
    return {
        ReaderGroup.LEADERS: StepDetails("HR-sjefen"),
        ReaderGroup.PUBLIC: StepDetails(
            "Kommunedirektøren", "Kommunedirektøren", planned.opens_on - dt.timedelta(days=14)
        ),
    }


def _visibility(planned: DemoRound) -> dict[ReaderGroup, dt.date]:
    after = planned.closes_on
    return {
        # As soon as it is released: a visitor to the demo can close and release today.
        ReaderGroup.LEADERS: planned.opens_on if planned.is_open else after + dt.timedelta(days=10),
        ReaderGroup.STAFF: after + dt.timedelta(days=14),
        ReaderGroup.REPRESENTATIVES: after + dt.timedelta(days=17),
        ReaderGroup.POLITICIANS: after + dt.timedelta(days=45),
        ReaderGroup.PUBLIC: after + dt.timedelta(days=60),
    }
