"""What HR and readers see of answers that are weighted when they are counted, and what is written for others."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from questionnaires.loading import parse
from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Survey
from surveys.files.new_folder import write_folder
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import correct, release
from surveys.release.weighting.models import (
    CountedWeightedMean,
    DeclaredMargin,
    PopulationMargin,
    ReleasedWeightedMean,
    SurveyWeighting,
)
from surveys.results.audit_package.contents import package_files
from surveys.results.weighting.rows import weighted_rows
from tests.building import (
    SMALL_SOURCE,
    build_installation,
    build_survey,
    build_units,
    keys_of,
    sheet_of,
)
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON, build_answered
from tests.web.test_audit_package import found, listed
from tests.web.test_weighting_pages import words

SOURCE = SMALL_SOURCE.replace(b"kind: employee", b"kind: citizen")
ADDRESS = f"/undersokelser/{KEY}/vekting"
RESULT = f"/resultater/{KEY}/K"
STATED = {
    "question": "ansettelse",
    "ansettelse-fast": "7 000",
    "ansettelse-midlertidig": "3000",
    "ansettelse-kilde": "SSB, tabell 07459",
    "when": "counting",
}
# Thirty who answered 2 or 4, and twenty who answered 3 or 5.
ANSWERS = {
    "A": [sheet_of(value, ansettelse=0) for value in [2, 4] * 15]
    + [sheet_of(value, ansettelse=1) for value in [3, 5] * 10]
}


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    """She has a citizen survey that is open and answered."""
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build_answered)
    sign_in_as(client, db, Role.HR, "K")
    return client


def _build_answered(app: Flask, db: Database) -> None:
    build_answered(app, db, ANSWERS, questionnaire=parse(SOURCE, "liten"), source=SOURCE)


def close(db: Database) -> None:
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))


def released(app: Flask, db: Database) -> None:
    close(db)
    release(db, keys_of(app), KEY, today=RELEASED_ON)


def test_hr_declares_before_counting_and_every_reader_sees_it_after(
    hr: FlaskClient, app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Vekt ved opptellingen" in words(hr, ADDRESS)
    assert hr.post(ADDRESS, data=STATED).status_code == 302
    assert "Brukes ved opptellingen" in words(hr, ADDRESS)
    released(app, db)
    monkeypatch.setattr("surveys.results.views._today", lambda: RELEASED_ON)
    leader = app.test_client()
    sign_in_as(leader, db, Role.LEADER, "K")
    text = words(leader, RESULT)
    # (30 · 3 + 20 · 4) / 50, and 0.7 · 3 + 0.3 · 4; n over 1 / (0.49 / 30 + 0.09 / 20).
    assert re.search(r"Trivsel 3,4 3,3 \d,\d – \d,\d 50 1,04 48 ", text)
    assert "Alle andre tall på siden er uvektet" in text
    assert "Kilde: SSB, tabell 07459" in text
    assert "Vektene er slettet" in text
    assert "Vektet etter befolkningen" not in words(leader, f"/resultater/{KEY}/A")
    tab = words(hr, ADDRESS)
    assert "Svarene er vektet slik at de fordeler seg som befolkningen på «" in tab
    assert "Vektene er slettet, så dette kan ikke gjøres om." in tab
    assert "Vis vektede tall" not in tab


def test_what_is_withdrawn_before_counting_weighs_nothing(hr: FlaskClient, app: Flask, db: Database) -> None:
    hr.post(ADDRESS, data=STATED)
    assert hr.post(f"{ADDRESS}/ta-bort", data={"question": "ansettelse"}).status_code == 302
    assert "Brukes ved opptellingen" not in words(hr, ADDRESS)
    released(app, db)
    with db.reading() as session:
        assert session.scalars(select(SurveyWeighting)).all() == []
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("survey.margin%")))
        assert sorted(actions) == ["survey.margin_declared", "survey.margin_withdrawn"]


def test_nothing_is_declared_or_withdrawn_once_the_answers_are_counted(
    hr: FlaskClient, app: Flask, db: Database
) -> None:
    hr.post(ADDRESS, data=STATED)
    close(db)
    count(db, keys_of(app), KEY)
    refused = hr.post(ADDRESS, data=STATED | {"ansettelse-fast": "1"})
    assert refused.status_code == 422
    hr.post(f"{ADDRESS}/ta-bort", data={"question": "ansettelse"})
    with db.reading() as session:
        assert session.scalars(select(DeclaredMargin)).one().people == {"fast": 7000, "midlertidig": 3000}
    # And not in the other way either: a survey is weighted in one way.
    stated = hr.post(ADDRESS, data={name: text for name, text in STATED.items() if name != "when"})
    assert stated.status_code == 422


def test_a_survey_is_weighted_in_one_way(hr: FlaskClient, db: Database) -> None:
    at_once = {name: text for name, text in STATED.items() if name != "when"}
    assert hr.post(ADDRESS, data=at_once).status_code == 302
    assert hr.post(ADDRESS, data=STATED).status_code == 302
    with db.reading() as session:
        assert session.scalars(select(PopulationMargin)).all() == []
    refused = hr.post(ADDRESS, data=at_once)
    assert refused.status_code == 422
    assert "Svarene skal vektes ved opptellingen." in refused.text


def test_a_margin_declared_while_the_answers_are_counted_is_not_lost(
    hr: FlaskClient, app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was worked out before the transaction does not hold when HR has declared something meanwhile."""
    from surveys.publishing import counting_ballots

    prepared = counting_ballots._prepared

    def and_then(*given: object) -> object:
        found = prepared(*given)  # type: ignore[arg-type]
        assert hr.post(ADDRESS, data=STATED).status_code == 302
        return found

    close(db)
    monkeypatch.setattr(counting_ballots, "_prepared", and_then)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        assert session.scalars(select(SurveyWeighting)).one().names == ["ansettelse"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ansettelse-fast": "mange"}, "Skriv antall personer som et helt tall"),
        ({"ansettelse-fast": "-3"}, "Skriv antall personer som et helt tall"),
        ({"ansettelse-fast": ""}, "minst to av gruppene"),
        ({"ansettelse-kilde": " "}, "Skriv hvor tallene kommer fra."),
    ],
)
def test_what_is_missing_is_said(hr: FlaskClient, db: Database, changed: dict[str, str], told: str) -> None:
    answer = hr.post(ADDRESS, data=STATED | changed)
    assert answer.status_code == 422
    assert told in answer.text
    with db.reading() as session:
        assert session.scalars(select(DeclaredMargin)).all() == []


