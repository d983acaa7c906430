"""Weak statements and answers that can be told from their words."""

import pytest

from questionnaires.checking import check
from questionnaires.loading import definition_path
from tests.questionnaires.conftest import Edit

LEAD02 = "{nb: Lederen min er tydelig., en: My leader is clear.}"
ROLE01 = "{nb: Jeg vet hva jeg skal gjøre., en: I know what to do.}"


def _told(source: bytes) -> list[tuple[str, str]]:
    faults = check(source, "eksempel.yaml")
    assert all(fault.severity == "warning" for fault in faults), "a person decides"
    return [(fault.path, fault.message) for fault in faults]


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        ("Lederen min er tydelig og rettferdig.", "én ting om gangen"),
        ("Lederen min er ofte tydelig.", "«ofte»"),
        ("De fleste dager er lederen tydelig.", "«De fleste dager»"),
        ("Som regel er lederen min tydelig.", "hvor ofte"),
        ("Hvor fornøyd er du med hvor tydelig lederen er?", "spørsmål inni seg"),
        ("Lederen min er tydelig samt rettferdig.", "én ting om gangen"),
        ("Lederen min er tydelig & rettferdig.", "én ting om gangen"),
        ("Lederen min er tydelig hele tiden.", "«hele tiden»"),
        ("Lederen min gir meg jevnlig ros.", "«jevnlig»"),
        ("Hvor tilfreds var du med hvor lenge du ventet?", "spørsmål inni seg"),
        ("I hvilken grad er du fornøyd med hvor tydelig lederen er?", "spørsmål inni seg"),
        ("Lederen min er tydelig/rettferdig.", "én ting om gangen"),
        ("Lederen min gir meg ros pluss tid.", "én ting om gangen"),
        ("Er du misfornøyd med hvor lenge du ventet?", "spørsmål inni seg"),
        ("Hvor misfornøyd er du med hvor lenge dere møtes?", "spørsmål inni seg"),
        ("Lederen min gir meg ros ukentlig.", "«ukentlig»"),
        ("Som oftest er lederen min tydelig.", "«Som oftest»"),
    ],
)
def test_a_weak_statement_is_told_with_its_place(edited: Edit, wording: str, words: str) -> None:
    source = edited((LEAD02, f'{{nb: "{wording}", en: My leader is clear.}}'))
    [(path, message)] = _told(source)
    assert path == "factors.LEAD.items[1].text.nb"
    assert words in message


@pytest.mark.parametrize(
    "wording",
    [
        "Jeg får være med og bestemme.",  # the «og» joins nothing
        "Ordningen er god.",  # «og» inside a word
        "Hvor fornøyd er du med hvordan lederen hører på deg?",
        "Jeg er fornøyd med hvordan lederen hører på meg.",
        "Det er tydelig hvor lederen vil.",
        "Daglig leder er tydelig.",  # a title
        "Lederen min er flere steder.",
    ],
)
def test_a_good_statement_is_left_in_peace(edited: Edit, wording: str) -> None:
    assert _told(edited((LEAD02, f"{{nb: {wording}, en: My leader is clear.}}"))) == []


def test_how_often_may_be_asked_where_the_answers_say_how_often(edited: Edit) -> None:
    assert (
        _told(edited((ROLE01, "{nb: Jeg vet ofte hva jeg skal gjøre., en: I often know what to do.}"))) == []
    )


@pytest.mark.parametrize(
    "label",
    [
        "Annet eller vil ikke svare",
        "Annet, eller ønsker ikke å svare",
        "Annet / vil ikke oppgi",
        "Vil ikke svare eller annet",
        "Nei eller vet ikke",
        "Vet ikke/ikke aktuelt",
        "Annet, vil ikke svare",
        "Usikker eller ikke aktuelt",
    ],
)
def test_two_answers_in_one_are_told(edited: Edit, label: str) -> None:
    [(path, message)] = _told(edited(("no: {nb: Nei, en: No}", f'no: {{nb: "{label}", en: No}}')))
    assert path == "background[0].options.no.nb"
    assert "to svar i ett" in message


def test_a_version_that_is_replaced_is_never_changed_and_so_left_in_peace() -> None:
    replaced = definition_path("innbygger", 2)
    assert check(replaced) == []
    told = {message.split(".")[0] for _path, message in _told(replaced.read_bytes())}
    assert "Svaret er to svar i ett" in told
    assert any("inni seg" in message for message in told)


def test_that_nothing_may_be_compared_needs_a_reason(edited: Edit) -> None:
    [fault] = check(edited(("factors: [LEAD, ROLE]", "factors: []")), "eksempel.yaml")
    assert fault.path == "compares_with[0].factors"
    assert fault.severity == "error"


@pytest.mark.parametrize(
    "label", ["Vil ikke svare", "Vet ikke", "Mann eller gutt", "Nei, ikke ennå", "Vet ikke hva det er"]
)
def test_one_answer_is_left_in_peace(edited: Edit, label: str) -> None:
    assert _told(edited(("no: {nb: Nei, en: No}", f'no: {{nb: "{label}", en: No}}'))) == []
