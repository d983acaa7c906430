"""A yellow or red measurement is replied to, in versions: cause, action and forecast."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measurement_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("measurement_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "green",
                "yellow",
                "red",
                "not_measured",
                "not_due",
                "hidden",
                "no_target",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("forecast", sa.Double(), nullable=False),
        sa.Column("forecast_words", sa.String(), nullable=False),
        sa.Column("judged_on", sa.Date(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("withdrawn_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by = '')",
            name=op.f("ck_measurement_reply_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint("status IN ('yellow', 'red')", name=op.f("ck_measurement_reply_to_yellow_or_red")),
        sa.CheckConstraint(
            "length(action) BETWEEN 1 AND 300", name=op.f("ck_measurement_reply_action_length")
        ),
        sa.CheckConstraint("length(cause) BETWEEN 1 AND 300", name=op.f("ck_measurement_reply_cause_length")),
        sa.CheckConstraint(
            "length(forecast_words) <= 300", name=op.f("ck_measurement_reply_forecast_words_length")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_measurement_reply_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_measurement_reply_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["measurement_id"],
            ["measurement.id"],
            name=op.f("fk_measurement_reply_measurement_id_measurement"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_measurement_reply_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_reply")),
        sa.UniqueConstraint(
            "indicator_id",
            "unit_id",
            "year",
            "part",
            "number",
            name=op.f("uq_measurement_reply_indicator_id_unit_id_year_part_number"),
        ),
    )
    with op.batch_alter_table("measurement_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measurement_reply_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("measurement_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_reply_unit_id"))

    op.drop_table("measurement_reply")
