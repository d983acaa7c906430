"""Results of earlier surveys in other tools, and norms: checked whole, marked with their source, and undone."""

import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import event, func, select

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.commands import medvirk
from surveys.hr.history.forms import packed, unpacked
from surveys.platform.database import Database
from surveys.release.auditing import audit_survey
from surveys.release.history.imported import Norm, norms
from surveys.release.history.importing import import_figures, newest_survey
from surveys.release.history.models import ImportedFigure, ImportedKind, ImportedSet
from surveys.release.history.report import HistoryImportRequest, HistoryReport
from surveys.release.models import Figure
from surveys.results import views
from tests.building import build_survey, sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as, unit_of
from tests.releasing import KEY, build_released

TODAY = dt.date(2026, 5, 6)
HEADINGS = "enhet;tema;antall;snitt;år;instrument;standardavvik"
ADDRESS = f"/undersokelser/{KEY}/tidligere"
NOW = {"A": [4, 4, 4, 5, 5] * 2, "B1": [3, 4] * 5, "B2": [4] * 3, "C": [3] * 3}


@pytest.fixture
def released(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A released survey of 2026 whose A has the mean 4.4 on TRI from ten people."""
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build_released)
    monkeypatch.setattr(views, "_today", lambda: TODAY)
    return db


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, {unit: [sheet_of(value) for value in of_unit] for unit, of_unit in NOW.items()})


def csv(*lines: str, headings: str = HEADINGS) -> bytes:
    return "\n".join((headings, *lines)).encode()


ONE = csv("A;TRI;24;3,1;2019;10-faktor;0,8")


def bring(db: Database, content: bytes, *, apply: bool = True, **wanted: Any) -> HistoryReport:
    with db.transaction() as session:
        settings: dict[str, Any] = {"kind": ImportedKind.HISTORY, "source": "KS"} | wanted
        survey = newest_survey(session, "liten")
        return import_figures(
            session, content, HistoryImportRequest(survey=survey, **settings), apply=apply, today=TODAY
        )


def faults(db: Database, content: bytes, **wanted: Any) -> list[str]:
    """Every fault, and nothing stored."""
    before = stored(db)
    report = bring(db, content, **wanted)
    assert stored(db) == before
    return [str(fault) for fault in report.faults]


def stored(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(ImportedFigure)) or 0


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    """The words of a page, which must be whole HTML with one h1."""
    return words(client.get(address), status)


def words(answer: object, status: int = 200) -> str:
    assert answer.status_code == status  # type: ignore[attr-defined]
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    document = parser.parse(answer.text)  # type: ignore[attr-defined]
    assert len(list(document.iter("h1"))) == 1
    return re.sub(r"\s+", " ", "".join(document.find("body").itertext()))


def past(client: FlaskClient, unit: str = "A") -> str:
    """What the unit's page says after the heading of its imported results; «» without it."""
    _before, _heading, after = text_of(client, f"/resultater/{KEY}/{unit}").partition(
        "Tidligere resultater fra andre verktøy"
    )
    return after


@pytest.fixture
def leader(released: Database, client: FlaskClient) -> FlaskClient:
    sign_in_as(client, released, Role.LEADER, "A")
    return client


@pytest.fixture
def hr(released: Database, client: FlaskClient) -> FlaskClient:
    sign_in_as(client, released, Role.HR, "K")
    return client


def test_a_unit_page_shows_what_was_imported_with_its_source(released: Database, leader: FlaskClient) -> None:
    assert past(leader) == ""
    bring(released, ONE)
    text = past(leader)
    assert "2019: Importert fra KS, 10-faktor." in text
    assert "Trivsel 3,1 24 svar Ikke sammenlignet" in text


def test_a_change_is_computed_only_when_somebody_declared_the_figures_comparable(
    released: Database, leader: FlaskClient
) -> None:
    bring(released, ONE, comparable=True)
    assert "Tydelig opp siden 2019: +1,3 (+0,8 til +1,8)" in past(leader)


def test_without_a_spread_the_difference_gets_no_word(released: Database, leader: FlaskClient) -> None:
    bring(released, csv("A;TRI;24;3,1;2019;10-faktor;"), comparable=True)
    text = past(leader)
    assert "+1,3 siden 2019. Spredningen mangler, så vi vet ikke om forskjellen er sikker." in text
    assert "Tydelig opp" not in text


def test_another_scale_is_shown_as_it_came_and_compared_only_when_its_own_line_says_so(
    released: Database, leader: FlaskClient
) -> None:
    headings = f"{HEADINGS};skala fra;skala til;sammenlignbar"
    bring(released, csv("A;TRI;24;60;2017;Gammelt;20;0;100;", headings=headings), comparable=True)
    assert "Trivsel 60,0 (0–100) 24 svar Ikke sammenlignet" in past(leader)
    bring(released, csv("A;TRI;24;60;2018;Gammelt;20;0;100;ja", headings=headings))
    # 60 of 100 is 3.4 on 1–5, and 4.4 is now.
    assert "Tydelig opp siden 2018: +1,0 (+0,5 til +1,5)" in past(leader)


def test_imported_figures_are_never_among_the_released_ones(released: Database) -> None:
    def own() -> tuple[int | None, int]:
        with released.reading() as session:
            survey = find_survey(session, KEY)
            return session.scalar(select(func.count()).select_from(Figure)), audit_survey(
                session, survey
            ).figures

    before = own()
    bring(released, ONE, comparable=True)
    assert own() == before


def test_a_spreadsheet_with_english_headings_and_titles_for_themes_is_read(released: Database) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Unit", "Factor", "N", "Mean", "Year", "Instrument"])
    sheet.append(["A", "Well-being", 24, 3.1, 2019, "Old tool"])
    content = io.BytesIO()
    book.save(content)
    report = bring(released, content.getvalue())
    assert [(each.year, each.instrument, each.units, each.figures) for each in report.sets] == [
        (2019, "Old tool", 1, 1)
    ]


def test_every_fault_is_told_at_once_with_its_line_and_column(released: Database) -> None:
    found = faults(
        released,
        csv(
            "X;TRI;24;3,1;2019;T;0,8",
            "A;FINNES IKKE;24;3,1;2019;T;0,8",
            "A;TRI;mange;3,1;2019;T;0,8",
            "A;TRI;24;;2019;T;0,8",
            "A;TRI;24;7,1;2019;T;0,8",
            "A;TRI;24;3,1;19;T;0,8",
            "A;TRI;24;3,1;2027;T;0,8",
            "A;TRI;24;3,1;2018;T;3",
            "A;ROL;24;3,1;2019;T;0,8",
            "A;ROL;24;3,0;2019;T;0,8",
        ),
    )
    assert [fault.partition(": ")[0] for fault in found] == [
        "Linje 2, kolonne «enhet»",
        "Linje 3, kolonne «tema»",
        "Linje 4, kolonne «antall»",
        "Linje 5, kolonne «snitt»",
        "Linje 6, kolonne «snitt»",
        "Linje 7, kolonne «år»",
        "Linje 8, kolonne «år»",
        "Linje 9, kolonne «standardavvik»",
        "Linje 11",
    ]
    assert "Disse finnes: TRI, ROL, SPN." in found[1]
    assert "utenfor skalaen 1–5" in found[4]
    assert "Det samme temaet og året står også på linje 10" in found[8]


def test_a_mark_for_too_few_leaves_its_line_out_and_the_rest_goes_in(released: Database) -> None:
    lines = ("A;TRI;24;3,1;2019;10-faktor;0,8", "B1;TRI;*;*;2019;10-faktor;", "B2;TRI;..;..;2019;10-faktor;")
    report = bring(released, csv(*lines))
    assert (report.faults, stored(released)) == ((), 1)
    assert [note for note in report.notes if "ikke offentliggjort" in note and "Linje 3." in note]


def test_small_groups_are_refused_in_clear_words(released: Database) -> None:
    [fault] = faults(released, csv("A;TRI;4;3,1;2019;T;"))
    assert "Bare 4 har svart. Medvirk viser aldri grupper på færre enn 5, heller ikke når" in fault


def test_a_year_with_answers_in_medvirk_cannot_come_in_by_this_door(released: Database) -> None:
    [fault] = faults(released, csv("C;TRI;24;3,1;2026;T;"))
    assert "I 2026 var enheten med i «Liten undersøkelse 2026» i Medvirk." in fault


def test_an_instrument_must_be_named_in_the_file_or_beside_it(released: Database) -> None:
    content = csv("A;TRI;24;3,1;2019", "A;ROL;24;3,1;2019", headings="enhet;tema;antall;snitt;år")
    assert faults(released, content) == [
        "Filen: Skriv hvilket spørreskjema eller verktøy tallene kommer fra."
    ]
    assert bring(released, content, instrument="10-faktor").sets[0].instrument == "10-faktor"


def test_one_measure_must_be_on_one_scale_in_all_units(released: Database) -> None:
    [fault] = faults(
        released,
        csv("A;TRI;24;60;2019;T;;0;100", "B1;TRI;24;3;2019;T;;;", headings=f"{HEADINGS};skala fra;skala til"),
    )
    assert "har en annen skala" in fault


def test_a_source_must_be_given(released: Database) -> None:
    assert faults(released, ONE, source="  ") == [
        "Filen: Skriv hvor tallene kommer fra. Kilden vises ved siden av dem."
    ]


def test_the_same_file_twice_changes_nothing_and_a_longer_one_adds_only_what_is_new(
    released: Database,
) -> None:
    assert bring(released, ONE).figures == 1
    again = bring(released, ONE)
    assert (again.figures, again.unchanged, stored(released)) == (0, 1, 1)
    longer = bring(released, ONE + b"\nB1;TRI;20;3,3;2019;10-faktor;0,8")
    assert (longer.figures, longer.unchanged, stored(released)) == (1, 1, 2)


def test_a_figure_that_contradicts_what_stands_is_a_fault(released: Database) -> None:
    bring(released, ONE)
    [fault] = faults(released, csv("A;TRI;24;3,2;2019;10-faktor;0,8"))
    assert "Linje 2: Det står alt et annet tall for TRI i 2019 for A, importert 06.05.2026 fra KS." in fault


def test_a_dry_run_stores_nothing(released: Database) -> None:
    assert bring(released, ONE, apply=False).figures == 1
    assert stored(released) == 0


def norms_of(db: Database) -> list[Norm]:
    with db.reading() as session:
        return norms(session, find_survey(session, KEY))


def test_a_norm_is_read_with_its_source_on_our_scale(released: Database) -> None:
    content = csv(
        "TRI;75;2024;Norm;0;100;ja",
        "ROL;2,9;2024;Norm;;;",
        headings="tema;snitt;år;verktøy;skala fra;skala til;sammenlignbar",
    )
    bring(released, content, kind=ImportedKind.NORM, comparable=True)
    [norm] = norms_of(released)
    assert (norm.source, norm.year) == ("KS", 2024)
    assert norm.means == {"TRI": 4.0, "ROL": 2.9}
    assert norm.n == {"TRI": None, "ROL": None}


def test_a_norm_on_another_scale_is_not_used_undeclared(released: Database) -> None:
    content = csv("TRI;75;2024;Norm;0;100", headings="tema;snitt;år;verktøy;skala fra;skala til")
    bring(released, content, kind=ImportedKind.NORM, comparable=True)
    assert norms_of(released) == []


def test_a_norm_for_all_series_reaches_every_survey_with_the_questionnaire(released: Database) -> None:
    content = csv("TRI;3,9;2024;Norm", headings="tema;snitt;år;verktøy")
    bring(released, content, kind=ImportedKind.NORM, comparable=True, for_series=False)
    assert [norm.means for norm in norms_of(released)] == [{"TRI": 3.9}]
    with released.reading() as session:
        assert session.scalar(select(ImportedSet.series_id)) is None


def test_imported_units_cost_no_more_queries(released: Database, leader: FlaskClient) -> None:
    queries: list[str] = []

    @event.listens_for(released.engine, "before_cursor_execute")
    def count(*args: object) -> None:
        queries.append(str(args[2]))

    def cost() -> int:
        queries.clear()
        past(leader)
        return len(queries)

    bring(released, ONE)
    cost()  # the first time the leader opens the result, that day is stored
    few = cost()
    more = [
        f"{unit};{key};24;3;{year};T{year};0,5"
        for unit in "AC"
        for key in ("TRI", "ROL")
        for year in range(2010, 2018)
    ]
    bring(released, csv(*more), comparable=True)
    assert cost() == few


# The page.


def upload(client: FlaskClient, content: bytes, address: str = ADDRESS, **fields: str) -> object:
    return client.post(
        address,
        data={"kind": "history", "source": "KS", **fields, "file": (io.BytesIO(content), "gammelt.csv")},
        content_type="multipart/form-data",
    )


def test_hr_sees_what_a_file_would_add_before_anything_is_stored(released: Database, hr: FlaskClient) -> None:
    assert "Ingenting er lagt inn fra andre verktøy." in text_of(hr, ADDRESS)
    text = words(upload(hr, ONE))
    assert "Dette blir lagt inn" in text
    assert "2019, 10-faktor" in text
    assert "Trivsel: vises uten sammenligning" in text
    assert stored(released) == 0


def test_the_page_says_what_of_a_file_is_left_out_as_the_command_does(
    released: Database, hr: FlaskClient
) -> None:
    headings = "enhet;tema;antall;snitt;år;verktøy;rådgiver"
    text = words(upload(hr, csv("A;TRI;24;3,1;2018;T;Kari", headings=headings)))
    assert "Disse kolonnene er ikke lest og blir ikke lagret: «rådgiver»." in text


def test_a_file_with_a_column_for_each_theme_comes_in_by_the_page(
    released: Database, hr: FlaskClient
) -> None:
    content = csv("A;12;80;4,2;3,3", headings="Enhet;Svar;Svarprosent;TRI;ROL")
    page = upload(hr, content, year="2019", instrument="10-FAKTOR")
    assert "2019, 10-FAKTOR" in words(page)
    assert "«Svarprosent»" in words(page)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))  # type: ignore[attr-defined]
    assert hr.post(f"{ADDRESS}/legg-inn", data=fields).status_code == 302
    assert stored(released) == 2


