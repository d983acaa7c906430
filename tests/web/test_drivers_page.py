"""«Samvariasjon»: what moves together in a whole survey, from a hundred people on, and never called a cause."""

import re
from collections.abc import Mapping
from typing import Any

import html5lib
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from analysis import comovement
from questionnaires import loading
from surveys.access.models import Role
from surveys.platform.database import Database
from surveys.release.comovement.computing import Why
from surveys.release.models import QualityReport
from tests.building import SMALL_SOURCE, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released

ADDRESS = f"/resultater/{KEY}/samvariasjon"


def sheets(people: int, seed: int = 5, *, opposite: bool = False) -> list[dict[str, int]]:
    """Sheets of the small instrument whose TRI and ROL follow each other, or go opposite ways."""
    random = np.random.default_rng(seed)
    found = []
    for level in random.normal(size=people):
        tri = int(np.clip(round(3 + level + random.normal() / 2), 1, 5))
        rol = int(np.clip(round(2.5 + (-level if opposite else level) + random.normal() / 2), 1, 4))
        found.append(sheet_of(tri, ROL01=rol, ROL02=rol, ROL03=rol))
    return found


def build(app: Flask, db: Database, people: int = 120, **changes: Any) -> None:
    build_released(app, db, {"A": sheets(people)}, **changes)


@pytest.fixture
def hr(client: FlaskClient, app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """HR of the whole municipality, after a release of 40 people's answers where 40 are enough."""
    monkeypatch.setattr(comovement, "FEWEST_ROWS", 40)
    build_once(app, db, _build_of_forty)
    sign_in_as(client, db, Role.HR, "K")
    return client


def _build_of_forty(app: Flask, db: Database) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comovement, "FEWEST_ROWS", 40)
        build(app, db, people=40)


def text_of(client: FlaskClient, address: str = ADDRESS) -> str:
    """The words of the page, which must be whole HTML with one h1."""
    answer = client.get(address)
    assert answer.status_code == 200
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    assert len(list(document.iter("h1"))) == 1
    return re.sub(r"\s+", " ", "".join(document.find("body").itertext()))


def stored(db: Database) -> Mapping[str, object]:
    with db.reading() as session:
        found: Mapping[str, object] = session.scalars(select(QualityReport.result)).one()["more"][
            "co_movement"
        ]
        return found


def change_stored(db: Database, co_movement: object) -> None:
    with db.transaction() as session:
        report = session.scalars(select(QualityReport)).one()
        more = {**report.result["more"], "co_movement": co_movement}
        report.result = {
            **report.result,
            "more": {key: value for key, value in more.items() if value is not None},
        }


def test_the_finding_comes_first_in_words_and_is_never_called_a_cause(hr: FlaskClient) -> None:
    text = text_of(hr)
    assert "De som svarer høyt på rolleklarhet, svarer ofte også høyt på trivsel." in text
    assert "Det betyr ikke at rolleklarhet er årsaken." in text
    assert "årsak" not in text.replace("Det betyr ikke at rolleklarhet er årsaken", "")


def test_r_squared_is_told_in_words(hr: FlaskClient) -> None:
    assert re.search(
        r"De andre temaene og trivsel følges ad for omtrent \d\d % av forskjellene mellom folk", text_of(hr)
    )


def test_the_reader_chooses_the_outcome_and_nonsense_gives_the_usual_one(hr: FlaskClient) -> None:
    assert "Dette henger sammen med rolleklarhet" in text_of(hr, f"{ADDRESS}?utfall=ROL")
    assert "Dette henger sammen med trivsel" in text_of(hr, f"{ADDRESS}?utfall=FINNES-IKKE")


def test_a_theme_that_goes_the_other_way_says_so(app: Flask, db: Database, client: FlaskClient) -> None:
    build_released(app, db, {"A": sheets(120, opposite=True)})
    sign_in_as(client, db, Role.HR, "K")
    text = text_of(client)
    assert "De som svarer høyt på rolleklarhet, svarer ofte lavt på trivsel." in text
    assert "høyt og lavt" in text


