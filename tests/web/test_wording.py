"""The words our texts use: the mechanical part of docs/wording.md."""

from pathlib import Path

import pytest

from surveys.platform.localisation import LANGUAGES
from translations.catalogues import MESSAGES, RESPONDENT
from translations.wording import RULES, faults, our_texts

DOCUMENT = Path(__file__).parents[2] / "docs" / "wording.md"

FOUND = [
    ("nb", RESPONDENT, "Bruker andre denne enheten?"),
    ("nb", MESSAGES, "Slett nettleserloggen."),
    ("nb", MESSAGES, "Svarerne leser dette først."),
    ("nb", MESSAGES, "Skann ruten med telefonen."),
    ("nb", MESSAGES, "Ingenting er halvferdig skrevet."),
    ("nb", MESSAGES, "Nøkkelen ligger på tjeneren."),
    ("nb", MESSAGES, "Skriv en dato, for eksempel 2026-03-20."),
    ("nn", MESSAGES, "Det tar tid."),
    ("nn", MESSAGES, "Svara er tatt vare på."),
    ("nn", MESSAGES, "Påbegynte svar blir sletta."),
    ("nn", MESSAGES, "Lenkja di"),
    ("nn", MESSAGES, "Difor veit vi ikkje."),
    ("nn", MESSAGES, "Sjå nærmare på det."),
    ("nn", MESSAGES, "Opne henne."),
    ("nn", MESSAGES, "Kan nokon kjenne att den som skreiv?"),
    ("nn", None, "Seie det viss noko er leitt"),
    ("en", MESSAGES, "Not your leader."),
    ("en", MESSAGES, "When you delivered your answers"),
]

LEFT = [
    ("nb", MESSAGES, "Ansatte som står i denne enheten"),  # the unit, on a page for HR
    ("nb", RESPONDENT, "Ledere ser resultatet for sin egen enhet."),
    ("nb", MESSAGES, "Datoen må skrives som 31.12.2026 eller 2026-12-31."),
    ("nn", MESSAGES, "Rettar og plikter"),
    ("nn", MESSAGES, "Utarbeid ein startplan"),
    ("en", MESSAGES, "Leadership climate"),
    ("en", MESSAGES, "Was the mail delivered?"),
    ("nb", MESSAGES, "Det tar tid."),  # a rule is for its own language
]


def test_our_texts_keep_to_the_words_in_every_language_and_every_kind() -> None:
    texts = list(our_texts())
    assert [(fault.where, fault.word, fault.text) for fault in faults(texts)] == []
    read = {(language, catalogue) for _where, language, catalogue, _text in texts}
    assert {(code, name) for code in LANGUAGES for name in (MESSAGES, RESPONDENT, None)} <= read


@pytest.mark.parametrize(("language", "catalogue", "text"), FOUND)
def test_a_word_we_do_not_use_is_found(language: str, catalogue: str | None, text: str) -> None:
    [fault] = faults([("here", language, catalogue, text)])
    assert fault.word in text


@pytest.mark.parametrize(("language", "catalogue", "text"), LEFT)
def test_a_word_we_do_use_is_left_in_peace(language: str, catalogue: str | None, text: str) -> None:
    assert list(faults([("here", language, catalogue, text)])) == []


def test_what_to_write_instead_is_in_the_document() -> None:
    text = DOCUMENT.read_text().lower()
    for rule in RULES:
        assert rule.instead.split(",")[0].lower() in text, rule.instead
