"""Signing in: argon2, the same answer for a wrong name and a wrong password, and no way out of the site."""

import pytest
from argon2 import Type
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys.access.accounts import authenticate
from surveys.access.models import Account, Grant, Role
from surveys.access.passwords import hash_password
from surveys.access.permissions import granted_units, is_granted
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.made_once import OUR_HASHER

PASSWORD = "et passord for prøver"


@pytest.fixture
def tree(db: Database) -> dict[str, int]:
    """Kommune → område → enhet, and another area; returns code → unit id. The leader «kari» leads the area."""
    with db.transaction() as session:
        ids: dict[str, int] = {}
        for code, parent in (("K", None), ("A", "K"), ("A1", "A"), ("B", "K")):
            unit = Unit(code=code, name=code, parent_id=ids.get(parent or ""))
            session.add(unit)
            session.flush()
            ids[code] = unit.id
        account = Account(username="kari", name="Kari", password_hash=hash_password(PASSWORD), all_grants=[])
        account.all_grants.append(Grant(role=Role.LEADER, unit_id=ids["A"]))
        session.add(account)
    return ids


def _post(client: FlaskClient, username: str, password: str, target: str = "") -> TestResponse:
    client.application.config["WTF_CSRF_ENABLED"] = False
    return client.post(f"/logg-inn{target}", data={"username": username, "password": password})


def test_a_role_reaches_the_subtree_and_nothing_else(db: Database, tree: dict[str, int]) -> None:
    with db.reading() as session:
        account = session.query(Account).one()
        assert granted_units(session, account, Role.LEADER) == {tree["A"], tree["A1"]}
        assert is_granted(session, account, tree["A1"], Role.LEADER)
        assert not is_granted(session, account, tree["B"], Role.LEADER)
        assert not is_granted(session, account, tree["K"], Role.LEADER)
        assert not is_granted(session, account, tree["A1"], Role.HR)


def test_hashing_a_password_costs_what_rfc_9106_asks_of_small_machines() -> None:
    """Not in these tests, which hash hundreds: see `tests.made_once`."""
    assert OUR_HASHER.memory_cost >= 64 * 1024
    assert OUR_HASHER.time_cost >= 3
    assert OUR_HASHER.type is Type.ID


def test_passwords_are_kept_as_argon2_and_short_ones_refused(db: Database, tree: dict[str, int]) -> None:
    with db.reading() as session:
        assert session.query(Account).one().password_hash.startswith("$argon2id$")
    with pytest.raises(ValueError, match="12"):
        hash_password("kort")


def test_only_the_right_password_opens(db: Database, tree: dict[str, int]) -> None:
    with db.reading() as session:
        assert authenticate(session, " Kari ", PASSWORD)
        assert authenticate(session, "kari", PASSWORD + "x") is None
        assert authenticate(session, "ola", PASSWORD) is None


def test_a_closed_account_cannot_sign_in(db: Database, tree: dict[str, int]) -> None:
    with db.transaction() as session:
        session.query(Account).one().active = False
    with db.reading() as session:
        assert authenticate(session, "kari", PASSWORD) is None


def test_wrong_name_and_wrong_password_get_the_same_words(client: FlaskClient, tree: dict[str, int]) -> None:
    answers = [_post(client, name, "feil passord her").text for name in ("kari", "ola")]
    assert answers[0].replace("kari", "") == answers[1].replace("ola", "")
    assert "Brukernavnet eller passordet er feil." in answers[0]
    assert "<title>Feil: Logg inn" in answers[0]


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"]
)
def test_signing_in_never_leads_out_of_the_site(
    client: FlaskClient, tree: dict[str, int], target: str
) -> None:
    answer = _post(client, "kari", PASSWORD, f"?neste={target}")
    assert answer.headers["Location"] == "/"
