"""How an indicator's value is worked out from the units below: its rule, and the indicators that the rule names."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from surveys.platform.database import Base, choice


class AggregateRule(StrEnum):
    # Entered or imported at every unit.
    NONE = "none"
    # A survey's released figure at each unit, worked out from those who answered.
    RESPONDENTS = "respondents"
    SUM = "sum"
    WEIGHTED_MEAN = "weighted_mean"
    # The sum of one indicator divided by the sum of another.
    RATIO = "ratio"


class IndicatorAggregation(Base):
    """Only for indicators that are computed: none and respondents have no row."""

    __tablename__ = "indicator_aggregation"
    __table_args__ = (
        CheckConstraint("rule IN ('sum', 'weighted_mean', 'ratio')", name="computed"),
        CheckConstraint("(rule = 'weighted_mean') = (weight_id IS NOT NULL)", name="weight_of_mean"),
        CheckConstraint("(rule = 'ratio') = (numerator_id IS NOT NULL)", name="numerator_of_ratio"),
        CheckConstraint("(rule = 'ratio') = (denominator_id IS NOT NULL)", name="denominator_of_ratio"),
        CheckConstraint(
            "indicator_id NOT IN (COALESCE(weight_id, -1), COALESCE(numerator_id, -1), "
            "COALESCE(denominator_id, -1))",
            name="not_of_itself",
        ),
    )

    indicator_id: Mapped[int] = mapped_column(
        ForeignKey("indicator.id", ondelete="CASCADE"), primary_key=True
    )
    rule: Mapped[AggregateRule] = mapped_column(choice(AggregateRule, "rule"))
    weight_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    numerator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    denominator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    # Computed of the units that have a value, with how many are missing, when not all have one.
    allows_missing: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def parts(self) -> tuple[int, ...]:
        """The indicators whose values it is worked out from."""
        named = (self.weight_id, self.numerator_id, self.denominator_id)
        own = () if self.rule is AggregateRule.RATIO else (self.indicator_id,)
        return (*own, *(each for each in named if each is not None))
