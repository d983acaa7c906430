"""How many of a unit's answers came without a named invitation: they lift no unit over the minimum group."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("survey_unit") as batch:
        batch.add_column(sa.Column("without_name", sa.Integer(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_survey_unit_without_name"),
            "without_name IS NULL OR (without_name >= 0 AND without_name <= delivered)",
        )


def downgrade() -> None:
    with op.batch_alter_table("survey_unit") as batch:
        batch.drop_constraint(op.f("ck_survey_unit_without_name"), type_="check")
        batch.drop_column("without_name")
