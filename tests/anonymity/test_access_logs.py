"""The real server, as it runs in production: whatever a visitor does, nothing it writes tells who, what or when."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import text

from app import create_app
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.logs import without_codes
from surveys.respond.visits import Visit, VisitTokens
from tests.building import build_open_survey, invite_some
from tests.mail_server import free_port

ROOT = Path(__file__).parents[2]
COMMENT = "Hemmeligord"
# What an operator might set to get an access log after all.
TEMPTATIONS = {"GUNICORN_CMD_ARGS": "--access-logfile=- --log-level=debug", "MEDVIRK_LOG_LEVEL": "DEBUG"}


@dataclass(frozen=True)
class Visited:
    """What the server said to visitors, and what it wrote: until all had gone well, and then until it stopped."""

    codes: list[str]
    went_well: list[int]
    went_wrong: list[int]
    written_first: str
    written_then: str

    @property
    def written(self) -> str:
        return self.written_first + self.written_then


@pytest.fixture(scope="session")
def visited_on(
    installations: Callable[[str, Path], AbstractContextManager[Settings]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Visited]:
    """A server on a database of this kind, visited once."""
    found: dict[str, Visited] = {}

    def visited_once(kind: str) -> Visited:
        if kind not in found:
            with installations(kind, tmp_path_factory.mktemp(f"visited-{kind}")) as settings:
                found[kind] = _visit(settings)
        return found[kind]

    return visited_once


@pytest.fixture(params=["sqlite", "postgresql"])
def visited(request: pytest.FixtureRequest, visited_on: Callable[[str], Visited]) -> Visited:
    return visited_on(request.param)


def _visit(settings: Settings) -> Visited:
    """One answers and delivers; others mistype, send what nobody can read, and meet a server that breaks down."""
    app = create_app(settings)
    db: Database = app.extensions["medvirk_database"]
    with db.transaction() as session:
        codes = invite_some(app, session, build_open_survey(app, session), count=2)
    with _serving(settings) as server:
        went_well = _answers(server.port, codes[0])
        # The first thing there is to write about: what stands before it was written while all went well.
        went_wrong = [_raw(server.port, f"/svar/{codes[1]}")]
        written_first = server.read_until("Invalid request from")
        went_wrong += _goes_wrong(server.port, codes[1])
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE survey SET title = '1'"))
        went_wrong += [_get(server.port, f"/svar/{codes[1]}")]
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE draft RENAME TO gone"))
        way = f"/svar/{codes[1]}/nb/side/1"
        went_wrong += [_get(server.port, way), _post(server.port, way, "TRI01=4")]
    db.engine.dispose()
    files = [file.read_text(errors="replace") for file in settings.instance.rglob("*.log")]
    return Visited(codes, went_well, went_wrong, written_first, "".join([server.rest, *files]))


@dataclass
class Server:
    """A running server and what it writes. `rest` is filled when it has stopped."""

    port: int
    output: IO[str]
    rest: str = ""

    def read_until(self, words: str) -> str:
        """What it has written up to and with the line that has these words."""
        lines: list[str] = []
        while not lines or words not in lines[-1]:
            lines.append(self.output.readline())
            assert lines[-1], "".join(lines)
        return "".join(lines)


@contextmanager
def _serving(settings: Settings) -> Iterator[Server]:
    environment = TEMPTATIONS | {
        "MEDVIRK_INSTANCE": str(settings.instance),
        "MEDVIRK_SECRET_KEY": settings.secret_key,
        "MEDVIRK_BASE_URL": settings.base_url,
    }
    if settings.database_url:
        environment["MEDVIRK_DATABASE_URL"] = settings.database_url
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", "import app; app.main()", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    server = Server(port, process.stdout)
    try:
        server.read_until("Booting worker")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        server.rest = process.communicate(timeout=120)[0]


def _answers(port: int, code: str) -> list[int]:
    way = f"/svar/{code}/nb"
    return [
        _post(port, "/svar", f"kode={code}"),
        _get(port, f"/svar/{code}"),
        _get(port, f"{way}/side/1"),
        _post(port, f"{way}/side/1", "TRI01=4&TRI02=5&TRI03=2"),
        _post(port, f"{way}/side/1", f"TRI01=99&bedre={COMMENT}"),
        _post(port, f"{way}/lever", ""),
        _get(port, f"{way}/kvittering"),
    ]


def _goes_wrong(port: int, code: str) -> list[int]:
    plain = code.replace("-", "")
    return [
        _get(port, "/svar/0123-4567-89AB"),
        _get(port, f"/svar/{code.lower()}/nb/side/999"),
        _get(port, f"/svar?kode={code}"),
        _get(port, f"//svar//{code}"),
        _post(port, f"/svar/{code}/nb/kvittering", ""),
        _raw(port, f"GET /svar/{code}/nb/side/1 with spaces HTTP/1.1"),
        _raw(port, f"GET /svar/{code} HTTP/9.9"),
        _raw(port, f"/svar/{plain}"),
        _raw(port, f"get {code} HTTP/1.1"),
        _raw(port, f"GET /svar/{code} HTTP/1.1\r\nBad Header {plain}: 1"),
        _raw(port, f"GET /{plain * 700} HTTP/1.1"),
        _raw(port, f"TRI01=4&TRI02=5&bedre={COMMENT}"),
        _raw(
            port, f"POST /svar/{code}/nb/side/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nTRI01=4"
        ),
    ]


def _get(port: int, address: str) -> int:
    return _ask(port, "GET", address, None)


def _post(port: int, address: str, form: str) -> int:
    return _ask(port, "POST", address, form)


def _ask(port: int, method: str, address: str, form: str | None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    try:
        connection.request(method, address, form, kind)
        return connection.getresponse().status
    finally:
        connection.close()


def _raw(port: int, head: str) -> int:
    """The status of the answer to bytes that no browser would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        connection.sendall(head.encode() + b"\r\nHost: localhost\r\n\r\n")
        answer = connection.recv(200)
    return int(re.match(rb"HTTP/1\.\d (\d+)", answer)[1]) if answer else 0  # type: ignore[index]


