"""The styringskort as its readers see it: status on the stored value, what is hidden, what is old, who may read."""

import datetime as dt
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.models import Release, Verdict
from surveys.scorecards import views
from surveys.scorecards.feeding import feed
from surveys.scorecards.models import Indicator, Target
from surveys.scorecards.setup import build_card
from tests.building import build_installation, build_survey, build_units
from tests.built_once import build_once
from tests.card_building import (
    codes_of,
    measure,
    release_figures,
    sign_in_as,
    small_card,
    unit_of,
    write_change,
)
from tests.respondent import Page

TODAY = dt.date(2026, 11, 1)
DEEP = {"K": None, "A": "K", "A1": "A", "B": "K"}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: TODAY)


@pytest.fixture
def card(app: Flask, db: Database) -> Database:
    """A municipality K over A and B, with A1 under A, and one card for all of them."""
    build_once(app, db, _build_card)
    return db


def _build_card(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session, DEEP)
        build_card(session, small_card())


def _survey(session: Session, year: int, **changes: Any) -> Survey:
    plan = {"opens_on": dt.date(year, 3, 2), "closes_on": dt.date(year, 3, 20)} | changes
    return build_survey(session, unit_of(session, "K"), f"liten-{year}", **plan)


def _released(session: Session, year: int, means: dict[str, float | str], **changes: Any) -> Release:
    published = release_figures(session, _survey(session, year, **changes), means)
    feed(session, published)
    return published


def _card(client: FlaskClient, unit: str = "K", year: int | None = None) -> Page:
    page = Page(client.get(f"/styringskort/{unit}" + (f"?ar={year}" if year else "")))
    assert page.status == 200
    html5lib.HTMLParser(strict=True).parse(page.response.text)
    return page


def _row(page: Page, code: str) -> dict[str, str]:
    """What stands on an indicator's row: by label, and «rad» for all of it but the details."""
    [row] = [item for item in page.tree.iter("li") if item.get("id") == f"indikator-{code}"]
    facts = {_text(fact.find("dt")): _text(fact.find("dd")) for fact in row.findall("./dl/div")}
    # Whether somebody has replied comes after the colour: `test_replies.py`.
    facts["Status"] = facts["Status"].partition(" · ")[0]
    return facts | {"rad": " ".join(_text(part) for part in row if part.tag != "details")}


def _history(page: Page, code: str) -> list[list[str]]:
    [row] = [item for item in page.tree.iter("li") if item.get("id") == f"indikator-{code}"]
    return [[_text(cell) for cell in line] for line in row.findall(".//tbody/tr")]


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_status_follows_the_stored_value_and_not_the_shown_one(
    client: FlaskClient, card: Database
) -> None:
    cases = [
        ("B1.1", "K", 0, 5.0, "5,0", "Grønn"),
        ("B1.1", "A", 0, 4.96, "4,96 ", "Gul"),
        ("B1.1", "B", 0, 3.96, "3,96 ", "Rød"),
        ("M1.2", "K", 2, 9.0, "9,0 %", "Gul"),
        ("M1.2", "A", 2, 9.04, "9,04 %", "Rød"),
        ("M1.2", "B", 2, 6.0004, "6,0004 %", "Gul"),
        ("Ø1.1", "K", 2, -1.0, "−1,0 %", "Gul"),
        ("Ø1.1", "A", 2, -1.04, "−1,04 %", "Rød"),
        ("Ø1.1", "B", 2, -0.04, "−0,04 %", "Gul"),
        ("M1.3", "K", 0, 52.0, "52,0 %", "Uten ambisjon"),
    ]
    with card.transaction() as session:
        for code, unit, part, value, _shown, _status in cases:
            measure(session, code, 2026, value, part, unit)
    sign_in_as(client, card, Role.LEADER)
    pages = {unit: _card(client, unit) for unit in ("K", "A", "B")}
    for code, unit, _part, value, shown, status in cases:
        row = _row(pages[unit], code)
        assert row["Verdi"].startswith(shown), (code, value)
        assert row["Status"] == status, (code, value)


