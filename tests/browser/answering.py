"""A small site with a survey in each state a respondent can meet, served to the browser from this very process.

Quicker to build than the demo, and a test can make new codes and spoil a draft in its database.
"""

import datetime as dt
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import select, update
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from questionnaires.loading import definition_path, parse
from surveys.access.models import Role
from surveys.campaigns import codes
from surveys.campaigns.ballot_box import Draft
from surveys.campaigns.lifecycle import close_survey, open_survey
from surveys.campaigns.models import Invitation, Survey
from surveys.campaigns.public_links import make_link
from surveys.organisation.models import Unit
from surveys.platform import code_format, limits
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.platform.localisation import DOMAINS
from surveys.respond import guessing
from tests.building import SMALL_SOURCE, build_installation, build_survey, build_units, invite_some, keys_of
from tests.card_building import sign_in_as
from tests.pseudo_languages import with_pseudo_languages, write_catalogues

EVERY_KIND_SOURCE = (Path(__file__).parents[1] / "instruments" / "every_kind.yaml").read_bytes()
_KINDS = (Path(__file__).parents[1] / "questionnaires" / "examples" / "kinds.yaml").read_bytes()
# One question of each kind, its bokmål in each of the pages' languages: a new kind is looked at without more texts.
ONE_OF_EACH_SOURCE = re.sub(rb"\{nb: ([^{}]+)\}", rb"{nb: \1, nn: \1, en: \1}", _KINDS).replace(
    b"[nb]", b"[nb, nn, en]"
)
ROUTED_SOURCE = (Path(__file__).parents[1] / "questionnaires" / "examples" / "routed.yaml").read_bytes()
EASY_SOURCE = definition_path("hjemmetjeneste-bruker", 1).read_bytes()

DEADLINE = dt.date(2099, 3, 20)
ELSEWHERE = "198.51.100.1"
SESSION = "medvirk"

# Answers to the pages of `every_kind.yaml`, as its forms send them.
ANSWERS: Sequence[Mapping[str, str]] = (
    {"brukt.buss": "1", "brukt.bibliotek": "1", "hvor": "bygd"},
    {"BIB01": "4", "BIB02": "na", "BIB03": "2", "ganger": "12", "flyttet": "1999"},
    {"sist.month": "3", "sist.year": "2024", "kort.na": "1", "anbefale": "9", "hvorfor": "Den går ofte."},
    {"alder": "ung"},
    {"mer": "Takk for bussen.\n\nOg for biblioteket."},
)

# Survey key → what it asks.
SURVEYS = {
    "alle": EVERY_KIND_SOURCE,
    "en-av-hver": ONE_OF_EACH_SOURCE,
    "lettlest": EASY_SOURCE,
    "apen": SMALL_SOURCE,
    "lukket": SMALL_SOURCE,
    "lukkes": EVERY_KIND_SOURCE,
    "veivalg": ROUTED_SOURCE,
    "utkast": SMALL_SOURCE,
    "rart": with_pseudo_languages(EVERY_KIND_SOURCE).replace(b"key: alle-slag", b"key: rare-slag"),
}
WORD: Final = "gul sykkelhjelm"
STAY_DRAFT = {"utkast"}
CLOSED = "lukket"
PUBLIC = "apen"


