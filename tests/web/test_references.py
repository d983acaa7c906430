"""What a unit is compared with, in picture and table alike, and one word for each state without a figure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from surveys.access.models import Role
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.models import Survey, VisibilityStep
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.publishing.releasing import release
from surveys.release.comparisons.positions import ReferencePosition, ReleasedMean, positions
from surveys.release.comparisons.references import ReferenceValue, other_releases, without_unit
from surveys.release.history.models import ImportedFigure, ImportedKind, ImportedMeasure, ImportedSet
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureKind, FigureStatus
from surveys.results import views
from surveys.results.exporting import figure_rows
from tests.building import (
    SMALL,
    answer_some,
    build_installation,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON

TREE = {"K": None, "A": "K", "B": "K", "C": "K", "B1": "B", "B2": "B", "B3": "B"}
TYPES = {"A": "skole", "B1": "skole", "C": "barnehage"}
# Trivsel: A 4.0 ± 0.4, B1 3.5, C 3.0 ± 0.4, the municipality 3.5, the schools 3.75.
ANSWERS = {"A": [3, 4, 4, 4, 4, 5] * 2, "B1": [3, 4] * 6, "C": [2, 3, 3, 3, 3, 4] * 2}


def build(
    app: Flask, db: Database, top: str, key: str, answers: Mapping[str, Sequence[int]], silent: str = ""
) -> None:
    """A released survey of the unit `top`; three are invited in `silent` and nobody there answers."""
    with db.transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == top)).one()
        survey = build_survey(session, unit, key)
        open_survey(session, survey, keys_of(app))
        for code, values in answers.items():
            answer_some(app, session, survey, code, [sheet_of(value) for value in values])
        if silent:
            invite_some(app, session, survey, silent, 3)
        close_survey(session, survey)
    release(db, keys_of(app), key, today=RELEASED_ON)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))


@pytest.fixture
def released(app: Flask, db: Database) -> Database:
    """Fjordvik with two schools and a kindergarten. Nobody answered in B3, and nobody was invited in B2."""
    build_once(app, db, _build_released)
    return db


def _build_released(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        for code, unit in build_units(session, TREE).items():
            unit.type = TYPES.get(code, "enhet")
    build(app, db, "K", KEY, ANSWERS, silent="B3")


def add_municipalities(app: Flask, db: Database, count: int, first: int = 0) -> None:
    """Other municipalities: each has twelve answers, the first around 4 and the others around 3."""
    for number in range(first, first + count):
        code = f"N{number}"
        with db.transaction() as session:
            build_units(session, {code: None})
        low = 4 if number == 0 else 3
        build(app, db, code, f"nabo-{number}", {code: [low - 1, low, low, low, low, low + 1] * 2})


def add_norm(db: Database, mean: float = 3.2) -> int:
    with db.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.key == KEY)).one()
        norm = ImportedSet(
            kind=ImportedKind.NORM,
            title="Landet",
            source="KS, «10-faktor», tabell 3",
            year=2025,
            instrument="Noe annet",
            series_id=survey.series_id,
            questionnaire_id=survey.instrument_id,
            imported_on=RELEASED_ON,
        )
        session.add(norm)
        session.flush()
        session.add(ImportedMeasure(set_id=norm.id, measure="TRI", minimum=1, maximum=5, comparable=True))
        session.flush()
        session.add(ImportedFigure(set_id=norm.id, measure="TRI", n=9000, mean=mean))
        return norm.id


def read(client: FlaskClient, unit: str, against: str = "") -> str:
    answer = client.get(f"/resultater/{KEY}/{unit}" + (f"?med={against}" if against else ""))
    assert answer.status_code == 200
    return answer.text


def text_of(html: str) -> str:
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    return re.sub(r"\s+", " ", " ".join(document.find("body").itertext()))


def choices(html: str) -> list[str]:
    return re.findall(r'<option value="([^"]+)"', html)


def row_of(text: str, theme: str) -> str:
    """The theme's row in the table that says the same as the pictures."""
    table = text[text.index("Alle temaene for") :]
    return table[table.index(f" {theme} ") :][:220]


