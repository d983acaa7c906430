"""What a respondent does, learnt by doing it once: every request of a journey, with the answer that must come.

The first journey reads each page as a browser without scripts would: it fills in the form that is there and follows
where the answer leads. The others replay it with codes of their own, which costs the driver next to nothing.
"""

import gzip
import re
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser

from load.connections import Answer, Connection, request

MARK = "CODE-CODE-CODE"
START = "start"
_SEPARATOR = "."
_MOST_REQUESTS = 200


class UnexpectedAnswerError(Exception):
    """The site answered with something a journey cannot go on from."""


@dataclass(frozen=True)
class Step:
    """One request and what must come back. Paths have `MARK` where the code, or the code and its visit, belong.

    `answers_page`: the POST of a page of statements, or the GET of the page it leads to, counts as an answered page.
    """

    method: str
    path: str
    form: bytes
    status: int
    location: str
    name: str

    def sent(self, code: str) -> bytes:
        return request(self.method, self.path.replace(MARK, code), self.form)

    def is_met_by(self, answer: Answer, code: str) -> bool:
        return answer.status == self.status and answer.location == self.location.replace(MARK, code)


@dataclass
class _Page(HTMLParser):
    """What a browser finds in a page: its form, its files, and the links on it."""

    action: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        name = has.get("name", "")
        if tag == "form" and has.get("method") == "post":
            self.action = has["action"]
        elif tag == "link" and "href" in has:
            self.files.append(has["href"])
        elif tag == "script":
            self.files.append(has["src"])
        elif tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "textarea":
            self.chosen[name] = "Mer tid til å snakke sammen om det vi gjør."
        elif tag == "input" and has.get("type") == "hidden":
            self.chosen[name] = has.get("value", "")
        elif tag == "input" and has.get("type") == "radio":
            # The last but one of the answers seen so far: neither all alike nor «vet ikke».
            seen = self.chosen.get(f"\0{name}", "")
            self.chosen[f"\0{name}"] = has["value"]
            self.chosen[name] = seen or has["value"]

    def form(self) -> bytes:
        sent = {name: value for name, value in self.chosen.items() if not name.startswith("\0")}
        return urllib.parse.urlencode(sent).encode()


def _text(answer: Answer) -> str:
    coded = b"\r\ncontent-encoding: gzip" in answer.head.lower()
    return (gzip.decompress(answer.body) if coded else answer.body).decode()


def _read(answer: Answer) -> _Page:
    page = _Page()
    page.feed(_text(answer))
    return page


def visit_in(answer: Answer, code: str) -> str:
    """The code with the token of the visit that the start page began: what the other pages' addresses carry."""
    found = re.search(f'/{re.escape(code)}{re.escape(_SEPARATOR)}[^/?"]+', _text(answer))
    if found is None:
        raise UnexpectedAnswerError("The start page leads to no visit.")
    return found.group().lstrip("/")


class Learner:
    """Walks one journey and writes down its steps."""

    def __init__(self, connection: Connection, code: str) -> None:
        self._connection = connection
        self._code = self._visit = code
        self.steps: list[Step] = []
        self.sizes: dict[str, list[int]] = {}

    async def does(self, method: str, path: str, form: bytes = b"", name: str = "") -> Answer:
        answer = await self._connection.ask(request(method, path, form))
        if answer.status not in {200, 303}:
            raise UnexpectedAnswerError(f"{method} {path}: {answer.status}")
        step = Step(method, self._marked(path), form, answer.status, self._marked(answer.location), name)
        if name == START:
            self._visit = visit_in(answer, self._code)
        self.steps.append(step)
        self.sizes.setdefault(name, []).append(answer.wire)
        if len(self.steps) > _MOST_REQUESTS:
            raise UnexpectedAnswerError("The journey does not end.")
        return answer

    def _marked(self, address: str) -> str:
        return address.replace(self._visit, MARK).replace(self._code, MARK)

    async def opens(self, path: str, name: str) -> _Page:
        return _read(await self.does("GET", path, name=name))

    async def sends(self, page: _Page, name: str, leads_to: str) -> tuple[str, _Page]:
        """Posts the page's form and opens what it leads to, as a browser does."""
        address = (await self.does("POST", page.action, page.form(), name)).location
        return address, await self.opens(address, leads_to)

    async def fetches_files(self, page: _Page) -> None:
        """The style sheets, the font, the picture and the script that the first page names."""
        for file in dict.fromkeys(page.files):
            await self.does("GET", file, name="file")


async def learn_survey(port: int, code: str) -> Learner:
    """A whole answer: first view with its files, every page, review, delivery, receipt."""
    connection = Connection(port)
    learner = Learner(connection, code)
    start = await learner.opens(f"/svar/{code}", START)
    await learner.fetches_files(start)
    address = next(link for link in start.links if link.endswith("/side/1"))
    page = await learner.opens(address, "page")
    while "/side/" in address:
        address, page = await learner.sends(page, "answer", "page")
    if not address.endswith("/oppsummering"):
        raise UnexpectedAnswerError(f"the pages led to {address}")
    learner.sizes["review"] = [learner.sizes["page"].pop()]
    await learner.sends(page, "delivery", "receipt")
    connection.close()
    return learner


async def learn_minimal(port: int) -> Learner:
    """The minimal site's way: pages of one form each, until it says that it is done."""
    connection = Connection(port)
    learner = Learner(connection, MARK)
    address, page = "/1", await learner.opens("/1", "page")
    while address != "/done":
        address, page = await learner.sends(page, "answer", "page")
    connection.close()
    return learner
