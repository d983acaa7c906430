"""A survey's life: draft → open → closed → counted → released. Each step may be taken again without harm."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.audit import trail as audit
from surveys.campaigns.ballot_box import Draft, KeyHolder
from surveys.campaigns.holder_mail.models import HolderMailKind
from surveys.campaigns.holder_mail.queueing import queue_mails
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import (
    Invitation,
    ReaderGroup,
    Series,
    Survey,
    SurveyStatus,
    SurveyUnit,
    VisibilityStep,
)
from surveys.campaigns.open_group import raise_for_shares
from surveys.campaigns.reader_groups import days_told
from surveys.campaigns.reminder_plan import default_plan, opening_day
from surveys.campaigns.scope import Scope, lineage_within, units_to_choose
from surveys.campaigns.tally.closing_root import freeze_box
from surveys.instruments import in_use as instruments
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.organisation.unit_histories import UnitState, states_on
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _, pgettext


class SurveyError(Exception):
    """A step that cannot be taken now; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What HR decides before a survey opens. Texts are language → wording."""

    key: str
    title: Mapping[str, str]
    questionnaire: Questionnaire
    source: bytes
    unit: Unit
    opens_on: dt.date
    closes_on: dt.date
    purpose: Mapping[str, str] = field(default_factory=dict)
    minimum_group: int = 5
    comment_minimum: int = 10
    visibility: Mapping[ReaderGroup, dt.date] = field(default_factory=dict)
    series: str = ""
    closes_automatically: bool = False
    opens_automatically: bool = False
    # Why one key opens the ballot box; empty: two must open it together, and are named later.
    one_key_reason: str = ""


def find_survey(session: Session, key: str) -> Survey:
    """The survey with this key. Raises SurveyError when there is none."""
    survey = session.scalar(select(Survey).where(Survey.key == key))
    if survey is None:
        keys = session.scalars(select(Survey.key).order_by(Survey.key))
        known = ", ".join(keys) or pgettext("an empty list", "ingen")
        raise SurveyError(
            _(
                "Det finnes ingen undersøkelse med nøkkelen «%(key)s». Disse finnes: %(known)s.",
                key=key,
                known=known,
            )
        )
    return survey


def require_answers(survey: Survey) -> None:
    """Raises SurveyError for a survey whose figures came with `medvirk import-all`."""
    if survey.answers_elsewhere:
        raise SurveyError(
            _(
                "Tallene er lest inn fra en annen installasjon, og svarene er ikke her. Dette kan bare gjøres der "
                "svarene er."
            )
        )


def require_open(survey: Survey, refusal: object) -> None:
    """Raises SurveyError with `refusal`, a text of the page's language, unless the survey is open."""
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(str(refusal))


def create_survey(session: Session, plan: Plan) -> Survey:
    """A draft survey with its own picture of the organisation tree. Raises SurveyError on a key in use."""
    if session.scalar(select(Survey.id).where(Survey.key == plan.key)):
        raise SurveyError(
            _("Nøkkelen «%(key)s» er brukt av en annen undersøkelse. Velg en annen.", key=plan.key)
        )
    survey = Survey(
        key=plan.key,
        title=dict(plan.title),
        purpose=dict(plan.purpose),
        instrument=instruments.freeze(session, plan.questionnaire, plan.source),
        series=series_of(session, plan),
        unit=plan.unit,
        opens_on=plan.opens_on,
        closes_on=plan.closes_on,
        closes_automatically=plan.closes_automatically,
        opens_automatically=plan.opens_automatically,
        minimum_group=plan.minimum_group,
        comment_minimum=plan.comment_minimum,
        one_key_reason=plan.one_key_reason or None,
        visibility=[VisibilityStep(readers=who, visible_on=day) for who, day in plan.visibility.items()],
    )
    session.add(survey)
    session.flush()
    picture_tree(session, survey)
    audit.record(session, "survey.created", survey.key)
    return survey


def picture_tree(session: Session, survey: Survey) -> None:
    """Copies the subtree of the survey's unit, as far as it is asked, into `SurveyUnit` as on the opening day."""
    units = units_to_choose(session, survey)
    scope = Scope.of(survey)
    asked = {unit.id for unit in units.values() if scope.is_asked(unit, lineage_within(units, unit))}
    states = states_on(session, units, survey.unit_id, survey.opens_on)
    existing = {unit.id for unit in units.values() if unit.id in asked and _exists_on(unit, survey.opens_on)}
    standing = _with_all_above(existing, states, survey.unit_id)
    survey.units = [
        SurveyUnit(
            unit_id=unit_id,
            parent_id=state.parent_id,
            name=state.name,
            type=state.type,
            asked=unit_id in asked,
        )
        for unit_id, state in states.items()
        if unit_id in standing
    ]


def _with_all_above(existing: Collection[int], states: Mapping[int, UnitState], top: int) -> frozenset[int]:
    """The units with everything above them: a tree has no holes."""
    standing = {top}
    for unit_id in existing:
        above: int | None = unit_id
        while above is not None and above not in standing:
            standing.add(above)
            above = states[above].parent_id
    return frozenset(standing)


