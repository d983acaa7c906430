"""Invitations are sealed; a counted survey keeps no invitation.

What counted surveys still have of theirs goes, but for their codes' hashes and how many leaders and staff there were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_code",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["survey.id"], name=op.f("fk_ended_code_survey_id_survey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_ended_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ended_code_survey_id"), "ended_code", ["survey_id"])
    op.create_table(
        "audience_turnout",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.CheckConstraint("audience IN ('leaders', 'staff')", name=op.f("ck_audience_turnout_audience")),
        sa.CheckConstraint(
            "delivered >= 0 AND delivered <= invited", name=op.f("ck_audience_turnout_not_more_than_invited")
        ),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["survey.id"],
            name=op.f("fk_audience_turnout_survey_id_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_id", "audience", name=op.f("pk_audience_turnout")),
    )
    op.add_column("invitation", sa.Column("seal", sa.LargeBinary(16), nullable=True))
    op.execute(
        "INSERT INTO audience_turnout (survey_id, audience, invited, delivered) "
        "SELECT survey_id, audience, count(*), sum(CASE WHEN delivered THEN 1 ELSE 0 END) FROM invitation "
        "WHERE survey_id IN (SELECT id FROM survey WHERE status IN ('counted', 'released')) "
        "AND (counted IS NULL OR counted) GROUP BY survey_id, audience"
    )
    op.execute(
        "INSERT INTO ended_code (code_hash, survey_id) SELECT code_hash, survey_id FROM invitation "
        "WHERE survey_id IN (SELECT id FROM survey WHERE status IN ('counted', 'released')) ORDER BY code_hash"
    )
    op.execute(
        "DELETE FROM delivery WHERE invitation_id IN (SELECT id FROM invitation WHERE survey_id IN "
        "(SELECT id FROM survey WHERE status IN ('counted', 'released')))"
    )
    op.execute(
        "DELETE FROM invitation WHERE survey_id IN (SELECT id FROM survey WHERE status IN ('counted', 'released'))"
    )


def downgrade() -> None:
    """What was deleted does not come back."""
    op.drop_column("invitation", "seal")
    op.drop_table("audience_turnout")
    op.drop_index(op.f("ix_ended_code_survey_id"), "ended_code")
    op.drop_table("ended_code")
