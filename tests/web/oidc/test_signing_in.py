"""Signing in with the municipality's provider and out again, over real requests to one that runs beside the tests."""

from html import unescape
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from surveys.access import sessions
from surveys.access.models import Role, SignInSession
from surveys.access.oidc.errors import ProviderDownError
from surveys.access.passwords import hash_password
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.mail_server import free_port
from tests.oidc_accounts import HR, PASSWORD, Variant, accounts_of, is_signed_in, make_account, roles_of
from tests.signing_in import (
    CLIENT_ID,
    RunningProvider,
    begin,
    come_back,
    query_of,
    running_process,
    sign_in,
)


class TestTheWayThere:
    def test_the_sign_in_page_offers_the_provider_first_and_the_password_too(
        self, client: FlaskClient
    ) -> None:
        page = client.get("/logg-inn?neste=/brukere").text
        assert page.index("Logg inn med Testporten") < page.index('name="password"')
        assert "/logg-inn/tjeneste?neste=/brukere" in page

    def test_the_browser_is_sent_with_state_nonce_and_pkce(self, client: FlaskClient) -> None:
        asked = query_of(begin(client))
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == "http://localhost/logg-inn/retur"
        assert asked["acr_values"] == "substantial"
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
        again = query_of(begin(client))
        assert {asked[name] for name in ("state", "nonce", "code_challenge")}.isdisjoint(again.values())

    def test_without_a_provider_there_is_no_way_to_one(self, variant: Variant) -> None:
        client = variant(oidc_issuer="").test_client()
        assert "tjeneste" not in client.get("/logg-inn").text
        for path in ("/logg-inn/tjeneste", "/logg-inn/retur", "/logget-ut"):
            assert client.get(path).status_code == 404, path


