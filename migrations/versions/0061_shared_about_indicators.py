"""What is shared with units of the same type may be about an indicator."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shared_practice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("indicator_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_shared_practice_indicator_id_indicator"), "indicator", ["indicator_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_shared_practice_indicator_id"), ["indicator_id"], unique=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_shared_practice_instrument_and_factor_together"),
            "(instrument = '') = (factor = '')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_shared_practice_about_something"), "factor <> '' OR indicator_id IS NOT NULL"
        )


def downgrade() -> None:
    # What is about an indicator alone has no place there.
    op.execute("DELETE FROM shared_practice WHERE factor = ''")
    with op.batch_alter_table("shared_practice", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_shared_practice_about_something"), type_="check")
        batch_op.drop_constraint(
            batch_op.f("ck_shared_practice_instrument_and_factor_together"), type_="check"
        )
        batch_op.drop_index(batch_op.f("ix_shared_practice_indicator_id"))
        batch_op.drop_constraint(batch_op.f("fk_shared_practice_indicator_id_indicator"), type_="foreignkey")
        batch_op.drop_column("indicator_id")
