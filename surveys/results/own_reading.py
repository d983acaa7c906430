"""A unit's result for readers without a role, staff and everybody: the released figures, and nothing around."""

import datetime as dt
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import ReaderGroup, SurveyUnit
from surveys.release.comparisons.references import Against, Comparisons, Reference, ReferenceChoice
from surveys.release.models import Change, ChangeBasis, Release
from surveys.release.visibility import group_reads
from surveys.results.queries import UnitResult, own_result

_ALONE: Final = ReferenceChoice(Against.NOTHING)


def result_for(
    session: Session, release: Release, unit: SurveyUnit, readers: ReaderGroup, today: dt.date
) -> UnitResult:
    """The unit's own lines, compared with no other unit, and with an earlier survey only where the group reads it too.

    A change tells the earlier figure to whoever knows the new one: what was never shown to the group stays so.
    """
    result = own_result(session, release, unit, Comparisons((_ALONE,), Reference(_ALONE)))
    compared = _measures_with_open_past(session, release, unit.unit_id, readers, today)
    return replace(
        result,
        lines=tuple(
            replace(line, not_compared=None, change=line.change if line.key in compared else None)
            for line in result.lines
        ),
    )


def _measures_with_open_past(
    session: Session, release: Release, unit_id: int, readers: ReaderGroup, today: dt.date
) -> frozenset[str]:
    rows = session.execute(
        select(Change.measure, Change.previous_release_id).where(
            Change.release_id == release.id, Change.unit_id == unit_id, Change.basis == ChangeBasis.SAME
        )
    ).all()
    earlier = {release_id for _measure, release_id in rows}
    is_open = {
        release_id
        for release_id in earlier
        if group_reads(session, readers, session.get_one(Release, release_id), unit_id, today)
    }
    return frozenset(measure for measure, release_id in rows if release_id in is_open)
