"""Faults in questions of many kinds and in the way through them are found alone, with their place."""

from collections.abc import Callable

import pytest

from questionnaires.checking import check
from questionnaires.reading_level import lix

Edit = Callable[..., bytes]


# name: (old text, new text, path of the fault, words of its message, severity)
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "unknown kind": ("kind: year", "kind: weekday", "questions[4].kind", "month", "error"),
    "field missing for the kind": ("    minimum: 1920\n", "", "questions[4].minimum", "mangler", "error"),
    "field of another kind": (
        "    minimum: 1920\n",
        "    minimum: 1920\n    low: {nb: Lav, en: Low}\n",
        "questions[4].low",
        "hører ikke til typen «year»",
        "error",
    ),
    "unknown field of a question": (
        "    minimum: 1920\n",
        "    minimum: 1920\n    step: 2\n",
        "questions[4].step",
        "finnes ikke her",
        "error",
    ),
    "smallest above largest": ("minimum: 1920", "minimum: 2040", "questions[4].minimum", "Bytt dem", "error"),
    "number above what two bytes hold": (
        "maximum: 400",
        "maximum: 65001",
        "questions[2].maximum",
        "høyst være 65000",
        "error",
    ),
    "a month whose maximum is no year": (
        "minimum: 2020\n    maximum: 2030",
        "minimum: 2020\n    maximum: 9999",
        "questions[3].maximum",
        "høyst 5415",
        "error",
    ),
    "an option with a taken name": (
        "      pool:",
        "      none: {nb: Ingen, en: None}\n      pool:",
        "questions[1].options.none",
        "opptatt",
        "error",
    ),
    "text missing in a help": (
        "help: {nb: Velg alle som passer., en: Choose all that apply.}",
        "help: {nb: Velg alle som passer.}",
        "questions[1].help.en",
        "mangler på «en»",
        "error",
    ),
    "text missing in a heading": (
        "heading: {nb: Biblioteket, en: The library}",
        "heading: {nb: Biblioteket}",
        "pages[1].heading.en",
        "mangler på «en»",
        "error",
    ),
    "a pictogram that is no name": (
        "pictogram: open-door",
        "pictogram: ../door.svg",
        "factors.LIB.items[0].pictogram",
        "små bokstaver",
        "error",
    ),
    "question on no page": (
        "questions: [visits], ",
        "",
        "questions[2]",
        "ikke på noen side",
        "error",
    ),
    "question on two pages": (
        "[latest, moved, bus]",
        "[latest, moved, bus, visits]",
        "pages[2].questions[3]",
        "står alt i pages[1].questions[0]",
        "error",
    ),
    "unknown question on a page": (
        "[latest, moved, bus]",
        "[latest, moved, bus, car]",
        "pages[2].questions[3]",
        "«car» finnes ikke",
        "error",
    ),
    "shares and an index": (
        "{shares_only: true}",
        "{shares_only: true, index: true}",
        "report.index",
        "gjennomsnitt",
        "error",
    ),
    "unknown reading level": ("reading: easy", "reading: hard", "reading", "standard, easy", "error"),
    "condition on an unknown question": (
        "{question: LIB01, is: [1, na]}",
        "{question: LIB09, is: [1, na]}",
        "pages[3].when.question",
        "«LIB09» finnes ikke",
        "error",
    ),
    "condition on a later page": (
        "{question: LIB01, is: [1, na]}",
        "{question: tell, is: [1]}",
        "pages[3].when.question",
        "på en senere side",
        "error",
    ),
    "condition on the same page": (
        "{question: used, is: [pool]}",
        "{question: moved, answered: true}",
        "questions[3].when.question",
        "på samme side",
        "error",
    ),
    "condition on itself": (
        "{question: used, is: [pool]}",
        "{question: latest, answered: true}",
        "questions[3].when.question",
        "på samme side",
        "error",
    ),
    "condition on a block to read": (
        "{question: bus, not: [never]}",
        "{question: welcome, answered: true}",
        "questions[6].when.question",
        "fri tekst",
        "error",
    ),
    "condition on a comment": (
        "{question: moved, answered: true}",
        "{question: why, answered: true}",
        "comments[0].when.question",
        "fri tekst",
        "error",
    ),
    "condition without a rule": (
        "{question: used, is: [pool]}",
        "{question: used}",
        "questions[3].when",
        "bare ett",
        "error",
    ),
    "condition with two rules": (
        "{question: used, is: [pool]}",
        "{question: used, is: [pool], answered: true}",
        "questions[3].when",
        "bare ett",
        "error",
    ),
    "condition without a question": (
        "{question: used, is: [pool]}",
        "{is: [pool]}",
        "questions[3].when.question",
        "mangler",
        "error",
    ),
    "condition with no values": (
        "{question: used, is: [pool]}",
        "{question: used, is: []}",
        "questions[3].when.is",
        "minst 1 svar",
        "error",
    ),
    "an answer the question does not have": (
        "{question: used, is: [pool]}",
        "{question: used, is: [pool, church]}",
        "questions[3].when.is[1]",
        "na, none, pool, library",
        "error",
    ),
    "a value off the scale": (
        "{question: LIB01, is: [1, na]}",
        "{question: LIB01, is: [1, 2]}",
        "pages[3].when.is[1]",
        "er ikke noe svar",
        "error",
    ),
    "a number out of range": (
        "{question: tell, is: [0, 1, 2]}",
        "{question: tell, is: [0, 11]}",
        "questions[7].when.is[1]",
        "er ikke noe svar",
        "error",
    ),
    "a page nobody can meet, by its audience": (
        "when: {question: bus, answered: true}}",
        "audience: leaders, when: {question: ALL01, answered: true}}",
        "pages[5].when",
        "de som skal svare",
        "error",
    ),
    "a page nobody can meet, by every answer refused": (
        "when: {question: bus, answered: true}}",
        "when: {question: bus, not: [never, often, na]}}",
        "pages[5].when",
        "motsier hverandre",
        "error",
    ),
    "a question nobody can meet, for its page says otherwise": (
        "    when: {question: age, is: [young]}\n",
        "    when: {question: bus, answered: false}\n",
        "background[1].when",
        "motsier hverandre",
        "error",
    ),
    "a question nobody can meet, for what it rests on says otherwise": (
        "when: {question: bus, answered: true}}",
        "when: {question: bus, is: [never]}}",
        "questions[7].when",
        "motsier hverandre",
        "error",
    ),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_is_found_alone_and_with_its_place(name: str, rerouted: Edit) -> None:
    old, new, path, words, severity = FAULTS[name]
    faults = check(rerouted((old, new)), "f.yaml")
    assert {(fault.path, fault.severity) for fault in faults} == {(path, severity)}, faults
    assert any(words in fault.message for fault in faults), faults


