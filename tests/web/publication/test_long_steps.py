"""Large surveys are counted, released and corrected by the job worker, and HR sees how it goes."""

import datetime as dt
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import LongStep, SurveyStatus
from surveys.hr import long_steps
from surveys.hr.long_steps import take_asked
from surveys.hr.steps import correcting
from surveys.organisation.models import Unit
from surveys.platform.background_jobs import MOST_ATTEMPTS
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from surveys.publishing.correcting import correct_release
from surveys.publishing.releasing import ReleaseRefusedError
from surveys.release.models import Release
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.publishing import HOMES, PAGE, SMALL_TEAMS, answers_of, confirm_correction, see_correction, stored
from tests.releasing import KEY, build_closed, build_counted, build_released

SURVEY = f"/undersokelser/{KEY}"


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_steps, "MOST_AT_ONCE", 0)


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> Iterator[FlaskClient]:
    """A browser that sends forms without tokens; the jobs wait until the test works them."""
    app.config["WTF_CSRF_ENABLED"] = False
    jobs = jobs_of(app)
    yield client
    jobs.close()


@pytest.fixture
def closed(app: Flask, db: Database, hr: FlaskClient) -> Database:
    build_once(app, db, _build_closed)
    sign_in_as(hr, db, Role.HR)
    return db


def _build_closed(app: Flask, db: Database) -> None:
    build_closed(app, db, SMALL_TEAMS, tree=HOMES)


@pytest.fixture
def counted(app: Flask, db: Database, hr: FlaskClient) -> Database:
    build_once(app, db, _build_counted)
    sign_in_as(hr, db, Role.HR)
    return db


def _build_counted(app: Flask, db: Database) -> None:
    build_counted(app, db, SMALL_TEAMS, tree=HOMES)


@pytest.fixture
def released(app: Flask, db: Database, hr: FlaskClient) -> Database:
    build_once(app, db, _build_released)
    sign_in_as(hr, db, Role.HR)
    return db


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, answers_of(A1=8, A2=9, B3=12, C=9), tree=HOMES)


def work(app: Flask, db: Database) -> list[str]:
    """What the worker does when it gets round to it."""
    with app.app_context():
        return take_asked(db, jobs_of(app).set_share_done)