class TestTheWayBack:
    def test_whoever_comes_back_is_signed_in_with_the_roles_of_her_groups(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"name": "Kari Nordmann", "email": "kari@fjordvik.example", "locale": "nn"})
        answer = sign_in(client, "/brukere")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/brukere")
        assert client.get("/brukere").status_code == 200
        [account] = accounts_of(db)
        assert (account.name, account.username, account.language) == (
            "Kari Nordmann",
            "kari@fjordvik.example",
            "nn",
        )
        assert (account.oidc_issuer, account.oidc_subject) == (provider.issuer, "kari-1")
        assert roles_of(db) == {(Role.HR, "K")}

    def test_the_secret_and_the_verifier_are_sent_to_the_token_endpoint(
        self, client: FlaskClient, provider: RunningProvider
    ) -> None:
        sign_in(client)
        sent = provider.asked()["token"][-1]
        assert sent["authorization"].startswith("Basic ")
        assert "client_secret" not in sent
        assert len(sent["code_verifier"]) >= 43

    def test_a_public_client_needs_no_secret(self, variant: Variant, provider: RunningProvider) -> None:
        client = variant(oidc_client_secret="").test_client()
        assert sign_in(client).status_code == 302
        sent = provider.asked()["token"][-1]
        assert (sent["client_id"], sent["authorization"]) == (CLIENT_ID, "")

    def test_the_second_sign_in_finds_the_same_account(self, app: Flask, db: Database) -> None:
        for _visit in range(2):
            assert sign_in(app.test_client()).status_code == 302
        assert len(accounts_of(db)) == 1

    def test_claims_that_the_token_lacks_are_fetched(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(userinfo=HR | {"name": "Ola"})
        assert sign_in(client).status_code == 302
        assert accounts_of(db)[0].name == "Ola"

    def test_a_new_key_of_the_provider_is_fetched(
        self, app: Flask, provider: RunningProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from surveys.access.oidc import provider as providers

        assert sign_in(app.test_client()).status_code == 302
        monkeypatch.setattr(providers, "_KEYS_AGAIN_AFTER", -1.0)
        provider.says(claims=HR, signed="new key")
        assert sign_in(app.test_client()).status_code == 302

    @pytest.mark.parametrize(
        "target",
        [
            "https://elsewhere.example",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/%09/elsewhere.example",
            "javascript:alert(1)",
        ],
    )
    def test_the_way_back_never_leads_out_of_the_site(self, client: FlaskClient, target: str) -> None:
        assert sign_in(client, target).headers["Location"] == "/"


class TestSessionsAndSigningOut:
    def test_the_session_ends_after_an_hour_without_a_page_and_twelve_hours_at_most(
        self, client: FlaskClient, db: Database
    ) -> None:
        sign_in(client)
        assert is_signed_in(client)
        for column, age in (("seen_at", sessions.IDLE), ("started_at", sessions.LONGEST)):
            with db.transaction() as session:
                kept = session.scalars(select(SignInSession)).one()
                before = getattr(kept, column)
                setattr(kept, column, before - age)
            assert not is_signed_in(client), column
            with db.transaction() as session:
                setattr(session.scalars(select(SignInSession)).one(), column, before)
            assert is_signed_in(client)

    def test_the_providers_token_is_not_readable_in_the_database(
        self, client: FlaskClient, db: Database
    ) -> None:
        sign_in(client)
        with db.reading() as session:
            stored = session.scalars(select(SignInSession.id_token)).one()
        assert stored
        assert ".eyJ" not in stored, "a token is three parts with full stops between"

    @pytest.mark.parametrize("path", ["/logg-ut", "/logg-ut-overalt"])
    def test_signing_out_ends_both_sessions_and_says_so(
        self, app: Flask, client: FlaskClient, db: Database, provider: RunningProvider, path: str
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        sign_in(client)
        page = client.post(path)
        assert page.status_code == 200
        address = page.text.split("0; url=")[1].split('"')[0].replace("&amp;", "&")
        assert address.startswith(f"{provider.issuer}/end?")
        back = come_back(address)
        sent = provider.asked()["end"][-1]
        assert sent["post_logout_redirect_uri"] == "http://localhost/logget-ut"
        assert sent["id_token_hint"].startswith("eyJ")
        assert "Du er logget ut av Medvirk og av Testporten." in client.get(back).text
        assert "kan fortsatt være logget inn" in client.get(back).text
        assert not is_signed_in(client)
        with db.reading() as session:
            assert session.scalars(select(SignInSession)).all() == []

    def test_signing_out_everywhere_ends_the_other_browser_too(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        here, there = app.test_client(), app.test_client()
        sign_in(here)
        sign_in(there)
        here.post("/logg-ut-overalt")
        assert not is_signed_in(there)

    def test_whoever_signed_in_with_a_password_is_not_sent_to_the_provider(
        self, app: Flask, client: FlaskClient, db: Database
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        make_account(db, password_hash=hash_password(PASSWORD))
        client.post("/logg-inn", data={"username": "kari", "password": PASSWORD})
        assert client.post("/logg-ut").headers["Location"] == "/logg-inn"


class TestAFormThatWaits:
    """The session has ended while somebody typed: she signs in with the provider in another tab, and loses nothing."""

    def _sent(self, client: FlaskClient) -> tuple[str, str]:
        page = client.get("/brukere/ny").text
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        with client.application.app_context():
            found = client.application.extensions["medvirk_database"]
            with found.transaction() as session:
                session.execute(delete(SignInSession))
        answer = client.post("/brukere/ny", data={"csrf_token": token, "name": "Ny Bruker", "username": "ny"})
        assert answer.status_code == 401
        form = answer.text.split('name="avbrutt" value="')[1].split('"')[0]
        own = answer.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        return unescape(form), own

    def test_it_is_given_back_after_signing_in_in_another_tab(self, client: FlaskClient) -> None:
        sign_in(client)
        typed, token = self._sent(client)
        assert sign_in(client, "/logg-inn/fortsett").headers["Location"] == "/logg-inn/fortsett"
        assert "venter i den andre fanen" in client.get("/logg-inn/fortsett").text
        page = client.post("/logg-inn", data={"csrf_token": token, "avbrutt": typed})
        assert page.status_code == 200
        assert "Ny Bruker" in page.text

    def test_an_ordinary_sign_in_keeps_no_token_from_before(self, client: FlaskClient) -> None:
        before = (
            client.get("/logg-inn").text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        )
        sign_in(client)
        assert client.post("/logg-ut", data={"csrf_token": before}).status_code == 400


class TestProviderDown:
    @pytest.fixture
    def down(self, variant: Variant) -> Flask:
        return variant(oidc_issuer=f"http://127.0.0.1:{free_port()}")

    def test_the_page_says_so_and_the_password_opens(self, down: Flask, db: Database) -> None:
        down.config["WTF_CSRF_ENABLED"] = False
        make_account(db, password_hash=hash_password(PASSWORD))
        client = down.test_client()
        answer = client.get("/logg-inn/tjeneste")
        assert answer.status_code == 503
        assert "Innloggingstjenesten svarer ikke" in answer.text
        assert client.post("/logg-inn", data={"username": "kari", "password": PASSWORD}).status_code == 302
        assert is_signed_in(client)

    def test_signing_out_here_works_too(
        self, app: Flask, client: FlaskClient, down: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        sign_in(client)
        del app.extensions["medvirk_oidc"]
        monkeypatch.setitem(app.config, "SETTINGS", down.config["SETTINGS"])
        answer = client.post("/logg-ut")
        assert answer.headers["Location"] == "/logget-ut"
        assert "kan fortsatt være logget inn" in client.get("/logget-ut").text
        assert not is_signed_in(client)

    def test_it_is_left_alone_for_a_while(self, down: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def silent(address: str) -> NoReturn:
            asked.append(address)
            raise ProviderDownError(address)

        monkeypatch.setattr("surveys.access.oidc.provider.fetch_json", silent)
        client = down.test_client()
        for _press in range(3):
            assert client.get("/logg-inn/tjeneste").status_code == 503
        assert len(asked) == 1

    def test_a_file_of_roles_with_a_fault_lets_nobody_in(self, app: Flask, settings: Settings) -> None:
        settings.oidc_roles_file.write_text("roles: [{claim: groups}]")
        answer = app.test_client().get("/logg-inn/tjeneste")
        assert answer.status_code == 503
        assert "satt opp feil" in answer.text


class TestAnIndependentProvider:
    """`oidc-provider-mock`, which others wrote: that ours and theirs agree on the protocol."""

    def test_somebody_signs_in_and_out(self, variant: Variant, db: Database) -> None:
        port = free_port()
        issuer = f"http://127.0.0.1:{port}"
        command = ["-m", "oidc_provider_mock", "--port", str(port)]
        with running_process(command, f"{issuer}/.well-known/openid-configuration"):
            import requests

            about = {"name": "Kari", "groups": ["hr-gruppa"]}
            assert requests.put(f"{issuer}/users/kari-2", json=about, timeout=10).ok
            client = variant(oidc_issuer=issuer).test_client()
            client.application.config["WTF_CSRF_ENABLED"] = False
            allowed = requests.post(
                begin(client), data={"sub": "kari-2"}, allow_redirects=False, timeout=10
            ).headers["Location"]
            assert client.get(allowed.removeprefix("http://localhost")).status_code == 302
            assert is_signed_in(client)
            assert roles_of(db) == {(Role.HR, "K")}
            assert f"{issuer}/oauth2/end_session" in client.post("/logg-ut").text