def test_answering_as_it_should_be_done_writes_nothing(visited: Visited) -> None:
    assert set(visited.went_well) == {200, 303, 422}
    [only] = visited.written_first.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \[\d+\] \[WARNING\] Invalid request from ip=… …", only)


def test_whatever_visitors_do_the_server_writes_neither_code_address_nor_time(visited: Visited) -> None:
    assert {200, 303, 400, 404, 405, 500} <= set(visited.went_wrong) | set(visited.went_well)
    # It did write about what went wrong: otherwise silence would prove nothing.
    assert "Traceback" in visited.written
    for code in [*visited.codes, "0123-4567-89AB"]:
        for way in (code, code.replace("-", ""), code.lower(), code.replace("-", "").lower()):
            assert way not in visited.written
    assert "127.0.0.1" not in visited.written
    assert not re.search(r"\d\d:\d\d|\d[T ]\d\d[.:]\d\d", visited.written)


def test_no_answer_is_written_not_even_one_that_the_server_could_not_read(visited: Visited) -> None:
    assert COMMENT not in visited.written
    assert "TRI0" not in visited.written


@pytest.mark.parametrize(
    "line",
    [
        "GET /svar?kode=ABCD-EFGH-JKMF HTTP/1.1",
        "GET //svar//abcdefghjkmf",
        "KeyError: 'ABCD EFGH JKMF'",
        "kode=abcd+efgh+jkmf",
        "kode=ABCD%20EFGH%20JKMF",
        "/SVAR/ABCD–EFGH–JKMF",
    ],
)
def test_a_code_is_masked_wherever_it_stands(line: str) -> None:
    masked = without_codes(line)
    assert "…" in masked
    assert not re.search("abcd|jkmf", masked, re.IGNORECASE)


@pytest.mark.parametrize(
    "line", ["GET /svar/{} HTTP/1.1", "/SVAR/{}/nb/side/1", "KeyError: '{}'", "kode={}&x=1"]
)
def test_the_token_of_a_visit_is_masked_with_the_code(line: str) -> None:
    token = VisitTokens(bytes(32)).written(Visit.beginning())
    masked = without_codes(line.format(f"ABCD-EFGH-JKMF.{token}"))
    assert "…" in masked
    assert not any(part in masked for part in (token[:8], token[8:], token[-8:]))


def test_other_words_of_twelve_letters_stand() -> None:
    line = "Undersøkelsen medarbeider-2026 er talt opp, 0123-4567-89AA og abcdefghijklmnop står."
    assert without_codes(line) == line
