"""Before a release HR sees what it will show and hide."""

import datetime as dt
import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import ReaderGroup, SurveyStatus, VisibilityStep
from surveys.platform.database import Database
from surveys.publishing import preview as release_preview
from surveys.publishing.preview import compute_previews, preview_of
from surveys.publishing.releasing import ReleaseRefusedError, release
from surveys.release.models import Figure, FigureKind, FigureStatus
from surveys.release.protection.previewing_release import preview_release
from surveys.release.protection.release_preview import basis_of
from tests.building import keys_of
from tests.card_building import sign_in_as
from tests.publishing import (
    HOMES,
    PAGE,
    SMALL_TEAMS,
    answers_of,
    ids,
    merge,
    preview_in,
    preview_states,
    released_states,
    some_answers,
    stored,
)
from tests.releasing import KEY, RELEASED_ON, build_closed, build_counted


@pytest.mark.parametrize("seed", range(3))
def test_the_preview_says_exactly_what_the_release_then_hides(app: Flask, db: Database, seed: int) -> None:
    build_counted(app, db, some_answers(seed), tree=HOMES)
    preview = preview_in(db)
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    [top] = ids(db, "K")
    assert preview_states(preview, top) == released_states(db)
    assert preview.units


def test_the_preview_counts_units_as_the_release_shows_them(app: Flask, small_teams: Database) -> None:
    preview = preview_in(small_teams)
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    with small_teams.reading() as session:
        shown = session.scalars(
            select(Figure.unit_id)
            .where(Figure.kind == FigureKind.UNIT, Figure.status == FigureStatus.SHOWN)
            .distinct()
        ).all()
    assert preview.answered - len(preview.whole) == len(shown)
    assert preview.answered == 11
    assert (preview.people, preview.higher_up) == (42, 21)


def test_looking_at_the_preview_writes_nothing(small_teams: Database, hr: FlaskClient) -> None:
    before = stored(small_teams)
    assert hr.get(PAGE).status_code == 200
    assert hr.get(f"/undersokelser/{KEY}/steg/release").status_code == 200
    assert stored(small_teams) == before


def test_the_page_says_what_is_hidden_why_and_where_the_answers_stand(
    small_teams: Database, hr: FlaskClient
) -> None:
    page = " ".join(hr.get(PAGE).text.split())
    assert "Av 11 enheter med svar vises 5." in page
    assert "6 er skjult: 6 fordi færre enn 5 svarte." in page
    assert "Svarene fra 21 av 42 personer synes bare i resultatet for enheter over deres egen" in page
    assert "Vises samlet som «Små enheter samlet» under Enhet B." in page
    assert "Teller med i Enhet A." in page


def test_the_page_shows_no_result(small_teams: Database, hr: FlaskClient) -> None:
    """Everybody answers alike but for the unit, so a mean on the page would be seen."""
    page = hr.get(PAGE).text
    assert "2,0" not in page
    assert "2,5" not in page
    assert "3,0" not in page


def test_delivered_is_told_no_closer_than_participation_tells_it(
    small_teams: Database, hr: FlaskClient
) -> None:
    rows = hr.get(PAGE).text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    assert len(rows) == 6
    assert all("vises ikke" in row for row in rows)


def test_hr_elsewhere_may_neither_see_nor_change_the_preview(small_teams: Database, hr: FlaskClient) -> None:
    for role, unit in ((Role.HR, "A"), (Role.LEADER, "K"), (Role.CONTROLLER, "K")):
        sign_in_as(hr, small_teams, role, unit)
        assert hr.get(PAGE).status_code == 403
        assert merge(hr, small_teams, "B1", "B2") == 403
        assert hr.post(f"{PAGE}/rett", data={"why": "Feil"}).status_code == 403


def test_a_survey_nobody_answered_says_so(app: Flask, db: Database, hr: FlaskClient) -> None:
    build_counted(app, db, {}, tree=HOMES)
    sign_in_as(hr, db, Role.HR)
    assert "Ingen har svart, så det er ingen tall å vise." in hr.get(PAGE).text


def test_a_survey_too_small_to_show_anything_says_so(app: Flask, db: Database, hr: FlaskClient) -> None:
    build_counted(app, db, answers_of(A1=2, C=2), tree=HOMES)
    sign_in_as(hr, db, Role.HR)
    page = hr.get(PAGE).text
    assert "enheter med svar vises 0." in page
    assert "Svarene fra færre enn 5 personer" in page
    assert "Vises ikke noe sted." in page


def test_before_counting_there_is_no_preview(app: Flask, db: Database, hr: FlaskClient) -> None:
    build_closed(app, db, SMALL_TEAMS, tree=HOMES)
    sign_in_as(hr, db, Role.HR)
    page = hr.get(PAGE).text
    assert "Når svarene er talt opp" in page
    assert "Slik kan flere få se resultatet" not in page
    assert merge(hr, db, "B1", "B2") == 409


