"""A report is a frozen snapshot: chosen, previewed, frozen, corrected; each audience has what it may read."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import ReaderGroup
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.typed_data import to_stored
from surveys.release.models import Release
from surveys.reports.snapshots import drafts
from surveys.reports.snapshots.choosing import ReportChoice, merged
from surveys.reports.snapshots.content import ReportContent
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind, ReportState
from surveys.reports.snapshots.publicity import content_of
from surveys.scorecards.feeding import feed
from tests.building import build_survey
from tests.card_building import measure, release_figures, sign_in_as, unit_of
from tests.conftest import Installations
from tests.page_tokens import without_tokens
from tests.reporting import (
    APPROVAL,
    POLITICAL,
    TERTIAL,
    TODAY,
    an_account,
    draft,
    frozen,
    opened_to,
    reporting_site,
)
from tests.web.test_pages import fault_of_document

SURVEYS_VALUE = "4,2"


@pytest.fixture
def settings(tmp_path: Path, installations: Installations) -> Iterator[Settings]:
    """One database is enough: what only the database does is in `test_frozen_reports.py`, on both."""
    with installations("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def site(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    return reporting_site(app, db, monkeypatch)


def contents(db: Database, report_id: int) -> dict[ReportAudience, ReportContent]:
    with db.reading() as session:
        report = session.get_one(Report, report_id)
        return {audience: content_of(session, report, audience) for audience in ReportAudience}


def codes(content: ReportContent) -> list[str]:
    return [row.code for row in content.rows]


def test_from_an_empty_page_to_a_frozen_report(client: FlaskClient, site: Database) -> None:
    """The controller's way through the pages."""
    sign_in_as(client, site, Role.CONTROLLER)
    assert "Ingen rapporter er laget ennå." in client.get("/rapporter").text
    form = {"enhet": "K", "slag": "tertial", "tertial": "2026-2", "ar": "2026"}
    begun = client.post("/rapporter/ny", data=form)
    address = begun.headers["Location"]
    page = client.get(address).text
    checked = re.findall(r'name="indikator"\s+value="(\d+)"\s+checked', page)
    assert len(checked) == 2, "a tertial report suggests what is measured by tertial"
    typed = {"steg": "0", "indikator": checked, "avsnitt-okonomi": "Vikarer   er\r\ndyre."}
    saved = client.post(address, data=typed | {"handling": "frys"})
    freezing = saved.headers["Location"]
    assert "Rapporten har 2 indikatorer." in client.get(freezing).text
    steps = {"steg": "1", "dato": "01.11.2026"}
    refused = client.post(freezing, data=steps)
    assert refused.status_code == 422
    assert "Skriv navn og stilling" in refused.text
    done = client.post(freezing, data=steps | {"navn": "Kari Eide"}, follow_redirects=True)
    assert "Rapporten er frosset." in done.text
    for words in ("Vikarer er dyre.", "Influensa i mars", "Vi vaksinerer flere", "31. desember 2026"):
        assert words in done.text
    assert "Enheten har ikke svart" in done.text, "the yellow budget has no reply"
    assert done.text.index("Dette gikk bra") < done.text.index("Influensa i mars")
    with site.reading() as session:
        trail = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.startswith("report."))
        ).all()
    assert trail == ["report.draft_begun", "report.frozen"]


@pytest.mark.parametrize(
    ("kind", "expected"), [(TERTIAL, {"M1.2", "Ø1.1"}), (POLITICAL, {"B1.1", "M1.1", "M1.2", "Ø1.1"})]
)
def test_what_is_suggested(site: Database, kind: drafts.ReportPeriod, expected: set[str]) -> None:
    with site.transaction() as session:
        report_id = frozen(session, kind).id
    assert set(codes(contents(site, report_id)[ReportAudience.INTERNAL])) == expected


