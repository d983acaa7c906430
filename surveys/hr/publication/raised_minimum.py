"""How far a minimum group may be raised after a release."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.release.models import Figure, FigureKind, FigureStatus, Release


def highest_minimum(session: Session, release: Release) -> int | None:
    """Answers in the unit with most of them: a higher minimum hides every figure. None when no unit has figures."""
    return session.scalar(
        select(func.max(Figure.n)).where(
            Figure.release_id == release.id,
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
        )
    )