def press(hr: FlaskClient, name: str) -> str:
    answer = hr.post(f"{SURVEY}/steg/{name}", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def status(db: Database) -> SurveyStatus:
    with db.reading() as session:
        return find_survey(session, KEY).status


def steps(db: Database) -> list[tuple[str, int, str]]:
    with db.reading() as session:
        return [(step.name, step.attempts, step.problem) for step in session.scalars(select(LongStep))]


def refuse(*_arguments: object) -> None:
    raise ReleaseRefusedError(["TRI: fire personer kan regnes ut"])


def test_counting_and_releasing_are_left_to_the_worker(app: Flask, closed: Database, hr: FlaskClient) -> None:
    for name, words, before, after in (
        ("count", "Medvirk teller opp svarene.", SurveyStatus.CLOSED, SurveyStatus.COUNTED),
        ("release", "Medvirk regner ut tallene", SurveyStatus.COUNTED, SurveyStatus.RELEASED),
    ):
        page = press(hr, name)
        assert words in page
        assert f"/steg/{name}" not in page
        assert status(closed) == before
        assert work(app, closed) == [KEY]
        assert status(closed) == after
        assert words not in hr.get(SURVEY).text
    assert steps(closed) == []


def test_the_trail_says_who_asked_for_what_the_worker_did(
    app: Flask, closed: Database, hr: FlaskClient
) -> None:
    press(hr, "count")
    work(app, closed)
    with closed.reading() as session:
        done_by = session.scalars(select(AuditEntry.account_id).where(AuditEntry.action == "survey.counted"))
        assert list(done_by) == [session.scalars(select(Account.id)).one()]


def test_pressing_twice_asks_once(app: Flask, closed: Database, hr: FlaskClient) -> None:
    press(hr, "count")
    assert "Medvirk teller opp svarene." in press(hr, "count")
    assert steps(closed) == [("count", 0, "")]
    work(app, closed)
    assert work(app, closed) == []


def test_small_surveys_do_not_wait_for_a_worker(
    closed: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_steps, "MOST_AT_ONCE", 1_000)
    press(hr, "count")
    assert status(closed) == SurveyStatus.COUNTED


def test_the_queue_takes_the_step_and_then_the_preview(app: Flask, db: Database, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    build_closed(app, db, SMALL_TEAMS, tree=HOMES)
    sign_in_as(client, db, Role.HR)
    press(client, "count")
    assert "Av 11 enheter med svar vises 5." in client.get(PAGE).text


def test_the_page_says_how_far_it_has_come(app: Flask, closed: Database, hr: FlaskClient) -> None:
    press(hr, "count")
    with closed.reading() as session:
        jobs_of(app).set_share_done(find_survey(session, KEY).id, 0.4)
    assert '<progress max="1" value="0.4"' in hr.get(SURVEY).text
    assert hr.get(f"{SURVEY}/fremdrift").json == {"under_way": True, "share": 0.4}
    work(app, closed)
    assert hr.get(f"{SURVEY}/fremdrift").json == {"under_way": False}


def test_progress_is_told_as_the_work_goes_on(app: Flask, closed: Database, hr: FlaskClient) -> None:
    press(hr, "count")
    told: list[float | None] = []
    with app.app_context():
        take_asked(closed, lambda _survey, share: told.append(share))
    shares = [share for share in told if share is not None]
    assert told[-1] is None
    assert shares == sorted(shares)
    assert len(set(shares)) > 5


def test_work_that_nobody_begins_is_not_waited_for_in_silence(closed: Database, hr: FlaskClient) -> None:
    press(hr, "count")
    assert "Arbeidet har ikke begynt." not in hr.get(SURVEY).text
    with closed.transaction() as session:
        session.scalars(select(LongStep)).one().asked_at -= dt.timedelta(minutes=3)
    assert "Arbeidet har ikke begynt." in hr.get(SURVEY).text


def test_a_refused_release_is_told_and_can_be_tried_again(
    app: Flask, counted: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
        press(hr, "release")
        work(app, counted)
    page = hr.get(SURVEY).text
    assert "Resultatene er ikke frigitt" in page
    assert "TRI: fire personer kan regnes ut" in page
    assert f"{SURVEY}/steg/release" in page
    assert status(counted) == SurveyStatus.COUNTED
    assert work(app, counted) == []
    press(hr, "release")
    work(app, counted)
    assert status(counted) == SurveyStatus.RELEASED
    assert "Resultatene er ikke frigitt" not in hr.get(SURVEY).text


def test_why_a_step_was_refused_is_told_in_the_language_of_who_asked(
    app: Flask, counted: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted.transaction() as session:
        for account in session.scalars(select(Account)):
            account.language = "en"
    monkeypatch.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
    press(hr, "release")
    work(app, counted)
    [(_name, _attempts, problem)] = steps(counted)
    assert problem.startswith("The figures have not been released")


def test_an_unforeseen_error_is_logged_and_told_and_not_repeated_for_ever(
    app: Flask,
    counted: Database,
    hr: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("surveys.publishing.releasing._publish", break_down)
    press(hr, "release")
    with caplog.at_level(logging.ERROR):
        work(app, counted)
    assert "ZeroDivisionError" in caplog.text
    assert "Noe gikk galt i Medvirk. Ingenting er lagret halvveis." in hr.get(SURVEY).text
    assert work(app, counted) == []


def test_what_went_wrong_is_forgotten_when_it_was_done_in_another_way(
    app: Flask, counted: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
        press(hr, "release")
        work(app, counted)
    monkeypatch.setattr(long_steps, "MOST_AT_ONCE", 1_000)
    press(hr, "release")
    assert "Resultatene er ikke frigitt" not in hr.get(SURVEY).text


class TestKilledWorkers:
    """A killed process runs no handler: nothing but `BaseException` passes through as it would."""

    def kill_after(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        from surveys.publishing.releasing import release

        def killed(*arguments: object, **named: object) -> None:
            release(*arguments, **named)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        def at_once(*_arguments: object, **_named: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("surveys.publishing.releasing.release", killed if step == "done" else at_once)

    @pytest.mark.parametrize("step", ["begun", "done"])
    def test_the_next_worker_takes_the_step_again(
        self, app: Flask, counted: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        press(hr, "release")
        with monkeypatch.context() as killing:
            self.kill_after(killing, step)
            with pytest.raises(KeyboardInterrupt):
                work(app, counted)
        assert steps(counted) == [("release", 1, "")]
        work(app, counted)
        assert status(counted) == SurveyStatus.RELEASED
        assert stored(counted)["release"] == 1
        assert steps(counted) == []

    def test_a_step_that_kills_every_worker_is_given_up_and_told(
        self, app: Flask, counted: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        press(hr, "release")
        self.kill_after(monkeypatch, "begun")
        for _try in range(MOST_ATTEMPTS):
            with pytest.raises(KeyboardInterrupt):
                work(app, counted)
        assert work(app, counted) == []
        assert "Bakgrunnsjobben stanset 3 ganger uten å bli ferdig." in hr.get(SURVEY).text

    def test_a_correction_is_made_once_however_often_the_worker_is_killed(
        self, app: Flask, released: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        move(released)
        correct(app, released, hr)
        original = correct_release

        def killed(*arguments: object) -> None:
            original(*arguments)  # type: ignore[arg-type]
            raise KeyboardInterrupt

        with monkeypatch.context() as killing:
            killing.setattr(correcting, "correct_release", killed)
            with pytest.raises(KeyboardInterrupt):
                work(app, released)
        work(app, released)
        assert stored(released)["release"] == 2
        assert steps(released) == []


def move(db: Database, unit: str = "A2") -> None:
    with db.transaction() as session:
        units = {one.code: one for one in session.scalars(select(Unit))}
        units[unit].parent = units["B"]


def see(app: Flask, db: Database, hr: FlaskClient, why: str = "Team A2 sto feil.") -> str:
    """What the correction does, when the worker has found it out."""
    status, page = see_correction(hr, why=why, as_now="y", minimum_group=5)
    assert (status, "Medvirk regner ut hva rettelsen gjør." in page) == (200, True)
    work(app, db)
    return hr.get(f"{PAGE}/rett").text


def correct(app: Flask, db: Database, hr: FlaskClient) -> str:
    status, page = confirm_correction(hr, see(app, db, hr))
    assert status == 302
    return page


def test_what_a_correction_does_is_worked_out_in_the_background_and_waited_for_without_scripts(
    app: Flask, released: Database, hr: FlaskClient
) -> None:
    move(released)
    _status, waiting = see_correction(hr, why="Team A2 sto feil.", as_now="y")
    assert f'href="{PAGE}/rett">Se om det er ferdig</a>' in waiting
    assert "Rett tallene" not in waiting
    assert hr.get(f"{SURVEY}/fremdrift").json == {"under_way": True, "share": 0.0}
    assert "Se hva rettelsen gjør" not in hr.get(PAGE).text, "a second reason would be lost"
    work(app, released)
    assert "Enhet A2: fra Enhet A til Enhet B." in hr.get(f"{PAGE}/rett").text
    tab = hr.get(PAGE).text
    assert f'href="{PAGE}/rett"' in tab
    assert "Team A2 sto feil.</textarea>" in tab
    assert (steps(released), stored(released)["release"]) == ([], 1)


def test_a_correction_is_worked_out_in_the_background(
    app: Flask, released: Database, hr: FlaskClient
) -> None:
    move(released)
    page = correct(app, released, hr)
    assert "Medvirk regner ut rettelsen" in page
    assert "Se hva rettelsen gjør" not in page, "a second reason would be lost"
    assert hr.get(f"{PAGE}/rett").status_code == 302
    work(app, released)
    assert "Rettelse: Team A2 sto feil." in hr.get(PAGE).text
    assert hr.get(f"{PAGE}/rett").status_code == 302, "it is made"
    with released.reading() as session:
        assert [one.correction for one in session.scalars(select(Release).order_by(Release.number))] == [
            "",
            "Team A2 sto feil.",
        ]


def test_a_correction_that_is_another_when_the_worker_comes_to_it_is_shown_again(
    app: Flask, released: Database, hr: FlaskClient
) -> None:
    move(released)
    correct(app, released, hr)
    move(released, "C")
    work(app, released)
    assert stored(released)["release"] == 1
    assert "Rettelsen er ikke gjort, for noe er endret" in hr.get(PAGE).text
    page = hr.get(f"{PAGE}/rett").text
    assert "Enhet C: fra Enhet K til Enhet B." in page
    assert confirm_correction(hr, page)[0] == 302
    work(app, released)
    assert stored(released)["release"] == 2


def test_a_correction_that_cannot_be_made_keeps_what_was_typed(
    app: Flask, released: Database, hr: FlaskClient
) -> None:
    see(app, released, hr, "Jeg tror noe er feil.")
    page = hr.get(PAGE).text
    assert "Ingenting ville blitt annerledes" in page
    assert "Jeg tror noe er feil.</textarea>" in page


def test_a_correction_that_gives_somebody_away_leaves_the_figures_as_they_are(
    app: Flask, released: Database, hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.publishing.releasing._refuse_breaches", refuse)
    move(released)
    see(app, released, hr)
    page = hr.get(PAGE).text
    assert "Tallene er ikke rettet" in page
    assert "TRI: fire personer kan regnes ut" in page
    assert "De frigitte tallene står som de var" in page
    assert "står som talt opp" not in page


def test_a_correction_without_a_reason_cannot_be_asked_for(released: Database, hr: FlaskClient) -> None:
    """It is made with its own form; its name in the address of the other steps is no page."""
    for name in ("correct", "preview_correction"):
        address = f"{SURVEY}/steg/{name}"
        assert (hr.get(address).status_code, hr.post(address).status_code) == (404, 404)
    assert steps(released) == []


def test_hr_elsewhere_sees_no_progress(closed: Database, hr: FlaskClient) -> None:
    press(hr, "count")
    sign_in_as(hr, closed, Role.HR, "A")
    assert hr.get(f"{SURVEY}/fremdrift").status_code == 403
