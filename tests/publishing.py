"""A survey with teams too small to show, and what HR does with it before and after its release."""

from collections.abc import Mapping

import lxml.html
import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReportGroup
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.models import Figure, FigureKind, FigureStatus, Release, StoredPreview
from surveys.release.protection.previewing_release import preview_release
from surveys.release.protection.release_preview import ReleasePreview
from tests.building import sheet_of
from tests.releasing import KEY, Answers

PAGE = f"/undersokelser/{KEY}/frigivelse"

# Four small teams at one home; day and night at another with its leader's own staff.
HOMES: Mapping[str, str | None] = {
    "K": None,
    "A": "K",
    "B": "K",
    "C": "K",
    "A1": "A",
    "A2": "A",
    "A3": "A",
    "A4": "A",
    "B1": "B",
    "B2": "B",
    "B3": "B",
}


def answers_of(**people: int) -> Answers:
    return {unit: [sheet_of(1 + place % 5) for place in range(count)] for unit, count in people.items()}


SMALL_TEAMS = answers_of(A1=3, A2=4, A3=3, A4=4, B1=3, B2=4, B3=12, C=9)


def preview_in(db: Database) -> ReleasePreview:
    with db.reading() as session:
        return preview_release(session, find_survey(session, KEY))


def codes(session: Session) -> dict[int, str]:
    return {unit.id: unit.code for unit in session.scalars(select(Unit))}


def ids(db: Database, *wanted: str) -> list[int]:
    with db.reading() as session:
        found = {code: unit_id for unit_id, code in codes(session).items()}
    return [found[code] for code in wanted]


def rescued(db: Database) -> set[frozenset[str]]:
    """What the preview would have merged, by unit code."""
    with db.reading() as session:
        names = codes(session)
    return {frozenset(names[unit_id] for unit_id in found.unit_ids) for found in preview_in(db).suggestions}


def stored(db: Database) -> dict[str, int]:
    """How many rows stand in every table that a release writes to."""
    with db.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Release, Figure, ReportGroup, StoredPreview, Unit, AuditEntry)
        }


def see_correction(hr: FlaskClient, number: int = 1, **data: object) -> tuple[int, str]:
    """Presses «Se hva rettelsen gjør»."""
    answer = hr.post(f"{PAGE}/rett", data={"number": number, **data}, follow_redirects=True)
    return answer.status_code, answer.text


def confirm_correction(hr: FlaskClient, page: str, **instead: object) -> tuple[int, str]:
    """Presses «Rett tallene» on the page that says what it does; 302 when it was made, or the worker was asked."""
    answer = hr.post(f"{PAGE}/rett", data={**hidden_fields(page), **instead}, follow_redirects=True)
    return (302 if answer.history else answer.status_code), answer.text


def correct(hr: FlaskClient, number: int = 1, **data: object) -> tuple[int, str]:
    """Sees what the correction does, and confirms it if there is something to confirm."""
    status, page = see_correction(hr, number, **data)
    return confirm_correction(hr, page) if status == 200 else (status, page)


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the page's form with a correction."""
    form = lxml.html.fromstring(page).xpath("//main//form[.//input[@name='agreed']]")[0]
    return {field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@type='hidden']")}


def merge(hr: FlaskClient, db: Database, *units: str, name: str = "Natt og Dag") -> int:
    return hr.post(f"{PAGE}/slatt-sammen", data={"enhet": ids(db, *units), "navn": name}).status_code


def released_states(db: Database) -> dict[tuple[int, str, str, str], str]:
    """Every hidden figure of units and categories → why."""
    with db.reading() as session:
        rows = session.scalars(
            select(Figure).where(Figure.kind != FigureKind.REST, Figure.status == FigureStatus.HIDDEN)
        )
        return {
            (figure.unit_id, figure.breakdown, figure.category, figure.measure): figure.reason
            for figure in rows
        }


def preview_states(preview: ReleasePreview, top: int) -> dict[tuple[int, str, str, str], str]:
    units = {
        (unit.unit_id, "", "", measure): reason
        for unit in preview.units
        for measure, reason in unit.hidden.items()
    }
    return units | {
        (top, category.breakdown, category.category, measure): reason
        for category in preview.categories
        for measure, reason in category.hidden.items()
    }


def some_answers(seed: int) -> Answers:
    """Sizes around the minimum group, two backgrounds, and a few who skipped a theme."""
    chance = np.random.default_rng(seed)

    def sheet() -> dict[str, int]:
        skipped = {"TRI01": 255, "TRI02": 255} if chance.random() < 0.1 else {}
        kind = int(chance.random() < 0.25)
        return sheet_of(int(chance.integers(1, 6)), ansettelse=kind, **skipped)

    return {
        unit: [sheet() for _ in range(chance.choice([0, 1, 3, 4, 5, 6, 8, 14]))]
        for unit, parent in HOMES.items()
        if parent
    }
