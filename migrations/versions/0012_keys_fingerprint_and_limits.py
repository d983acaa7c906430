"""The fingerprint of the installation's secrets, and limits on guessing that all processes share"""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("installation") as table:
        table.add_column(sa.Column("keys_fingerprint", sa.String(), server_default="", nullable=False))
    op.create_table(
        "limit_count",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("expires_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limit_count")),
        # Counts of an hour: not worth a write-ahead log, and no business of a standby or a backup made from it.
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )


def downgrade() -> None:
    op.drop_table("limit_count")
    with op.batch_alter_table("installation") as table:
        table.drop_column("keys_fingerprint")
