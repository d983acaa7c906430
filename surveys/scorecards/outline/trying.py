"""What approving would do to the card, told by doing it in a transaction that is taken back."""

from surveys.platform.clock import municipal_day
from surveys.platform.database import database
from surveys.platform.typed_data import to_stored
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.card_setup import CardSetup
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
