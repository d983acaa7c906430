"""Somebody has written in the database what would give answers away: nothing is delivered, and it is told at once."""

import logging
from typing import Final

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.audit.models import AuditEntry
from surveys.campaigns.invitation_seals import BrokenSealError
from surveys.campaigns.models import Survey
from surveys.platform import clock, database
from surveys.respond.ballots import SwappedKeyError
from surveys.respond.blueprint import blueprint
from surveys.respond.session import open_session

_log = logging.getLogger("medvirk.alarm")

_ACTIONS: Final = {SwappedKeyError: "survey.key_swapped", BrokenSealError: "survey.seal_broken"}


@blueprint.errorhandler(SwappedKeyError)
@blueprint.errorhandler(BrokenSealError)
def stop_and_tell(error: SwappedKeyError | BrokenSealError) -> tuple[str, int]:
    """What she answered stays in her draft, which only her code and the key store open."""
    session = database.session()
    session.rollback()
    arguments = request.view_args or {}
    respondent = open_session(arguments["code"], arguments.get("language"))
    _tell(session, respondent.lookup.survey_id, _ACTIONS[type(error)])
    session.commit()
    return render_template("respond/stopped.html"), 503


def _tell(session: Session, survey_id: int, action: str) -> None:
    """In the log, and once a day and survey in the trail. Neither says whose delivery it was."""
    survey = session.get_one(Survey, survey_id)
    _log.critical("Undersøkelsen «%s» tar ikke imot svar: %s.", survey.key, action)
    last = session.scalar(
        select(AuditEntry.at)
        .where(AuditEntry.action == action, AuditEntry.subject == survey.key)
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )
    if last is None or clock.municipal_day(last) != clock.municipal_day():
        audit.record(session, action, survey.key)