@pytest.mark.usefixtures("released")
def test_a_unit_meets_the_municipality_first_and_may_choose(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    assert choices(read(client, "A")) == ["kommunen", "type"]
    assert choices(read(client, "B1")) == ["kommunen", "overordnet", "type"]
    assert choices(read(client, "K")) == []
    text = text_of(read(client, "A"))
    assert "Klart over resten av Enhet K: trivsel (4,0 mot 3,2)" in text
    assert "Over resten av Enhet K (3,2)" in text


@pytest.mark.usefixtures("released")
def test_under_is_said_as_plainly_as_over_and_noise_is_not_said(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    assert "Klart under resten av Enhet K: trivsel (3,0 mot 3,8)" in text_of(read(client, "C"))
    middle = text_of(read(client, "B1"))
    assert "Ingen av temaene ligger klart over eller under resten av Enhet K." in middle
    assert "Over resten" not in middle
    assert "Under resten" not in middle


@pytest.mark.usefixtures("released")
def test_the_picture_and_the_table_obey_the_choice(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    against_all, against_type = read(client, "A"), read(client, "A", "type")
    assert "Over resten av Enhet K (3,2)" in against_all
    assert "De andre av typen skole: 3,5." in against_type
    assert "3,5" in row_of(text_of(against_type), "Trivsel")
    assert "Over" not in row_of(text_of(against_type), "Trivsel")
    assert "Over" in row_of(text_of(against_all), "Trivsel")
    ticks = [
        re.findall(r'class="scale-top" x1="([\d.]+)" y1="5"', html)[0] for html in (against_all, against_type)
    ]
    assert float(ticks[0]) < float(ticks[1])


@pytest.mark.usefixtures("released")
def test_an_unknown_choice_is_the_municipality(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    for wanted in ("tull", "andre", "norm:99", "norm:x"):
        assert '<option value="kommunen" selected>' in read(client, "A", wanted)


@pytest.mark.usefixtures("released")
def test_a_hidden_comparison_says_so(client: FlaskClient, db: Database) -> None:
    with db.transaction() as session:
        hidden_unit = select(Unit.id).where(Unit.code == "B").scalar_subquery()
        nothing = dict.fromkeys(("n", "mean", "sd", "ci_low", "ci_high", "distribution", "points"))
        session.execute(
            update(Figure)
            .where(Figure.unit_id == hidden_unit, Figure.kind == FigureKind.UNIT)
            .values(status=FigureStatus.HIDDEN, reason="small", coded=Coding.EXACT, **nothing)
        )
    sign_in_as(client, db, Role.HR, "K")
    html = read(client, "B1", "overordnet")
    assert "Det finnes ingen tall å vise for resten av Enhet B. De er skjult eller mangler." in text_of(html)
    assert "Enhet B: skjult" in html
    assert "skjult" in row_of(text_of(html), "Trivsel")
    assert 'class="scale-top" x1="' not in html.split('class="scale-key"')[1].split("</ul>", 1)[1]


@pytest.mark.usefixtures("released")
def test_two_other_municipalities_are_too_few_and_three_are_one_mean_without_names(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    add_municipalities(app, db, 2)
    sign_in_as(client, db, Role.HR, "K")
    assert "andre" not in choices(read(client, "K"))
    add_municipalities(app, db, 1, first=2)
    assert choices(read(client, "K")) == ["ingenting", "andre"]
    html = read(client, "K", "andre")
    assert "Snittet av 3 andre kommuner" in text_of(html)
    assert "3,3" in row_of(text_of(html), "Trivsel")
    assert "Enhet N0" not in html


@pytest.mark.usefixtures("released")
def test_a_theme_that_too_few_municipalities_show_is_not_compared(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    add_municipalities(app, db, 3)
    with db.transaction() as session:
        of_one = select(Unit.id).where(Unit.code == "N1").scalar_subquery()
        session.execute(
            update(Figure)
            .where(Figure.unit_id == of_one, Figure.measure == "TRI")
            .values(coded=Coding.AT_LEAST)
        )
    sign_in_as(client, db, Role.HR, "K")
    assert "for få kommuner" in row_of(text_of(read(client, "A", "andre")), "Trivsel")


@pytest.mark.usefixtures("released")
def test_a_municipality_that_has_not_opened_its_results_to_all_it_promised_is_not_in_the_mean(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    add_municipalities(app, db, 3)
    with db.transaction() as session:
        one = select(Survey.id).where(Survey.key == "nabo-1").scalar_subquery()
        session.execute(
            update(VisibilityStep)
            .where(VisibilityStep.survey_id == one)
            .values(visible_on=dt.date(2026, 5, 7))
        )
    with db.reading() as session:
        survey = find_survey(session, KEY)
        assert len(other_releases(session, survey, dt.date(2026, 5, 7))) == 3
        assert len(other_releases(session, survey, dt.date(2026, 5, 6))) == 2
    sign_in_as(client, db, Role.HR, "K")
    assert "andre" not in choices(read(client, "K"))


@pytest.mark.usefixtures("released")
def test_old_surveys_and_other_versions_are_not_compared_with(app: Flask, db: Database) -> None:
    add_municipalities(app, db, 3)
    with db.transaction() as session:
        session.execute(update(Survey).where(Survey.key == "nabo-1").values(opens_on=dt.date(2023, 12, 1)))
    with db.reading() as session:
        assert len(other_releases(session, find_survey(session, KEY), dt.date(2026, 5, 6))) == 2


@pytest.mark.usefixtures("released")
def test_a_norm_stands_with_its_source_and_only_for_what_it_has(client: FlaskClient, db: Database) -> None:
    norm = add_norm(db)
    sign_in_as(client, db, Role.HR, "K")
    html = read(client, "A", f"norm:{norm}")
    text = text_of(html)
    assert f'<option value="norm:{norm}" selected>' in html
    assert "Kilde: KS, «10-faktor», tabell 3, 2025." in text
    assert "Klart over normen: trivsel (4,0 mot 3,2)." in text
    assert "finnes ikke" in row_of(text, "Rolleklarhet")


@pytest.mark.usefixtures("released")
def test_comparing_costs_as_many_queries_however_many_municipalities_there_are(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    add_municipalities(app, db, 3)
    sign_in_as(client, db, Role.HR, "K")
    queries: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(*args: object) -> None:
        queries.append(str(args[2]))

    def cost() -> int:
        queries.clear()
        read(client, "A", "andre")
        return len(queries)

    cost()
    # The unit's own figures are kept from here on.
    few = cost()
    add_municipalities(app, db, 2, first=3)
    assert cost() == few


@pytest.mark.usefixtures("released")
def test_every_state_without_a_figure_has_its_own_words(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    assert "Ingen her var invitert." in text_of(read(client, "B2"))
    assert "Ingen har svart." in text_of(read(client, "B3"))
    assert "Ingen her fikk disse spørsmålene." in text_of(read(client, "A"))
    above = text_of(read(client, "B"))
    assert "Enhet B2 – ikke invitert" in above
    assert "Enhet B3 – ingen svar" in above
    breakdown = text_of(read(client, "K"))
    assert "ikke spurt" in breakdown[breakdown.index("Etter type enhet") :]


@pytest.mark.usefixtures("released")
def test_the_file_has_the_same_states_and_says_which_way_a_bound_goes(db: Database) -> None:
    with db.transaction() as session:
        one = select(Unit.id).where(Unit.code == "A").scalar_subquery()
        session.execute(
            update(Figure)
            .where(Figure.unit_id == one, Figure.measure == "TRI")
            .values(mean=4.8, coded=Coding.AT_LEAST, sd=None, ci_low=None, ci_high=None)
        )
    with db.reading() as session:
        found = {
            (row.unit, row.measure): (row.status, row.reason)
            for row in figure_rows(session, find_survey(session, KEY))
            if row.kind == "unit"
        }
    assert found["B2", "TRI"] == ("no_answers", "not_invited")
    assert found["B3", "TRI"] == ("no_answers", "")
    assert found["C", "SPN"] == ("not_asked", "")
    assert found["A", "TRI"] == ("shown", "at_least")
    assert found["C", "TRI"] == ("shown", "")


@pytest.mark.usefixtures("released")
def test_a_bound_is_a_line_without_a_dot_and_the_same_words_everywhere(
    client: FlaskClient, db: Database
) -> None:
    with db.transaction() as session:
        one = select(Unit.id).where(Unit.code == "A").scalar_subquery()
        session.execute(
            update(Figure)
            .where(Figure.unit_id == one, Figure.measure == "TRI")
            .values(mean=4.8, coded=Coding.AT_LEAST, sd=None, ci_low=None, ci_high=None)
        )
    sign_in_as(client, db, Role.HR, "K")
    html = read(client, "A")
    picture = html[html.index('aria-labelledby="tema-TRI-tittel') :].split("</svg>")[0]
    assert "Trivsel: 4,8 eller høyere på en skala fra 1 til 5" in picture
    assert "scale-mean" not in picture
    low, high = re.findall(r'class="scale-interval" x1="([\d.]+)" y1="20" x2="([\d.]+)"', picture)[0]
    assert (float(low), float(high)) == (14 + 0.95 * 292, 14 + 292)
    assert "4,8 eller høyere" in row_of(text_of(html), "Trivsel")


@pytest.mark.usefixtures("released")
def test_the_table_has_all_that_stands_behind_a_score(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "K")
    text = text_of(read(client, "A"))
    details = text[text.index("Se det samme som tabell") :]
    for what in ("Inviterte 12", "Svar 12", "Svarprosent 100 %"):
        assert what in details
    # sd = √(4/11) ≈ 0.60, so agreement is 1 − 0.3636/2 ≈ 0.82.
    assert "0,6 0,82 (noe ulikt)" in row_of(text, "Trivsel")


MEAN = MeasureKind.MEAN
OTHERS = ReferenceValue(FigureStatus.SHOWN, mean=3.5, n=400, sd=0.6)


def one(
    mean: float | None, n: int = 12, sd: float | None = 0.6, key: str = "TRI", **other: Any
) -> ReleasedMean:
    return ReleasedMean(key, other.get("kind", MEAN), 1, 5, n, mean, sd, other.get("coded", Coding.EXACT))


@pytest.mark.parametrize(
    ("figure", "reference", "expected"),
    [
        (one(4.2), OTHERS, "over"),
        (one(2.8), OTHERS, "under"),
        (one(3.6), OTHERS, "not_clear"),
        (one(4.2), ReferenceValue(FigureStatus.SHOWN, mean=3.5), "over"),
        (one(3.0), ReferenceValue(FigureStatus.SHOWN, mean=4.8, coded=Coding.AT_LEAST), "under"),
        (one(4.9), ReferenceValue(FigureStatus.SHOWN, mean=4.0, coded=Coding.AT_LEAST), "not_clear"),
        (one(3.0), ReferenceValue(FigureStatus.SHOWN, mean=1.2, coded=Coding.AT_MOST), "over"),
        (one(4.2, sd=None), OTHERS, None),
        (one(4.8, coded=Coding.AT_LEAST), OTHERS, None),
        (one(4.2), ReferenceValue(FigureStatus.SHOWN, mean=3.5, n=400), None),
        (one(4.2), ReferenceValue(FigureStatus.HIDDEN, "small"), None),
    ],
)
def test_over_and_under_are_said_of_what_can_be_tested_alone(
    figure: ReleasedMean, reference: ReferenceValue, expected: str | None
) -> None:
    assert positions([figure], {"TRI": reference}).get("TRI") == expected


def test_all_themes_of_a_unit_are_one_family() -> None:
    """Clear alone, not as one of ten; and an index is no test of its own."""
    alone = one(4.0)
    ten = [alone, *(one(3.5, key=f"T{number}") for number in range(9))]
    index = ReleasedMean("TRI:index", MeasureKind.INDEX, 0, 100, 12, 75.0, 15.0)
    references = {figure.measure: OTHERS for figure in ten} | {
        "TRI:index": ReferenceValue(FigureStatus.SHOWN, mean=62.5, n=400, sd=15.0)
    }
    assert positions([alone, index], references) == {"TRI": "over", "TRI:index": "over"}
    assert positions(ten, references)["TRI"] == ReferencePosition.NOT_CLEAR


def a_figure(answers: Sequence[int], **changes: Any) -> Figure:
    values = {"n": len(answers), "mean": fmean(answers), "sd": stdev(answers), "coded": Coding.EXACT}
    return Figure(**{"status": FigureStatus.SHOWN, "reason": "", **values, **changes})


def test_the_others_are_everybody_but_the_unit() -> None:
    [theme] = [each for each in measures_of(SMALL) if each.key == "TRI"]
    own, rest = [2, 3, 3, 4, 5], [1, 2, 2, 3, 3, 4, 4, 5]
    whole = a_figure([*own, *rest])
    found = without_unit(theme, whole, a_figure(own), 5)
    assert found.n == 8
    assert [found.mean, found.sd] == pytest.approx([fmean(rest), stdev(rest)])
    assert without_unit(theme, whole, a_figure(own), 9).status == FigureStatus.HIDDEN
    assert without_unit(theme, whole, a_figure(own, coded=Coding.AT_LEAST), 5).mean is None
    assert without_unit(theme, a_figure(own), a_figure(own), 5).status == FigureStatus.NO_ANSWERS
    spreadless = without_unit(theme, whole, a_figure(own, sd=None), 5)
    assert spreadless.mean == pytest.approx(fmean(rest))
    assert spreadless.sd is None
    high = without_unit(theme, a_figure([*own, *[5] * 20]), a_figure(own), 5)
    assert (high.mean, high.coded, high.n) == (4.8, Coding.AT_LEAST, None)
