"""How files of answers from a source were understood: the next one from there is read the same way."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_source",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("questionnaire", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_source")),
        sa.UniqueConstraint("questionnaire", "source", name=op.f("uq_answer_source_questionnaire_source")),
    )


def downgrade() -> None:
    op.drop_table("answer_source")
