"""Every text that a page can show exists in nynorsk and in English, and is shown so."""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from babel.messages.catalog import Message
from flask import Flask
from flask.testing import FlaskClient

from analysis.messages import Message as PureMessage
from questionnaires.reading_level import HIGHEST_LIX, lix
from surveys.access.models import Role
from surveys.files.report import ImportFault
from surveys.platform.database import Database
from surveys.platform.localisation import DOMAINS, in_language
from surveys.platform.texts import _, translated
from tests.building import sheet_of
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.releasing import KEY, build_released
from tests.web.untranslated import ROOT, marks_in_f_strings, untranslated
from translations import catalogues

TERMINAL: Final = "read on a terminal, which is in bokmål"
DATA: Final = "words as data"
ALLOWED: Final[Mapping[str, str]] = {
    "surveys/**/commands.py": TERMINAL,
    "surveys/**/*_command.py": TERMINAL,
    "surveys/operating/**/*.py": TERMINAL,
    "surveys/platform/proxies.py": "a line in the log",
    "surveys/site/security_text.py": "a file that programs read",
    "surveys/demo/*.py": "a made-up municipality's own words",
    "surveys/publishing/analysts/*.py": "the report of `medvirk analyse`, in bokmål",
    "analysis/answer_labels.py": "words that files of answers have",
    "surveys/publishing/answer_files/options.py": TERMINAL,
    "surveys/publishing/answer_files/weighting_options.py": TERMINAL,
    "surveys/platform/config.py": "settings: the program stops before any page",
    "surveys/platform/logs.py": "settings: the program stops before any page",
    "surveys/platform/request_counts.py": "settings: the program stops before any page",
    "surveys/respond/words.py": "words that are refused because they are tried first",
    "surveys/results/audit_package/kontroll.py": "a program of its own, handed out in Norwegian",
    "surveys/results/audit_package/readme.py": "the file beside it",
    "surveys/release/analysts/row_variables.py": "words in a file of rows, which is in bokmål",
    "surveys/publishing/analysts/rows_package/*.py": "the files beside the rows, in bokmål",
    "surveys/platform/limits.py": "settings: the program stops before any page",
    "surveys/campaigns/deliveries.py": "why a mail was not sent: kept in the database and in logs, on no page",
    "surveys/campaigns/handing_over.py": "why a mail was not sent: kept in the database; pages say it in own words",
    "surveys/campaigns/sms_handing_over.py": "why an SMS was not sent: kept in the database and in logs",
    "surveys/files/missing_marks.py": DATA,
    "surveys/platform/gsm_characters.py": DATA,
    "surveys/scorecards/aggregation/auditing.py": "what `medvirk audit-disclosure` says",
    "surveys/platform/guarded_http.py": "why an SMS was not sent, and what doctor says",
    "surveys/platform/sms_template.py": "settings: what doctor says",
    "surveys/respond/drafts.py": "never shown: the page for a draft that cannot be opened has its own words",
    "surveys/access/passwords.py": DATA,
    "surveys/counting/comments/everyday_words.py": DATA,
    "analysis/weighting.py": "weights that `medvirk analyse` cannot use, in bokmål",
    "analysis/weights.py": "weights that `medvirk analyse` cannot use, in bokmål",
    "analysis/factor_correlations.py": "the report of `medvirk analyse`, in bokmål",
    "analysis/group_differences.py": "the report of `medvirk analyse`, in bokmål",
    "analysis/example.py": "the questionnaire of the examples",
    "analysis/messages.py": "a message as bokmål, for terminals; pages translate it",
    "analysis/tables.py": "the end of a list of faults on a terminal",
}
"""Files whose bokmål no page shows."""

SURVEY: Final = f"/undersokelser/{KEY}"

