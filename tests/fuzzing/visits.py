"""Odd requests: to every address as everybody who can sign in, and as respondents with codes that are good."""

import io
import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Account
from surveys.access.sessions import start_session
from surveys.campaigns.invitations import code_of
from surveys.campaigns.models import Invitation, PublicLink, Survey, SurveyStatus
from surveys.platform import code_format
from surveys.platform.database import Database
from tests.fuzzing.contents import OddContents
from tests.fuzzing.odd_values import OddValues

_FIELD: Final = re.compile(r'name="([^"]{1,60})"(?:[^>]*?value="([^"]{0,200})")?')
_LINK: Final = re.compile(r'(?:href|action)="(/[^"?#]{1,200})[?#"]')
_MOST_CODES: Final = 400
_SAYS_HOW_IT_IS: Final = "/helse/klar"
"""Answers 503 when something is amiss with the installation: here that no worker runs."""
_BUTTONS: Final = ("_tilbake", "_senere", "_sprak", "mangler", "endre")


class ServerFaultError(Exception):
    """The site answered that the fault was its own."""


class StaffVisits:
    """One odd request after another, to what the pages before it have shown and to every rule there is."""

    def __init__(self, app: Flask, odd: OddValues, contents: OddContents) -> None:
        self._odd, self._contents = odd, contents
        self._visitors = [app.test_client(), *_signed_in(app)]
        self._rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
        self._fields = ["kode", "neste", "sprak", "file", "seen", "packed", "avbrutt"]
        self._addresses = ["/"]

    def request(self) -> str:
        random = self._odd.random
        is_get = random.random() < 0.5
        if random.random() < 0.4:
            address = random.choice(self._addresses)
        else:
            rule = random.choice(self._rules)
            address = re.sub("<[^>]+>", lambda _part: self._odd.quoted(), rule.rule)
            # Now and then the wrong method all the same.
            is_get = "GET" in (rule.methods or ()) if random.random() < 0.9 else is_get
        fields = {random.choice(self._fields): self._odd.value() for _field in range(random.randrange(8))}
        visitor = random.choice(self._visitors)
        if is_get:
            answer = get(self._odd, visitor, address, fields)
            self._learn(answer.text if answer.mimetype == "text/html" else "")
        else:
            data: dict[str, object] = _encoded(fields)
            if "file" in data:
                name = random.choice(("fil.csv", "\0.xlsx", "x" * 300))
                data["file"] = (io.BytesIO(self._contents.table_file()), name)
            answer = post(self._odd, visitor, address, data)
        return status_of(answer)

    def _learn(self, page: str) -> None:
        """Addresses, fields and values that pages have: odd inputs alone get no further than the door."""
        for name, value in _FIELD.findall(page):
            self._fields.append(name)
            self._odd.words.append(value)
        self._addresses += _LINK.findall(page)
        for known in (self._fields, self._odd.words, self._addresses):
            del known[: max(0, len(known) - 3_000)]


class RespondentVisits:
    """Respondents at every page and step: what a page asks for, with something odd among the answers."""

    def __init__(self, app: Flask, odd: OddValues) -> None:
        self._odd, self._client = odd, app.test_client()
        self._codes = list(_open_codes(app))
        self._pages: dict[str, list[tuple[str, str]]] = {}

    def request(self) -> str:
        """One step with one code, as a rule a good one; a delivery is rare, since it is a code's last."""
        random = self._odd.random
        way = random.choice(self._codes)
        if not way.startswith("/svar/apen/"):
            way += "/" + random.choice(("nb", "nn", "en", self._odd.quoted()))
            way += (
                "/"
                + random.choices(
                    (
                        *(
                            "side/1",
                            "side/2",
                            f"side/{random.randrange(1, 20)}",
                            f"side/{self._odd.quoted()}",
                        ),
                        *("", "oppsummering", "pause", "kvittering", "slett", "lever"),
                    ),
                    weights=(*(4, 4, 20, 1), *(1, 4, 1, 1, 0.5, 0.3)),
                )[0]
            )
        fields = self._fields(way)
        is_get = not way.endswith("/lever") and random.random() < 0.4
        if is_get or way.endswith(("/oppsummering", "/pause", "/kvittering")):
            answer = get(self._odd, self._client, way, dict(fields[:3]))
            if answer.status_code == 200:
                self._remember(way, _FIELD.findall(answer.text))
        else:
            answer = post(self._odd, self._client, way, _encoded(dict(fields)))
        return f"respondent {status_of(answer)}"

    def _remember(self, way: str, found: list[tuple[str, str]]) -> None:
        self._pages[_page_of(way)] = found

    def _fields(self, way: str) -> list[tuple[str, str]]:
        """What the page has, mostly as it is; at times odd names, odd values or a button."""
        random = self._odd.random
        found = list(self._pages.get(_page_of(way), ()))
        random.shuffle(found)
        sent = [
            (name, value if random.random() < 0.7 else self._odd.value())
            for name, value in found[: random.randrange(len(found) + 1)]
        ]
        if random.random() < 0.2:
            sent.append((random.choice((*_BUTTONS, "enhet", self._odd.value())), self._odd.value()))
        return sent


def get(odd: OddValues, client: FlaskClient, address: str, fields: dict[str, str]) -> TestResponse:
    query = "&".join(
        f"{quote(name, errors='surrogatepass')}={quote(value, safe='%', errors='surrogatepass')}"
        for name, value in fields.items()
    )
    return client.get(address, query_string=query, environ_overrides=_from_anywhere(odd))


def post(odd: OddValues, client: FlaskClient, address: str, data: dict[str, object]) -> TestResponse:
    return client.post(address, data=data, environ_overrides=_from_anywhere(odd))


def status_of(answer: TestResponse) -> str:
    if answer.request.path.startswith(_SAYS_HOW_IT_IS):
        return f"watchers {answer.status_code}"
    if answer.status_code >= 500:
        raise ServerFaultError(f"{answer.status_code} {answer.request.method} {answer.request.path[:60]!r}")
    return str(answer.status_code)


def _encoded(fields: dict[str, str]) -> dict[str, object]:
    return {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "surrogatepass")
        for name, value in fields.items()
    }


def _from_anywhere(odd: OddValues) -> dict[str, str]:
    """A client of its own each time: the limits on guessing are tested elsewhere."""
    return {"REMOTE_ADDR": ".".join(str(odd.random.randrange(1, 255)) for _part in range(4))}


def _page_of(way: str) -> str:
    return way.split("/", 4)[-1]


def _signed_in(app: Flask) -> Iterator[FlaskClient]:
    database = app.extensions["medvirk_database"]
    with database.transaction() as session:
        tokens = [start_session(session, account) for account in session.scalars(select(Account))]
    for token in tokens:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        yield client


def _open_codes(app: Flask) -> Sequence[str]:
    """Addresses of people who have not answered, and the public links, in surveys that are open."""
    database: Database = app.extensions["medvirk_database"]
    with database.reading() as session:
        asked = session.scalars(
            select(Invitation)
            .join(Survey)
            .where(Survey.status == SurveyStatus.OPEN, Invitation.delivered.is_(False))
            .order_by(Invitation.id)
            .limit(_MOST_CODES)
        ).all()
        secret = app.config["SECRETS"].codes
        codes = [f"/svar/{code_format.grouped(code_of(each, secret))}" for each in asked]
        links = [f"/svar/apen/{link.token}" for link in session.scalars(select(PublicLink))]
    return codes + links
