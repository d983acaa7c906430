"""Signing in with OpenID Connect: a real provider process, the whole way there and back, and what can be forged."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from app import create_app
from surveys.access import sessions
from surveys.access.administering import Period, give_role
from surveys.access.commands import account as account_commands
from surveys.access.models import Account, Grant, GrantSource, Role, SignInSession
from surveys.access.oidc import attempts
from surveys.access.oidc.errors import ProviderDownError
from surveys.access.passwords import hash_password
from surveys.audit.models import AuditEntry
from surveys.operating.sign_in_examination import sign_in_provider_works
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.card_building import sign_in_as
from tests.mail_server import free_port
from tests.signing_in import (
    CLIENT_ID,
    RunningProvider,
    begin,
    come_back,
    query_of,
    running_process,
    running_provider,
    sign_in,
)

Variant = Callable[..., Flask]

PASSWORD = "et passord for prøver"
HR = {"groups": ["hr-gruppa"]}
ROLES = """
roles:
  - {claim: groups, value: hr-gruppa, role: hr, unit: K}
  - {claim: groups, value: leder-a, role: leader, unit: A}
  - {claim: roles, value: Medvirk.Administrator, role: administrator, unit: K}
  - {claim: groups, value: borte, role: leader, unit: FINNES-IKKE}
  - claim: https://n.feide.no/claims/eduPersonEntitlement
    value: urn:mace:feide.no:fjordvik:medvirk-leder
    also:
      - {claim: https://n.feide.no/claims/userid_sec, ends_with: "@fjordvik.kommune.no"}
    role: leader
    unit: B
  - claim: authorization_details.authorized_parties.orgno.ID
    value: "0192:987464291"
    also:
      - {claim: authorization_details.authorized_parties.resource, value: medvirk-hr}
      - {claim: authorization_details.type, value: "ansattporten:altinn:resource"}
    role: hr
    unit: A
ask_for:
  - {name: acr_values, value: substantial}
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, provider: RunningProvider) -> Settings:
    provider.says(claims=HR)
    return provider.settings(settings, ROLES, oidc_client_secret="en hemmelighet")