def test_a_hidden_unweighted_mean_has_no_weighted_one(hr: FlaskClient, app: Flask, db: Database) -> None:
    """As when HR raises the minimum group above what was tried at counting."""
    hr.post(ADDRESS, data=STATED)
    close(db)
    count(db, keys_of(app), KEY)
    with db.transaction() as session:
        find_survey(session, KEY).minimum_group = 12
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.reading() as session:
        assert len(session.scalars(select(CountedWeightedMean)).all()) == 2
        assert weighted_rows(session, find_survey(session, KEY)) == []


def test_a_correction_has_the_same_weighted_means(hr: FlaskClient, app: Flask, db: Database) -> None:
    hr.post(ADDRESS, data=STATED)
    released(app, db)

    def move(_session: object, survey: Survey) -> None:
        units = {unit.unit.code: unit for unit in survey.units}
        units["B1"].parent_id = units["A"].unit_id

    assert correct(db, KEY, "B1 hører til A.", today=RELEASED_ON, change=move) == 2
    with db.reading() as session:
        means = session.scalars(select(ReleasedWeightedMean).order_by(ReleasedWeightedMean.release_id)).all()
    assert len(means) == 4
    assert {(mean.measure, mean.mean) for mean in means[:2]} == {
        (mean.measure, mean.mean) for mean in means[2:]
    }


def test_every_tampering_with_a_weighted_mean_is_found(
    hr: FlaskClient, app: Flask, db: Database, tmp_path: Path
) -> None:
    hr.post(ADDRESS, data=STATED)
    released(app, db)
    with db.reading() as session:
        write_folder(package_files(session, find_survey(session, KEY)), tmp_path / "package")
    folder = tmp_path / "package"
    assert [fault for fault in found(folder) if "vektet" in fault] == []
    content = json.loads((folder / "tall.json").read_text())
    assert {row["measure"] for row in content[0]["weighted"]} == {"TRI", "ROL"}
    content[0]["weighted"][0]["mean"] = 9.0
    (folder / "tall.json").write_text(json.dumps(content, ensure_ascii=False))
    listed(folder)
    faults = " ".join(found(folder))
    assert "de vektede tallene i frigivelse 1 er ikke de som ble frigitt" in faults
    assert "snittet eller intervallet er utenfor skalaen" in faults
    del content[0]["weighted"]
    (folder / "tall.json").write_text(json.dumps(content, ensure_ascii=False))
    listed(folder)
    assert "de vektede tallene i frigivelse 1" in " ".join(found(folder))


def test_a_draft_with_a_declared_margin_can_be_deleted(app: Flask, db: Database, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_survey(session, build_units(session)["K"], questionnaire=parse(SOURCE, "liten"), source=SOURCE)
    sign_in_as(client, db, Role.HR, "K")
    assert client.post(ADDRESS, data=STATED).status_code == 302
    assert client.post(f"/undersokelser/{KEY}/slett").status_code == 302
    with db.reading() as session:
        assert session.scalars(select(DeclaredMargin)).all() == []
