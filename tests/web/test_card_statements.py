"""A single statement on a card: chosen in the form and in the file, released, shown with what was asked, compared."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.files.new_folder import write_folder
from surveys.platform.database import Database
from surveys.publishing.releasing import CorrectionError, correct, release
from surveys.release.items.changes import same_items
from surveys.release.items.models import ItemFigure
from surveys.results.audit_package.contents import package_files
from surveys.scorecards import views
from surveys.scorecards.aggregation.auditing import card_findings
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.card_sources import check_sources
from surveys.scorecards.models import Measurement
from surveys.scorecards.outline.source_choices import source_groups
from surveys.scorecards.setup import build_card
from tests.anonymity.test_single_statements import REPORTING, SOURCE, mixed
from tests.building import SMALL, keys_of
from tests.card_building import JOY, plan_of, sign_in_as
from tests.releasing import KEY, build_closed
from tests.respondent import Page
from tests.web.test_audit_package import found, listed

STATEMENT = replace(JOY, code="M1.9", title={"nb": "Trives"}, measure="TRI01:item")
ANSWERS = {"A": mixed(20), "B1": mixed(14, 1), "B2": mixed(13, 2), "C": mixed(7, 3)}
NEXT_YEAR = dt.date(2027, 3, 2)


@pytest.fixture
def card(app: Flask, db: Database, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A counted survey, a card with one statement, and HR."""
    monkeypatch.setattr(views, "_today", lambda: dt.date(2027, 11, 1))
    build_closed(app, db, ANSWERS, questionnaire=REPORTING, source=SOURCE)
    with db.transaction() as session:
        build_card(session, plan_of(STATEMENT))
    sign_in_as(client, db, Role.HR)
    return client


def test_it_is_on_the_card_with_its_interval_and_what_was_asked(
    app: Flask, db: Database, card: FlaskClient
) -> None:
    assert "kommer neste gang en undersøkelse" in Page(card.get("/styringskort/K")).text
    release(db, keys_of(app), KEY)
    with db.reading() as session:
        told = session.scalars(select(ItemFigure).where(ItemFigure.n.is_not(None))).all()
        assert {row.item for row in told} == {"TRI01"}
        [top] = [row for row in told if row.n == 54]
        assert card_findings(session) == []
    page = Page(card.get("/styringskort/K")).text
    assert f"{top.mean:.1f}".replace(".", ",") in page
    assert "mellom" in page
    assert "«Jeg trives på jobb.» Snittet gjelder dem som svarte på hele temaet." in page
    assert "54 svar." in page
    assert (
        "Skjult fordi færre enn 10 har svart på alle spørsmålene i temaet."
        in Page(card.get("/styringskort/C")).text
    )
    with db.transaction() as session:
        build_card(session, plan_of(STATEMENT, replace(STATEMENT, code="M1.8", measure="TRI02:item")))
    correct(db, KEY, "Et spørsmål er lagt til på styringskortet.")
    with db.reading() as session:
        told = session.scalars(select(ItemFigure).where(ItemFigure.n.is_not(None))).all()
        assert {(row.release.number, row.item) for row in told} == {(1, "TRI01"), (2, "TRI01"), (2, "TRI02")}
    with pytest.raises(CorrectionError):
        correct(db, KEY, "Ingenting er nytt.")


def test_the_next_year_is_compared_with_the_same_words_only(
    app: Flask, db: Database, card: FlaskClient
) -> None:
    release(db, keys_of(app), KEY)
    later = [sheet | {"TRI01": min(5, sheet["TRI01"] + 2)} for sheet in mixed(54)]
    build_closed(
        app,
        db,
        {"A": later},
        "liten-2027",
        questionnaire=REPORTING,
        source=SOURCE,
        opens_on=NEXT_YEAR,
        closes_on=NEXT_YEAR + dt.timedelta(days=14),
    )
    release(db, keys_of(app), "liten-2027")
    page = Page(card.get("/styringskort/K")).text
    assert "i 2026" in page
    assert "Opp 1,2" in page
    reworded = replace(SMALL.factors[0].items[0], text={"nb": "Jeg stortrives."})
    version = replace(
        SMALL,
        version=2,
        languages=("nb",),
        factors=(
            replace(SMALL.factors[0], items=(reworded, *SMALL.factors[0].items[1:])),
            *SMALL.factors[1:],
        ),
        compares_with=(),
    )
    assert same_items(SMALL, SMALL) >= {"TRI01", "ROL01"}
    assert not same_items(SMALL, version)


def test_the_file_takes_a_statement_and_never_all_of_a_theme(db: Database, card: FlaskClient) -> None:
    assert card
    plans = [replace(STATEMENT, code=f"M{n}", measure=f"TRI0{n}:item") for n in (1, 2, 3)]
    with db.reading() as session:
        check_sources(session, plan_of(*plans[:2]))
        with pytest.raises(SetupError, match="Minst ett må være igjen"):
            check_sources(session, plan_of(*plans))
        with pytest.raises(SetupError, match="Minst ett må være igjen"):
            check_sources(session, replace(plan_of(*plans[1:]), key="et-annet-kort"))


def test_the_form_offers_each_statement_with_its_theme(app: Flask) -> None:
    with app.test_request_context():
        themes = [theme for group in source_groups() for theme in group.themes]
    statements = [choice for theme in themes for choice in theme.statements]
    assert statements
    assert all(choice.value.endswith(":item") and "«" in choice.words for choice in statements)
    assert not any(choice.value.startswith("medarbeider ") for choice in statements)


def test_the_audit_finds_a_value_that_is_not_released_and_the_package_a_changed_one(
    app: Flask, db: Database, card: FlaskClient, tmp_path: Path
) -> None:
    assert card
    release(db, keys_of(app), KEY)
    folder = tmp_path / "package"
    with db.transaction() as session:
        write_folder(package_files(session, find_survey(session, KEY)), folder)
        hidden = session.scalars(select(Measurement).where(Measurement.reason == "small")).first()
        assert hidden is not None
        hidden.status, hidden.value, hidden.reason = "measured", 3.0, ""  # type: ignore[assignment]
    with db.reading() as session:
        [finding] = card_findings(session)
        assert "verdien er ikke i det som er frigitt" in finding
    assert [fault for fault in found(folder) if "spørsmål" in fault] == []
    content = json.loads((folder / "tall.json").read_text())
    told = next(row for row in content[0]["items"] if row["status"] == "shown")
    told["mean"], told["n"] = 9.0, 4
    (folder / "tall.json").write_text(json.dumps(content, ensure_ascii=False))
    listed(folder)
    faults = " ".join(found(folder))
    assert "tallene for enkelte spørsmål i frigivelse 1 er ikke de som ble frigitt" in faults
    assert "vist for 4 svar" in faults
    assert "snittet eller intervallet er utenfor skalaen" in faults
