"""What is known of the population that a citizen survey may be weighted by."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "population_margin",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("question <> ''", name=op.f("ck_population_margin_question_not_empty")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_population_margin_source_not_empty")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_population_margin_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_population_margin")),
    )


def downgrade() -> None:
    op.drop_table("population_margin")
