"""Release: the one door out. Figures are computed once, with protection, and written for everybody to read."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveys.access import audit
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.database import Database
from surveys.results.counting import Progress, count, locked, silent
from surveys.results.models import Change, Figure, Release, Turnout

_AT_A_TIME = 5_000


def release(
    db: Database,
    keys: KeyStore,
    survey_key: str,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> int:
    """Counts the survey if needed, writes its figures and feeds the scorecards. Returns the release's number.

    One transaction: either everything is published or nothing. A released survey is left as it is. Raises the
    same errors as `count`.
    """
    report = progress or silent
    today = today or dt.datetime.now(dt.UTC).date()
    count(db, keys, survey_key, lambda step, share: report(step, share / 2), today)
    with db.transaction() as session:
        survey = locked(session, survey_key)
        if survey.status != SurveyStatus.RELEASED:
            _publish(session, survey, today, report)
        number = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
    report("done", 1.0)
    return number or 1


def _publish(session: Session, survey: Survey, today: dt.date, report: Progress) -> None:
    from surveys.results.changing import change_rows
    from surveys.scorecards.feeding import feed

    published = Release(survey=survey, number=1, released_on=today, minimum_group=survey.minimum_group)
    session.add(published)
    session.flush()
    rows = figures_of(session, survey)
    report("figures_computed", 0.7)
    _insert(session, Figure, rows, published.id)
    _insert(session, Turnout, _turnout(survey), published.id)
    report("figures_written", 0.8)
    _insert(session, Change, change_rows(session, survey, rows), published.id)
    survey.status = SurveyStatus.RELEASED
    session.flush()
    measurements = feed(session, published)
    report("scorecards_fed", 0.95)
    audit.record(
        session, "survey.released", survey.key, number=1, figures=len(rows), measurements=measurements
    )


def figures_of(session: Session, survey: Survey) -> list[dict[str, object]]:
    """Every figure of the survey as rows for `Figure`, without a release.

    Each survey is protected by itself: that is enough while no two releases cover the same answers.
    """
    from surveys.results.breakdowns import breakdown_rows
    from surveys.results.figuring import protect, rest_rows, unit_rows
    from surveys.results.loading import SurveyTree, load_responses

    tree = SurveyTree.of(survey)
    protected = protect(load_responses(session, survey), tree, survey.minimum_group)
    top = tree.unit_ids.index(survey.unit_id)
    return [*unit_rows(protected), *rest_rows(protected), *breakdown_rows(protected, top)]


def _turnout(survey: Survey) -> list[dict[str, object]]:
    """Invited and delivered in every unit and below it; invited is unknown when it is anywhere below."""
    import numpy as np

    from surveys.results.loading import SurveyTree

    tree = SurveyTree.of(survey)
    placed = {unit.unit_id: unit for unit in survey.units}
    invited = [placed[unit].invited for unit in tree.unit_ids]
    delivered = tree.summed(np.array([placed[unit].delivered or 0 for unit in tree.unit_ids]))
    known = tree.summed(np.array([number is None for number in invited])) == 0
    below = tree.summed(np.array([number or 0 for number in invited]))
    return [
        {
            "unit_id": unit,
            "invited": int(below[node]) if known[node] else None,
            "delivered": int(delivered[node]),
        }
        for node, unit in enumerate(tree.unit_ids)
    ]


def _insert(
    session: Session,
    table: type[Figure | Turnout | Change],
    rows: Sequence[dict[str, object]],
    release_id: int,
) -> None:
    for start in range(0, len(rows), _AT_A_TIME):
        batch = [{**row, "release_id": release_id} for row in rows[start : start + _AT_A_TIME]]
        session.execute(insert(table), batch)
