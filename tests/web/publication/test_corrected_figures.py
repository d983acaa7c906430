"""Whoever read the figures that were corrected sees what each became; others see only the figures that hold."""

import datetime as dt

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.suppression import PRIMARY, SECONDARY
from surveys.access.models import Role
from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep
from surveys.campaigns.repicturing import picture_as_now
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import correct
from surveys.release.models import Figure, FigureStatus
from surveys.results.corrections.queries import CorrectedFigure
from surveys.results.corrections.texts import CorrectedRow, changes_without_rows, corrected_rows
from surveys.results.queries import Line
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, unit_of
from tests.publishing import HOMES, PAGE
from tests.releasing import KEY, Answers, build_released, release_again

WHY = "Team A2 sto feil."
CORRECTED_ON = dt.date(2026, 4, 20)
BEFORE, AFTER = dt.date(2026, 4, 10), dt.date(2026, 5, 5)

Rows = dict[str, tuple[str, str]]

LIKES: Answers = {
    "A1": [sheet_of(2)] * 6 + [sheet_of(3)] * 6,
    "A2": [sheet_of(4)] * 6 + [sheet_of(5)] * 5,
    "A3": [sheet_of(4)] * 4 + [sheet_of(3)] * 4,
    "B3": [sheet_of(3)] * 6 + [sheet_of(4)] * 8,
    "C": [sheet_of(3)] * 5 + [sheet_of(2)] * 6,
}


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, LIKES, tree=HOMES)


@pytest.fixture
def released(app: Flask, db: Database, hr: FlaskClient) -> Database:
    build_once(app, db, _build_released)
    sign_in_as(hr, db, Role.HR)
    return db


def _open_to(db: Database, group: ReaderGroup, day: dt.date) -> None:
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        decided = {"decided_by": "Rådmannen", "decided_on": day} if group is ReaderGroup.PUBLIC else {}
        survey.visibility = [VisibilityStep(readers=group, visible_on=day, responsible="HR", **decided)]


def _correct(db: Database, raised: int | None = None, day: dt.date = CORRECTED_ON, **moves: str) -> None:
    with db.transaction() as session:
        units = {one.code: one for one in session.scalars(select(Unit))}
        for unit, parent in moves.items():
            units[unit].parent = units[parent]

    def change(session: Session, survey: Survey) -> None:
        picture_as_now(session, survey)
        survey.minimum_group = raised or survey.minimum_group

    correct(db, KEY, WHY, day, change=change)


def _values(page: str) -> dict[str, str]:
    """Theme → its mean, as the page has it in large figures, or that it is hidden."""
    items = lxml.html.fromstring(page).xpath("//ul[@class='measures']/li")
    return {
        item.xpath("string(.//h3)"): item.xpath("string(.//p[@class='measure-value'])") or "Skjult"
        for item in items
    }


def _rows(page: str) -> Rows:
    """Theme → before and after, without how many answered."""
    [every] = lxml.html.fromstring(page).xpath("//main")
    found = every.xpath(".//div[@class='correction']")
    return {theme: cells for each in found for theme, cells in _rows_of(each).items()}


def _rows_of(part: lxml.html.HtmlElement) -> Rows:
    return {row.xpath("string(th)"): (_mean(row, 1), _mean(row, 2)) for row in part.xpath(".//tbody/tr")}


def _mean(row: lxml.html.HtmlElement, cell: int) -> str:
    return str(row.xpath(f"string(td[{cell}])")).split(", ")[0]


def _unit(hr: FlaskClient, code: str) -> str:
    answer = hr.get(f"/resultater/{KEY}/{code}")
    assert answer.status_code == 200
    return answer.text


def test_a_page_says_what_each_figure_was_and_is(released: Database, hr: FlaskClient) -> None:
    before = {code: _values(_unit(hr, code)) for code in ("K", "A", "B", *LIKES)}
    _correct(released, A2="B")
    for code, were in before.items():
        page = _unit(hr, code)
        assert f"Rettet 20. april 2026: {WHY}" in page
        now = _values(page)
        for theme, (was, is_now) in _rows(page).items():
            assert (was, is_now) == (were[theme], now[theme])
        assert {theme for theme in now if now[theme] != were[theme]} <= _rows(page).keys()
    assert _rows(_unit(hr, "A"))
    assert _rows(_unit(hr, "B"))


