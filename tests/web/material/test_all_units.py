"""Every unit's files as one zip: HR asks, sees how far it has come, takes it within a week; a killed worker goes on."""

import io
import json
import os
import re
import time
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.publishing.releasing import correct
from surveys.reports.keeping import KeptFiles
from surveys.reports.material import packing
from surveys.reports.material.kinds import FileKind
from surveys.reports.material.packages import KEPT_DAYS, unit_packages
from surveys.reports.material.packing import make_asked_packages
from tests.card_building import sign_in_as
from tests.material_building import text_of
from tests.releasing import KEY
from tests.web.material.test_unit_document import hide_figure, two_years  # noqa: F401 - a fixture

PAGE = f"/resultater/{KEY}/alle-enhetene"
ZIP = f"{PAGE}.zip"


@pytest.fixture
def hr(app: Flask, two_years: Database) -> FlaskClient:  # noqa: F811
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in_as(client, two_years, Role.HR, "K")
    return client


def ask(client: FlaskClient, *kinds: str, language: str = "nb") -> TestResponse:
    return client.post(PAGE, data={"kinds": list(kinds), "language": language})


def make(app: Flask, db: Database, settings: Settings) -> int:
    with app.app_context():
        return make_asked_packages(db, settings.instance)


def taken(client: FlaskClient) -> TestResponse:
    """Read to its end, so that the file is closed."""
    return client.get(ZIP, buffered=True)


