"""Which indicators of a card are read beside each other"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_pair",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("experienced_id", sa.Integer(), nullable=False),
        sa.Column("measured_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("experienced_id <> measured_id", name=op.f("ck_indicator_pair_two_indicators")),
        sa.ForeignKeyConstraint(
            ["experienced_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_pair_experienced_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["measured_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_pair_measured_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scorecard_id"],
            ["scorecard.id"],
            name=op.f("fk_indicator_pair_scorecard_id_scorecard"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "scorecard_id", "experienced_id", "measured_id", name=op.f("pk_indicator_pair")
        ),
    )


def downgrade() -> None:
    op.drop_table("indicator_pair")
