"""A ballot box that two must open: who has the server, the database, the keys and one of the two opens nothing."""

import datetime as dt
import re
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import combinations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select

from surveys.access.models import Account, Role
from surveys.access.sessions import start_session
from surveys.campaigns import key_holders, key_shares
from surveys.campaigns.ballot_box import Ballot, KeyHolder
from surveys.campaigns.key_faults import surveys_without_keys
from surveys.campaigns.key_shares import ShareError
from surveys.campaigns.keystore import KeyMissingError, KeyStore
from surveys.campaigns.lifecycle import SurveyError, close_survey, find_survey, open_survey
from surveys.campaigns.models import SurveyStatus
from surveys.platform import clock
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import count
from surveys.publishing.opening_ballots import CountingError
from tests.building import (
    answer_some,
    build_survey,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.key_holding import (
    KEY,
    PHRASES,
    Shared,
    choose_phrases,
    holder_account,
    key_maker,
    make_guesses_cheap,
    name_two,
    open_shared,
)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    make_guesses_cheap(monkeypatch)


@pytest.fixture
def shared(app: Flask, db: Database) -> Shared:
    return open_shared(app, db)


@pytest.fixture
def closed(shared: Shared) -> Shared:
    with shared.db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    return shared


def _private_keys_to_try(app: Flask, db: Database) -> list[bytes]:
    """Every run of 32 bytes in what the server has: the unwrapped key store, the database's columns, the secrets."""
    store = keys_of(app)
    found = [store.draft_secret(1), store.public_key(1), store.seal_secret]
    with db.reading() as session:
        for row in session.scalars(select(KeyHolder)):
            found.extend(value or b"" for value in (row.salt, row.public_key, row.share, row.given_share))
            if row.given_share:
                found.append(store.masters.opened(row.given_share))
    return [whole[start : start + 32] for whole in found for start in range(max(1, len(whole) - 31))]


def test_a_copied_server_opens_no_ballot_while_the_survey_is_open(shared: Shared) -> None:
    with pytest.raises(KeyMissingError):
        keys_of(shared.app).read(1)
    with shared.db.reading() as session:
        sealed = session.scalars(select(Ballot.sealed)).all()
        assert surveys_without_keys(session, keys_of(shared.app)) == []
    assert len(sealed) == 7
    for tried in _private_keys_to_try(shared.app, shared.db):
        if len(tried) == 32:
            with pytest.raises(CryptoError):
                SealedBox(PrivateKey(tried)).decrypt(sealed[0])


@pytest.mark.parametrize("first", ["hr", "tillitsvalgt", "ark"])
def test_one_share_opens_nothing(closed: Shared, first: str) -> None:
    assert not closed.give(first)
    assert not closed.give(first), "the same share twice is one"
    with pytest.raises(CountingError, match="To nøkkelholdere"):
        count(closed.db, keys_of(closed.app), KEY)
    with closed.db.reading() as session:
        assert find_survey(session, KEY).status == SurveyStatus.CLOSED
        sealed = session.scalars(select(Ballot.sealed)).first() or b""
    for tried in _private_keys_to_try(closed.app, closed.db):
        if len(tried) == 32:
            with pytest.raises(CryptoError):
                SealedBox(PrivateKey(tried)).decrypt(sealed)


@pytest.mark.parametrize("pair", list(combinations(["hr", "tillitsvalgt", "ark"], 2)), ids="-".join)
def test_any_two_open_it_in_any_order_and_nothing_is_left_afterwards(
    closed: Shared, pair: tuple[str, str]
) -> None:
    for first, second in (pair, pair[::-1]):
        assert not closed.give(first)
        assert closed.give(second)
        assert keys_of(closed.app).can_count(1)
        if (first, second) == pair:
            # The other order, from where it began.
            (keys_of(closed.app)._key_file(1)).unlink()
    count(closed.db, keys_of(closed.app), KEY)
    with closed.db.reading() as session:
        assert find_survey(session, KEY).status == SurveyStatus.COUNTED
        assert session.scalars(select(KeyHolder)).all() == []
    assert not keys_of(closed.app).has(1)


def test_a_share_waits_a_day_and_no_longer(closed: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    closed.give("hr")
    now = clock.now()
    late = now + key_holders.KEPT_FOR + dt.timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert not closed.give("tillitsvalgt"), "HR's share is a day old"
    assert closed.give("hr")
    monkeypatch.undo()
    assert key_holders.forget_shares(closed.db, late + dt.timedelta(days=2)) == 0


def test_a_share_that_waited_is_forgotten_by_the_worker(closed: Shared) -> None:
    closed.give("hr")
    assert key_holders.forget_shares(closed.db) == 0
    assert key_holders.forget_shares(closed.db, clock.now() + dt.timedelta(days=1, minutes=1)) == 1
    with closed.db.reading() as session:
        assert session.scalars(select(KeyHolder).where(KeyHolder.given_share.is_not(None))).all() == []


def test_a_wrong_passphrase_and_another_surveys_words_are_refused(closed: Shared) -> None:
    with closed.db.transaction() as session:
        survey = find_survey(session, KEY)
        holding = key_holders.key_holding(session, survey)
        assert holding is not None
        with pytest.raises(SurveyError, match="stemmer ikke"):
            key_holders.give_share(session, survey, holding.people[0], "noe helt annet", keys_of(closed.app))
        words = closed.words.rsplit(" ", 1)[0]
        with pytest.raises(SurveyError, match="33 ordene"):
            key_holders.give_reserve(session, survey, words, keys_of(closed.app))
    closed.give("hr")
    other = key_shares.split(PrivateKey.generate())[2]
    with pytest.raises(SurveyError, match="hører ikke sammen"), closed.db.transaction() as session:
        key_holders.give_reserve(session, find_survey(session, KEY), other, keys_of(closed.app))
    assert closed.give("ark"), "what was refused has spoilt nothing"


def test_a_key_of_other_shares_does_not_pass_for_the_surveys(closed: Shared) -> None:
    """Whoever writes in the database cannot have her own key counted with: it is not the one that sealed."""
    own = PrivateKey.generate()
    with pytest.raises(KeyMissingError):
        keys_of(closed.app).put_back(1, own)


def test_it_opens_only_when_both_have_chosen_and_the_key_is_made(app: Flask, db: Database) -> None:
    name_two(db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        with pytest.raises(SurveyError, match="Nøkler"):
            open_survey(session, survey, keys_of(app))
        with pytest.raises(SurveyError, match="Begge"):
            key_holders.share_out(session, survey, key_maker(session), keys_of(app))
    choose_phrases(app, db)
    with db.transaction() as session, pytest.raises(SurveyError, match="Nøkler"):
        open_survey(session, find_survey(session, KEY), keys_of(app))


@pytest.mark.parametrize("who", ["hr", "tillitsvalgt"])
def test_no_key_holder_makes_the_key_and_sees_the_sheet_too(app: Flask, db: Database, who: str) -> None:
    """With her own share and the words on the sheet she could open the box alone."""
    name_two(db)
    choose_phrases(app, db)
    with db.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == who)).one()
        with pytest.raises(SurveyError, match="to deler"):
            key_holders.share_out(session, find_survey(session, KEY), account, keys_of(app))


@pytest.mark.parametrize("what", ["public key", "account", "both of another survey"])
def test_nobody_who_writes_in_the_database_is_given_a_holders_share(
    app: Flask, db: Database, what: str
) -> None:
    """A public key of her own in the place of a holder's: the share would be locked with it when the key is made."""
    name_two(db)
    choose_phrases(app, db)
    own = PrivateKey.generate()
    with db.transaction() as session:
        holder = session.scalars(select(KeyHolder).where(KeyHolder.account_id.is_not(None))).all()[1]
        if what == "account":
            holder.account_id = key_maker(session).id
        elif what == "public key":
            holder.public_key = bytes(own.public_key)
        else:
            other = build_survey(session, find_survey(session, KEY).unit, "annen")
            holder.survey_id, survey_id = other.id, holder.survey_id
            session.flush()
            holder.salt, holder.public_key = bytes(16), bytes(own.public_key)
            holder.seal = session.scalars(select(KeyHolder.seal).where(KeyHolder.seal.is_not(None))).first()
            holder.survey_id = survey_id
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        maker = holder_account(session, "tredje", Role.HR, survey.unit)
        with pytest.raises(SurveyError, match="utenom Medvirk"):
            key_holders.share_out(session, survey, maker, keys_of(app))
    assert not keys_of(app).seals(1)


def test_a_key_that_the_shares_do_not_open_lets_no_survey_open(app: Flask, db: Database) -> None:
    """The key store has the new key, and the database, which was stopped before its commit, the old shares."""
    name_two(db)
    choose_phrases(app, db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        key_holders.share_out(session, survey, key_maker(session), keys_of(app))
    keys_of(app).create_apart(1)
    with db.transaction() as session, pytest.raises(SurveyError, match="Nøkler"):
        open_survey(session, find_survey(session, KEY), keys_of(app))


def test_two_who_give_at_the_same_moment_open_it(closed: Shared) -> None:
    """The second begins before the first has been committed, and waits for her."""
    with ThreadPoolExecutor(1) as other:
        with closed.db.transaction() as session:
            survey = find_survey(session, KEY)
            account = session.scalars(select(Account).where(Account.username == "hr")).one()
            holder = key_holders.holding_of(session, survey, account)
            assert holder is not None
            keys = keys_of(closed.app)
            assert not key_holders.give_share(session, survey, holder, PHRASES["hr"], keys)
            second = other.submit(closed.give, "tillitsvalgt")
            wait([second], timeout=1)
        assert second.result()
    assert keys_of(closed.app).can_count(1)


def test_a_share_that_waits_while_the_master_key_is_changed_is_given_again(closed: Shared) -> None:
    keys_of(closed.app).change_master()
    closed.give("hr")
    keys_of(closed.app).change_master()
    assert not closed.give("tillitsvalgt")
    assert closed.give("hr")


def test_words_of_a_key_that_was_made_anew_open_nothing(app: Flask, db: Database) -> None:
    name_two(db)
    choose_phrases(app, db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        old = key_holders.share_out(session, survey, key_maker(session), keys_of(app))
        new = key_holders.share_out(session, survey, key_maker(session), keys_of(app))
        open_survey(session, survey, keys_of(app))
        close_survey(session, survey)
    shared = Shared(app, db, old)
    shared.give("hr")
    with pytest.raises(SurveyError):
        shared.give("ark")
    assert Shared(app, db, new).give("ark")


def test_shares_are_of_one_key_and_one_alone_fits_no_better_than_any() -> None:
    key = PrivateKey.generate()
    shares = key_shares.split(key)
    for pair in combinations(shares, 2):
        assert bytes(key_shares.joined(pair)) == bytes(key)
    with pytest.raises(ShareError):
        key_shares.joined(shares[:1])
    with pytest.raises(ShareError):
        key_shares.joined([shares[0], key_shares.split(key)[1]])


class TestThePages:
    """HR chooses, each holder has a page of her own, and they open it each from her own browser."""

    @pytest.fixture
    def clients(self, app: Flask, db: Database) -> dict[str, FlaskClient]:
        app.config["WTF_CSRF_ENABLED"] = False
        name_two(db)
        with db.transaction() as session:
            key_holders.open_alone(session, find_survey(session, KEY), keys_of(app), "Til noen er valgt")
            unit = session.scalars(select(Account).where(Account.username == "hr")).one().grants[0].unit
            holder_account(session, "annen", Role.REPRESENTATIVE, unit)
            tokens = {a.username: start_session(session, a) for a in session.scalars(select(Account)).all()}
        made = {}
        for name, token in tokens.items():
            made[name] = app.test_client()
            with made[name].session_transaction() as cookie:
                cookie["_user_id"] = token
        return made

    def test_from_choosing_holders_to_a_counted_survey(
        self, app: Flask, db: Database, clients: dict[str, FlaskClient]
    ) -> None:
        hr, representative = clients["hr"], clients["tillitsvalgt"]
        page, own = f"/undersokelser/{KEY}/nokler", f"/undersokelser/{KEY}/min-nokkel"
        with db.reading() as session:
            ids = {a.username: str(a.id) for a in session.scalars(select(Account))}
        chosen = {
            "opened_by": "to",
            "hr": ids["hr"],
            "representative": ids["tillitsvalgt"],
            "office": "chief_representative",
        }
        assert hr.post(page, data=chosen).status_code == 302
        assert "Velg nøkkelord" in representative.get("/").text
        assert clients["annen"].get(own).status_code == 404
        assert clients["annen"].get(page).status_code == 403

        too_short = representative.post(own, data={"passphrase": "kort", "again": "kort"})
        assert "minst 12 tegn" in too_short.text
        for name, client in (("hr", hr), ("tillitsvalgt", representative)):
            assert (
                client.post(own, data={"passphrase": PHRASES[name], "again": PHRASES[name]}).status_code
                == 302
            )
        assert hr.post(f"{page}/del-ut").status_code == 409
        assert "En annen i HR eller en administrator må lage nøkkelen" in hr.get(page).text
        sheet = clients["arkivet"].post(f"{page}/del-ut").text
        words = re.findall(r"<li>([a-z]+)</li>", sheet)
        assert len(words) == 33

        assert hr.post(f"/undersokelser/{KEY}/steg/open").status_code == 302
        with db.transaction() as session:
            survey = find_survey(session, KEY)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 7)
            close_survey(session, survey)
        assert "To nøkkelholdere må åpne urnen" in hr.get(f"/undersokelser/{KEY}").text
        refused = hr.post(f"/undersokelser/{KEY}/steg/count")
        assert refused.status_code == 409
        assert "7" in representative.get(own).text
        assert representative.post(own, data={"passphrase": PHRASES["tillitsvalgt"]}).status_code == 302
        assert "Urnen åpnes når én til" in representative.get(own).text
        wrong = hr.post(own, data={"passphrase": PHRASES["tillitsvalgt"]})
        assert wrong.status_code == 409
        assert "stemmer ikke" in wrong.text
        assert hr.post(f"{page}/ark", data={"words": "\n".join(words).upper()}).status_code == 302
        assert "Urnen er åpen" in hr.get(page).text
        assert hr.post(f"/undersokelser/{KEY}/steg/count").status_code == 302
        with db.reading() as session:
            assert find_survey(session, KEY).status == SurveyStatus.COUNTED
        assert representative.get(own).status_code == 404
        assert "nøkkelen til urnen er ødelagt" in hr.get(page).text

    def test_nobody_tries_passphrases_or_words_more_than_ten_times_an_hour(
        self, clients: dict[str, FlaskClient]
    ) -> None:
        """However many there are to try: the limit is the account's, whatever address she sends from."""
        page = f"/undersokelser/{KEY}/nokler/ark"
        tried = [clients["hr"].post(page, environ_base={"REMOTE_ADDR": f"192.0.2.{n}"}) for n in range(11)]
        assert [answer.status_code for answer in tried] == [409] * 10 + [429]
        assert clients["arkivet"].post(page).status_code == 409

    def test_the_start_page_says_who_opens_the_box(self, shared: Shared, client: FlaskClient) -> None:
        with shared.db.transaction() as session:
            [code] = invite_some(shared.app, session, find_survey(session, KEY))
        said = client.get(f"/svar/{code}/nb/", follow_redirects=True).text
        assert "To av delene må til" in said
        assert "Serveren har ingen nøkkel" in said


def test_a_copy_of_the_instance_has_no_private_key(
    shared: Shared, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = shared.app.config["SETTINGS"]
    copy = tmp_path_factory.mktemp("thief") / "keys"
    shutil.copytree(settings.keys, copy)
    stolen = KeyStore.of(copy, shared.app.config["SECRETS"])
    assert stolen.seals(1)
    assert not stolen.opens(1)