def test_hr_confirms_and_the_set_stands_in_the_list(released: Database, hr: FlaskClient) -> None:
    page = upload(hr, ONE, comparable="y")
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))  # type: ignore[attr-defined]
    answer = hr.post(f"{ADDRESS}/legg-inn", data=fields)
    assert answer.status_code == 302
    text = text_of(hr, ADDRESS)
    assert "1 tall er lagt inn, merket med kilden." in text
    assert "10-faktor 2019 Importert fra KS" in text
    assert "sammenlignes ikke" not in text


def test_a_faulty_file_is_explained_on_the_page(released: Database, hr: FlaskClient) -> None:
    text = words(upload(hr, csv("A;TRI;3;3,1;2019;T;")), 422)
    assert "1 feil i filen. Ingenting er lagt inn." in text
    assert "Linje 2, kolonne «antall»: Bare 3 har svart." in text


def test_a_form_without_a_file_or_a_source_says_so(hr: FlaskClient) -> None:
    text = words(hr.post(ADDRESS, data={"kind": "history", "source": " "}), 422)
    assert "Velg en fil." in text
    assert "Skriv hvor tallene kommer fra." in text


def test_a_packed_file_that_was_tampered_with_is_no_file(released: Database, hr: FlaskClient) -> None:
    assert unpacked(packed(ONE)) == ONE
    for bad in ("?", "AAAA", packed(ONE)[:-8]):
        with pytest.raises(ValueError, match="packed"):
            unpacked(bad)
        answer = hr.post(f"{ADDRESS}/legg-inn", data={"kind": "history", "source": "KS", "packed": bad})
        assert answer.status_code == 422
    assert stored(released) == 0


