"""Values that are worked out from the units below: by which rule, when, what beats them, what they never pass on."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Role
from surveys.commands import medvirk
from surveys.platform.database import Database
from surveys.scorecards.aggregation.auditing import card_findings
from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.aggregation.rule_plans import AggregationPlan
from surveys.scorecards.card_plans import IndicatorPlan, SetupError
from surveys.scorecards.feeding import feed
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.models import (
    Indicator,
    IndicatorKind,
    Measurement,
    MeasurementEntry,
    MeasurementStatus,
    Scorecard,
)
from surveys.scorecards.outline.card_files import yaml_of
from surveys.scorecards.outline.nodes import indicator_of
from surveys.scorecards.outline.standing_plan import plan_of_card
from surveys.scorecards.setup import build_card, set_up_card
from surveys.scorecards.withdrawing import withdraw_entry, withdraw_values
from tests.building import build_installation, build_survey, build_units
from tests.card_building import (
    JOY,
    SICK_LEAVE,
    import_text,
    measure,
    plan_of,
    release_figures,
    sign_in_as,
    unit_of,
)
from tests.card_drafting import begin, node, outline, press, write_indicator

UNITS = {"K": None, "A": "K", "A1": "A", "A2": "A", "B": "K"}


def _amount(code: str, title: str, rule: AggregateRule = AggregateRule.NONE, **more: Any) -> IndicatorPlan:
    return IndicatorPlan(
        code=code,
        title={"nb": title},
        source="Lønnssystemet",
        unit_of_measure="dagsverk",
        kind=IndicatorKind.DEVELOPMENT,
        aggregation=AggregationPlan(rule) if rule is not AggregateRule.NONE else None,
        **more,
    )


WORK = _amount("M9", "Årsverk", AggregateRule.SUM)
MEAN = replace(
    SICK_LEAVE,
    frequency=Frequency.YEAR,
    aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN, weight="M9"),
)
LENIENT = replace(
    MEAN, aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN, weight="M9", allow_missing=True)
)
LOST = _amount("M7", "Tapte dagsverk")
POSSIBLE = _amount("M8", "Mulige dagsverk")
RATIO = replace(MEAN, aggregation=AggregationPlan(AggregateRule.RATIO, numerator="M7", denominator="M8"))


@pytest.fixture
def site(app: Flask, db: Database) -> Database:
    """K over A (with A1 and A2) and B."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, UNITS)
    return db


def _set_up(db: Database, *indicators: IndicatorPlan) -> None:
    with db.transaction() as session:
        build_card(session, plan_of(*indicators))


def _enter(db: Database, code: str, values: dict[str, float], year: int = 2025, part: int = 0) -> None:
    with db.transaction() as session:
        for unit, value in values.items():
            measure(session, code, year, value, part, unit)


def _found(db: Database, code: str, year: int = 2025, part: int = 0) -> dict[str, Measurement]:
    """Unit code → its current measurement."""
    with db.reading() as session:
        units = {unit_of(session, unit).id: unit for unit in UNITS}
        rows = session.scalars(
            select(Measurement)
            .join(Indicator, Indicator.id == Measurement.indicator_id)
            .where(
                Indicator.code == code,
                Measurement.current,
                Measurement.year == year,
                Measurement.part == part,
            )
        ).all()
        return {units[row.unit_id]: row for row in rows}


def _values(db: Database, code: str, year: int = 2025, part: int = 0) -> dict[str, float | None]:
    return {unit: row.value for unit, row in _found(db, code, year, part).items()}


