"""Signs of life of the job worker"""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_heartbeat",
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("seen_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name=op.f("pk_worker_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("worker_heartbeat")
