"""Two may have to open the ballot box together: shares of the ballot key, each locked with its holder's passphrase."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=True),
        sa.Column("public_key", sa.LargeBinary(32), nullable=True),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.Column("given_share", sa.LargeBinary(), nullable=True),
        sa.Column("given_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(salt IS NULL) = (public_key IS NULL)", name=op.f("ck_key_holder_salt_with_public_key")
        ),
        sa.CheckConstraint(
            "share IS NULL OR public_key IS NOT NULL", name=op.f("ck_key_holder_share_is_locked")
        ),
        sa.CheckConstraint(
            "(given_share IS NULL) = (given_at IS NULL)", name=op.f("ck_key_holder_given_share_has_time")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_key_holder_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_key_holder_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_holder")),
        sa.UniqueConstraint("survey_id", "account_id", name=op.f("uq_key_holder_survey_id_account_id")),
    )
    op.create_index(op.f("ix_key_holder_survey_id"), "key_holder", ["survey_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_key_holder_survey_id"), "key_holder")
    op.drop_table("key_holder")
