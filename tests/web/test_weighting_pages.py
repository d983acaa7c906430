"""HR states a citizen survey's population, and the municipality's means are shown weighted beside the others."""

import csv
import datetime as dt
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from questionnaires.loading import parse
from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.commands import medvirk
from surveys.platform.database import Database
from surveys.release.models import Figure
from surveys.release.weighting.margins import WeightingRefusedError, state_margin
from surveys.release.weighting.models import PopulationMargin
from surveys.results import views
from surveys.results.weighting.rows import weighted_rows
from tests.building import SMALL_SOURCE, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released

SOURCE = SMALL_SOURCE.replace(b"kind: employee", b"kind: citizen")
ADDRESS = f"/undersokelser/{KEY}/vekting"
RESULT = f"/resultater/{KEY}/K"
STATED = {
    "question": "ansettelse",
    "ansettelse-fast": "7 000",
    "ansettelse-midlertidig": "3000",
    "ansettelse-kilde": "SSB, tabell 07459",
}
# Forty who answered 2 or 4, and twelve who answered 3 or 5.
ANSWERS = {
    "A": [sheet_of(value, ansettelse=0) for value in [2, 4] * 20]
    + [sheet_of(value, ansettelse=1) for value in [3, 5] * 6]
}


@pytest.fixture
def released(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build)
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))
    return db


def _build(app: Flask, db: Database) -> None:
    build_released(app, db, ANSWERS, questionnaire=parse(SOURCE, "liten"), source=SOURCE)


@pytest.fixture
def hr(released: Database, client: FlaskClient) -> FlaskClient:
    sign_in_as(client, released, Role.HR, "K")
    return client


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def figures(app: Flask) -> str:
    return app.test_cli_runner().invoke(medvirk, ["figures", KEY, "--plain"], obj=lambda: app).output


def test_nothing_is_weighted_until_hr_says_so_and_no_more_when_she_stops(
    hr: FlaskClient, released: Database
) -> None:
    assert "Vektet etter befolkningen" not in words(hr, RESULT)
    assert hr.post(ADDRESS, data=STATED).status_code == 302
    assert "Tallene er vektet nå." in words(hr, ADDRESS)
    assert "Vektet etter befolkningen" in words(hr, RESULT)
    assert "Vektet etter befolkningen" not in words(hr, f"/resultater/{KEY}/A")
    assert hr.post(f"{ADDRESS}/slutt").status_code == 302
    assert "Vektet etter befolkningen" not in words(hr, RESULT)
    with released.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.action.like("survey.%weighted"))
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["survey.weighted", "survey.unweighted"]


def test_the_page_says_what_the_weights_are_and_cost(hr: FlaskClient) -> None:
    hr.post(ADDRESS, data=STATED)
    text = words(hr, RESULT)
    # (40 · 3 + 12 · 4) / 52, and 0.7 · 3 + 0.3 · 4; n over 1 / (0.49 / 40 + 0.09 / 12).
    assert re.search(r"Trivsel 3,2 3,3 \d,\d – \d,\d 52 1,03 51 ", text)
    assert "Alle andre tall på siden er uvektet" in text
    assert "Kilde: SSB, tabell 07459" in text
    assert "De som ikke svarte på spørsmålet, er ikke med" in text


def test_every_reader_of_the_municipality_sees_it_and_only_hr_changes_it(
    hr: FlaskClient, released: Database, app: Flask
) -> None:
    hr.post(ADDRESS, data=STATED)
    leader = app.test_client()
    sign_in_as(leader, released, Role.LEADER, "K")
    assert "Vektet etter befolkningen" in words(leader, RESULT)
    assert leader.get(ADDRESS).status_code == 403
    assert leader.post(f"{ADDRESS}/slutt").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"status": "hidden", "reason": "secondary", "n": None, "mean": None, "sd": None}
        | dict.fromkeys(("ci_low", "ci_high", "distribution", "points")),
        {"coded": "at_least"},
        {"step": 0.1},
        {"spread_class": True},
        {"sd": None},
    ],
    ids=["hidden", "a bound", "rounded", "a class of spread", "no spread"],
)
def test_a_group_that_is_not_told_exactly_leaves_the_theme_unweighted(
    hr: FlaskClient, released: Database, change: dict[str, object]
) -> None:
    hr.post(ADDRESS, data=STATED)
    with released.transaction() as session:
        session.execute(
            update(Figure)
            .where(
                Figure.breakdown == "ansettelse", Figure.category == "midlertidig", Figure.measure == "TRI"
            )
            .values(**change)
        )
    text = words(hr, RESULT)
    assert "Trivsel 3,2 Vises ikke, for tallet for «Midlertidig» er skjult eller rundet av." in text
    assert "Rolleklarhet 3," in text
    with released.reading() as session:
        assert [row.measure for row in weighted_rows(session, find_survey(session, KEY))] == ["ROL"]


def test_the_file_of_figures_has_them_marked(hr: FlaskClient, app: Flask) -> None:
    before = figures(app)
    assert "weighted" not in before
    hr.post(ADDRESS, data=STATED)
    rows = list(csv.DictReader(io.StringIO(figures(app))))
    weighted = {row["measure"]: row for row in rows if row["kind"] == "weighted"}
    assert float(weighted["TRI"]["mean"]) == pytest.approx(3.3)
    assert float(weighted["TRI"]["effective_n"]) == pytest.approx(1 / (0.49 / 40 + 0.09 / 12))
    assert weighted["TRI"]["breakdown"] == "ansettelse"
    assert all(not row["design_effect"] for row in rows if row["kind"] != "weighted")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ansettelse-fast": "mange"}, "Skriv antall personer som et helt tall"),
        ({"ansettelse-fast": "0"}, "Skriv antall personer som et helt tall"),
        ({"ansettelse-fast": "-3"}, "Skriv antall personer som et helt tall"),
        ({"ansettelse-fast": ""}, "minst to av gruppene"),
        ({"ansettelse-kilde": " "}, "Skriv hvor tallene kommer fra."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    hr: FlaskClient, released: Database, changed: dict[str, str], told: str
) -> None:
    answer = hr.post(ADDRESS, data=STATED | changed)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'value="3000"' in answer.text
    with released.reading() as session:
        assert session.scalars(select(PopulationMargin)).all() == []


def test_an_employee_survey_is_never_weighted(app: Flask, db: Database, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, lambda app, db: build_released(app, db, ANSWERS))
    sign_in_as(client, db, Role.HR, "K")
    assert "Vekting" not in client.get(f"/undersokelser/{KEY}").text
    assert "Vekter brukes bare i innbyggerundersøkelser." in words(client, ADDRESS)
    assert client.post(ADDRESS, data=STATED).status_code == 409
    with db.transaction() as session:
        survey, people = find_survey(session, KEY), {"fast": 7000, "midlertidig": 3000}
        with pytest.raises(WeightingRefusedError, match="bare i innbyggerundersøkelser"):
            state_margin(session, survey, "ansettelse", people, "SSB", dt.date(2026, 5, 6))
        assert session.scalars(select(PopulationMargin)).all() == []