def open_survey(session: Session, survey: Survey, keys: KeyStore, **detail: object) -> None:
    """Makes the key pair, plans the reminders and lets people answer. Opening an open survey changes nothing.

    `detail` goes into the audit trail.
    """
    if survey.status == SurveyStatus.OPEN:
        return
    if survey.status != SurveyStatus.DRAFT:
        raise SurveyError(_("Undersøkelsen er lukket og kan ikke åpnes igjen."))
    survey.public_key = _ballot_key(session, survey, keys)
    raise_for_shares(session, survey)
    survey.status = SurveyStatus.OPEN
    opened_on = opening_day(survey.opens_on, survey.closes_on, municipal_day())
    plan = default_plan(opened_on, survey.closes_on)
    survey.first_reminder_after, survey.second_reminder_after = plan.first, plan.second
    if survey.one_key_reason:
        detail["one_key"] = survey.one_key_reason
    promised = {
        "minimum_group": survey.minimum_group,
        "comment_minimum": survey.comment_level,
        "readers_from": days_told(survey),
    }
    audit.record(session, "survey.opened", survey.key, **promised, **detail)
    queue_mails(session, survey, HolderMailKind.OPENED)


def _ballot_key(session: Session, survey: Survey, keys: KeyStore) -> bytes:
    """The public key: a new pair's, or that of the key which has been shared out. Raises SurveyError."""
    own = (KeyHolder.survey_id == survey.id, KeyHolder.account_id.is_not(None))
    shares = session.scalars(select(KeyHolder.share).where(*own)).all()
    if not shares and not survey.one_key_reason:
        raise SurveyError(
            _(
                "Bestem hvem som kan åpne urnen med svarene, på siden «Nøkler». Vanlig er at to må åpne den sammen. "
                "Skal HR åpne alene, må dere si hvorfor."
            )
        )
    if not shares:
        return keys.create(survey.id)
    if None in shares or not keys.seals(survey.id) or keys.public_key(survey.id) != survey.public_key:
        # Also when the key store has another key than the shares: what was sealed with it could never be opened.
        raise SurveyError(
            _("To skal åpne urnen sammen, men nøkkelen er ikke laget ennå. Gjør det på siden «Nøkler» først.")
        )
    return keys.public_key(survey.id)


def close_survey(session: Session, survey: Survey, **detail: object) -> None:
    """Ends the answering, publishes what is in the box and deletes every draft. Closing again changes nothing.

    `detail` goes into the audit trail.
    """
    if survey.status == SurveyStatus.DRAFT:
        raise SurveyError(_("Undersøkelsen er ikke åpnet ennå."))
    if survey.status != SurveyStatus.OPEN:
        return
    survey.status = SurveyStatus.CLOSED
    session.execute(delete(Draft).where(Draft.survey_id == survey.id))
    frozen = freeze_box(session, survey)
    audit.record(
        session, "survey.closed", survey.key, root=frozen.root.hex(), ballots=frozen.ballots, **detail
    )
    queue_mails(session, survey, HolderMailKind.WAITING)


@dataclass(frozen=True)
class Participation:
    """How many were invited and have delivered, placed directly on one unit.

    `invited` is None where anyone could answer: nobody knows how many that was. `without_name`: of those who delivered,
    how many had no named invitation: a loose code or the public link.
    """

    invited: int | None
    delivered: int
    without_name: int = 0

    @property
    def with_name(self) -> int:
        """How many were invited; where anyone could answer, how many answered by a named invitation."""
        return self.delivered - self.without_name if self.invited is None else self.invited


def participation(session: Session, survey: Survey) -> dict[int, Participation]:
    """Unit id → participation, live from the invitations only.

    Somebody who only pressed «Start» counts nowhere: a start is no invitation. Somebody who has left and is not counted
    is not among the invited whether she has delivered or not, or the number would tell; her answer counts.
    """
    rows = session.execute(
        select(
            Invitation.unit_id,
            func.count().filter(Invitation.counted.is_not(False)),
            func.count().filter(Invitation.delivered),
            func.count().filter(Invitation.self_started),
            func.count().filter(Invitation.delivered, or_(Invitation.loose, Invitation.self_started)),
        )
        .where(Invitation.survey_id == survey.id)
        .group_by(Invitation.unit_id)
    )
    public = {place.unit_id for place in survey.public_link.places} if survey.public_link else set()
    found = {unit_id: Participation(None, 0) for unit_id in public}
    for unit_id, invited, delivered, started, without_name in rows:
        is_public = started or unit_id in public
        found[unit_id] = Participation(
            None if is_public else max(invited, delivered), delivered, without_name
        )
    return found


def series_of(session: Session, plan: Plan) -> Series:
    """The series the plan names, or that of its questionnaire; a new one when there is none yet."""
    key = plan.series or plan.questionnaire.key
    found = session.scalar(select(Series).where(Series.key == key))
    return found or Series(key=key, title=dict(plan.questionnaire.title))


def _exists_on(unit: Unit, day: dt.date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= day) and not has_ended(unit, day)
