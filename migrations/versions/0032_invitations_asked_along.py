"""Whether HR has asked an invitation to go along to a new unit is noted on it; until now it was read from the trail.

There it was noted by person, and forgotten when she was given a new employee number.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("asked_along", sa.Boolean(), server_default=sa.false(), nullable=False))
    connection = op.get_bind()
    entries = connection.execute(
        sa.text(
            "SELECT action, subject, detail FROM audit_entry "
            "WHERE action IN ('organisation.people_moved', 'survey.reconciled')"
        )
    ).all()
    for action, subject, detail in entries:
        before = (json.loads(detail) if isinstance(detail, str) else detail).get("before", {})
        of_survey = {"survey": subject} if action == "survey.reconciled" else {}
        if of_survey or before.get("invitations"):
            _mark(connection, before.get("people", []), **of_survey)


def _mark(connection: sa.Connection, people: list[int], survey: str | None = None) -> None:
    """Whoever is named in the trail, in one survey or in every one."""
    statement = "UPDATE invitation SET asked_along = true WHERE person_id = :person"
    if survey is not None:
        statement += " AND survey_id = (SELECT id FROM survey WHERE key = :survey)"
    for person in people:
        values = {"person": person} | ({} if survey is None else {"survey": survey})
        connection.execute(sa.text(statement), values)


def downgrade() -> None:
    with op.batch_alter_table("invitation") as batch:
        batch.drop_column("asked_along")
