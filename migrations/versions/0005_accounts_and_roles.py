"""Accounts: roles for a period, sign-in sessions, one-time links"""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("email", sa.String(), server_default="", nullable=False))
        table.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        table.create_unique_constraint(op.f("uq_account_person_id"), ["person_id"])
        table.create_foreign_key(
            op.f("fk_account_person_id_person"), "person", ["person_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("role_grant") as table:
        table.add_column(sa.Column("from_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("to_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("source", sa.String(length=32), server_default="given", nullable=False))
        table.add_column(sa.Column("deputy_for_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f("fk_role_grant_deputy_for_id_account"),
            "account",
            ["deputy_for_id"],
            ["id"],
            ondelete="SET NULL",
        )
        table.create_check_constraint(
            op.f("ck_role_grant_period"), "to_day IS NULL OR from_day IS NULL OR to_day >= from_day"
        )
        table.create_check_constraint(op.f("ck_role_grant_source"), "source IN ('given', 'roster', 'oidc')")
    op.create_table(
        "sign_in_session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("started_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("seen_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("id_token", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_sign_in_session_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_account_id"), "sign_in_session", ["account_id"])
    op.create_table(
        "one_time_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_one_time_link_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_link")),
    )
    op.create_index(op.f("ix_one_time_link_account_id"), "one_time_link", ["account_id"])


def downgrade() -> None:
    op.drop_table("one_time_link")
    op.drop_table("sign_in_session")
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint(op.f("ck_role_grant_source"), type_="check")
        table.drop_constraint(op.f("ck_role_grant_period"), type_="check")
        table.drop_constraint(op.f("fk_role_grant_deputy_for_id_account"), type_="foreignkey")
        for column in ("deputy_for_id", "source", "to_day", "from_day"):
            table.drop_column(column)
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("fk_account_person_id_person"), type_="foreignkey")
        table.drop_constraint(op.f("uq_account_person_id"), type_="unique")
        table.drop_column("person_id")
        table.drop_column("email")
