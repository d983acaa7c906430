"""Requests to the sign-in provider: short, small, to addresses that may have secrets, and never led on to another.

Only `signing_in`, `signing_out` and `examination` lead here, and they are imported when somebody signs in: a process
that serves respondents never loads `requests`.
"""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

import requests

from surveys.access.oidc.errors import ProviderDownError
from surveys.platform.config import is_safe_address

_PATIENCE: Final = 5.0  # seconds, for connecting and between two pieces of an answer
_LONGEST: Final = 10.0  # seconds for a whole answer
_LARGEST: Final = 512 * 1024  # bytes; a token with two hundred groups is 20 kB
_PIECE: Final = 16 * 1024


def fetch_json(
    address: str, headers: Mapping[str, str] | None = None, form: str | None = None
) -> tuple[int, Mapping[str, Any]]:
    """The status and the JSON object behind the address: GET, or POST of a form. Raises ProviderDownError."""
    status, text = _fetch(address, headers or {}, form)
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProviderDownError(f"{address}: status {status}, no JSON object")
    return status, content


def _fetch(address: str, headers: Mapping[str, str], form: str | None) -> tuple[int, bytes]:
    if not is_safe_address(address):
        raise ProviderDownError(f"{address}: neither https nor this machine")
    sent = {"Accept": "application/json", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        with requests.request(
            "GET" if form is None else "POST",
            address,
            headers=sent,
            data=form,
            timeout=_PATIENCE,
            # An answer that points elsewhere is no answer: the next address was never checked.
            allow_redirects=False,
            stream=True,
            # A ~/.netrc on the server must not put another name on what we send.
            auth=lambda request: request,
        ) as response:
            return response.status_code, _read(response, address)
    except requests.RequestException as error:
        raise ProviderDownError(f"{address}: {type(error).__name__}") from error


def _read(response: requests.Response, address: str) -> bytes:
    ends = time.monotonic() + _LONGEST
    read = bytearray()
    for piece in response.iter_content(_PIECE):
        read += piece
        if len(read) > _LARGEST:
            raise ProviderDownError(f"{address}: larger than {_LARGEST} bytes")
        if time.monotonic() > ends:
            raise ProviderDownError(f"{address}: slower than {_LONGEST:.0f} seconds")
    return bytes(read)
