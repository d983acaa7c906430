"""Every page a respondent can meet, in every state and in every language of ours, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.answering import AnsweringSite
from tests.browser.answering_states import FAULT, FAULTY, REMINDED, STATES
from tests.browser.looking import ENLARGES, NOTHING_AMISS, READERS, Look, Looker

in_every_state = pytest.mark.parametrize("state", list(STATES))


@pytest.fixture(scope="module")
def looker(browser: Browser, answering: AnsweringSite) -> Iterator[Looker]:
    found = Looker(browser, answering)
    yield found
    found.close()


@pytest.fixture
def looks(looker: Looker, state: str) -> dict[str, Look]:
    """The state in each language, by language."""
    return {language: looker.look(state, language) for language in READERS}


@in_every_state
def test_axe_finds_nothing(looks: dict[str, Look]) -> None:
    assert [fault for look in looks.values() for fault in look.faults] == []


@in_every_state
def test_nothing_scrolls_sideways_or_is_cut_off_on_320_px(looks: dict[str, Look]) -> None:
    for language, look in looks.items():
        assert look.on_phone == NOTHING_AMISS, language


@in_every_state
def test_text_of_200_percent_fits_on_a_phone_and_on_a_desk(looks: dict[str, Look]) -> None:
    assert looks[ENLARGES].enlarged == (NOTHING_AMISS, NOTHING_AMISS)


@in_every_state
def test_what_one_presses_is_large_enough_for_a_thumb(looks: dict[str, Look]) -> None:
    assert [target for look in looks.values() for target in look.small_targets] == []


@in_every_state
def test_nothing_moves_for_those_who_asked_for_less_movement(looks: dict[str, Look]) -> None:
    assert looks["nn"].moving == []


@in_every_state
def test_the_page_tells_its_language_and_has_one_heading(looks: dict[str, Look]) -> None:
    for language, look in looks.items():
        assert (look.language, look.direction, look.h1) == (language, "ltr", 1)


@in_every_state
def test_the_title_begins_with_a_word_for_fault_when_something_must_be_mended_and_only_then(
    looks: dict[str, Look], state: str
) -> None:
    for language, look in looks.items():
        first = re.match(r"\w+:", look.title)
        told = first.group() if first else ""
        if state in REMINDED:
            assert told in {"Påminnelse:", "Påminning:", "Reminder:"}, look.title
        else:
            assert told == (FAULT[language] if state in FAULTY else ""), look.title
