"""Accounts and roles of the tests of signing in with a provider."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.access.models import Account, Grant, GrantSource, Role
from surveys.platform.database import Database

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


def make_account(db: Database, **fields: Any) -> int:
    with db.transaction() as session:
        account = Account(**({"username": "kari", "name": "Kari", "all_grants": []} | fields))
        session.add(account)
        session.flush()
        return account.id


def accounts_of(db: Database) -> list[Account]:
    with db.reading() as session:
        return list(
            session.scalars(select(Account).options(selectinload(Account.all_grants).joinedload(Grant.unit)))
        )


def roles_of(db: Database, source: GrantSource = GrantSource.OIDC) -> set[tuple[Role, str]]:
    [account] = accounts_of(db)
    return {(grant.role, grant.unit.code) for grant in account.all_grants if grant.source == source}


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/konto").status_code == 200
