"""Before a release HR sees what it will show and hide, and what merging small units would rescue."""

from collections.abc import Mapping

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import AuditEntry, Role
from surveys.campaigns import release_preview
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import ReportGroup, Survey, SurveyStatus
from surveys.campaigns.release_preview import compute_previews, preview_of
from surveys.campaigns.report_groups import merge_units, separate_units
from surveys.database import Database
from surveys.jobs import jobs_of
from surveys.organisation.models import Unit
from surveys.results.auditing import audit_survey
from surveys.results.foreseeing import Foreseen, basis_of, foresee
from surveys.results.models import Figure, FigureKind, FigureStatus, Release, ReleasePreview
from surveys.results.release import ReleaseRefusedError, release
from tests.building import build_survey, keys_of, sheet_of
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON, Answers, build_closed, build_counted, build_released

PAGE = f"/undersokelser/{KEY}/frigivelse"

# Four small teams at one home; day and night at another with its leader's own staff.
HOMES: Mapping[str, str | None] = {
    "K": None,
    "A": "K",
    "B": "K",
    "C": "K",
    "A1": "A",
    "A2": "A",
    "A3": "A",
    "A4": "A",
    "B1": "B",
    "B2": "B",
    "B3": "B",
}


def answers_of(**people: int) -> Answers:
    return {unit: [sheet_of(1 + place % 5) for place in range(count)] for unit, count in people.items()}


