"""An address is fetched only from hosts that are allowed, and never leads the server into its own network.

How a name is looked up once, and which addresses are private: `test_sms_guard.py`, on the same connection.
"""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from surveys.files.fetching import AllowedHost, FetchError, allowed_hosts, fetch_file

CONTENT = b'{"class": "dataset"}'


class _Source(BaseHTTPRequestHandler):
    """/table answers, /away leads elsewhere, /large never ends, /slow says nothing."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"http://{self.headers['Host']}/secret")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        self.end_headers()
        if self.path == "/large":
            try:
                for _piece in range(100):
                    self.wfile.write(b" " * 65536)
            except OSError:
                return  # the reader has hung up, as it should
        elif self.path == "/slow":
            self.wfile.write(b"{")
            self.wfile.flush()
            threading.Event().wait(1.0)
        else:
            self.wfile.write(CONTENT)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: tests read what was asked."""


@pytest.fixture
def source() -> Iterator[tuple[str, list[str]]]:
    """The server's host and port, and what was asked of it."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Source,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_that_the_operator_wrote_is_fetched(source: tuple[str, list[str]]) -> None:
    host, asked = source
    assert fetch_file(f"http://{host}/table?a=1&b=2", allowed_hosts(host), 1000) == CONTENT
    assert asked == ["/table?a=1&b=2"]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/away", "viser videre"), ("/gone", "feil 404"), ("/large", "større enn"), ("/slow", "for lang tid")],
)
def test_what_is_no_plain_small_answer_is_refused(
    source: tuple[str, list[str]], path: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.platform.guarded_http._ANSWERING", 0.3)
    host, asked = source
    with pytest.raises(FetchError, match=words):
        fetch_file(f"http://{host}{path}", allowed_hosts(host), 100_000)
    # A redirect is not followed, to this machine or any other.
    assert asked == [path]


@pytest.mark.parametrize(
    "address",
    [
        "http://{host}.example.org/table",
        "http://localhost:{port}/table",
        "http://user@{host}/table",
        "http://{host}@example.org/table",
        "http://127.0.0.1/table",
        "http://127.1:{port}/table",
        "http://2130706433:{port}/table",
        "http://[::1]:{port}/table",
        "http://[::ffff:127.0.0.1]:{port}/table",
        "file:///etc/passwd",
        "ftp://{host}/table",
        "gopher://{host}/table",
        "//{host}/table",
        "{host}/table",
        "http://[/table",
        "http://x:99999999/",
        "",
    ],
)
def test_no_other_writing_of_an_address_reaches_the_server(
    source: tuple[str, list[str]], address: str
) -> None:
    host, asked = source
    written = address.format(host=host, port=host.partition(":")[2])
    with pytest.raises(FetchError):
        fetch_file(written, allowed_hosts(f"{host}, data.ssb.no"), 1000)
    assert asked == []


def test_an_allowed_name_that_is_in_a_private_network_is_not_called(
    source: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the name may point it at 127.0.0.1, or answer with one public address and one that is not."""
    host, asked = source
    port = int(host.partition(":")[2])
    listed = [AllowedHost("data.ssb.no", port)]
    for answers in (["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%eth0"]):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (each, port)) for each in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, found=found, **_k: found)
        with pytest.raises(FetchError, match="lukket nett"):
            fetch_file(f"https://data.ssb.no:{port}/table", listed, 1000)
    assert asked == []


def test_a_name_is_fetched_over_https_only(source: tuple[str, list[str]]) -> None:
    with pytest.raises(FetchError, match="https"):
        fetch_file("http://data.ssb.no/table", allowed_hosts("data.ssb.no"), 1000)