def unpacked(client: FlaskClient) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(taken(client).data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_hr_gets_a_file_for_every_unit(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    assert "Lag filene" in hr.get(PAGE).text
    assert taken(hr).status_code == 404
    assert ask(hr, "pdf", "pptx").status_code == 302
    assert "Filene blir laget." in hr.get(PAGE).text
    assert hr.get(f"{PAGE}/framdrift").json == {"under_way": True, "share": 0.0}
    assert make(app, two_years, settings) == 1
    assert hr.get(f"{PAGE}/framdrift").json == {"under_way": False}
    assert re.search(r"Filen har 6 enheter og ligger her til", hr.get(PAGE).text)
    files = unpacked(hr)
    names = [
        f"{code} Enhet {code}.{kind}" for code in ("A", "B", "B1", "B2", "C", "K") for kind in ("pdf", "pptx")
    ]
    assert list(files) == names
    assert "10 av 10 svarte" in text_of(files["A Enhet A.pdf"])
    assert "Resultatet er skjult" in text_of(files["B2 Enhet B2.pdf"])
    assert make(app, two_years, settings) == 0


def test_without_a_kind_of_file_nothing_is_asked_for(hr: FlaskClient) -> None:
    answer = ask(hr)
    assert answer.status_code == 422
    assert "Velg minst én filtype." in answer.text
    assert "Filene blir laget." not in hr.get(PAGE).text


def test_the_files_are_in_the_language_asked_for(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    ask(hr, "pdf", language="en")
    make(app, two_years, settings)
    assert "10 of 10 responded" in text_of(unpacked(hr)["A Enhet A.pdf"])


@pytest.mark.parametrize("role", [Role.LEADER, Role.CONTROLLER, Role.REPRESENTATIVE, Role.POLITICIAN])
def test_only_hr_of_the_whole_survey_gets_it(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
    role: Role,
) -> None:
    ask(hr, "pdf")
    make(app, two_years, settings)
    for kind, unit in ((role, "K"), (Role.HR, "A")):
        other = app.test_client()
        sign_in_as(other, two_years, kind, unit)
        answers = [other.get(PAGE), taken(other), other.get(f"{PAGE}/framdrift"), ask(other, "pdf")]
        assert [answer.status_code for answer in answers] == [403] * 4


def test_asking_twice_while_it_is_made_changes_nothing(hr: FlaskClient, settings: Settings) -> None:
    ask(hr, "pdf")
    [first] = unit_packages(settings.instance).every()
    ask(hr, "pptx")
    assert list(unit_packages(settings.instance).every()) == [first]


def test_a_worker_that_was_killed_goes_on_where_it_was(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    real = KeptFiles._keep

    def counted(self: KeptFiles, file: object, content: bytes) -> None:
        made.append(str(file))
        if len(made) == 4:
            raise KeyboardInterrupt
        real(self, file, content)  # type: ignore[arg-type]

    monkeypatch.setattr(KeptFiles, "_keep", counted)
    ask(hr, "pdf")
    with pytest.raises(KeyboardInterrupt):
        make(app, two_years, settings)
    assert taken(hr).status_code == 404
    assert hr.get(f"{PAGE}/framdrift").json == {"under_way": True, "share": 0.5}
    assert make(app, two_years, settings) == 1
    assert len(made) == 4 + 3
    assert len(unpacked(hr)) == 6
    left = {path.suffix for path in unit_packages(settings.instance).folder.iterdir()}
    assert left == {".json", ".zip"}


def test_a_package_that_stops_is_told_and_can_be_asked_for_again(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_anything: object) -> None:
        raise OSError("no room")

    ask(hr, "pdf")
    with monkeypatch.context() as failing:
        failing.setattr(packing, "file_of", broken)
        assert make(app, two_years, settings) == 0
    assert "Noe gikk galt i Medvirk." in hr.get(PAGE).text
    assert make(app, two_years, settings) == 0
    ask(hr, "pdf")
    assert make(app, two_years, settings) == 1
    assert len(unpacked(hr)) == 6


def test_it_is_deleted_after_a_week(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    ask(hr, "pdf")
    make(app, two_years, settings)
    packages = unit_packages(settings.instance)
    packages.remove_old()
    assert taken(hr).status_code == 200
    old = time.time() - KEPT_DAYS * 24 * 3600 - 60
    for file in packages.folder.iterdir():
        os.utime(file, (old, old))
    packages.remove_old()
    assert list(packages.folder.iterdir()) == []
    assert taken(hr).status_code == 404
    assert "Lag filene" in hr.get(PAGE).text


def test_a_corrected_result_is_never_taken_from_an_older_package(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    ask(hr, "pdf")
    make(app, two_years, settings)
    assert taken(hr).status_code == 200
    with two_years.transaction() as session:
        find_survey(session, KEY).minimum_group = 11
    correct(two_years, KEY, "Minste gruppe er hevet.")
    assert taken(hr).status_code == 404
    assert "Resultatene er rettet siden filene ble laget." in hr.get(PAGE).text
    ask(hr, "pdf")
    make(app, two_years, settings)
    assert "Frigivelse 2" in text_of(unpacked(hr)["A Enhet A.pdf"])


def test_names_of_files_can_be_read_and_stored_everywhere(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    with two_years.transaction() as session:
        survey_id = find_survey(session, KEY).id
        names = {"A": "Bålplassen barnehage: «Æ/Ø»", "B1": "../../etc/passwd", "C": "Lang " * 60}
        for code, name in names.items():
            unit_id = session.scalars(select(Unit.id).where(Unit.code == code)).one()
            one = (SurveyUnit.survey_id == survey_id, SurveyUnit.unit_id == unit_id)
            session.execute(update(SurveyUnit).where(*one).values(name=name))
    ask(hr, "pdf")
    make(app, two_years, settings)
    files = unpacked(hr)
    assert "A Bålplassen barnehage «Æ Ø».pdf" in files
    assert "B1 .. .. etc passwd.pdf" in files
    assert all(len(name) <= 95 and not set(name) & set('/\\:*?"<>|') for name in files)


def test_two_units_of_the_same_name_have_each_their_file() -> None:
    taken: set[str] = set()
    kind = FileKind.PDF
    assert [packing._free_name(name, kind, taken) for name in ("A 1", "a 1", "A 1")] == [
        "A 1.pdf",
        "a 1 (2).pdf",
        "A 1 (3).pdf",
    ]


def test_what_another_version_asked_for_in_its_own_form_stops_nothing(
    app: Flask,
    hr: FlaskClient,
    two_years: Database,  # noqa: F811
    settings: Settings,
) -> None:
    ask(hr, "pdf")
    [asked] = unit_packages(settings.instance).folder.iterdir()
    said = json.loads(asked.read_bytes())
    asked.write_text(json.dumps(said | {"unknown": 1}))
    assert make(app, two_years, settings) == 1
    asked.write_text(json.dumps({"token": "x", "survey_id": said["survey_id"]}))
    assert "Lag filene" in hr.get(PAGE).text
    assert make(app, two_years, settings) == 0
