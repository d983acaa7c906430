"""Background taken from a survey's answers: when it is counted, and once for what older versions counted.

Computed before the transaction that writes, so that nobody waits for the write lock meanwhile.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import SystemRandom
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from questionnaires.coding import places
from questionnaires.model import Questionnaire
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.counting.models import Response
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.database import Database
from surveys.release.models import (
    BackgroundFigure,
    Figure,
    FigureKind,
    FigureStatus,
    Release,
    SeparatedBackground,
)
from surveys.release.protection.breakdowns import UNIT_TYPE
from surveys.release.weighting.margins import declared_margins
from surveys.release.weighting.models import CountedWeightedMean, SurveyWeighting, WeightSource

if TYPE_CHECKING:
    from surveys.release.protection.suppression import Gathered
    from surveys.release.weighting.at_counting import StatedWeights, WeightedAnswers

StoredRow = tuple[int, bytes]
"""A unit's id, and a row of coded answers."""

_AT_A_TIME = 500
_COUNTED = (SurveyStatus.COUNTED, SurveyStatus.RELEASED)


@dataclass(frozen=True, eq=False)
class Separated:
    """Answers without the background that would single somebody out, and what is kept of it instead.

    rows: as they came, in the same order. figures: as `BackgroundFigure`. basis: what it was made from.
    weighted: what is kept of the weights, which are not in it; None for a survey that is not weighted.
    """

    rows: Sequence[StoredRow]
    figures: list[dict[str, Any]] = field(default_factory=list)
    groups: dict[str, Any] | None = None
    basis: bytes = b""
    weighted: "WeightedAnswers | None" = None


def taken_apart(
    session: Session, survey: Survey, rows: Sequence[StoredRow], weights: "StatedWeights | None" = None
) -> Separated:
    """What to store of these rows, which have all their background. Writes nothing.

    weights: of the rows, in their order; None to weigh by the margins that are declared, if any are.
    """
    questionnaire = questionnaire_of(survey.instrument)
    basis = basis_of_rows(survey, rows, _margins(session, survey))
    weights = weights or _by_margins(session, survey)
    has_no_background = len(questionnaire.answered) == len(questionnaire.items)
    if not rows or (has_no_background and weights is None):
        return Separated(rows, basis=basis)
    return _apart(session, survey, rows, basis, weights)


def _apart(
    session: Session,
    survey: Survey,
    rows: Sequence[StoredRow],
    basis: bytes,
    weights: "StatedWeights | None",
) -> Separated:
    from surveys.release.protection.background_at_counting import background_at_counting, background_of_rows
    from surveys.release.protection.composing import shown_last_time
    from surveys.release.quality import compared_groups
    from surveys.release.weighting.at_counting import weighted_at_counting

    questionnaire = questionnaire_of(survey.instrument)
    gathered = _gathered(survey, rows)
    keep, least = shown_last_time(session, survey, gathered), survey.minimum_group
    figures = background_at_counting(gathered, least, keep)
    weighted = weighted_at_counting(gathered, weights, figures, least, keep) if weights else None
    kept = background_of_rows(
        gathered.responses, gathered.scores, least, weighted.classes if weighted else ()
    )
    return Separated(
        [
            (unit, _without(questionnaire, row, of))
            for (unit, row), of in zip(rows, kept.tolist(), strict=True)
        ],
        figures,
        compared_groups(gathered.responses, least),
        basis,
        weighted,
    )


def _gathered(survey: Survey, rows: Sequence[StoredRow]) -> "Gathered":
    from analysis.responses import from_rows
    from surveys.counting.loading import SurveyTree
    from surveys.release.protection.suppression import Gathered

    tree = SurveyTree.of(survey)
    node = {unit: place for place, unit in enumerate(tree.unit_ids)}
    responses = from_rows(
        questionnaire_of(survey.instrument),
        [row for _, row in rows],
        [node[unit] for unit, _ in rows],
        [str(unit) for unit in tree.unit_ids],
    )
    return Gathered.of(responses, tree, node[survey.unit_id])


def _by_margins(session: Session, survey: Survey) -> "StatedWeights | None":
    margins = _margins(session, survey)
    if not margins:
        return None
    from surveys.release.weighting.at_counting import StatedWeights

    return StatedWeights(WeightSource.MARGINS, tuple(margins), margins=margins)


def _margins(session: Session, survey: Survey) -> dict[str, dict[str, int]]:
    return {margin.question: margin.people for margin in declared_margins(session, survey)}


def basis_of(session: Session, survey: Survey, rows: Sequence[StoredRow]) -> bytes:
    """What `taken_apart` follows from, so that what was computed before a transaction is known to hold in it."""
    return basis_of_rows(survey, rows, _margins(session, survey))


def basis_of_rows(
    survey: Survey, rows: Sequence[StoredRow], margins: Mapping[str, Mapping[str, int]]
) -> bytes:
    """As `basis_of`. margins: those that the answers are weighted by."""
    tree = sorted((unit.unit_id, unit.parent_id or 0, unit.type) for unit in survey.units)
    return hashlib.sha256(repr((survey.minimum_group, tree, margins, list(rows))).encode()).digest()


