"""Release: the one door out. Figures are computed once, with protection, and written for everybody to read."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from analysis.precision import EXACT_FROM
from surveys.audit import trail as audit
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.lifecycle import SurveyError, require_answers
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.promised_rules import check_promises
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.texts import _
from surveys.publishing.counting_ballots import count, locked
from surveys.publishing.opening_ballots import Progress, silent
from surveys.publishing.released_turnout import turnout_rows
from surveys.release.digest import names_digest, release_digest, rules_digest, turnout_digest, unit_names
from surveys.release.items.models import ItemFigure
from surveys.release.items.recording import items_digest
from surveys.release.models import Change, Figure, Release, Turnout, Uncompared
from surveys.release.weighting.models import ReleasedWeightedMean
from surveys.release.weighting.released import weighted_digest, weighted_means

if TYPE_CHECKING:
    from analysis.responses import Responses

_AT_A_TIME = 10_000

Rows = list[dict[str, Any]]


class ReleaseRefusedError(SurveyError):
    """The figures would give somebody's answers away. Nothing has been written. findings: what the audit found."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__(
            _(
                "Tallene er ikke frigitt, for kontrollen fant at de kan røpe svarene til noen "
                "få. Ingenting er skrevet. Dette er en feil i Medvirk: meld den til dem som "
                "drifter løsningen. Funn: %(count)s. Det første: %(first)s",
                count=len(findings),
                first=findings[0],
            )
        )


class CorrectionError(SurveyError):
    """There is nothing to correct, or it may not be corrected so. Nothing has been written."""


def release(
    db: Database,
    keys: KeyStore,
    survey_key: str,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> int:
    """Counts the survey if needed, writes its figures and feeds the scorecards. Returns the release's number.

    One transaction: either everything is published or nothing. A released survey is left as it is. Raises the
    same errors as `count`, LoweredPromiseError when the minimum group is under what it was at opening, and
    ReleaseRefusedError when the audit finds that the figures give anything away.
    """
    report = progress or silent
    today = today or municipal_day()
    count(db, keys, survey_key, lambda step, share: report(step, share / 2), today)
    with db.transaction() as session:
        survey = locked(session, survey_key)
        if survey.status != SurveyStatus.RELEASED:
            check_promises(session, survey)
            _publish(session, survey, "", today, report)
        number = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
    report("done", 1.0)
    return number or 1


def correct(
    db: Database,
    survey_key: str,
    why: str,
    today: dt.date | None = None,
    progress: Progress | None = None,
    change: Callable[[Session, Survey], None] | None = None,
    agree: Callable[[Session, Survey, int], None] | None = None,
) -> int:
    """A new release of the same answers, after the survey's tree or minimum group was changed. Returns its number.

    change: makes the change in the same transaction, so that it stands only if the correction does. agree: is given the
    whole correction, with its number, before it is kept: if it raises, nothing is. The old figures stay where they are
    and count as known to everybody: nothing is shown that gives a small group away together with them. Raises
    CorrectionError, SurveyError or ReleaseRefusedError; then nothing is written.
    """
    report = progress or silent
    today = today or municipal_day()
    if not why.strip():
        raise CorrectionError(_("Skriv hvorfor tallene rettes. Alle som leser dem, ser grunnen."))
    with db.transaction() as session:
        survey = locked(session, survey_key)
        if survey.status != SurveyStatus.RELEASED:
            raise CorrectionError(_("Undersøkelsen er ikke frigitt, så det er ingenting å rette."))
        require_answers(survey)
        names = unit_names(survey)
        if change:
            change(session, survey)
        number = _publish(session, survey, why.strip(), today, report, is_renamed=unit_names(survey) != names)
        if agree:
            agree(session, survey, number)
    report("done", 1.0)
    return number


def _publish(
    session: Session,
    survey: Survey,
    correction: str,
    today: dt.date,
    report: Progress,
    *,
    is_renamed: bool = False,
) -> int:
    from surveys.release.comparisons.changing import compare_with_earlier
    from surveys.release.items.changes import with_changes
    from surveys.release.items.deciding import item_rows
    from surveys.release.items.told import has_new_items
    from surveys.release.protection.composing import compose
    from surveys.release.screening.verdicts import screened
    from surveys.scorecards.feeding import feed
    from surveys.scorecards.item_values import wanted_items

    wanted = wanted_items(session, survey)
    composed = compose(session, survey)
    rows = composed.rows()
    turnout = turnout_rows(survey, rows, correction=bool(correction))
    report("figures_computed", 0.7)
    if composed.earlier:
        says_more = is_renamed or has_new_items(session, survey, wanted)
        _check_correction(session, survey, rows, turnout, composed.gives_away, says_more=says_more)
    number = max((earlier.number for earlier in composed.earlier), default=0) + 1
    published = Release(
        survey=survey,
        number=number,
        released_on=today,
        minimum_group=survey.minimum_group,
        exact_from=EXACT_FROM,
        correction=correction,
    )
    session.add(published)
    session.flush()
    _insert(session, Figure, rows, published.id)
    _insert(session, Turnout, turnout, published.id)
    _insert(session, ReleasedWeightedMean, weighted_means(session, survey, rows), published.id)
    session.flush()
    items = item_rows(session, survey, composed.gathered.responses, wanted)
    _insert(session, ItemFigure, with_changes(session, survey, items), published.id)
    report("figures_written", 0.8)
    _refuse_breaches(session, survey, composed.gathered.responses, number)
    report("audited", 0.9)
    compared = compare_with_earlier(session, survey, rows)
    _insert(session, Change, screened(compared.changes), published.id)
    _insert(session, Uncompared, compared.uncompared, published.id)
    survey.status = SurveyStatus.RELEASED
    session.flush()
    measurements = feed(session, published)
    report("scorecards_fed", 0.95)
    action = "survey.corrected" if correction else "survey.released"
    audit.record(
        session,
        action,
        survey.key,
        number=number,
        figures=len(rows),
        measurements=measurements,
        digest=release_digest(session, published),
        names=names_digest(unit_names(survey)),
        rules=rules_digest(survey, survey.minimum_group),
        turnout=turnout_digest(session, published),
        **weighted_digest(session, published),
        **items_digest(session, published),
    )
    return number


def _check_correction(
    session: Session, survey: Survey, rows: Rows, turnout: Rows, gives_away: bool, *, says_more: bool
) -> None:
    """says_more: units have other names, or cards ask for other statements, than in the last release."""
    last = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc())
    ).first()
    if last is None:
        return
    if survey.minimum_group < last.minimum_group:
        raise CorrectionError(
            _(
                "Minste gruppe var %(before)s da tallene ble frigitt, og kan ikke senkes til "
                "%(wanted)s: de som svarte, ble lovet det.",
                before=last.minimum_group,
                wanted=survey.minimum_group,
            )
        )
    if gives_away and survey.minimum_group == last.minimum_group:
        raise ReleaseRefusedError([_("tallene som er frigitt før, røper allerede noe")])
    same = _as_set(rows, Figure) == _stored(session, Figure, last)
    same = same and _as_set(turnout, Turnout) == _stored(session, Turnout, last)
    if same and not says_more and survey.minimum_group == last.minimum_group:
        raise CorrectionError(_("Ingenting ville blitt annerledes, så det er ingenting å rette."))


