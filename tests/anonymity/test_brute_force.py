"""Guessing codes and passwords is stopped; whoever answers normally never meets a limit; the limits betray nobody."""

import datetime as dt
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from limits import parse
from limits.errors import StorageError
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from app import create_app
from surveys.access import known_browsers
from surveys.access.models import Account, Role
from surveys.access.passwords import hash_unjudged
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Survey
from surveys.platform import code_format, limit_counts, limits
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.limit_counts import LimitCount
from surveys.platform.limits import limiter
from surveys.publishing.counting_ballots import count
from tests.building import build_open_survey, invite_some, keys_of
from tests.card_building import sign_in_as
from tests.guessed_codes import unknown_codes
from tests.respondent import Page, Respondent

OFFICE = "203.0.113.7"
HOME = "198.51.100.23"
ELSEWHERE = "192.0.2.66"
WRONG = "feil passord"
BY_CLIENT = limits.UNKNOWN_CODES_OF_A_CLIENT.most.amount
BY_PREFIX = limits.UNKNOWN_CODES_WITH_A_PREFIX.most.amount

Ask = Callable[..., TestResponse]


@pytest.fixture
def given(app: Flask, db: Database) -> list[str]:
    """Three codes that were given to somebody."""
    with db.transaction() as session:
        return invite_some(app, session, build_open_survey(app, session), count=3)


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Opens or sends to an address from a client's address."""

    def asked(path: str, address: str = OFFICE, method: str = "GET", **more: object) -> TestResponse:
        return client.open(path, method=method, environ_base={"REMOTE_ADDR": address}, **more)  # type: ignore[arg-type]

    return asked


def guess(ask: Ask, times: int, address: str = OFFICE, prefix: str = "") -> list[int]:
    found = unknown_codes(prefix)
    return [ask(f"/svar/{next(found)}", address).status_code for _ in range(times)]


def plain(answer: TestResponse, code: str) -> tuple[int, str, dict[str, str]]:
    """What somebody sees and a script can measure, apart from the code that she sent herself."""
    body = answer.text.replace(code, "KODE")
    headers = {name: value.replace(code, "KODE") for name, value in answer.headers.items()}
    headers.pop("Content-Length")
    return answer.status_code, body, headers


def test_guessing_is_stopped_by_client(ask: Ask, given: list[str]) -> None:
    assert guess(ask, BY_CLIENT) == [404] * BY_CLIENT
    assert guess(ask, 3) == [429] * 3


def test_whoever_is_stopped_learns_nothing_even_of_a_hit(ask: Ask, given: list[str]) -> None:
    guess(ask, BY_CLIENT)
    unknown = next(unknown_codes())
    for page in ("", "/nb/", "/nb/side/1", "/nb/oppsummering", "/nb/kvittering"):
        hit, miss = ask(f"/svar/{given[0]}{page}"), ask(f"/svar/{unknown}{page}")
        assert hit.status_code == 429
        assert plain(hit, given[0])[1] == plain(miss, unknown)[1]
        assert set(hit.headers.keys()) == set(miss.headers.keys())


def test_a_code_that_is_typed_counts_like_one_in_the_address(ask: Ask, given: list[str]) -> None:
    found = unknown_codes()
    for _ in range(BY_CLIENT):
        ask("/svar", method="POST", data={"kode": next(found)}, follow_redirects=True)
    answer = ask("/svar", method="POST", data={"kode": given[0]}, follow_redirects=True)
    assert answer.status_code == 429


