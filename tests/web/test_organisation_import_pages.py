"""HR brings in a file on the page: columns, preview, questions, «Ta i bruk» and «Angre», with nothing left behind."""

import io
import os
import re
import stat
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.waiting_files import KEPT_SECONDS
from surveys.hr.organisation.import_forms import column_words
from surveys.organisation.models import ImportKind, Person, Unit
from surveys.platform.database import Database
from tests.building import build_installation
from tests.card_building import sign_in_as

FILES = Path(__file__).parents[1] / "files" / "organisation"


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    """HR of the whole municipality, whose units came from the page."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        session.add(Unit(code="kommune", name="Kommunen"))
    sign_in_as(client, db, Role.HR, "kommune")
    assert _take(client, "units.csv", "units").status_code == 302
    return client


def _send(client: FlaskClient, file: str | bytes, kind: str = "people", name: str = "") -> TestResponse:
    content = (FILES / file).read_bytes() if isinstance(file, str) else file
    name = name or (file if isinstance(file, str) else "fil.csv")
    return client.post("/organisasjon/import", data={"kind": kind, "file": (io.BytesIO(content), name)})


def _columns(client: FlaskClient, address: str, **changed: str) -> TestResponse:
    page = client.get(address).text
    chosen = {
        name: found[1] if (found := re.search(r'value="([^"]+)" selected', options)) else ""
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    }
    return client.post(address, data=chosen | changed)


def _preview(client: FlaskClient, file: str | bytes, kind: str = "people") -> str:
    """The address of the preview, after both pages before it."""
    sent = _send(client, file, kind)
    assert sent.status_code == 302, sent.text
    return str(_columns(client, sent.location).location)


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    return found[1] if found else ""


def _take(client: FlaskClient, file: str | bytes, kind: str = "people", **answers: str) -> TestResponse:
    address = _preview(client, file, kind)
    if answers:
        client.post(address, data=answers)
    return client.post(f"{address}/ta-i-bruk", data={"seen": _seen(client.get(address).text)})


def _people(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Person).where(Person.active)) or 0


def _folder(app: Flask) -> list[Path]:
    return sorted((app.config["SETTINGS"].instance / "uploads").glob("*"))


def test_the_first_file_on_offer_is_the_units(app: Flask, db: Database, client: FlaskClient) -> None:
    with db.transaction() as session:
        build_installation(session)
        session.add(Unit(code="kommune", name="Kommunen"))
    sign_in_as(client, db, Role.HR, "kommune")
    assert re.search(r'value="units" checked', client.get("/organisasjon/import").text)
    app.config["WTF_CSRF_ENABLED"] = False
    _take(client, "units.csv", "units")
    assert re.search(r'value="people" checked', client.get("/organisasjon/import").text)


def test_a_file_is_taken_into_use_and_undone(app: Flask, db: Database, site: FlaskClient) -> None:
    address = _preview(site, "people.csv")
    page = site.get(address).text
    assert "Nye personer" in page
    assert "00001 Ansatt 1" in page
    assert _people(db) == 0
    assert site.post(f"{address}/ta-i-bruk", data={"seen": _seen(page)}).status_code == 302
    assert _people(db) == 24
    assert _folder(app) == []
    start = site.get("/organisasjon/import").text
    assert "people.csv" in start
    assert "Kari Eide" in start
    [undo] = re.findall(r'action="(/organisasjon/import/angre/\d+)"', start)
    site.post(undo)
    assert _people(db) == 0
    assert "kan ikke angres" in site.post(undo, follow_redirects=True).text


def test_the_file_waits_for_its_sender_only_and_for_a_day(
    app: Flask, db: Database, site: FlaskClient
) -> None:
    address = _preview(site, "people.csv")
    for path in _folder(app):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(_folder(app)[0].parent.stat().st_mode) == 0o700
    other = app.test_client()
    sign_in_as(other, db, Role.ADMINISTRATOR, "kommune")
    assert other.get(address).status_code == 404
    assert "Filen ligger ikke her lenger" in other.get(address).text, (
        "as of a file that is in use: it tells neither"
    )
    old = time.time() - KEPT_SECONDS - 60
    for path in _folder(app):
        os.utime(path, (old, old))
    site.get("/organisasjon/import")
    assert _folder(app) == []
    assert site.get(address).status_code == 404


def test_cancelling_removes_the_file(app: Flask, site: FlaskClient) -> None:
    address = _preview(site, "people.csv")
    assert "Ingenting er endret" in site.post(f"{address}/avbryt", follow_redirects=True).text
    assert _folder(app) == []


def test_a_file_that_cannot_be_read_says_why_and_is_not_kept(app: Flask, site: FlaskClient) -> None:
    for content, words in {
        b"1;2\n3;4\n": "Fant ikke overskriftene",
        b"\xd0\xcf\x11\xe0" + bytes(100): "gamle Excel-formatet",
        b"ansattnr;navn;e-post;enhet\n13899712018;A;;0101\n": "Linje 2, kolonne «ansattnr»",
        b"": "Filen er tom",
    }.items():
        answer = _send(site, content)
        assert answer.status_code == 422
        assert words in answer.text
        assert "13899712018" not in answer.text
    assert site.post("/organisasjon/import", data={"kind": "people"}).status_code == 422
    assert _folder(app) == []


def test_faults_in_the_rows_are_shown_and_nothing_can_be_taken_into_use(
    db: Database, site: FlaskClient
) -> None:
    address = _preview(site, b"ansattnr;navn;e-post;enhet\n1;A;ola@;0101\n2;B;;Z\n3;C;;Z\n")
    page = site.get(address).text
    assert "Linje 2, kolonne «e-post»" in page
    assert "Linje 3 og 4, kolonne «enhet»" in page
    assert "Ta i bruk" not in page
    assert site.post(f"{address}/ta-i-bruk", data={"seen": ""}).status_code == 409
    assert _people(db) == 0


def test_a_unit_that_is_there_twice_with_another_spelling_is_pointed_out(site: FlaskClient) -> None:
    """Only where one of them is new: two that are meant to be two are not asked about with each new file."""
    top = "enhetskode;enhetsnavn;overordnet enhet\nkommune;Kommunen;\n"
    twice = "7;Vann- og Avløp;kommune\n8;Vann & avløp;kommune\n9;Vann og avløp;7\n1;Sone 1;kommune\n2;Sone 2;kommune\n"
    address = _preview(site, (top + twice).encode(), "units")
    [told] = re.findall(r"<li>(Linje [^<]*samme enhet[^<]*)</li>", site.get(address).text)
    assert "Linje 3 «Vann- og Avløp» og linje 4 «Vann &amp; avløp»" in told
    site.post(f"{address}/ta-i-bruk", data={"seen": _seen(site.get(address).text)})
    again = site.get(_preview(site, (top + twice + "3;Sone 3;kommune\n").encode(), "units")).text
    assert "Sone 3" in again
    assert "samme enhet" not in again


def test_a_column_can_be_given_another_meaning_and_it_is_remembered(db: Database, site: FlaskClient) -> None:
    lines = (FILES / "people.csv").read_text().splitlines()
    file = "\n".join(["ansattnummer;navn;e-post;hvor", *lines[1:]]).encode()
    columns = _send(site, file).location
    refused = _columns(site, columns)
    assert refused.status_code == 422
    assert "Velg hvilken kolonne som er «Enhetens kode eller navn»" in refused.text
    twice = _columns(site, columns, **{"kolonne-3": "name"})
    assert "kan ikke begge være" in twice.text
    preview = _columns(site, columns, **{"kolonne-3": "unit"}).location
    site.post(f"{preview}/ta-i-bruk", data={"seen": _seen(site.get(preview).text)})
    assert _people(db) == 24
    again = site.get(_send(site, file).location).text
    assert re.search(r'id="kolonne-3".*?value="unit" selected', again, re.DOTALL)


def test_questions_are_asked_one_page_at_a_time_and_answers_are_kept(db: Database, site: FlaskClient) -> None:
    _take(site, "people.csv")
    address = _preview(site, "people_half.csv")
    page = site.get(address).text
    assert "15 av 24" in page
    assert "Ta i bruk" not in page
    wrong = site.post(address, data={"leaving": "14"})
    assert wrong.status_code == 422
    assert "Skriv 15" in wrong.text
    assert 'value="14"' in wrong.text
    assert site.post(address, data={"leaving": "15"}).status_code == 302
    page = site.get(address).text
    assert "Ta i bruk" in page
    site.post(f"{address}/ta-i-bruk", data={"seen": _seen(page)})
    assert _people(db) == 9


def test_new_numbers_and_shared_addresses_are_answered_on_the_page(db: Database, site: FlaskClient) -> None:
    _take(site, "people.csv")
    address = _preview(site, "people_zeros_lost.csv")
    assert "ser ut som de samme personene" in site.get(address).text
    assert site.post(address, data={"asked-same": "1"}).status_code == 422
    assert _take(site, "people_zeros_lost.csv", same="ja").status_code == 302
    assert _take(site, "people.csv", same="ja").status_code == 302
    page = site.get(address := _preview(site, "people_shared_addresses.csv")).text
    assert "2 adresser står på flere personer" in page
    assert site.post(address, data={"asked-shared": "1", "shared-0": "mailbox"}).status_code == 422
    site.post(address, data={"asked-shared": "1", "shared-0": "person"})
    site.post(f"{address}/ta-i-bruk", data={"seen": _seen(site.get(address).text)})
    with db.reading() as session:
        sharing = session.scalars(select(Person.employee_number).where(Person.shared_mailbox)).all()
    assert sorted(sharing) == ["00001", "00099"]


def test_what_has_changed_since_the_preview_is_shown_again(db: Database, site: FlaskClient) -> None:
    address = _preview(site, "people.csv")
    seen = _seen(site.get(address).text)
    _take(site, "people_half.csv")
    outdated = site.post(f"{address}/ta-i-bruk", data={"seen": seen})
    assert outdated.status_code == 409
    assert "Se over på nytt" in outdated.text
    assert _people(db) == 9


def test_hr_of_a_part_cannot_bring_in_the_whole(app: Flask, db: Database, site: FlaskClient) -> None:
    part = app.test_client()
    sign_in_as(part, db, Role.HR, "OPP")
    assert part.get("/organisasjon/import").status_code == 403
    assert _send(part, "people.csv").status_code == 403


def test_a_file_of_several_megabytes_may_be_sent_here_and_nowhere_else(app: Flask, site: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    head = b'--grense\r\nContent-Disposition: form-data; name="file"; filename="stor.csv"\r\n\r\n'
    body = head + b"x" * 3_000_000 + b"\r\n--grense--\r\n"
    whole = {"data": body, "content_type": "multipart/form-data; boundary=grense"}
    assert site.post("/organisasjon/import", **whole).status_code == 400
    assert site.post("/organisasjon/endringer", **whole).status_code == 413


def test_every_column_that_is_known_is_still_chosen_on_the_page(db: Database, site: FlaskClient) -> None:
    """One that the page had no words for was left out when the page was sent on."""
    lines = (FILES / "people.csv").read_text().splitlines()
    extra = [f"{line};900000{index:02};31.12.2099" for index, line in enumerate(lines[1:], 10)]
    file = "\n".join([f"{lines[0]};mobil;sluttdato", *extra]).encode()
    assert _take(site, file).status_code == 302
    with db.reading() as session:
        assert session.scalars(select(Person.phone).order_by(Person.id)).first() == "+4790000010"
    address = _send(site, file).location
    with site.application.test_request_context():
        for kind, columns in ((ImportKind.PEOPLE, PEOPLE_COLUMNS), (ImportKind.UNITS, UNIT_COLUMNS)):
            assert set(column_words(kind)) == {column.name for column in columns}
    assert re.search(r'value="end_date" selected', site.get(address).text)


def test_a_file_of_the_other_kind_is_named_and_the_right_kind_is_chosen(
    site: FlaskClient, app: Flask
) -> None:
    for file, sent_as, kind in (("people.csv", "units", "people"), ("units.csv", "people", "units")):
        answer = _send(site, file, sent_as)
        assert answer.status_code == 422
        assert {"people": "liste over ansatte", "units": "liste over enheter"}[kind] in answer.text
        assert re.findall(r'value="([^"]+)"[^>]*checked', answer.text) == [kind]
        assert _send(site, file, kind).status_code == 302
