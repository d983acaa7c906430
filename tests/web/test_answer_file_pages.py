"""HR brings in a file of answers on the page: columns, faults with a choice, counts, and one transaction."""

import io
import os
import re
import stat
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from questionnaires import loading
from surveys.access.models import Role
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.counting.models import Response
from surveys.hr.answers.waiting import waiting_answers
from surveys.platform.database import Database
from surveys.release.weighting.models import SurveyWeighting
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as
from tests.page_tokens import without_tokens

QUESTIONNAIRE = loading.builtin(
    "lederklima", max(int(path.stem[1:]) for path in loading.available() if path.parent.name == "lederklima")
)
KEYS = [item.key for item in QUESTIONNAIRE.items]


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    sign_in_as(client, db, Role.HR, "K")
    return client


def send(
    client: FlaskClient,
    content: bytes,
    name: str = "svar.csv",
    questionnaire: str = f"lederklima@{QUESTIONNAIRE.version}",
    **more: str,
) -> TestResponse:
    said = {"questionnaire": questionnaire, "title": "Lederklima 2022", **more}
    return client.post(
        "/undersokelser/svarfil", data={**said, "day": "2022-03-20", "file": (io.BytesIO(content), name)}
    )


def as_guessed(client: FlaskClient, address: str, **changed: str) -> TestResponse:
    page = client.get(address).text
    selected = {
        name: found[1] if (found := re.search(r'value="([^"]+)" selected', options)) else ""
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    }
    return client.post(address, data=selected | changed)


def csv(unit: str = "A", headings: list[str] | None = None, first: str = "4") -> bytes:
    head = ";".join(["Avdeling", *(headings or KEYS)])
    rows = [";".join([unit, first, *["3"] * (len(KEYS) - 1)]), ";" * len(KEYS)]
    rows += [";".join([unit, str(number % 4 + 1), *["2"] * (len(KEYS) - 1)]) for number in range(6)]
    return "\n".join([head, *rows]).encode()


def test_a_file_becomes_a_counted_survey_and_the_file_is_gone(
    site: FlaskClient, db: Database, app: Flask
) -> None:
    sent = send(site, csv())
    assert sent.status_code == 302, sent.text
    folder = Path(app.config["SETTINGS"].instance) / "answer-files"
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    preview = as_guessed(site, sent.location).location
    page = site.get(preview).text
    assert re.search(r"<dt>Svar</dt><dd>7</dd>", page)
    assert re.search(r"<dt>Rader uten et eneste svar</dt><dd>1</dd>", page)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 0
    assert site.post(f"{preview}/ta-inn").status_code == 302
    with db.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert survey.status == SurveyStatus.COUNTED
        assert session.scalar(select(func.count()).select_from(Response)) == 7
    assert list(folder.iterdir()) == []


def test_headings_with_the_wording_are_guessed_and_the_next_file_is_read_alike(site: FlaskClient) -> None:
    wordings = [item.text["nb"].replace(";", ",") for item in QUESTIONNAIRE.items]
    wordings[0] = "Noe helt annet"
    first = send(site, csv(headings=wordings, first="99")).location
    unguessed = as_guessed(site, first)
    assert unguessed.status_code == 422
    assert f"Velg hvilken kolonne som er «{KEYS[0]}:" in unguessed.text
    preview = as_guessed(site, first, **{"kolonne-1": f"key:{KEYS[0]}", "missing": "99"}).location
    assert site.post(f"{preview}/ta-inn").status_code == 302
    again = send(site, csv(headings=wordings, first="99")).location
    page = site.get(again).text
    assert 'name="missing" value="99"' in page
    assert site.get(as_guessed(site, again, missing="99").location).status_code == 200


def test_turned_labels_are_a_fault_with_a_choice(site: FlaskClient, db: Database, tmp_path: Path) -> None:
    turned: dict[str, dict[int | float, str]] = {}
    for factor in QUESTIONNAIRE.factors:
        points = factor.scale.points
        labels: dict[int | float, str] = {
            float(points[-1 - place].value): point.label["nb"] for place, point in enumerate(points)
        }
        turned |= {item.key: labels for item in factor.items}
    frame = pd.DataFrame({"Avdeling": ["A"] * 6, **{key: [1.0, 2.0, 1.0, 2.0, 1.0, 2.0] for key in KEYS}})
    pyreadstat.write_sav(frame, tmp_path / "s.sav", variable_value_labels=turned)
    preview = as_guessed(site, send(site, (tmp_path / "s.sav").read_bytes(), "s.sav").location).location
    page = site.get(preview).text
    assert "Merkelappene i filen sier noe annet enn spørreskjemaet" in page
    assert "Følg merkelappene i filen" in page
    assert "Legg inn svarene" not in page
    assert site.post(f"{preview}/ta-inn").status_code == 409
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 0
    assert site.post(preview, data={"labels": "follow"}).status_code == 302
    page = site.get(preview).text
    assert "Merkelappene i filen er fulgt" in page
    assert site.post(f"{preview}/ta-inn").status_code == 302


