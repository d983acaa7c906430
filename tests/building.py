"""Builders of test data: a small organisation, a survey of `instruments/small.yaml`, and invitations to it.

Each takes a writing session and commits nothing. A whole open survey in one call:

    with db.transaction() as session:
        survey = build_open_survey(app, session)
        [code] = invite_some(app, session, survey)
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.answers import asked_keys
from questionnaires.coding import encode
from surveys.campaigns.invitations import Recipient, code_of, invite
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.lifecycle import Plan, create_survey, open_survey
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Installation, Unit
from surveys.platform import code_format
from surveys.respond.ballots import Sheet, Trust, deliver

SMALL_SOURCE = (Path(__file__).parent / "instruments" / "small.yaml").read_bytes()
SMALL = loading.parse(SMALL_SOURCE, "small.yaml")

# Unit code → its parent's code.
SMALL_TREE: Mapping[str, str | None] = {"K": None, "A": "K", "B": "K"}


def build_installation(session: Session, *, synthetic: bool = False) -> Installation:
    """The municipality «Fjordvik kommune»."""
    installation = Installation(
        id=1, municipality="Fjordvik kommune", synthetic=synthetic, contact="hr@fjordvik.example"
    )
    session.add(installation)
    session.flush()
    return installation


def build_units(session: Session, tree: Mapping[str, str | None] = SMALL_TREE) -> dict[str, Unit]:
    """Unit code → unit, named «Enhet <code>». Parents must stand before their children."""
    units: dict[str, Unit] = {}
    for code, parent in tree.items():
        units[code] = Unit(
            code=code, name=f"Enhet {code}", type="enhet", parent=units[parent] if parent else None
        )
    session.add_all(units.values())
    session.flush()
    return units


def build_survey(session: Session, unit: Unit, key: str = "liten-2026", **changes: Any) -> Survey:
    """A draft survey of the unit and all below it. `changes` are fields of `lifecycle.Plan`."""
    plan: dict[str, Any] = {
        "title": {"nb": "Liten undersøkelse 2026", "nn": "Lita undersøking 2026", "en": "Small survey 2026"},
        "questionnaire": SMALL,
        "source": SMALL_SOURCE,
        "opens_on": dt.date(2026, 3, 2),
        "closes_on": dt.date(2026, 3, 20),
        "purpose": {
            "nb": "Vi vil ha det bra på jobb.",
            "nn": "Vi vil ha det bra på jobb.",
            "en": "For a good day.",
        },
        "visibility": {ReaderGroup.LEADERS: dt.date(2026, 4, 1)},
        "one_key_reason": "Prøve uten to nøkkelholdere",
    }
    return create_survey(session, Plan(key=key, unit=unit, **(plan | changes)))


def build_open_survey(app: Flask, session: Session, **changes: Any) -> Survey:
    """The municipality, its units and an open survey of all of it."""
    build_installation(session)
    survey = build_survey(session, build_units(session)["K"], **changes)
    open_survey(session, survey, keys_of(app))
    session.flush()
    return survey


def invite_some(
    app: Flask, session: Session, survey: Survey, unit_code: str = "A", count: int = 1, **recipient: Any
) -> list[str]:
    """The codes («ABCD-EFGH-JKMN») of `count` new invitations in a unit. `recipient` as in `Recipient`."""
    unit_id = session.scalars(select(Unit.id).where(Unit.code == unit_code)).one()
    secret = app.config["SECRETS"].codes
    invitations = invite(session, survey, [Recipient(unit_id, **recipient)] * count, secret)
    return [code_format.grouped(code_of(invitation, secret)) for invitation in invitations]


def keys_of(app: Flask) -> KeyStore:
    """The application's key store, outside any request."""
    return KeyStore.of(app.config["SETTINGS"].keys, app.config["SECRETS"])


def trust_of(app: Flask, survey: Survey) -> Trust:
    """What a delivery to the survey is checked with."""
    keys = keys_of(app)
    return Trust(keys.public_key(survey.id), keys.seal_secret)


def answer_some(
    app: Flask,
    session: Session,
    survey: Survey,
    unit_code: str,
    sheets: Iterable[Mapping[str, int]],
    comments: Mapping[str, str] | None = None,
    audience: str = "staff",
) -> None:
    """Invites somebody in the unit for each sheet (question key → coded answer) and delivers it."""
    questionnaire = questionnaire_of(survey.instrument)
    asked = asked_keys(questionnaire, "leaders" if audience == "leaders" else "staff")
    unit_id = session.scalars(select(Unit.id).where(Unit.code == unit_code)).one()
    sent = list(sheets)
    recipients = [Recipient(unit_id, is_leader=audience == "leaders")] * len(sent)
    trust = trust_of(app, survey)
    for invitation, coded in zip(
        invite(session, survey, recipients, app.config["SECRETS"].codes), sent, strict=True
    ):
        sheet = Sheet(unit_id, encode(questionnaire, coded, asked), comments or {})
        assert deliver(session, invitation, sheet, trust)


def encoded(survey: Survey, coded: Mapping[str, int], audience: str = "staff") -> bytes:
    """The answers of a sheet as they are sealed."""
    questionnaire = questionnaire_of(survey.instrument)
    return encode(
        questionnaire, coded, asked_keys(questionnaire, "leaders" if audience == "leaders" else "staff")
    )


def sheet_of(value: int, **others: int) -> dict[str, int]:
    """A sheet of the small instrument: the same answer to all of TRI (1–5) and ROL (1–4), but for `others`."""
    factors = [SMALL.factor(key) for key in ("TRI", "ROL")]
    return {item.key: min(value, f.scale.maximum) for f in factors for item in f.items} | others
