"""Names that were read in the wrong encoding are mended and told of, or refused: masking of comments rests on them."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.access.administering import AccountError, change_account, create_account
from surveys.files.encoded_twice import (
    EncodedTwiceError,
    LettersLostError,
    Mender,
    fault_of_name,
    mended_text,
)
from surveys.files.report import ImportFault
from surveys.organisation.changing_units import UnitChangeError, create_unit, rename_unit
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.placing import unreadable_names
from tests.building import build_installation, build_units

NAMES = (
    "Åse Bjørk",
    "Øystein Ås",
    "Kåre Sæther",
    "Pål",
    "Ole Å",
    "Ærfugl",
    "José Ñ",
    "Łukasz Żak",
    "Čáhppe Ŋuorri",
)
CODECS = ("cp1252", "latin-1", "mac_roman", "cp850", "cp437", "cp1250", "iso8859-15")
ORDINARY = (
    *NAMES,
    "«Ås skole»",
    "Oslo–Ås",
    "NÅ…",
    "SÃO JOÃO",
    "Å’s",
    "10 °C på Ås",
    "Ærø – æ",
    "Nguyễn Văn Ánh",
    "Зеленський",
    "فاطمة",
)


def _misread(name: str, codec: str, times: int) -> str | None:
    try:
        for _time in range(times):
            name = name.encode().decode(codec)
    except UnicodeDecodeError:
        return None
    return name


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_name_that_was_misread_is_mended_or_refused_and_never_taken_as_it_is(
    codec: str, times: int
) -> None:
    """«Pål» is the case ftfy leaves alone: one letter among letters."""
    tried = 0
    for name in NAMES:
        wrong = _misread(name, codec, times)
        if wrong is not None:
            tried += 1
            try:
                assert mended_text(wrong) == name
            except EncodedTwiceError:
                assert codec == "mac_roman" or name == NAMES[-1], (name, wrong)
    assert tried > 2


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_text_is_left_alone(name: str) -> None:
    assert mended_text(name) == name


def test_lost_letters_and_what_cannot_be_read_back_are_refused() -> None:
    with pytest.raises(LettersLostError):
        mended_text("Bj\ufffdrk")
    with pytest.raises(EncodedTwiceError):
        mended_text("√\x85se")


def test_the_line_that_was_mended_is_told_and_the_one_that_cannot_be_is_a_fault(app: Flask) -> None:
    mender = Mender(("navn", "enhet"))
    with app.test_request_context():
        assert mender.mended(2, ("PÃ¥l", "Fjordvik")) == ("Pål", "Fjordvik")
        assert mender.mended(3, ("Kåre", "√ò")) == ("Kåre", "Ø")
        assert mender.mended(4, ("Bj\ufffdrk", "")) == ("Bj\ufffdrk", "")
        assert list(mender.notes) == [
            "Teksten på linje 2 og 3 var kodet to ganger og er rettet («PÃ¥l» → «Pål»)."
        ]
    assert [(fault.line, fault.column) for fault in mender.faults] == [(4, "navn")]


def test_a_name_typed_for_a_unit_or_an_account_is_refused_with_what_was_meant(
    app: Flask, db: Database
) -> None:
    with app.test_request_context(), db.transaction() as session:
        build_installation(session)
        top = build_units(session)["K"]
        kept = top.name
        with pytest.raises(UnitChangeError, match=r"«Ã…s skole» har feil tegn.*«Ås skole»"):
            create_unit(session, top, "AS", "Ã…s skole", "skole", dt.date(2020, 1, 1))
        with pytest.raises(UnitChangeError, match="«Tromsø»"):
            rename_unit(session, top, "Troms√∏", "", dt.date(2026, 1, 1))
        with pytest.raises(AccountError, match="«Pål Ås»"):
            create_account(session, "paal", "PÃ¥l Ã…s")
        account = create_account(session, "paal", "Pål Ås")
        with pytest.raises(AccountError, match="ikke kan leses"):
            change_account(session, account, "P\ufffdl", "")
        assert (top.name, account.name) == (kept, "Pål Ås")
        assert session.scalar(select(Unit).where(Unit.code == "AS")) is None


def test_units_of_a_file_of_answers_get_no_such_names(app: Flask) -> None:
    lines = {"BjÃ¸rk skole": 7, "Ås skole": 9}
    with app.test_request_context():
        assert unreadable_names(lines, "enhet", list(lines)) == [
            ImportFault(fault_of_name("BjÃ¸rk skole"), 7, "enhet")
        ]
