"""Every text that a page can show exists in nynorsk and in English."""

import pytest

from translations import catalogues


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_text_is_missing_or_half_finished(language: str) -> None:
    assert [message.id for message in catalogues.missing(language)] == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_no_text_is_left_over(language: str) -> None:
    assert [message.id for message in catalogues.unused(language)] == []


def test_the_extraction_finds_the_texts_of_code_and_templates() -> None:
    ids = {message.id for message in catalogues.in_code()}
    assert {"Logg inn", "Brukernavnet eller passordet er feil."} <= ids
