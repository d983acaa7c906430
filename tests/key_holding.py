"""Builders for tests of a ballot box that two open: its holders, their passphrases and the survey they open."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pytest
from flask import Flask
from nacl.pwhash import argon2id
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.campaigns import key_holders, key_shares
from surveys.campaigns.ballot_box import HolderOffice
from surveys.campaigns.lifecycle import find_survey, open_survey
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from tests.building import answer_some, build_installation, build_survey, build_units, keys_of, sheet_of

KEY = "liten-2026"
PHRASES = {"hr": "fjellrev sykler stille hjem 7", "tillitsvalgt": "blå kopp under gammel bro 4"}


def make_guesses_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess costs 256 MB on purpose; in most tests nobody guesses."""
    monkeypatch.setattr(
        key_shares, "derive", lambda phrase, salt: argon2id.kdf(32, phrase, salt, opslimit=1, memlimit=8192)
    )


@dataclass(frozen=True)
class Shared:
    app: Flask
    db: Database
    words: str

    def give(self, who: str) -> bool:
        with self.db.transaction() as session:
            survey = find_survey(session, KEY)
            if who == "ark":
                return key_holders.give_reserve(session, survey, self.words, keys_of(self.app))
            account = session.scalars(select(Account).where(Account.username == who)).one()
            holder = key_holders.holding_of(session, survey, account)
            assert holder is not None
            return key_holders.give_share(session, survey, holder, PHRASES[who], keys_of(self.app))


def holder_account(session: Session, name: str, role: Role, unit: Unit, email: str = "") -> Account:
    account = Account(username=name, name=name.title(), password_hash="-", email=email, all_grants=[])
    account.all_grants.append(Grant(role=role, unit=unit))
    session.add(account)
    session.flush()
    return account


def name_two(db: Database, addresses: Mapping[str, str] = MappingProxyType({})) -> None:
    """A draft with its two holders. addresses: user name → e-mail address."""
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session)
        survey = build_survey(session, units["K"])
        roles = {"hr": Role.HR, "tillitsvalgt": Role.REPRESENTATIVE}
        hr, representative = (
            holder_account(session, name, role, units["K"], addresses.get(name, ""))
            for name, role in roles.items()
        )
        key_holders.name_holders(session, survey, hr, representative, HolderOffice.CHIEF_REPRESENTATIVE)
        holder_account(session, "arkivet", Role.ADMINISTRATOR, units["K"])


def key_maker(session: Session) -> Account:
    """Who makes the key and sees the words: none of the two."""
    return session.scalars(select(Account).where(Account.username == "arkivet")).one()


def choose_phrases(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        holding = key_holders.key_holding(session, survey)
        assert holding is not None
        for holder in holding.people:
            assert holder.account is not None
            key_holders.choose_passphrase(
                session, survey, holder, PHRASES[holder.account.username], keys_of(app)
            )


def open_shared(app: Flask, db: Database, addresses: Mapping[str, str] = MappingProxyType({})) -> Shared:
    """An open survey with seven delivered answers, whose key is in three shares."""
    name_two(db, addresses)
    choose_phrases(app, db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        words = key_holders.share_out(session, survey, key_maker(session), keys_of(app))
        open_survey(session, survey, keys_of(app))
        answer_some(app, session, survey, "A", [sheet_of(3)] * 7)
    return Shared(app, db, words)