@pytest.fixture
def variant(settings: Settings) -> Iterator[Variant]:
    """`variant(oidc_person="oid")`: the same installation with other settings."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(settings, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.extensions["medvirk_database"].engine.dispose()


@pytest.fixture(autouse=True)
def tree(db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)


def _account(db: Database, **fields: Any) -> int:
    with db.transaction() as session:
        account = Account(**({"username": "kari", "name": "Kari", "all_grants": []} | fields))
        session.add(account)
        session.flush()
        return account.id


def _accounts(db: Database) -> list[Account]:
    with db.reading() as session:
        return list(
            session.scalars(select(Account).options(selectinload(Account.all_grants).joinedload(Grant.unit)))
        )


def _roles(db: Database, source: GrantSource = GrantSource.OIDC) -> set[tuple[Role, str]]:
    [account] = _accounts(db)
    return {(grant.role, grant.unit.code) for grant in account.all_grants if grant.source == source}


def _is_signed_in(client: FlaskClient) -> bool:
    return client.get("/konto").status_code == 200


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
        [account] = _accounts(db)
        assert (account.name, account.username, account.language) == (
            "Kari Nordmann",
            "kari@fjordvik.example",
            "nn",
        )
        assert (account.oidc_issuer, account.oidc_subject) == (provider.issuer, "kari-1")
        assert _roles(db) == {(Role.HR, "K")}

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
        assert len(_accounts(db)) == 1

    def test_claims_that_the_token_lacks_are_fetched(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(userinfo=HR | {"name": "Ola"})
        assert sign_in(client).status_code == 302
        assert _accounts(db)[0].name == "Ola"

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
        assert not _is_signed_in(client)
        assert _accounts(db) == []

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
        assert not _is_signed_in(thief)

    def test_another_browsers_answer_is_refused(self, app: Flask) -> None:
        address = come_back(begin(app.test_client()))
        victim = app.test_client()
        begin(victim)
        answer = victim.get(address)
        assert answer.status_code == 400
        assert "Innloggingen ble for gammel" in answer.text
        assert not _is_signed_in(victim)

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


class TestWhoIsWho:
    def test_nobody_without_an_account_or_a_role_gets_in(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims={"groups": ["noe annet", "borte"]})
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "hr@fjordvik.example" in answer.text
        assert _accounts(db) == []

    def test_an_account_is_found_by_a_verified_address(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        account_id = _account(db, email="Kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": True})
        assert sign_in(client).status_code == 302
        assert [(account.id, account.oidc_subject) for account in _accounts(db)] == [(account_id, "kari-1")]

    @pytest.mark.parametrize("verified", [{}, {"email_verified": False}])
    def test_an_address_that_is_not_verified_opens_nobodys_account(
        self, client: FlaskClient, db: Database, provider: RunningProvider, verified: dict[str, bool]
    ) -> None:
        account_id = _account(db, email="kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example"} | verified)
        assert sign_in(client).status_code == 302
        [first, second] = sorted(_accounts(db), key=lambda account: account.id)
        assert (first.id, first.oidc_subject, first.all_grants) == (account_id, None, [])
        assert second.oidc_subject == "kari-1"

    @pytest.mark.parametrize(("allowed", "accounts"), [("never", 2), ("unverified", 1)])
    def test_the_operator_says_which_addresses_are_trusted(
        self, variant: Variant, db: Database, provider: RunningProvider, allowed: str, accounts: int
    ) -> None:
        _account(db, email="kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": allowed == "never"})
        client = variant(oidc_match_email=allowed).test_client()
        assert sign_in(client).status_code == 302
        assert len(_accounts(db)) == accounts

    def test_an_address_that_two_accounts_have_opens_neither(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        for username in ("kari", "ola"):
            _account(db, username=username, email="felles@fjordvik.example")
        provider.says(claims=HR | {"email": "felles@fjordvik.example", "email_verified": True})
        sign_in(client)
        assert len(_accounts(db)) == 3

    def test_an_account_of_somebody_else_at_the_provider_is_not_taken_over_by_address(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        _account(db, email="kari@fjordvik.example", oidc_issuer=provider.issuer, oidc_subject="another")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": True})
        sign_in(client)
        assert len(_accounts(db)) == 2

    def test_a_closed_account_stays_closed(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        _account(db, active=False, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "Kontoen er stengt" in answer.text
        assert not _is_signed_in(client)
        assert _roles(db) == set()

    def test_another_claim_may_name_the_person(
        self, variant: Variant, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"oid": "en-guid"})
        assert sign_in(variant(oidc_person="oid").test_client()).status_code == 302
        assert _accounts(db)[0].oidc_subject == "en-guid"


class TestRoles:
    def test_a_group_that_is_gone_takes_its_role_with_it_at_the_next_sign_in(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims={"groups": ["hr-gruppa", "leder-a"]})
        sign_in(app.test_client())
        assert _roles(db) == {(Role.HR, "K"), (Role.LEADER, "A")}
        provider.says(claims={"groups": ["leder-a"]})
        sign_in(app.test_client())
        assert _roles(db) == {(Role.LEADER, "A")}
        provider.says(claims={"groups": []})
        assert sign_in(app.test_client()).status_code == 302
        assert _roles(db) == set()

    def test_roles_that_somebody_gave_are_never_touched(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        account_id = _account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        with db.transaction() as session:
            units = {unit.code: unit for unit in session.scalars(select(Unit))}
            account = session.get_one(Account, account_id)
            give_role(session, None, account, Role.HR, units["K"], Period())
            give_role(session, None, account, Role.LEADER, units["B"], Period(), source=GrantSource.ROSTER)
        sign_in(app.test_client())
        assert _roles(db) == {(Role.HR, "K")}
        provider.says(claims={})
        sign_in(app.test_client())
        assert _roles(db) == set()
        assert _roles(db, GrantSource.GIVEN) == {(Role.HR, "K")}
        assert _roles(db, GrantSource.ROSTER) == {(Role.LEADER, "B")}

    def test_nobody_is_administrator_unless_the_file_says_so(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"roles": ["administrator", "Administrator"]})
        sign_in(client)
        assert _roles(db) == {(Role.HR, "K")}

    def test_entra_lists_groups_and_roles(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(
            claims={"groups": ["en-guid", "leder-a"], "roles": ["Medvirk.Administrator"], "tid": "en-tenant"}
        )
        sign_in(client)
        assert _roles(db) == {(Role.LEADER, "A"), (Role.ADMINISTRATOR, "K")}

    def test_entra_with_too_many_groups_changes_nothing(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        """Unknown groups are not the same as none."""
        sign_in(app.test_client())
        provider.says(claims={"_claim_names": {"groups": "src1"}})
        assert sign_in(app.test_client()).status_code == 403
        assert _roles(db) == {(Role.HR, "K")}

    @pytest.mark.parametrize(
        ("userid", "roles"),
        [
            ("feide:kari@fjordvik.kommune.no", {(Role.LEADER, "B")}),
            ("feide:kari@ond-fjordvik.kommune.no", set()),
        ],
    )
    def test_feide_names_claims_with_web_addresses(
        self, client: FlaskClient, db: Database, provider: RunningProvider, userid: str, roles: set[Any]
    ) -> None:
        _account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        feide = "https://n.feide.no/claims/"
        provider.says(
            userinfo={
                f"{feide}eduPersonEntitlement": ["urn:mace:feide.no:fjordvik:medvirk-leder"],
                f"{feide}userid_sec": [userid],
            }
        )
        sign_in(client)
        assert _roles(db) == roles

    @pytest.mark.parametrize(
        ("parties", "roles"),
        [
            ([("0192:987464291", "medvirk-hr")], {(Role.HR, "A")}),
            ([("0192:111111111", "medvirk-hr")], set()),
            # The right in one organisation and the number of another make no role.
            ([("0192:987464291", "noe-annet"), ("0192:111111111", "medvirk-hr")], set()),
        ],
    )
    def test_ansattporten_lists_organisations_in_objects(
        self,
        client: FlaskClient,
        db: Database,
        provider: RunningProvider,
        parties: list[tuple[str, str]],
        roles: set[Any],
    ) -> None:
        _account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        chosen = [
            {"orgno": {"authority": "iso6523-actorid-upis", "ID": number}, "resource": right}
            for number, right in parties
        ]
        details = [{"type": "ansattporten:altinn:resource", "authorized_parties": chosen}]
        provider.says(claims={"authorization_details": details, "pid": "01010750160"})
        sign_in(client)
        assert _roles(db) == roles

    def test_a_password_opens_no_role_of_the_provider(self, app: Flask, db: Database) -> None:
        """Somebody who is out of the provider's group may still know her password here."""
        sign_in(app.test_client())
        with db.transaction() as session:
            account = session.scalars(select(Account)).one()
            account.username, account.password_hash = "kari", hash_password(PASSWORD)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.post("/logg-inn", data={"username": "kari", "password": PASSWORD})
        assert _is_signed_in(client)
        assert client.get("/brukere").status_code == 403
        assert _roles(db) == set()

    def test_the_trail_tells_it_without_names_and_addresses(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"name": "Kari Nordmann", "email": "kari@fjordvik.example"})
        sign_in(client)
        with db.reading() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.action for entry in entries] == [
            "account.created",
            "account.linked",
            "account.role_given",
        ]
        assert entries[-1].detail == {"role": "hr", "unit": "K", "source": "oidc"}
        told = str([(entry.subject, entry.detail) for entry in entries])
        assert not {"Kari", "kari", "@"} & set(told.replace("'", " ").split())
        assert "kari-1" not in told


