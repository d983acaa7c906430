"""HR's quality report: words from named limits, nothing about few, years that obey their verdict, and the drøfting."""

import datetime as dt
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import SurveyStatus
from surveys.hr.quality.limits import ALPHA, HTMT, RMSEA, Mark, beside
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.release.comparisons.invariance import comparability
from surveys.release.models import Change, QualityDiscussion, QualityReport, SurveyComparison, Verdict
from surveys.release.quality import store_quality_report
from surveys.release.representing import pooled, representation
from tests.building import answer_some, build_open_survey, invite_some, keys_of, sheet_of
from tests.card_building import sign_in_as
from tests.quality_building import FIRST, SECOND, answers, build_two_waves

PAGE = "/undersokelser/liten-2026/kvalitet"
FACTOR, STRUCTURE, YEARS = f"{PAGE}/tema/TRI", f"{PAGE}/struktur", f"{PAGE}/over-tid"


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser that sends forms without tokens."""
    app.config["WTF_CSRF_ENABLED"] = False
    return client


def text(client: FlaskClient, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(response.text))


def words(client: FlaskClient, address: str = PAGE) -> str:
    """What is read on the page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text(client, address)))


def with_report(app: Flask, db: Database, hr: FlaskClient, **parts: Any) -> None:
    """An open survey with this quality report, and HR signed in."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        session.add(QualityReport(survey_id=survey.id, result=parts))
    sign_in_as(hr, db, Role.HR)


def scale(alpha: float | None, low: float, high: float, n: int = 140, **more: Any) -> dict[str, Any]:
    interval = None if alpha is None else [low, high]
    return {"n": n, "n_complete": n, "alpha": alpha, "alpha_ci": interval, **more}


# What the numbers come to


def test_each_theme_is_judged_in_words_and_the_weak_ones_are_named(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    scales = {
        "TRI": scale(0.85, 0.77, 0.91),
        "ROL": scale(0.61, 0.50, 0.69),
        "SPN": scale(None, 0, 0, n=0),
    }
    with_report(app, db, hr, scales=scales, warnings=["For få svar til alfa for SPN."])
    page = words(hr)
    assert "1 av 3 temaer måles pålitelig. Vær forsiktig med Rolleklarhet." in page
    assert "0,77 til 0,91" in page
    assert "Påstandene henger godt sammen." in page
    assert "Påstandene henger løst sammen. Tolk temaet varsomt" in page
    assert "Kan ikke regnes ut." in page
    assert "For få svar til alfa for SPN." in page


def test_alpha_of_few_is_shown_and_not_judged(app: Flask, db: Database, hr: FlaskClient) -> None:
    with_report(app, db, hr, scales={"TRI": scale(0.95, 0.90, 0.98, n=20)})
    assert "Bare 20 fullstendige svar. Tallet er for usikkert" in words(hr)


def test_a_statement_that_does_not_follow_is_told_of_in_the_summary(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    loose: dict[str, Any] = {"item_rest": {"ROL01": 0.5, "ROL02": 0.51, "ROL03": 0.12}}
    with_report(app, db, hr, scales={"ROL": scale(0.74, 0.71, 0.78, **loose)})
    assert "Én påstand i Rolleklarhet henger dårlig sammen med resten." in words(hr)


def test_a_statement_that_is_probably_reversed_is_named_with_the_alpha_it_would_give(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    found = {"items": ["ROL03"], "alpha": 0.887}
    with_report(app, db, hr, scales={"ROL": scale(0.54, 0.40, 0.65, suggested_reversals=found)})
    assert "Påstanden ROL03 går motsatt vei av de andre. Snudd gir den alfa 0,89." in words(hr)


def test_structure_and_careless_patterns_rest_on_everybody_and_say_so(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    fit = {"chi2": 30.0, "df": 8, "cfi": 0.97, "tli": 0.96, "rmsea": 0.04, "srmr": 0.03, "admissible": True}
    complete = fit | {"cfi": 0.91, "n": 106}
    validity = {
        "n_complete": 106,
        "cfa": complete,
        "all_answers": {"n": 401, "kmo": 0.8, "cfa": fit | {"n": 401}},
    }
    patterns = {"same": {"n": 380, "share": 0.03}, "inconsistent": {"n": 0, "share": None}}
    with_report(app, db, hr, validity=validity, more={"carelessness": patterns})
    page = words(hr)
    assert "Svarene passer godt med temaene slik de er tenkt." in page
    assert "alle 401 (FIML). Blant de 106 som svarte på alle påstandene, er CFI 0,910" in page
    assert "Samme svar på alle påstandene 3 % 380" in page
    assert "De to halvdelene av temaene" not in page
    assert "Et mønster beviser ikke at noen var uoppmerksom" in page


def test_labelled_choices_stand_beside_the_structure_with_what_each_is_for(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    fit = {"chi2": 30.0, "df": 8, "cfi": 0.91, "tli": 0.90, "rmsea": 0.07, "srmr": 0.03, "n": 106}
    loadings = {"TRI01": [0.71, 0.02], "ROL01": [0.11, 0.62]}
    validity = {
        "n_complete": 106,
        "cfa": fit,
        "htmt": {"TRI~ROL": 0.41},
        "all_answers": {
            "n": 401,
            "cfa": fit | {"n": 401, "factor_correlations": {"TRI~ROL": 0.5}},
            "htmt": {"TRI~ROL": 0.87},
        },
        "estimators": {"mlr": fit | {"cfi": 0.923}, "wlsmv": {"chi2": None, "cfi": None}},
    }
    explored = {"factors": ["TRI", "ROL"], "loadings": loadings}
    structure = {"exploration": explored, "all_answers": {"exploration": explored}}
    with_report(app, db, hr, validity=validity, more={"structure": structure})
    page = words(hr, STRUCTURE)
    assert "Passer svarene når vi regner på andre måter?" in page
    assert "For skjeve svar, som når nesten alle er enige." in page
    assert "0,923" in page
    assert "For svar på få trinn" not in page, "a choice without a solution is in the remarks alone"
    assert "Det samme på alle svarene (EM)" in page
    assert "HTMT på alle svarene (EM)" in page
    assert "0,87" in page
    folded = re.findall(r"<details[^>]*>\s*<summary>([^<]+)</summary>", text(hr, STRUCTURE))
    assert folded == [
        "Det samme på alle svarene (EM)",
        "Hva forkortelsene står for",
        "Likheten mellom temaene på alle svarene (EM)",
        "Korrelasjonen mellom temaene i modellen",
        "Robust (MLR): CFI 0,923, RMSEA 0,070 og SRMR 0,030",
    ]
    assert hr.get(f"{STRUCTURE}/figur/htmt-alle").status_code == 200


def test_where_nobody_answered_everything_the_tables_of_all_the_answers_are_shown(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    fit = {"chi2": 30.0, "df": 8, "cfi": 0.91, "tli": 0.90, "rmsea": 0.07, "srmr": 0.03, "n": 401}
    explored = {"factors": ["TRI", "ROL"], "loadings": {"TRI01": [0.71, 0.02], "ROL01": [0.11, 0.62]}}
    validity = {"n_complete": 0, "all_answers": {"n": 401, "cfa": fit, "htmt": {"TRI~ROL": 0.87}}}
    more = {"structure": {"all_answers": {"exploration": explored}}}
    with_report(app, db, hr, validity=validity, more=more)
    page = words(hr, STRUCTURE)
    assert "Alle påstandene hører til temaet de er skrevet for (alle svarene)" in page
    assert "Like temaer: 1 par når grensen på 0,85 (alle svarene)" in page
    assert "kan ikke regnes ut for disse svarene" not in page
    assert '<details class="ds-details" open> <summary>Likheten mellom' in text(hr, STRUCTURE)


def test_the_ordinal_fit_is_not_judged_by_limits_that_were_not_made_for_it(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    fit = {"chi2": 30.0, "df": 8, "cfi": 0.80, "tli": 0.80, "rmsea": 0.12, "srmr": 0.12, "n": 106}
    good = {"chi2": 30.0, "df": 8, "cfi": 0.992, "tli": 0.99, "rmsea": 0.01, "srmr": 0.01, "n": 106}
    with_report(app, db, hr, validity={"n_complete": 106, "cfa": fit, "estimators": {"wlsmv": good}})
    page = words(hr, STRUCTURE)
    assert "0,992" in page
    assert "Sammenlign ikke med grensene øverst." in page
    assert "Modellen passer godt." not in page


def test_reports_from_before_the_labelled_choices_show_none(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with_report(app, db, hr, validity={"n_complete": 300, "cfa": {"chi2": 30.0, "df": 8, "cfi": 0.99}})
    assert "andre måter" not in words(hr, STRUCTURE)


def test_an_impossible_solution_is_said_to_be_impossible_however_well_it_fits(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    fit = {"chi2": 30.0, "df": 8, "cfi": 0.99, "tli": 0.99, "rmsea": 0.01, "srmr": 0.02, "admissible": False}
    with_report(app, db, hr, validity={"n_complete": 300, "cfa": fit | {"n": 300}})
    page = words(hr)
    assert "modellen får en umulig løsning" in page
    assert "0,990" in page
    assert "Svarene passer godt" not in page


def test_a_figure_just_under_its_limit_is_never_rounded_up_to_it() -> None:
    assert beside(ALPHA, 0.6977) == "0,698"
    assert beside(ALPHA, 0.7023) == "0,70"
    assert beside(HTMT, 0.8501) == "0,850"
    assert beside(ALPHA, None) == "–"


def test_limits_read_both_ways() -> None:
    assert [ALPHA.mark(value) for value in (0.70, 0.69, None)] == [Mark.GOOD, Mark.WEAK, Mark.UNKNOWN]
    assert [RMSEA.mark(value) for value in (0.06, 0.07, 0.09)] == [Mark.GOOD, Mark.CAREFUL, Mark.WEAK]
    assert (ALPHA.words, RMSEA.words) == ("minst 0,70", "høyst 0,06")


def test_the_three_kinds_of_quality_have_headings_of_their_own_and_alpha_is_never_validity(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with_report(app, db, hr, scales={"TRI": scale(0.85, 0.77, 0.91)})
    headings = re.findall(r"<h2[^>]*>([^<]+)</h2>", text(hr))
    assert headings[1:7] == [
        "Måler påstandene det samme?",
        "Er det tre ulike temaer?",
        "Kan vi bruke det til det vi sier?",
        "Kan vi snakke om et enhetsresultat?",
        "Kan vi sammenligne årene?",
        "Hvem svarte?",
    ]
    assert not re.search(r"valid", words(hr), re.IGNORECASE)


def test_before_counting_every_page_says_so_or_is_not_there(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with db.transaction() as session:
        build_open_survey(app, session)
    sign_in_as(hr, db, Role.HR)
    assert "Kvaliteten kan regnes ut når svarene er talt opp." in text(hr)
    for address in (FACTOR, STRUCTURE):
        assert hr.get(address).status_code == 404
    assert hr.post(f"{PAGE}/drofting", data={"said": "Fint."}).status_code == 404


def test_only_hr_reads_the_report(app: Flask, db: Database, hr: FlaskClient) -> None:
    with db.transaction() as session:
        build_open_survey(app, session)
    sign_in_as(hr, db, Role.LEADER)
    figures = (f"{FACTOR}/figur/pastander", f"{STRUCTURE}/figur/htmt", f"{YEARS}/figur")
    for address in (PAGE, FACTOR, STRUCTURE, YEARS, *figures):
        assert hr.get(address).status_code == 403


# Two real waves


def test_a_statement_that_moved_by_itself_takes_up_and_down_away_and_only_there(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    second = answers(2, level=0.6, moved=-1.2)
    build_two_waves(app, db, tmp_path, answers(1), second)
    with db.reading() as session:
        now, before = find_survey(session, SECOND), find_survey(session, FIRST)
        found = comparability(session, now, before)
        assert (found.blocks("TRI"), found.blocks("ROL")) == (True, False)
        assert found.blocks("TRI:index")
        assert not found.comparable
        changes = session.execute(select(Change.measure, Change.verdict, Change.comparable)).all()
    assert {(verdict, sure) for measure, verdict, sure in changes if measure == "TRI"} == {
        (Verdict.NO_CLEAR_CHANGE, False)
    }
    assert {(verdict, sure) for measure, verdict, sure in changes if measure == "ROL"} == {(Verdict.UP, True)}
    sign_in_as(hr, db, Role.HR)
    result = text(hr, f"/resultater/{SECOND}/K")
    assert "Kan ikke sammenlignes sikkert med 2024" in result
    assert "Tydelig opp siden 2024: rolleklarhet" in result
    assert YEARS in result
    assert "Kan ikke sammenlignes sikkert: Trivsel." in words(hr)
    years = words(hr, YEARS)
    assert "Ikke si at temaet har gått opp eller ned." in years
    assert "Samme skala brukt på samme måte. Snittene kan sammenlignes." in years


def test_waves_that_measure_the_same_keep_their_changes(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2, level=0.6))
    with db.reading() as session:
        now, before = find_survey(session, SECOND), find_survey(session, FIRST)
        found = comparability(session, now, before)
        assert {found.measures["TRI"], found.measures["ROL"]} == {"comparable"}
        assert all(change.comparable for change in session.scalars(select(Change)))
        verdicts = set(session.scalars(select(Change.verdict).where(Change.measure == "TRI")))
    assert verdicts == {Verdict.UP}
    sign_in_as(hr, db, Role.HR)
    for address in (PAGE, FACTOR, STRUCTURE, YEARS, f"{PAGE}/tema/SPN"):
        assert "<h1" in text(hr, address)


def test_two_surveys_that_were_never_tried_lose_nothing(app: Flask, db: Database, tmp_path: Path) -> None:
    build_two_waves(app, db, tmp_path, answers(1, people=40), answers(2, people=40))
    with db.transaction() as session:
        now, before = find_survey(session, SECOND), find_survey(session, FIRST)
        few = comparability(session, now, before)
        assert (few.level, few.blocks("TRI"), few.comparable) == ("undecided", False, False)
        session.delete(session.get_one(SurveyComparison, (now.id, before.id)))
        session.flush()
        untried = comparability(session, now, before)
        assert (untried.level, untried.blocks("TRI"), untried.comparable) == ("undecided", False, False)
        assert untried.words == "Det kan ikke avgjøres om påstandene brukes på samme måte som i 2024."


def test_what_a_killed_process_left_out_is_written_by_counting_again(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    with db.transaction() as session:
        survey_id = find_survey(session, SECOND).id
        stored = session.scalars(select(SurveyComparison)).one()
        before = stored.result
        session.delete(stored)
    store_quality_report(db, SECOND)
    store_quality_report(db, SECOND)
    with db.reading() as session:
        again = session.scalars(select(SurveyComparison)).one()
        assert (again.survey_id, again.result) == (survey_id, before)


def test_the_page_of_a_theme_has_its_numbers_in_a_table_and_the_same_in_its_picture(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2, loose=True))
    sign_in_as(hr, db, Role.HR)
    figure = hr.get(f"{PAGE}/tema/ROL/figur/pastander").get_json()
    with db.reading() as session:
        report = session.get_one(QualityReport, find_survey(session, SECOND).id).result
    rests = report["scales"]["ROL"]["item_rest"]
    assert figure["data"][0]["x"] == list(rests.values())
    drawn = [float(place) for place in re.findall(r'cx="([\d.]+)%"', hr.get(f"{PAGE}/tema/ROL").text)]
    low, high = figure["layout"]["xaxis"]["range"]
    assert drawn == pytest.approx([100 * (rest - low) / (high - low) for rest in rests.values()], abs=0.01)
    page = words(hr, f"{PAGE}/tema/ROL")
    for rest in rests.values():
        assert f"{rest:.2f}".replace(".", ",").replace("-", "−") in page
    assert "1 påstand følger resten av temaet dårlig" in page
    assert "enkeltpåstander aldri et resultat" in page
    assert hr.get(f"{PAGE}/tema/FINNESIKKE").status_code == 404


def test_every_figure_that_can_be_explored_has_the_pages_numbers_and_nothing_more(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    sign_in_as(hr, db, Role.HR)
    offered = [
        found
        for page in (FACTOR, YEARS)
        for found in re.findall(r'data-explored="([^"]*)"', hr.get(page).text)
    ]
    assert sorted(address.removeprefix(PAGE) for address in offered) == [
        "/over-tid/figur",
        "/tema/TRI/figur/pastander",
    ]
    figures = {address.removeprefix(PAGE): hr.get(address).get_json() for address in offered}
    with db.reading() as session:
        report = session.get_one(QualityReport, find_survey(session, SECOND).id).result
    years = figures["/over-tid/figur"]["data"]
    assert [trace["name"] for trace in years] == ["2024", "2026"]
    assert years[1]["x"] == [one["alpha"] for one in report["scales"].values() if one["alpha"] is not None]
    low, high = report["scales"]["TRI"]["alpha_ci"]
    assert years[1]["error_x"]["array"][0] == pytest.approx(high - years[1]["x"][0])
    assert years[1]["error_x"]["arrayminus"][0] == pytest.approx(years[1]["x"][0] - low)
    # The small instrument never reports single statements: their answers have no figure either.
    assert hr.get(f"{FACTOR}/figur/svar").status_code == 404


def test_a_heat_map_that_is_explored_has_the_tables_numbers(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    pairs = {"TRI~ROL": 0.52, "TRI~SPN": -0.31, "ROL~SPN": None}
    validity = {"htmt": pairs, "cfa": {"factor_correlations": pairs}}
    with_report(app, db, hr, scales={}, validity=validity)
    page = hr.get(STRUCTURE).text
    for name in ("htmt", "korrelasjoner"):
        assert f'data-explored="{STRUCTURE}/figur/{name}"' in page
        [heat] = hr.get(f"{STRUCTURE}/figur/{name}").get_json()["data"]
        assert heat["z"] == [[None, 0.52, 0.31], [0.52, None, None], [0.31, None, None]]
        assert heat["text"] == [["", "0,52", "−0,31"], ["0,52", "", "–"], ["−0,31", "–", ""]]
    assert hr.get(f"{STRUCTURE}/figur/finnesikke").status_code == 404


def test_the_answers_to_statements_are_drawn_as_shares_of_a_hundred_when_they_may_be(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    shape = {"n": 60, "floor": 0.1, "ceiling": 0.1, "not_applicable": 0.0, "blank": 0.0}
    shares = {item: {**shape, "answers": [0.1, 0.2, 0.3, 0.3, 0.1]} for item in ("TRI01", "TRI02", "TRI03")}
    report = {
        "scales": {"TRI": scale(0.8, 0.7, 0.9, item_rest={"TRI01": 0.5})},
        "more": {"scales": {"TRI": {"items": shares}}},
    }
    with_report(app, db, hr, **report)
    assert hr.get(f"{FACTOR}/figur/svar").status_code == 404  # before the release
    with db.transaction() as session:
        find_survey(session, "liten-2026").status = SurveyStatus.RELEASED
    figure = hr.get(f"{FACTOR}/figur/svar").get_json()
    assert [trace["x"][0] for trace in figure["data"]] == pytest.approx([0.1, 0.2, 0.3, 0.3, 0.1])
    page = hr.get(FACTOR).text
    drawn = re.findall(r'<rect x="([\d.]+)%" width="([\d.]+)%"', page)[:5]
    assert drawn == [
        ("0.00", "10.00"),
        ("10.00", "20.00"),
        ("30.00", "30.00"),
        ("60.00", "30.00"),
        ("90.00", "10.00"),
    ]


def test_no_page_loads_plotly_until_somebody_explores(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    sign_in_as(hr, db, Role.HR)
    for address in (PAGE, FACTOR, STRUCTURE, YEARS):
        assert not re.search(r"<(?:script|link)[^>]*plotly", hr.get(address).text), address


def test_no_answer_to_a_single_statement_is_stored_where_they_are_never_reported(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    with db.reading() as session:
        report = session.get_one(QualityReport, find_survey(session, SECOND).id).result
    shapes = [shape for one in report["more"]["scales"].values() for shape in one["items"].values() if shape]
    assert len(shapes) == 6
    assert not any("answers" in shape for shape in shapes)


def test_agreement_of_few_units_is_not_stored_since_it_would_give_their_means(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1), answers(2))
    with db.reading() as session:
        report = session.get_one(QualityReport, find_survey(session, SECOND).id).result
    found = report["agreement"]["TRI"]
    assert found.pop("groups") == 2
    assert set(found.values()) == {None}
    assert "enhet" not in json.dumps(report["more"]["agreement"])


# Who answered


def test_small_groups_of_invited_are_told_of_together() -> None:
    groups = [("a", 20, 9), ("b", 3, 1), ("c", 1, 1), ("d", 9, 8)]
    assert pooled(groups, 5) == [("a", 20, 9), ("others", 13, 10)]
    assert pooled([("a", 20, 9), ("d", 9, 8)], 5) == [("a", 20, 9), ("d", 9, 8)]
    assert pooled([("b", 3, 1)], 5) == []


def test_who_answered_is_counted_from_invitations_and_told_with_its_size(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(1 + i % 5) for i in range(30)])
        answer_some(app, session, survey, "B", [sheet_of(1 + i % 5) for i in range(6)])
        invite_some(app, session, survey, "B", count=24)
        answer_some(app, session, survey, "A", [sheet_of(3)] * 3, audience="leaders")
        close_survey(session, survey)
    count(db, keys_of(app), "liten-2026")
    with db.reading() as session:
        found = representation(session, find_survey(session, "liten-2026"))
    assert found is not None
    assert (found["invited"], found["delivered"]) == (63, 39)
    areas = {(group["invited"], group["answered"]) for group in found["by"]["area"]["groups"]}
    assert areas == {(33, 33), (30, 6)}
    assert found["by"]["area"]["cramers_v"] > 0.3
    assert found["by"]["audience"] is None
    assert found["factors"] == {"TRI": 63, "ROL": 63, "SPN": 3}
    sign_in_as(hr, db, Role.HR)
    page = words(hr)
    assert "62 % svarte (39 av 63). Noen grupper har svart klart sjeldnere enn andre." in page
    assert "Områder: betydelig forskjell i svarprosent" in page
    assert "Si fra om skjevheten når resultatet vises" in page
    assert "viser vi bare hvor bred usikkerheten er, ikke snittet" in page
    assert "Lavest mulig" not in page


# The drøfting


def test_the_report_is_not_complete_before_somebody_has_discussed_it(
    app: Flask, db: Database, hr: FlaskClient, tmp_path: Path
) -> None:
    build_two_waves(app, db, tmp_path, answers(1, people=30), answers(2, people=30))
    with db.transaction() as session:
        find_survey(session, SECOND).status = SurveyStatus.COUNTED
    sign_in_as(hr, db, Role.HR)
    missing = "Rapporten er ikke fullstendig før noen har drøftet funnene."
    confirmation = f"/undersokelser/{SECOND}/steg/release"
    assert missing in text(hr)
    assert "Ingen har drøftet kvaliteten ennå" in text(hr, confirmation)
    done = hr.post(f"{PAGE}/drofting", data={"said": "Enhetene kjenner seg igjen.\r\n<b>Bruk det.</b>"})
    assert done.status_code == 302
    page = hr.get(PAGE).text
    assert missing not in page
    assert "Enhetene kjenner seg igjen.\n&lt;b&gt;Bruk det.&lt;/b&gt;" in page
    assert "Kari Eide" in page
    assert "Kvaliteten er drøftet." in text(hr, confirmation)
    with db.reading() as session:
        written = session.scalars(select(QualityDiscussion)).one()
        assert (written.author, written.withdrawn_on) == ("Kari Eide", None)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "quality.discussed")).one()
        assert entry.subject == SECOND
        assert "kjenner" not in json.dumps(entry.detail)


@pytest.mark.parametrize(
    ("said", "fault"), [("   ", "Skriv hva dere kom fram til."), ("x" * 4001, "4000 tegn")]
)
def test_a_faulty_drofting_is_shown_again_with_what_is_wrong(
    app: Flask, db: Database, hr: FlaskClient, said: str, fault: str
) -> None:
    with_report(app, db, hr, scales={"TRI": scale(0.85, 0.77, 0.91)})
    answer = hr.post(f"{PAGE}/drofting", data={"said": said})
    assert answer.status_code == 422
    assert "<title>Feil: Liten undersøkelse 2026 – Kvalitet" in answer.text
    assert answer.text.count(fault) == 2
    assert 'aria-invalid="true"' in answer.text
    with db.reading() as session:
        assert session.scalars(select(QualityDiscussion)).all() == []


def test_a_drofting_is_withdrawn_by_its_author_alone_and_its_text_stays(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    with_report(app, db, hr, scales={"TRI": scale(0.85, 0.77, 0.91)})
    hr.post(f"{PAGE}/drofting", data={"said": "Dette var for raskt."})
    hr.post(f"{PAGE}/drofting", data={"said": "Dette står."})
    with db.reading() as session:
        first, second = session.scalars(select(QualityDiscussion.id).order_by(QualityDiscussion.id))
    page = text(hr)
    assert page.index("Dette står.") < page.index("Dette var for raskt.")
    for _time in range(2):
        assert hr.post(f"{PAGE}/drofting/{first}/trekk").status_code == 302
    page = text(hr)
    assert "<s>Dette var for raskt.</s>" in page
    assert "Rapporten er fullstendig" in page
    sign_in_as(hr, db, Role.ADMINISTRATOR)
    assert hr.post(f"{PAGE}/drofting/{second}/trekk").status_code == 403
    assert hr.post(f"{PAGE}/drofting/{second + 99}/trekk").status_code == 404
    with db.reading() as session:
        days = {one.id: one.withdrawn_on for one in session.scalars(select(QualityDiscussion))}
        assert isinstance(days[first], dt.date)
        assert days[second] is None
        actions = [one.action for one in session.scalars(select(AuditEntry)) if "quality" in one.action]
    assert actions.count("quality.discussion_withdrawn") == 1
