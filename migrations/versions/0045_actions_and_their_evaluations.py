"""A unit's actions after a survey, their evaluations, who has seen the plan, and reminders of it."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_action_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action")),
    )
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_action_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "result_opening",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("first_opened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_result_opening_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_result_opening_unit_id_unit")),
        sa.PrimaryKeyConstraint("survey_id", "unit_id", name=op.f("pk_result_opening")),
    )
    op.create_table(
        "plan_action_evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "was_done",
            sa.Enum(
                "yes",
                "partly",
                "no",
                "skipped",
                name="was_done",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("withdrawn_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by = '')",
            name=op.f("ck_plan_action_evaluation_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint(
            "length(words) BETWEEN 1 AND 300", name=op.f("ck_plan_action_evaluation_words_length")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_plan_action_evaluation_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["plan_action.id"], name=op.f("fk_plan_action_evaluation_action_id_plan_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action_evaluation")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_plan_action_evaluation_action_id_number")),
    )
    op.create_table(
        "plan_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "due_soon",
                "overdue",
                "evaluate",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_plan_mail_attempts")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_plan_mail_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_plan_mail_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_mail")),
        sa.UniqueConstraint(
            "unit_id", "account_id", "kind", "about", name=op.f("uq_plan_mail_unit_id_account_id_kind_about")
        ),
    )
    with op.batch_alter_table("plan_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_mail_status"), ["status"], unique=False)

    op.create_table(
        "plan_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_plan_tick_account_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_tick_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_tick")),
        sa.UniqueConstraint("unit_id", "account_id", "on", name=op.f("uq_plan_tick_unit_id_account_id_on")),
    )
    op.create_table(
        "plan_action_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "aim",
            sa.Enum("keep", "improve", name="aim", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sign", sa.String(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=True),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "started",
                "done",
                "dropped",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("withdrawn_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'dropped') = (reason <> '')", name=op.f("ck_plan_action_version_dropped_with_a_reason")
        ),
        sa.CheckConstraint(
            "(survey_id IS NULL) = (measure = '')",
            name=op.f("ck_plan_action_version_survey_and_measure_together"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by = '')",
            name=op.f("ck_plan_action_version_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint("length(goal) <= 300", name=op.f("ck_plan_action_version_goal_length")),
        sa.CheckConstraint("length(reason) <= 300", name=op.f("ck_plan_action_version_reason_length")),
        sa.CheckConstraint("length(sign) <= 300", name=op.f("ck_plan_action_version_sign_length")),
        sa.CheckConstraint("length(what) BETWEEN 1 AND 300", name=op.f("ck_plan_action_version_what_length")),
        sa.CheckConstraint("length(who) BETWEEN 1 AND 300", name=op.f("ck_plan_action_version_who_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_plan_action_version_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["plan_action.id"], name=op.f("fk_plan_action_version_action_id_plan_action")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_plan_action_version_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_plan_action_version_survey_id_survey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_action_version")),
        sa.UniqueConstraint("action_id", "number", name=op.f("uq_plan_action_version_action_id_number")),
    )
    with op.batch_alter_table("plan_action_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_plan_action_version_indicator_id"), ["indicator_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_plan_action_version_survey_id"), ["survey_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("plan_action_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_action_version_survey_id"))
        batch_op.drop_index(batch_op.f("ix_plan_action_version_indicator_id"))

    op.drop_table("plan_action_version")
    op.drop_table("plan_tick")
    with op.batch_alter_table("plan_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_mail_status"))

    op.drop_table("plan_mail")
    op.drop_table("plan_action_evaluation")
    op.drop_table("result_opening")
    with op.batch_alter_table("plan_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_action_unit_id"))

    op.drop_table("plan_action")