AFTER_A_RESULT: Final[Mapping[str, tuple[str, ...]]] = {
    "a unit's result": ("templates/results/unit.html", "surveys/results/texts.py"),
    "what numbers mean": ("templates/results/meaning.html", "surveys/results/meanings.py"),
    "the heat map": ("templates/results/heat_map.html", "surveys/results/heat_map/"),
    "the staff's page": ("templates/results/staff/", "surveys/results/staff/"),
    "the public page": ("templates/results/open/", "surveys/results/open_pages/"),
    "the poster": ("templates/results/telling/", "surveys/results/telling/"),
    "meetings": ("templates/followup/meetings/", "surveys/followup/meetings/"),
    "the plan": ("templates/followup/actions/", "surveys/followup/actions/", "surveys/actions/"),
    "sharing": ("templates/followup/actions/sharing", "surveys/actions/sharing.py"),
    "leader agreements": ("templates/scorecards/leader_talk/", "surveys/scorecards/leader_talk/"),
    "the yearly review": ("templates/reports/year/", "surveys/reports/year/"),
}
"""Pages that a leader and her staff read after a survey → the files with their texts."""
SENTENCE: Final = 5
"""Words of a text that is more than a label."""
# «Litt dårligere» is an answer people may give of how things have become.
BLAME: Final = {
    "nb": re.compile(
        r"\b(?:skyld\b|svak|dårlig(?!ere)|problem|stryk|skuff|uakseptab|verst|mislyk|taper)", re.IGNORECASE
    ),
    "nn": re.compile(
        r"\b(?:skuld\b|svak|dårleg(?!are)|problem|stryk|skuff|uakseptab|verst|mislukk|tapar)", re.IGNORECASE
    ),
    "en": re.compile(
        r"\b(?:blame|fault|weak|bad|poor|problem|fail|disappoint|unaccept|worst|loser)", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_text_is_missing_or_half_finished(language: str) -> None:
    assert [message.id for message in catalogues.missing(language)] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_text_is_left_over(language: str) -> None:
    assert [message.id for message in catalogues.unused(language)] == []


@pytest.mark.parametrize("language", ["nb", *catalogues.LANGUAGES])
def test_what_follows_a_result_is_easy_to_read_and_blames_nobody(language: str) -> None:
    texts = [
        (place, re.sub(r"%\(\w+\)s", "x", text))
        for domain in DOMAINS
        for message in catalogues.stored("nn" if language == "nb" else language, domain)
        for place, parts in AFTER_A_RESULT.items()
        if message.id and any(file.startswith(parts) for file, _line in message.locations)
        for text in _forms(message.id if language == "nb" else message.string)
    ]
    assert [text for _place, text in texts if BLAME[language].search(text)] == []
    levels = {
        place: lix(text for each, text in texts if each == place and len(text.split()) >= SENTENCE)
        for place in AFTER_A_RESULT
    }
    assert {place: level for place, level in levels.items() if level is None or level >= HIGHEST_LIX} == {}


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def test_the_extraction_finds_the_texts_of_code_templates_and_pure_packages() -> None:
    ids = {message.id for message in catalogues.in_code()}
    assert {"Logg inn", "Brukernavnet eller passordet er feil.", "Raden mangler enhet."} <= ids


def test_what_respondents_read_is_a_catalogue_of_its_own() -> None:
    theirs = {message.id for message in catalogues.in_code(catalogues.RESPONDENT)}
    others = {message.id for message in catalogues.in_code(catalogues.MESSAGES)}
    assert {"Svar her", "Fristen er %(day)s."} <= theirs
    assert "Brukernavnet eller passordet er feil." in others
    assert not theirs & others - {""}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_translators_see_where_a_text_is_used_and_files_change_only_with_texts(
    language: str, domain: str
) -> None:
    text = (ROOT / "translations" / language / "LC_MESSAGES" / f"{domain}.po").read_text()
    places = [place for line in re.findall(r"^#: (.*)$", text, re.MULTILINE) for place in line.split()]
    assert places
    assert [place for place in places if not (ROOT / place).is_file()] == []
    assert "POT-Creation-Date" not in text


def test_no_page_can_show_bokmaal_that_went_past_the_catalogues() -> None:
    found = {}
    for folder in ("surveys", "analysis"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if phrases := untranslated(file.read_text()):
                found[file.relative_to(ROOT)] = phrases
    allowed = {path for pattern in ALLOWED for path in ROOT.glob(pattern)}
    assert {str(file): phrases for file, phrases in found.items() if ROOT / file not in allowed} == {}
    for pattern in ALLOWED:
        assert any((ROOT / file) in set(ROOT.glob(pattern)) for file in found), (
            f"{pattern} needs no exception"
        )


@pytest.mark.parametrize(
    "source",
    [
        'raise SurveyError("Undersøkelsen er lukket.")',
        'raise SurveyError(f"Nøkkelen {key} er brukt.")',
        'yield row.fault("unit", f"{what} mangler.")',
        'message = "Velg andre svar nedenfor."',
        'flash("Endringen er lagret.")',
        'yield _("Linje {line}", line="eller hele filen")\nsaid = "Hele filen mangler"',
    ],
)
def test_the_reading_of_code_finds_bokmaal(source: str) -> None:
    assert len(untranslated(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        'raise SurveyError(_("Undersøkelsen er lukket."))',
        'TargetError(Message(N_("Bare et bånd kan ha øvre grenser.")))',
        'raise ValueError("the counts must not be negative")',
        '_log.warning("Lageret svarer ikke.")',
        'def close() -> None:\n    """«Lukket» er ikke det samme som opptalt."""',
    ],
)
def test_the_reading_of_code_leaves_what_no_page_shows(source: str) -> None:
    assert untranslated(source) == []


def test_no_text_is_marked_where_the_extraction_does_not_look() -> None:
    assert marks_in_f_strings("told = f\"{ngettext('%(num)s svar', '%(num)s svar', 2)} er talt\"") == [1]
    found = {
        file.relative_to(ROOT): lines
        for folder in ("surveys", "analysis")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if (lines := marks_in_f_strings(file.read_text()))
    }
    assert found == {}


def test_texts_come_from_one_module() -> None:
    """flask-babel's own functions are untyped, and one definition of `_` can be given a rule."""
    users = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "surveys").rglob("*.py")
        if re.search(r"\b(gettext|lazy_gettext)\b|def _\(", file.read_text())
    ]
    assert users == ["surveys/platform/texts.py"]


def test_a_fault_is_told_outside_an_application_too() -> None:
    """A test of reading files has no pages, and neither has a script."""
    script = "from surveys.files.report import ImportFault; print(ImportFault('tom', 2))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Linje 2: tom\n"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb", "Linje 2, kolonne «A»: Alle har svart likt på I1, I2 og I3"),
        ("nn", "Linje 2, kolonne «A»: Alle har svart likt på I1, I2 og I3"),
        ("en", "Line 2, column “A”: Everyone answered I1, I2 and I3 alike"),
    ],
)
def test_jobs_and_messages_of_the_pure_packages_follow_the_language(
    app: Flask, language: str, wanted: str
) -> None:
    template = "Alle har svart likt på %(items)s, så korrelasjoner og omega kan ikke beregnes."
    message = PureMessage(template, {"items": ("I1", "I2", "I3")})
    with app.app_context():
        with in_language(language):
            assert str(ImportFault(translated(message), 2, "A")).startswith(wanted)
        assert _("Lagre") == "Lagre"


