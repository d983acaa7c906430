"""Figures of background as they were made at counting: what a release copies, and what the audit holds it against.

After counting nobody can say who gave which background (`background_at_counting`), so these figures are not computed
again: they are shown as they are, or hidden when the minimum group has been raised.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.suppression import PRIMARY, SECONDARY
from surveys.campaigns.models import Survey
from surveys.platform.texts import _
from surveys.release.models import (
    BackgroundFigure,
    Coding,
    FigureKind,
    FigureStatus,
    SeparatedBackground,
)
from surveys.release.protection.findings import DisclosureFinding
from surveys.release.protection.published import PublishedFigure, ReleasedFigures

_NAMES: Final = ("breakdown", "category", "measure", "status", "reason")
_VALUES: Final = (
    "n",
    "mean",
    "step",
    "sd",
    "spread_class",
    "ci_low",
    "ci_high",
    "distribution",
    "points",
)
_NOTHING: Final[Mapping[str, Any]] = dict.fromkeys(_VALUES) | {"coded": Coding.EXACT}


def background_rows(session: Session, survey: Survey) -> list[dict[str, Any]]:
    """The survey's rows for `Figure`, in the questionnaire's order, by its minimum group as it is now."""
    separated = session.get(SeparatedBackground, survey.id)
    if separated is None:
        return []
    stored = session.scalars(
        select(BackgroundFigure).where(BackgroundFigure.survey_id == survey.id).order_by(BackgroundFigure.id)
    )
    common = {"kind": FigureKind.BREAKDOWN, "unit_id": survey.unit_id}
    return [
        common | _by_group(row, separated.minimum_group, survey.minimum_group) for row in map(_as_row, stored)
    ]


def limited(row: Mapping[str, Any], level: int, reason: str = SECONDARY) -> dict[str, Any]:
    """The figure with no more than its level allows: 0 nothing, 1 the mean, 2 three classes, 3 every answer."""
    found = dict(row)
    if found["status"] != FigureStatus.SHOWN:
        return found
    if level < 1:
        return {**found, **_NOTHING, "status": FigureStatus.HIDDEN, "reason": reason}
    if level < 2:
        found["distribution"] = None
    if level < 3:
        found["points"] = None
    return found


def background_findings(
    session: Session, survey: Survey, releases: Sequence[ReleasedFigures]
) -> Iterator[DisclosureFinding]:
    """Shown figures of background that are of too few, or not what was made at counting."""
    separated = session.get(SeparatedBackground, survey.id)
    stored = {
        (row.breakdown, row.category, row.measure): row.n
        for row in session.scalars(select(BackgroundFigure).where(BackgroundFigure.survey_id == survey.id))
    }
    for release in releases:
        for figure in release.figures:
            if figure.shown and figure.place.is_of_background:
                made = stored.get((figure.place.breakdown, figure.place.category, figure.measure))
                is_made_here = separated is not None and separated.at_counting
                if (figure.n or 0) < release.minimum_group or (is_made_here and figure.n != made):
                    yield _finding(release, figure)


def _finding(release: ReleasedFigures, figure: PublishedFigure) -> DisclosureFinding:
    return DisclosureFinding(
        figure.measure,
        _(
            "Et tall om bakgrunn i frigivelse %(release)s (%(breakdown)s: %(category)s, %(n)s svar) er ikke slik det "
            "ble laget ved opptellingen.",
            release=release.number,
            breakdown=figure.place.breakdown,
            category=figure.place.category,
            n=figure.n,
        ),
    )


def _as_row(stored: BackgroundFigure) -> dict[str, Any]:
    return {name: getattr(stored, name) for name in (*_NAMES, *_VALUES, "coded", "level")}


def _by_group(row: Mapping[str, Any], made_by: int, minimum_group: int) -> dict[str, Any]:
    """By a group that was raised since: only what is safe in groups of the next size that was tried at counting."""
    found = dict(row)
    level = found.pop("level")
    if minimum_group <= made_by or found["status"] != FigureStatus.SHOWN:
        return found
    tried = next((step for step, size in ((2, CLASSES_FROM), (3, POINTS_FROM)) if size >= minimum_group), 4)
    if level >= tried and found["n"] >= minimum_group:
        return found
    return limited(found, 0, PRIMARY if found["n"] < minimum_group else SECONDARY)
