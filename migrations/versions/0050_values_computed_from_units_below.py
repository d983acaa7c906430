"""Values that are computed from the units below, by a rule for each indicator."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_aggregation",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "none",
                "respondents",
                "sum",
                "weighted_mean",
                "ratio",
                name="rule",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("weight_id", sa.Integer(), nullable=True),
        sa.Column("numerator_id", sa.Integer(), nullable=True),
        sa.Column("denominator_id", sa.Integer(), nullable=True),
        sa.Column("allows_missing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "rule IN ('sum', 'weighted_mean', 'ratio')", name=op.f("ck_indicator_aggregation_computed")
        ),
        sa.CheckConstraint(
            "(rule = 'weighted_mean') = (weight_id IS NOT NULL)",
            name=op.f("ck_indicator_aggregation_weight_of_mean"),
        ),
        sa.CheckConstraint(
            "(rule = 'ratio') = (numerator_id IS NOT NULL)",
            name=op.f("ck_indicator_aggregation_numerator_of_ratio"),
        ),
        sa.CheckConstraint(
            "(rule = 'ratio') = (denominator_id IS NOT NULL)",
            name=op.f("ck_indicator_aggregation_denominator_of_ratio"),
        ),
        sa.CheckConstraint(
            "indicator_id NOT IN (COALESCE(weight_id, -1), COALESCE(numerator_id, -1), "
            "COALESCE(denominator_id, -1))",
            name=op.f("ck_indicator_aggregation_not_of_itself"),
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_aggregation_indicator_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["weight_id"], ["indicator.id"], name=op.f("fk_indicator_aggregation_weight_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["numerator_id"], ["indicator.id"], name=op.f("fk_indicator_aggregation_numerator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["denominator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_aggregation_denominator_id_indicator"),
        ),
        sa.PrimaryKeyConstraint("indicator_id", name=op.f("pk_indicator_aggregation")),
    )
    op.add_column("measurement", sa.Column("computed_from", sa.Integer(), nullable=True))
    op.add_column("measurement", sa.Column("computed_missing", sa.Integer(), nullable=True))


def downgrade() -> None:
    # The values that were computed would be read as entered ones.
    op.execute(
        "DELETE FROM measurement_reply WHERE measurement_id IN "
        "(SELECT id FROM measurement WHERE computed_from IS NOT NULL)"
    )
    op.execute("DELETE FROM measurement WHERE computed_from IS NOT NULL")
    op.drop_column("measurement", "computed_missing")
    op.drop_column("measurement", "computed_from")
    op.drop_table("indicator_aggregation")