def test_the_confirmation_says_what_will_be_hidden(small_teams: Database, hr: FlaskClient) -> None:
    page = hr.get(f"/undersokelser/{KEY}/steg/release").text
    assert "6 er skjult: 6 fordi færre enn 5 svarte." in page
    assert PAGE in page


def test_pressing_release_twice_releases_once(small_teams: Database, hr: FlaskClient) -> None:
    for _press in range(2):
        assert hr.post(f"/undersokelser/{KEY}/steg/release").status_code == 302
    assert stored(small_teams)["release"] == 1


def test_a_refused_release_is_told_calmly_with_what_to_do(
    small_teams: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise ReleaseRefusedError(["TRI: fire personer kan regnes ut"])

    monkeypatch.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
    answer = hr.post(f"/undersokelser/{KEY}/steg/release")
    assert answer.status_code == 409
    assert "Dette er en feil i Medvirk, ikke noe du har gjort." in answer.text
    assert "TRI: fire personer kan regnes ut" in answer.text
    assert stored(small_teams)["release"] == 0
    with small_teams.reading() as session:
        assert find_survey(session, KEY).status == SurveyStatus.COUNTED


class TestLargeSurveys:
    """Their preview is kept for the page, and holds until something it follows from is changed."""

    @pytest.fixture(autouse=True)
    def all_are_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(release_preview, "MOST_ON_THE_SPOT", 10)
        monkeypatch.setattr(release_preview, "MOST_AT_A_STEP", 20)

    def test_the_worker_keeps_what_the_page_then_shows(self, small_teams: Database, hr: FlaskClient) -> None:
        assert "regner ut hva som blir vist, i bakgrunnen" in hr.get(PAGE).text
        assert compute_previews(small_teams) == [KEY]
        assert "Av 11 enheter med svar vises 5." in hr.get(PAGE).text
        with small_teams.reading() as session:
            survey = find_survey(session, KEY)
            assert preview_of(session, survey) == preview_release(session, survey)

    def test_counting_asks_the_worker_for_it(self, app: Flask, db: Database, hr: FlaskClient) -> None:
        build_closed(app, db, SMALL_TEAMS, tree=HOMES)
        sign_in_as(hr, db, Role.HR)
        hr.post(f"/undersokelser/{KEY}/steg/count")
        assert "Av 11 enheter med svar vises 5." in hr.get(PAGE).text

    def test_a_button_works_it_out_at_once_when_that_is_quick_enough(
        self, small_teams: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(release_preview, "MOST_AT_A_STEP", 100)
        assert merge(hr, small_teams, "B1", "B2") == 302
        assert compute_previews(small_teams) == []
        assert "Av 11 enheter med svar vises 5. 2 vises slått sammen med andre." in hr.get(PAGE).text

    def test_it_is_worked_out_again_only_when_something_has_changed(self, small_teams: Database) -> None:
        assert compute_previews(small_teams) == [KEY]
        assert compute_previews(small_teams) == []
        with small_teams.transaction() as session:
            find_survey(session, KEY).minimum_group = 6
        assert compute_previews(small_teams) == [KEY]

    def test_merging_asks_the_worker_for_a_new_one(self, small_teams: Database, hr: FlaskClient) -> None:
        compute_previews(small_teams)
        assert merge(hr, small_teams, "B1", "B2") == 302
        assert "Av 11 enheter med svar vises 5. 2 vises slått sammen med andre." in hr.get(PAGE).text

    def test_the_basis_follows_the_tree_the_group_and_the_answers(self, small_teams: Database) -> None:
        with small_teams.reading() as session:
            survey = find_survey(session, KEY)
            first = basis_of(session, survey)
            survey.units[-1].type = "noe annet"
            assert basis_of(session, survey) != first


def test_hr_is_told_when_leaders_see_the_release_and_led_to_it_and_to_its_trail(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    page = f"/undersokelser/{KEY}"
    told = "Lederne ser dem fra 16. desember 2099"
    with small_teams.transaction() as session:
        survey = find_survey(session, KEY)
        survey.visibility = [VisibilityStep(readers=ReaderGroup.LEADERS, visible_on=dt.date(2099, 12, 16))]
    assert told in hr.get(f"{page}/steg/release").text
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    text = hr.get(page).text
    assert told in text
    assert "Nå er det lederne" not in text
    links = dict(re.findall(r'href="([^"]+)">(Se resultatene|Hendelseslogg)<', text))
    assert [*links.values()] == ["Se resultatene", "Hendelseslogg"]
    results, trail = (hr.get(html.unescape(link)) for link in links)
    assert results.status_code == 200
    assert f'/resultater/{KEY}/K"' in text
    assert "Frigav resultatene" in trail.text
    with small_teams.transaction() as session:
        find_survey(session, KEY).visibility[0].visible_on = RELEASED_ON
    assert "Nå er det lederne" in hr.get(page).text
