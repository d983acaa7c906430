"""Every page is whole HTML with one heading, its title, and headers that keep others out; forms need their token."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.lifecycle import close_survey, open_survey
from surveys.campaigns.models import PublicLink
from surveys.platform.database import Database
from surveys.platform.heartbeats import beat
from surveys.publishing.releasing import release
from tests.anchors import lost_links
from tests.building import (
    answer_some,
    build_installation,
    build_open_survey,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.card_building import sign_in_as, unit_of
from tests.meetings import open_a_room

XHTML = "{http://www.w3.org/1999/xhtml}"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Site:
    """A signed-in administrator's browser, an unused code to the open survey, and a vote in a meeting."""

    app: Flask
    client: FlaskClient
    code: str
    room: str

    def address(self, rule: Rule, key: str = "liten-2028", name: str = "close") -> str:
        values: dict[str, Any] = {
            "key": key,
            "survey_key": key,
            "name": name,
            "unit_code": "A",
            "code": self.code,
            "room": self.room,
        }
        values |= {"language": "nb", "number": "1", "instrument": "liten", "version": "1"}
        values |= {"token": "ugle-fjell-27", "factor": "TRI", "account_id": "1", "grant_id": "1"}
        values |= {
            "person_id": "1",
            "document_name": "protokoll",
            "form": "html",
            "file_kind": "pdf",
            "move_number": "1",
            "part": "1",
        }
        values |= {"indicator_id": "1", "year": "2026", "measurement_id": "1"}
        values |= {"version_id": "1", "node_id": "1", "card_id": "1", "report_id": "1", "proposal_id": "1"}
        values |= {"action_id": "1", "leader_id": "1", "question_id": "1"}
        with self.app.test_request_context():
            return url_for(rule.endpoint, **{each: values[each] for each in rule.arguments})

    def addresses(self) -> list[str]:
        """Every page that can be asked for with GET, for each survey and step."""
        rules = [
            rule
            for rule in self.app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in {"static", "access.choose_language"}
        ]
        keys, names = ("liten-2026", "liten-2028"), ("close", "remind", "release")
        return sorted({self.address(rule, key, name) for rule in rules for key in keys for name in names})


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Site:
    """One survey released and one open."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        answer_some(app, session, survey, "A", [sheet_of(value) for value in (1, 2, 3, 4, 5, 5)])
        close_survey(session, survey)
        running = build_survey(session, survey.unit, key="liten-2028")
        open_survey(session, running, keys_of(app))
        running.public_link = PublicLink(token="ugle-fjell-27")
        [code] = invite_some(app, session, running, "A")
    release(db, keys_of(app), "liten-2026")
    beat(db, "dates")
    sign_in_as(client, db, Role.ADMINISTRATOR)
    with db.transaction() as session:
        # Some pages are a leader's or a controller's alone.
        account = session.scalars(select(Account).order_by(Account.id.desc())).first()
        assert account is not None
        top = unit_of(session, "K").id
        account.all_grants += [Grant(role=role, unit_id=top) for role in (Role.LEADER, Role.CONTROLLER)]
    return Site(app, client, code, open_a_room(app, db, "liten-2026"))


def fault_of_document(html: str) -> str:
    """What is wrong with the page as a document, or «»."""
    parser = html5lib.HTMLParser(strict=True)
    document = parser.parse(html)
    headings = ["".join(found.itertext()).strip() for found in document.iter(f"{XHTML}h1")]
    if len(headings) != 1:
        return f"{len(headings)} h1"
    title = "".join(next(document.iter(f"{XHTML}title")).itertext()).strip().removeprefix("Feil: ")
    heading = re.sub(r"\s+", " ", headings[0])
    if not re.sub(r"\s+", " ", title).startswith(heading):
        return f"title «{title}» does not begin with «{heading}»"
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    doubles = {each for each in ids if ids.count(each) > 1}
    return f"ids twice: {doubles}" if doubles else _cell_without_its_heading(document)


def _cells(rows: Iterable[list[Element]]) -> Iterator[tuple[Element, int, int]]:
    """Every cell, the column it begins in, and over how many it goes."""
    for row in rows:
        place = 0
        for cell in row:
            width = int(cell.get("colspan", "1"))
            yield cell, place, width
            place += width


def _cell_without_its_heading(document: Element) -> str:
    """Of a table that is a list on a phone, where each cell says its own heading; «» when all do."""
    for table in document.iter(f"{XHTML}table"):
        if "listing" not in table.get("class", "").split():
            continue
        rows = [list(row) for row in table.iter(f"{XHTML}tr")]
        # A column of buttons has its heading in a <span>, for those who hear the page.
        headings = [each.text for each in rows[0]]
        for cell, place, width in _cells(rows[1:]):
            is_sentence = width > 1 and "sentence" in cell.get("class", "").split()
            heading = None if is_sentence else headings[place]
            if cell.tag == f"{XHTML}td" and cell.get("data-label") != heading:
                return f"«{''.join(cell.itertext()).strip()}» does not say «{heading}»"
    return ""


def test_every_page_is_a_whole_document_with_the_right_headers(site: Site) -> None:
    """None asks another host, has a script or a style inside, or a link to a place that is missing or folded.

    All in one walk, for there are many pages.
    """
    whole = 0
    pages: dict[str, str] = {}
    for address in site.addresses():
        response = site.client.get(address)
        assert response.status_code in {200, 302, 303, 404, 410}, address
        is_for_all = address.startswith("/offentlige-resultater") and response.status_code == 200
        kept = {"Cache-Control": "public, max-age=300" if is_for_all else "no-store"}
        for name, beginning in (HEADERS | kept).items():
            assert response.headers[name].startswith(beginning), (address, name)
        if not 300 <= response.status_code < 400 and response.mimetype == "text/html":
            assert fault_of_document(response.text) == "", address
            assert response.text.count(" autofocus") <= 1, address
            pages[address] = response.text
        # A file to download may be no text.
        html = response.get_data().decode(errors="replace")
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html), address
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", html), address
        whole += response.status_code == 200
    assert whole > 20
    assert "#betyr-TRI" in pages["/resultater/liten-2026/A"]
    assert list(lost_links(pages, lambda address: site.client.get(address).text)) == []


def test_error_pages_and_faulty_forms_are_whole_documents_too(site: Site) -> None:
    site.app.config["WTF_CSRF_ENABLED"] = False
    answers = {
        404: site.client.get("/finnes-ikke"),
        409: site.client.post("/undersokelser/liten-2028/steg/count"),
        200: site.client.post("/undersokelser/ny", data={}),
        405: site.client.post("/undersokelser"),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert fault_of_document(response.text) == "", status


def _summary_faults(document: Any) -> list[str]:
    """What is wrong with the page's error summary; nothing when the page has none."""
    found = [each for each in document.iter(f"{XHTML}div") if "ds-error-summary" in each.get("class", "")]
    links = [link for each in found for link in each.iter(f"{XHTML}a")]
    words = [" ".join("".join(link.itertext()).split()) for link in links]
    fields = {
        each.get("id") for kind in ("input", "select", "textarea") for each in document.iter(XHTML + kind)
    }
    faults = [f"two links say «{each}»" for each in set(words) if words.count(each) > 1]
    faults += [
        f"«{link.get('href')}» leads to no field" for link in links if link.get("href")[1:] not in fields
    ]
    focused = [each for each in document.iter() if each.get("autofocus") is not None]
    if found and focused != found[:1]:
        faults.append("the summary does not have the focus")
    return faults