def test_a_long_list_of_names_ends_in_the_reader_s_language(app: Flask) -> None:
    message = PureMessage(
        "%(items)s er ikke med, fordi ikke alle har fått spørsmålene.", {"items": tuple("ABCDEFG")}
    )
    assert str(message).startswith("A, B, C, D, E og 2 til er ikke med")
    with app.app_context(), in_language("en"):
        assert translated(message).startswith("A, B, C, D, E and 2 more left out")


def bokmaal_in(page: str, language: str) -> list[str]:
    """Texts of the catalogues that the page has in bokmål, though the language says them otherwise."""
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    return [piece for message in _told_otherwise(language) for piece in _pieces(message) if piece in text]


def _told_otherwise(language: str) -> Iterator[Message]:
    for domain in DOMAINS:
        yield from (message for message in catalogues.stored(language, domain) if message.id)


def _pieces(message: Message) -> Iterator[str]:
    """What stands between the values of the bokmål text, where it is long enough to be known by and is translated."""
    translations = _texts(message.string)
    for text in _texts(message.id):
        for piece in re.split(r"%\(\w+\)[sd]", text):
            if len(piece) >= 20 and not any(piece in translation for translation in translations):
                yield piece.strip()


def _texts(one_or_more: object) -> tuple[str, ...]:
    """A text, or one for each number."""
    return tuple(map(str, one_or_more)) if isinstance(one_or_more, (tuple, list)) else (str(one_or_more),)


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build_released)
    sign_in_as(client, db, Role.HR)
    return client