SMALL_TEAMS = answers_of(A1=3, A2=4, A3=3, A4=4, B1=3, B2=4, B3=12, C=9)


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that sends forms without tokens and whose jobs run at once."""
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    return client


@pytest.fixture
def small_teams(app: Flask, db: Database, hr: FlaskClient) -> Database:
    """A counted survey of small teams, and HR signed in."""
    build_counted(app, db, SMALL_TEAMS, tree=HOMES)
    sign_in_as(hr, db, Role.HR)
    return db


def foreseen_in(db: Database) -> Foreseen:
    with db.reading() as session:
        return foresee(session, find_survey(session, KEY))


def codes(session: Session) -> dict[int, str]:
    return {unit.id: unit.code for unit in session.scalars(select(Unit))}


def ids(db: Database, *wanted: str) -> list[int]:
    with db.reading() as session:
        found = {code: unit_id for unit_id, code in codes(session).items()}
    return [found[code] for code in wanted]


def rescued(db: Database) -> set[frozenset[str]]:
    """What the preview would have merged, by unit code."""
    with db.reading() as session:
        names = codes(session)
    return {frozenset(names[unit_id] for unit_id in found.unit_ids) for found in foreseen_in(db).rescues}


def stored(db: Database) -> dict[str, int]:
    """How many rows stand in every table that a release writes to."""
    with db.reading() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Release, Figure, ReportGroup, ReleasePreview, Unit, AuditEntry)
        }


def released_states(db: Database) -> dict[tuple[int, str, str, str], str]:
    """Every hidden figure of units and categories → why."""
    with db.reading() as session:
        rows = session.scalars(
            select(Figure).where(Figure.kind != FigureKind.REST, Figure.status == FigureStatus.HIDDEN)
        )
        return {
            (figure.unit_id, figure.breakdown, figure.category, figure.measure): figure.reason
            for figure in rows
        }


def foreseen_states(foreseen: Foreseen, top: int) -> dict[tuple[int, str, str, str], str]:
    units = {
        (unit.unit_id, "", "", measure): reason
        for unit in foreseen.units
        for measure, reason in unit.hidden.items()
    }
    return units | {
        (top, category.breakdown, category.category, measure): reason
        for category in foreseen.categories
        for measure, reason in category.hidden.items()
    }


def some_answers(seed: int) -> Answers:
    """Sizes around the minimum group, two backgrounds, and a few who skipped a theme."""
    chance = np.random.default_rng(seed)

    def sheet() -> dict[str, int]:
        skipped = {"TRI01": 255, "TRI02": 255} if chance.random() < 0.1 else {}
        kind = int(chance.random() < 0.25)
        return sheet_of(int(chance.integers(1, 6)), ansettelse=kind, **skipped)

    return {
        unit: [sheet() for _ in range(chance.choice([0, 1, 3, 4, 5, 6, 8, 14]))]
        for unit, parent in HOMES.items()
        if parent
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_preview_says_exactly_what_the_release_then_hides(app: Flask, db: Database, seed: int) -> None:
    build_counted(app, db, some_answers(seed), tree=HOMES)
    foreseen = foreseen_in(db)
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    [top] = ids(db, "K")
    assert foreseen_states(foreseen, top) == released_states(db)
    assert foreseen.units


def test_the_preview_counts_units_as_the_release_shows_them(app: Flask, small_teams: Database) -> None:
    foreseen = foreseen_in(small_teams)
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    with small_teams.reading() as session:
        shown = session.scalars(
            select(Figure.unit_id)
            .where(Figure.kind == FigureKind.UNIT, Figure.status == FigureStatus.SHOWN)
            .distinct()
        ).all()
    assert foreseen.answered - len(foreseen.whole) == len(shown)
    assert foreseen.answered == 11
    assert (foreseen.people, foreseen.higher_up) == (42, 21)


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


def test_siblings_that_are_large_enough_together_are_suggested(small_teams: Database) -> None:
    """Four teams make two groups of seven; B1 and B2 one; C and B3 are shown by themselves."""
    found = rescued(small_teams)
    assert frozenset({"B1", "B2"}) in found
    of_a = [group for group in found if group & {"A1", "A2", "A3", "A4"}]
    assert sorted(len(group) for group in of_a) == [2, 2]
    assert {frozenset(len(SMALL_TEAMS[unit]) for unit in group) for group in of_a} == {frozenset({3, 4})}


def merge(hr: FlaskClient, db: Database, *units: str, name: str = "Natt og Dag") -> int:
    return hr.post(f"{PAGE}/slatt-sammen", data={"enhet": ids(db, *units), "navn": name}).status_code


def test_units_merged_before_the_release_are_shown_together_and_give_nothing_away(
    app: Flask, small_teams: Database, hr: FlaskClient
) -> None:
    for group in sorted(map(sorted, rescued(small_teams))):
        assert merge(hr, small_teams, *group, name=" og ".join(group)) == 302
    foreseen = foreseen_in(small_teams)
    assert (foreseen.rescues, foreseen.whole, foreseen.higher_up) == ((), [], 0)
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
    foreseen = foreseen_in(small_teams)
    release(small_teams, keys_of(app), KEY, today=RELEASED_ON)
    assert foreseen_states(foreseen, ids(small_teams, "K")[0]) == released_states(small_teams)


@pytest.mark.parametrize("seed", range(2))
def test_every_suggestion_that_is_taken_helps_those_it_says_and_is_clean(
    app: Flask, db: Database, seed: int
) -> None:
    build_counted(app, db, some_answers(seed + 100), tree=HOMES)
    foreseen = foreseen_in(db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        made = [merge_units(session, survey, found.unit_ids, "G").unit_id for found in foreseen.rescues]
    after = foreseen_in(db)
    assert not {unit.unit_id for unit in after.whole} & set(made)
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.reading() as session:
        assert audit_survey(session, find_survey(session, KEY)).findings == ()


def test_a_merger_is_taken_back_without_a_trace_in_the_tree(small_teams: Database, hr: FlaskClient) -> None:
    before, units = foreseen_in(small_teams), stored(small_teams)["unit"]
    merge(hr, small_teams, "B1", "B2")
    assert foreseen_in(small_teams) != before
    [group] = ids(small_teams, f"{KEY}-samlet-1")
    assert hr.post(f"{PAGE}/slatt-sammen/{group}/skill").status_code == 302
    assert foreseen_in(small_teams) == before
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
    assert "Hva som kan reddes" not in page
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

    monkeypatch.setattr("surveys.results.release._refuse_breaches", refuse)
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
            assert preview_of(session, survey) == foresee(session, survey)

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


def correction(hr: FlaskClient, number: int = 1, **data: object) -> tuple[int, str]:
    answer = hr.post(f"{PAGE}/rett", data={"number": number, **data}, follow_redirects=True)
    return answer.status_code if not answer.history else 302, answer.text


class TestCorrections:
    @pytest.fixture
    def released(self, app: Flask, db: Database, hr: FlaskClient) -> Database:
        build_released(app, db, answers_of(A1=8, A2=9, B3=12, C=9), tree=HOMES)
        sign_in_as(hr, db, Role.HR)
        return db

    def move(self, db: Database, unit: str, parent: str) -> None:
        """In the organisation, after the release."""
        with db.transaction() as session:
            units = {one.code: one for one in session.scalars(select(Unit))}
            units[unit].parent = units[parent]
            units[unit].name = "Nytt navn"

    def test_units_that_stood_wrong_are_mended_and_every_reader_sees_why(
        self, released: Database, hr: FlaskClient
    ) -> None:
        self.move(released, "A2", "B")
        assert "fra Enhet A til Enhet B." in hr.get(PAGE).text
        status, page = correction(hr, why="Team A2 sto feil.", as_now="y")
        assert status == 302
        assert "Rettelse: Team A2 sto feil." in page
        assert "Team A2 sto feil." in hr.get(f"/resultater/{KEY}/K").text
        with released.reading() as session:
            survey = find_survey(session, KEY)
            assert [unit.name for unit in survey.units if unit.unit.code == "A2"] == ["Nytt navn"]
            assert audit_survey(session, survey).findings == ()

    def test_sending_the_form_twice_corrects_once(self, released: Database, hr: FlaskClient) -> None:
        self.move(released, "A2", "B")
        for _press in range(2):
            assert correction(hr, why="Team A2 sto feil.", as_now="y")[0] == 302
        assert stored(released)["release"] == 2

    def test_a_correction_without_a_reason_is_not_made(self, released: Database, hr: FlaskClient) -> None:
        status, page = correction(hr, why=" ")
        assert status == 422
        assert "Skriv hvorfor tallene rettes." in page
        assert stored(released)["release"] == 1

    def test_what_was_typed_is_kept_when_there_is_nothing_to_correct(
        self, released: Database, hr: FlaskClient
    ) -> None:
        status, page = correction(hr, why="Jeg tror noe er feil.")
        assert status == 409
        assert "Ingenting ville blitt annerledes" in page
        assert "Jeg tror noe er feil.</textarea>" in page
        assert stored(released)["release"] == 1

    def test_the_minimum_group_is_never_lowered_and_nothing_else_changes_then(
        self, released: Database, hr: FlaskClient
    ) -> None:
        self.move(released, "A2", "B")
        status, page = correction(hr, why="Vi vil vise mer.", as_now="y", minimum_group=3)
        assert status == 409
        assert "de som svarte, ble lovet det" in page
        with released.reading() as session:
            survey = find_survey(session, KEY)
            assert survey.minimum_group == 5
            assert "Nytt navn" not in {unit.name for unit in survey.units}

    def test_a_refused_correction_is_told_and_changes_nothing(
        self, released: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: object) -> None:
            raise ReleaseRefusedError(["TRI: fire personer kan regnes ut"])

        monkeypatch.setattr("surveys.results.release._refuse_breaches", refuse)
        self.move(released, "A2", "B")
        status, page = correction(hr, why="Team A2 sto feil.", as_now="y")
        assert status == 409
        assert "kan røpe svarene til noen få" in page
        assert "Team A2 sto feil.</textarea>" in page
        assert stored(released)["release"] == 1

    def test_there_is_nothing_to_correct_before_a_release(
        self, app: Flask, db: Database, hr: FlaskClient
    ) -> None:
        build_counted(app, db, SMALL_TEAMS, tree=HOMES)
        sign_in_as(hr, db, Role.HR)
        assert correction(hr, why="Feil")[0] == 409


def test_a_draft_cannot_have_its_units_merged(app: Flask, db: Database) -> None:
    build_counted(app, db, SMALL_TEAMS, tree=HOMES)
    with db.transaction() as session:
        survey: Survey = find_survey(session, KEY)
        survey.status = SurveyStatus.DRAFT
        with pytest.raises(SurveyError, match="talt opp"):
            merge_units(session, survey, ids(db, "B1", "B2"), "Natt og Dag")
