"""Undoing the newest import: units or people as they were before it."""

import datetime as dt

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.organisation import people_applying, units_undoing
from surveys.organisation.import_records import lock, way_back
from surveys.organisation.models import ImportKind, OrganisationImport
from surveys.platform.texts import _


class NothingToUndoError(ValueError):
    """A newer file has been taken into use, or the newest has been undone already."""


def undo_import(session: Session, number: int, today: dt.date) -> int:
    """Undoes the import, in the caller's transaction. Raises NothingToUndoError.

    Returns how many new units or people are needed by something by now, and have been ended instead of removed.
    """
    lock(session)
    stored = session.get(OrganisationImport, number)
    undo = way_back(session, stored) if stored is not None else None
    if stored is None or undo is None:
        raise NothingToUndoError(_("Denne filen kan ikke angres lenger."))
    if stored.kind is ImportKind.PEOPLE:
        kept = people_applying.undo(session, undo)
    else:
        kept = units_undoing.undo(session, undo, today)
    stored.undo, stored.undone_at = None, dt.datetime.now(dt.UTC)
    action = "people.import_undone" if stored.kind is ImportKind.PEOPLE else "organisation.import_undone"
    audit.record(session, action, stored.file_name, kept=kept)
    session.flush()
    return kept