def test_a_packed_file_that_swells_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        unpacked(packed(bytes(9_000_000)))


def test_withdrawing_undoes_the_import_and_lets_the_right_file_in(
    released: Database, hr: FlaskClient
) -> None:
    [found] = bring(released, ONE, comparable=True).sets
    address = f"{ADDRESS}/{found.number}/trekk"
    for _twice in range(2):
        assert hr.post(address).status_code == 302
    assert "Trukket tilbake" in text_of(hr, ADDRESS)
    assert past(hr) == ""
    assert bring(released, csv("A;TRI;24;3,2;2019;10-faktor;0,8")).figures == 1


def test_a_withdrawn_norm_is_nobodys(released: Database, hr: FlaskClient) -> None:
    content = csv("TRI;3,9;2024;Norm", headings="tema;snitt;år;verktøy")
    [found] = bring(released, content, kind=ImportedKind.NORM, comparable=True).sets
    hr.post(f"{ADDRESS}/{found.number}/trekk")
    assert norms_of(released) == []


@pytest.fixture
def hr_of_a(app: Flask, released: Database, client: FlaskClient) -> FlaskClient:
    """HR of unit A, with a survey of A alone in the same series."""
    with released.transaction() as session:
        build_survey(session, unit_of(session, "A"), key="bare-a")
    sign_in_as(client, released, Role.HR, "A")
    return client