def store_separated(session: Session, survey: Survey, found: Separated, *, at_counting: bool = True) -> None:
    """Writes what is kept of the background; the caller stores the rows in the same transaction."""
    session.add(
        SeparatedBackground(
            survey_id=survey.id,
            minimum_group=survey.minimum_group,
            at_counting=at_counting,
            groups=found.groups,
        )
    )
    if found.figures:
        session.execute(
            insert(BackgroundFigure), [{**row, "survey_id": survey.id} for row in _columns(found)]
        )
    if found.weighted:
        session.add(SurveyWeighting(survey_id=survey.id, **found.weighted.about))
        for mean in found.weighted.means:
            session.add(CountedWeightedMean(survey_id=survey.id, **mean))


def separate_stored(db: Database, survey_key: str) -> bool:
    """Takes the background from what an older version stored of a counted survey; whether there was anything to do.

    What was released stays as it is. The bytes that were there are overwritten as the database does it; copies of the
    database from before still hold them.
    """
    with db.reading() as session:
        survey = session.scalars(select(Survey).where(Survey.key == survey_key)).one()
        if survey.status not in _COUNTED or session.get(SeparatedBackground, survey.id) is not None:
            return False
        survey_id = survey.id
        ids, rows = _stored(session, survey_id)
        found = taken_apart(session, survey, rows)
    with db.transaction() as session:
        session.execute(select(Survey.id).where(Survey.id == survey_id).with_for_update())
        survey = session.get_one(Survey, survey_id)
        if session.get(SeparatedBackground, survey_id) is not None:
            return False
        now_ids, now_rows = _stored(session, survey_id)
        if basis_of(session, survey, now_rows) != found.basis or now_ids != ids:
            ids, found = now_ids, taken_apart(session, survey, now_rows)
        released = _released(session, survey)
        if released is not None:
            found = Separated(found.rows, released)
        _overwrite(session, ids, found.rows)
        store_separated(session, survey, found, at_counting=released is None)
        audit.record(session, "survey.background_separated", survey.key, responses=len(ids))
    db.forget_deleted("response")
    return True


def separate_all(db: Database) -> list[str]:
    """`separate_stored` for every survey that lacks it; their keys."""
    lacking = (
        select(Survey.key)
        .where(Survey.status.in_(_COUNTED), Survey.id.not_in(select(SeparatedBackground.survey_id)))
        .order_by(Survey.id)
    )
    with db.reading() as session:
        keys = session.scalars(lacking).all()
    return [key for key in keys if separate_stored(db, key)]


def _without(questionnaire: Questionnaire, row: bytes, kept: Sequence[bool]) -> bytes:
    """The row without the background it may not keep, nor any question that no figure is made of."""
    keeps = {question.key for question, keep in zip(questionnaire.background, kept, strict=True) if keep}
    keeps |= {item.key for item in questionnaire.items}
    return b"".join(
        row[place.start : place.start + place.width]
        if place.question.key in keeps
        else place.not_kept.to_bytes(place.width, "big")
        for place in places(questionnaire)
    )


def _stored(session: Session, survey_id: int) -> tuple[list[Any], list[StoredRow]]:
    own = (
        select(Response.id, Response.unit_id, Response.answers)
        .where(Response.survey_id == survey_id)
        .order_by(Response.id)
    )
    found = session.execute(own).all()
    return [row.id for row in found], [(row.unit_id, row.answers) for row in found]


def _overwrite(session: Session, ids: Sequence[Any], rows: Sequence[StoredRow]) -> None:
    """In a new random order: PostgreSQL writes a changed row at the end of the table."""
    changed = [{"which": one, "answers": answers} for one, (_, answers) in zip(ids, rows, strict=True)]
    SystemRandom().shuffle(changed)
    statement = update(Response.__table__).where(Response.id == bindparam("which"))  # type: ignore[arg-type]
    for start in range(0, len(changed), _AT_A_TIME):
        session.connection().execute(statement, changed[start : start + _AT_A_TIME])


def _released(session: Session, survey: Survey) -> list[dict[str, Any]] | None:
    """The figures of background that the last release has; None for a survey that is not released."""
    last = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc())
    ).first()
    if last is None:
        return None
    figures = session.scalars(
        select(Figure)
        .where(
            Figure.release_id == last.id,
            Figure.kind == FigureKind.BREAKDOWN,
            Figure.breakdown != UNIT_TYPE,
        )
        .order_by(Figure.id)
    )
    return [
        {name: getattr(figure, name) for name in _COLUMNS if name != "level"} | {"level": _level(figure)}
        for figure in figures
    ]


def _level(figure: Figure) -> int:
    if figure.status != FigureStatus.SHOWN:
        return 0
    return 3 if figure.points else 2 if figure.distribution else 1


_COLUMNS = tuple(
    column.name for column in BackgroundFigure.__table__.columns if column.name not in {"id", "survey_id"}
)


def _columns(found: Separated) -> list[dict[str, Any]]:
    return [{name: row[name] for name in _COLUMNS} for row in found.figures]
