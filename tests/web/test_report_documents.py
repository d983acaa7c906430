"""A frozen report as PDF/UA-1: what a screen reader finds, what it says, and who may have it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.reports.keeping import KeptFiles
from surveys.reports.snapshots import drafts
from surveys.reports.snapshots.content import FrozenVersion
from surveys.reports.snapshots.document import report_document
from surveys.reports.snapshots.models import Report, ReportAudience
from surveys.reports.snapshots.publicity import report_rights, version_of
from tests.card_building import sign_in_as
from tests.conftest import Installations
from tests.material_building import read, root_of, structure, text_of
from tests.reporting import APPROVAL, TODAY, an_account, frozen, opened_to, reporting_site


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: nothing here is SQL's own."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


def versions(db: Database, report_id: int) -> dict[ReportAudience, FrozenVersion]:
    with db.reading() as session:
        report = session.get_one(Report, report_id)
        return {audience: version_of(session, report, audience, None) for audience in ReportAudience}


def made(app: Flask, version: FrozenVersion, folder: Path, language: str = "nb") -> bytes:
    written = replace(version, content=replace(version.content, language=language))
    with app.app_context(), in_language(language):
        return report_document(written, KeptFiles(folder))


def test_the_document_has_structure_language_and_words_for_every_colour(
    app: Flask, site: Database, tmp_path: Path
) -> None:
    with site.transaction() as session:
        report = frozen(session)
        correction = drafts.begin_correction(session, an_account(session), report, "Budsjettet var feil")
        drafts.freeze(session, correction, an_account(session), APPROVAL, TODAY)
        report_id = correction.id
    of_audience = versions(site, report_id)
    version = of_audience[ReportAudience.INTERNAL]
    file = made(app, version, tmp_path / "a")
    root, info = root_of(file), read(file).metadata
    assert root["/Lang"] == "nb-NO"
    assert root["/MarkInfo"]["/Marked"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert info
    assert info.title == f"{version.content.unit_name} – Politikernes side 2026"
    roles = structure(file)
    names = [role for role, _alternative in roles]
    assert names.count("H1") == 1
    assert {"L", "LI", "Table", "THead", "TH", "TD", "H2", "H3"} <= set(names)
    [picture] = [alternative for role, alternative in roles if role == "Figure"]
    assert picture.startswith("Fargene i hvert perspektiv. Et tegn for hver indikator")
    assert "Økonomi: 1 gul" in picture

    text = text_of(file).replace("\N{NO-BREAK SPACE}", " ")
    assert text.index("Dette gikk bra") < text.index("Influensa i mars"), "what went well comes first"
    for words in (
        "Intern utgave",
        "Frosset 1. november 2026 av Kari Eide, kommunedirektør.",
        "Nummer 2. Retter nummer 1: Budsjettet var feil",
        "Rød M1.2 Sykefravær",
        "Gul Ø1.1",
        "Grønn B1.1",
        "Vi vaksinerer flere",
        "Enheten har ikke svart på hvorfor",
        "4,2",
    ):
        assert words in text
    corrected = replace(version, corrected_by=3, corrected_why="Feil fortegn")
    assert "Denne rapporten er rettet: Feil fortegn. Les nummer 3." in text_of(
        made(app, corrected, tmp_path / "a")
    )

    assert made(app, version, tmp_path / "b") == file, "the same report is the same bytes"
    political = text_of(made(app, of_audience[ReportAudience.POLITICAL], tmp_path / "a"))
    assert "Utgave til politikerne" in political
    assert "4,2" not in political, "the survey's value is not theirs before December"
    for language, words, tag in (("nn", "Dette gjekk bra", "nn-NO"), ("en", "What went well", "en-GB")):
        translated = made(app, version, tmp_path / "a", language)
        assert root_of(translated)["/Lang"] == tag
        assert words in text_of(translated)
    silent = made(app, of_audience[ReportAudience.POLITICAL], tmp_path / "a", "en")
    assert "Without a value: M1.1" in text_of(silent)


def test_a_version_is_had_as_a_file_by_whoever_may_read_it(
    client: FlaskClient, site: Database, settings: Settings
) -> None:
    with site.transaction() as session:
        report = frozen(session)
        opened_to(session, report, ReportAudience.POLITICAL)
        report_id = report.id
    politician, anybody = client.application.test_client(), client.application.test_client()
    sign_in_as(client, site, Role.HR)
    sign_in_as(politician, site, Role.POLITICIAN)
    address, public = f"/rapporter/{report_id}.pdf", f"/offentlige-rapporter/{report_id}.pdf"
    assert f"{address}?utgave=internal" in client.get(f"/rapporter/{report_id}").text
    assert "4,2" in text_of(client.get(address).data)
    assert f"{address}?utgave=political" in politician.get("/").text
    hers = politician.get(address)
    assert hers.mimetype == "application/pdf"
    assert "Utgave til politikerne" in text_of(hers.data)
    assert politician.get(f"{address}?utgave=internal").status_code == 403
    assert anybody.get(address).status_code == 302
    assert anybody.get(public).status_code == 404
    with site.transaction() as session:
        report = session.get_one(Report, report_id)
        opened_to(session, report, ReportAudience.PUBLIC)
        assert report_rights(session, an_account(session)).versions(report) == (ReportAudience.PUBLIC,)
    assert public in anybody.get(f"/offentlige-rapporter/{report_id}").text
    for _again in range(2):
        answer = anybody.get(public)
        assert "Utgave til alle" in text_of(answer.data)
        assert "Set-Cookie" not in answer.headers
    kept = list((settings.instance / "material" / "files").glob("*.pdf"))
    assert len(kept) == 3, "one of each version that somebody has asked for"