def test_hr_of_one_unit_can_neither_import_nor_withdraw_for_another(
    released: Database, hr_of_a: FlaskClient
) -> None:
    address = "/undersokelser/bare-a/tidligere"
    [found] = bring(released, csv("A;TRI;24;3,1;2018;T;", "B1;TRI;24;3,1;2018;T;")).sets
    assert hr_of_a.post(f"{address}/{found.number}/trekk").status_code == 403
    text = words(upload(hr_of_a, csv("B1;TRI;24;3,1;2019;T;"), address), 422)
    assert "Enheten «B1» finnes ikke i Medvirk, eller du har ikke ansvar for den." in text
    norm = csv("TRI;3,9;2024;Norm", headings="tema;snitt;år;verktøy")
    assert "Velg hva tallene er." in words(upload(hr_of_a, norm, address, kind="norm"), 422)
    assert hr_of_a.post(f"{address}/999/trekk").status_code == 404


# The commands.


@pytest.fixture
def run(app: Flask, released: Database) -> Callable[..., tuple[int, str]]:
    def invoked(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(medvirk, arguments, obj=lambda: app)
        return result.exit_code, result.output

    return invoked


def test_the_command_shows_first_and_stores_when_told(
    run: Callable[..., tuple[int, str]], released: Database, tmp_path: Path
) -> None:
    file = tmp_path / "gammelt.csv"
    file.write_bytes(ONE)
    call = ("import-history", str(file), "--series", "liten", "--source", "KS", "--comparable")
    status, text = run(*call)
    assert status == 0
    assert "2019, 10-faktor: 1 tall i 1 enheter" in text
    assert "Trivsel: kan sammenlignes" in text
    assert stored(released) == 0
    assert run(*call, "--apply")[0] == 0
    assert stored(released) == 1
    assert "Ingenting å endre." in run(*call, "--apply")[1]
    assert run("withdraw-import", "1") == (0, "10-faktor 2019 er trukket tilbake.\n")
    assert run("withdraw-import", "77")[0] == 1


def test_the_command_names_the_series_there_are(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    file = tmp_path / "gammelt.csv"
    file.write_bytes(ONE)
    status, text = run("import-history", str(file), "--series", "x", "--source", "KS")
    assert status == 1
    assert "Det finnes ingen serie «x» med en undersøkelse. Disse finnes: liten." in text


def test_a_norm_comes_in_by_its_own_command(
    run: Callable[..., tuple[int, str]], released: Database, tmp_path: Path
) -> None:
    file = tmp_path / "norm.csv"
    file.write_bytes(csv("TRI;3,9;2024", headings="tema;snitt;år"))
    call = ("import-norm", str(file), "--series", "liten", "--source", "KS", "--instrument", "10-faktor")
    assert run(*call, "--all-series", "--apply")[0] == 0
    assert [norm.means for norm in norms_of(released)] == [{"TRI": 3.9}]


@pytest.mark.parametrize(
    "content",
    [
        csv("A;12;80;4,2;3,3", headings="Enhet;Svar;Svarprosent;TRI;ROL"),
        csv("A;12;80;4,2;3,3", headings="Enhet;Antall svar;Svarprosent;TRI;ROL (snitt)"),
        csv("A;12;4,2;80;12;3,3", headings="Enhet;TRI antall;TRI snitt;Svarprosent;ROL antall;ROL snitt"),
        csv("A;12;80;4,2;3,3", headings="Resultater 2019\n\nEnhet;Svar;Svarprosent;TRI;ROL"),
    ],
)
def test_one_column_for_each_theme_is_taken_in(released: Database, content: bytes) -> None:
    report = bring(released, content, year=2019, instrument="10-FAKTOR")
    assert report.faults == ()
    assert report.figures == 2
    with released.reading() as session:
        stored = session.scalars(select(ImportedFigure)).all()
        assert {(one.measure, one.n, one.mean, one.set.year) for one in stored} == {
            ("TRI", 12, 4.2, 2019),
            ("ROL", 12, 3.3, 2019),
        }
    left_out = " ".join(report.notes)
    assert "«Svarprosent»" in left_out
    assert "«TRI" not in left_out


def test_a_wide_file_without_year_or_tool_says_so_once(released: Database) -> None:
    report = bring(released, csv("A;12;4,2;3,3", headings="Enhet;Svar;TRI;ROL"))
    assert len([fault for fault in report.faults if "år" in str(fault)]) == 1
    told = bring(released, csv("A;12;4,2;3,3", headings="Enhet;Svar;TRI;ROL"), year=2019)
    assert len(told.faults) == 1
    assert "hvilket spørreskjema eller verktøy" in str(told.faults[0])


def test_faults_in_a_wide_file_name_the_theme_and_the_line(released: Database) -> None:
    content = csv("A;12;4,2;3,3", "X;12;7,5;?", headings="Enhet;Svar;TRI;ROL")
    report = bring(released, content, year=2019, instrument="10-FAKTOR")
    told = "\n".join(map(str, report.faults))
    assert "Linje 3, kolonne «ROL»: Snittet må være et tall, ikke «?»." in told
    assert told.count("Enheten «X» finnes ikke") == 1


@pytest.mark.parametrize("mark", ["*", "**", "<5", "Skjult"])
def test_a_mark_for_hidden_is_no_figure_and_is_told(released: Database, mark: str) -> None:
    wide = csv(f"A;12;{mark};2,3", headings="Enhet;Svar;TRI;ROL")
    report = bring(released, wide, year=2019, instrument="10-FAKTOR")
    assert (report.faults, report.figures) == ((), 1)
    assert "«TRI»: 1 tall er ikke tatt inn: ikke offentliggjort. Linje 2." in report.notes
    long = csv(f"A;TRI;{mark};{mark};2018;10-faktor;", "A;ROL;12;2,3;2018;10-faktor;")
    report = bring(released, long)
    assert (report.faults, report.figures) == ((), 1)


def test_a_unit_without_a_theme_has_no_figure_for_it(released: Database) -> None:
    wide = csv("A;12;;2,3", "B1;12;3,1;", headings="Enhet;Svar;TRI;ROL")
    report = bring(released, wide, year=2019, instrument="10-FAKTOR")
    assert (report.faults, report.figures) == ((), 2)


def test_a_response_rate_in_a_file_with_one_figure_a_line_is_named_as_left_out(released: Database) -> None:
    report = bring(released, csv("A;TRI;12;3,4;2019;x;0,5;80", headings=HEADINGS + ";svarprosent"))
    assert report.figures == 1
    assert any("«svarprosent»" in note for note in report.notes)
