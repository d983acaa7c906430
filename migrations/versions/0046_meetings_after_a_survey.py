"""What staff choose after a survey, their votes in the room, and who has seen and answered the result."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "focus_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("keep", sa.String(), nullable=True),
        sa.Column("improve", sa.String(), nullable=True),
        sa.Column("practice", sa.String(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "vote",
                "paper",
                "skipped",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("chosen_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(number = 1 AND origin <> 'skipped') OR reason <> ''",
            name=op.f("ck_focus_choice_change_has_reason"),
        ),
        sa.CheckConstraint(
            "(origin = 'skipped') = (keep IS NULL)", name=op.f("ck_focus_choice_skipped_keeps_nothing")
        ),
        sa.CheckConstraint(
            "(keep IS NULL) = (improve IS NULL)", name=op.f("ck_focus_choice_keep_and_improve_together")
        ),
        sa.CheckConstraint("keep <> improve", name=op.f("ck_focus_choice_two_themes")),
        sa.CheckConstraint("length(practice) <= 600", name=op.f("ck_focus_choice_practice_length")),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_focus_choice_reason_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_focus_choice_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_focus_choice_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_focus_choice_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focus_choice")),
        sa.UniqueConstraint(
            "survey_id", "unit_id", "number", name=op.f("uq_focus_choice_survey_id_unit_id_number")
        ),
    )
    with op.batch_alter_table("focus_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_focus_choice_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "result_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 600", name=op.f("ck_result_answer_words_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_result_answer_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_result_answer_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_result_answer_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_answer")),
        sa.UniqueConstraint(
            "survey_id", "unit_id", "number", name=op.f("uq_result_answer_survey_id_unit_id_number")
        ),
    )
    with op.batch_alter_table("result_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_answer_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "result_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_result_seen_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_result_seen_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_result_seen_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_seen")),
        sa.UniqueConstraint(
            "survey_id", "unit_id", "account_id", name=op.f("uq_result_seen_survey_id_unit_id_account_id")
        ),
    )
    with op.batch_alter_table("result_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_seen_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "room_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("focus", "check", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "told",
                "too_few",
                "too_many",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("choice_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("opened_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'check') = (choice_id IS NOT NULL)", name=op.f("ck_room_vote_check_of_a_choice")
        ),
        sa.CheckConstraint(
            "(status = 'open') = (room IS NOT NULL)", name=op.f("ck_room_vote_address_while_open")
        ),
        sa.CheckConstraint(
            "status = 'told' OR (first = '' AND second = '')", name=op.f("ck_room_vote_told_only")
        ),
        sa.CheckConstraint("(room IS NULL) = (nonce IS NULL)", name=op.f("ck_room_vote_key_while_open")),
        sa.CheckConstraint("people BETWEEN 3 AND 500", name=op.f("ck_room_vote_people")),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["focus_choice.id"], name=op.f("fk_room_vote_choice_id_focus_choice")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_room_vote_survey_id_survey")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_room_vote_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_vote")),
        sa.UniqueConstraint("room", name=op.f("uq_room_vote_room")),
    )
    with op.batch_alter_table("room_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_vote_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_room_vote_open",
            ["survey_id", "unit_id"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "room_ballot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vote_id"], ["room_vote.id"], name=op.f("fk_room_ballot_vote_id_room_vote"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_ballot")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("room_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_room_ballot_vote_id"), ["vote_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("room_ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_ballot_vote_id"))

    op.drop_table("room_ballot")
    with op.batch_alter_table("room_vote", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_room_vote_open",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_room_vote_unit_id"))

    op.drop_table("room_vote")
    with op.batch_alter_table("result_seen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_seen_unit_id"))

    op.drop_table("result_seen")
    with op.batch_alter_table("result_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_answer_unit_id"))

    op.drop_table("result_answer")
    with op.batch_alter_table("focus_choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_focus_choice_unit_id"))

    op.drop_table("focus_choice")
