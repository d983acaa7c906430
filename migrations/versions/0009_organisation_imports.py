"""The organisation's imports, which can be undone, and people who share a mailbox"""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("shared_mailbox", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "organisation_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("undo", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('units', 'people')", name=op.f("ck_organisation_import_kind")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_organisation_import_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_import")),
    )
    op.create_index(op.f("ix_organisation_import_source"), "organisation_import", ["source"])


def downgrade() -> None:
    op.drop_table("organisation_import")
    with op.batch_alter_table("person") as table:
        table.drop_column("shared_mailbox")
