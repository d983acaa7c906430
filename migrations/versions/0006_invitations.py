"""Invitations: planned reminders, own words, corrected addresses, people who left, replaced codes"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("survey") as table:
        # A survey that is open already sends no reminders by itself until HR says so.
        table.add_column(sa.Column("first_reminder_after", sa.Integer(), nullable=True))
        table.add_column(sa.Column("second_reminder_after", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("invitation_opening", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
        )
        table.add_column(
            sa.Column("reminder_opening", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
        )
        table.create_check_constraint(
            op.f("ck_survey_first_reminder"), "first_reminder_after IS NULL OR first_reminder_after >= 3"
        )
        table.create_check_constraint(
            op.f("ck_survey_second_reminder"),
            "second_reminder_after IS NULL OR (first_reminder_after IS NOT NULL AND second_reminder_after >= first_reminder_after + 3)",
        )
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("counted", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("declined_email", sa.String(), server_default="", nullable=False))
        table.create_check_constraint(
            op.f("ck_invitation_whoever_has_delivered_counts"), "counted IS NULL OR counted OR NOT delivered"
        )
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("sent_on", sa.Date(), nullable=True))
        table.create_check_constraint(
            op.f("ck_delivery_sent_on_a_day"), "sent_on IS NULL OR status IN ('sending', 'sent')"
        )
    # The day is not known: with today nobody is reminded too early.
    op.execute(
        "UPDATE delivery SET sent_on = CURRENT_DATE WHERE status IN ('sending', 'sent') AND invitation_id IN"
        " (SELECT i.id FROM invitation i JOIN survey s ON s.id = i.survey_id WHERE s.status = 'open')"
    )
    op.create_table(
        "replaced_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_replaced_code")),
    )


def downgrade() -> None:
    op.drop_table("replaced_code")
    with op.batch_alter_table("delivery") as table:
        table.drop_constraint(op.f("ck_delivery_sent_on_a_day"), type_="check")
        table.drop_column("sent_on")
    with op.batch_alter_table("invitation") as table:
        table.drop_constraint(op.f("ck_invitation_whoever_has_delivered_counts"), type_="check")
        table.drop_column("declined_email")
        table.drop_column("counted")
    with op.batch_alter_table("survey") as table:
        table.drop_constraint(op.f("ck_survey_second_reminder"), type_="check")
        table.drop_constraint(op.f("ck_survey_first_reminder"), type_="check")
        for column in (
            "reminder_opening",
            "invitation_opening",
            "second_reminder_after",
            "first_reminder_after",
        ):
            table.drop_column(column)
