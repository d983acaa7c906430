"""What units chose to tell units of the same type: what they did, and what they saw."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("factor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("saw", sa.String(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("withdrawn_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.CheckConstraint("length(what) BETWEEN 1 AND 300", name=op.f("ck_shared_practice_what_length")),
        sa.CheckConstraint("length(saw) BETWEEN 1 AND 300", name=op.f("ck_shared_practice_saw_length")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by = '')",
            name=op.f("ck_shared_practice_withdrawn_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_shared_practice_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["plan_action.id"], name=op.f("fk_shared_practice_action_id_plan_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_practice")),
    )
    with op.batch_alter_table("shared_practice", schema=None) as batch_op:
        batch_op.create_index(
            "uq_shared_practice_shown",
            ["action_id"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_shared_practice_factor"), ["factor"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("shared_practice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shared_practice_factor"))
        batch_op.drop_index(
            "uq_shared_practice_shown",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.drop_table("shared_practice")
