"""What an SMS gateway's settings may lead us to: one host, one address that was judged, one request."""

import ipaddress
import json
import socket
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from surveys.platform import guarded_http
from surveys.platform.config import Settings, read_settings
from surveys.platform.gsm_characters import simple_characters, sms_length
from surveys.platform.guarded_http import GuardedConnection, NotSentError, RefusedAddressError
from surveys.platform.phone_numbers import international
from surveys.platform.sms_gateway import has_gateway
from surveys.platform.sms_template import request_for, template_faults
from tests.sms_gateway import open_sms_office

GOOD = Settings(sms_url="https://sms.example.no/send?to={to}&text={text}")
HOSTILE = 'Æøå "sitat" \\ og\r\nX-Evil: 1 {to} &to=1#x%0d'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sms_url": "http://sms.example.no/?to={to}&text={text}"}, "https://"),
        ({"sms_url": "ftp://sms.example.no/?to={to}&text={text}"}, "https://"),
        ({"sms_url": "https://{to}/?text={text}"}, "tjenermaskinen skrevet ut"),
        ({"sms_url": "https://{to}.example.no/?text={text}"}, "tjenermaskinen skrevet ut"),
        ({"sms_url": "https://sms.example.no:{to}/?text={text}"}, "MEDVIRK_SMS_URL"),
        ({"sms_url": "{text}://sms.example.no/?to={to}"}, "MEDVIRK_SMS_URL"),
        ({"sms_url": "https://me:secret@sms.example.no/?to={to}&text={text}"}, "brukernavn"),
        ({"sms_url": "https://good.example.no\\@evil.example/?to={to}&text={text}"}, "mellomrom"),
        ({"sms_url": "https://sms.example.no/\r\nX: 1?to={to}&text={text}"}, "linjeskift"),
        ({"sms_url": "https:///send?to={to}&text={text}"}, "mangler tjenermaskin"),
        ({"sms_url": "https://sms.example.no/?to={to}#{text}"}, "#"),
        ({"sms_url": "https://sms.example.no/?to={to}"}, "{text}"),
        ({"sms_url": "https://sms.example.no/?text={text}"}, "{to}"),
        ({"sms_url": "https://sms.example.no/?to={to}&text={text}&x={tekst}"}, "{tekst}"),
        ({"sms_url": "https://sms.example.no/?to={to}&text={text}&from={sender}"}, "MEDVIRK_SMS_SENDER"),
        ({"sms_method": "PUT"}, "GET eller POST"),
        ({"sms_body": "a={text}"}, "bare for POST"),
        ({"sms_method": "POST", "sms_body": '{"text": {text}}'}, "ikke JSON"),
        ({"sms_method": "POST", "sms_body": "to={to}\r\n"}, "linjeskift"),
        ({"sms_header": "X-Key: a\r\nX-Evil: 1"}, "én linje"),
        ({"sms_header": "bare en verdi"}, "Navn: verdi"),
        ({"sms_header": "Host: evil.example"}, "Host"),
    ],
)
def test_a_template_that_could_lead_elsewhere_is_refused_by_name(changes: dict[str, Any], said: str) -> None:
    settings = replace(GOOD, **changes)
    faults = template_faults(settings)
    assert any(said in fault for fault in faults), faults
    assert not has_gateway(settings)


def test_good_templates_have_no_faults() -> None:
    assert has_gateway(GOOD)
    body = '{"from": "{sender}", "messages": [{"to": "{digits}", "content": {"text": "{text}"}}]}'
    posted = replace(
        GOOD, sms_url="https://sms.example.no/", sms_method="POST", sms_body=body, sms_sender="Fjordvik"
    )
    assert template_faults(posted) == ()
    assert not has_gateway(Settings())


def test_what_is_filled_in_never_ends_the_part_where_it_stands() -> None:
    got = request_for(GOOD, "+4790000001", HOSTILE)
    assert not set(got.target) & set('\r\n #"')
    assert parse_qs(urlsplit(got.target).query) == {"to": ["+4790000001"], "text": [HOSTILE]}
    post = replace(GOOD, sms_url="https://sms.example.no/send", sms_method="POST")
    form = request_for(replace(post, sms_body="to={to}&text={text}"), "+4790000001", HOSTILE)
    assert parse_qs((form.body or b"").decode()) == {"to": ["+4790000001"], "text": [HOSTILE]}
    in_json = request_for(replace(post, sms_body='{"to": "{digits}", "t": "{text}"}'), "+4790000001", HOSTILE)
    assert json.loads(in_json.body or b"") == {"to": "4790000001", "t": HOSTILE}
    assert in_json.headers["Content-Type"] == "application/json"


