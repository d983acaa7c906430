"""Released means of single statements, for the cards that ask for them."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_figure",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("factor", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "shown",
                "hidden",
                "no_answers",
                "not_asked",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("mean", sa.Double(), nullable=True),
        sa.Column("sd", sa.Double(), nullable=True),
        sa.Column("ci_low", sa.Double(), nullable=True),
        sa.Column("ci_high", sa.Double(), nullable=True),
        sa.Column("previous_release_id", sa.Integer(), nullable=True),
        sa.Column("difference", sa.Double(), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "up",
                "down",
                "no_clear_change",
                "too_few",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("comparable", sa.Boolean(), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_item_figure_{name}")) for name, rule in _RULES.items()),
        sa.ForeignKeyConstraint(
            ["previous_release_id"], ["release.id"], name=op.f("fk_item_figure_previous_release_id_release")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_item_figure_release_id_release")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_item_figure_unit_id_unit")),
        sa.PrimaryKeyConstraint("release_id", "unit_id", "item", name=op.f("pk_item_figure")),
    )
    with op.batch_alter_table("item_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_figure_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("item_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_figure_unit_id"))

    op.drop_table("item_figure")


_RULES = {
    "shown_has_value": "(status = 'shown') = (n IS NOT NULL AND mean IS NOT NULL)",
    "hidden_has_nothing": (
        "status = 'shown' OR (n IS NULL AND mean IS NULL AND sd IS NULL AND ci_low IS NULL"
        " AND ci_high IS NULL AND difference IS NULL)"
    ),
    "ten_answers": "n IS NULL OR n >= 10",
    "hidden_has_reason": "status <> 'hidden' OR reason <> ''",
    "ci_low": "ci_low IS NULL OR ci_low <= mean",
    "ci_high": "ci_high IS NULL OR ci_high >= mean",
    "compared": (
        "(previous_release_id IS NULL) = (verdict IS NULL)"
        " AND (previous_release_id IS NULL) = (difference IS NULL)"
        " AND (previous_release_id IS NULL) = (comparable IS NULL)"
    ),
}
