"""What a page weighs on the wire: a phone in a barnehage pays for every byte, and lengths must tell nothing."""

import gzip
import importlib.util
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont
from werkzeug.test import TestResponse

from questionnaires import loading
from surveys.platform.compressing import STEP, gzipped
from surveys.platform.database import Database
from surveys.platform.static_files import fingerprint
from tests.building import build_open_survey, invite_some
from tests.respondent import Respondent

ROOT = Path(__file__).parent.parent.parent
STATIC = ROOT / "static"
SOURCE = (ROOT / "questionnaires/definitions/medarbeider/v1.yaml").read_bytes()
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd"}
OLD_BROWSER = {"Accept-Encoding": "gzip"}
FIRST_VIEW, NEXT_PAGE = 60_000, 8_000


@pytest.fixture
def code(app: Flask, db: Database) -> str:
    """A code to the employee survey."""
    with db.transaction() as session:
        survey = build_open_survey(
            app, session, questionnaire=loading.parse(SOURCE, "v1.yaml"), source=SOURCE
        )
        [code] = invite_some(app, session, survey)
    return code


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    """`static/bundle.py`, which is run as a script."""
    spec = importlib.util.spec_from_file_location("bundle", STATIC / "bundle.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _on_the_wire(response: TestResponse) -> int:
    """Bytes of status line, head and body."""
    lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in response.headers)]
    return len("\r\n".join([*lines, "", ""])) + len(response.data)


def _files_of(html: str) -> list[str]:
    """The addresses of everything a browser fetches for the page."""
    return list(
        dict.fromkeys(
            re.findall(r'<link[^>]*href="([^"]+)"', html) + re.findall(r'<script[^>]*src="([^"]+)"', html)
        )
    )


def _pages_to_the_review(client: FlaskClient, code: str) -> Iterator[TestResponse]:
    """Every page of a journey after the first, as a browser gets it."""
    respondent = Respondent(client, code)
    respondent.goes_to("side/1")
    while "/side/" in respondent.page.address:
        yield client.get(respondent.page.address, headers=BROWSER)
        respondent.answers_all(comment="Mer tid til hverandre.")
    yield client.get(f"{respondent.way}/oppsummering", headers=BROWSER)
    yield client.get(f"{respondent.way}/pause", headers=BROWSER)
    respondent.delivers()
    yield client.get(f"{respondent.way}/kvittering", headers=BROWSER)


@pytest.mark.parametrize("browser", [BROWSER, OLD_BROWSER])
def test_the_first_view_with_style_and_font_is_under_60_kb(
    client: FlaskClient, code: str, browser: dict[str, str]
) -> None:
    page = client.get(f"/svar/{code}/nb/side/1", headers=browser)
    files = _files_of(gzip.decompress(page.data).decode())
    assert any(file.endswith("woff2") or ".woff2?" in file for file in files)
    answers = [client.get(file, headers=browser) for file in files]
    assert {answer.status_code for answer in answers} == {200}
    assert _on_the_wire(page) + sum(map(_on_the_wire, answers)) < FIRST_VIEW


def test_every_next_page_is_under_8_kb(client: FlaskClient, code: str) -> None:
    pages = list(_pages_to_the_review(client, code))
    assert len(pages) > 12
    assert {page.status_code for page in pages} == {200}
    for page in pages:
        assert _on_the_wire(page) < NEXT_PAGE, page.request.path


def test_pages_about_privacy_and_accessibility_are_small_too(client: FlaskClient, code: str) -> None:
    for address in ("/anonymitet?sprak=nb", "/tilgjengelighet?sprak=nb"):
        assert _on_the_wire(client.get(address, headers=BROWSER)) < NEXT_PAGE


def test_a_page_is_as_long_whatever_was_answered(
    app: Flask, client: FlaskClient, code: str, db: Database
) -> None:
    lengths = set()
    for choose in range(5):
        respondent = Respondent(client, code)
        respondent.goes_to("side/1")
        respondent.answers_all(choose)
        lengths.add(len(client.get(f"{respondent.way}/side/1", headers=BROWSER).data))
    assert len(lengths) == 1


def test_a_compressed_page_is_padded_to_a_step_and_comes_out_as_it_was() -> None:
    for length in (0, 1, 100, 500, 5_000, 70_000):
        page = "".join(f"{number * 7919 % 1000}<p>" for number in range(length))[:length].encode()
        packed = gzipped(page)
        assert len(packed) % STEP == 0
        assert gzip.decompress(packed) == page


def test_a_browser_that_cannot_unpack_gets_the_page_as_it_is(client: FlaskClient, code: str) -> None:
    for refused in ({}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}):
        page = client.get(f"/svar/{code}", headers=refused)
        assert "Content-Encoding" not in page.headers
        assert "</html>" in page.text
        assert "Accept-Encoding" in page.headers["Vary"]


def test_a_page_for_somebody_with_a_cookie_is_never_compressed(client: FlaskClient, code: str) -> None:
    """Its length would give its form's token away to another site (BREACH)."""
    assert client.get("/logg-inn", headers=BROWSER).headers.get("Content-Encoding") == "gzip"
    client.set_cookie("medvirk", "noe")
    assert "Content-Encoding" not in client.get("/logg-inn", headers=BROWSER).headers
    # Respondents' pages never look at the cookie, so nothing in them follows from it.
    assert client.get(f"/svar/{code}", headers=BROWSER).headers["Content-Encoding"] == "gzip"


