"""A survey's life: what is asked of whom, who was invited, and what has been sent."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.instruments.models import Instrument
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity, wording


class Series(Base):
    """Surveys that may be compared over time."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[identity]
    key: Mapped[str]
    title: Mapped[wording]


class SurveyStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    COUNTED = "counted"
    RELEASED = "released"


class Survey(Base):
    """One round of a questionnaire."""

    __tablename__ = "survey"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("minimum_group >= 3", name="minimum_group_floor"),
        CheckConstraint("closes_on >= opens_on", name="closes_after_opening"),
        CheckConstraint("status <> 'open' OR public_key IS NOT NULL", name="open_has_key"),
        CheckConstraint("first_reminder_after IS NULL OR first_reminder_after >= 3", name="first_reminder"),
        CheckConstraint(
            "second_reminder_after IS NULL OR (first_reminder_after IS NOT NULL"
            " AND second_reminder_after >= first_reminder_after + 3)",
            name="second_reminder",
        ),
    )

    id: Mapped[identity]
    key: Mapped[str]
    title: Mapped[wording]
    # Why the survey is made and what happens with it, in one or two sentences.
    purpose: Mapped[wording] = mapped_column(default=dict)
    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"))
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[SurveyStatus] = mapped_column(
        choice(SurveyStatus, "status"), default=SurveyStatus.DRAFT, index=True
    )
    opens_on: Mapped[dt.date]
    closes_on: Mapped[dt.date]
    # Closed by the worker on the day after `closes_on`; otherwise HR closes it by hand, whenever that is.
    closes_automatically: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Opened by the worker on `opens_on`; otherwise HR opens it by hand.
    opens_automatically: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Only people marked as leaders in the roster are asked.
    leaders_only: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Fixed before opening: respondents were promised this number.
    minimum_group: Mapped[int] = mapped_column(default=5)
    # Fewest respondents behind a comment. Read it through `comment_level`: never under the minimum group.
    comment_minimum: Mapped[int] = mapped_column(default=10, server_default=text("10"))
    # Days from each person's own invitation to her reminders. NULL: not sent by itself.
    first_reminder_after: Mapped[int | None]
    second_reminder_after: Mapped[int | None]
    # HR's own opening paragraphs of the mails, by language; what is missing has Medvirk's words.
    invitation_opening: Mapped[wording] = mapped_column(default=dict, server_default=text("'{}'"))
    reminder_opening: Mapped[wording] = mapped_column(default=dict, server_default=text("'{}'"))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    # Why one key opens the ballot box. NULL: two must open it together, or nobody has chosen yet.
    one_key_reason: Mapped[str | None]
    counted_on: Mapped[dt.date | None]
    # Came from a file, so nobody was invited and nothing was sealed here.
    imported: Mapped[bool] = mapped_column(default=False)
    # Came with `medvirk import-all`: the figures are here, and the answers in another installation.
    answers_elsewhere: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    instrument: Mapped[Instrument] = relationship()
    series: Mapped[Series] = relationship()
    unit: Mapped[Unit] = relationship()
    units: Mapped[list["SurveyUnit"]] = relationship(back_populates="survey", cascade="all, delete-orphan")
    report_groups: Mapped[list["ReportGroup"]] = relationship(cascade="all, delete-orphan")
    visibility: Mapped[list["VisibilityStep"]] = relationship(
        back_populates="survey", cascade="all, delete-orphan", order_by="VisibilityStep.visible_on"
    )
    public_link: Mapped["PublicLink | None"] = relationship(
        back_populates="survey", cascade="all, delete-orphan"
    )
    scope_units: Mapped[list["ScopeUnit"]] = relationship(cascade="all, delete-orphan")
    scope_types: Mapped[list["ScopeType"]] = relationship(cascade="all, delete-orphan")
    checklist: Mapped[list["ChecklistTick"]] = relationship(cascade="all, delete-orphan")

    @property
    def comment_level(self) -> int:
        """How many must have answered in a unit before comments can stand there."""
        return max(self.comment_minimum, self.minimum_group)


