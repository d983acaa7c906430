"""Background is kept apart from the answers of a counted survey.

The answers themselves are changed by `medvirk init` in the same run: what a row may keep takes the rules of
disclosure control, which belong to no migration. That cannot be taken back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "separated_background",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("minimum_group", sa.Integer(), nullable=False),
        sa.Column("at_counting", sa.Boolean(), nullable=False),
        sa.Column("groups", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey.id"],
            name=op.f("fk_separated_background_survey_id_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", name=op.f("pk_separated_background")),
    )
    op.create_table(
        "background_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("breakdown", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "shown",
                "hidden",
                "no_answers",
                "not_asked",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column(
            "coded",
            sa.Enum(
                "exact",
                "at_least",
                "at_most",
                name="coded",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sd", sa.Double(), nullable=True),
        sa.Column("ci_low", sa.Double(), nullable=True),
        sa.Column("ci_high", sa.Double(), nullable=True),
        sa.Column("distribution", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("points", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'shown') = (n IS NOT NULL AND mean IS NOT NULL)",
            name=op.f("ck_background_figure_shown_has_value"),
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("ck_background_figure_level")),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey.id"],
            name=op.f("fk_background_figure_survey_id_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_figure")),
        sa.UniqueConstraint(
            "survey_id",
            "breakdown",
            "category",
            "measure",
            name=op.f("uq_background_figure_survey_id_breakdown_category_measure"),
        ),
    )
    op.create_index(op.f("ix_background_figure_survey_id"), "background_figure", ["survey_id"])


def downgrade() -> None:
    """What was taken from the answers does not come back."""
    op.drop_index(op.f("ix_background_figure_survey_id"), "background_figure")
    op.drop_table("background_figure")
    op.drop_table("separated_background")
