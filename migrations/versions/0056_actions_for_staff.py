"""An action of a plan may be shown to the unit's staff"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those who wrote the actions that are there were told of fewer readers.
    with op.batch_alter_table("plan_action_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("for_staff", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("plan_action_version", schema=None) as batch_op:
        batch_op.drop_column("for_staff")
