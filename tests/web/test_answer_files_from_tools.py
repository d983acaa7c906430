"""Files as other tools write them, through HR's page: sent, columns said, preview, and what is then stored."""

import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from questionnaires import files
from questionnaires.coding import NOT_APPLICABLE
from surveys.access.models import Role
from surveys.counting.models import Response
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as
from tests.web.test_answer_file_pages import as_guessed, send

FOLDER: Final = Path(__file__).parents[1] / "analysis" / "answer_files"
KEYS: Final = [f"Q{number}" for number in range(1, 7)]
HEAD: Final = ";".join(["Avdeling", *KEYS])
SAID: Final = "six@1"

# Both databases take the same files in: see test_answer_file_pages.py.
pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def site(
    app: Flask, db: Database, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FlaskClient:
    """HR where there is one questionnaire: six statements of one theme, 1 «Svært uenig» to 5 «Svært enig»."""
    definition = (FOLDER / "six_items.yaml").read_text(encoding="utf-8").replace("key: s6", "key: six", 1)
    (tmp_path / "definitions" / "six").mkdir(parents=True)
    (tmp_path / "definitions" / "six" / "v1.yaml").write_text(definition, encoding="utf-8")
    monkeypatch.setattr(files, "DEFINITIONS", tmp_path / "definitions")
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    sign_in_as(client, db, Role.HR, "K")
    return client


def preview(site: FlaskClient, content: bytes, name: str = "svar.csv", **changed: str) -> str:
    """The address of the preview, after HR has said what the page did not guess."""
    sent = send(site, content, name, SAID)
    assert sent.status_code == 302, sent.text
    answer = as_guessed(site, sent.location, **changed)
    assert answer.status_code == 302, answer.text
    return answer.location


def rows(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def spss(folder: Path, name: str) -> bytes:
    """A stored file from a tool with one unit that exists here: every file on the page needs a column of units."""
    frame, meta = pyreadstat.read_sav(FOLDER / name)
    frame = frame[KEYS].assign(Avdeling="A")
    return written(folder, frame, {key: meta.variable_value_labels[key] for key in KEYS})


def written(folder: Path, frame: pd.DataFrame, labels: dict[str, Any]) -> bytes:
    pyreadstat.write_sav(frame, folder / "svar.sav", variable_value_labels=labels)
    return (folder / "svar.sav").read_bytes()


def answers(site: FlaskClient, db: Database, address: str) -> np.ndarray:
    """What is stored when HR takes the file in: (people, statements); NaN for no answer."""
    assert site.post(f"{address}/ta-inn").status_code == 302
    with db.reading() as session:
        stored = session.scalars(select(Response.answers)).all()
    found = np.array([list(one)[: len(KEYS)] for one in stored], dtype=float)
    found[found >= NOT_APPLICABLE] = np.nan
    return found


def respondents(page: str) -> tuple[int, int]:
    """Answers and rows without any, as the preview counts them."""
    found = re.search(r"<dt>Svar</dt><dd>(\d+)</dd>.*?eneste svar</dt><dd>(\d+)</dd>", page, re.DOTALL)
    assert found, page
    return int(found[1]), int(found[2])


@pytest.mark.parametrize(("name", "mean"), [("labels_turned.sav", 3.988889), ("labels_moved.sav", 2.988889)])
def test_labels_against_the_questionnaire_are_refused_until_hr_follows_them(
    site: FlaskClient, db: Database, tmp_path: Path, name: str, mean: float
) -> None:
    address = preview(site, spss(tmp_path, name), "svar.sav")
    page = site.get(address).text
    assert "Merkelappene i filen sier noe annet enn spørreskjemaet" in page
    assert "Legg inn svarene" not in page
    assert site.post(address, data={"labels": "follow"}).status_code == 302
    assert np.nanmean(answers(site, db, address)) == pytest.approx(mean, abs=1e-6)


def test_codes_of_limesurvey_follow_their_labels_by_themselves(
    site: FlaskClient, db: Database, tmp_path: Path
) -> None:
    address = preview(site, spss(tmp_path, "codes_with_labels.sav"), "svar.sav")
    assert np.nanmean(answers(site, db, address)) == pytest.approx(3.026389, abs=1e-6)


def test_a_code_labelled_unanswered_is_no_answer_though_the_file_does_not_declare_it(
    site: FlaskClient, db: Database, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"Avdeling": ["A"] * 6, **{key: [4.0, 2.0, 9.0, 8.0, 5.0, 1.0] for key in KEYS}})
    labels = {key: {8.0: "Vet ikke", 9.0: "Ubesvart"} for key in KEYS}
    address = preview(site, written(tmp_path, frame, labels), "svar.sav")
    assert respondents(site.get(address).text) == (5, 1)
    stored = answers(site, db, address)
    assert sorted(stored[~np.isnan(stored[:, 0]), 0].tolist()) == [1, 2, 4, 5]


def test_a_number_with_its_label_is_the_number(site: FlaskClient, db: Database) -> None:
    cells = ["2 - Litt uenig", "5 - Svært enig", "3 - Verken/eller"]
    address = preview(site, rows(*(";".join(["A", *[cell] * 6]) for cell in cells)))
    assert sorted(answers(site, db, address)[:, 0].tolist()) == [2, 3, 5]


@pytest.mark.parametrize("ending", ["csv", "sav"])
def test_rows_without_an_answer_are_counted_with_and_without_a_unit(
    site: FlaskClient, db: Database, tmp_path: Path, ending: str
) -> None:
    units, values = ["A"] * 5 + ["", "A"], [1.0, 2.0, 3.0, 4.0, 5.0, np.nan, np.nan]
    frame = pd.DataFrame({"Avdeling": units, **dict.fromkeys(KEYS, values)})
    content = frame.to_csv(index=False).encode() if ending == "csv" else written(tmp_path, frame, {})
    address = preview(site, content, f"svar.{ending}")
    assert respondents(site.get(address).text) == (5, 2)
    assert len(answers(site, db, address)) == 5


def test_running_numbers_of_eleven_digits_and_dates_nobody_needs_are_left_out(site: FlaskClient) -> None:
    head, *lines = rows(*(f"A;{value};3;3;3;3;3" for value in "12345")).decode().split("\n")
    body = "\n".join(f"{line};1000000000{place};31.12.99999" for place, line in enumerate(lines))
    page = site.get(preview(site, f"{head};løpenummer;levert\n{body}\n".encode())).text
    assert respondents(page) == (5, 0)
    assert "løpenummer" in page
    assert "fødselsnummer" not in page


def test_codes_for_missing_are_a_fault_until_hr_says_what_they_are(site: FlaskClient, db: Database) -> None:
    content = rows("A;99;3;3;3;3;3", "A;-9;3;3;3;3;3", "A;−9;3;3;3;3;3", "A;4;3;3;3;3;3")
    assert "«99» er ikke et svar på skalaen" in site.get(preview(site, content)).text
    address = preview(site, content, missing="99, -9")
    assert respondents(site.get(address).text) == (4, 0)
    first = answers(site, db, address)[:, 0]
    assert first[~np.isnan(first)].tolist() == [4]


def test_words_for_points_in_any_case_are_answers_and_half_a_point_is_a_fault_with_its_line(
    site: FlaskClient,
) -> None:
    content = rows("A;Litt enig;3;3;3;3;3", "A;litt enig ;3;3;3;3;3", "A;3.0;3;3;3;3;3", "A;3,5;3;3;3;3;3")
    page = site.get(preview(site, content)).text
    assert "Linje 5, kolonne «Q1»: «3,5» er ikke et svar på skalaen" in page
    assert "Linje 2" not in page
    assert "Linje 3" not in page


def test_lines_that_describe_the_columns_are_skipped_and_told(site: FlaskClient) -> None:
    told = ";".join(["Hvor jobber du?", *[f"Påstand {number}" for number in range(1, 7)]])
    codes = ";".join(f'{{"ImportId":"QID{number}"}}' for number in range(7))
    page = site.get(preview(site, rows(told, codes, *["A;1;2;3;4;5;1"] * 4))).text
    assert respondents(page) == (4, 0)
    assert "beskriver kolonnene" in page


def test_identical_rows_are_mentioned_and_kept(site: FlaskClient) -> None:
    others = [f"A;{value};1;2;3;4;5" for value in "1234"]
    page = site.get(preview(site, rows(*["A;5;4;3;2;1;5"] * 9, *others))).text
    assert respondents(page) == (13, 0)
    assert "8 rader er helt like en rad før dem" in page


def test_a_forgotten_reversal_is_suggested_on_the_surveys_page_of_quality(
    site: FlaskClient, db: Database
) -> None:
    rng = np.random.default_rng(7)
    mood = rng.integers(1, 6, 80)
    values = np.clip(mood[:, None] + rng.integers(-1, 2, (80, 6)), 1, 5)
    values[:, 5] = 6 - values[:, 5]
    content = rows(*(";".join(["A", *map(str, row)]) for row in values.tolist()))
    answers(site, db, preview(site, content))
    page = site.get("/undersokelser/lederklima-2022/kvalitet/tema/A").text
    assert "Q6" in page
    assert "motsatt vei" in page