def _columns(table: type[Figure | Turnout]) -> list[str]:
    # By name is told by a first release alone.
    return sorted(set(table.__table__.columns.keys()) - {"id", "release_id", "by_name"})


def _as_set(rows: Rows, table: type[Figure | Turnout]) -> set[str]:
    """The rows as comparable texts."""
    columns = _columns(table)
    return {repr([_plain(row[column]) for column in columns]) for row in rows}


def _stored(session: Session, table: type[Figure | Turnout], of: Release) -> set[str]:
    columns = [getattr(table, name) for name in _columns(table)]
    found = session.execute(select(*columns).where(table.release_id == of.id))
    return {repr([_plain(value) for value in row]) for row in found}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value


def _refuse_breaches(session: Session, survey: Survey, responses: "Responses", number: int) -> None:
    """The audit of everything this survey has released, this release, the last, among it."""
    from surveys.release.auditing import audit_survey

    found = audit_survey(session, survey, responses, thorough=False, made_now=number)
    if found.findings:
        raise ReleaseRefusedError([f"{finding.measure}: {finding.text}" for finding in found.findings])


def _insert(
    session: Session,
    table: type[Figure | Turnout | ReleasedWeightedMean | ItemFigure | Change | Uncompared],
    rows: Iterable[dict[str, Any]],
    release_id: int,
) -> None:
    """By the thousand and without objects: a national release has a hundred thousand rows."""
    listed = [{**row, "release_id": release_id} for row in rows]
    for start in range(0, len(listed), _AT_A_TIME):
        session.execute(insert(cast("Table", table.__table__)), listed[start : start + _AT_A_TIME])