def test_a_sum_is_of_the_lowest_units_and_comes_on_every_unit_above(site: Database) -> None:
    _set_up(site, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    assert _values(site, "M9") == {"A1": 10, "A2": 30, "B": 60, "A": 40, "K": 100}
    top = _found(site, "M9")["K"]
    assert (top.source, top.computed_from, top.computed_missing) == ("Regnet ut", 3, 0)


def test_a_mean_is_weighed_by_the_named_indicator_through_every_level(site: Database) -> None:
    _set_up(site, WORK, MEAN)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    _enter(site, "M1.2", {"A1": 4.0, "A2": 8.0, "B": 10.0})
    found = _values(site, "M1.2")
    assert found["A"] == pytest.approx((4 * 10 + 8 * 30) / 40)
    assert found["K"] == pytest.approx((4 * 10 + 8 * 30 + 10 * 60) / 100)


def test_a_ratio_is_of_the_sums_in_per_cent_and_a_lowest_unit_has_its_own(site: Database) -> None:
    _set_up(site, LOST, POSSIBLE, RATIO)
    _enter(site, "M7", {"A1": 5, "A2": 10, "B": 1})
    _enter(site, "M8", {"A1": 50, "A2": 200, "B": 250})
    assert _values(site, "M1.2") == pytest.approx({"A1": 10, "A2": 5, "A": 6, "B": 0.4, "K": 3.2})


def test_a_year_weighs_its_tertials_and_tertials_are_never_a_year(site: Database) -> None:
    tertials = replace(MEAN, frequency=Frequency.TERTIAL)
    _set_up(site, WORK, tertials)
    _enter(site, "M1.2", {"A1": 4.0, "A2": 8.0}, part=2)
    assert set(_values(site, "M1.2", part=2)) == {"A1", "A2"}
    _enter(site, "M9", {"A1": 10, "A2": 30})
    assert _values(site, "M1.2", part=2)["A"] == pytest.approx(7.0)
    assert _values(site, "M1.2", part=1) == {}
    assert _values(site, "M1.2", part=0) == {}


def test_one_missing_unit_stops_the_value_unless_the_rule_allows_it(site: Database) -> None:
    _set_up(site, WORK, MEAN)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    _enter(site, "M1.2", {"A1": 4.0, "A2": 8.0})
    top = _found(site, "M1.2")["K"]
    assert (top.status, top.value, top.computed_from, top.computed_missing) == (
        MeasurementStatus.NOT_MEASURED, None, 2, 1,
    )  # fmt: skip
    _set_up(site, WORK, LENIENT)
    top = _found(site, "M1.2")["K"]
    assert top.value == pytest.approx(7.0)
    assert (top.computed_from, top.computed_missing) == (2, 1)


def test_an_entered_value_beats_and_when_it_is_withdrawn_the_value_is_computed_again(site: Database) -> None:
    _set_up(site, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    _enter(site, "M9", {"A": 50})
    assert _values(site, "M9") == {"A1": 10, "A2": 30, "B": 60, "A": 50, "K": 110}
    _enter(site, "M9", {"A1": 20})
    found = _found(site, "M9")
    assert (found["A"].value, found["K"].value) == (50, 110)
    with site.transaction() as session:
        withdraw_values(session, [found["A"].id], "Kari Eide")
    assert _values(site, "M9") == {"A1": 20, "A2": 30, "B": 60, "A": 50, "K": 110}
    assert _found(site, "M9")["A"].computed_from == 2


def test_what_was_computed_is_not_withdrawn_and_the_same_value_may_be_entered(site: Database) -> None:
    _set_up(site, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30})
    computed = _found(site, "M9")["A"]
    with site.transaction() as session:
        assert withdraw_values(session, [computed.id], "Kari Eide").values == 0
    assert _values(site, "M9")["A"] == 40
    with site.transaction() as session:
        measure(session, "M9", 2025, 40, 0, "A", source="Regnet ut")
    assert _found(site, "M9")["A"].computed_from is None


def test_a_file_is_rolled_up_and_so_is_its_withdrawal(app: Flask, site: Database, tmp_path: Path) -> None:
    _set_up(site, WORK)
    lines = "indikator;enhet;år;verdi;kilde\nM9;A1;2025;10;Lønn\nM9;A2;2025;30;Lønn\n"
    report = import_text(app, site, tmp_path / "verdier.csv", lines)
    assert report.applied
    assert _values(site, "M9")["A"] == 40
    with site.transaction() as session:
        withdraw_entry(session, session.scalars(select(MeasurementEntry.id)).one(), "")
    assert _values(site, "M9") == {}


def test_the_date_is_that_of_the_oldest_number_and_the_earlier_value_is_kept(
    app: Flask, site: Database, tmp_path: Path
) -> None:
    _set_up(site, WORK)
    text = "indikator;enhet;år;verdi;kilde;måledato\nM9;A1;2025;10;Lønn;2026-02-01\nM9;A2;2025;30;Lønn;2026-01-15\n"
    import_text(app, site, tmp_path / "verdier.csv", text)
    assert _found(site, "M9")["A"].measured_on == dt.date(2026, 1, 15)
    _enter(site, "M9", {"A1": 12})
    with site.reading() as session:
        unit_id = unit_of(session, "A").id
        rows = session.scalars(select(Measurement).where(Measurement.unit_id == unit_id)).all()
        assert [(row.value, row.current) for row in rows] == [(40, False), (42, True)]


def test_no_arithmetic_reveals_what_a_survey_hides(site: Database) -> None:
    """Set-up refuses a survey's figure in a rule. Past that, by a row in the database: no sum is computed of it."""
    _set_up(
        site, JOY, LOST, POSSIBLE, replace(RATIO, aggregation=replace(RATIO.computing, allow_missing=True))
    )
    _enter(site, "M8", {"A1": 50, "A2": 200, "B": 250})
    _enter(site, "M7", {"A1": 5, "A2": 10, "B": 1})
    assert _values(site, "M1.2")["K"] == pytest.approx(3.2)
    with site.transaction() as session:
        numerator = session.scalars(select(Indicator).where(Indicator.code == "M7")).one()
        numerator.questionnaire, numerator.measure = "liten", "TRI"
        survey = build_survey(session, unit_of(session, "K"))
        hidden: dict[str, float | str] = {"A1": 4.0, "A2": "too_few", "B": 3.0}
        feed(session, release_figures(session, survey, hidden))
        year = survey.closes_on.year
    _enter(site, "M8", {"A1": 50, "A2": 200, "B": 250}, year=year)
    found = _found(site, "M1.2", year=year)
    assert found["A"].status is MeasurementStatus.HIDDEN
    assert found["K"].status is MeasurementStatus.HIDDEN
    # Nor is a shown figure carried on: the reader of the card may not be one who may see it.
    assert [row.value for row in found.values()] == [None] * len(found)


def test_the_audit_finds_a_computed_value_from_which_a_hidden_one_follows(app: Flask, site: Database) -> None:
    """A1's hidden share follows from A's computed sum less what A2 shows: as if computing had passed it on."""
    _set_up(site, JOY, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    with site.reading() as session:
        assert card_findings(session) == []
    with site.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"))
        release = release_figures(session, survey, {"A1": "too_few"})
        hidden = _found(site, "M9")["A1"]
        changed = session.get_one(Measurement, hidden.id)
        changed.status, changed.value, changed.reason = MeasurementStatus.HIDDEN, None, "too_few"
        changed.release_id = release.id
    with site.reading() as session:
        assert [found.split(":")[0] for found in card_findings(session)] == ["M9, A, 2025", "M9, K, 2025"]
    result = CliRunner().invoke(medvirk, ["audit-disclosure"], obj=lambda: app)
    assert result.exit_code == 1
    assert "2 funn på styringskortene" in result.output


def test_the_audit_finds_a_survey_value_that_the_release_hides(site: Database) -> None:
    _set_up(site, JOY)
    with site.transaction() as session:
        survey = build_survey(session, unit_of(session, "K"))
        feed(session, release_figures(session, survey, {"A1": "too_few", "A2": 4.0}))
        assert card_findings(session) == []
        hidden = session.scalars(select(Measurement).where(Measurement.value.is_(None))).one()
        hidden.status, hidden.value, hidden.reason = MeasurementStatus.MEASURED, 3.2, ""
        session.flush()
        assert len(card_findings(session)) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(MEAN, aggregation=AggregationPlan(AggregateRule.SUM)), "kan ikke summeres"),
        (replace(JOY, aggregation=AggregationPlan(AggregateRule.SUM)), "kommer fra svarene"),
        (replace(MEAN, aggregation=AggregationPlan(AggregateRule.RESPONDENTS)), "bare en verdi fra en undersøkelse"),
        (replace(MEAN, aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN)), "velg hvilken indikator"),
        (replace(MEAN, aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN, weight="X")), "«X» er ikke på kortet"),
        (
            replace(MEAN, aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN, weight="M1.1")),
            "M1.1 kommer fra en undersøkelse",
        ),
        (
            replace(MEAN, aggregation=AggregationPlan(AggregateRule.WEIGHTED_MEAN, weight="M1.2")),
            "regnes ut av seg selv",
        ),
        (
            replace(RATIO, aggregation=AggregationPlan(AggregateRule.RATIO, numerator="M6", denominator="M9")),
            "M6 må måles like ofte",
        ),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_right_is_refused_in_words(
    site: Database, wrong: IndicatorPlan, words: str
) -> None:
    others = [JOY, WORK, _amount("M6", "Dager per måned", frequency=Frequency.MONTH)]
    plan = plan_of(*[each for each in others if each.code != wrong.code], wrong)
    with site.transaction() as session, pytest.raises(SetupError, match=re.escape(words)):
        set_up_card(session, plan)


