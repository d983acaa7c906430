"""Reports that are frozen, whom they are open to, and indicators that are proposed."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0049"
down_revision = "0046"
branch_labels = None
depends_on = None

_REFUSAL = "a frozen report is not changed"


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "tertial",
                "year",
                "political",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "frozen", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("earlier", sa.JSON(), nullable=False),
        sa.Column("steps_taken", sa.Integer(), nullable=False),
        sa.Column("changed_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("frozen_by", sa.String(), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=True),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("registered_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("correction", sa.String(), nullable=False),
        sa.CheckConstraint("(kind = 'tertial') = (part > 0)", name=op.f("ck_report_tertial_has_part")),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_on IS NOT NULL AND number IS NOT NULL AND frozen_by <> '')",
            name=op.f("ck_report_frozen_by_somebody"),
        ),
        sa.CheckConstraint(
            "replaces_id IS NULL OR correction <> ''", name=op.f("ck_report_correction_has_reason")
        ),
        sa.CheckConstraint("part BETWEEN 0 AND 3", name=op.f("ck_report_part")),
        sa.ForeignKeyConstraint(["replaces_id"], ["report.id"], name=op.f("fk_report_replaces_id_report")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "unit_id", "kind", "year", "part", "number", name=op.f("uq_report_unit_id_kind_year_part_number")
        ),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "report_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "internal",
                "political",
                "public",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("legal_ground", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("registered_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.CheckConstraint("audience <> 'internal'", name=op.f("ck_report_decision_internal_needs_none")),
        sa.CheckConstraint("decided_by <> ''", name=op.f("ck_report_decision_decided_by_somebody")),
        sa.CheckConstraint(
            "is_open OR (legal_ground <> '' AND reason <> '')",
            name=op.f("ck_report_decision_withheld_by_law"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_decision_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_decision")),
        sa.UniqueConstraint(
            "report_id", "audience", "number", name=op.f("uq_report_decision_report_id_audience_number")
        ),
    )
    op.create_table(
        "report_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "internal",
                "political",
                "public",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_version_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint("report_id", "audience", name=op.f("uq_report_version_report_id_audience")),
    )
    op.create_table(
        "indicator_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer = '') AND (answered_at IS NULL) = (answered_by = '')",
            name=op.f("ck_indicator_proposal_answered_by_somebody"),
        ),
        sa.CheckConstraint("length(answer) <= 600", name=op.f("ck_indicator_proposal_answer_length")),
        sa.CheckConstraint(
            "length(title) BETWEEN 1 AND 120", name=op.f("ck_indicator_proposal_title_length")
        ),
        sa.CheckConstraint("length(why) BETWEEN 1 AND 600", name=op.f("ck_indicator_proposal_why_length")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_indicator_proposal_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_indicator_proposal_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_proposal")),
    )
    with op.batch_alter_table("indicator_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_proposal_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "card_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
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
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_card_reminder_attempts")),
        sa.CheckConstraint("part BETWEEN 1 AND 3", name=op.f("ck_card_reminder_part")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_card_reminder_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_reminder")),
        sa.UniqueConstraint("account_id", "year", "part", name=op.f("uq_card_reminder_account_id_year_part")),
    )
    with op.batch_alter_table("card_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_reminder_status"), ["status"], unique=False)
    _refuse_changes()


def _refuse_changes() -> None:
    """A migration that rebuilds `report_version` on SQLite (batch_alter_table) drops these, and must make them anew."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER report_version_no_{change.lower()} BEFORE {change} ON report_version "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION report_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER report_version_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON report_version "
        "FOR EACH STATEMENT EXECUTE FUNCTION report_version_frozen()"
    )


def downgrade() -> None:
    with op.batch_alter_table("card_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_reminder_status"))

    op.drop_table("card_reminder")
    with op.batch_alter_table("indicator_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_proposal_unit_id"))

    op.drop_table("indicator_proposal")
    op.drop_table("report_version")
    op.drop_table("report_decision")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_unit_id"))

    op.drop_table("report")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION report_version_frozen()")
