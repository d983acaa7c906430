"""The words for what HR has decided about a comment, and for why one is held back."""

from surveys.platform.texts import _
from surveys.release.comments.models import CommentStatus, HoldReason


def status_words() -> dict[CommentStatus, str]:
    return {
        CommentStatus.WAITING: _("Venter"),
        CommentStatus.APPROVED: _("Godkjent"),
        CommentStatus.HELD: _("Vises ikke"),
    }


def reason_words() -> dict[HoldReason, str]:
    return {
        HoldReason.WRITER: _("Kan røpe hvem som skrev den"),
        HoldReason.PERSON: _("Handler om en person som kan kjennes igjen"),
        HoldReason.ABUSE: _("Hets, trusler eller sjikane"),
        HoldReason.CASE: _("Må følges opp på en annen måte, for eksempel som varsel"),
        HoldReason.NO_ANSWER: _("Sier ikke noe om det vi spurte om"),
    }