def test_the_example_has_no_faults(routed_source: bytes) -> None:
    assert check(routed_source) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{question: used, is: [pool]}", "{question: used, not: [library]}"),
        ("{question: used, is: [pool]}", "{question: used, answered: false}"),
        ("{question: bus, not: [never]}", "{question: bus, is: [often, na]}"),
        ("{question: bus, not: [never]}", "{question: latest, is: [2024-03]}"),
        ("{question: bus, not: [never]}", "{question: visits, is: [400]}"),
    ],
)
def test_a_way_that_can_be_met_is_no_fault(rerouted: Edit, old: str, new: str) -> None:
    assert check(rerouted((old, new))) == []


@pytest.mark.parametrize(
    ("own", "reachable"),
    [
        ("is: [library]", True),
        ("not: [pool]", True),
        ("is: [none]", False),  # none of them is never ticked together with the library
        ("not: [library]", False),
        ("not: [library, pool]", False),
        ("answered: false", False),
        ("answered: true", True),
    ],
)
def test_several_choices_may_be_ticked_together_but_not_with_none(
    rerouted: Edit, own: str, reachable: bool
) -> None:
    """The page of the library asks `visits`; the question's own condition is on the same answer."""
    condition = f"    maximum: 400\n    when: {{question: used, {own}}}\n"
    faults = check(rerouted(("    maximum: 400\n", condition)))
    assert [fault.path for fault in faults] == ([] if reachable else ["questions[2].when"])


