"""What units were before they were renamed or moved, up to and with a day; and which letters were printed together."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_unit",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_earlier_unit_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_earlier_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "until", name=op.f("pk_earlier_unit")),
    )
    op.add_column("invitation", sa.Column("printed_batch", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.drop_column("printed_batch")
    op.drop_table("earlier_unit")