def test_a_rule_goes_to_a_file_and_back_and_a_change_is_told(site: Database) -> None:
    _set_up(site, WORK, LENIENT)
    with site.transaction() as session:
        card = session.scalars(select(Scorecard)).one()
        text = yaml_of(plan_of_card(session, card))
        assert set_up_card(session, plan_of_card(session, card)).changes == []
        changed = set_up_card(session, plan_of(WORK, MEAN)).changes
    assert "rule: weighted_mean\n" in text
    assert "weight: M9\n" in text
    assert len(changed) == 1
    assert "Regnes ut også når noen mangler verdi. → Snittet" in changed[0]


def test_without_a_rule_any_more_the_computed_values_are_gone(site: Database) -> None:
    _set_up(site, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30})
    _set_up(site, replace(WORK, aggregation=None))
    assert _values(site, "M9") == {"A1": 10, "A2": 30}


def test_the_card_says_how_the_value_was_worked_out(site: Database, client: FlaskClient) -> None:
    _set_up(site, WORK, LENIENT)
    _enter(site, "M9", {"A1": 10, "A2": 30, "B": 60})
    _enter(site, "M1.2", {"A1": 4.0, "A2": 8.0})
    sign_in_as(client, site, Role.HR)
    page = client.get("/styringskort/K").text
    assert "Snitt av 2 enheter, veid med årsverk; 1 mangler" in page
    assert "Snittet av enhetene under, veid med M9 Årsverk. Regnes ut også når noen mangler verdi." in page
    _set_up(site, WORK, MEAN)
    assert "Ikke regnet ut: 1 av 3 enheter mangler verdi." in client.get("/styringskort/K").text


