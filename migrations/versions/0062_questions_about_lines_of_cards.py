"""Whoever reads a card may ask about a line, and is answered in versions."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "line_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("measurement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "hr",
                "controller",
                "leader",
                "representative",
                "politician",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("withdrawn_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("opened_number", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 300", name=op.f("ck_line_question_words_length")),
        sa.CheckConstraint("opened_number >= 0", name=op.f("ck_line_question_opened_number")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_line_question_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_line_question_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["measurement_id"], ["measurement.id"], name=op.f("fk_line_question_measurement_id_measurement")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_line_question_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_question")),
        sa.UniqueConstraint(
            "indicator_id",
            "unit_id",
            "account_id",
            "number",
            name=op.f("uq_line_question_indicator_id_unit_id_account_id_number"),
        ),
    )
    with op.batch_alter_table("line_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_question_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_question_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "line_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 600", name=op.f("ck_line_answer_words_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_line_answer_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["line_question.id"], name=op.f("fk_line_answer_question_id_line_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_answer")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_line_answer_question_id_number")),
    )


def downgrade() -> None:
    op.drop_table("line_answer")
    with op.batch_alter_table("line_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_question_unit_id"))
        batch_op.drop_index(batch_op.f("ix_line_question_account_id"))

    op.drop_table("line_question")
