"""A quality discussion may come from another installation, where its author has an account."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quality_discussion") as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM quality_discussion WHERE account_id IS NULL")
    with op.batch_alter_table("quality_discussion") as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Integer(), nullable=False)