def test_a_report_carries_to_no_audience_what_it_may_not_see_yet(client: FlaskClient, site: Database) -> None:
    """The attack: a controller sees the survey's value, and freezes it before the politicians' day."""
    with site.transaction() as session:
        report = frozen(session)
        opened_to(session, report, ReportAudience.POLITICAL, ReportAudience.PUBLIC)
        report_id = report.id
    sign_in_as(client, site, Role.CONTROLLER)
    assert SURVEYS_VALUE in client.get(f"/rapporter/{report_id}").text
    stored = {audience: str(content) for audience, content in contents(site, report_id).items()}
    assert "4.21" in stored[ReportAudience.INTERNAL]
    for audience in (ReportAudience.POLITICAL, ReportAudience.PUBLIC):
        assert "4.21" not in stored[audience]
        assert SURVEYS_VALUE not in stored[audience]
    sign_in_as(client, site, Role.POLITICIAN)
    for asked in ("", "?utgave=political"):
        page = client.get(f"/rapporter/{report_id}{asked}")
        assert "9,04" in page.text or "9,0" in page.text
        assert SURVEYS_VALUE not in page.text
    assert client.get(f"/rapporter/{report_id}?utgave=internal").status_code == 403
    assert client.get(f"/rapporter/{report_id}.xlsx?utgave=internal").status_code == 403
    public = client.get(f"/offentlige-rapporter/{report_id}")
    assert public.status_code == 200
    assert SURVEYS_VALUE not in public.text