class SurveyUnit(Base):
    """The organisation tree as it stood when the survey opened, so that old results keep their units."""

    __tablename__ = "survey_unit"
    __table_args__ = (
        CheckConstraint("invited IS NULL OR invited >= 0", name="invited"),
        CheckConstraint("delivered IS NULL OR delivered >= 0", name="delivered"),
        CheckConstraint("invited IS NULL OR delivered <= invited", name="not_more_than_invited"),
        CheckConstraint(
            "without_name IS NULL OR (without_name >= 0 AND without_name <= delivered)", name="without_name"
        ),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    # NULL: the top of this survey's tree.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str]
    type: Mapped[str] = mapped_column(default="")
    # False: outside the scope, and here only because a unit below it is in it. Nobody placed on it is asked.
    asked: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # Placed directly on this unit; written at counting. NULL invited: unknown (imported answers).
    invited: Mapped[int | None]
    delivered: Mapped[int | None]
    # Of those, by a code that was made for nobody or by the public link; written at counting. NULL: none that is known.
    without_name: Mapped[int | None]

    survey: Mapped[Survey] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])


class ScopeRule(StrEnum):
    """What a chosen unit, with everything below it, is to the survey."""

    ONLY = "only"
    EXCLUDED = "excluded"
    PILOT = "pilot"


class ScopeUnit(Base):
    """A unit that HR chose when she narrowed the survey down. No row with `ONLY`: every unit of the survey's."""

    __tablename__ = "scope_unit"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    rule: Mapped[ScopeRule] = mapped_column(choice(ScopeRule, "rule"), primary_key=True)


class ScopeType(Base):
    """A type of unit that the survey is narrowed down to. No row: every type."""

    __tablename__ = "scope_type"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    type: Mapped[str] = mapped_column(primary_key=True)


class ChecklistTick(Base):
    """An item of the checklist before opening that somebody has ticked."""

    __tablename__ = "checklist_tick"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # An item of `surveys.campaigns.checklist`.
    item: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[dt.datetime]


class ReportGroup(Base):
    """A unit that exists in one report only: HR merged the units that stand under it in the survey's picture.

    Its row in `unit` was over before the survey opened, so the organisation, its imports and later surveys do not
    have it. A later survey that merges the same units uses the same row, so that the two may be compared.
    """

    __tablename__ = "report_group"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class ReaderGroup(StrEnum):
    """Who results are shown to, in the order the visibility policy may open."""

    LEADERS = "leaders"
    STAFF = "staff"
    REPRESENTATIVES = "representatives"
    POLITICIANS = "politicians"
    PUBLIC = "public"


class VisibilityStep(Base):
    """From which day a group of readers may see the results: shown to respondents before they answer."""

    __tablename__ = "visibility_step"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    readers: Mapped[ReaderGroup] = mapped_column(choice(ReaderGroup, "readers"), primary_key=True)
    visible_on: Mapped[dt.date]
    # Who answers for the step being kept: a name or a title, told to respondents.
    responsible: Mapped[str] = mapped_column(default="", server_default="")
    # Of the public's step: who decided that the result is public, and when. Without both there is no such step.
    decided_by: Mapped[str] = mapped_column(default="", server_default="")
    decided_on: Mapped[dt.date | None]
    # What is withheld from the public, with the paragraph of offentleglova. Empty: nothing but the protected figures.
    withheld: Mapped[str] = mapped_column(default="", server_default="")
    # False: stored by a version that had no page for the group and told nobody of it, so it opens nothing.
    promised: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    survey: Mapped[Survey] = relationship(back_populates="visibility")

    @property
    def is_kept(self) -> bool:
        """Whether respondents are told of the step, which is the same as whether anybody reads by it."""
        is_decided = bool(self.decided_by) and self.decided_on is not None
        return self.promised and (is_decided or self.readers != ReaderGroup.PUBLIC)


class PublicLink(Base):
    """An address where anyone may start answering a survey. Gone: those who have started may still finish."""

    __tablename__ = "public_link"
    __table_args__ = (UniqueConstraint("token"), CheckConstraint("token <> ''", name="token_not_empty"))

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # Words that can be read off a poster and typed. It stands in public, so it is no secret.
    token: Mapped[str]

    survey: Mapped[Survey] = relationship(back_populates="public_link")
    places: Mapped[list["PublicPlace"]] = relationship(cascade="all, delete-orphan")