def test_a_change_of_colour_is_never_called_unchanged(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2025, 4.98)
        measure(session, "B1.1", 2026, 5.01)
    sign_in_as(client, card, Role.LEADER)
    row = _row(_card(client), "B1.1")
    assert (row["Verdi"], row["Status"]) == ("5,0 skala 1–6", "Grønn")
    assert row["Sist sammenlignbare"] == "4,98 i 2025 ↑ Opp 0,03, bedre"


def test_every_status_has_a_shape_and_a_word_beside_its_colour(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2026, 5.2)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    marks = [mark for mark in page.tree.iter("span") if mark.get("class") == "status"]
    assert len(marks) >= len(codes_of(small_card()))
    for mark in marks:
        assert list(mark.find("svg"))
        assert _text(mark)


def test_the_ambition_is_said_in_words(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    said = {code: _row(page, code)["Ambisjon"] for code in ("B1.1", "M1.2", "Ø1.1", "M1.3")}
    assert said == {
        "B1.1": "Grønn fra 5,0",
        "M1.2": "Grønn til og med 6,0 %",
        "Ø1.1": "Grønn fra 0,0 %",
        "M1.3": "Utviklingstrekk",
    }


def test_a_tertial_says_its_period_and_keeps_the_others_in_the_details(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        for year, part, value in ((2025, 2, 8.4), (2025, 3, 9.0), (2026, 1, 8.9), (2026, 2, 8.2)):
            measure(session, "M1.2", year, value, part)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    row = _row(page, "M1.2")
    assert row["Verdi"] == "8,2 % 2. tertial 2026"
    assert row["Sist sammenlignbare"] == ("8,4 % i 2. tertial 2025 ↓ Ned 0,2 prosentpoeng, bedre")
    assert [line[0] for line in _history(page, "M1.2")] == [
        "2. tertial 2026",
        "1. tertial 2026",
        "3. tertial 2025",
        "2. tertial 2025",
    ]


def test_a_hidden_value_is_hidden_on_the_row_and_in_the_details(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        _released(session, 2024, {"K": 4.0, "A": "protecting"})
        _released(session, 2026, {"K": 4.1, "A": "small"})
    sign_in_as(client, card, Role.HR)
    page = _card(client, "A")
    row = _row(page, "M1.1")
    assert row["Status"] == "Skjult"
    assert row["Verdi"] == "–Ingen verdi"
    assert "Resultatet er skjult fordi færre enn 5 har svart." in row["rad"]
    newest, oldest = _history(page, "M1.1")
    assert newest[1:4] == ["", "Skjult Resultatet er skjult fordi færre enn 5 har svart.", ""]
    assert oldest[1] == ""
    assert "røpe svarene" in oldest[2]


def test_a_survey_score_that_did_not_clearly_change_gets_no_arrow(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        before = _released(session, 2024, {"K": 4.0})
        write_change(session, _released(session, 2026, {"K": 4.2}), before, 0.2, Verdict.NO_CLEAR_CHANGE)
    sign_in_as(client, card, Role.HR)
    assert _row(_card(client), "M1.1")["Sist sammenlignbare"] == "4,0 i 2024 Ingen sikker endring"


def test_a_colour_says_what_its_interval_cannot_rule_out(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        before = release_figures(session, _survey(session, 2024), {"K": 3.4}, margin=0.5)
        feed(session, before)
        after = release_figures(session, _survey(session, 2026), {"K": 4.4}, margin=0.6)
        feed(session, after)
        write_change(session, after, before, 1.0, Verdict.NO_CLEAR_CHANGE)
    sign_in_as(client, card, Role.HR)
    page = _card(client)
    row = _row(page, "M1.1")
    assert row["Verdi"] == "4,4 skala 1–5 mellom 3,8 og 5,0"
    assert row["Status"] == "Grønn, kan være gul"
    assert row["Sist sammenlignbare"] == "3,4 i 2024 Ingen sikker endring, selv om fargen er en annen"
    assert _history(page, "M1.1")[1][2] == "Rød, kan være gul"


def test_a_colour_whose_whole_interval_has_it_has_no_doubt(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        feed(
            session,
            release_figures(session, _survey(session, 2026), {"K": 4.4, "A": 3.7, "B": 4.0}, margin=0.35),
        )
    sign_in_as(client, card, Role.HR)
    said = [_row(_card(client, unit), "M1.1")["Status"] for unit in ("K", "A", "B")]
    assert said == ["Grønn", "Gul, kan være grønn eller rød", "Grønn, kan være gul"]


def test_a_clear_change_says_how_much_and_which_way(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        before = _released(session, 2024, {"K": 4.4})
        write_change(session, _released(session, 2026, {"K": 4.0}), before, -0.4, Verdict.DOWN)
    sign_in_as(client, card, Role.HR)
    assert _row(_card(client), "M1.1")["Sist sammenlignbare"] == "4,4 i 2024 ↓ Ned 0,4, svakere"


def test_a_survey_value_without_a_tested_change_is_compared_with_nothing(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        _released(session, 2024, {"K": 4.4})
        _released(session, 2026, {"K": 4.0})
    sign_in_as(client, card, Role.HR)
    assert _row(_card(client), "M1.1")["Sist sammenlignbare"] == "–Ingen"


def test_an_old_value_is_marked_and_counts_as_no_colour(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2023, 5.2)
        measure(session, "M1.3", 2026, 50.0)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    row = _row(page, "B1.1")
    assert row["Status"] == "Grønn Gammel verdi, fra 2023"
    assert "3 år gammel" in row["Verdi"]
    assert "uten farge" in _counts(page, "brukere")
    assert "grønn" not in _counts(page, "brukere")


def test_a_value_within_its_valid_years_says_its_age_and_keeps_its_colour(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2024, 5.2)
        measure(session, "M1.3", 2026, 50.0)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    assert _row(page, "B1.1")["Status"] == "Grønn"
    assert "2 år gammel" in _row(page, "B1.1")["Verdi"]
    assert "1 grønn" in _counts(page, "brukere")


def _counts(page: Page, perspective: str) -> str:
    [section] = [part for part in page.tree.iter("section") if part.get("id") == f"perspektiv-{perspective}"]
    return _text(next(section.iter("p")))


def test_what_is_not_measured_is_not_due_until_its_first_period_is_over(
    client: FlaskClient, card: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    assert (_row(page, "M1.2")["Status"], _row(page, "B1.1")["Status"]) == ("Ikke målt", "Ikke forfalt")
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 4, 30))
    assert _row(_card(client), "M1.2")["Status"] == "Ikke forfalt"


def test_the_card_opens_on_the_last_year_and_walks_through_every_other(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2023, 4.5)
        measure(session, "B1.1", 2025, 5.1)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    assert page.heading == "Enhet K – styringskort 2025"
    assert page.title.startswith("Enhet K – styringskort 2025")
    assert {"2024", "2023"} <= set(page.links())
    earlier = _card(client, year=2023)
    assert _row(earlier, "B1.1")["Verdi"].startswith("4,5")
    assert _row(_card(client, year=2024), "B1.1")["Verdi"] == "4,5 skala 1–6 fra 2023, 1 år gammel"
    assert [line[0] for line in _history(earlier, "B1.1")] == ["2023"]


def test_a_year_without_a_card_is_not_found(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2025, 5.1)
    sign_in_as(client, card, Role.LEADER)
    for asked in ("2022", "2030", "0", "i fjor", "²⁰²⁵", ""):
        assert client.get("/styringskort/K", query_string={"ar": asked}).status_code == 404, asked


def test_a_level_of_its_own_holds_for_the_unit_and_below_and_never_recolours_the_past(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        users = session.scalars(select(Indicator).where(Indicator.code == "B1.1")).one()
        session.add(
            Target(indicator=users, unit_id=unit_of(session, "A").id, from_year=2026, green=5.5, yellow=4.0)
        )
        for unit in ("K", "A", "A1"):
            for year in (2025, 2026):
                measure(session, "B1.1", year, 5.2, unit=unit)
    sign_in_as(client, card, Role.HR)
    found = {unit: _row(_card(client, unit), "B1.1")["Status"] for unit in ("K", "A", "A1")}
    assert found == {"K": "Grønn", "A": "Gul", "A1": "Gul"}
    assert [line[2] for line in _history(_card(client, "A1"), "B1.1")] == ["Gul", "Grønn"]


STEPS = {ReaderGroup.LEADERS: dt.date(2026, 10, 1), ReaderGroup.POLITICIANS: dt.date(2026, 12, 1)}


def test_a_survey_value_stands_on_the_card_from_the_readers_own_day(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        _released(session, 2026, {"K": 4.4}, visibility=STEPS)
        measure(session, "B1.1", 2026, 5.0)
    for role in (Role.HR, Role.CONTROLLER, Role.LEADER):
        sign_in_as(client, card, role)
        assert _row(_card(client), "M1.1")["Verdi"].startswith("4,4"), role
    for role, said in (
        (Role.POLITICIAN, "vises her fra 1. desember 2026"),
        (Role.REPRESENTATIVE, "ikke bestemt når"),
    ):
        sign_in_as(client, card, role)
        page = _card(client)
        assert said in _row(page, "M1.1")["rad"]
        assert _row(page, "M1.1")["Status"] == "Ikke forfalt"
        assert "4,4" not in page.response.text
        assert _row(page, "B1.1")["Status"] == "Grønn"


def test_a_waiting_value_leaves_the_last_one_to_be_seen(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        _released(session, 2024, {"K": 4.1}, visibility={ReaderGroup.POLITICIANS: dt.date(2024, 6, 1)})
        _released(session, 2026, {"K": 4.4}, visibility=STEPS)
    sign_in_as(client, card, Role.POLITICIAN)
    page = _card(client, year=2026)
    row = _row(page, "M1.1")
    assert row["Verdi"] == "4,1 skala 1–5 fra 2024, 2 år gammel"
    assert row["Status"] == "Grønn"
    assert "2026: Resultatet fra undersøkelsen vises her fra 1. desember 2026." in row["rad"]
    assert "4,4" not in page.response.text


def test_a_survey_that_few_answered_leaves_the_last_value_to_be_seen(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        _released(session, 2025, {"K": 3.6})
        _released(session, 2026, {"K": "small"})
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    row = _row(page, "M1.1")
    assert (row["Verdi"], row["Status"]) == ("3,6 skala 1–5 fra 2025, 1 år gammel", "Gul")
    assert "2026: Resultatet er skjult fordi færre enn 5 har svart." in row["rad"]
    assert [line[0] for line in _history(page, "M1.1")] == ["2026", "2025"]


def test_a_second_survey_of_the_year_that_few_answered_takes_no_value_away(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        for month, mean in ((4, 4.2), (9, "small")):
            survey = build_survey(
                session, unit_of(session, "K"), f"liten-2026-{month}", closes_on=dt.date(2026, month, 20)
            )
            feed(session, release_figures(session, survey, {"K": mean}))
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    row = _row(page, "M1.1")
    assert (row["Verdi"], row["Status"]) == ("4,2 skala 1–5", "Grønn")
    assert "2026: Resultatet er skjult" in row["rad"]
    assert len(_history(page, "M1.1")) == 1


def test_a_card_opens_for_those_above_it_and_for_politicians_down_to_the_areas(
    client: FlaskClient, card: Database
) -> None:
    for role, on, opens in (
        (Role.LEADER, "A", {"A", "A1"}),
        (Role.REPRESENTATIVE, "B", {"B"}),
        (Role.HR, "K", {"K", "A", "A1", "B"}),
        (Role.POLITICIAN, "K", {"K", "A", "B"}),
    ):
        sign_in_as(client, card, role, on)
        for unit in DEEP:
            expected = 200 if unit in opens else 403
            assert client.get(f"/styringskort/{unit}").status_code == expected, (role, unit)
        linked = Page(client.get("/styringskort")).links().values()
        assert {unit for unit in DEEP if f"/styringskort/{unit}" in linked} == opens, role


def test_nobody_reads_a_card_without_signing_in(client: FlaskClient, card: Database) -> None:
    for address in ("/styringskort", "/styringskort/K"):
        assert "/logg-inn" in client.get(address).headers["Location"]


def test_an_unknown_unit_is_not_found(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.HR)
    assert client.get("/styringskort/X9").status_code == 404


def test_a_politician_gets_every_perspective_on_one_screen_with_links_to_the_card(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2026, 5.2)
        for year, value in ((2025, 8.4), (2026, 9.2)):
            measure(session, "M1.2", year, value, part=2)
            measure(session, "Ø1.1", year, -0.5, part=2)
    sign_in_as(client, card, Role.POLITICIAN)
    page = Page(client.get("/styringskort"))
    html5lib.HTMLParser(strict=True).parse(page.response.text)
    links = page.links()
    assert links["1 grønn"] == "/styringskort/K#perspektiv-brukere"
    assert links["1 rød"] == "/styringskort/K#perspektiv-medarbeidere"
    assert links["1 gul"] == "/styringskort/K#perspektiv-okonomi"
    assert "Sykefravær 9,2 %: opp 0,8 prosentpoeng siden 2. tertial 2025, svakere." in page.text


def test_indicators_stand_in_the_cards_order_whatever_their_values(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "M1.3", 2026, 99.0)
    sign_in_as(client, card, Role.HR)
    rows = [item.get("id") for item in _card(client).tree.iter("li") if item.get("class") == "indicator"]
    assert [row.removeprefix("indikator-") for row in rows] == codes_of(small_card())


def test_a_unit_without_a_card_says_so(client: FlaskClient, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
    sign_in_as(client, db, Role.HR)
    assert "ikke noe styringskort ennå" in _card(client).text


def test_a_longer_history_costs_no_more_queries(app: Flask, client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.HR)
    queries: list[str] = []

    @event.listens_for(card.engine, "before_cursor_execute")
    def count(*args: Any) -> None:
        queries.append(args[2])

    def cost() -> int:
        queries.clear()
        _card(client)
        return len(queries)

    with card.transaction() as session:
        _released(session, 2026, {"K": 4.4})
        measure(session, "B1.1", 2026, 5.0)
    cost()  # the first page of a process reads the questionnaire too
    short = cost()
    with card.transaction() as session:
        for year in range(2015, 2026):
            _released(session, year, {"K": 4.1})
            measure(session, "B1.1", year, 4.8)
    assert cost() == short


def _overview(client: FlaskClient, question: str = "") -> Page:
    page = Page(client.get("/styringskort" + question))
    assert page.status == 200
    html5lib.HTMLParser(strict=True).parse(page.response.text)
    return page


def test_the_overview_says_why_nothing_moved(client: FlaskClient, card: Database) -> None:
    sign_in_as(client, card, Role.HR)
    assert "Ingen verdier ennå." in _overview(client).text
    with card.transaction() as session:
        measure(session, "B1.1", 2025, 5.2)
    assert "Første måling. Det er ingenting å sammenligne med ennå." in _overview(client).text
    with card.transaction() as session:
        measure(session, "B1.1", 2026, 5.2)
    assert "Ingen sikre endringer." in _overview(client).text


def test_a_period_without_a_value_is_named(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        for year, part in ((2024, 1), (2025, 2), (2026, 1)):
            measure(session, "M1.2", year, 8.4 + part, part)
        measure(session, "B1.1", 2023, 5.0)
        measure(session, "B1.1", 2025, 5.1)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    remark = "Mangler verdi for 1. tertial 2025, 3. tertial 2025 og 2. tertial 2026."
    assert remark in _row(page, "M1.2")["rad"]
    assert "Mangler" not in _row(page, "B1.1")["rad"]
    assert "3. tertial 2026" not in _row(page, "M1.2")["rad"]


def test_the_same_value_three_times_is_remarked_upon(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        for year, part in ((2025, 3), (2026, 1), (2026, 2)):
            measure(session, "M1.2", year, 14.0, part)
            measure(session, "Ø1.1", year, 0.1 * part, part)
    sign_in_as(client, card, Role.LEADER)
    page = _card(client)
    assert "14,0 % tre ganger på rad. Er verdien målt på nytt?" in _row(page, "M1.2")["rad"]
    assert "på rad" not in _row(page, "Ø1.1")["rad"]


def test_a_year_that_has_not_begun_is_never_the_cards(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        measure(session, "M1.3", 2026, 50.0)
        measure(session, "M1.3", 2062, 52.0)
    sign_in_as(client, card, Role.LEADER)
    assert _row(_card(client), "M1.3")["Verdi"] == "50,0 %"
    assert client.get("/styringskort/K?ar=2062").status_code == 404


def test_each_unit_in_the_list_has_its_colours_as_the_reader_may_see_them(
    client: FlaskClient, card: Database
) -> None:
    with card.transaction() as session:
        measure(session, "B1.1", 2026, 5.2, unit="A")
        measure(session, "M1.2", 2026, 9.5, part=2, unit="A")
        measure(session, "B1.1", 2022, 5.2, unit="B")
        measure(session, "M1.3", 2026, 50.0, unit="B")
        _released(session, 2026, {"A": 4.2}, visibility=STEPS)
    said = {}
    for role in (Role.HR, Role.POLITICIAN):
        sign_in_as(client, card, role)
        lines = [_text(item) for item in _overview(client).tree.iter("li") if item.get("data-depth")]
        said[role] = {line.split()[1]: line for line in lines}
    assert said[Role.HR]["A"] == "Enhet A 2 grønne 1 rød 1 uten svar"
    assert said[Role.POLITICIAN]["A"] == "Enhet A 1 grønn 1 rød"
    assert said[Role.HR]["B"] == "Enhet B Ingen verdier med farge"


def test_many_units_are_folded_under_their_areas_and_searched(client: FlaskClient, card: Database) -> None:
    with card.transaction() as session:
        area = unit_of(session, "A")
        session.add_all(Unit(code=f"X{number}", name=f"Enhet X{number}", parent=area) for number in range(60))
    sign_in_as(client, card, Role.HR)
    page = _overview(client)
    assert "/styringskort/X1" not in page.links().values()
    assert page.links()["Vis 61 enheter under Enhet A"] == "/styringskort?under=A"
    assert "/styringskort/X1" in _overview(client, "?under=A").links().values()
    assert "/styringskort/B" not in _overview(client, "?under=A").links().values()
    first, second = _overview(client, "?sok=Enhet X"), _overview(client, "?sok=Enhet X&side=2")
    assert "1–40 av 60 enheter." in _text(first.tree)
    assert "41–60 av 60 enheter." in _text(second.tree)
    assert first.links()["Vis flere"] == "/styringskort?sok=Enhet+X&side=2"
    assert second.links()["Vis forrige"] == "/styringskort?sok=Enhet+X&side=1"
    on_pages = [
        {f"/styringskort/X{number}" for number in range(60)} & set(page.links().values())
        for page in (first, second)
    ]
    assert [len(each) for each in on_pages] == [40, 20]
    assert not on_pages[0] & on_pages[1]
    assert "41–60 av 60 enheter." in _text(_overview(client, "?sok=Enhet X&side=9").tree)
    found = _overview(client, "?sok=x5")
    assert {link for link in found.links().values() if link.startswith("/styringskort/X")} == {
        f"/styringskort/X{number}" for number in (5, *range(50, 60))
    }
    assert "Ingen enheter har det navnet" in _overview(client, "?sok=finnes%20ikke").text
