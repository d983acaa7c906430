"""Who entered a value, what may be one, and goals and indicators that belong to the card they were set up with."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_RANGES = ("possible_low", "possible_high", "plausible_low", "plausible_high")


def upgrade() -> None:
    op.create_table(
        "measurement_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_measurement_entry_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_entry")),
    )
    with op.batch_alter_table("measurement") as batch:
        batch.add_column(sa.Column("entry_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("withdrawn_by", sa.String(), nullable=False, server_default=""))
        batch.create_foreign_key(
            op.f("fk_measurement_entry_id_measurement_entry"), "measurement_entry", ["entry_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_measurement_withdrawn_is_not_current"), "withdrawn_at IS NULL OR NOT current"
        )
        batch.create_index(op.f("ix_measurement_entry_id"), ["entry_id"])
    with op.batch_alter_table("goal") as batch:
        _belongs_to_a_card(batch, "goal")
    op.execute("UPDATE indicator SET decimals = 1 WHERE decimals NOT BETWEEN 0 AND 6")
    with op.batch_alter_table("indicator") as batch:
        _belongs_to_a_card(batch, "indicator")
        batch.add_column(sa.Column("owner_role", sa.String(length=32), nullable=False, server_default="hr"))
        for name in _RANGES:
            batch.add_column(sa.Column(name, sa.Double(), nullable=True))
        batch.create_check_constraint(op.f("ck_indicator_decimals"), "decimals BETWEEN 0 AND 6")
        batch.create_check_constraint(op.f("ck_indicator_possible_range"), "possible_low <= possible_high")
        batch.create_check_constraint(op.f("ck_indicator_plausible_range"), "plausible_low <= plausible_high")
    _name_the_cards()


def _belongs_to_a_card(batch: BatchOperations, table: str) -> None:
    batch.add_column(sa.Column("card_id", sa.Integer(), nullable=True))
    batch.create_foreign_key(
        op.f(f"fk_{table}_card_id_scorecard"), "scorecard", ["card_id"], ["id"], ondelete="SET NULL"
    )
    batch.drop_constraint(op.f(f"uq_{table}_code"), type_="unique")
    batch.create_unique_constraint(op.f(f"uq_{table}_card_id_code"), ["card_id", "code"])


def _name_the_cards() -> None:
    """The first card that has the indicator; a goal is its first indicator's card's."""
    op.execute(
        "UPDATE indicator SET card_id = (SELECT MIN(line.scorecard_id) FROM scorecard_line line"
        " WHERE line.indicator_id = indicator.id)"
    )
    op.execute(
        "UPDATE goal SET card_id = (SELECT MIN(indicator.card_id) FROM indicator"
        " JOIN success_factor ON success_factor.id = indicator.success_factor_id"
        " WHERE success_factor.goal_id = goal.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("indicator") as batch:
        for name in ("decimals", "possible_range", "plausible_range"):
            batch.drop_constraint(op.f(f"ck_indicator_{name}"), type_="check")
        for name in (*_RANGES, "owner_role"):
            batch.drop_column(name)
        _belongs_to_everybody(batch, "indicator")
    with op.batch_alter_table("goal") as batch:
        _belongs_to_everybody(batch, "goal")
    with op.batch_alter_table("measurement") as batch:
        batch.drop_index(op.f("ix_measurement_entry_id"))
        batch.drop_constraint(op.f("ck_measurement_withdrawn_is_not_current"), type_="check")
        batch.drop_constraint(op.f("fk_measurement_entry_id_measurement_entry"), type_="foreignkey")
        for name in ("entry_id", "confirmed", "withdrawn_at", "withdrawn_by"):
            batch.drop_column(name)
    op.drop_table("measurement_entry")


def _belongs_to_everybody(batch: BatchOperations, table: str) -> None:
    batch.drop_constraint(op.f(f"uq_{table}_card_id_code"), type_="unique")
    batch.drop_constraint(op.f(f"fk_{table}_card_id_scorecard"), type_="foreignkey")
    batch.drop_column("card_id")
    batch.create_unique_constraint(op.f(f"uq_{table}_code"), ["code"])