def test_respondents_pages_and_files_do_not_vary_with_a_cookie(client: FlaskClient, code: str) -> None:
    client.set_cookie("medvirk", "noe")
    for address in (f"/svar/{code}", "/static/css/base.css"):
        answer = client.get(address, headers=BROWSER)
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)],
)
def test_a_file_comes_in_the_best_coding_the_browser_reads(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    answer = client.get("/static/vendor/design.css", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(answer.data) == (STATIC / "vendor/design.css").read_bytes()


def test_a_file_is_kept_for_ever_under_its_own_fingerprint_only(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = app.jinja_env.globals["static_url"]("css/base.css")  # type: ignore[operator]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for stale in ("/static/css/base.css", "/static/css/base.css?v=0123456789"):
        answer = client.get(stale)
        assert answer.headers["Cache-Control"] == "no-cache"
        unchanged = client.get(stale, headers={"If-None-Match": answer.headers["ETag"]})
        assert unchanged.status_code == 304
        assert "no-store" not in unchanged.headers["Cache-Control"]


def test_a_changed_file_has_a_new_fingerprint_and_is_sent_as_it_is(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "css").mkdir()
    changed = tmp_path / "css/base.css"
    changed.write_text("p{}")
    before = fingerprint(str(changed))
    app.static_folder = str(tmp_path)
    changed.write_text("p{color:red}")
    assert fingerprint(str(changed)) != before
    answer = client.get("/static/css/base.css", headers=BROWSER)
    assert answer.text == "p{color:red}"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", ["bundle.py", "finnes-ikke.css", "../app.py", "css", "vendor/../../app.py"])
def test_nothing_but_files_for_pages_is_sent(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_font_has_what_norwegian_pages_are_written_with() -> None:
    letters = set(TTFont(STATIC / "vendor/inter.woff2").getBestCmap())
    assert {ord(letter) for letter in "abcxyzæøåÆØÅéèòôüáÁ0123456789«»–—…•−€’“”.,:;?!()/&%§²ıŒœ"} <= letters


def test_each_letter_has_a_face_and_sami_polish_and_ukrainian_small_ones(bundle: ModuleType) -> None:
    for face, sample in (
        ("inter-sami-polish", "ČčĐđŊŋŠšŦŧŽžĄąĆćĘęŁłŃńŚśŹźŻż"),
        ("inter-ukrainian", "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
        ("inter-other", "ŐőŘřĂăİȘș"),
    ):
        letters = set(TTFont(STATIC / f"vendor/{face}.woff2").getBestCmap())
        assert {ord(letter) for letter in sample} <= letters
        [declared] = [one for one in bundle.FACES if one.name == face]
        assert all(any(ord(letter) in part for part in declared.letters) for letter in sample)
    assert (STATIC / "vendor/inter-sami-polish.woff2").stat().st_size < 8_000
    assert (STATIC / "vendor/inter-ukrainian.woff2").stat().st_size < 16_000


def test_the_font_bends_between_our_weights_and_brings_its_licence() -> None:
    [axis] = TTFont(STATIC / "vendor/inter.woff2")["fvar"].axes
    assert (axis.axisTag, axis.minValue, axis.maxValue) == ("wght", 400, 700)
    assert "SIL Open Font License" in (STATIC / "vendor/inter-LICENSE.txt").read_text()
    css = "\n".join(file.read_text() for file in (STATIC / "css").glob("*.css"))
    weights = {int(found) for found in re.findall(r"font-weight:\s*(\d+)", css)}
    assert weights <= {400, 500, 600, 700}


def test_the_style_sheet_names_each_face_by_its_fingerprint_as_pages_do(
    app: Flask, bundle: ModuleType
) -> None:
    css = (STATIC / "vendor/design.css").read_text()
    named = dict(re.findall(r"url\((inter[\w-]*\.woff2)\?v=(\w+)\)", css))
    assert set(named) == {f"{face.name}.woff2" for face in bundle.FACES}
    for name, said in named.items():
        assert (
            said == fingerprint(str(STATIC / "vendor" / name)) == bundle.fingerprint(STATIC / "vendor" / name)
        )


def test_making_a_face_again_gives_the_same_bytes(bundle: ModuleType, tmp_path: Path) -> None:
    [face] = [one for one in bundle.FACES if one.name == "inter-sami-polish"]
    first = bundle.write_face(face, tmp_path).read_bytes()
    time.sleep(1.1)  # a font says in whole seconds when it was made, unless it is told not to
    assert bundle.write_face(face, tmp_path).read_bytes() == first


def test_every_token_that_our_style_sheets_use_is_in_the_bundle() -> None:
    design = (STATIC / "vendor/design.css").read_text()
    defined = set(re.findall(r"(--[\w-]+)\s*:", design))
    for file in sorted((STATIC / "css").glob("*.css")):
        text = file.read_text()
        used = set(re.findall(r"var\((--ds-[\w-]+)\s*\)", text)) - set(re.findall(r"(--[\w-]+)\s*:", text))
        assert used <= defined, file.name


def test_every_component_that_templates_use_is_in_the_bundle() -> None:
    design = (STATIC / "vendor/design.css").read_text()
    for template in sorted((ROOT / "templates").rglob("*.html")):
        used = set(
            re.findall(
                r"\bds-(?!color|size)[a-z-]+\b",
                " ".join(re.findall(r'class="([^"]*)"', template.read_text())),
            )
        )
        missing = {name for name in used if f".{name}" not in design}
        assert not missing, template.name
    # Pages follow the browser's scheme: nothing else is in the bundle.
    shown = {
        found
        for t in (ROOT / "templates").rglob("*.html")
        for found in re.findall(r'data-color-scheme="(\w+)"', t.read_text())
    }
    assert shown <= {"auto"}
