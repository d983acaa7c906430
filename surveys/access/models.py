"""Who may sign in, and what they may do, where and when."""

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Person, Unit
from surveys.platform.clock import municipal_day
from surveys.platform.database import Base, choice, identity


class Role(StrEnum):
    """What somebody is to a unit and everything below it."""

    ADMINISTRATOR = "administrator"
    HR = "hr"
    CONTROLLER = "controller"
    LEADER = "leader"
    REPRESENTATIVE = "representative"
    POLITICIAN = "politician"


HR_ROLES: Final = (Role.HR, Role.ADMINISTRATOR)
"""Who carries a survey out: HR of a unit, and whoever administers the installation."""


class Account(Base):
    """Somebody who signs in. Respondents never do."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("username"),
        UniqueConstraint("person_id"),
        UniqueConstraint("oidc_issuer", "oidc_subject"),
        CheckConstraint("username = lower(username)", name="username_lower_case"),
        CheckConstraint(
            "(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc_issuer_and_subject_together"
        ),
    )

    id: Mapped[identity]
    username: Mapped[str]
    name: Mapped[str]
    # Where one-time links are sent; empty: they are shown once to whoever makes them.
    email: Mapped[str] = mapped_column(default="", server_default="")
    # Empty until the first one-time link has been used: nothing opens the account then.
    password_hash: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="nb")
    active: Mapped[bool] = mapped_column(default=True)
    # The person in the roster, when the account was made from it: her leader's role follows the roster.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    # Whom the sign-in provider knows the account as: its address, and its own name for the person.
    oidc_issuer: Mapped[str | None]
    oidc_subject: Mapped[str | None]

    all_grants: Mapped[list["Grant"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", foreign_keys="Grant.account_id"
    )
    person: Mapped[Person | None] = relationship()

    @property
    def trail_name(self) -> str:
        """What the audit trail calls the account for ever: user names are often addresses, and the trail has none."""
        return f"account:{self.id}"

    @property
    def is_opened(self) -> bool:
        """Whether somebody has a way to sign in to it: a password, or a person at the sign-in provider."""
        return bool(self.password_hash or self.oidc_subject)

    @property
    def grants(self) -> list["Grant"]:
        """The roles she has today: what every permission is decided by."""
        today = municipal_day()
        return [grant for grant in self.all_grants if grant.is_in_force(today)]


class GrantSource(StrEnum):
    """Where a role came from: whoever gave it also takes it away."""

    # A person with the right to give it, or the command line.
    GIVEN = "given"
    # The roster says that she leads the unit.
    ROSTER = "roster"
    # The sign-in service's groups say so.
    OIDC = "oidc"


class Grant(Base):
    """A role on a subtree, for a period."""

    # «grant» is a reserved word in SQL.
    __tablename__ = "role_grant"
    __table_args__ = (
        # The provider gives and takes its own, beside the same role from somebody else.
        UniqueConstraint("account_id", "role", "unit_id", "source"),
        CheckConstraint("to_day IS NULL OR from_day IS NULL OR to_day >= from_day", name="period"),
    )

    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    # First and last day; NULL: no limit.
    from_day: Mapped[dt.date | None]
    to_day: Mapped[dt.date | None]
    source: Mapped[GrantSource] = mapped_column(
        choice(GrantSource, "source"), default=GrantSource.GIVEN, server_default=GrantSource.GIVEN.value
    )
    # Whose role it is, when this is a deputy's.
    deputy_for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    account: Mapped[Account] = relationship(back_populates="all_grants", foreign_keys=[account_id])
    deputy_for: Mapped[Account | None] = relationship(foreign_keys=[deputy_for_id])
    unit: Mapped[Unit] = relationship()

    def is_in_force(self, day: dt.date) -> bool:
        return (self.from_day is None or self.from_day <= day) and (self.to_day is None or day <= self.to_day)


class SignInSession(Base):
    """One browser that is signed in. The browser holds the token, the database its hash."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[dt.datetime]
    # Within a few minutes: written no more often than that.
    seen_at: Mapped[dt.datetime]
    # The provider's token for signing out there too, encrypted (`oidc.kept_tokens`); empty for local sign-ins.
    id_token: Mapped[str] = mapped_column(default="", server_default="")


class OneTimeLink(Base):
    """A link with which somebody chooses a password: the first one, or a new one. Used once."""

    __tablename__ = "one_time_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime]
