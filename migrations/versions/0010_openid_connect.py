"""OpenID Connect: whom the provider knows an account as, and its roles beside those from others"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("oidc_issuer", sa.String(), nullable=True))
        table.add_column(sa.Column("oidc_subject", sa.String(), nullable=True))
        table.create_unique_constraint(
            op.f("uq_account_oidc_issuer_oidc_subject"), ["oidc_issuer", "oidc_subject"]
        )
        table.create_check_constraint(
            op.f("ck_account_oidc_issuer_and_subject_together"),
            "(oidc_issuer IS NULL) = (oidc_subject IS NULL)",
        )
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint(op.f("uq_role_grant_account_id_role_unit_id"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_role_grant_account_id_role_unit_id_source"), ["account_id", "role", "unit_id", "source"]
        )


def downgrade() -> None:
    # Nobody could take them back: the older program has no sign-in with a provider.
    op.execute("DELETE FROM role_grant WHERE source = 'oidc'")
    with op.batch_alter_table("role_grant") as table:
        table.drop_constraint(op.f("uq_role_grant_account_id_role_unit_id_source"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_role_grant_account_id_role_unit_id"), ["account_id", "role", "unit_id"]
        )
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("ck_account_oidc_issuer_and_subject_together"), type_="check")
        table.drop_constraint(op.f("uq_account_oidc_issuer_oidc_subject"), type_="unique")
        table.drop_column("oidc_subject")
        table.drop_column("oidc_issuer")
