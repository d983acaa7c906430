"""Organisations where units ended and began between two surveys."""

import datetime as dt
from collections.abc import Mapping, Sequence

from surveys.organisation.models import Succession, SuccessionKind
from surveys.platform.database import Database
from tests.building import build_installation, build_units

CHANGED = dt.date(2025, 8, 1)
MERGER = {"K": None, "A": "K", "B": "K", "C": "K", "AB": "K"}


def build_changed(
    db: Database,
    tree: Mapping[str, str | None],
    *,
    ended: Sequence[str] = (),
    begun: Sequence[str] = (),
    came_from: Sequence[tuple[str, str, SuccessionKind]] = (),
) -> None:
    """An organisation where units ended and began on one day; `came_from`: (successor, predecessor, how)."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, tree)
        for code in ended:
            units[code].valid_to = CHANGED - dt.timedelta(days=1)
        for code in begun:
            units[code].valid_from = CHANGED
        for successor, predecessor, kind in came_from:
            session.add(
                Succession(
                    predecessor_id=units[predecessor].id,
                    successor_id=units[successor].id,
                    kind=kind,
                    on=CHANGED,
                )
            )