class TestSessionsAndSigningOut:
    def test_the_session_ends_after_an_hour_without_a_page_and_twelve_hours_at_most(
        self, client: FlaskClient, db: Database
    ) -> None:
        sign_in(client)
        assert _is_signed_in(client)
        for column, age in (("seen_at", sessions.IDLE), ("started_at", sessions.LONGEST)):
            with db.transaction() as session:
                kept = session.scalars(select(SignInSession)).one()
                before = getattr(kept, column)
                setattr(kept, column, before - age)
            assert not _is_signed_in(client), column
            with db.transaction() as session:
                setattr(session.scalars(select(SignInSession)).one(), column, before)
            assert _is_signed_in(client)

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
        assert not _is_signed_in(client)
        with db.reading() as session:
            assert session.scalars(select(SignInSession)).all() == []

    def test_signing_out_everywhere_ends_the_other_browser_too(self, app: Flask) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        here, there = app.test_client(), app.test_client()
        sign_in(here)
        sign_in(there)
        here.post("/logg-ut-overalt")
        assert not _is_signed_in(there)

    def test_whoever_signed_in_with_a_password_is_not_sent_to_the_provider(
        self, app: Flask, client: FlaskClient, db: Database
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        _account(db, password_hash=hash_password(PASSWORD))
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


class TestTheDoctor:
    def _says(self, app: Flask) -> dict[str, str]:
        with app.app_context():
            return {finding.what: finding.mark for finding in sign_in_provider_works(app)}

    def _marked(self, app: Flask, mark: str) -> str:
        return "\n".join(what for what, found in self._says(app).items() if found == mark)

    def test_it_tells_what_is_in_order_and_which_units_are_unknown(
        self, app: Flask, provider: RunningProvider
    ) -> None:
        assert f"{provider.issuer} svarer" in self._marked(app, " OK ")
        assert "http://localhost/logg-inn/retur" in self._marked(app, " OK ")
        assert "«FINNES-IKKE»" in self._marked(app, "FEIL")
        assert "Ingen systemansvarlig kan logge inn med passord" in self._marked(app, "FEIL")

    def test_an_administrator_with_a_password_is_a_way_in(self, app: Flask, db: Database) -> None:
        account_id = _account(db, password_hash=hash_password(PASSWORD))
        with db.transaction() as session:
            top = session.scalars(select(Unit).where(Unit.code == "K")).one()
            give_role(session, None, session.get_one(Account, account_id), Role.ADMINISTRATOR, top, Period())
        assert "Ingen systemansvarlig" not in self._marked(app, "FEIL")

    def test_it_tells_when_the_provider_does_not_answer(self, variant: Variant) -> None:
        silent = variant(oidc_issuer=f"http://127.0.0.1:{free_port()}")
        assert "Innloggingstjenesten svarer ikke riktig" in self._marked(silent, "FEIL")

    def test_it_tells_every_fault_of_the_file(self, app: Flask, settings: Settings) -> None:
        settings.oidc_roles_file.write_text(
            "roles:\n  - {claim: groups, value: a, role: sjef, unit: K}\n  - {claim: groups, value: b, unit: K}\n"
        )
        said = self._marked(app, "FEIL")
        assert "roles[0].role: «sjef» kan ikke brukes her. Velg en av: administrator, hr" in said
        assert "roles[1].role: mangler." in said

    def test_it_tells_when_there_is_no_file(self, app: Flask, settings: Settings) -> None:
        settings.oidc_roles_file.unlink()
        assert "finnes ikke, så ingen får roller" in self._marked(app, "FEIL")

    def test_it_says_nothing_without_a_provider(self, variant: Variant) -> None:
        assert self._says(variant(oidc_issuer="")) == {}


class TestLinking:
    def test_an_account_that_was_linked_beforehand_is_hers(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        account_id = _account(db)
        done = app.test_cli_runner().invoke(account_commands, ["link", "kari", "kari-1"], obj=lambda: app)
        assert done.exit_code == 0, done.output
        provider.says(claims={})
        assert sign_in(app.test_client()).status_code == 302
        assert [(account.id, account.oidc_issuer) for account in _accounts(db)] == [
            (account_id, provider.issuer)
        ]

    @pytest.mark.parametrize("subject", ["kari-1", "01010750160"])
    def test_nobody_is_two_accounts_and_nobody_is_a_personal_number(
        self, app: Flask, db: Database, provider: RunningProvider, subject: str
    ) -> None:
        _account(db, username="ola", oidc_issuer=provider.issuer, oidc_subject="kari-1")
        _account(db)
        done = app.test_cli_runner().invoke(account_commands, ["link", "kari", subject], obj=lambda: app)
        assert done.exit_code == 1
        assert {account.oidc_subject for account in _accounts(db)} == {"kari-1", None}


class TestLinkingOnThePage:
    """«Brukere og tilganger»: the page has the same rules as the sign-in itself, and widens nobody's rights."""

    @pytest.fixture
    def hr(self, app: Flask, db: Database) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        sign_in_as(client, db, Role.HR, "A")
        return client

    def _leader(self, db: Database, role: Role = Role.LEADER, code: str = "A", **fields: Any) -> int:
        account_id = _account(db, **fields)
        with db.transaction() as session:
            unit = session.scalars(select(Unit).where(Unit.code == code)).one()
            give_role(session, None, session.get_one(Account, account_id), role, unit, Period())
        return account_id

    def test_hr_links_an_account_and_the_person_gets_in(
        self, app: Flask, hr: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        account_id = self._leader(db)
        page = f"/brukere/{account_id}"
        assert "ikke knyttet til" in hr.get(page).text
        assert hr.post(f"{page}/innloggingstjeneste", data={"subject": " kari-1 "}).status_code == 302
        assert "kari-1" in hr.get(page).text
        assert "knyttet til" in hr.get("/brukere").text
        provider.says(claims={})
        client = app.test_client()
        sign_in(client)
        assert _is_signed_in(client)
        assert [account.id for account in _accounts(db) if account.oidc_subject] == [account_id]

    def test_unlinking_signs_out_and_takes_what_the_provider_gave(
        self, app: Flask, hr: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        account_id = self._leader(db)
        hr.post(f"/brukere/{account_id}/innloggingstjeneste", data={"subject": "kari-1"})
        provider.says(claims={"groups": ["leder-a"]})
        client = app.test_client()
        sign_in(client)
        page = f"/brukere/{account_id}/innloggingstjeneste/fjern"
        assert hr.post(page).status_code == 302
        assert not _is_signed_in(client)
        with db.reading() as session:
            account = session.get_one(Account, account_id)
            assert (account.oidc_issuer, account.oidc_subject) == (None, None)
            assert [grant.source for grant in account.all_grants] == [GrantSource.GIVEN]
            actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
            details = str(session.scalars(select(AuditEntry.detail)).all())
        assert actions[-1] == "account.unlinked"
        assert "kari-1" not in details
        assert hr.post(page).status_code == 409

    def test_a_link_to_another_person_ends_the_first(self, hr: FlaskClient, db: Database) -> None:
        account_id = self._leader(db)
        for subject in ("kari-1", "ola-2", "ola-2"):
            hr.post(f"/brukere/{account_id}/innloggingstjeneste", data={"subject": subject})
        with db.reading() as session:
            assert session.get_one(Account, account_id).oidc_subject == "ola-2"
            actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions.count("account.unlinked") == 1

    @pytest.mark.parametrize(
        "subject", ["taken", "01010750160", " ", "x" * 256], ids=["taken", "number", "empty", "long"]
    )
    def test_what_cannot_be_linked_is_said_and_names_no_other_account(
        self, hr: FlaskClient, db: Database, provider: RunningProvider, subject: str
    ) -> None:
        linked: dict[str, Any] = {"oidc_issuer": provider.issuer, "oidc_subject": "taken"}
        self._leader(db, code="B", username="ola", name="Ola Hemmelig", **linked)
        account_id = self._leader(db)
        answer = hr.post(f"/brukere/{account_id}/innloggingstjeneste", data={"subject": subject})
        assert answer.status_code == 409
        assert "Ola Hemmelig" not in answer.text
        with db.reading() as session:
            assert session.get_one(Account, account_id).oidc_subject is None

    def test_nobody_links_her_own_account_or_one_with_rights_she_may_not_give(
        self, hr: FlaskClient, db: Database
    ) -> None:
        """Whoever could would sign in as an administrator with her own person at the provider."""
        with db.reading() as session:
            own = session.scalars(select(Account.id).where(Account.username == "hr.a")).one()
        more = self._leader(db, Role.CONTROLLER)
        for account_id in (own, more):
            for page in ("innloggingstjeneste", "innloggingstjeneste/fjern"):
                answer = hr.post(f"/brukere/{account_id}/{page}", data={"subject": "min-egen"})
                assert answer.status_code == 403
        assert {account.oidc_subject for account in _accounts(db)} == {None}

    @pytest.mark.parametrize(
        ("rule", "email", "said"),
        [
            ("verified", "kari@fjordvik.example", "hvis tjenesten har bekreftet adressen"),
            ("always", "kari@fjordvik.example", "neste gang personen med e-postadressen"),
            ("always", "", "har ingen e-postadresse"),
            ("always", "ola@fjordvik.example", "Flere brukere har denne e-postadressen"),
            ("never", "kari@fjordvik.example", "ikke knyttet til"),
        ],
    )
    def test_the_page_says_what_the_next_sign_in_does_and_it_does(
        self, variant: Variant, db: Database, provider: RunningProvider, rule: str, email: str, said: str
    ) -> None:
        app = variant(oidc_match_email=rule)
        app.config["WTF_CSRF_ENABLED"] = False
        _account(db, username="ola", email="OLA@fjordvik.example")
        account_id = self._leader(db, email=email)
        hr = app.test_client()
        sign_in_as(hr, db, Role.HR, "A")
        assert said in hr.get(f"/brukere/{account_id}").text
        provider.says(claims={"email": email, "email_verified": True} if email else {})
        sign_in(app.test_client())
        links = "neste gang" in said or "bekreftet" in said
        with db.reading() as session:
            assert (session.get_one(Account, account_id).oidc_subject is not None) is links


class TestProviderDown:
    @pytest.fixture
    def down(self, variant: Variant) -> Flask:
        return variant(oidc_issuer=f"http://127.0.0.1:{free_port()}")

    def test_the_page_says_so_and_the_password_opens(self, down: Flask, db: Database) -> None:
        down.config["WTF_CSRF_ENABLED"] = False
        _account(db, password_hash=hash_password(PASSWORD))
        client = down.test_client()
        answer = client.get("/logg-inn/tjeneste")
        assert answer.status_code == 503
        assert "Innloggingstjenesten svarer ikke" in answer.text
        assert client.post("/logg-inn", data={"username": "kari", "password": PASSWORD}).status_code == 302
        assert _is_signed_in(client)

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
        assert not _is_signed_in(client)

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
            assert _is_signed_in(client)
            assert _roles(db) == {(Role.HR, "K")}
            assert f"{issuer}/oauth2/end_session" in client.post("/logg-ut").text