def test_a_unit_whose_figures_stand_says_so(released: Database, hr: FlaskClient) -> None:
    _correct(released, A2="B")
    page = _unit(hr, "C")
    assert "Ingen tall ble endret for Enhet C." in page
    assert _rows(page) == {}


def test_a_release_that_was_never_corrected_says_nothing(released: Database, hr: FlaskClient) -> None:
    assert "Rettet" not in _unit(hr, "A")


def test_a_figure_that_is_hidden_now_is_not_told_again(released: Database, hr: FlaskClient) -> None:
    before = _values(_unit(hr, "A3"))
    _correct(released, raised=10)
    page = _unit(hr, "A3")
    assert set(_rows(page).values()) == {("Vist", "Skjult")}
    shown = set(before.values()) - {"Skjult"}
    assert shown
    for was in shown:
        assert was not in lxml.html.fromstring(page).text_content()


def test_nor_is_one_that_a_later_correction_hides(released: Database, hr: FlaskClient) -> None:
    _correct(released, A2="B")
    between = _rows(_unit(hr, "A"))
    assert between
    _hide(released, "A")
    page = lxml.html.fromstring(_unit(hr, "A")).text_content()
    assert "Fikk et annet tall: " in page
    assert not [told for row in between.values() for told in row if told in page]
    [listed] = lxml.html.fromstring(hr.get(f"{PAGE}/2/endret").text).xpath("//section[h2='Enhet A']")
    assert _rows_of(listed) == {}
    assert "Fikk et annet tall: " in listed.text_content()


def test_that_a_figure_is_hidden_for_another_reason_is_no_change(released: Database, hr: FlaskClient) -> None:
    _correct(released, raised=10)
    _hide(released, "A3", reason=SECONDARY)
    assert "Ingen tall ble endret for Enhet A3." in _unit(hr, "A3")


def _hide(db: Database, code: str, reason: str = PRIMARY) -> None:
    """A third release, as the second but for the unit's own figures."""
    hidden = dict.fromkeys(("n", "mean", "sd", "ci_low", "ci_high", "distribution", "points"))

    def hide(session: Session, figure: Figure) -> dict[str, object]:
        is_asked = figure.unit_id == unit_of(session, code).id and figure.status != FigureStatus.NOT_ASKED
        return {**hidden, "status": FigureStatus.HIDDEN, "reason": reason} if is_asked else {}

    release_again(db, AFTER, WHY, hide)


def test_no_figure_from_before_the_minimum_was_raised_is_told_again(
    released: Database, hr: FlaskClient
) -> None:
    before = _values(_unit(hr, "A"))
    _correct(released, A2="B")
    between = _rows(_unit(hr, "A"))
    assert between
    _correct(released, raised=6, day=AFTER)
    page = _unit(hr, "A")
    for theme, (was, _became) in between.items():
        assert was == before[theme]
    assert _rows(page) == {}
    assert "Fikk et annet tall: " in page


def test_every_correction_is_listed_the_newest_first(released: Database, hr: FlaskClient) -> None:
    _correct(released, A2="B")
    _correct(released, day=AFTER, A3="B")
    found = lxml.html.fromstring(_unit(hr, "A")).xpath("//div[@class='correction']/p[1]/text()")
    assert found == [f"Rettet 5. mai 2026: {WHY}", f"Rettet 20. april 2026: {WHY}"]


@pytest.mark.parametrize(("day", "read_it"), [(BEFORE, True), (CORRECTED_ON, True), (AFTER, False)])
def test_a_leader_is_not_shown_figures_that_were_corrected_before_her_day(
    released: Database, hr: FlaskClient, day: dt.date, *, read_it: bool
) -> None:
    _open_to(released, ReaderGroup.LEADERS, day)
    _correct(released, A2="B")
    sign_in_as(hr, released, Role.LEADER, "A")
    page = _unit(hr, "A")
    assert f"Rettet 20. april 2026: {WHY}" in page
    assert bool(_rows(page)) is read_it
    assert ("Ingen tall ble endret" in page) is False


@pytest.mark.parametrize(("day", "read_it"), [(BEFORE, True), (AFTER, False)])
def test_neither_are_staff(released: Database, hr: FlaskClient, day: dt.date, *, read_it: bool) -> None:
    _open_to(released, ReaderGroup.STAFF, day)
    _correct(released, A2="B")
    page = hr.get(f"/resultater/{KEY}/A/ansatte").text
    assert WHY in page
    assert bool(_rows(page)) is read_it