def test_a_theme_only_leaders_are_asked_is_named_as_left_out(hr: FlaskClient) -> None:
    assert "Ikke med, fordi færre enn 8 av 10 har svart på det: lederrollen." in text_of(hr)


def test_what_is_stored_is_coarse(hr: FlaskClient, db: Database) -> None:
    """People by tens, figures to two decimals, nothing of a unit."""
    found = stored(db)
    assert set(found) == {"n", "left_out", "outcomes"}
    assert found["n"] == 40

    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [number for inner in value.values() for number in numbers(inner)]
        return [value] if isinstance(value, float) else []

    figures = numbers(found["outcomes"])
    assert len(figures) == 8
    assert all(round(figure, 2) == figure and 0 <= figure <= 1 for figure in figures)


def test_the_number_of_people_is_rounded_down_to_tens(app: Flask, db: Database) -> None:
    build(app, db, people=129)
    assert stored(db)["n"] == 120


def test_under_a_hundred_people_nothing_is_shown_and_the_page_says_why(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build(app, db, people=99)
    sign_in_as(client, db, Role.HR, "K")
    assert stored(db) == {"why": "few"}
    text = text_of(client)
    assert "Færre enn 100 har svart på alle temaene." in text
    assert "%" not in text


def test_every_empty_state_has_its_own_words(hr: FlaskClient, db: Database) -> None:
    for why, words in (
        (Why.SHARES, "viser andeler for hvert svar, ikke snitt"),
        (Why.ONE_FACTOR, "bare ett tema"),
        (Why.NO_SOLUTION, "så like at det ikke går an å skille dem"),
    ):
        change_stored(db, {"why": why.value})
        assert words in text_of(hr)


def test_a_survey_counted_before_this_was_made_says_so(hr: FlaskClient, db: Database) -> None:
    change_stored(db, None)
    assert "ble ikke regnet ut da denne undersøkelsen ble talt opp" in text_of(hr)


def test_a_survey_of_shares_is_never_averaged(app: Flask, db: Database) -> None:
    source = SMALL_SOURCE.replace(b"key: liten", b"key: andeler") + b"\nreport: {shares_only: true}\n"
    build(app, db, questionnaire=loading.parse(source, "andeler.yaml"), source=source)
    assert stored(db) == {"why": "shares"}


def test_those_who_may_read_the_top_units_results_may_read_it_and_no_others(
    hr: FlaskClient, client: FlaskClient, db: Database
) -> None:
    for role, unit, status in (
        (Role.LEADER, "K", 200),
        (Role.LEADER, "A", 403),
        (Role.CONTROLLER, "K", 200),
        (Role.HR, "B", 403),
    ):
        sign_in_as(client, db, role, unit)
        assert client.get(ADDRESS).status_code == status, (role, unit)


def test_before_the_readers_day_has_come_only_the_day_is_shown(
    hr: FlaskClient, client: FlaskClient, db: Database
) -> None:
    """No day was decided for politicians."""
    sign_in_as(client, db, Role.POLITICIAN, "K")
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert "årsaken" not in answer.text


def test_an_unknown_or_unreleased_survey_is_not_found(hr: FlaskClient) -> None:
    assert hr.get("/resultater/finnes-ikke/samvariasjon").status_code == 404


def test_the_top_units_page_leads_here_and_others_do_not(hr: FlaskClient) -> None:
    assert ADDRESS in hr.get(f"/resultater/{KEY}/K").text
    assert ADDRESS not in hr.get(f"/resultater/{KEY}/A").text


def test_the_page_reads_no_answers_and_computes_nothing(hr: FlaskClient, db: Database) -> None:
    statements: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def record(*args: object) -> None:
        statements.append(str(args[2]))

    text_of(hr)
    assert statements
    assert not [statement for statement in statements if "FROM response" in statement]
