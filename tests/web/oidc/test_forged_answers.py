"""Answers of the sign-in provider that are forged, stolen, old or broken sign nobody in."""

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.oidc import attempts
from surveys.platform.database import Database
from tests.oidc_accounts import (
    HR,
    accounts_of,
    is_signed_in,
)
from tests.signing_in import (
    CLIENT_ID,
    RunningProvider,
    begin,
    come_back,
    query_of,
    sign_in,
)


class TestForgeries:
    """Each is refused, signs nobody in and makes no account."""

    @pytest.mark.parametrize(
        "lie",
        [
            {"token": {"nonce": "another"}},
            {"token": {"aud": "another-service"}},
            {"token": {"aud": "another-service", "azp": CLIENT_ID}},
            {"token": {"aud": [CLIENT_ID, "another-service"]}},
            {"token": {"aud": [CLIENT_ID, "another-service"], "azp": "another-service"}},
            {"token": {"azp": "another-service"}},
            {"token": {"iss": "https://another.example"}},
            {"seconds_from_now": {"exp": -120}},
            {"seconds_from_now": {"iat": 600}},
            {"seconds_from_now": {"nbf": 600}},
            {"token": {"sub": ""}},
            {"token": {"at_hash": "wrong"}},
            {"token": {"sub": "01010750160"}},
            {"signed": "none"},
            {"signed": "public key"},
            {"signed": "another key"},
            {"userinfo": {"sub": "somebody-else"}, "token": {"groups": "hr-gruppa"}},
        ],
        ids=str,
    )
    def test_a_token_that_is_not_for_us_is_refused(
        self, client: FlaskClient, db: Database, provider: RunningProvider, lie: dict[str, Any]
    ) -> None:
        told = dict(lie)
        if moments := told.pop("seconds_from_now", None):
            told["token"] = {name: int(time.time()) + seconds for name, seconds in moments.items()}
        provider.says(**({"claims": HR} | told))
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "Vi kunne ikke stole på svaret" in answer.text
        assert not is_signed_in(client)
        assert accounts_of(db) == []

    def test_an_expired_token_within_the_clocks_difference_is_taken(
        self, client: FlaskClient, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR, token={"exp": int(time.time()) - 30})
        assert sign_in(client).status_code == 302

    def test_an_answer_opens_once(self, app: Flask) -> None:
        client = app.test_client()
        address = come_back(begin(client))
        assert client.get(address).status_code == 302
        assert client.get(address).status_code == 400

    def test_an_attempt_that_was_refused_is_over(self, client: FlaskClient) -> None:
        address = come_back(begin(client))
        assert (
            client.get(f"/logg-inn/retur?code=guessed&state={query_of(address)['state']}").status_code == 403
        )
        assert client.get(address).status_code == 400

    def test_an_answer_with_a_stolen_cookie_does_not_open_twice(self, app: Flask) -> None:
        """The cookie from before the answer, put back: the provider gives out nobody for a used code."""
        client = app.test_client()
        address = come_back(begin(client))
        cookie = client.get_cookie("medvirk")
        assert cookie is not None
        assert client.get(address).status_code == 302
        thief = app.test_client()
        thief.set_cookie("medvirk", cookie.value)
        assert thief.get(address).status_code == 403
        assert not is_signed_in(thief)

    def test_another_browsers_answer_is_refused(self, app: Flask) -> None:
        address = come_back(begin(app.test_client()))
        victim = app.test_client()
        begin(victim)
        answer = victim.get(address)
        assert answer.status_code == 400
        assert "Innloggingen ble for gammel" in answer.text
        assert not is_signed_in(victim)

    def test_a_wrong_state_is_refused(self, client: FlaskClient) -> None:
        address = come_back(begin(client))
        assert client.get(address + "x").status_code == 400

    def test_a_code_of_another_attempt_has_another_verifier(self, app: Flask) -> None:
        """A code that was stolen from somebody's address is put into the thief's own attempt."""
        stolen = query_of(come_back(begin(app.test_client())))["code"]
        thief = app.test_client()
        own = query_of(begin(thief))["state"]
        assert thief.get(f"/logg-inn/retur?code={stolen}&state={own}").status_code == 403

    def test_an_attempt_is_over_after_ten_minutes(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = come_back(begin(client))
        monkeypatch.setattr(attempts, "HOLDS_FOR", -1)
        assert client.get(address).status_code == 400

    def test_an_answer_that_names_another_issuer_is_refused(self, client: FlaskClient) -> None:
        address = come_back(begin(client))
        assert client.get(address + "&iss=https://another.example").status_code == 403

    def test_what_the_provider_refuses_is_said(self, client: FlaskClient, provider: RunningProvider) -> None:
        provider.says(error="access_denied")
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "avbrutt eller avvist" in answer.text

    def test_an_answer_that_leads_elsewhere_is_not_followed(
        self, client: FlaskClient, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR, moved=f"{provider.issuer}/elsewhere")
        assert sign_in(client).status_code == 503
        assert provider.asked()["token"][-1]["path"] == "/token"

    def test_an_endless_answer_is_cut(self, client: FlaskClient, provider: RunningProvider) -> None:
        provider.says(claims=HR, filler=600 * 1024)
        assert sign_in(client).status_code == 503

    @pytest.mark.parametrize(
        "discovery",
        [
            {"issuer": "https://another.example"},
            {"token_endpoint": "http://elsewhere.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
        ],
    )
    def test_a_discovery_document_that_leads_astray_is_refused(
        self, client: FlaskClient, provider: RunningProvider, discovery: dict[str, str]
    ) -> None:
        provider.says(claims=HR, discovery=discovery)
        assert client.get("/logg-inn/tjeneste").status_code == 503
