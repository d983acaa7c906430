"""Mails to key holders: when their survey opens, when the box waits, when somebody gave a share, when it expired."""

import datetime as dt
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.access.models import Account
from surveys.campaigns import account_outbox, key_holders
from surveys.campaigns.account_outbox import MOST_ATTEMPTS
from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.holder_mail.models import HolderMail
from surveys.campaigns.holder_mail.sending import send_to_holders
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import DeliveryStatus
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from tests.building import keys_of
from tests.key_holding import KEY, PHRASES, Shared, make_guesses_cheap, open_shared
from tests.mail_server import PostOffice, open_post_office

ADDRESSES = {"hr": "hr@fjordvik.example", "tillitsvalgt": "tillitsvalgt@fjordvik.example"}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as opened:
        yield opened


@pytest.fixture
def shared(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> Shared:
    """The representative reads English."""
    make_guesses_cheap(monkeypatch)
    opened = open_shared(app, db, ADDRESSES)
    with db.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == "tillitsvalgt")).one()
        account.language = "en"
    return opened


def _close(shared: Shared) -> None:
    with shared.db.transaction() as session:
        close_survey(session, find_survey(session, KEY))


def _sent(shared: Shared, office: PostOffice, now: dt.datetime | None = None) -> list[EmailMessage]:
    """What the worker sends now."""
    before = len(office.taken)
    with shared.app.app_context():
        send_to_holders(shared.db, office.settings(shared.app), now)
    return office.taken[before:]


def _told(messages: list[EmailMessage]) -> dict[str, str]:
    return {
        str(message["To"].addresses[0].addr_spec): str(message["Subject"]).strip() for message in messages
    }


def test_a_holder_is_told_at_each_step_and_once(shared: Shared, office: PostOffice) -> None:
    opened = _sent(shared, office)
    assert set(_told(opened)) == set(ADDRESSES.values()), (
        "that one was named is no news when the survey is open"
    )
    assert "er åpnet" in _told(opened)[ADDRESSES["hr"]]
    _close(shared)
    assert all("min-nokkel" in message.get_content() for message in _sent(shared, office))
    shared.give("hr")
    [waits] = _sent(shared, office)
    assert _told([waits]) == {
        ADDRESSES["tillitsvalgt"]: "The ballot box of Small survey 2026 is waiting for your part of the key"
    }
    assert "Hr" in waits.get_content()
    shared.give("tillitsvalgt")
    with shared.app.app_context():
        count(shared.db, keys_of(shared.app), KEY)
    both = _sent(shared, office)
    assert set(_told(both)) == set(ADDRESSES.values()), "also when HR counts at once"
    assert "Hr" in both[0].get_content()
    assert "Tillitsvalgt" in both[0].get_content()
    assert _sent(shared, office) == []


def test_both_are_told_when_the_sheet_is_used(shared: Shared, office: PostOffice) -> None:
    _close(shared)
    _sent(shared, office)
    shared.give("ark")
    told = _sent(shared, office)
    assert set(_told(told)) == set(ADDRESSES.values())
    assert "arket i arkivet" in next(m for m in told if ADDRESSES["hr"] in str(m["To"])).get_content()


def test_nobody_is_told_that_a_box_waits_which_is_open(shared: Shared, office: PostOffice) -> None:
    """The mail server was away while it closed and both gave their shares."""
    _sent(shared, office)
    _close(shared)
    shared.give("hr")
    shared.give("ark")
    assert {str(message["Subject"]).strip() for message in _sent(shared, office)} == {
        "Urnen for Liten undersøkelse 2026 er åpnet",
        "The ballot box of Small survey 2026 has been opened",
    }


def test_a_share_that_is_given_to_an_open_box_is_not_kept_and_told_of(
    shared: Shared, office: PostOffice
) -> None:
    _close(shared)
    shared.give("hr")
    shared.give("ark")
    _sent(shared, office)
    assert shared.give("tillitsvalgt")
    assert _sent(shared, office) == []
    with shared.db.reading() as session:
        assert not any(session.scalars(select(KeyHolder.given_share)))


def test_a_share_that_is_given_twice_at_once_is_told_of_once(shared: Shared, office: PostOffice) -> None:
    _close(shared)
    _sent(shared, office)
    shared.give("hr")
    shared.give("hr")
    assert len(_sent(shared, office)) == 1


def test_a_mail_that_cannot_be_made_keeps_no_other_waiting(shared: Shared, office: PostOffice) -> None:
    with shared.db.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == "hr")).one()
        account.name = "Hanne\r\nBcc: alle@fjordvik.example"
    assert set(_told(_sent(shared, office))) == {ADDRESSES["tillitsvalgt"]}
    with shared.db.reading() as session:
        states = select(HolderMail.status).join(HolderMail.account)
        assert session.scalars(states.where(Account.username == "hr")).all() == [DeliveryStatus.FAILED]


def test_what_ends_the_process_loses_one_mail_at_most(
    shared: Shared, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(account_outbox, "hand_over_mail", killed)
        with pytest.raises(KeyboardInterrupt):
            _sent(shared, office)
    assert len(_sent(shared, office)) == 1


def test_both_are_told_when_a_share_was_not_followed_by_another(shared: Shared, office: PostOffice) -> None:
    _close(shared)
    shared.give("hr")
    late = clock.now() + key_holders.KEPT_FOR + dt.timedelta(minutes=1)
    key_holders.forget_shares(shared.db, late)
    subjects = [str(message["Subject"]) for message in _sent(shared, office, late)]
    assert "Urnen for Liten undersøkelse 2026 ble ikke åpnet" in subjects
    assert not any("waiting for your part" in subject for subject in subjects), "that is over"
    assert key_holders.forget_shares(shared.db, late) == 0
    assert _sent(shared, office, late) == []


def test_no_mail_has_a_share_a_passphrase_or_the_key(shared: Shared, office: PostOffice) -> None:
    _close(shared)
    shared.give("hr")
    shared.give("ark")
    said = "\n".join(message.as_string() for message in _sent(shared, office))
    assert said
    assert not any(phrase in said for phrase in PHRASES.values())
    assert not any(" ".join(shared.words.split()[at : at + 3]) in said for at in range(31))
    assert "/svar/" not in said


def test_a_mail_that_may_have_come_is_not_sent_again(shared: Shared, office: PostOffice) -> None:
    office.answer_content = lambda _message: None
    assert len(_sent(shared, office)) == 2
    assert _sent(shared, office) == []
    with shared.db.reading() as session:
        states = session.scalars(select(HolderMail.status)).all()
    assert list(states) == [DeliveryStatus.SENDING] * 2


def test_one_that_was_refused_is_tried_again_a_few_times(shared: Shared, office: PostOffice) -> None:
    office.answer_recipient = lambda _address: "451 vent litt"
    moment = clock.now()
    for _each in range(MOST_ATTEMPTS):
        assert _sent(shared, office, moment) == []
        moment += dt.timedelta(days=1)
    office.answer_recipient = lambda _address: "250 OK"
    assert _sent(shared, office, moment) == []
    with shared.db.reading() as session:
        assert set(session.scalars(select(HolderMail.status))) == {DeliveryStatus.FAILED}


def test_without_a_mail_server_what_is_old_is_never_sent(shared: Shared, office: PostOffice) -> None:
    _close(shared)
    shared.give("hr")
    shared.give("ark")
    with shared.app.app_context():
        assert send_to_holders(shared.db, shared.app.config["SETTINGS"]) == 0
    assert _sent(shared, office, clock.now() + dt.timedelta(days=8)) == []
