"""What the audit trail says when a role comes or goes by itself: from the roster, or from the sign-in provider."""

from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant
from surveys.audit import trail as audit
from surveys.organisation.models import Unit


def note_role(session: Session, action: str, account: Account, grant: Grant) -> None:
    """action: «account.role_given» or «account.role_ended»."""
    unit = session.get(Unit, grant.unit_id)
    audit.record(
        session,
        action,
        account.trail_name,
        role=grant.role.value,
        unit=unit.code if unit else "",
        source=grant.source.value,
    )