def test_words_that_are_not_on_the_scale_can_be_said_on_the_page(site: FlaskClient) -> None:
    address = send(site, csv(first="Passer godt")).location
    assert "«Passer godt» er ikke et svar på skalaen" in site.get(as_guessed(site, address).location).text
    refused = as_guessed(site, address, answers="Passer godt: 4")
    assert refused.status_code == 422
    assert "Skriv ordet, likhetstegn og tallet" in refused.text
    page = site.get(as_guessed(site, address, answers="Passer godt = 4").location).text
    assert re.search(r"<dt>Svar</dt><dd>7</dd>", page)


def test_faults_of_a_file_are_told_and_nothing_is_stored(site: FlaskClient, db: Database) -> None:
    preview = as_guessed(site, send(site, csv(unit="FINNESIKKE", first="77")).location).location
    page = without_tokens(site.get(preview).text)
    assert "«77» er ikke et svar på skalaen" in page
    # The names of files that wait may have two dashes.
    passing = r"<!--.*?-->|<script.*?</script>|/svarfil/[\w-]+"
    assert "--" not in re.sub(passing, "", page.split("<main")[1].split("</main")[0])
    assert site.post(f"{preview}/ta-inn").status_code == 409
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 0


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "svar.csv"), (b"ikke spss", "svar.sav"), (b"x", "svar.doc")]
)
def test_a_file_that_cannot_be_read_is_refused_at_once(site: FlaskClient, content: bytes, name: str) -> None:
    assert send(site, content, name).status_code == 422


def test_a_file_is_its_senders_only_and_can_be_given_up(site: FlaskClient, db: Database, app: Flask) -> None:
    address = send(site, csv()).location
    other = app.test_client()
    sign_in_as(other, db, Role.ADMINISTRATOR, "K")
    assert other.get(address).status_code == 404
    assert site.post(address.replace("/kolonner", "/avbryt")).status_code == 302
    assert site.get(address).status_code == 404


def test_a_file_that_waits_for_more_than_a_day_is_removed(site: FlaskClient, app: Flask) -> None:
    instance = Path(app.config["SETTINGS"].instance)
    address = send(site, csv()).location
    waiting_answers(instance).remove_old()
    assert site.get(address).status_code == 200
    for path in (instance / "answer-files").iterdir():
        os.utime(path, (0, 0))
    waiting_answers(instance).remove_old()
    assert list((instance / "answer-files").iterdir()) == []
    assert site.get(address).status_code == 404


def test_a_personal_number_is_refused_and_never_shown(site: FlaskClient) -> None:
    number = "01010750160"
    head, *rows = csv().decode().split("\n")
    content = "\n".join([f"{head};nr", *(f"{row};{number}" for row in rows)]).encode()
    address = send(site, content).location
    assert number not in site.get(address).text
    page = site.get(as_guessed(site, address).location).text
    assert "fødselsnummer" in page
    assert number not in page


INHABITANTS = loading.builtin(
    "innbygger", max(int(path.stem[1:]) for path in loading.available() if path.parent.name == "innbygger")
)


def weighted_csv() -> bytes:
    keys = [item.key for item in INHABITANTS.items]
    rows = [
        ";".join(
            ["A", *[str(1 + (row + place) % 4) for place in range(len(keys))], "0,5" if row < 30 else "1,5"]
        )
        for row in range(60)
    ]
    return "\n".join([";".join(["Avdeling", *keys, "vekt"]), *rows]).encode()


def test_a_column_of_weights_is_said_and_never_remembered(site: FlaskClient, db: Database) -> None:
    citizens = f"innbygger@{INHABITANTS.version}"
    column = f"kolonne-{len(INHABITANTS.items) + 1}"
    address = send(site, weighted_csv(), questionnaire=citizens).location
    preview = as_guessed(site, address, **{column: "weight"}).location
    assert "Vektene går fra 0,50 til 1,50 ganger snittet." in site.get(preview).text
    assert 'value="weight" selected' in site.get(address).text
    assert site.post(f"{preview}/ta-inn").status_code == 302
    with db.reading() as session:
        about = session.scalars(select(SurveyWeighting)).one()
        assert (about.names, about.moved, about.problem) == (["vekt"], 0, None)
    # Off until it is chosen: it is neither remembered nor guessed from the heading «vekt».
    again = send(site, weighted_csv(), questionnaire=citizens).location
    page = site.get(again).text
    assert 'value="weight"' in page
    assert 'value="weight" selected' not in page


def test_no_column_of_another_survey_can_be_a_weight(site: FlaskClient) -> None:
    address = send(site, csv(headings=[*KEYS[:-1], KEYS[-1]])).location
    assert 'value="weight"' not in site.get(address).text
