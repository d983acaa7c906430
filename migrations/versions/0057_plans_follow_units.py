"""A part of a unit that was split may take over its actions."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_from_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_action_taken_from_id_plan_action"), "plan_action", ["taken_from_id"], ["id"]
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_plan_action_unit_id_taken_from_id"), ["unit_id", "taken_from_id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_plan_action_unit_id_taken_from_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_plan_action_taken_from_id_plan_action"), type_="foreignkey")
        batch_op.drop_column("taken_from_id")
