"""The weighted means of a release: copied from what was made at counting where they may be shown, and read by pages."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.precision import EXACT_FROM
from surveys.campaigns.models import Survey
from surveys.release.digest import line_of
from surveys.release.models import Coding, FigureKind, FigureStatus, Release
from surveys.release.weighting.models import CountedWeightedMean, ReleasedWeightedMean, SurveyWeighting

_VALUES: Final = tuple(
    column.name for column in CountedWeightedMean.__table__.columns if column.name != "survey_id"
)


def weighted_means(
    session: Session, survey: Survey, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows for `ReleasedWeightedMean`, in the order of their measures: hidden wherever the unweighted mean is.

    rows: the release's figures. A minimum group raised above ten, and above what was tried at counting, hides them all.
    """
    about = session.get(SurveyWeighting, survey.id)
    if about is None or survey.minimum_group > max(about.minimum_group, EXACT_FROM):
        return []
    told = {
        row["measure"]
        for row in rows
        if row["kind"] == FigureKind.UNIT
        and row["unit_id"] == survey.unit_id
        and row["status"] == FigureStatus.SHOWN
        and row["coded"] == Coding.EXACT
        and not row["step"]
    }
    counted = session.scalars(
        select(CountedWeightedMean)
        .where(CountedWeightedMean.survey_id == survey.id)
        .order_by(CountedWeightedMean.measure)
    )
    return [{name: getattr(mean, name) for name in _VALUES} for mean in counted if mean.measure in told]


def released_means(session: Session, release: Release) -> dict[str, ReleasedWeightedMean]:
    """Measure → its released weighted mean."""
    found = session.scalars(
        select(ReleasedWeightedMean)
        .where(ReleasedWeightedMean.release_id == release.id)
        .order_by(ReleasedWeightedMean.measure)
    )
    return {mean.measure: mean for mean in found}


def mean_rows(session: Session, release: Release) -> list[dict[str, Any]]:
    """Every column but the release's number, for packages and digests."""
    return [
        {name: getattr(mean, name) for name in _VALUES} for mean in released_means(session, release).values()
    ]


def weighted_digest(session: Session, release: Release) -> dict[str, str]:
    """What the trail has of the release's weighted means; nothing where there are none."""
    rows = mean_rows(session, release)
    if not rows:
        return {}
    return {"weighted": sha256("\n".join(sorted(map(line_of, rows))).encode()).hexdigest()}