class PublicPlace(Base):
    """A unit that those who come by the public link may answer for."""

    __tablename__ = "public_place"

    survey_id: Mapped[int] = mapped_column(
        ForeignKey("public_link.survey_id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class Invitation(Base):
    """One respondent's way in, used once."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        UniqueConstraint("survey_id", "person_id"),
        Index("ix_invitation_survey_unit", "survey_id", "unit_id"),
        CheckConstraint("audience IN ('leaders', 'staff')", name="audience"),
        CheckConstraint("phone IS NULL OR phone LIKE '+%'", name="international_phone"),
    )

    id: Mapped[identity]
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    # Cleared at counting. NULL from the start for people outside the roster, such as parents.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    email: Mapped[str] = mapped_column(default="")
    # Of somebody without an e-mail address, as +4790000000. Cleared where the address is.
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="nb")
    audience: Mapped[str] = mapped_column(default="staff")
    # With the server's secret this gives the code; without it, nothing.
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # `surveys.campaigns.invitation_seals`. NULL: from before there were seals, and counted already.
    seal: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    delivered: Mapped[bool] = mapped_column(default=False)
    # A code on a sheet, for whoever gets it: nobody's in particular.
    loose: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Made by somebody who came by the public link and pressed «Start»: nobody was invited.
    self_started: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The day its letter was first made for print.
    printed_on: Mapped[dt.date | None]
    # Letters that were first made by the same press have the same number. NULL: before there were numbers.
    printed_batch: Mapped[int | None]
    # HR's decision about somebody who has left: whether she is one of those invited. NULL: nobody has decided, and
    # then she is.
    counted: Mapped[bool | None]
    # HR has asked it to go along to a new unit, delivered or not. It is never asked again: its unit tells which it was.
    asked_along: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The address in the roster that HR has chosen not to use: `email` is kept while the roster has this one.
    declined_email: Mapped[str] = mapped_column(default="", server_default="")
    # The same for the number: HR has made a letter of the SMS.
    declined_phone: Mapped[str] = mapped_column(default="", server_default="")

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit] = relationship()


class ReplacedCode(Base):
    """A code that HR has withdrawn: its holder is told that the link has been replaced, and nothing else."""

    __tablename__ = "replaced_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class EndedCode(Base):
    """A code to a counted survey. Its invitation is deleted: of a used and an unused code nothing differs."""

    __tablename__ = "ended_code"
    # No rowid: the rows are stored by the hash, not in the order they came.
    __table_args__ = ({"sqlite_with_rowid": False},)

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), index=True)


class AudienceTurnout(Base):
    """How many leaders and staff were invited and delivered, in the whole survey; written at counting.

    For the survey only: a unit's one leader would be told by the unit's own line.
    """

    __tablename__ = "audience_turnout"
    __table_args__ = (
        CheckConstraint("audience IN ('leaders', 'staff')", name="audience"),
        CheckConstraint("delivered >= 0 AND delivered <= invited", name="not_more_than_invited"),
    )

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    audience: Mapped[str] = mapped_column(primary_key=True)
    invited: Mapped[int]
    delivered: Mapped[int]


class MessageKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"


class MessageChannel(StrEnum):
    MAIL = "mail"
    SMS = "sms"


class DeliveryStatus(StrEnum):
    QUEUED = "queued"
    # Handed over; stays so if we were killed before the answer came. Never sent again by itself.
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Delivery(Base):
    """One message to one invited person: the outbox. The unique key makes a second sending impossible.

    number: which reminder this is to her; for an invitation, 1 and one more each time it is sent to a new address.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("invitation_id", "kind", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("sent_on IS NULL OR status IN ('sending', 'sent')", name="sent_on_a_day"),
    )

    id: Mapped[identity]
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    kind: Mapped[MessageKind] = mapped_column(choice(MessageKind, "kind"))
    channel: Mapped[MessageChannel] = mapped_column(
        choice(MessageChannel, "channel"), default=MessageChannel.MAIL, server_default=MessageChannel.MAIL
    )
    number: Mapped[int] = mapped_column(default=1)
    status: Mapped[DeliveryStatus] = mapped_column(
        choice(DeliveryStatus, "status"), default=DeliveryStatus.QUEUED, index=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    # After a passing error: not to be tried again before this moment.
    not_before: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(default="")
    # The day it was handed over, in Norway. Cleared at counting.
    sent_on: Mapped[dt.date | None]

    invitation: Mapped[Invitation] = relationship()


class LongStep(Base):
    """A step in the life of a large survey that the job worker is to take, or could not take: at most one a survey."""

    __tablename__ = "long_step"
    __table_args__ = (CheckConstraint("attempts >= 0", name="attempts"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    # «count», «release», «preview_correction» or «correct».
    name: Mapped[str]
    # What HR filled in.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    # Why it could not be taken; the worker leaves it alone then.
    problem: Mapped[str] = mapped_column(default="")
    findings: Mapped[list[str]] = mapped_column(JSON, default=list)
