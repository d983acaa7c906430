"""Every address of the respondent's pages, in every state and by every method: nothing stays, nothing leaks.

The addresses come from the application itself and the pages from the folder of templates, so a new one is in here
from its first day, or these tests fail.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.codes import code_hash
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Invitation, SurveyStatus
from surveys.campaigns.public_links import make_link
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some
from tests.meetings import open_a_room
from tests.respondent import Respondent

KEY = "liten-2026"
NOT_RESPONDENTS = {"OPTIONS", "HEAD"}
FORMS: tuple[dict[str, str], ...] = (
    {},
    {"TRI01": "1"},
    {"TRI01": "77"},
    {"kode": "0000-0000-0000"},
    {"kode": "tull"},
    {"ord": "kort"},
)
QUERIES = ("", "?sprak=en", "?endre=1", "?mangler=1")


@dataclass
class Walk:
    """Everything that was answered, which rules and methods were tried, and which templates were shown."""

    answers: list[TestResponse] = field(default_factory=list)
    tried: set[tuple[str, str]] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """An installation with one survey, and what to put in the addresses."""

    app: Flask
    db: Database
    tokens: list[str]
    codes: dict[str, str]
    room: str

    @property
    def rules(self) -> list[Rule]:
        return [rule for rule in self.app.url_map.iter_rules() if rule.endpoint.startswith("respond.")]

    def addresses(self, rule: Rule, code: str) -> Iterator[str]:
        """Every address the rule makes for this code. A new kind of argument must be given its values here."""
        values: dict[str, list[object]] = {
            "code": [code],
            "language": ["nb", "en", "xx"],
            "number": [1, 2, 99],
            "token": [*self.tokens],
            "room": [self.room, "0000-0000-0000", "tull"],
            "key": [KEY, "finnes-ikke"],
        }
        assert rule.arguments <= set(values), (
            f"{rule.rule}: what may stand for {rule.arguments - set(values)}?"
        )
        addresses = [rule.rule]
        for name in sorted(rule.arguments):
            argument = re.compile(rf"<(?:\w+:)?{name}>")
            addresses = [argument.sub(str(value), one) for one in addresses for value in values[name]]
        yield from addresses

    def set_status(self, status: SurveyStatus) -> None:
        with self.db.transaction() as session:
            find_survey(session, KEY).status = status


@pytest.fixture
def place(app: Flask, db: Database) -> Place:
    """Not begun, half-way with a word, or delivered; and a draft and an invitation that are tampered with."""
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        codes = dict(
            zip(
                ("spoilt", "fresh", "half", "done", "moved"),
                invite_some(app, session, survey, count=5),
                strict=True,
            )
        )
        token = make_link(session, survey, []).token
    client = app.test_client()
    Respondent(client, codes["spoilt"]).goes_to("side/1")
    client.post(f"/svar/{codes['spoilt']}/nb/side/1", data={"TRI01": "1"})
    with db.transaction() as session:
        session.execute(update(Draft).values(ciphertext=b"tampered"))
    for name in ("half", "done", "moved"):
        client.post(f"/svar/{codes[name]}/nb/side/1", data={"TRI01": "1"})
    client.post(f"/svar/{codes['done']}/nb/lever")
    half = Respondent(client, codes["half"])
    half.goes_to("side/1")
    half.answers_all()
    assert client.post(f"{half.way}/velg-ord", data={"ord": "gul sykkelhjelm"}).status_code == 303
    with db.transaction() as session:
        hashed = code_hash(app.config["SECRETS"].codes, codes["moved"].replace("-", ""))
        moved = session.scalars(select(Invitation).where(Invitation.code_hash == hashed)).one()
        moved.unit_id = session.scalars(select(Unit.id).where(Unit.code == "B")).one()
    return Place(
        app,
        db,
        [token, "finnes-ikke"],
        codes | {"unknown": "0000-0000-0000", "mistyped": "tull"},
        open_a_room(app, db),
    )


@pytest.fixture
def walk(place: Place) -> Iterator[Walk]:
    """All addresses, first only looked at and then posted to; at last the guesser who has to wait."""
    walked = Walk(codes=list(place.codes.values()))

    def remember(_app: Flask, template: object, **_context: object) -> None:
        walked.shown.add(str(template.name))  # type: ignore[attr-defined]

    template_rendered.connect(remember, place.app)
    client = place.app.test_client()
    for status in (SurveyStatus.OPEN, SurveyStatus.CLOSED, SurveyStatus.COUNTED):
        place.set_status(status)
        _look_at_all(place, client, walked)
    place.set_status(SurveyStatus.OPEN)
    _send_to_all(place, client, walked)
    walked.answers += [client.get("/svar/0000-0000-0000") for _ in range(70)]
    yield walked
    template_rendered.disconnect(remember, place.app)


def _look_at_all(place: Place, client: FlaskClient, walked: Walk) -> None:
    for rule, addresses in _rules_with_addresses(place):
        walked.tried.add((rule.rule, "GET"))
        walked.answers += [client.get(address + query) for address in addresses for query in QUERIES]


def _send_to_all(place: Place, client: FlaskClient, walked: Walk) -> None:
    """A method that the rule does not take is refused before anybody looks at more of the address than its code."""
    for rule, addresses in _rules_with_addresses(place):
        for method in ("POST", "PUT"):
            walked.tried.add((rule.rule, method))
            if method in (rule.methods or ()):
                forms = [(address, form) for address in addresses for form in FORMS]
                walked.answers += [client.open(one, method=method, data=form) for one, form in forms]
            else:
                walked.answers += [client.open(address, method=method) for address in addresses[:1]]


def _rules_with_addresses(place: Place) -> Iterator[tuple[Rule, list[str]]]:
    """Each rule for each code. An address without a code is the same for all of them, and comes once."""
    asked: set[str] = set()
    for code in place.codes.values():
        for rule in place.rules:
            addresses = [address for address in place.addresses(rule, code) if address not in asked]
            asked.update(addresses)
            yield rule, addresses


def test_no_answer_to_a_respondent_leaves_or_leaks_anything(place: Place, walk: Walk) -> None:
    """One test, since the walk is long: first that it met everything, else the rest proves less than it says."""
    offered = {
        (rule.rule, method) for rule in place.rules for method in (rule.methods or set()) - NOT_RESPONDENTS
    }
    assert offered <= walk.tried
    folder = place.app.config["ROOT"] / "templates" / "respond"
    pages = {f"respond/{file.name}" for file in folder.glob("*.html") if "{% extends" in file.read_text()}
    assert pages - walk.shown == set()
    assert {answer.status_code for answer in walk.answers} == {200, 303, 404, 405, 409, 422, 429, 503}
    assert {fault for answer in walk.answers for fault in _faults(answer)} == set()


def test_a_respondents_page_that_breaks_down_leaves_and_leaks_nothing_either(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(view: Callable[..., object]) -> Callable[..., object]:
        @wraps(view)
        def break_down(**_arguments: object) -> str:
            raise RuntimeError

        return break_down

    place.app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    client = place.app.test_client()
    for endpoint in {rule.endpoint for rule in place.rules}:
        view = place.app.view_functions[endpoint]
        monkeypatch.setitem(place.app.view_functions, endpoint, breaking(view))
    for rule in place.rules:
        for method in (rule.methods or set()) - NOT_RESPONDENTS:
            answer = client.open(next(place.addresses(rule, place.codes["fresh"])), method=method)
            assert answer.status_code == 500, (rule, method)
            assert list(_faults(answer)) == []


def _faults(answer: TestResponse) -> Iterator[str]:
    where = f"{answer.request.method} {answer.request.path} {answer.status_code}"
    if "Set-Cookie" in answer.headers:
        yield f"{where}: cookie"
    if answer.headers.get("Cache-Control") != "no-store":
        yield f"{where}: may be kept"
    if answer.headers.get("Referrer-Policy") != "no-referrer":
        yield f"{where}: address leaves in a Referer"
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or re.search(r"https?:|\*|unsafe", policy):
        yield f"{where}: policy lets other hosts in"
    if not answer.headers.get("Location", "/").startswith("/") or answer.headers.get(
        "Location", ""
    ).startswith("//"):
        yield f"{where}: leads to {answer.headers['Location']}"
    if answer.mimetype == "text/html":
        yield from (f"{where}: fetches {address}" for address in _outside(answer.text))
        fetched = re.findall(
            r"""<(?:link|script|img|source|use)\b[^>]*?(?:href|src)=["']([^"']+)""", answer.text
        )
        yield from (f"{where}: asks {a} with the code" for a in fetched if "/svar/" in a or "?kode" in a)


def _outside(html: str) -> list[str]:
    addresses = re.findall(
        r"""(?:src|srcset|href|action|formaction|poster|content)\s*=\s*["']([^"']+)""", html
    )
    addresses += re.findall(r"""url\(\s*["']?([^"')]+)""", html)
    return [address for address in addresses if re.match(r"(?:[a-z]+:)?//", address.strip())]
