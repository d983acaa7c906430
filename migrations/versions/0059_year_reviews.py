"""Records of the yearly review of what is asked of whom, in versions."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "year_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.String(), nullable=False),
        sa.Column("keep", sa.String(), nullable=False),
        sa.Column("stop", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.CheckConstraint(
            "length(participants) BETWEEN 1 AND 300", name=op.f("ck_year_review_participants_length")
        ),
        sa.CheckConstraint("length(keep) <= 1000", name=op.f("ck_year_review_keep_length")),
        sa.CheckConstraint("length(stop) <= 1000", name=op.f("ck_year_review_stop_length")),
        sa.CheckConstraint("length(change) <= 1000", name=op.f("ck_year_review_change_length")),
        sa.CheckConstraint(
            "length(keep) + length(stop) + length(change) > 0", name=op.f("ck_year_review_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_year_review_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_year_review_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_review")),
        sa.UniqueConstraint("unit_id", "year", "number", name=op.f("uq_year_review_unit_id_year_number")),
    )
    with op.batch_alter_table("year_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_year_review_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("year_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_year_review_unit_id"))

    op.drop_table("year_review")
