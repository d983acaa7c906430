"""Answers of citizens may be weighted when they are counted: what by, and the weighted means of a release."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def _values() -> list[sa.Column[object]]:
    return [
        sa.Column("n", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("mean", "standard_error", "ci_low", "ci_high", "design_effect", "effective_n")
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "declared_margin",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("question <> ''", name=op.f("ck_declared_margin_question_not_empty")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_declared_margin_source_not_empty")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_declared_margin_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("survey_id", "question", name=op.f("pk_declared_margin")),
    )
    op.create_table(
        "survey_weighting",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("column", "margins", name="source", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("minimum_group", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("smallest", sa.Double(), nullable=False),
        sa.Column("largest", sa.Double(), nullable=False),
        sa.Column("design_effect", sa.Double(), nullable=False),
        sa.Column("effective_n", sa.Double(), nullable=False),
        sa.Column(
            "problem",
            sa.Enum(
                "too_few",
                "nobody",
                "not_met",
                "units",
                name="problem",
                native_enum=False,
                length=32,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("moved BETWEEN 0 AND n", name=op.f("ck_survey_weighting_moved")),
        sa.CheckConstraint("design_effect >= 1 AND effective_n <= n", name=op.f("ck_survey_weighting_cost")),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey.id"],
            name=op.f("fk_survey_weighting_survey_id_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_survey_weighting")),
    )
    op.create_table(
        "counted_weighted_mean",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        *_values(),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey.id"],
            name=op.f("fk_counted_weighted_mean_survey_id_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "measure", name=op.f("pk_counted_weighted_mean")),
    )
    op.create_table(
        "released_weighted_mean",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        *_values(),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_released_weighted_mean_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", "measure", name=op.f("pk_released_weighted_mean")),
    )


def downgrade() -> None:
    for table in ("released_weighted_mean", "counted_weighted_mean", "survey_weighting", "declared_margin"):
        op.drop_table(table)
