"""Figures of few people are told with few digits: what a mean is rounded to, and whether a spread is a class.

Figures that are out are left as they were told: nobody can take them back, and their digest is in the trail.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

_TABLES = ("figure", "background_figure")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("step", sa.Double(), nullable=True))
        op.add_column(table, sa.Column("spread_class", sa.Boolean(), nullable=True))
    op.add_column("release", sa.Column("exact_from", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("release", "exact_from")
    for table in reversed(_TABLES):
        op.drop_column(table, "spread_class")
        op.drop_column(table, "step")
