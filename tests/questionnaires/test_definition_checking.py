"""Each fault a questionnaire file can have is found, named by its place, and told with the others."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from questionnaires import shape
from questionnaires.checking import check
from questionnaires.faults import DefinitionFault
from questionnaires.loading import available

Edit = Callable[..., bytes]

LONG = "Jeg " + "har det travelt " * 14
LEAD02 = "nb: Lederen min er tydelig."

# name: (old text, new text, path of the fault, words of its message, severity)
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "field missing": ("kind: employee\n", "", "kind", "mangler", "error"),
    "unknown field": ("minutes: 4", "minute: 4", "minute", "finnes ikke her", "error"),
    "unknown kind": ("kind: employee", "kind: staff", "kind", "employee, user, citizen", "error"),
    "version as text": ("version: 2\nkind", "version: to\nkind", "version", "et heltall", "error"),
    "version nought": ("version: 2\nkind", "version: 0\nkind", "version", "minst 1", "error"),
    "key not in kebab-case": (
        "key: full-example\nv",
        "key: Full Example\nv",
        "key",
        "små bokstaver",
        "error",
    ),
    "item key with a space": (
        "key: SPAN03",
        "key: SPAN 03",
        "factors.SPAN.items[2].key",
        "understrek",
        "error",
    ),
    "text as a number": (
        "nb: Aldri",
        "nb: 0",
        "scales.often4.points.0.nb",
        'anførselstegn rundt: "0"',
        "error",
    ),
    "empty text": ("nb: Aldri", 'nb: " "', "scales.often4.points.0.nb", "Teksten er tom", "error"),
    "too few options": (
        "      no: {nb: Nei, en: No}\n",
        "",
        "background[0].options",
        "minst 2 svaralternativer",
        "error",
    ),
    "option key with a space": (
        "0-4:",
        "0 til 4:",
        "background[1].options.0 til 4",
        "kan ikke brukes",
        "error",
    ),
    "minutes out of range": ("minutes: 4", "minutes: 999", "minutes", "høyst være 240", "error"),
    "format of another kind": ("format: 1", "format: x", "format", "skal det stå 1", "error"),
    "the same language twice": ("[nb, en]", "[nb, en, en]", "languages", "to ganger", "error"),
    "key too long": ("key: SPAN03", f"key: S{'x' * 60}", "factors.SPAN.items[2].key", "høyst 40", "error"),
    "text missing in a language": (
        "{nb: Lederen min lytter., en: My leader listens.}",
        "{nb: Lederen min lytter.}",
        "factors.LEAD.items[0].text.en",
        "mangler på «en»",
        "error",
    ),
    "language not listed": (
        "nb: Ledelse,",
        "nb: Ledelse, pl: Lider,",
        "factors.LEAD.title.pl",
        "languages",
        "error",
    ),
    "key twice across items and background": (
        "key: lederansvar",
        "key: LEAD01",
        "background[0].key",
        "alt brukt i factors.LEAD.items[0]",
        "error",
    ),
    "key twice across items and comments": (
        "key: bedre",
        "key: ROLE03",
        "comments[0].key",
        "alt brukt",
        "error",
    ),
    "key of the page's own field": ("key: bedre", "key: csrf_token", "comments[0].key", "opptatt", "error"),
    "gap in a scale": (
        "      3: {nb: Verken eller, en: Neither}\n",
        "",
        "scales.agree5.points",
        "3 mangler",
        "error",
    ),
    "value above 250": (
        "      3: {nb: Alltid",
        "      300: {nb: Alltid",
        "scales.often4.points.300",
        "utenfor 0–250",
        "error",
    ),
    "value below 0": (
        "      0: {nb: Aldri",
        "      -1: {nb: Aldri",
        "scales.often4.points.-1",
        "utenfor 0–250",
        "error",
    ),
    "value that is no number": (
        "      3: {nb: Alltid",
        "      tre: {nb: Alltid",
        "scales.often4.points.tre",
        "heltall",
        "error",
    ),
    "factor on an unknown scale": (
        "scale: often4",
        "scale: often",
        "factors.ROLE.scale",
        "agree5, often4",
        "error",
    ),
    "factor with two items": (
        "      - {key: SPAN03, text: {nb: Jeg kan prioritere., en: I can set priorities.}}\n",
        "",
        "factors.SPAN.items",
        "bare 2 påstander",
        "warning",
    ),
    "factor on no page": (
        "  - {factors: [SPAN], audience: leaders}\n",
        "",
        "factors.SPAN",
        "ikke på noen side",
        "error",
    ),
    "factor on two pages": (
        "factors: [SPAN], a",
        "factors: [SPAN, LEAD], a",
        "pages[2].factors[1]",
        "pages[0].factors[0]",
        "error",
    ),
    "unknown factor on a page": (
        "factors: [SPAN], a",
        "factors: [SPAN, X], a",
        "pages[2].factors[1]",
        "«X» finnes ikke",
        "error",
    ),
    "unknown background question on a page": (
        "background: [ansiennitet]",
        "background: [alder]",
        "pages[1].background[0]",
        "«alder» finnes ikke",
        "error",
    ),
    "comment on two pages": (
        "factors: [SPAN], a",
        "factors: [SPAN], comments: true, a",
        "pages[2].comments[1]",
        "står alt i pages[1].comments[0]",
        "error",
    ),
    "empty page": (
        "  - {factors: [LEAD], audience: staff}\n",
        "  - {factors: [LEAD], audience: staff}\n  - {audience: all}\n",
        "pages[1]",
        "Siden er tom",
        "error",
    ),
    "unknown audience": (
        "audience: staff",
        "audience: some",
        "pages[0].audience",
        "all, leaders, staff",
        "error",
    ),
    "favourable value on no scale": (
        "favourable_from: 4",
        "favourable_from: 6",
        "report.favourable_from",
        "1–5 eller 0–3",
        "error",
    ),
    "group below the floor": (
        "minimum_group: 7",
        "minimum_group: 2",
        "report.minimum_group",
        "ikke være under 3",
        "error",
    ),
    "minimum answered nought": (
        "minimum_answered: 0.6",
        "minimum_answered: 0",
        "scoring.minimum_answered",
        "større enn 0",
        "error",
    ),
    "minimum answered above one": (
        "minimum_answered: 0.6",
        "minimum_answered: 1.1",
        "scoring.minimum_answered",
        "høyst være 1",
        "error",
    ),
    "comparison of an unknown factor": (
        "factors: [LEAD, ROLE]",
        "factors: [LEAD, WORK]",
        "compares_with[0].factors[1]",
        "finnes ikke i dette",
        "error",
    ),
    "newer format": ("format: 1", "format: 2", "format", "Oppdater Medvirk", "error"),
    "HTML tag": (
        LEAD02,
        'nb: "Lederen er <b>tydelig</b>."',
        "factors.LEAD.items[1].text.nb",
        "HTML",
        "error",
    ),
    "HTML entity": (
        LEAD02,
        'nb: "Lederen&nbsp;er tydelig."',
        "factors.LEAD.items[1].text.nb",
        "HTML",
        "error",
    ),
    "double space": (LEAD02, "nb: Lederen  er tydelig.", "factors.LEAD.items[1].text.nb", "doble", "warning"),
    "trailing space": (
        LEAD02,
        'nb: "Tydelig "',
        "factors.LEAD.items[1].text.nb",
        "begynner eller",
        "warning",
    ),
    "leading space": (LEAD02, 'nb: " Tydelig"', "factors.LEAD.items[1].text.nb", "begynner eller", "warning"),
    "too long for a phone": (LEAD02, f"nb: {LONG}", "factors.LEAD.items[1].text.nb", "Over 220", "warning"),
    "reversed without a reason": (
        "        reason: Breaks the habit of agreeing.\n",
        "",
        "factors.LEAD.items[2]",
        "uten begrunnelse",
        "warning",
    ),
    "key twice in the file": (
        "minutes: 4",
        "minutes: 4\nkind: user",
        "kind",
        "står to ganger (også på linje 4)",
        "error",
    ),
    "foreign tag": ("minutes: 4", "minutes: !!python/name:os.system 4", "minutes", "ikke tillatt", "error"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_alone_and_with_its_place(name: str, edited: Edit) -> None:
    old, new, path, words, severity = FAULTS[name]
    faults = check(edited((old, new)), "lederklima.yaml")
    assert {(fault.file, fault.path, fault.severity) for fault in faults} == {
        ("lederklima.yaml", path, severity)
    }
    assert any(words in fault.message for fault in faults), faults


def test_a_newer_format_is_the_only_fault_told(edited: Edit) -> None:
    faults = check(
        edited(("format: 1", "format: 2"), ("kind: employee", "kind: x"), ("scale: often4", "scale: o"))
    )
    assert [fault.path for fault in faults] == ["format"]


def test_yes_is_not_a_truth_value(edited: Edit) -> None:
    [fault] = check(edited(("reversed: true", "reversed: yes")))
    assert (fault.path, fault.message) == (
        "factors.LEAD.items[2].reversed",
        "Her skal det stå true eller false.",
    )


def test_two_truths_about_one_edit_are_both_told(edited: Edit) -> None:
    faults = check(edited(("factors: [SPAN], a", "factors: [X], a")))
    assert [fault.path for fault in faults] == ["factors.SPAN", "pages[2].factors[0]"]


def test_every_fault_is_told_at_once(edited: Edit) -> None:
    source = edited(
        ("version: 2\nkind", "version: to\nkind"),
        ("scale: often4", "scale: often"),
        ("nb: Lederen min lytter., ", ""),
        ("key: bedre", "key: LEAD01"),
        ("minimum_group: 7", "minimum_group: 1"),
        ("minutes: 4", "minutes: 4\nminutes: 5"),
        ("      3: {nb: Verken eller, en: Neither}\n", ""),
    )
    assert {fault.path for fault in check(source)} == {
        "version",
        "minutes",
        "scales.agree5.points",
        "factors.LEAD.items[0].text.nb",
        "factors.ROLE.scale",
        "comments[0].key",
        "report.minimum_group",
    }


def test_faults_come_in_the_order_of_the_file_with_their_lines(edited: Edit) -> None:
    faults = check(edited(("kind: employee", "kind: x"), ("minimum_group: 7", "minimum_group: 1")))
    lines = [fault.line for fault in faults]
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert lines[0] == 4


def test_examples_have_no_faults(full_source: bytes, minimal_source: bytes) -> None:
    assert check(full_source) == []
    assert check(minimal_source) == []


@pytest.mark.parametrize(
    "content", ["[]", "ja", "12", "null", "key: [1", "factors: 3\nscales: []\npages: {}"]
)
def test_any_other_yaml_gives_faults_and_no_crash(content: str) -> None:
    assert any(fault.severity == "error" for fault in check(content.encode()))


@pytest.mark.parametrize(
    ("folder", "name", "faulty"),
    [
        ("definitions/full-example", "v2.yaml", False),
        ("definitions/full-example", "v1.yaml", True),
        ("definitions/another", "v2.yaml", True),
        ("definitions", "v2.yaml", True),
        ("elsewhere", "anything.yaml", False),
    ],
)
def test_a_definition_lies_where_its_key_and_version_say(
    tmp_path: Path, full_source: bytes, folder: str, name: str, faulty: bool
) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir(parents=True)
    path.write_bytes(full_source)
    assert [fault.path for fault in check(path)] == (["key"] if faulty else [])


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    [fault] = check(tmp_path / "borte.yaml")
    assert "finnes ikke" in fault.message


def test_a_fault_reads_as_one_line() -> None:
    fault = DefinitionFault("a.yaml", "factors.LEAD", "Noe mangler.", line=7)
    assert str(fault) == "a.yaml:7: factors.LEAD: Noe mangler."


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and every schema inside it."""
    yield schema
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [schema.get(name) for name in ("items", "propertyNames", "additionalProperties")]
    for child in inner:
        if isinstance(child, dict):
            yield from subschemas(child)


def test_every_pattern_and_keyword_of_the_schema_has_norwegian_words() -> None:
    schemas = list(subschemas(json.loads(shape.SCHEMA.read_text(encoding="utf-8"))))
    silent = {"$schema", "$id", "$ref", "$defs", "title", "description"}
    structural = {"properties", "items", "propertyNames", "required", "additionalProperties"}
    assert {schema["pattern"] for schema in schemas if "pattern" in schema} == set(shape.PATTERNS)
    assert {keyword for schema in schemas for keyword in schema} - silent - structural == set(shape._MESSAGES)


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_builtin_definition_is_without_errors(path: Path) -> None:
    assert [fault for fault in check(path) if fault.severity == "error"] == []


def test_there_are_builtin_definitions() -> None:
    assert available()