def test_after_the_politicians_day_a_new_report_has_the_value_and_the_public_one_never(
    site: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.transaction() as session:
        report = draft(session)
        drafts.freeze(session, report, an_account(session), APPROVAL, dt.date(2026, 12, 1))
        report_id = report.id
    stored = contents(site, report_id)
    numbers = {
        audience: {row.code: row.number for row in content.rows} for audience, content in stored.items()
    }
    assert numbers[ReportAudience.POLITICAL]["M1.1"] == pytest.approx(4.21)
    assert numbers[ReportAudience.PUBLIC]["M1.1"] is None, "no survey promises the public a day"
    assert numbers[ReportAudience.PUBLIC]["M1.2"] == pytest.approx(9.04)


def test_a_figure_that_a_correction_hides_is_not_in_a_new_report(site: Database) -> None:
    with site.transaction() as session:
        old = frozen(session).id
        survey = session.scalars(select(Release)).one().survey
        feed(session, release_figures(session, survey, {"K": "too_few", "A": 4.3, "A1": 4.4}, number=2))
        new = frozen(session)
        assert new.number == 2
        new_id = new.id
    assert "4.21" in str(contents(site, old)[ReportAudience.INTERNAL])
    for content in contents(site, new_id).values():
        assert "4.21" not in str(content)


def test_a_tertial_report_has_nothing_of_the_next_tertial(site: Database) -> None:
    with site.transaction() as session:
        measure(session, "M1.2", 2026, 5.55, 3)
        report_id = frozen(session, TERTIAL).id
        whole_year = frozen(session, POLITICAL).id
    found = {row.code: row.number for row in contents(site, report_id)[ReportAudience.INTERNAL].rows}
    assert found["M1.2"] == pytest.approx(9.04)
    later = {row.code: row.number for row in contents(site, whole_year)[ReportAudience.INTERNAL].rows}
    assert later["M1.2"] == pytest.approx(5.55)


def test_what_is_frozen_stays_whatever_happens_to_the_card(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = frozen(session).id
    sign_in_as(client, site, Role.HR)
    before = without_tokens(client.get(f"/rapporter/{report_id}").text)
    with site.transaction() as session:
        measure(session, "M1.2", 2026, 3.3, 2)
        session.scalars(select(Unit).where(Unit.code == "K")).one().name = "Et annet navn"
    assert without_tokens(client.get(f"/rapporter/{report_id}").text) == before


def test_a_correction_names_the_old_and_the_old_names_it(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = frozen(session, TERTIAL).id
    sign_in_as(client, site, Role.CONTROLLER)
    assert client.post(f"/rapporter/{report_id}/rett", data={"rettelse": " "}).status_code == 422
    begun = client.post(f"/rapporter/{report_id}/rett", data={"rettelse": "Feil budsjettall"})
    again = client.post(f"/rapporter/{report_id}/rett", data={"rettelse": "Noe"}, follow_redirects=True)
    assert "Det finnes et utkast som retter denne rapporten allerede." in again.text
    with site.transaction() as session:
        new = session.scalars(select(Report).where(Report.replaces_id == report_id)).one()
        assert begun.headers["Location"] == f"/rapporter/utkast/{new.id}"
        drafts.freeze(session, new, an_account(session), APPROVAL, TODAY)
        new_id = new.id
    assert "Denne rapporten er rettet: Feil budsjettall" in client.get(f"/rapporter/{report_id}").text
    assert "Nummer 2. Retter nummer 1: Feil budsjettall" in client.get(f"/rapporter/{new_id}").text


def test_whom_it_is_open_to_is_decided_and_can_be_withdrawn(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = frozen(session).id
    politician = client.application.test_client()
    sign_in_as(politician, site, Role.POLITICIAN)
    sign_in_as(client, site, Role.HR)
    decision = f"/rapporter/{report_id}/beslutning"
    who = {"hvem": "Kari Eide, kommunedirektør", "dato": "01.11.2026"}

    def seen() -> tuple[int, int]:
        visitor = client.application.test_client()
        return (
            politician.get(f"/rapporter/{report_id}").status_code,
            visitor.get(f"/offentlige-rapporter/{report_id}").status_code,
        )

    assert seen() == (403, 404)
    client.post(decision, data=who | {"utgave": "political", "apen": "ja"})
    assert seen() == (200, 404)
    client.post(decision, data=who | {"utgave": "public", "apen": "ja"})
    assert seen() == (200, 200)
    refused = client.post(decision, data=who | {"utgave": "public", "apen": "nei"})
    assert refused.status_code == 422
    assert "Skriv hvilken paragraf i offentleglova" in refused.text
    assert seen() == (200, 200)
    client.post(
        decision, data=who | {"utgave": "public", "apen": "nei", "hjemmel": "§ 14", "grunn": "Under arbeid"}
    )
    assert seen() == (200, 404)
    assert "etter offentleglova § 14: Under arbeid" in client.get(f"/rapporter/{report_id}").text
    with site.reading() as session:
        trail = session.execute(
            select(AuditEntry.action, AuditEntry.detail).where(
                AuditEntry.action.in_(["report.opened", "report.withheld"])
            )
        ).all()
    assert [entry.action for entry in trail] == ["report.opened", "report.opened", "report.withheld"]
    assert trail[-1].detail["reason"] == "§ 14 Under arbeid"


def test_a_single_workplaces_report_is_opened_to_nobody_else(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        measure(session, "M1.2", 2026, 8.8, 2, "A1")
        report_id = frozen(session, TERTIAL, "A1").id
    sign_in_as(client, site, Role.HR)
    data = {"utgave": "public", "apen": "ja", "hvem": "Kari", "dato": "01.11.2026"}
    told = client.post(f"/rapporter/{report_id}/beslutning", data=data, follow_redirects=True)
    assert "Bare rapporter om kommunen og områdene kan åpnes" in told.text
    assert client.get(f"/offentlige-rapporter/{report_id}").status_code == 404


def test_the_public_pages_list_only_what_was_decided_and_set_no_cookie(app: Flask, site: Database) -> None:
    with site.transaction() as session:
        opened = frozen(session)
        opened_to(session, opened, ReportAudience.PUBLIC)
        closed = frozen(session, TERTIAL)
        opened_to(session, closed, ReportAudience.POLITICAL)
        opened_id, closed_id = opened.id, closed.id
    visitor = app.test_client()
    for address in (
        "/offentlige-rapporter",
        f"/offentlige-rapporter/{opened_id}",
        f"/offentlige-rapporter/{opened_id}.xlsx",
    ):
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers, address
    listed = visitor.get("/offentlige-rapporter").text
    assert f"/offentlige-rapporter/{opened_id}" in listed
    assert "Tertialrapport" not in listed
    assert visitor.get(f"/offentlige-rapporter/{closed_id}").status_code == 404
    assert visitor.get(f"/offentlige-rapporter/{closed_id}.xlsx").status_code == 404


def test_two_who_write_lose_nothing(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = draft(session, TERTIAL).id
    sign_in_as(client, site, Role.CONTROLLER)
    address = f"/rapporter/utkast/{report_id}"
    chosen = re.findall(r'name="indikator"\s+value="(\d+)"\s+checked', client.get(address).text)
    page = {"steg": "0", "indikator": chosen}
    client.post(address, data=page | {"avsnitt-okonomi": "Hennes", "avsnitt-brukere": "Bare hennes"})
    other = client.post(address, data=page | {"avsnitt-medarbeidere": "Bare hans"})
    assert other.status_code == 302
    late = client.post(address, data=page | {"avsnitt-okonomi": "Hans"})
    assert late.status_code == 409
    assert "Kari Eide har skrevet her siden du åpnet siden: «Hennes»." in late.text
    assert ">Hans</textarea>" in late.text
    with site.reading() as session:
        kept = drafts.choice_of(session.get_one(Report, report_id)).paragraphs
    assert kept == {"okonomi": "Hennes", "brukere": "Bare hennes", "medarbeidere": "Bare hans"}


def test_merging_takes_away_what_one_took_away() -> None:
    base = ReportChoice((1, 2, 3), {"a": "før"})
    both = merged(base, theirs=ReportChoice((1, 2, 3, 4), {"a": "før"}), mine=ReportChoice((1, 3), {}))
    assert both.choice == ReportChoice((1, 3, 4), {})
    assert not both.conflicts


def test_a_draft_is_undone_and_deleted_and_a_frozen_report_is_not(
    client: FlaskClient, site: Database
) -> None:
    with site.transaction() as session:
        report_id = draft(session, TERTIAL).id
        kept = frozen(session).id
    sign_in_as(client, site, Role.CONTROLLER)
    address = f"/rapporter/utkast/{report_id}"
    client.post(address, data={"steg": "0", "avsnitt-okonomi": "Noe"})
    client.post(f"{address}/angre", data={"steg": "0"})
    assert ">Noe</textarea>" in client.get(address).text, "the page was older than the change"
    client.post(f"{address}/angre", data={"steg": "1"})
    page = client.get(address).text
    assert ">Noe</textarea>" not in page
    assert len(re.findall(r'name="indikator"\s+value="\d+"\s+checked', page)) == 2
    client.post(f"{address}/slett")
    assert client.get(address).status_code == 404
    told = client.post(f"/rapporter/utkast/{kept}/slett", follow_redirects=True)
    assert "Rapporten er frosset og kan ikke endres." in told.text
    with site.reading() as session:
        assert session.get_one(Report, kept).state is ReportState.FROZEN


def test_a_paragraph_has_a_limit_that_is_told(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = draft(session, TERTIAL).id
    sign_in_as(client, site, Role.CONTROLLER)
    answer = client.post(f"/rapporter/utkast/{report_id}", data={"avsnitt-okonomi": "x" * 601})
    assert answer.status_code == 422
    assert "Avsnittet er på 601 tegn. Skriv høyst 600." in answer.text
    assert "x" * 601 in answer.text, "nothing typed is lost"


def test_no_paragraph_has_a_national_identity_number(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = draft(session, TERTIAL).id
    sign_in_as(client, site, Role.CONTROLLER)
    typed = {"avsnitt-okonomi": "Kari, 01010750160, er syk"}
    answer = client.post(f"/rapporter/utkast/{report_id}", data=typed)
    assert answer.status_code == 422
    assert "Avsnittet har et fødselsnummer eller D-nummer. Ta det bort." in answer.text
    assert typed["avsnitt-okonomi"] in answer.text


@pytest.mark.parametrize("audience", ReportAudience)
def test_the_preview_is_what_would_be_frozen(
    client: FlaskClient, site: Database, audience: ReportAudience
) -> None:
    with site.transaction() as session:
        report_id = draft(session).id
    sign_in_as(client, site, Role.CONTROLLER)
    page = client.get(f"/rapporter/utkast/{report_id}/forhandsvisning?utgave={audience}").text
    assert (SURVEYS_VALUE in page) == (audience is ReportAudience.INTERNAL)


def test_the_freezing_page_names_what_others_do_not_see(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report_id = draft(session).id
    sign_in_as(client, site, Role.CONTROLLER)
    page = client.get(f"/rapporter/utkast/{report_id}/frys").text
    assert page.count("M1.1 Trivsel") == 2
    assert "M1.2 Sykefravær" not in page


def test_an_older_value_in_place_of_the_newest_is_named_too(client: FlaskClient, site: Database) -> None:
    """Politicians still see last year's survey."""
    with site.transaction() as session:
        days = {ReaderGroup.LEADERS: dt.date(2025, 4, 1), ReaderGroup.POLITICIANS: dt.date(2025, 5, 1)}
        earlier = build_survey(
            session,
            unit_of(session, "K"),
            key="liten-2025",
            opens_on=dt.date(2025, 3, 2),
            closes_on=dt.date(2025, 3, 20),
            visibility=days,
        )
        feed(session, release_figures(session, earlier, {"K": 3.87, "A": 3.9, "A1": 3.95}))
        report_id = draft(session).id
    sign_in_as(client, site, Role.CONTROLLER)
    preview = client.get(f"/rapporter/utkast/{report_id}/forhandsvisning?utgave=political").text
    assert "3,9" in preview
    page = client.get(f"/rapporter/utkast/{report_id}/frys").text
    assert page.count("M1.1 Trivsel") == 2


def test_the_workbook_has_numbers_as_numbers_and_runs_no_text(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        report = draft(session, TERTIAL)
        choice = drafts.choice_of(report)
        report.choice = to_stored(ReportChoice(choice.indicators, {"okonomi": "=1+1"}))
        drafts.freeze(session, report, an_account(session), APPROVAL, TODAY)
        report_id = report.id
    sign_in_as(client, site, Role.HR)
    answer = client.get(f"/rapporter/{report_id}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    by_code = {row[1]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert by_code["M1.2"]["Verdi"] == pytest.approx(9.04)
    assert by_code["M1.2"]["Årsak"] == "Influensa i mars"
    assert "f" not in {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert ["Økonomi", "'=1+1"] in [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert client.get(f"/rapporter/{report_id}.xlsx").data == answer.data, "the same report is the same bytes"


def test_nothing_to_report_is_said_in_words(client: FlaskClient, site: Database) -> None:
    sign_in_as(client, site, Role.CONTROLLER)
    for form, words in (
        ({"enhet": "K", "slag": "year", "ar": "2019"}, "har ingen verdier for perioden"),
        ({"enhet": "K", "slag": "tertial", "tertial": "2027-1"}, "Perioden har ikke begynt ennå."),
        ({"enhet": "", "slag": "tertial", "tertial": "2026-1"}, "Velg hvilken enhet"),
        ({"enhet": "K", "slag": "noe"}, "Velg hva du vil lage"),
    ):
        answer = client.post("/rapporter/ny", data=form)
        assert answer.status_code == 422, form
        assert words in answer.text


def test_as_many_queries_however_many_units_and_indicators(db: Database, site: Database) -> None:
    """Freezing reads three times a card, whatever the size of the municipality."""
    counted = [0]

    def count(*_arguments: object) -> None:
        counted[-1] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        for round_ in range(2):
            with site.transaction() as session:
                report = draft(session)
                session.flush()
                counted.append(0)
                drafts.freeze(session, report, an_account(session), APPROVAL, TODAY)
                session.flush()
            if round_ == 0:
                with site.transaction() as session:
                    top = unit_of(session, "K")
                    session.add_all(
                        Unit(code=f"U{number}", name=f"U{number}", type="enhet", parent=top)
                        for number in range(40)
                    )
                    for year in range(2016, 2026):
                        measure(session, "M1.2", year, 7.0 + year / 10000, 1)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert counted[2] <= counted[1] + 1


def test_reports_are_listed_a_year_at_a_time(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        measure(session, "M1.2", 2025, 7.0, 2)
        old = frozen(session, drafts.ReportPeriod(ReportKind.TERTIAL, 2025, 2)).id
        new = frozen(session, TERTIAL).id
    sign_in_as(client, site, Role.HR)
    listed = {year: client.get(f"/rapporter?ar={year}").text for year in (2025, 2026, 1999)}
    assert f'/rapporter/{old}"' in listed[2025]
    assert f'/rapporter/{new}"' not in listed[2025]
    assert f'/rapporter/{new}"' in listed[2026]
    assert f'/rapporter/{new}"' in listed[1999], "the newest year, when there is none for the one asked for"


def test_kinds_of_report_have_their_periods(site: Database) -> None:
    with site.transaction() as session:
        report = frozen(session, drafts.ReportPeriod(ReportKind.YEAR, 2026, 0))
        assert (report.kind, report.part) == (ReportKind.YEAR, 0)


def test_each_page_has_a_title_that_begins_with_its_heading(client: FlaskClient, site: Database) -> None:
    with site.transaction() as session:
        draft_id = draft(session, TERTIAL).id
        report = frozen(session)
        opened_to(session, report, ReportAudience.PUBLIC)
        report_id = report.id
    sign_in_as(client, site, Role.CONTROLLER)
    own = f"/rapporter/utkast/{draft_id}"
    for address in (
        own,
        f"{own}/forhandsvisning",
        f"{own}/frys",
        f"/rapporter/{report_id}",
        "/rapporter/arshjul",
    ):
        assert fault_of_document(client.get(address).text) == "", address
    for address in (f"/offentlige-rapporter/{report_id}", "/offentlige-rapporter"):
        assert fault_of_document(client.application.test_client().get(address).text) == "", address
