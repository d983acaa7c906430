"""The invitation behind the code in the address, looked up in one query."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from questionnaires.model import Audience, Questionnaire
from surveys.campaigns import codes
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.deadline import takes_answers
from surveys.campaigns.models import EndedCode, Invitation, Survey, SurveyStatus
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.platform import code_format
from surveys.platform.compiled_statements import CompiledStatement


@dataclass(frozen=True)
class InvitationLookup:
    """One request with a known code. `code` has 12 characters; `draft` is still encrypted."""

    code: str
    invitation_id: int
    survey_id: int
    audience: Audience
    language: str
    delivered: bool
    status: SurveyStatus
    closes_on: dt.date
    closes_automatically: bool
    instrument_id: int
    fingerprint: str
    draft: bytes | None

    @property
    def is_over(self) -> bool:
        """Closed, or its deadline and the grace are over. From then on every code to it shows the same."""
        return self.status not in {SurveyStatus.DRAFT, SurveyStatus.OPEN} or (
            self.status == SurveyStatus.OPEN
            and not takes_answers(self.closes_on, closes_automatically=self.closes_automatically, begun=True)
        )

    def is_open(self, *, saves: bool = False) -> bool:
        """Whether the survey takes answers by this code now. `saves`: a page she had in front of her is being sent."""
        return self.status == SurveyStatus.OPEN and takes_answers(
            self.closes_on,
            closes_automatically=self.closes_automatically,
            begun=saves or self.draft is not None,
        )


def look_up_ended(session: Session, typed: str, secret: bytes) -> int | None:
    """The counted survey that this code was for; None when it was for none. `secret` is `Secrets.codes`."""
    code = code_format.normalised(typed)
    if code is None:
        return None
    ended = session.get(EndedCode, codes.code_hash(secret, code))
    return ended.survey_id if ended else None


def look_up_code(
    connection: Connection, typed: str, secret: bytes, *, will_write: bool = False
) -> InvitationLookup | None:
    """The invitation behind this code; None when nobody was given it. `secret` is `Secrets.codes`.

    With `will_write` the survey stays in its present state until the transaction ends: closing waits for us.
    """
    code = code_format.normalised(typed)
    if code is None:
        return None
    look_up = _LOOK_UP_AND_LOCK if will_write else _LOOK_UP
    found = look_up.one_or_none(connection, {"hash": codes.code_hash(secret, code)})
    return None if found is None else InvitationLookup(code, *found)


# The columns of an `InvitationLookup` after its code, in that order.
_QUERY = (
    select(
        Invitation.id.label("invitation_id"),
        Invitation.survey_id,
        Invitation.audience,
        Invitation.language,
        Invitation.delivered,
        Survey.status,
        Survey.closes_on,
        Survey.closes_automatically,
        Survey.instrument_id,
        Instrument.fingerprint,
        Draft.ciphertext.label("draft"),
    )
    .join(Survey, Invitation.survey_id == Survey.id)
    .join(Instrument, Survey.instrument_id == Instrument.id)
    .outerjoin(Draft, Draft.invitation_id == Invitation.id)
    .where(Invitation.code_hash == bindparam("hash"))
)
_LOOK_UP = CompiledStatement(_QUERY)
_LOOK_UP_AND_LOCK = CompiledStatement(_QUERY.with_for_update(read=True, of=Survey))

# Fingerprint → questionnaire: a frozen text never changes, so a process asks the database once.
_questionnaires: dict[str, Questionnaire] = {}


def questionnaire_for(connection: Connection, lookup: InvitationLookup) -> Questionnaire:
    """What this visitor is asked."""
    if lookup.fingerprint not in _questionnaires:
        with Session(connection, join_transaction_mode="rollback_only") as session:
            instrument = session.get_one(Instrument, lookup.instrument_id)
            _questionnaires[lookup.fingerprint] = questionnaire_of(instrument)
    return _questionnaires[lookup.fingerprint]


def survey_of(session: Session, lookup: InvitationLookup) -> Survey:
    """The whole survey, for the pages that tell about it."""
    return session.get_one(Survey, lookup.survey_id)