def _build_released(app: Flask, db: Database) -> None:
    build_released(app, db, {unit: [sheet_of(4)] * 8 for unit in ("A", "B", "C")})


def step_that_is_over(client: FlaskClient) -> str:
    return client.post(f"{SURVEY}/steg/open").text


def reminder_after_the_end(client: FlaskClient) -> str:
    return client.post(f"{SURVEY}/steg/remind").text


def faulty_history(client: FlaskClient) -> str:
    file = io.BytesIO("enhet;tema;antall;snitt;år;verktøy\nA;TRI;3;3,1;2019;T\nX;TRI;9;x;2019;T\n".encode())
    fields = {"kind": "history", "source": "KS", "file": (file, "gammelt.csv")}
    return client.post(f"{SURVEY}/tidligere", data=fields, content_type="multipart/form-data").text


def needless_correction(client: FlaskClient) -> str:
    form = {"number": 1, "why": "Ingenting.", "as_now": "y", "minimum_group": 5}
    return client.post(f"{SURVEY}/frigivelse/rett", data=form, follow_redirects=True).text


def unit_that_comes_from_itself(client: FlaskClient) -> str:
    form = {"share": "hele", "on": "2025-01-01", "successor": "1", "predecessor": "1"}
    return client.post("/organisasjon/endringer", data=form, follow_redirects=True).text


REFUSALS: Final[Mapping[str, tuple[Callable[[FlaskClient], str], str, str]]] = {
    "a step that is over": (
        step_that_is_over,
        "Undersøkinga er lukka og kan ikkje opnast igjen.",
        "The survey is closed and cannot be opened again.",
    ),
    "a reminder after the end": (
        reminder_after_the_end,
        "Berre ei open undersøking kan sende ut meldingar.",
        "Only an open survey can send messages.",
    ),
    "a faulty file": (
        faulty_history,
        "Linje 2, kolonne «antall»: Berre 3 har svart.",
        "Line 2, column “antall”: Only 3 have answered.",
    ),
    "a needless correction": (
        needless_correction,
        "Ingenting ville blitt annleis, så det er ingenting å rette.",
        "Nothing would be different, so there is nothing to correct.",
    ),
    "a unit that comes from itself": (
        unit_that_comes_from_itself,
        "Ei eining kan ikkje komme frå seg sjølv.",
        "A unit cannot come from itself.",
    ),
}


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_told_in_the_page_s_language(hr: FlaskClient, refusal: str, language: str) -> None:
    refused, nynorsk, english = REFUSALS[refusal]
    hr.get(f"/sprak/{language}")
    page = refused(hr)
    assert {"nn": nynorsk, "en": english}[language] in page
    assert bokmaal_in(page, language) == []


def test_bokmaal_on_a_page_in_english_is_found(hr: FlaskClient) -> None:
    """The test above can fail."""
    assert "Undersøkelsen er lukket og kan ikke åpnes igjen." in bokmaal_in(step_that_is_over(hr), "en")
