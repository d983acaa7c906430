"""A large file of answers is read and taken in by the job worker, once, whatever happens to the worker."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from analysis.row_counts import row_count
from surveys.campaigns.models import Survey
from surveys.counting.models import Response
from surveys.files.waiting_files import WaitingFile
from surveys.hr.answers import in_background
from surveys.hr.answers.in_background import take_asked_files
from surveys.hr.answers.waiting import waiting_answers
from surveys.platform.background_jobs import MOST_ATTEMPTS
from surveys.platform.database import Database
from tests.web.test_answer_file_pages import as_guessed, csv, send, site

__all__ = ["site"]

Work = Callable[[], int]


@pytest.fixture(autouse=True)
def few_is_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_background, "MOST_AT_ONCE", 5)


@pytest.fixture
def work(app: Flask, db: Database) -> Work:
    """The worker's turn."""

    def turn() -> int:
        with app.app_context():
            return take_asked_files(db, waiting_answers(Path(app.config["SETTINGS"].instance)))

    return turn


def preview_of(site: FlaskClient, content: bytes | None = None) -> str:
    return str(as_guessed(site, send(site, content or csv()).location).location)


def test_the_page_waits_for_the_worker_to_read_and_to_take_in(
    site: FlaskClient, db: Database, work: Work
) -> None:
    preview = preview_of(site)
    assert "blir lest i bakgrunnen" in site.get(preview).text
    assert site.get(f"{preview}/fremdrift").get_json()["under_way"] is True
    assert work() == 1
    assert site.get(f"{preview}/fremdrift").get_json()["under_way"] is False
    assert "<dt>Svar</dt><dd>7</dd>" in site.get(preview).text
    assert site.post(f"{preview}/ta-inn").location == preview
    site.post(f"{preview}/ta-inn")  # pressed twice
    assert "blir lagt inn" in site.get(preview).text
    assert work() == 1
    assert work() == 0
    page = site.get(preview, follow_redirects=True)
    assert "7 svar er lagt inn." in page.text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 1
        assert session.scalar(select(func.count()).select_from(Response)) == 7
    assert site.get(preview).status_code == 404


def test_faults_are_shown_as_for_a_small_file_and_nothing_is_changed(
    site: FlaskClient, db: Database, work: Work
) -> None:
    preview = preview_of(site, csv(first="77"))
    site.get(preview)
    work()
    page = site.get(preview).text
    assert "1 feil i filen. Ingenting er endret." in page
    assert "Linje 2" in page
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 0


def test_a_worker_killed_after_it_took_the_file_in_does_not_take_it_in_again(
    site: FlaskClient, db: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = preview_of(site)
    site.get(preview)
    work()
    site.post(f"{preview}/ta-inn")

    def killed(*_arguments: object, **_named: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(in_background, "to_stored", killed)
        with pytest.raises(SystemExit):
            work()
    assert work() == 1
    assert "Svarene er lagt inn." in site.get(preview, follow_redirects=True).text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Survey)) == 1


def test_an_unforeseen_fault_is_told_and_can_be_tried_again(
    site: FlaskClient, db: Database, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = preview_of(site)
    site.get(preview)

    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(in_background, "import_waiting", broken)
        work()
    page = site.get(preview).text
    assert "Noe gikk galt i Medvirk" in page
    assert "Prøv igjen" in page
    assert work() == 0
    site.post(preview, data={"again": "1"})
    assert work() == 1
    assert "<dt>Svar</dt><dd>7</dd>" in site.get(preview).text


def test_a_worker_that_stops_every_time_gives_up(
    site: FlaskClient, app: Flask, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = preview_of(site)
    site.get(preview)

    def killed(*_arguments: object, **_named: object) -> None:
        raise SystemExit

    monkeypatch.setattr(in_background, "import_waiting", killed)
    for _turn in range(MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            work()
    assert work() == 0
    assert "stanset 3 ganger" in site.get(preview).text
    [file] = files_of(app)
    assert file.said["problem"] == "stopped"


def files_of(app: Flask) -> list[WaitingFile]:
    return list(waiting_answers(Path(app.config["SETTINGS"].instance)).every())


def test_another_choice_of_labels_is_read_anew(site: FlaskClient, work: Work) -> None:
    preview = preview_of(site)
    site.get(preview)
    work()
    site.post(preview, data={"labels": "follow"})
    assert "blir lest i bakgrunnen" in site.get(preview).text
    assert work() == 1


def test_rows_are_counted_without_reading_them(tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    rows = pd.DataFrame({"a": range(3000)})
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_parquet(tmp_path / "a.parquet")
    rows.to_excel(tmp_path / "a.xlsx", index=False)
    pyreadstat.write_sav(rows, str(tmp_path / "a.sav"))
    found = {path.suffix: row_count(path) for path in tmp_path.iterdir()}
    assert found == {".csv": 3001, ".parquet": 3000, ".xlsx": 3001, ".sav": 3000}
    (tmp_path / "b.xlsx").write_bytes(b"no")
    (tmp_path / "b.sav").write_bytes(b"no")
    (tmp_path / "b.parquet").write_bytes(b"no")
    assert {row_count(tmp_path / f"b.{kind}") for kind in ("xlsx", "sav", "parquet")} == {0}
