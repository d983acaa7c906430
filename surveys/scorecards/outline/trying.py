"""What approving would do to the card, told by doing it in a transaction that is taken back."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.typed_data import to_stored
from surveys.release.models import Release
from surveys.release.visibility import accesses
from surveys.scorecards.card_changes import Recolouring
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.models import Measurement
from surveys.scorecards.outline.approving import apply_version
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.nodes import CardOutline


def try_outline(version_id: int, outline: CardOutline | None = None) -> tuple[CardSetup | None, str]:
    """The changes and new colours; or None and why it cannot be done, one reason a line.

    outline: in place of the draft's own. The caller has no transaction that writes: SQLite has one at a time.
    """
    with database().transaction() as session:
        version = session.get_one(CardVersion, version_id)
        if outline is not None:
            version.document = to_stored(outline)
        try:
            setup = apply_version(session, version, municipal_day())
        except SetupError as error:
            session.rollback()
            return None, str(error)
        session.rollback()
    return setup, ""


def seen_recolourings(
    session: Session, account: Account, setup: CardSetup, today: dt.date
) -> Sequence[Recolouring]:
    """The new colours of values that the account may see today: a survey may not be open to leaders yet."""
    found = session.execute(
        select(Measurement.id, Measurement.unit_id, Release)
        .join(Release, Release.id == Measurement.release_id)
        .where(Measurement.id.in_([each.measurement_id for each in setup.recoloured]))
    ).all()
    allowed = accesses(session, account, {each.Release for each in found}, today) if found else {}
    closed = {
        each.id
        for each in found
        if (access := allowed.get((each.Release.id, each.unit_id))) is None or not access.now
    }
    return [each for each in setup.recoloured if each.measurement_id not in closed]