# Their fields are not on every page that answers them, so a summary of theirs must be seen.
SUMMARISED = {
    "accounts.give_role",
    "accounts.make_deputy",
    "hr.letters",
    "hr.letters_again",
    "hr.loose_codes",
    "hr.replace_a_code",
}


def test_the_links_of_an_error_summary_are_no_twins_and_lead_to_the_field_with_the_fault(
    site: Site, db: Database
) -> None:
    """Every form of the site is sent empty, also about another account, while the survey is open and afterwards."""
    site.app.config["WTF_CSRF_ENABLED"] = False
    sign_in_as(site.app.test_client(), db, Role.LEADER, "A")
    forms = {rule.endpoint for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    summarised = _summarised(site, forms - {"hr.take", "access.sign_out", "access.sign_out_everywhere"})
    assert summarised >= SUMMARISED
    assert site.client.post("/undersokelser/liten-2028/steg/close").status_code == 302
    assert _summarised(site, summarised) < summarised, (
        "what cannot be done any more is said, and no field is asked for"
    )


def _summarised(site: Site, endpoints: set[str]) -> set[str]:
    """The forms that answer with an error summary when they are sent empty. Each summary is without faults."""
    found = set()
    for rule in site.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint not in endpoints:
            continue
        for address in {site.address(rule), site.address(rule).replace("/brukere/1", "/brukere/2")}:
            response = site.client.post(address, data={})
            if response.mimetype == "text/html" and "ds-error-summary" in response.text:
                assert _summary_faults(html5lib.parse(response.text)) == [], address
                found.add(rule.endpoint)
    return found


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    posts = [rule for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    # The code in a respondent's address is the key: those forms have no cookie that could be misused.
    # A preview is the same forms, and changes nothing (`test_preview.py`).
    addresses = [
        address
        for rule in posts
        if not (address := site.address(rule)).startswith("/svar") and "/forhandsvisning/" not in address
    ]
    assert len(addresses) >= 4
    for address in addresses:
        response = site.client.post(address)
        assert response.status_code == 400, address
        assert "åpen for lenge" in response.text


def test_every_page_of_the_demo_says_that_its_data_are_synthetic(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session, synthetic=True)
        build_units(session)
    client = app.test_client()
    # An error page shows no data, and needs no database to say whose they would be.
    for address in ("/logg-inn", "/svar", "/tilgjengelighet", "/anonymitet"):
        assert "Syntetiske demodata" in client.get(address).text, address
