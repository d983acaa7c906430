"""Phone numbers of those without an e-mail address, and messages that go by SMS"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("phone", sa.String(), nullable=True))
        table.create_check_constraint(
            op.f("ck_person_international_phone"), "phone IS NULL OR phone LIKE '+%'"
        )
    with op.batch_alter_table("invitation") as table:
        table.add_column(sa.Column("phone", sa.String(), nullable=True))
        table.add_column(sa.Column("declined_phone", sa.String(), server_default="", nullable=False))
        table.create_check_constraint(
            op.f("ck_invitation_international_phone"), "phone IS NULL OR phone LIKE '+%'"
        )
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("channel", sa.String(length=32), server_default="mail", nullable=False))
        table.create_check_constraint(op.f("ck_delivery_channel"), "channel IN ('mail', 'sms')")


def downgrade() -> None:
    # The older program would send them to an empty address.
    op.execute("DELETE FROM delivery WHERE channel = 'sms'")
    with op.batch_alter_table("delivery") as table:
        table.drop_constraint(op.f("ck_delivery_channel"), type_="check")
        table.drop_column("channel")
    with op.batch_alter_table("invitation") as table:
        table.drop_constraint(op.f("ck_invitation_international_phone"), type_="check")
        table.drop_column("declined_phone")
        table.drop_column("phone")
    with op.batch_alter_table("person") as table:
        table.drop_constraint(op.f("ck_person_international_phone"), type_="check")
        table.drop_column("phone")