def test_answers_sent_with_unknown_codes_count_too(ask: Ask, given: list[str]) -> None:
    found = unknown_codes()
    for _ in range(BY_CLIENT // 2):
        ask(f"/svar/{next(found)}/nb/side/1", method="POST", data={"TRI01": "1"})
        ask(f"/svar/{next(found)}/nb/lever", method="POST")
    assert ask(f"/svar/{given[0]}").status_code == 429


def test_others_answer_while_one_client_is_stopped(ask: Ask, given: list[str]) -> None:
    guess(ask, BY_CLIENT + 1)
    assert ask(f"/svar/{given[0]}", HOME).status_code == 200


def test_guessing_is_stopped_by_code_prefix_however_many_clients_take_part(
    ask: Ask, given: list[str]
) -> None:
    found = unknown_codes("QRST")
    statuses = [ask(f"/svar/{next(found)}", f"198.51.100.{n}").status_code for n in range(BY_PREFIX + 2)]
    assert statuses == [404] * BY_PREFIX + [429] * 2
    assert guess(ask, 1, HOME, "QRSX") == [404]
    assert ask(f"/svar/{given[0]}", HOME).status_code == 200


def test_a_mistyped_code_is_never_looked_up_and_costs_nothing(ask: Ask, given: list[str]) -> None:
    wrong = given[0][:-1] + ("0" if given[0][-1] != "0" else "1")
    for _ in range(BY_CLIENT + 5):
        ask(f"/svar/{wrong}")
        ask("/svar", method="POST", data={"kode": wrong})
    assert ask(f"/svar/{given[0]}").status_code == 200


def test_three_hundred_respondents_behind_one_address_are_never_stopped(
    app: Flask, db: Database, ask: Ask, given: list[str]
) -> None:
    """One in three mistypes the code, and one in ten types something that only looks like a code."""
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        people = invite_some(app, session, survey, count=300)
    wrong = unknown_codes()
    for number, code in enumerate(people):
        if number % 3 == 0:
            assert ask("/svar", method="POST", data={"kode": code[:-2] + "U"}).status_code == 422
        if number % 10 == 0:
            assert ask(f"/svar/{next(wrong)}").status_code == 404
        assert ask(f"/svar/{code.lower()}").status_code == 200
        sent = ask(f"/svar/{code}/nb/side/1", method="POST", data={"TRI01": "3"})
        assert sent.status_code == 303
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 300


def test_a_whole_journey_leaves_nothing_in_the_storage(
    app: Flask, client: FlaskClient, given: list[str]
) -> None:
    person = Respondent(client, given[0])
    person.answers_to_the_review()
    person.press()
    assert _stored(app) == []


def test_the_limiter_stores_no_address_no_code_and_no_user_name_in_clear(
    app: Flask, ask: Ask, given: list[str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    unknown = next(unknown_codes("QRST"))
    ask(f"/svar/{unknown}")
    ask("/logg-inn", method="POST", data={"username": "kari.nordmann", "password": "feil"})
    stored = "\n".join(_stored(app))
    assert len(_stored(app)) == 4
    for secret in (
        OFFICE,
        "203.0",
        unknown,
        code_format.normalised(unknown) or "",
        "QRST",
        "kari",
        "nordmann",
    ):
        assert secret.lower() not in stored.lower()


def test_what_is_stored_today_cannot_be_matched_tomorrow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": OFFICE}):
        today = limits.client_key()
        assert limits.client_key() == today
        monkeypatch.setattr(limits, "_today", lambda: dt.date(2031, 1, 1))
        assert limits.client_key() != today


def test_another_installation_has_other_keys(app: Flask, settings: Settings) -> None:
    other = create_app(replace(settings, secret_key="another secret"))
    found = set()
    for each in (app, other):
        with each.test_request_context(environ_base={"REMOTE_ADDR": OFFICE}):
            found.add(limits.client_key())
    assert len(found) == 2
    other.extensions["medvirk_database"].engine.dispose()


def test_being_stopped_leaves_no_line_in_any_log(
    app: Flask,
    ask: Ask,
    given: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    handler = app.logger.handlers[0]
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    app.config["WTF_CSRF_ENABLED"] = False
    _forget_passwords(monkeypatch)
    with caplog.at_level(logging.INFO):
        guess(ask, BY_CLIENT + 2)
        for _ in range(25):
            ask("/logg-inn", method="POST", data={"username": "kari", "password": "feil"})
    assert lines == []
    assert [record for record in caplog.records if "limit" in record.name] == []
    assert capfd.readouterr().err == ""


def test_the_page_of_somebody_who_is_stopped_is_calm_in_her_language_and_leaves_no_trace(
    ask: Ask, given: list[str]
) -> None:
    guess(ask, BY_CLIENT)
    answer = ask(f"/svar/{given[0]}/nb/side/2")
    page = Page(answer)
    assert page.heading == "Vent litt"
    wait = int(answer.headers["Retry-After"])
    assert 3000 < wait <= 3601
    assert re.search(r"Vent omtrent (5\d|60|61) minutter", page.text)
    assert "Det du har svart og gått videre fra, er tatt vare på." in page.text
    assert "hr@fjordvik.example" in page.text
    assert "Set-Cookie" not in answer.headers
    assert "X-RateLimit-Limit" not in answer.headers
    assert Page(ask(f"/svar/{given[0]}/en/side/2")).language == "en"


def test_unknown_codes_look_alike_however_they_are_written(ask: Ask, given: list[str]) -> None:
    """A code that nobody was given, one of a likely form, and one sent in a sloppy form get the same answer."""
    found = unknown_codes()
    other = next(unknown_codes(given[0][:4]))
    looks = [
        plain(ask(f"/svar/{code}"), code)
        for code in (next(found), other, next(found).lower(), next(found).replace("-", ""))
    ]
    assert looks[0][0] == 404
    assert all(look == looks[0] for look in looks)


def test_a_used_code_tells_nothing_of_what_was_answered(
    app: Flask, db: Database, client: FlaskClient, given: list[str]
) -> None:
    for code, choose, comment in ((given[0], 0, ""), (given[1], 4, "Noe jeg vil ha sagt")):
        person = Respondent(client, code)
        person.answers_to_the_review(choose, comment)
        person.press()
    for page in ("", "/nb/", "/nb/side/1", "/nb/oppsummering", "/nb/kvittering"):
        first, second = (plain(client.get(f"/svar/{code}{page}"), code) for code in (given[0], given[1]))
        assert first == second, page
        assert "Noe jeg vil" not in first[1]


def test_after_closing_and_after_counting_a_used_and_an_unused_code_read_the_same(
    app: Flask, db: Database, client: FlaskClient, given: list[str]
) -> None:
    """Whoever holds the link, or a copy of the database, does not learn who took part."""
    person = Respondent(client, given[0])
    person.answers_to_the_review()
    person.press()
    begun = Respondent(app.test_client(), given[2])
    begun.goes_to("side/1")
    with db.transaction() as session:
        survey = session.scalars(select(Survey)).one()
        close_survey(session, survey)
        key = survey.key
    _read_the_same(client, given[:3])
    count(db, keys_of(app), key)
    _read_the_same(client, given[:3])


def _read_the_same(client: FlaskClient, codes: list[str]) -> None:
    for path in ("", "/nb/", "/en/", "/nb/side/1", "/nb/oppsummering", "/nb/pause", "/nb/kvittering"):
        answers = [client.get(f"/svar/{code}{path}", follow_redirects=True) for code in codes]
        pages = {
            (answer.status_code, answer.text.replace(code, "CODE"), len(answer.history))
            for answer, code in zip(answers, codes, strict=True)
        }
        assert len(pages) == 1, path
    for path in ("/nb/side/1", "/nb/lever"):
        sent = [client.post(f"/svar/{code}{path}", data={"TRI01": "1"}) for code in codes]
        assert (
            len(
                {
                    (answer.status_code, answer.location.replace(code, ""))
                    for answer, code in zip(sent, codes, strict=True)
                }
            )
            == 1
        )


def test_a_storage_that_is_out_of_order_keeps_nobody_out(
    app: Flask, ask: Ask, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_order(*_arguments: object, **_more: object) -> bool:
        raise StorageError(OSError("redis://:hemmelig@lager"))

    lines: list[str] = []
    handler = app.logger.handlers[0]
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    monkeypatch.setattr(limiter.limiter, "test", out_of_order)
    monkeypatch.setattr(limiter.limiter, "hit", out_of_order)
    assert ask(f"/svar/{given[0]}").status_code == 200
    assert ask(f"/svar/{next(unknown_codes())}").status_code == 404
    assert "Lageret for grenser svarer ikke" in lines[0]
    assert not any("hemmelig" in line or given[0] in line or OFFICE in line for line in lines)


def test_an_ipv6_client_is_its_whole_network(app: Flask) -> None:
    def key(address: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return limits.client_key()

    assert key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::9")
    assert key("2001:db8:1:2::1") != key("2001:db8:1:3::1")
    assert key("::ffff:203.0.113.7") == key(OFFICE)
    assert key("203.0.113.7:51234") == key(OFFICE)
    assert key("[2001:db8:1:2::1]:443") == key("2001:db8:1:2::1")
    assert key("ikke:en:adresse")


def test_only_the_declared_proxies_may_say_who_the_client_is(settings: Settings) -> None:
    """What the visitor wrote herself stands first in the header; what our proxies saw stands last."""
    found = {}
    for proxies in (1, 2):
        behind = create_app(replace(settings, proxies=proxies))
        seen: list[str | None] = []
        behind.before_request_funcs[None].append(partial(_note_address, seen))
        sent = {"X-Forwarded-For": f"{ELSEWHERE}, {HOME}, {OFFICE}"}
        behind.test_client().get("/svar", headers=sent, environ_base={"REMOTE_ADDR": "10.0.0.1"})
        [found[proxies]] = seen
        behind.extensions["medvirk_database"].engine.dispose()
    assert found == {1: OFFICE, 2: HOME}


def _note_address(seen: list[str | None]) -> None:
    seen.append(request.remote_addr)


@pytest.fixture
def account(app: Flask, db: Database, given: list[str]) -> dict[str, str]:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        session.add(Account(username="hr", name="HR", password_hash=hash_unjudged("riktig passord")))
    return {"username": "hr", "password": "riktig passord"}


def _sign_in(ask: Ask, username: str, address: str, password: str = WRONG) -> int:
    return ask(
        "/logg-inn", address, method="POST", data={"username": username, "password": password}
    ).status_code


def test_guessing_one_password_is_stopped_whoever_guesses(
    ask: Ask, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _forget_passwords(monkeypatch)
    most = parse(limits.SIGN_INS_TO_A_NAME).amount
    statuses = [_sign_in(ask, " HR "[n % 2 :], f"198.51.100.{n}") for n in range(most)]
    assert statuses == [200] * most
    assert _sign_in(ask, "hr", HOME, "riktig passord") == 429
    assert _sign_in(ask, "en annen", HOME) == 200


def test_a_guesser_cannot_lock_the_owner_out_of_a_browser_she_has_used(
    app: Flask, account: dict[str, str], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, most = app.test_client(), parse(limits.SIGN_INS_TO_A_NAME).amount
    assert own.post("/logg-inn", data=account).status_code == 302
    own.post("/logg-ut")
    _forget_passwords(monkeypatch)
    for n in range(most + 5):
        _sign_in(ask, "hr", f"198.51.100.{n}")
    assert _sign_in(ask, "hr", HOME) == 429
    monkeypatch.undo()
    assert own.post("/logg-inn", data=account).status_code == 302
    stolen = own.get_cookie("medvirk_kjent", path="/logg-inn")
    assert stolen is not None
    assert "hr" not in stolen.decoded_value.split(".")[0]


def test_a_known_browser_may_not_guess_without_end(
    app: Flask, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, most = app.test_client(), parse(limits.SIGN_INS_TO_A_NAME).amount
    own.post("/logg-inn", data=account)
    own.post("/logg-ut")
    _forget_passwords(monkeypatch)
    wrong = account | {"password": WRONG}
    statuses = [own.post("/logg-inn", data=wrong).status_code for _ in range(most + 1)]
    assert statuses == [200] * most + [429]


def test_a_made_up_cookie_makes_no_browser_known(
    app: Flask, account: dict[str, str], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _forget_passwords(monkeypatch)
    for n in range(parse(limits.SIGN_INS_TO_A_NAME).amount):
        _sign_in(ask, "hr", f"198.51.100.{n}")
    guesser = app.test_client()
    guesser.set_cookie("medvirk_kjent", "eyJociI6MX0.aaaa.bbbb", path="/logg-inn")
    assert guesser.post("/logg-inn", data=account).status_code == 429


def test_guessing_many_peoples_passwords_is_stopped_by_client(
    ask: Ask, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _forget_passwords(monkeypatch)
    most = parse(limits.SIGN_INS_OF_A_CLIENT).amount
    assert [_sign_in(ask, f"navn{n}", OFFICE) for n in range(most)] == [200] * most
    answer = ask("/logg-inn", method="POST", data=account)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 901
    assert "Vent omtrent 15 minutter" in answer.text
    assert ask("/logg-inn").status_code == 200


def test_signing_in_as_one_should_costs_nothing(app: Flask, ask: Ask, account: dict[str, str]) -> None:
    assert _sign_in(ask, "hr", OFFICE, "riktig passord") == 302
    assert _stored(app) == []


def test_a_signed_in_reader_meets_no_limit_on_her_own_pages(
    db: Database, client: FlaskClient, given: list[str]
) -> None:
    sign_in_as(client, db, Role.HR)
    assert {client.get("/undersokelser").status_code for _ in range(BY_CLIENT + 5)} == {200}


def _forget_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking a password takes a tenth of a second on purpose, and is not what is tested here."""
    monkeypatch.setattr("surveys.access.views.authenticate", lambda *_arguments: None)


def _stored(app: Flask) -> list[str]:
    """Every key in the storage, and everything else that stands beside it."""
    counts = app.extensions["medvirk_limit_counts"]
    counts.find("")
    with counts.engine.connect() as connection:
        return sorted(str(tuple(row)) for row in connection.execute(select(LimitCount.__table__)))


def test_all_processes_count_together(
    app: Flask, settings: Settings, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two applications on one database stand for two web processes, or two machines."""
    other = create_app(settings)
    found = unknown_codes()
    statuses = [
        each.test_client().get(f"/svar/{next(found)}", environ_base={"REMOTE_ADDR": OFFICE}).status_code
        for _ in range(BY_CLIENT)
        for each in (app, other)
    ]
    # Each may let one more through: it hears what the other has counted when it counts itself.
    assert statuses[: BY_CLIENT + 2].count(404) in {BY_CLIENT, BY_CLIENT + 1}
    assert set(statuses[BY_CLIENT + 2 :]) == {429}
    other.extensions["medvirk_database"].engine.dispose()


def test_a_process_that_counted_nothing_hears_of_the_others_soon(
    app: Flask, settings: Settings, ask: Ask, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_app(settings)
    there = other.test_client()
    assert there.get(f"/svar/{given[0]}", environ_base={"REMOTE_ADDR": OFFICE}).status_code == 200
    guess(ask, BY_CLIENT)
    monkeypatch.setattr(limit_counts, "_SECONDS_REMEMBERED", 0.0)
    assert there.get(f"/svar/{given[0]}", environ_base={"REMOTE_ADDR": OFFICE}).status_code == 429
    assert there.get(f"/svar/{given[0]}", environ_base={"REMOTE_ADDR": HOME}).status_code == 200
    other.extensions["medvirk_database"].engine.dispose()


def test_counts_end_and_are_swept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = app.extensions["medvirk_limit_counts"]
    assert [counts.add("key", 60, 1) for _ in range(9)] == list(range(1, 10))
    assert counts.find("key").amount == 9
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)
    monkeypatch.setattr(limit_counts, "now", lambda: later)
    assert counts.find("key") is None
    counts.add("other", 60, 1)
    assert len(_stored(app)) == 2
    monkeypatch.setattr(limit_counts, "_SECONDS_REMEMBERED", 0.0)
    monkeypatch.setattr(limit_counts, "_SECONDS_BETWEEN_SWEEPS", 0.0)
    assert len(_stored(app)) == 1
    monkeypatch.setattr(limit_counts, "now", lambda: later + dt.timedelta(seconds=61))
    assert counts.add("other", 60, 1) == 1, "a window that is over begins anew"


def test_a_respondents_page_asks_the_storage_nothing_of_its_own(
    app: Flask, ask: Ask, given: list[str]
) -> None:
    """What is remembered answers for two seconds."""
    counts = app.extensions["medvirk_limit_counts"]
    ask(f"/svar/{given[0]}")
    statements: list[str] = []
    event.listen(
        counts.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: statements.append(statement)
    )
    counts._read_at += 3600
    assert ask(f"/svar/{given[0]}/nb/side/1").status_code == 200
    assert [statement for statement in statements if "limit_count" in statement] == []


def test_a_limit_whose_key_cannot_be_made_stops_the_page(
    app: Flask, ask: Ask, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Swallowed, it would stop nobody: so it was once with the limit on key holders' words."""

    def broken(_username: str) -> str:
        raise AttributeError

    monkeypatch.setattr(known_browsers, "failures_key", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert ask("/logg-inn", method="POST", data=account).status_code == 500


@pytest.mark.parametrize(
    "cookie", ["\xff", "medvirk_kjent=\xff\xfe", 'medvirk_kjent="\\377\\355"', "medvirk_kjent=."]
)
def test_no_cookie_frees_a_guesser_of_the_limit_on_a_name(
    app: Flask, account: dict[str, str], monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    """From a new address each time, with a cookie that cannot be read."""
    monkeypatch.setattr("surveys.access.views.authenticate", lambda *_arguments: None)
    most, plain = parse(limits.SIGN_INS_TO_A_NAME).amount, app.test_client(use_cookies=False)
    statuses = [
        plain.post(
            "/logg-inn",
            data=account,
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}", "HTTP_COOKIE": cookie},
        ).status_code
        for number in range(most + 1)
    ]
    assert statuses == [200] * most + [429]
