"""Somebody who has left and is not counted may have delivered: else HR's number of invited tells whether she has."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_NAME = "ck_invitation_whoever_has_delivered_counts"


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.drop_constraint(op.f(_NAME), type_="check")


def downgrade() -> None:
    op.execute(sa.text("UPDATE invitation SET counted = NULL WHERE delivered AND NOT counted"))
    with op.batch_alter_table("invitation") as batch:
        batch.create_check_constraint(op.f(_NAME), "counted IS NULL OR counted OR NOT delivered")
