"""An account is linked to a person at the sign-in provider by the command and on its page."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.administering import Period, give_role
from surveys.access.commands import account as account_commands
from surveys.access.models import Account, GrantSource, Role
from surveys.audit.models import AuditEntry
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.card_building import sign_in_as
from tests.oidc_accounts import Variant, accounts_of, is_signed_in, make_account
from tests.signing_in import (
    RunningProvider,
    sign_in,
)


class TestLinking:
    def test_an_account_that_was_linked_beforehand_is_hers(
        self, app: Flask, db: Database, provider: RunningProvider
    ) -> None:
        account_id = make_account(db)
        done = app.test_cli_runner().invoke(account_commands, ["link", "kari", "kari-1"], obj=lambda: app)
        assert done.exit_code == 0, done.output
        provider.says(claims={})
        assert sign_in(app.test_client()).status_code == 302
        assert [(account.id, account.oidc_issuer) for account in accounts_of(db)] == [
            (account_id, provider.issuer)
        ]

    @pytest.mark.parametrize("subject", ["kari-1", "01010750160"])
    def test_nobody_is_two_accounts_and_nobody_is_a_personal_number(
        self, app: Flask, db: Database, provider: RunningProvider, subject: str
    ) -> None:
        make_account(db, username="ola", oidc_issuer=provider.issuer, oidc_subject="kari-1")
        make_account(db)
        done = app.test_cli_runner().invoke(account_commands, ["link", "kari", subject], obj=lambda: app)
        assert done.exit_code == 1
        assert {account.oidc_subject for account in accounts_of(db)} == {"kari-1", None}


class TestLinkingOnThePage:
    """«Brukere og tilganger»: the page has the same rules as the sign-in itself, and widens nobody's rights."""

    @pytest.fixture
    def hr(self, app: Flask, db: Database) -> FlaskClient:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        sign_in_as(client, db, Role.HR, "A")
        return client

    def _leader(self, db: Database, role: Role = Role.LEADER, code: str = "A", **fields: Any) -> int:
        account_id = make_account(db, **fields)
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
        assert is_signed_in(client)
        assert [account.id for account in accounts_of(db) if account.oidc_subject] == [account_id]

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
        assert not is_signed_in(client)
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
        assert {account.oidc_subject for account in accounts_of(db)} == {None}

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
        make_account(db, username="ola", email="OLA@fjordvik.example")
        account_id = self._leader(db, email=email)
        hr = app.test_client()
        sign_in_as(hr, db, Role.HR, "A")
        assert said in hr.get(f"/brukere/{account_id}").text
        provider.says(claims={"email": email, "email_verified": True} if email else {})
        sign_in(app.test_client())
        links = "neste gang" in said or "bekreftet" in said
        with db.reading() as session:
            assert (session.get_one(Account, account_id).oidc_subject is not None) is links
