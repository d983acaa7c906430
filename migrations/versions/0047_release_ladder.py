"""Staff and the public read results too: who answers for a step, links for staff, and what is kept of the reading.

Steps for staff and the public that are stored already were told to nobody: they open nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("responsible", "decided_by", "withheld"):
        op.add_column("visibility_step", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("visibility_step", sa.Column("decided_on", sa.Date(), nullable=True))
    op.add_column(
        "visibility_step", sa.Column("promised", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.execute("UPDATE visibility_step SET promised = false WHERE readers IN ('staff', 'public')")
    op.create_table(
        "staff_link",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(token) >= 32", name=op.f("ck_staff_link_token_length")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_staff_link_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_staff_link_unit_id_unit")),
        sa.PrimaryKeyConstraint("survey_id", "unit_id", name=op.f("pk_staff_link")),
        sa.UniqueConstraint("token", name=op.f("uq_staff_link_token")),
    )
    op.create_table(
        "unit_telling",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("we_do", sa.String(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.CheckConstraint("trim(we_do) <> ''", name=op.f("ck_unit_telling_not_empty")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_unit_telling_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_telling_unit_id_unit")),
        sa.PrimaryKeyConstraint("survey_id", "unit_id", name=op.f("pk_unit_telling")),
    )
    op.create_table(
        "leader_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
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
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_leader_mail_attempts")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_leader_mail_release_id_release"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_leader_mail_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_mail")),
        sa.UniqueConstraint("release_id", "account_id", name=op.f("uq_leader_mail_release_id_account_id")),
    )
    op.create_index(op.f("ix_leader_mail_status"), "leader_mail", ["status"])


def downgrade() -> None:
    for table in ("leader_mail", "unit_telling", "staff_link"):
        op.drop_table(table)
    for column in ("promised", "decided_on", "withheld", "decided_by", "responsible"):
        op.drop_column("visibility_step", column)
