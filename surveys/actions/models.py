"""Actions (tiltak): what a unit keeps or improves, who does it and by when, and whether it helped."""

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.platform.database import Base, choice, identity

MOST_CHARACTERS: Final = 300
"""In each text of an action. Line breaks count as one."""


class ActionAim(StrEnum):
    """Whether the action keeps something that works, or improves something."""

    KEEP = "keep"
    IMPROVE = "improve"


class ActionStatus(StrEnum):
    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def is_open(self) -> bool:
        return self in {ActionStatus.PLANNED, ActionStatus.STARTED}


class PlanAction(Base):
    """One action of a unit. What it says is in its versions."""

    __tablename__ = "plan_action"
    __table_args__ = (UniqueConstraint("unit_id", "taken_from_id"),)

    id: Mapped[identity]
    # Where it began. In which unit's plan it is today: `surveys.actions.following`.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    # The action of a unit that was split, which this part of it has taken over.
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("plan_action.id"))

    unit: Mapped[Unit] = relationship()
    taken_from: Mapped["PlanAction | None"] = relationship(remote_side=lambda: [PlanAction.id])
    versions: Mapped[list["ActionVersion"]] = relationship(
        back_populates="action", order_by="ActionVersion.number"
    )
    evaluations: Mapped[list["ActionEvaluation"]] = relationship(
        back_populates="action", order_by="ActionEvaluation.number"
    )

    @property
    def began_in(self) -> Unit:
        """The unit that planned it first."""
        return self.unit if self.taken_from is None else self.taken_from.began_in


class ActionVersion(Base):
    """What an action said from a moment on. It is never changed: a later number replaces it.

    The one that counts is the last that is not withdrawn; an action without one is taken back altogether.
    """

    __tablename__ = "plan_action_version"
    __table_args__ = (
        # Two who save at once cannot both write the same number.
        UniqueConstraint("action_id", "number"),
        CheckConstraint(f"length(what) BETWEEN 1 AND {MOST_CHARACTERS}", name="what_length"),
        CheckConstraint(f"length(who) BETWEEN 1 AND {MOST_CHARACTERS}", name="who_length"),
        CheckConstraint(f"length(sign) <= {MOST_CHARACTERS}", name="sign_length"),
        CheckConstraint(f"length(goal) <= {MOST_CHARACTERS}", name="goal_length"),
        CheckConstraint(f"length(reason) <= {MOST_CHARACTERS}", name="reason_length"),
        CheckConstraint("(status = 'dropped') = (reason <> '')", name="dropped_with_a_reason"),
        CheckConstraint("(survey_id IS NULL) = (measure = '')", name="survey_and_measure_together"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by = '')", name="withdrawn_by_somebody"),
    )

    id: Mapped[identity]
    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    number: Mapped[int]
    aim: Mapped[ActionAim] = mapped_column(choice(ActionAim, "aim"))
    what: Mapped[str]
    # A role or a group, as the unit calls it: not a register of people.
    who: Mapped[str]
    due_on: Mapped[dt.date]
    # «Slik ser vi at det virker».
    sign: Mapped[str] = mapped_column(default="")
    goal: Mapped[str] = mapped_column(default="")
    # What it is about: a theme of a released survey, an indicator, both or neither.
    survey_id: Mapped[int | None] = mapped_column(ForeignKey("survey.id"), index=True)
    measure: Mapped[str] = mapped_column(default="")
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    status: Mapped[ActionStatus] = mapped_column(choice(ActionStatus, "status"))
    # The unit's staff read what and by when, on their page and on the poster.
    for_staff: Mapped[bool] = mapped_column(default=False)
    # Why it was dropped.
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then.
    author: Mapped[str]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")

    action: Mapped[PlanAction] = relationship(back_populates="versions")
    survey: Mapped[Survey | None] = relationship()


class WasDone(StrEnum):
    """«Gjorde vi det?» SKIPPED: the unit says why it does not answer."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    SKIPPED = "skipped"


class ActionEvaluation(Base):
    """«Gjorde vi det? Hjalp det?» in versions, as the action itself. No score is stored here."""

    __tablename__ = "plan_action_evaluation"
    __table_args__ = (
        UniqueConstraint("action_id", "number"),
        CheckConstraint(f"length(words) BETWEEN 1 AND {MOST_CHARACTERS}", name="words_length"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by = '')", name="withdrawn_by_somebody"),
    )

    id: Mapped[identity]
    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    number: Mapped[int]
    was_done: Mapped[WasDone] = mapped_column(choice(WasDone, "was_done"))
    # Whether it helped, in the unit's own words; why not, when it is skipped.
    words: Mapped[str]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    author: Mapped[str]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")

    action: Mapped[PlanAction] = relationship(back_populates="evaluations")


class SharedPractice(Base):
    """What a unit did and saw, as it chose to tell units of the same type. Never changed: it is withdrawn, and shared
    anew. No score is stored here.
    """

    __tablename__ = "shared_practice"
    __table_args__ = (
        Index(
            "uq_shared_practice_shown",
            "action_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint(f"length(what) BETWEEN 1 AND {MOST_CHARACTERS}", name="what_length"),
        CheckConstraint(f"length(saw) BETWEEN 1 AND {MOST_CHARACTERS}", name="saw_length"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by = '')", name="withdrawn_by_somebody"),
        CheckConstraint("(instrument = '') = (factor = '')", name="instrument_and_factor_together"),
        CheckConstraint("factor <> '' OR indicator_id IS NOT NULL", name="about_something"),
    )

    id: Mapped[identity]
    action_id: Mapped[int] = mapped_column(ForeignKey("plan_action.id"))
    # The theme: a questionnaire's key, whatever its version, and a factor of it. «»: it is about an indicator alone.
    instrument: Mapped[str]
    factor: Mapped[str] = mapped_column(index=True)
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    what: Mapped[str]
    saw: Mapped[str]
    # Whether the unit's name is shown.
    named: Mapped[bool]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    # As she was called then. Shown to nobody in other units.
    author: Mapped[str]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(default="")

    action: Mapped[PlanAction] = relationship()


class PlanTick(Base):
    """«Sett»: a representative has read the plan as it was that day."""

    __tablename__ = "plan_tick"
    __table_args__ = (UniqueConstraint("unit_id", "account_id", "on"),)

    id: Mapped[identity]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    on: Mapped[dt.date]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    author: Mapped[str]


class ResultOpening(Base):
    """That a unit's own leader has opened its result. One day for the unit: neither who, nor how often."""

    __tablename__ = "result_opening"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    first_opened_on: Mapped[dt.date]
