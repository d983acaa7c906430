"""Other systems that a unit's card points to, such as where deviations are reported."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.organisation.models import Unit
from surveys.platform.database import Base, identity
from surveys.scorecards.models import Indicator


class ExternalSystem(Base):
    """A link out, for a unit and all below it. Nothing is fetched from it: its counts are entered values."""

    __tablename__ = "external_system"
    __table_args__ = (CheckConstraint("address LIKE 'https://%'", name="address_is_https"),)

    id: Mapped[identity]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    address: Mapped[str]
    # The indicator whose numbers come from there; NULL: none in particular.
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id", ondelete="SET NULL"))
    # Taken away, and can be put back.
    removed: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
