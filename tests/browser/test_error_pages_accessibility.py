"""Error pages as they are seen: axe finds nothing, and nothing scrolls sideways at 320 px."""

import threading
from collections.abc import Iterator

import pytest
from flask import abort
from playwright.sync_api import Browser
from sqlalchemy.exc import OperationalError
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from surveys.access.permissions import open_to_everyone
from tests.browser import axe
from tests.browser.looking import PHONE
from tests.conftest import Installations
from tests.mail_server import free_port

LANGUAGES = ("nb", "nn", "en")
CODES = (400, 403, 404, 413, 500, 503, 507)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory, installations: Installations) -> Iterator[str]:
    """The address of a site with pages that fail in every way. 507 stands for a disk that is full."""
    with installations("sqlite", tmp_path_factory.mktemp("failing")) as settings:
        app = create_app(settings)

        @open_to_everyone
        def fail(code: int, **_language: str) -> str:
            if code == 507:
                raise OSError(28, "No space left on device")
            if code == 503:
                raise OperationalError("SELECT 1", None, RuntimeError("no answer"))
            abort(code)

        app.add_url_rule("/feil/<int:code>", "fail", fail)
        app.add_url_rule("/svar/KODE/<language>/feil/<int:code>", "fail_respondent", fail)
        server = make_server("127.0.0.1", free_port(), app, threaded=True, request_handler=_Silent)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
        app.extensions["medvirk_database"].engine.dispose()


class _Silent(WSGIRequestHandler):
    def log(self, *_arguments: object) -> None:
        pass


@pytest.mark.parametrize("language", LANGUAGES)
def test_error_pages_have_no_faults_and_fit_the_screen(browser: Browser, failing: str, language: str) -> None:
    context = browser.new_context(locale=f"{language}-NO", viewport=PHONE, bypass_csp=True)
    page = context.new_page()
    found: list[str] = []
    for code in CODES:
        for address in (f"/feil/{code}", f"/svar/KODE/{language}/feil/{code}"):
            answer = page.goto(failing + address)
            assert answer is not None
            assert answer.status == (503 if code == 507 else code)
            found += axe.faults_for_readers(page)
    context.close()
    assert found == []
