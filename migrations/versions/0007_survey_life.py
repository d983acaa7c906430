"""A survey's scope, its checklist, and opening by itself"""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _survey_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["survey_id"], ["survey.id"], name=op.f(f"fk_{table}_survey_id_survey"), ondelete="CASCADE"
    )


def upgrade() -> None:
    with op.batch_alter_table("survey") as table:
        table.add_column(
            sa.Column("opens_automatically", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        table.add_column(
            sa.Column("leaders_only", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
    with op.batch_alter_table("survey_unit") as table:
        table.add_column(sa.Column("asked", sa.Boolean(), server_default=sa.text("(true)"), nullable=False))
    op.create_table(
        "scope_unit",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "only", "excluded", "pilot", name="rule", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        _survey_key("scope_unit"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_scope_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("survey_id", "unit_id", "rule", name=op.f("pk_scope_unit")),
    )
    op.create_table(
        "scope_type",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        _survey_key("scope_type"),
        sa.PrimaryKeyConstraint("survey_id", "type", name=op.f("pk_scope_type")),
    )
    op.create_table(
        "checklist_tick",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_checklist_tick_account_id_account")
        ),
        _survey_key("checklist_tick"),
        sa.PrimaryKeyConstraint("survey_id", "item", name=op.f("pk_checklist_tick")),
    )


def downgrade() -> None:
    for table in ("checklist_tick", "scope_type", "scope_unit"):
        op.drop_table(table)
    with op.batch_alter_table("survey_unit") as table:
        table.drop_column("asked")
    with op.batch_alter_table("survey") as table:
        table.drop_column("leaders_only")
        table.drop_column("opens_automatically")
