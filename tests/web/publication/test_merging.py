"""Small units merged in one survey's report: what it rescues, and what it never touches."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.access.models import Role
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import ReportGroup, Survey, SurveyStatus
from surveys.campaigns.report_groups import merge_units, separate_units
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.auditing import audit_survey
from surveys.release.models import Figure, FigureStatus
from tests.building import build_survey, keys_of
from tests.card_building import sign_in_as
from tests.publishing import (
    HOMES,
    PAGE,
    SMALL_TEAMS,
    ids,
    merge,
    preview_in,
    preview_states,
    released_states,
    rescued,
    some_answers,
    stored,
)
from tests.releasing import KEY, RELEASED_ON, build_counted


def test_siblings_that_are_large_enough_together_are_suggested(small_teams: Database) -> None:
    """Four teams make two groups of seven; B1 and B2 one; C and B3 are shown by themselves."""
    found = rescued(small_teams)
    assert frozenset({"B1", "B2"}) in found
    of_a = [group for group in found if group & {"A1", "A2", "A3", "A4"}]
    assert sorted(len(group) for group in of_a) == [2, 2]
    assert {frozenset(len(SMALL_TEAMS[unit]) for unit in group) for group in of_a} == {frozenset({3, 4})}


def test_units_merged_before_the_release_are_shown_together_and_give_nothing_away(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    for group in sorted(map(sorted, rescued(small_teams))):
        assert merge(hr, small_teams, *group, name=" og ".join(group)) == 302
    preview = preview_in(small_teams)
    assert (preview.suggestions, preview.whole, preview.higher_up) == ((), [], 0)
    assert "Ingen andre enheter er skjult." in hr.get(PAGE).text
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    with small_teams.reading() as session:
        survey = find_survey(session, KEY)
        figures = session.execute(
            select(Unit.name, Figure.n, Figure.status)
            .join(Figure.unit)
            .where(Unit.id.in_(select(ReportGroup.unit_id)), Figure.measure == "TRI", Figure.kind == "unit")
        ).all()
        assert [(n, status) for _, n, status in figures] == [(7, FigureStatus.SHOWN)] * 3
        assert audit_survey(session, survey).findings == ()


def test_the_preview_of_merged_units_is_what_the_release_hides(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    merge(hr, small_teams, "B1", "B2")
    preview = preview_in(small_teams)
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    assert preview_states(preview, ids(small_teams, "K")[0]) == released_states(small_teams)


@pytest.mark.parametrize("seed", range(2))
def test_every_suggestion_that_is_taken_helps_those_it_says_and_is_clean(
    app: Flask, db: Database, seed: int
) -> None:
    build_counted(app, db, some_answers(seed + 100), tree=HOMES)
    preview = preview_in(db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        made = [merge_units(session, survey, found.unit_ids, "G").unit_id for found in preview.suggestions]
    after = preview_in(db)
    assert not {unit.unit_id for unit in after.whole} & set(made)
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.reading() as session:
        assert audit_survey(session, find_survey(session, KEY)).findings == ()


def test_a_merger_is_taken_back_without_a_trace_in_the_tree(small_teams: Database, hr: FlaskClient) -> None:
    before, units = preview_in(small_teams), stored(small_teams)["unit"]
    merge(hr, small_teams, "B1", "B2")
    assert preview_in(small_teams) != before
    [group] = ids(small_teams, f"{KEY}-samlet-1")
    assert hr.post(f"{PAGE}/slatt-sammen/{group}/skill").status_code == 302
    assert preview_in(small_teams) == before
    assert stored(small_teams)["unit"] == units
    assert hr.post(f"{PAGE}/slatt-sammen/{group}/skill").status_code == 404


def test_a_merger_that_would_be_hidden_all_the_same_is_not_made(
    small_teams: Database, hr: FlaskClient
) -> None:
    with small_teams.transaction() as session:
        find_survey(session, KEY).minimum_group = 8
    assert merge(hr, small_teams, "B1", "B2") == 409
    with small_teams.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReportGroup)) == 0


def test_only_siblings_are_merged(small_teams: Database, hr: FlaskClient) -> None:
    for units in (["A1"], ["A1", "B1"], ["A", "A1"], ["K", "A"]):
        assert merge(hr, small_teams, *units) == 409, units


def test_a_unit_is_merged_once_and_a_group_has_a_name(small_teams: Database, hr: FlaskClient) -> None:
    assert merge(hr, small_teams, "B1", "B2", name=" ") == 409
    assert merge(hr, small_teams, "B1", "B2") == 302
    assert merge(hr, small_teams, "B1", "B2") == 409


def test_nothing_is_merged_or_separated_after_the_release(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    merge(hr, small_teams, "B1", "B2")
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    [group] = ids(small_teams, f"{KEY}-samlet-1")
    assert merge(hr, small_teams, "A1", "A2") == 409
    assert hr.post(f"{PAGE}/slatt-sammen/{group}/skill").status_code == 409


def test_a_group_belongs_to_one_report_and_not_to_the_organisation(
    small_teams: Database, hr: FlaskClient
) -> None:
    merge(hr, small_teams, "B1", "B2")
    with small_teams.transaction() as session:
        top = session.scalars(select(Unit).where(Unit.code == "K")).one()
        other = build_survey(session, top, "neste")
        assert {unit.name for unit in other.units} == {f"Enhet {code}" for code in HOMES}


def test_the_same_merger_next_time_is_the_same_unit(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    merge(hr, small_teams, "B1", "B2")
    build_counted(app, small_teams, SMALL_TEAMS, "liten-2028", tree=HOMES)
    with small_teams.transaction() as session:
        survey = find_survey(session, "liten-2028")
        wanted = ids(small_teams, "B2", "B1")
        assert merge_units(session, survey, wanted, "Natt og dag").unit.code == f"{KEY}-samlet-1"
        separate_units(session, survey, survey.report_groups[0].unit_id)
    assert ids(small_teams, f"{KEY}-samlet-1")


def test_a_leader_of_a_merged_unit_reads_the_merged_result(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    merge(hr, small_teams, "B1", "B2")
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    group = f"/resultater/{KEY}/{KEY}-samlet-1"
    sign_in_as(hr, small_teams, Role.LEADER, "B1")
    page = hr.get(group)
    assert page.status_code == 200
    assert "Natt og Dag" in page.text
    assert "2,3" in page.text
    sign_in_as(hr, small_teams, Role.LEADER, "A1")
    assert hr.get(group).status_code == 403


def test_a_draft_cannot_have_its_units_merged(app: Flask, db: Database) -> None:
    build_counted(app, db, SMALL_TEAMS, tree=HOMES)
    with db.transaction() as session:
        survey: Survey = find_survey(session, KEY)
        survey.status = SurveyStatus.DRAFT
        with pytest.raises(SurveyError, match="talt opp"):
            merge_units(session, survey, ids(db, "B1", "B2"), "Natt og Dag")
