"""A card has versions, a vision, rows for some years and delmål; a deviation has a sign."""

import sqlalchemy as sa
from alembic import op

import surveys.platform.database

revision = "0039"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "approved", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("steps_taken", sa.Integer(), nullable=False),
        sa.Column("changed_at", surveys.platform.database.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("registered_at", surveys.platform.database.UtcDateTime(), nullable=True),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_on IS NOT NULL AND approved_by <> '')",
            name=op.f("ck_card_version_approved_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["scorecard.id"], name=op.f("fk_card_version_card_id_scorecard"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_card_version_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_version")),
    )
    with op.batch_alter_table("card_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_version_key"), ["key"], unique=False)
        batch_op.create_index(
            "uq_card_version_one_draft",
            ["key"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "card_version_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["card_version.id"],
            name=op.f("fk_card_version_step_version_id_card_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_version_step")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_card_version_step_version_id_number")),
    )
    op.create_table(
        "interim_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_interim_target_indicator_id_indicator")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_interim_target_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interim_target")),
        sa.UniqueConstraint(
            "indicator_id", "unit_id", "year", name=op.f("uq_interim_target_indicator_id_unit_id_year")
        ),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.add_column(sa.Column("criteria", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_indicator_direction"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_indicator_direction"), "direction IN ('higher', 'lower', 'band', 'signed')"
        )

    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vision", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "steering",
                    "statistics",
                    name="kind",
                    native_enum=False,
                    length=32,
                ),
                server_default="steering",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("extends", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_scorecard_kind"), "kind IN ('steering', 'statistics')"
        )

    with op.batch_alter_table("scorecard_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("until_year", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reported", sa.Boolean(), server_default=sa.true(), nullable=False))

    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("decided_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute(sa.text("UPDATE indicator SET direction = 'higher' WHERE direction = 'signed'"))
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_column("decided_on")
        batch_op.drop_column("decided_by")

    with op.batch_alter_table("scorecard_line", schema=None) as batch_op:
        batch_op.drop_column("reported")
        batch_op.drop_column("until_year")
        batch_op.drop_column("from_year")

    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_scorecard_kind"), type_="check")
        batch_op.drop_column("extends")
        batch_op.drop_column("kind")
        batch_op.drop_column("vision")

    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_indicator_direction"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_indicator_direction"), "direction IN ('higher', 'lower', 'band')"
        )
        batch_op.drop_column("criteria")

    op.drop_table("interim_target")
    op.drop_table("card_version_step")
    with op.batch_alter_table("card_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_card_version_one_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_card_version_key"))

    op.drop_table("card_version")