def test_the_rule_is_chosen_on_the_indicators_page_and_follows_a_new_code(
    site: Database, client: FlaskClient
) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    card = begin(client, "molde")
    mean, weight = [
        each for each in outline(site, card).indicators() if not indicator_of(each).questionnaire
    ][:2]
    write_indicator(client, card, weight.id, {"maleenhet": "årsverk", "samling": "sum"})
    chosen = {"samling": "weighted_mean", "vekt": weight.code, "mangler": "ja"}
    assert write_indicator(client, card, mean.id, chosen).status_code == 302
    assert indicator_of(node(site, card, mean.code)).aggregation == AggregationPlan(
        AggregateRule.WEIGHTED_MEAN, weight.code, allow_missing=True
    )
    press(client, card, "lagre", **{f"kode-{weight.id}": "Ny1"})
    assert indicator_of(node(site, card, mean.code)).computing.weight == "Ny1"
    page = client.get(f"/kortoppsett/{card}/indikator/{mean.id}").text
    assert re.search(r'<option value="Ny1" selected>', page)


def test_a_rule_without_its_weight_is_told_at_its_field(site: Database, client: FlaskClient) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    card = begin(client, "molde")
    first = outline(site, card).indicators()[0]
    answer = write_indicator(client, card, first.id, {"samling": "weighted_mean", "mates": ""})
    assert answer.status_code == 422
    assert 'href="#samling"' in answer.text
    assert answer.text.count("velg hvilken indikator snittet skal veies med.") == 2


def test_the_page_for_values_says_what_is_computed_and_lets_one_enter_another(
    site: Database, client: FlaskClient
) -> None:
    _set_up(site, WORK)
    _enter(site, "M9", {"A1": 10, "A2": 30})
    sign_in_as(client, site, Role.HR)
    with site.reading() as session:
        indicator_id = session.scalars(select(Indicator.id).where(Indicator.code == "M9")).one()
        unit_id = unit_of(session, "A").id
    address = f"/verdier/{indicator_id}/2025/0"
    page = client.get(address).text
    assert "Regnet ut: 40,0\N{NO-BREAK SPACE}dagsverk." in page
    assert "1 av 5 mangler verdi" in page
    form = {f"verdi-{unit_id}": "45", "kilde": "Lønn", "malt": "30.09.2026", "periode": "ja"}
    assert client.post(address, data=form).status_code == 302
    assert _values(site, "M9")["A"] == 45
    assert client.post(f"/verdier/maling/{_found(site, 'M9')['K'].id}/trekk").status_code == 404