@pytest.mark.parametrize(("day", "read_it"), [(BEFORE, True), (AFTER, False)])
def test_nor_is_the_public(app: Flask, released: Database, day: dt.date, *, read_it: bool) -> None:
    _open_to(released, ReaderGroup.PUBLIC, day)
    _correct(released, A2="B")
    page = app.test_client().get(f"/offentlige-resultater/{KEY}").text
    summaries = lxml.html.fromstring(page).xpath("//div[@class='correction']//summary/text()")
    assert page.count(WHY) == 1
    told = [f"Se hvilke tall som ble endret for Enhet {unit}" for unit in "AB"]
    assert summaries == (told if read_it else [])


def test_hr_has_every_unit_in_one_list(released: Database, hr: FlaskClient) -> None:
    _correct(released, A2="B", raised=9)
    assert f"{PAGE}/2/endret" in hr.get(PAGE).text
    page = hr.get(f"{PAGE}/2/endret").text
    sections = lxml.html.fromstring(page).xpath("//main//section[@class='release-part']")
    listed = {section.xpath("string(h2)"): _rows_of(section) for section in sections}
    own = {f"Enhet {code}": _rows(_unit(hr, code)) for code in ("K", "A", "B", *LIKES)}
    assert {name: rows for name, rows in listed.items() if rows} == {
        name: rows for name, rows in own.items() if rows
    }
    assert f"{len(listed)} enheter har fått andre tall." in page


def test_a_correction_that_was_never_made_has_no_list(released: Database, hr: FlaskClient) -> None:
    assert {hr.get(f"{PAGE}/{number}/endret").status_code for number in (0, 1, 2)} == {404}


def _line(mean: float | None, n: int = 12, sd: float | None = 0.62) -> Line:
    status = FigureStatus.SHOWN if mean is not None else FigureStatus.HIDDEN
    return Line("TRI", {"nb": "Trivsel"}, {}, 1, 5, status, "", n=n, mean=mean, sd=sd)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (_line(3.8), _line(3.9), ("3,8", "3,9")),
        (_line(3.8), _line(3.8, n=14), ("3,8, 12 svar", "3,8, 14 svar")),
        (_line(3.8), _line(3.8, sd=0.9), ("3,8, spredning 0,6", "3,8, spredning 0,9")),
        (_line(3.8), _line(3.8, sd=None), ("3,8, spredning 0,6", "3,8, spredning skjult")),
        (_line(3.8), _line(3.9, n=1), ("3,8, 12 svar", "3,9, 1 svar")),
        (_line(None), _line(3.9), ("Skjult", "3,9")),
        (_line(3.8), _line(None), ("Vist", "Skjult")),
        (None, _line(3.9), ("Ikke med", "3,9")),
        (_line(3.8), None, ("Vist", "Ikke med")),
    ],
)
def test_a_row_tells_what_differs_and_no_more(
    app: Flask, before: Line | None, now: Line | None, told: tuple[str, str]
) -> None:
    figures = [CorrectedFigure({"nb": "Trivsel"}, before, now, retold=True)]
    with app.test_request_context():
        assert corrected_rows(figures) == [CorrectedRow("Trivsel", *told)]
        assert changes_without_rows(figures) == []


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (_line(3.8), _line(None), ("Vist", "Skjult")),
        (_line(None), _line(3.9), ("Skjult", "Vist")),
        (None, _line(3.9), ("Ikke med", "Vist")),
    ],
)
def test_what_is_not_retold_is_only_shown_or_hidden(
    app: Flask, before: Line | None, now: Line | None, told: tuple[str, str]
) -> None:
    figures = [CorrectedFigure({"nb": "Trivsel"}, before, now, retold=False)]
    with app.test_request_context():
        assert corrected_rows(figures) == [CorrectedRow("Trivsel", *told)]


@pytest.mark.parametrize(
    ("retold", "now", "told"),
    [
        (True, _line(3.82), "Endret så lite at det ikke synes: trivsel."),
        (False, _line(3.9, n=14), "Fikk et annet tall: trivsel."),
    ],
)
def test_a_change_without_a_row_is_a_sentence(app: Flask, now: Line, told: str, *, retold: bool) -> None:
    figures = [CorrectedFigure({"nb": "Trivsel"}, _line(3.81), now, retold=retold)]
    with app.test_request_context():
        assert corrected_rows(figures) == []
        assert changes_without_rows(figures) == [told]
