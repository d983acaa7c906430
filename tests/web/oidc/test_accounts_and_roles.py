"""Which account a person at the sign-in provider has, and which roles her groups give."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.administering import Period, give_role
from surveys.access.models import Account, GrantSource, Role
from surveys.access.passwords import hash_password
from surveys.audit.models import AuditEntry
from surveys.operating.sign_in_examination import sign_in_provider_works
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.mail_server import free_port
from tests.oidc_accounts import HR, PASSWORD, Variant, accounts_of, is_signed_in, make_account, roles_of
from tests.signing_in import (
    RunningProvider,
    sign_in,
)


class TestWhoIsWho:
    def test_nobody_without_an_account_or_a_role_gets_in(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims={"groups": ["noe annet", "borte"]})
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "hr@fjordvik.example" in answer.text
        assert accounts_of(db) == []

    def test_an_account_is_found_by_a_verified_address(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        account_id = make_account(db, email="Kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": True})
        assert sign_in(client).status_code == 302
        assert [(account.id, account.oidc_subject) for account in accounts_of(db)] == [(account_id, "kari-1")]

    @pytest.mark.parametrize("verified", [{}, {"email_verified": False}])
    def test_an_address_that_is_not_verified_opens_nobodys_account(
        self, client: FlaskClient, db: Database, provider: RunningProvider, verified: dict[str, bool]
    ) -> None:
        account_id = make_account(db, email="kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example"} | verified)
        assert sign_in(client).status_code == 302
        [first, second] = sorted(accounts_of(db), key=lambda account: account.id)
        assert (first.id, first.oidc_subject, first.all_grants) == (account_id, None, [])
        assert second.oidc_subject == "kari-1"

    @pytest.mark.parametrize(("allowed", "accounts"), [("never", 2), ("unverified", 1)])
    def test_the_operator_says_which_addresses_are_trusted(
        self, variant: Variant, db: Database, provider: RunningProvider, allowed: str, accounts: int
    ) -> None:
        make_account(db, email="kari@fjordvik.example")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": allowed == "never"})
        client = variant(oidc_match_email=allowed).test_client()
        assert sign_in(client).status_code == 302
        assert len(accounts_of(db)) == accounts

    def test_an_address_that_two_accounts_have_opens_neither(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        for username in ("kari", "ola"):
            make_account(db, username=username, email="felles@fjordvik.example")
        provider.says(claims=HR | {"email": "felles@fjordvik.example", "email_verified": True})
        sign_in(client)
        assert len(accounts_of(db)) == 3

    def test_an_account_of_somebody_else_at_the_provider_is_not_taken_over_by_address(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        make_account(db, email="kari@fjordvik.example", oidc_issuer=provider.issuer, oidc_subject="another")
        provider.says(claims=HR | {"email": "kari@fjordvik.example", "email_verified": True})
        sign_in(client)
        assert len(accounts_of(db)) == 2

    def test_a_closed_account_stays_closed(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        make_account(db, active=False, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "Kontoen er stengt" in answer.text
        assert not is_signed_in(client)
        assert roles_of(db) == set()

    def test_another_claim_may_name_the_person(
        self, variant: Variant, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"oid": "en-guid"})
        assert sign_in(variant(oidc_person="oid").test_client()).status_code == 302
        assert accounts_of(db)[0].oidc_subject == "en-guid"


class TestRoles:
    def test_a_group_that_is_gone_takes_its_role_with_it_at_the_next_sign_in(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims={"groups": ["hr-gruppa", "leder-a"]})
        sign_in(app.test_client())
        assert roles_of(db) == {(Role.HR, "K"), (Role.LEADER, "A")}
        provider.says(claims={"groups": ["leder-a"]})
        sign_in(app.test_client())
        assert roles_of(db) == {(Role.LEADER, "A")}
        provider.says(claims={"groups": []})
        assert sign_in(app.test_client()).status_code == 302
        assert roles_of(db) == set()

    def test_roles_that_somebody_gave_are_never_touched(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        account_id = make_account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        with db.transaction() as session:
            units = {unit.code: unit for unit in session.scalars(select(Unit))}
            account = session.get_one(Account, account_id)
            give_role(session, None, account, Role.HR, units["K"], Period())
            give_role(session, None, account, Role.LEADER, units["B"], Period(), source=GrantSource.ROSTER)
        sign_in(app.test_client())
        assert roles_of(db) == {(Role.HR, "K")}
        provider.says(claims={})
        sign_in(app.test_client())
        assert roles_of(db) == set()
        assert roles_of(db, GrantSource.GIVEN) == {(Role.HR, "K")}
        assert roles_of(db, GrantSource.ROSTER) == {(Role.LEADER, "B")}

    def test_nobody_is_administrator_unless_the_file_says_so(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(claims=HR | {"roles": ["administrator", "Administrator"]})
        sign_in(client)
        assert roles_of(db) == {(Role.HR, "K")}

    def test_entra_lists_groups_and_roles(
        self, client: FlaskClient, db: Database, provider: RunningProvider
    ) -> None:
        provider.says(
            claims={"groups": ["en-guid", "leder-a"], "roles": ["Medvirk.Administrator"], "tid": "en-tenant"}
        )
        sign_in(client)
        assert roles_of(db) == {(Role.LEADER, "A"), (Role.ADMINISTRATOR, "K")}

    def test_entra_with_too_many_groups_changes_nothing(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        """Unknown groups are not the same as none."""
        sign_in(app.test_client())
        provider.says(claims={"_claim_names": {"groups": "src1"}})
        assert sign_in(app.test_client()).status_code == 403
        assert roles_of(db) == {(Role.HR, "K")}

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
        make_account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        feide = "https://n.feide.no/claims/"
        provider.says(
            userinfo={
                f"{feide}eduPersonEntitlement": ["urn:mace:feide.no:fjordvik:medvirk-leder"],
                f"{feide}userid_sec": [userid],
            }
        )
        sign_in(client)
        assert roles_of(db) == roles

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
        make_account(db, oidc_issuer=provider.issuer, oidc_subject="kari-1")
        chosen = [
            {"orgno": {"authority": "iso6523-actorid-upis", "ID": number}, "resource": right}
            for number, right in parties
        ]
        details = [{"type": "ansattporten:altinn:resource", "authorized_parties": chosen}]
        provider.says(claims={"authorization_details": details, "pid": "01010750160"})
        sign_in(client)
        assert roles_of(db) == roles

    def test_a_password_opens_no_role_of_the_provider(self, app: Flask, db: Database) -> None:
        """Somebody who is out of the provider's group may still know her password here."""
        sign_in(app.test_client())
        with db.transaction() as session:
            account = session.scalars(select(Account)).one()
            account.username, account.password_hash = "kari", hash_password(PASSWORD)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.post("/logg-inn", data={"username": "kari", "password": PASSWORD})
        assert is_signed_in(client)
        assert client.get("/brukere").status_code == 403
        assert roles_of(db) == set()

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
        account_id = make_account(db, password_hash=hash_password(PASSWORD))
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
