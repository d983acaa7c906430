"""Two keys are the default: a reason where there is one, whom a holder holds her share for, and mails to holders."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_OFFICES = ("hr", "representative", "chief_representative", "chief_safety_representative")
_KINDS = ("named", "opened", "waiting", "other_gave", "expired", "box_opened")
_STATES = ("queued", "sending", "sent", "failed")


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("survey") as batch:
        batch.add_column(sa.Column("one_key_reason", sa.String()))
    with op.batch_alter_table("key_holder") as batch:
        batch.add_column(sa.Column("seal", sa.LargeBinary(32)))
        batch.add_column(sa.Column("office", _choice(_OFFICES, op.f("ck_key_holder_office"))))
    # A phrase that was chosen before there were seals has none, as one that somebody has put in its place: where the
    # key is not shared out yet, the holder chooses again.
    op.execute(sa.text("UPDATE key_holder SET salt = NULL, public_key = NULL WHERE share IS NULL"))
    with op.batch_alter_table("turnout") as batch:
        batch.add_column(sa.Column("by_name", sa.Integer()))
        batch.create_check_constraint(
            op.f("ck_turnout_by_name"), "by_name IS NULL OR (by_name >= 0 AND by_name <= delivered)"
        )
    op.create_table(
        "holder_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice(_KINDS, "kind"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.JSON(), nullable=False),
        sa.Column("until", sa.DateTime()),
        sa.Column("status", _choice(_STATES, "status"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime()),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_holder_mail_number")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_holder_mail_attempts")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_holder_mail_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_holder_mail_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_mail")),
        sa.UniqueConstraint(
            "survey_id",
            "account_id",
            "kind",
            "number",
            name=op.f("uq_holder_mail_survey_id_account_id_kind_number"),
        ),
    )
    op.create_index(op.f("ix_holder_mail_status"), "holder_mail", ["status"])


def downgrade() -> None:
    op.drop_table("holder_mail")
    with op.batch_alter_table("turnout") as batch:
        batch.drop_constraint(op.f("ck_turnout_by_name"), type_="check")
        batch.drop_column("by_name")
    with op.batch_alter_table("key_holder") as batch:
        batch.drop_constraint(op.f("ck_key_holder_office"), type_="check")
        batch.drop_column("office")
        batch.drop_column("seal")
    with op.batch_alter_table("survey") as batch:
        batch.drop_column("one_key_reason")
