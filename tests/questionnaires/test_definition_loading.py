"""A file becomes a questionnaire, or a clear refusal: never a traceback, never a bomb."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires import files, loading
from questionnaires.checking import check
from questionnaires.loading import (
    DefinitionError,
    available,
    builtin,
    definition_path,
    fingerprint,
    load,
    parse,
    parse_trusted,
)
from questionnaires.model import Condition, Page, Point, Questionnaire, Reporting, Scale
from questionnaires.source import read_document

Edit = Callable[..., bytes]

BOMB = b"a: &a [x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n" % (n, n, *([n - 1] * 8)) for n in range(98, 108)
)

REFUSED: dict[str, tuple[bytes, str]] = {
    "alias bomb": (BOMB, "anker eller alias"),
    "anchor alone": (b"key: &k lederklima\n", "anker eller alias"),
    "ten megabytes": (b"# fyll\n" * 1_500_000, "større enn 1 MB"),
    "latin-1": ("key: påstand\n".encode("latin-1"), "UTF-8"),
    "UTF-16": ("key: lederklima\n".encode("utf-16"), "UTF-8"),
    "empty": (b"", "tom"),
    "only a comment": (b"# ingenting\n", "tom"),
    "two documents": (b"key: a\n---\nkey: b\n", "flere dokumenter"),
    "open bracket": (b"key: [1, 2\n", "ikke gyldig YAML"),
    "tab as indent": (b"key:\n\ta: 1\n", "ikke gyldig YAML"),
    "control character": (b"key: a\x00b\n", "ikke gyldig YAML"),
    "unknown tag handle": (b"key: !x!y 1\n", "ikke gyldig YAML"),
    "deep nest": (b"[" * 100_000, "dypere"),
    "python object": (b"key: !!python/object/apply:os.system [ls]\n", "ikke tillatt"),
    "wrong core tag": (b"key: !!int ja\n", "merkelappen"),
    "list as a key": (b"? [a, b]\n: 1\n", "En nøkkel må være"),
    "key twice": (b"key: a\nversion: 1\nkey: b\n", "to ganger"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_dangerous_or_broken_file_is_refused_in_words(name: str) -> None:
    source, words = REFUSED[name]
    with pytest.raises(DefinitionError) as caught:
        parse(source, "skjema.yaml")
    assert any(words in fault.message and fault.file == "skjema.yaml" for fault in caught.value.faults)
    assert any(words in fault.message for fault in check(source))


def test_a_refusal_names_the_line() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(b"key: a\nversion: 1\ntitle: [1\n", "skjema.yaml")
    assert caught.value.faults[0].line == 4


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "stor.yaml"
    with path.open("wb") as file:
        file.truncate(10**11)  # a sparse hundred gigabytes: reading it whole would fail
    with pytest.raises(DefinitionError, match="større enn 1 MB"):
        load(path)


def test_a_folder_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="kan ikke leses"):
        load(tmp_path)
    with pytest.raises(DefinitionError, match="finnes ikke"):
        load(tmp_path / "borte.yaml")


def test_an_error_carries_every_fault_and_says_the_errors(edited: Edit) -> None:
    source = edited(
        ("kind: employee", "kind: x"), ("nb: Aldri", "nb: Aldri  nå"), ("scale: often4", "scale: o")
    )
    with pytest.raises(DefinitionError) as caught:
        parse(source, "skjema.yaml")
    assert [fault.severity for fault in caught.value.faults] == ["error", "warning", "error"]
    assert "scales.often4" not in str(caught.value)
    assert "factors.ROLE.scale" in str(caught.value)


def test_a_warning_does_not_stop_a_file(edited: Edit) -> None:
    assert parse(edited(("nb: Aldri", "nb: Aldri  nå")), "skjema.yaml").key == "full-example"


def test_everything_in_the_file_is_in_the_questionnaire(full: Questionnaire) -> None:
    lead, role, _ = full.factors
    assert (full.key, full.version, full.kind, full.languages) == (
        "full-example",
        2,
        "employee",
        ("nb", "en"),
    )
    assert full.title["en"] == "Example"
    assert full.intro == {"nb": "Velkommen.", "en": "Welcome."}
    assert full.target == {"nb": "Alle ansatte", "en": "All staff"}
    assert full.minutes == 4
    assert (lead.level, lead.source, lead.page_heading["nb"]) == ("unit", "Eisenberger 2002", "Lederen din")
    assert (role.level, role.page_heading["nb"]) == ("individual", "Rolleklarhet")
    assert [item.reversed for item in lead.items] == [False, False, True]
    assert lead.items[2].reason == "Breaks the habit of agreeing."
    assert lead.scale.not_applicable == {"nb": "Vet ikke", "en": "Don't know"}
    assert full.minimum_answered == 0.6
    assert (full.reporting.items, full.reporting.minimum_group, full.reporting.favourable_from) == (
        True,
        7,
        4,
    )
    assert full.compares_with[0].factors == ("LEAD", "ROLE")


def test_what_is_left_out_has_its_default(minimal: Questionnaire) -> None:
    assert minimal.minimum_answered == 0.5
    assert (minimal.reporting.items, minimal.reporting.minimum_group) == (False, 5)
    assert minimal.reporting.favourable_from is None
    assert minimal.intro is None
    assert minimal.compares_with == ()


def test_no_and_yes_are_text(full: Questionnaire, minimal: Questionnaire) -> None:
    assert minimal.languages == ("no",)
    assert minimal.title == {"no": "Kort"}
    assert [option.key for option in full.background[0].options] == ["yes", "no"]
    assert [option.key for option in full.background[1].options] == ["0-4", "5"]


def test_points_stand_in_order_of_value_however_they_are_written(edited: Edit) -> None:
    source = edited(
        ("      0: {nb: Aldri", "      3: {nb: Aldri"), ("      3: {nb: Alltid", "      0: {nb: Alltid")
    )
    scale = parse(source, "skjema.yaml").scales["often4"]
    assert [point.value for point in scale.points] == [0, 1, 2, 3]
    assert scale.points[0].label["nb"] == "Alltid"


def test_the_highest_value_may_stand_first_on_the_page_without_changing_its_code(edited: Edit) -> None:
    source = edited(("  often4:\n", "  often4:\n    highest_first: true\n"))
    scales = parse(source, "skjema.yaml").scales
    assert [point.value for point in scales["often4"].points] == [0, 1, 2, 3]
    assert [point.value for point in scales["often4"].shown] == [3, 2, 1, 0]
    assert scales["agree5"].shown == scales["agree5"].points


def test_a_page_has_its_questions_heading_and_condition(routed: Questionnaire) -> None:
    library, last = routed.pages[1], routed.pages[5]
    assert [question.key for question in library.asked] == ["LIB01", "LIB02", "LIB03", "visits"]
    assert library.heading == {"nb": "Biblioteket", "en": "The library"}
    assert library.when == Condition("used", any_of=frozenset({"library"}))
    assert library.factors[0].items[0].pictogram == library.asked[0].pictogram == "open-door"
    assert [question.key for question in last.asked] == ["work", "why"]
    assert last.background[0].when == Condition("age", any_of=frozenset({"young"}))
    assert routed.comments[1].when == Condition("tell", any_of=frozenset({"0", "1", "2"}))


def test_reading_and_reporting_are_in_the_questionnaire(routed: Questionnaire, full: Questionnaire) -> None:
    assert (routed.reading, full.reading) == ("easy", "standard")
    assert routed.reporting == Reporting(shares_only=True)
    assert full.reporting == Reporting(items=True, minimum_group=7, favourable_from=4)


@pytest.mark.parametrize("values", [(1,), (1, 3), (2, 1), (-1, 0), (250, 251), ()])
def test_a_scale_with_impossible_values_cannot_exist(values: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="contiguous"):
        Scale("s", tuple(Point(value, {"nb": "x"}) for value in values))


def contents(page: Page) -> list[str]:
    factors = [factor.key for factor in page.factors]
    return [*factors, *(one.key for one in page.background), *(one.key for one in page.comments)]


def test_default_pages_are_one_per_factor_then_background_then_comments(edited: Edit) -> None:
    start = "pages:\n  - {factors: [LEAD], audience: staff}\n"
    source = edited(
        (start, ""),
        ("  - {factors: [ROLE], background: [ansiennitet], comments: [bra]}\n", ""),
        ("  - {factors: [SPAN], audience: leaders}\n", ""),
    )
    pages = parse(source, "skjema.yaml").pages
    expected = [["LEAD"], ["ROLE"], ["SPAN"], ["lederansvar", "ansiennitet"], ["bedre", "bra"]]
    assert [contents(page) for page in pages] == expected
    assert {page.audience for page in pages} == {"all"}


def test_what_no_explicit_page_has_comes_at_the_end(full: Questionnaire) -> None:
    expected = [["LEAD"], ["ROLE", "ansiennitet", "bra"], ["SPAN"], ["lederansvar"], ["bedre"]]
    assert [contents(page) for page in full.pages] == expected


def test_true_places_every_question_of_a_kind(edited: Edit) -> None:
    source = edited(("background: [ansiennitet], comments: [bra]", "background: true, comments: true"))
    pages = parse(source, "skjema.yaml").pages
    assert contents(pages[1]) == ["ROLE", "lederansvar", "ansiennitet", "bedre", "bra"]
    assert len(pages) == 3


def test_each_audience_meets_its_own_pages(full: Questionnaire) -> None:
    assert [contents(page)[0] for page in full.pages_for("leaders")] == [
        "ROLE",
        "SPAN",
        "lederansvar",
        "bedre",
    ]
    assert [contents(page)[0] for page in full.pages_for("staff")] == ["LEAD", "ROLE", "lederansvar", "bedre"]
    assert len(full.pages_for("all")) == len(full.pages)


def test_fingerprint_is_the_files_sha256(full_source: bytes) -> None:
    assert fingerprint(full_source) == hashlib.sha256(full_source).hexdigest()
    assert fingerprint(full_source) != fingerprint(full_source + b"\n")


@pytest.mark.parametrize("key", ["../x", "a/b", "", "A", "a\n", "a--b"])
def test_only_a_key_names_a_builtin(key: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        definition_path(key, 1)
    with pytest.raises(ValueError, match="not the name"):
        definition_path("lederklima", 0)


def places(value: object, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, the top included."""
    yield steps
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places(child, (*steps, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places(child, (*steps, index))


def replaced(value: Any, steps: tuple[str | int, ...], new: object) -> Any:
    """The document with something else in one place."""
    if not steps:
        return new
    copy = value.copy()
    copy[steps[0]] = replaced(value[steps[0]], steps[1:], new)
    return copy


STRANGE: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, -1, 10**14, 0.5, "", "x", "nb", [], [1], ["x"], [[]], {}, {"x": 1}]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_something_strange_in_any_place_is_a_questionnaire_or_a_named_fault(
    full_source: bytes, routed_source: bytes, data: st.DataObject
) -> None:
    document = read_document(data.draw(st.sampled_from([full_source, routed_source])), "example.yaml").value
    steps = data.draw(st.sampled_from(list(places(document))))
    source = json.dumps(replaced(document, steps, data.draw(STRANGE))).encode()  # JSON is YAML too
    errors = [fault for fault in check(source, "f.yaml") if fault.severity == "error"]
    if errors:
        with pytest.raises(DefinitionError):
            parse(source, "f.yaml")
    else:
        assert parse(source, "f.yaml") == parse_trusted(source, "f.yaml")


@pytest.fixture
def definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_source: bytes) -> Path:
    """A definitions folder of our own, with the full example in it as versions 2, 10 and 3."""
    folder = tmp_path / "definitions"
    (folder / "full-example").mkdir(parents=True)
    for version in (2, 10, 3):
        source = full_source.replace(b"version: 2\nkind", b"version: %d\nkind" % version)
        (folder / "full-example" / f"v{version}.yaml").write_bytes(source)
    monkeypatch.setattr(files, "DEFINITIONS", folder)
    builtin.cache_clear()
    return folder


