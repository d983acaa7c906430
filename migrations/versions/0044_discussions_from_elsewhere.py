"""Figures and quality discussions may come from another installation, where the answers and accounts are."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "survey",
        sa.Column("answers_elsewhere", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    with op.batch_alter_table("quality_discussion") as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM quality_discussion WHERE account_id IS NULL")
    with op.batch_alter_table("quality_discussion") as batch_op:
        batch_op.alter_column("account_id", existing_type=sa.Integer(), nullable=False)
    op.drop_column("survey", "answers_elsewhere")
