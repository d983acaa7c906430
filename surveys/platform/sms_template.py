"""The operator's template of a request to an SMS gateway: what is wrong with it, and the request for one message.

{to} is the number as +4790000000, {digits} the same without the plus, {text} the message, and {sender} who it is from.
Each is written so that it cannot end the part of the request where it stands. All are filled in at once, so that a
message with «{to}» in it is sent as it is.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from surveys.platform.config import Settings

_PLACEHOLDER: Final = re.compile(r"\{(to|digits|text|sender)\}")
_UNKNOWN: Final = re.compile(r"\{(?!(?:to|digits|text|sender)\})(\w*)\}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HEADER: Final = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+): ?([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)")
_OURS: Final = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection"})
_METHODS: Final = ("GET", "POST")
_SAMPLE: Final = {"to": "+4790000000", "digits": "4790000000", "text": 'a"\\\n{&=%æ', "sender": "M"}


@dataclass(frozen=True)
class SmsRequest:
    """One message to the gateway. `target`: the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None


def request_for(settings: Settings, to: str, text: str) -> SmsRequest:
    """The request that sends `text` to the number `to`. The template has no faults."""
    values = {"to": to, "digits": to.lstrip("+"), "text": text, "sender": settings.sms_sender}
    parts = urlsplit(_filled(settings.sms_url, values, _percent_encoded))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Accept": "*/*"}
    if settings.sms_header:
        name, _colon, value = settings.sms_header.partition(":")
        headers[name] = value.strip()
    if settings.sms_method == "GET":
        return SmsRequest("GET", target, headers, None)
    if _is_json(settings.sms_body):
        headers["Content-Type"] = "application/json"
        return SmsRequest("POST", target, headers, _filled(settings.sms_body, values, _in_json).encode())
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return SmsRequest("POST", target, headers, _filled(settings.sms_body, values, _percent_encoded).encode())


def template_faults(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the settings, each named by its variable; nothing when SMS is not asked for."""
    if not settings.sms_url:
        return ()
    return (
        *_url_faults(settings),
        *_method_faults(settings),
        *_body_faults(settings),
        *_header_faults(settings),
        *_placeholder_faults(settings),
    )


def _url_faults(settings: Settings) -> Iterator[str]:
    url = settings.sms_url
    if _CONTROL.search(url) or "\\" in url or " " in url or not url.isascii():
        yield "MEDVIRK_SMS_URL har linjeskift, mellomrom eller andre tegn som ikke hører til i en adresse."
        return
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        yield "MEDVIRK_SMS_URL er ikke en adresse."
        return
    if "{" in parts.scheme + parts.netloc or "{" in url.partition("://")[0] or "://" not in url:
        yield "MEDVIRK_SMS_URL må ha tjenermaskinen skrevet ut: ingen plassholder før første skråstrek."
    elif "@" in parts.netloc:
        yield "MEDVIRK_SMS_URL kan ikke ha brukernavn eller passord. Bruk MEDVIRK_SMS_HEADER."
    elif not host:
        yield "MEDVIRK_SMS_URL mangler tjenermaskin."
    elif (parts.scheme == "http" and not settings.sms_allow_private) or parts.scheme not in {"http", "https"}:
        yield "MEDVIRK_SMS_URL må begynne med https://."
    if parts.fragment or "#" in url:
        yield "MEDVIRK_SMS_URL kan ikke ha #."


def _method_faults(settings: Settings) -> Iterator[str]:
    if settings.sms_method not in _METHODS:
        yield f"MEDVIRK_SMS_METHOD må være GET eller POST, ikke «{settings.sms_method}»."
    elif settings.sms_method == "GET" and settings.sms_body:
        yield "MEDVIRK_SMS_BODY er bare for POST. Sett MEDVIRK_SMS_METHOD=POST, eller ta bort MEDVIRK_SMS_BODY."


def _body_faults(settings: Settings) -> Iterator[str]:
    body = settings.sms_body
    if not _is_json(body):
        if _CONTROL.search(body):
            yield "MEDVIRK_SMS_BODY kan ikke ha linjeskift når den er et skjema."
        return
    try:
        json.loads(_filled(body, _SAMPLE, _in_json))
    except ValueError:
        yield "MEDVIRK_SMS_BODY er ikke JSON når den er fylt inn. Plassholderne må ha anførselstegn rundt seg."


def _header_faults(settings: Settings) -> Iterator[str]:
    if not settings.sms_header:
        return
    found = _HEADER.fullmatch(settings.sms_header)
    if found is None:
        yield "MEDVIRK_SMS_HEADER må være «Navn: verdi» på én linje, uten æ, ø og å."
    elif found[1].lower() in _OURS:
        yield f"MEDVIRK_SMS_HEADER kan ikke være {found[1]}: den setter Medvirk selv."


def _placeholder_faults(settings: Settings) -> Iterator[str]:
    both = settings.sms_url + settings.sms_body
    used = set(_PLACEHOLDER.findall(both))
    if not used & {"to", "digits"} or "text" not in used:
        yield "MEDVIRK_SMS_URL og MEDVIRK_SMS_BODY må til sammen ha {to} (eller {digits}) og {text}."
    for name in _UNKNOWN.findall(settings.sms_url) + (_UNKNOWN.findall(settings.sms_body)):
        if name or not _is_json(settings.sms_body):
            yield f"Plassholderen {{{name}}} er ukjent. Bruk {{to}}, {{digits}}, {{text}} og {{sender}}."
    if "sender" in used and not settings.sms_sender:
        yield "MEDVIRK_SMS_SENDER mangler, og malen bruker {sender}."
    if _CONTROL.search(settings.sms_sender):
        yield "MEDVIRK_SMS_SENDER kan ikke ha linjeskift."


def _is_json(body: str) -> bool:
    return body.lstrip().startswith(("{", "["))


def _filled(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda found: written(values[found[1]]), template)


def _percent_encoded(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    """The inside of a JSON string, ASCII only."""
    return json.dumps(value)[1:-1]
