"""Signing in with a provider in tests: the process, and a browser's way through it and back."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.platform.config import Settings
from tests.mail_server import free_port

ROOT = Path(__file__).parents[1]
CLIENT_ID = "medvirk-test"


@dataclass(frozen=True)
class RunningProvider:
    """A provider in a process of its own."""

    issuer: str

    def says(self, **about: Any) -> None:
        """What the next sign-ins are about: `claims`, `userinfo`, `token`, `signed`, `error`, `discovery`, `moved`."""
        requests.post(f"{self.issuer}/next", json=about, timeout=10)

    def asked(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.issuer}/asked", timeout=10).json()
        return found

    def settings(self, settings: Settings, roles: str = "", **more: Any) -> Settings:
        """The installation's settings with this provider, and its file of roles."""
        if roles:
            settings.oidc_roles_file.write_text(roles)
        own = {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT_ID, "oidc_name": "Testporten"}
        return replace(settings, **(own | more))


@contextmanager
def running_process(command: list[str], address: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(address, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        assert process.poll() is None, f"the provider ended with {process.returncode}"
        try:
            requests.get(address, timeout=10)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider does not answer")


@contextmanager
def running_provider() -> Iterator[RunningProvider]:
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    with running_process(["-m", "tests.oidc_provider", str(port)], f"{issuer}/asked"):
        yield RunningProvider(issuer)


def begin(client: FlaskClient, target: str = "") -> str:
    """Presses the link on the sign-in page; the provider's address that the browser is sent to."""
    answer = client.get("/logg-inn/tjeneste" + (f"?neste={target}" if target else ""))
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(address: str) -> str:
    """Lets the provider sign the person in; the address of ours that it sends the browser to, without the host."""
    answer = requests.get(address, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://localhost")


def sign_in(client: FlaskClient, target: str = "") -> TestResponse:
    """The whole way. The answer to the browser's return."""
    return client.get(come_back(begin(client, target)))


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
