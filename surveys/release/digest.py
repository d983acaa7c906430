"""A release's digest: one hash over everything it says, recorded in the trail when it is made.

SHA-256 over lines of JSON with sorted keys: what the release is, then the tree, then the figures, each group sorted.
Whoever has the released figures can compute it; one that was changed, moved or added gives another.
"""

import datetime as dt
import json
from collections.abc import Mapping
from enum import Enum
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import measures_of
from surveys.release.models import Figure, Release, Turnout

Row = Mapping[str, Any]


def release_digest(session: Session, release: Release) -> str:
    """64 hexadecimal characters."""
    return digest_of(release_row(release), tree_rows(session, release), figure_rows(session, release))


def digest_of(release: Row, tree: list[Row], figures: list[Row]) -> str:
    lines = [line_of(release), *sorted(map(line_of, tree)), *sorted(map(line_of, figures))]
    return sha256("\n".join(lines).encode()).hexdigest()


def release_row(release: Release) -> Row:
    """What the release is, and the ends of each measure's scale. Releases from before a rule do not name it."""
    measures = measures_of(questionnaire_of(release.survey.instrument))
    rule = {} if release.exact_from is None else {"exact_from": release.exact_from}
    return rule | {
        "number": release.number,
        "released_on": release.released_on.isoformat(),
        "minimum_group": release.minimum_group,
        "correction": release.correction,
        "questionnaire": release.survey.instrument.fingerprint,
        "measures": {measure.key: [measure.minimum, measure.maximum] for measure in measures},
    }


def names_digest(names: Mapping[int, str]) -> str:
    """Of the units' names in the report, by unit: whoever swapped two names would move their figures."""
    return sha256("\n".join(line_of([unit, names[unit]]) for unit in sorted(names)).encode()).hexdigest()


def unit_names(survey: Survey) -> dict[int, str]:
    return {unit.unit_id: unit.name for unit in survey.units}


def rules_digest(survey: Survey, minimum_group: int) -> str:
    """Of what the survey has promised: whoever loosened it afterwards would make another."""
    return sha256(line_of(rules_row(survey, minimum_group)).encode()).hexdigest()


def rules_row(survey: Survey, minimum_group: int) -> Row:
    """What is the survey's own among the rules, and fixed when it opens or is counted. minimum_group: the release's."""
    return {
        "comment_minimum": survey.comment_level,
        "counted_on": survey.counted_on.isoformat() if survey.counted_on else None,
        "imported": survey.imported,
        "key": survey.key,
        "minimum_group": minimum_group,
        "title": survey.title,
        "top": survey.unit_id,
        "visible_from": {step.readers.value: step.visible_on.isoformat() for step in survey.visibility},
    }


def turnout_digest(session: Session, release: Release) -> str:
    """Of the turnout that may be handed out: whoever swapped two units' turnout would make another."""
    rows = sorted(map(line_of, turnout_rows(session, release)))
    return sha256("\n".join(rows).encode()).hexdigest()


def turnout_rows(session: Session, release: Release) -> list[Row]:
    """Every unit of the release's tree with everything below it. delivered: None where pages may not show it."""
    rows = session.scalars(select(Turnout).where(Turnout.release_id == release.id).order_by(Turnout.unit_id))
    return [
        {"unit_id": row.unit_id, "invited": row.invited, "delivered": row.delivered if row.shown else None}
        for row in rows
    ]


def tree_rows(session: Session, release: Release) -> list[Row]:
    """The picture of the tree that the release was made by."""
    columns = [Turnout.unit_id, Turnout.parent_id, Turnout.type]
    rows = session.execute(select(*columns).where(Turnout.release_id == release.id).order_by(Turnout.unit_id))
    return [dict(row._mapping) for row in rows]


def figure_rows(session: Session, release: Release) -> list[Row]:
    """What every column of every figure says, but the numbers of the row and the release; nothing where it is NULL.

    So a column that is added later, and is NULL for the figures that are out, leaves their digest as it was recorded.
    """
    columns = [column for column in Figure.__table__.columns if column.name not in {"id", "release_id"}]
    rows = session.execute(
        select(*columns).where(Figure.__table__.c.release_id == release.id).order_by(Figure.__table__.c.id)
    )
    return [
        {name: _plain(value) for name, value in row._mapping.items() if value is not None} for row in rows
    ]


def line_of(row: Row | list[Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else value
