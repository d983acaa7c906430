"""What the trail and the package have of a release's statements."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.release.digest import line_of
from surveys.release.items.models import ItemFigure
from surveys.release.models import Release

_LEFT_OUT = {"release_id"}


def item_figure_rows(session: Session, release: Release) -> list[dict[str, Any]]:
    """Every column but the release's number; nothing where it is NULL."""
    columns = [column for column in ItemFigure.__table__.columns if column.name not in _LEFT_OUT]
    rows = session.execute(
        select(*columns)
        .where(ItemFigure.release_id == release.id)
        .order_by(ItemFigure.unit_id, ItemFigure.item)
    )
    return [{name: value for name, value in row._mapping.items() if value is not None} for row in rows]


def items_digest(session: Session, release: Release) -> dict[str, str]:
    """Nothing where no statement is told."""
    rows = item_figure_rows(session, release)
    if not rows:
        return {}
    return {"items": sha256("\n".join(sorted(map(line_of, rows))).encode()).hexdigest()}
