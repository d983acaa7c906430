"""Invitation codes: forgiving to people, useless to guess, never stored."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.campaigns import codes
from surveys.platform import code_format

SECRET = b"a secret for tests only"
NONCES = st.binary(min_size=16, max_size=16)


@given(NONCES)
def test_a_code_is_read_back_as_itself_however_it_is_typed(nonce: bytes) -> None:
    code = codes.code_for(SECRET, nonce)
    typed = code_format.grouped(code).lower().replace("0", "o").replace("1", "l")
    assert code_format.normalised(code) == code_format.normalised(f"  {typed} ") == code


@given(NONCES, st.integers(0, 10), st.sampled_from(code_format.ALPHABET))
def test_one_wrong_character_is_found(nonce: bytes, place: int, letter: str) -> None:
    code = codes.code_for(SECRET, nonce)
    difference = code_format.ALPHABET.index(code[place]) - code_format.ALPHABET.index(letter)
    if difference % 31:
        assert code_format.normalised(code[:place] + letter + code[place + 1 :]) is None


@pytest.mark.parametrize("typed", ["", "ABC", "ABCD-EFGH-JKM!", "U" * 12, "ABCDEFGHJKMNP"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert code_format.normalised(typed) is None


@given(NONCES, st.text(max_size=80), st.text(max_size=80))
def test_the_code_of_a_link_is_found_in_any_text(nonce: bytes, before: str, after: str) -> None:
    code = codes.code_for(SECRET, nonce)
    assert code_format.found_in(f"{before} svar/{code_format.grouped(code)}\n. {after}") == code


def test_an_ordinary_text_has_no_code() -> None:
    mail = "Hei. Vi inviterer deg til medarbeiderundersøkelsen 2026. Det tar omtrent 8 minutter. Ring 12 34 56 78."
    assert code_format.found_in(mail) is None


def test_another_secret_or_nonce_gives_another_code() -> None:
    nonce = secrets.token_bytes(16)
    assert codes.code_for(SECRET, nonce) != codes.code_for(b"another", nonce)
    assert codes.code_for(SECRET, nonce) != codes.code_for(SECRET, secrets.token_bytes(16))


def test_the_stored_hash_needs_the_secret() -> None:
    code = codes.code_for(SECRET, bytes(16))
    assert codes.code_hash(SECRET, code) != codes.code_hash(b"another", code)
    assert code.encode() not in codes.code_hash(SECRET, code)
