"""Addresses, numbers and names from the roster are masked in a comment, and nothing else."""

import doctest
import io
import signal

import pytest

from surveys.counting.comments import masking, roster_names
from surveys.counting.comments.masking import mask
from surveys.counting.comments.roster_names import RosterNames
from surveys.release.comments import shortening


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Skriv til kari.nordmann@fjordvik.no.", "Skriv til [e-post]."),
        ("KARI@FJORDVIK.KOMMUNE.NO, takk", "[e-post], takk"),
        ("kari (at) fjordvik.no eller kari[at]fjordvik.no", "[e-post] eller [e-post]"),
        ("kari krøllalfa fjordvik.no", "[e-post]"),
        ("se https://facebook.com/kari.n og facebook.com/kari.", "se [nettadresse] og [nettadresse]."),
        ("spør @kari_n", "spør [navn]"),
        ("ring 90012345 nå", "ring [telefon] nå"),
        ("900 12 345, 22 12 34 56 og 9001 2345", "[telefon], [telefon] og [telefon]"),
        ("900 12 345 900 12 346", "[telefon] [telefon]"),
        ("900\u00a012\u00a0345 tlf90012345", "[telefon] tlf[telefon]"),
        ("+47 900 12 345, 0047 22123456, (+47) 90 01 23 45", "[telefon], [telefon], [telefon]"),
        ("47 900 12 345 eller +46 70 123 45 67", "[telefon] eller [telefon]"),
        (
            "01010750160 og 010107 50160 og 01 01 07 50160",
            "[fødselsnummer] og [fødselsnummer] og [fødselsnummer]",
        ),
        ("fnr 12345678901, feil kontrollsiffer", "fnr [fødselsnummer], feil kontrollsiffer"),
        ("org.nr. 987654321", "org.nr. [nummer]"),
    ],
)
def test_addresses_and_numbers_are_masked(written: str, kept: str) -> None:
    assert mask(written, RosterNames.of([])) == kept


@pytest.mark.parametrize(
    "written",
    [
        "Vakten er 08.00-15.30, ikke 07.00–14.30.",
        "Siden 12.05.2026, og i 2024-2025 eller 2024/2025.",
        "Det koster 10 000 000 kroner.",
        "Vi er 14 på 3 vakter, og/eller 2 til.",
        "Bl.a. § 4-3 og kl. 13.00 hver 2. uke.",
    ],
)
def test_times_dates_and_sums_are_left_alone(written: str) -> None:
    assert mask(written, RosterNames.of([])) == written


ROSTER = RosterNames.of(
    [
        "Kari Nordmann", "Anne-Grete Åsheim", "Håkon Ødegård", "André Müller", "Per Olav Tangen", "Jens Hansen",
        "Bjørn Berg", "Stein Vik", "Dag Håpnes", "Vår Haugen", "Bo Lie", "Liv Rose", "Glenn Moe", "Tone Nesset",
        "Hans Min", "Li Do",
    ],
    ["Nesset skole", "Fjordvik sykehjem"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Kari er flink", "[navn] er flink"),
        ("takk til kari og NORDMANN", "takk til [navn] og [navn]"),
        ("Kari Nordmann, kari nordmann, Nordmann, Kari", "[navn], [navn], [navn], [navn]"),
        ("Karis plan og Kari Nordmanns plan", "[navn]s plan og [navn]s plan"),
        ("Jens' bil, Jens sin, Kari's", "[navn]' bil, [navn] sin, [navn]'s"),
        ("K. Nordmann og Kari N. sa det", "[navn] og [navn] sa det"),
        ("Anne Grete, anne-grete og Anne-Grete Åsheim", "[navn], [navn] og [navn]"),
        ("Asheim, Aasheim og ÅSHEIM", "[navn], [navn] og [navn]"),
        ("hakon Odegard, Haakon Oedegaard", "[navn], [navn]"),
        ("Andre Muller", "[navn]"),
        ("Ka\u00adri og Ha\u030akon", "[navn] og [navn]"),
        ("Kari-gruppen", "[navn]-gruppen"),
        ("Kari Svendsen fra et annet sted", "[navn] fra et annet sted"),
        ("Glenn kommer sent", "[navn] kommer sent"),
    ],
)
def test_names_from_the_roster_are_masked_however_they_are_written(written: str, kept: str) -> None:
    assert mask(written, ROSTER) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("jeg spurte Bjørn om det", "jeg spurte [navn] om det"),
        ("Bjørn er flink. Dag har sagt nei.", "[navn] er flink. [navn] har sagt nei."),
        ("bjørn berg og Berg, Bjørn", "[navn] og [navn], [navn]"),
        ("B. Berg vet det", "[navn] vet det"),
        ("takk til Liv, Stein og Bo", "takk til [navn], [navn] og [navn]"),
        ("Kari og Stein", "[navn] og [navn]"),
        ("uten Håp og Rose", "uten Håp og [navn]"),
        ("f.eks. Per, eller (som Tone)", "f.eks. [navn], eller (som [navn])"),
        ("BJØRN BERG MÅ SLUTTE", "[navn] MÅ SLUTTE"),
        ("hos Nesset", "hos [navn]"),
        ("Hans Min og Li Do", "[navn] og [navn]"),
    ],
)
def test_a_name_that_is_also_a_word_is_masked_where_it_is_written_as_a_name(written: str, kept: str) -> None:
    assert mask(written, ROSTER) == kept


@pytest.mark.parametrize(
    "written",
    [
        "En bjørn i skogen, stein på stein, hver dag.",
        "Dag ut og dag inn. Vår leder er god.",
        "God tone på jobben, per uke og per vakt.",
        "Vi bor ved berg og vik, liv og røre.",
        "VI TRENGER GOD TONE NÅ",
        "På Nesset skole er det bra.",
        "Det er hans plan og min plan, og vi må li på det.",
        "Bare de andre kan gjøre det.",
    ],
)
def test_everyday_words_that_are_also_names_are_left_alone(written: str) -> None:
    assert mask(written, ROSTER) == written


def test_no_text_makes_masking_take_for_ever() -> None:
    """Texts that make careless patterns try every way: seconds here, many minutes for a quadratic pattern."""
    hostile = (
        "a",
        "a.",
        "1 ",
        "a@",
        "@",
        "K. ",
        "Kari ",
        "www.",
        "+1",
        "(",
        "a-",
        "kari (at) ",
        "00 ",
        "Li ",
    )
    signal.signal(signal.SIGVTALRM, _gave_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, 25)  # of this process's own work, however busy the machine is
    try:
        for piece in hostile:
            mask(piece * (100_000 // len(piece)), ROSTER)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _gave_up(_signal: int, _frame: object) -> None:
    pytest.fail("masking takes for ever")


@pytest.mark.parametrize("module", [masking, roster_names, shortening])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    finder, told = doctest.DocTestFinder(), io.StringIO()
    runner = doctest.DocTestRunner(verbose=False)
    examples = [example for example in finder.find(module) if example.examples]
    assert examples
    for example in examples:
        runner.run(example, out=told.write)
    assert told.getvalue() == ""