def test_available_lists_files_by_key_and_number(definitions: Path) -> None:
    (definitions / "full-example" / "notes.yaml").write_text("")
    assert [path.name for path in available()] == ["v2.yaml", "v3.yaml", "v10.yaml"]


def test_builtin_reads_a_file_once(definitions: Path) -> None:
    assert builtin("full-example", 3) == load(definition_path("full-example", 3))
    assert builtin("full-example", 3) is builtin("full-example", 3)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b"scale: often4", b"scale: often", "factors.ROLE.scale"),
        (b"      3: {nb: Verken eller, en: Neither}\n", b"", "scales.agree5.points"),
        (b"minutes: 4", b"minutes: 4\nminutes: 5", "minutes"),
        (b"key: full-example\nv", b"key: another\nv", "key"),
        (b"factors: [SPAN], a", b"factors: [X], a", "pages[2].factors[0]"),
    ],
)
def test_a_broken_builtin_says_what_is_wrong(definitions: Path, old: bytes, new: bytes, path: str) -> None:
    file = definitions / "full-example" / "v2.yaml"
    source = file.read_bytes()
    assert source.count(old) == 1
    file.write_bytes(source.replace(old, new))
    with pytest.raises(DefinitionError) as caught:
        builtin("full-example", 2)
    assert path in [fault.path for fault in caught.value.faults]


def test_trusted_text_gives_the_same_questionnaire(full_source: bytes, full: Questionnaire) -> None:
    assert parse_trusted(full_source, "frosset") == full


def test_an_unknown_builtin_is_a_definition_error(definitions: Path) -> None:
    with pytest.raises(DefinitionError, match="finnes ikke"):
        builtin("ukjent", 1)


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_builtin_is_the_same_trusted_or_checked(path: Path) -> None:
    builtin.cache_clear()
    assert builtin(path.parent.name, int(path.stem[1:])) == load(path)


def test_the_respondents_path_loads_no_heavy_library() -> None:
    code = (
        "import sys; from questionnaires import answers, checking, coding\n"
        "from questionnaires.loading import available, builtin\n"
        "for path in available(): builtin(path.parent.name, int(path.stem[1:]))\n"
        "print({'jsonschema', 'numpy', 'pandas', 'flask', 'sqlalchemy'} & set(sys.modules))"
    )
    root = Path(loading.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
