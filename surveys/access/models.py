"""Who may sign in, what they may do and where, and the trail of what was done."""

from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
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
        CheckConstraint("username = lower(username)", name="username_lower_case"),
    )

    id: Mapped[identity]
    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="nb")
    active: Mapped[bool] = mapped_column(default=True)

    grants: Mapped[list["Grant"]] = relationship(back_populates="account", cascade="all, delete-orphan")


class Grant(Base):
    """A role on a subtree."""

    # «grant» is a reserved word in SQL.
    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "unit_id"),)

    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    account: Mapped[Account] = relationship(back_populates="grants")
    unit: Mapped[Unit] = relationship()