def test_the_secrets_are_masked_and_the_settings_are_read() -> None:
    read = read_settings(
        {"MEDVIRK_SMS_URL": "https://sms.example.no/?key=hemmelig", "MEDVIRK_SMS_HEADER": "X-Key: hemmelig"}
    )
    assert read.sms_header == "X-Key: hemmelig"
    assert "hemmelig" not in str(read.described())


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104 -- none of them is listened on
        *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "ff02::1", "::", "::ffff:10.0.0.1"),
        *("64:ff9b::a00:1", "2002:a00:1::1"),
    ],
)
def test_no_connection_is_made_to_an_address_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves_to(monkeypatch, address)
    monkeypatch.setattr(socket, "create_connection", _never)
    with pytest.raises(RefusedAddressError, match=r"sms\.example\.no har adressen"):
        GuardedConnection("https://sms.example.no/", allow_private=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "224.0.0.1", "::", "::ffff:169.254.1.1"])
def test_some_addresses_are_refused_even_when_private_ones_are_allowed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolves_to(monkeypatch, address)
    monkeypatch.setattr(socket, "create_connection", _never)
    with pytest.raises(RefusedAddressError):
        GuardedConnection("https://sms.example.no/", allow_private=True)


def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves_to(monkeypatch, "1.1.1.1", "10.0.0.1")
    monkeypatch.setattr(socket, "create_connection", _never)
    with pytest.raises(RefusedAddressError):
        GuardedConnection("https://sms.example.no/", allow_private=False)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "localhost"])
def test_this_machine_under_another_name_is_refused(host: str) -> None:
    with pytest.raises(NotSentError):
        GuardedConnection(f"https://{host}/", allow_private=False)


def test_http_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolves_to(monkeypatch, "10.0.0.1")
    monkeypatch.setattr(socket, "create_connection", _never)
    with pytest.raises(RefusedAddressError, match="bare for denne maskinen"):
        GuardedConnection("http://sms.example.no/", allow_private=True)


def test_a_name_that_changes_after_it_was_judged_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the first answer is fine, every later one is this machine. The first is connected to."""
    answers = ["1.1.1.1"]
    connected: list[str] = []

    def look_up(_host: str, port: int, **_rest: object) -> list[Any]:
        return [_entry(answers.pop() if answers else "127.0.0.1", port)]

    def connect(target: tuple[str, int], **_rest: object) -> socket.socket:
        connected.append(target[0])
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotSentError):
        GuardedConnection("https://sms.example.no/", allow_private=False)
    assert connected == ["1.1.1.1"]


def test_the_name_is_never_looked_up_again_for_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_sms_office() as office:
        gateway = GuardedConnection(f"http://127.0.0.1:{office.port}/", allow_private=True)
        monkeypatch.setattr(socket, "getaddrinfo", _never)
        assert gateway.request("GET", "/x", {}, None).status == 200
        gateway.close()
        assert office.received[0].headers["Host"] == f"127.0.0.1:{office.port}"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_sms_office() as office, open_sms_office() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        gateway = GuardedConnection(f"http://127.0.0.1:{office.port}/", allow_private=True)
        gateway.request("GET", "/x", {}, None)
        gateway.close()
        assert (len(office.received), len(proxy.received)) == (1, 0)


def test_tls_is_checked_against_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without a certificate is nobody we send to, and nothing is sent."""
    with open_sms_office() as office:
        with pytest.raises(NotSentError):
            GuardedConnection(f"https://localhost:{office.port}/", allow_private=True)
        assert office.received == []


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("90 00 00 01", "+4790000001"),
        ("+47 900 00 001", "+4790000001"),
        ("004790000001", "+4790000001"),
        ("(+47) 900-00-001", "+4790000001"),
        ("+46 70 123 45 67", "+46701234567"),
        ("123", None),
        ("ola@example.no", None),
        ("", None),
        ("90000001 90000002", None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: str, number: str | None) -> None:
    assert international(typed) == number


def test_a_text_is_measured_as_phones_do() -> None:
    assert sms_length(simple_characters("«Trivsel» – på jobb…\n")) == len('"Trivsel" - på jobb...')
    assert sms_length("[]") == 4
    assert sms_length("š") is None


def test_public_addresses_are_allowed() -> None:
    for text in ("1.1.1.1", "2606:4700:4700::1111"):
        assert guarded_http.why_refused(ipaddress.ip_address(text), allow_private=False) == ""


def _entry(address: str, port: int) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (address, port)


def _resolves_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, port, **_rest: [_entry(each, port) for each in addresses]
    )


def _never(*_given: object, **_rest: object) -> Any:
    raise AssertionError("this must not be called")