@dataclass(frozen=True)
class AnsweringSite:
    """A running site. `link_words` are the public link's; `closed_code` is of the survey that has closed;

    `badge` is what HR's browser shows when HR is signed in.
    """

    address: str
    app: Flask
    link_words: str
    closed_code: str
    badge: str

    def path(self, path: str) -> str:
        return self.address + path

    def new_code(self, survey_key: str = "alle") -> str:
        """The code of somebody who has just been invited to the survey."""
        with self._db.transaction() as session:
            survey = session.scalars(select(Survey).where(Survey.key == survey_key)).one()
            [code] = invite_some(self.app, session, survey)
        return code

    def close(self, survey_key: str) -> None:
        """Closes the survey now. Only one test may do so: no other answers it."""
        with self._db.transaction() as session:
            close_survey(session, session.scalars(select(Survey).where(Survey.key == survey_key)).one())

    def new_code_after(self, pages: int, *, delivered: bool = False) -> str:
        """The code of somebody who has answered so many pages of every kind of question."""
        code = self._answers(self.new_code(), pages).partition(".")[0]
        if delivered:
            self.app.test_client().post(f"/svar/{code}/nb/lever")
        return code

    def new_visit_after(self, pages: int, word: str = "") -> str:
        """The same with the visit that answered, as both stand in addresses. `word` locks it, and ends the visit."""
        visit = self._answers(self.new_code(), pages)
        if word:
            locked = self.app.test_client().post(f"/svar/{visit}/nb/velg-ord", data={"ord": word})
            assert locked.status_code == 303
        return visit

    def _answers(self, code: str, pages: int) -> str:
        client, here = self.app.test_client(), code
        for number, answers in enumerate(ANSWERS[:pages], start=1):
            address = client.post(f"/svar/{here}/nb/side/{number}", data=answers).location
            here = address.split("/")[2]
        return here

    @cached_property
    def begun(self) -> str:
        """The visit of somebody who has answered two pages. For reading only, like those below."""
        return self.new_visit_after(2)

    @cached_property
    def finished(self) -> str:
        """The visit of somebody who has answered everything."""
        return self.new_visit_after(len(ANSWERS))

    @cached_property
    def locked(self) -> str:
        """The code of somebody who has answered two pages and locked them with a word."""
        return self.new_visit_after(2, WORD).partition(".")[0]

    @cached_property
    def delivered(self) -> str:
        """The code of somebody who has delivered."""
        return self.new_code_after(len(ANSWERS), delivered=True)

    @cached_property
    def delivered_by_link(self) -> str:
        """The code of somebody who came by the public link and has delivered."""
        code = self.new_code(PUBLIC)
        client = self.app.test_client()
        client.post(f"/svar/{code}/nb/side/1", data={"TRI01": "4"})
        client.post(f"/svar/{code}/nb/lever")
        return code

    @cached_property
    def untouched(self) -> Mapping[str, str]:
        """Survey key → the code of somebody who has not begun."""
        return {key: self.new_code(key) for key in SURVEYS if key != CLOSED}

    def spoil_draft(self, code: str) -> None:
        """The draft can no longer be read."""
        hashed = codes.code_hash(self.app.config["SECRETS"].codes, code_format.normalised(code) or "")
        with self._db.transaction() as session:
            invitation = session.scalars(select(Invitation).where(Invitation.code_hash == hashed)).one()
            session.execute(
                update(Draft).where(Draft.invitation_id == invitation.id).values(ciphertext=b"spoiled" * 20)
            )

    def unknown_code(self, number: int = 0) -> str:
        """A code that is written right and that nobody was given."""
        return code_format.grouped(codes.code_for(b"another installation", number.to_bytes(4)))

    def guessed_too_often(self) -> str:
        """A code like those somebody elsewhere has guessed, until codes like it are stopped for all."""
        code = self.unknown_code(1)
        with self.app.test_request_context(environ_base={"REMOTE_ADDR": ELSEWHERE}):
            for _guess in range(limits.UNKNOWN_CODES_WITH_A_PREFIX.most.amount):
                guessing.count(code)
        return code

    def forget_fixed_pages(self) -> None:
        """Pages that were rendered once and kept are rendered anew."""
        self.app.extensions.pop("medvirk_fixed_pages", None)

    def sign_in(self, context: BrowserContext) -> None:
        """HR is signed in, in this browser."""
        context.add_cookies([{"name": SESSION, "value": self.badge, "url": self.address}])

    @property
    def _db(self) -> Database:
        found: Database = self.app.extensions["medvirk_database"]
        return found


@contextmanager
def answering_site(settings: Settings) -> Iterator[AnsweringSite]:
    """Builds the surveys in an empty, migrated database, and serves them on a free port."""
    app = create_app(settings)
    write_catalogues(settings.instance / "translations")
    directory = str(settings.instance / "translations")
    app.extensions["babel"].translation_directories[:] = [directory] * len(DOMAINS)
    db: Database = app.extensions["medvirk_database"]
    with db.transaction() as session:
        build_installation(session)
        top = build_units(session)["K"]
        surveys = {}
        for key, source in SURVEYS.items():
            questionnaire = parse(source, f"{key}.yaml")
            surveys[key] = build_survey(
                session,
                top,
                key,
                questionnaire=questionnaire,
                source=source,
                closes_on=DEADLINE,
                title=questionnaire.title,
                purpose={},
            )
            if key not in STAY_DRAFT:
                open_survey(session, surveys[key], keys_of(app))
        places = session.scalars(select(Unit.id).where(Unit.code.in_(["A", "B"])))
        words = make_link(session, surveys[PUBLIC], places).token
        [closed_code] = invite_some(app, session, surveys[CLOSED])
        close_survey(session, surveys[CLOSED])
    badge = _signed_in(app, db)
    with served(app) as address:
        yield AnsweringSite(address, app, words, closed_code, badge)
    db.engine.dispose()


def _signed_in(app: Flask, db: Database) -> str:
    client = app.test_client()
    sign_in_as(client, db, Role.HR)
    cookie = client.get_cookie(SESSION)
    assert cookie is not None
    return cookie.value


class _Quiet(WSGIRequestHandler):
    """Writes no line about each request."""

    def log_request(self, *_about: object) -> None:
        pass


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """Serves the application from this process, on a free port when none is named, and says at what address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