def test_questions_need_a_page(minimal_source: bytes) -> None:
    source = (
        minimal_source + b"questions:\n  - {key: car, kind: year, text: {nb: Bil?}, minimum: 1, maximum: 2}\n"
    )
    assert "questions[0]" in [fault.path for fault in check(source) if "ikke på noen side" in fault.message]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (
            "nb: Biblioteket, en: The library}\n",
            f"nb: {'b' * 91}, en: The library}}\n",
            "questions[1].options.library.nb",
        ),
        ("nb: Velg alle som passer.", f"nb: {'Velg alle. ' * 40}x", "questions[1].help.nb"),
        ("nb: Her kommer noen spørsmål.", f"nb: {'Les dette. ' * 60}x", "questions[0].text.nb"),
        ("heading: {nb: Biblioteket", f"heading: {{nb: {'b' * 81}", "pages[1].heading.nb"),
        ("nb: Tar du bussen?", f"nb: {'Tar du den? ' * 20}x", "questions[5].text.nb"),
    ],
)
def test_a_text_too_long_for_a_phone_is_a_warning(rerouted: Edit, old: str, new: str, path: str) -> None:
    [fault] = check(rerouted((old, new)))
    assert (fault.path, fault.severity) == (path, "warning")
    assert "telefon" in fault.message


def test_a_block_to_read_may_be_longer_than_a_question(rerouted: Edit) -> None:
    assert check(rerouted(("nb: Her kommer noen spørsmål.", f"nb: {'Les dette. ' * 40}x"))) == []


@pytest.mark.parametrize(
    ("texts", "level"),
    [
        (["Jeg er her."], 3.0),  # 3 words / 1 sentence, none long
        (["Jeg er her. Du er der."], 3.0),
        (["Kommunen hjelper meg."], 3 + 100 * 2 / 3),  # Kommunen and hjelper have more than six letters
        (["Hvor gammel er du?", "Under 30 år"], 6 / 2),  # gammel has six; digits are no words
        (["30–44", ""], None),
    ],
)
def test_the_reading_level_is_words_a_sentence_and_the_share_of_long_words(
    texts: list[str], level: float | None
) -> None:
    assert lix(texts) == (None if level is None else pytest.approx(level))


def heavy(long_words: int) -> str:
    """A hundred and ten words in sentences of ten, some of them long: 42 give the example LIX 34, 52 give 40."""
    words = ["kommunen"] * long_words + ["er"] * (110 - long_words)
    return " ".join(" ".join(words[start : start + 10]) + "." for start in range(0, 110, 10))


@pytest.mark.parametrize(
    ("reading", "long_words", "faulty"),
    [("standard", 52, False), ("standard", 55, True), ("easy", 42, False), ("easy", 48, True)],
)
def test_a_text_heavier_than_its_readers_is_a_fault(
    rerouted: Edit, reading: str, long_words: int, faulty: bool
) -> None:
    source = rerouted(
        ("reading: easy", f"reading: {reading}"),
        ("nb: Her kommer noen spørsmål.", f"nb: {heavy(long_words)}"),
    )
    faults = [fault for fault in check(source) if "LIX" in fault.message]
    assert [(fault.path, fault.severity) for fault in faults] == (
        [("languages[0]", "error")] if faulty else []
    )


def test_a_few_words_have_no_reading_level(rerouted: Edit) -> None:
    assert check(rerouted(("nb: Tar du bussen?", "nb: Kollektivtransport tilfredsstillende"))) == []
