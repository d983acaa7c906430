"""The package somebody outside checks a survey with: right as it is, and every tampering with it is found."""

import datetime as dt
import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.campaigns.tally.nightly import publish_tonight
from surveys.campaigns.turnout_protection import UnitGroup, units_with_turnout_shown
from surveys.files.new_folder import write_folder
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.publishing.releasing import correct, release
from surveys.release.models import Figure, FigureStatus
from surveys.results.audit_package import contents
from surveys.results.audit_package.contents import package_files
from tests.building import answer_some, keys_of
from tests.card_building import sign_in_as
from tests.publishing import HOMES, SMALL_TEAMS, some_answers
from tests.releasing import KEY, RELEASED_ON, build_answered, build_released

CHECKER = Path(contents.__file__).with_name("kontroll.py")
ADDRESS = f"/resultater/{KEY}/kontrollpakke.zip"

Tamper = Callable[[Path], None]


def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kontroll", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kontroll"] = module
    spec.loader.exec_module(module)
    return module


kontroll = checker()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A package of a survey with hidden teams and a correction, made once; SQLite, since no SQL is tested by it."""
    from app import create_app

    folder = tmp_path_factory.mktemp("package")
    installations = request.getfixturevalue("installations")
    with installations("sqlite", folder) as settings:
        app = create_app(settings)
        db: Database = app.extensions["medvirk_database"]
        released(app, db)
        with db.reading() as session:
            write_folder(package_files(session, find_survey(session, KEY)), folder / "package")
        db.engine.dispose()
    return folder / "package"


@pytest.fixture
def package(original: Path, tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return Path(shutil.copytree(original, tmp_path / "package"))


def released(app: Flask, db: Database) -> None:
    """Two nights, closing, a release and a correction; the trail is chained the night after."""
    today = municipal_day()
    first = {unit: sheets for unit, sheets in SMALL_TEAMS.items() if unit < "B3"}
    build_answered(app, db, first, tree=HOMES)
    publish_tonight(db, today - dt.timedelta(days=1))
    with db.transaction() as session:
        for unit in SMALL_TEAMS.keys() - first.keys():
            answer_some(app, session, find_survey(session, KEY), unit, SMALL_TEAMS[unit])
    publish_tonight(db, today)
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    release(db, keys_of(app), KEY, today=RELEASED_ON)

    def move_one(_session: Session, survey: Survey) -> None:
        units = {unit.unit.code: unit for unit in survey.units}
        units["B3"].parent_id = units["A"].unit_id

    correct(db, KEY, "B3 hører til A.", today=RELEASED_ON, change=move_one)
    publish_tonight(db, today + dt.timedelta(days=1))


def found(folder: Path, **seen: str) -> list[str]:
    return [fault for faults in kontroll.faults_of(folder, **seen).values() for fault in faults]


def changed(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    """Changes a JSON file, and the list of files with it: whoever tampers does that too."""
    content = json.loads((folder / name).read_text())
    change(content)
    (folder / name).write_text(json.dumps(content, ensure_ascii=False))
    listed(folder)


def listed(folder: Path) -> None:
    names = json.loads((folder / "innhold.json").read_text())
    digests = {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "innhold.json").write_text(json.dumps(digests))


def figures(releases: Any, status: str) -> list[Any]:
    return [figure for figure in releases[0]["figures"] if figure["status"] == status]


def test_the_package_is_right_as_it_is(package: Path) -> None:
    assert found(package) == []
    about = json.loads((package / "undersokelse.json").read_text())
    roots = json.loads((package / "urne.json").read_text())
    assert found(package, root=roots[-1]["root"], head=about["trail"]["published_head"]) == []


def test_the_program_runs_with_nothing_of_medvirk_at_hand(package: Path) -> None:
    """In its own folder, isolated, with numpy alone: not even by accident does it use the product."""
    script = (
        "import sys, runpy;"
        "sys.modules.update(dict.fromkeys(['surveys', 'analysis', 'questionnaires', 'scipy', 'flask']));"
        "sys.argv = ['kontroll.py']; runpy.run_path('kontroll.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=package, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "FEIL" not in done.stdout
    roots = json.loads((package / "urne.json").read_text())
    assert roots[-1]["root"] in done.stdout
    imported = {
        line.split()[1].partition(".")[0]
        for line in (package / "kontroll.py").read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported - sys.stdlib_module_names == {"numpy"}


def a_changed_figure(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: figures(content, "shown")[0].update(mean=3.21))


def a_moved_hidden_figure(folder: Path) -> None:
    def swap(content: Any) -> None:
        hidden = next(each for each in figures(content, "hidden") if each["kind"] == "unit")
        shown = next(each for each in figures(content, "shown") if each["kind"] == "unit")
        hidden["unit_id"], shown["unit_id"] = shown["unit_id"], hidden["unit_id"]

    changed(folder, "tall.json", swap)


def a_dropped_figure(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: content[0]["figures"].remove(figures(content, "hidden")[0]))


def a_moved_unit(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: content[0]["tree"][-1].update(parent_id=1))


def two_swapped_names(folder: Path) -> None:
    def swap(about: Any) -> None:
        first, second, *_ = about["units"].values()
        first["name"], second["name"] = second["name"], first["name"]

    changed(folder, "undersokelse.json", swap)


def another_scale(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: content[0]["release"]["measures"].update(TRI=[0, 100]))


def a_dropped_correction(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: content.pop())


def a_changed_reason_for_a_correction(folder: Path) -> None:
    changed(folder, "tall.json", lambda content: content[1]["release"].update(correction="Ingen grunn."))


def a_dropped_root(folder: Path) -> None:
    changed(folder, "urne.json", lambda content: content.pop())


def a_changed_root(folder: Path) -> None:
    changed(folder, "urne.json", lambda content: content[0].update(root="00" * 32))


def a_dropped_leaf(folder: Path) -> None:
    lines = (folder / "avtrykk.txt").read_text().splitlines()
    (folder / "avtrykk.txt").write_text("\n".join(lines[1:]) + "\n")
    listed(folder)


def a_replaced_leaf(folder: Path) -> None:
    lines = (folder / "avtrykk.txt").read_text().splitlines()
    (folder / "avtrykk.txt").write_text("\n".join(sorted([*lines[1:], "ab" * 32])) + "\n")
    listed(folder)


def a_changed_line_of_the_trail(folder: Path) -> None:
    text = (folder / "hendelser.txt").read_text()
    (folder / "hendelser.txt").write_text(text.replace('"account":null', '"account":7', 1))
    listed(folder)


def a_dropped_line_of_the_trail(folder: Path) -> None:
    lines = (folder / "hendelser.txt").read_text().splitlines()
    (folder / "hendelser.txt").write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    listed(folder)


def another_questionnaire(folder: Path) -> None:
    text = (folder / "sporreskjema.yaml").read_text()
    (folder / "sporreskjema.yaml").write_text(text + "\n# Et annet.\n")
    listed(folder)


def a_file_changed_by_accident(folder: Path) -> None:
    (folder / "deltakelse.json").write_text((folder / "deltakelse.json").read_text() + " ")


def another_number_of_delivered(folder: Path) -> None:
    def change(content: Any) -> None:
        top = json.loads((folder / "undersokelse.json").read_text())["survey"]["top"]
        next(row for row in content if row["unit_id"] == top)["delivered"] -= 1

    changed(folder, "deltakelse.json", change)


def a_lower_minimum_group(folder: Path) -> None:
    changed(folder, "undersokelse.json", lambda about: about["survey"].update(minimum_group=3))


def comments_read_where_fewer_answered(folder: Path) -> None:
    changed(folder, "undersokelse.json", lambda about: about["survey"].update(comment_minimum=5))


def readers_let_in_earlier(folder: Path) -> None:
    changed(
        folder,
        "undersokelse.json",
        lambda about: about["survey"]["visible_from"].update(leaders="2026-01-01"),
    )


def another_limit_for_distributions(folder: Path) -> None:
    changed(folder, "undersokelse.json", lambda about: about["rules"].update(three_classes_from=5))


def another_unit_at_the_top(folder: Path) -> None:
    changed(folder, "undersokelse.json", lambda about: about["survey"].update(top=2))


def two_units_turnout_swapped(folder: Path) -> None:
    """Also where nothing but who they are says that they were swapped."""

    def swap(content: Any) -> None:
        first, second = [row for row in content if row["delivered"] is not None][-2:]
        first["unit_id"], second["unit_id"] = second["unit_id"], first["unit_id"]

    changed(folder, "deltakelse.json", swap)


def a_small_units_turnout_told_as_complete(folder: Path) -> None:
    """It was kept back: nobody outside knows what it was."""

    def tell(content: Any) -> None:
        kept_back = next(row for row in content if row["delivered"] is None)
        kept_back.update(invited=9, delivered=9)

    changed(folder, "deltakelse.json", tell)


def a_row_of_turnout_removed(folder: Path) -> None:
    changed(folder, "deltakelse.json", lambda content: content.pop())


def two_nights_swapped(folder: Path) -> None:
    def swap(content: Any) -> None:
        content[0]["root"], content[1]["root"] = content[1]["root"], content[0]["root"]

    changed(folder, "urne.json", swap)


def a_night_with_fewer_ballots(folder: Path) -> None:
    changed(folder, "urne.json", lambda content: content[1].update(ballots=content[1]["ballots"] - 10))


def a_night_of_another_day(folder: Path) -> None:
    changed(folder, "urne.json", lambda content: content[0].update(published_on="2026-02-01"))


def another_program(folder: Path) -> None:
    """It says that all is well, whatever it reads."""
    (folder / "kontroll.py").write_text("print('OK')\n")
    listed(folder)


def words_that_ask_for_no_comparison(folder: Path) -> None:
    (folder / "LES-MEG.txt").write_text("Du trenger ikke sammenligne noe.\n")
    listed(folder)


def a_file_off_the_list(folder: Path) -> None:
    names = json.loads((folder / "innhold.json").read_text())
    (folder / "innhold.json").write_text(
        json.dumps({name: digest for name, digest in names.items() if name != "sporreskjema.yaml"})
    )


def a_lower_minimum_group_in_everything_that_is_released(folder: Path) -> None:
    """All that follows is made to fit. What was promised at opening is left."""
    a_lower_minimum_group(folder)
    changed(
        folder,
        "tall.json",
        lambda content: [each["release"].update(minimum_group=3) for each in content],
    )
    rechained(folder)


def a_counted_answer_more(folder: Path) -> None:
    text = (folder / "hendelser.txt").read_text()
    (folder / "hendelser.txt").write_text(text.replace('"responses":42', '"responses":43'))
    rechained(folder)


def rechained(folder: Path) -> None:
    """All that is inside is made to fit again."""
    about = json.loads((folder / "undersokelse.json").read_text())
    turnout = json.loads((folder / "deltakelse.json").read_text())
    lines = [line for line in (folder / "hendelser.txt").read_text().split("\n") if line]
    releases = json.loads((folder / "tall.json").read_text())
    digests = {release["release"]["number"]: kontroll.digest_of(release) for release in releases}
    for index, line in enumerate(lines):
        entry = json.loads(line)
        if "digest" in entry["detail"]:
            entry["detail"]["digest"] = digests[entry["detail"]["number"]]
            entry["detail"]["rules"] = _hash(kontroll.line_of(about["survey"]))
            entry["detail"]["turnout"] = _hash("\n".join(sorted(map(kontroll.line_of, turnout))))
            lines[index] = kontroll.line_of(entry)
    (folder / "hendelser.txt").write_text("\n".join(lines) + "\n")
    heads = kontroll.heads_of(lines)
    changed(folder, "undersokelse.json", lambda about: about["trail"].update(published_head=heads[-1]))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


TAMPERINGS: list[Tamper] = [
    a_changed_figure,
    a_moved_hidden_figure,
    a_dropped_figure,
    a_moved_unit,
    two_swapped_names,
    another_scale,
    a_dropped_correction,
    a_changed_reason_for_a_correction,
    a_dropped_root,
    a_changed_root,
    a_dropped_leaf,
    a_replaced_leaf,
    a_changed_line_of_the_trail,
    a_dropped_line_of_the_trail,
    another_questionnaire,
    a_file_changed_by_accident,
    another_number_of_delivered,
    a_counted_answer_more,
    a_lower_minimum_group,
    comments_read_where_fewer_answered,
    readers_let_in_earlier,
    another_limit_for_distributions,
    another_unit_at_the_top,
    two_units_turnout_swapped,
    a_small_units_turnout_told_as_complete,
    a_row_of_turnout_removed,
    two_nights_swapped,
    a_night_with_fewer_ballots,
    a_night_of_another_day,
    another_program,
    words_that_ask_for_no_comparison,
    a_file_off_the_list,
    a_lower_minimum_group_in_everything_that_is_released,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_tampered_package_is_found(package: Path, tamper: Tamper) -> None:
    before = {file.name: file.read_bytes() for file in package.iterdir()}
    tamper(package)
    assert {file.name: file.read_bytes() for file in package.iterdir()} != before
    assert found(package) != []


def a_forged_figure(folder: Path) -> None:
    changed(
        folder,
        "tall.json",
        lambda content: next(f for f in figures(content, "shown") if f["kind"] == "unit").update(mean=3.21),
    )
    rechained(folder)


def a_ballot_in_anothers_place(folder: Path) -> None:
    """Of the same unit: no number changes."""
    leaves = (folder / "avtrykk.txt").read_text().splitlines()
    _with_leaves(folder, sorted([*leaves[1:], "ab" * 32]))


def a_ballot_removed_with_all_that_counts_it(folder: Path) -> None:
    """From a unit of many, and from every number above it."""
    leaves = (folder / "avtrykk.txt").read_text().splitlines()

    def take_one(content: Any) -> None:
        tree = json.loads((folder / "tall.json").read_text())[-1]["tree"]
        parent = {row["unit_id"]: row["parent_id"] for row in tree}
        rows = {row["unit_id"]: row for row in content}
        unit = next(row["unit_id"] for row in content[::-1] if (row["delivered"] or 0) > 8)
        while unit in rows:
            rows[unit]["delivered"] -= 1
            unit = parent[unit]

    changed(folder, "deltakelse.json", take_one)
    changed(folder, "tall.json", _one_answer_less)
    text = (folder / "hendelser.txt").read_text()
    (folder / "hendelser.txt").write_text(
        text.replace(f'"responses":{len(leaves)}', f'"responses":{len(leaves) - 1}')
    )
    _with_leaves(folder, leaves[1:])


def _one_answer_less(content: Any) -> None:
    """No figure has more answers than there are ballots."""
    for each in content:
        most = max(figure["n"] for figure in each["figures"] if figure["status"] == "shown")
        for figure in each["figures"]:
            if figure.get("n") == most:
                figure["n"] -= 1


def an_earlier_nights_root_replaced(folder: Path) -> None:
    _with_root(folder, 0, "cd" * 32)
    rechained(folder)


def _with_leaves(folder: Path, leaves: list[str]) -> None:
    (folder / "avtrykk.txt").write_text("\n".join(leaves) + "\n")
    _with_root(folder, -1, kontroll.root_of([bytes.fromhex(leaf) for leaf in leaves]).hex(), len(leaves))
    rechained(folder)


def _with_root(folder: Path, index: int, root: str, ballots: int | None = None) -> None:
    """In the list of roots and in the trail."""
    own = json.loads((folder / "urne.json").read_text())[index]
    text = (folder / "hendelser.txt").read_text().replace(own["root"], root)
    if ballots is not None:
        text = text.replace(f'"ballots":{own["ballots"]}', f'"ballots":{ballots}')
    (folder / "hendelser.txt").write_text(text)
    changed(
        folder,
        "urne.json",
        lambda content: content[index].update(
            root=root, ballots=own["ballots"] if ballots is None else ballots
        ),
    )


def a_figure_with_a_second_line_for_its_release(folder: Path) -> None:
    """After the last line that was published: what follows there has no head yet."""
    changed(
        folder,
        "tall.json",
        lambda content: next(f for f in figures(content, "shown") if f["kind"] == "unit").update(mean=3.21),
    )
    release_again = json.loads((folder / "tall.json").read_text())[0]
    _append(folder, "survey.released", number=1, digest=kontroll.digest_of(release_again))


def two_names_with_a_line_that_says_so(folder: Path) -> None:
    two_swapped_names(folder)
    about = json.loads((folder / "undersokelse.json").read_text())
    names = {int(unit): each["name"] for unit, each in about["units"].items()}
    text = "\n".join(kontroll.line_of([unit, names[unit]]) for unit in sorted(names))
    _append(folder, "survey.checklist_ticked", names=_hash(text))


def rules_with_a_line_that_says_so(folder: Path) -> None:
    readers_let_in_earlier(folder)
    about = json.loads((folder / "undersokelse.json").read_text())
    _append(folder, "survey.corrected", number=2, rules=_hash(kontroll.line_of(about["survey"])))


def _append(folder: Path, action: str, **detail: object) -> None:
    entry = {"account": None, "action": action, "at": "2026-04-02T10:00:00.000000+00:00", "detail": detail}
    text = (folder / "hendelser.txt").read_text()
    (folder / "hendelser.txt").write_text(f"{text}{kontroll.line_of(entry | {'subject': KEY})}\n")
    listed(folder)


@pytest.mark.parametrize(
    "forge",
    [
        a_figure_with_a_second_line_for_its_release,
        two_names_with_a_line_that_says_so,
        rules_with_a_line_that_says_so,
    ],
    ids=lambda forge: forge.__name__,
)
def test_lines_after_the_published_ones_make_nothing_fit(package: Path, forge: Tamper) -> None:
    head = json.loads((package / "undersokelse.json").read_text())["trail"]["published_head"]
    forge(package)
    assert found(package, head=head) != []


@pytest.mark.parametrize(
    ("forge", "seen_root"),
    [
        (a_forged_figure, None),
        (a_ballot_in_anothers_place, -1),
        (a_ballot_removed_with_all_that_counts_it, -1),
        (an_earlier_nights_root_replaced, 0),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_forger_who_makes_everything_inside_fit_is_found_by_what_was_published(
    package: Path, forge: Tamper, seen_root: int | None
) -> None:
    about = json.loads((package / "undersokelse.json").read_text())
    roots = json.loads((package / "urne.json").read_text())
    forge(package)
    assert [fault for fault in found(package) if "kan regnes ut" not in fault] == []
    assert "avtrykket du oppga" in " ".join(found(package, head=about["trail"]["published_head"]))
    if seen_root is not None:
        assert "kontrolltallet du oppga" in " ".join(found(package, root=roots[seen_root]["root"]))


# The attack, on packages in which everything fits: only what the figures tell together is wrong.


def test_a_small_group_that_is_shown_is_found(package: Path) -> None:
    def show(content: Any) -> None:
        figure = next(each for each in figures(content, "hidden") if each["kind"] == "unit")
        figure.update(status="shown", reason="", n=3, mean=2.5)

    changed(package, "tall.json", show)
    rechained(package)
    assert any("minste gruppe" in fault for fault in found(package))


def test_a_hidden_group_that_can_be_subtracted_is_found(package: Path) -> None:
    """A unit below a shown one is shown with three people fewer."""

    def show(content: Any) -> None:
        parent = {row["unit_id"]: row["parent_id"] for row in content[0]["tree"]}
        above = {
            (each["unit_id"], each["measure"]): each
            for each in figures(content, "shown")
            if each["kind"] == "unit" and parent[each["unit_id"]]
        }
        hidden, whole = next(
            (each, above[parent[each["unit_id"]], each["measure"]])
            for each in figures(content, "hidden")
            if each["kind"] == "unit" and (parent[each["unit_id"]], each["measure"]) in above
        )
        hidden.update(status="shown", reason="", n=whole["n"] - 3, mean=2.5)

    changed(package, "tall.json", show)
    rechained(package)
    assert any("kan regnes ut" in fault for fault in found(package))


def test_the_attack_computes_what_is_a_sum_of_sums() -> None:
    """Neither is a difference of two: a + b, b + c and a + c give 2a."""
    np = kontroll.np
    rows = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    told = [
        kontroll.Group(str(row), np.array(row, dtype=float), n)
        for row, n in zip(rows, (7, 8, 7), strict=True)
    ]
    assert any("3 personer" in fault for fault in kontroll.computed_groups(told, [], 5))
    assert list(kontroll.computed_groups(told, [], 3)) == []


def test_a_hidden_mean_that_is_bounded_closely_is_found() -> None:
    assert kontroll._width(6, 29.7, 4, 1.0, 5.0) < 1.0
    assert kontroll._width(6, 18.0, 4, 1.0, 5.0) == 4.0


def _told(
    words: str, units: list[int], n: int, low: float, high: float, *, bound: bool = False, release: int = 1
) -> Any:
    """A figure of TRI whose mean is told to lie between `low` and `high`."""
    return kontroll.Group(
        words,
        kontroll.np.array(units, dtype=float),
        n,
        n * low if low == high else None,
        ends=(n * low, n * high),
        zone=(low, high) if bound else None,
        release=release,
    )


def _means(group: Any) -> tuple[float, float]:
    low, high = group.ends
    return low / group.n, high / group.n


def test_a_bound_that_the_others_narrow_is_found() -> None:
    """Six who all answered 5 beside ten, told exactly; then with the ten rounded, too little and enough."""
    whole, own = _told("K", [1, 1], 16, 4.0, 4.0), _told("A", [1, 0], 6, 4.8, 5.0, bound=True)
    exact, little, enough = (
        _told("B", [0, 1], 10, low, high) for low, high in ((3.4, 3.4), (3.35, 3.45), (3.25, 3.75))
    )
    assert any("kan regnes ut" in fault for fault in kontroll.narrowed_bounds([whole, own, exact]))
    assert any("gir det nærmere" in fault for fault in kontroll.narrowed_bounds([whole, own, little]))
    assert list(kontroll.narrowed_bounds([whole, own, enough])) == []
    near = _told("K", [1, 1], 16, 3.99, 4.01)
    assert any("gir det nærmere" in fault for fault in kontroll.narrowed_bounds([near, own, exact]))
    told = [near, own, _told("B", [0, 1], 10, 3.35, 3.45)]
    assert list(kontroll.narrowed_bounds(told)), "it is narrowed though nothing is told exactly"
    wider = [
        _told(each.words, [*each.units, each.words == "K"], each.n, *_means(each), bound=bool(each.zone))
        for each in told
    ]
    assert list(kontroll.narrowed_bounds(wider)), "by a unit with nobody in it too"


def test_a_bound_that_was_known_before_it_was_told_is_a_fault_only_when_more_is_told() -> None:
    """The whole and the ten were out, rounded; after a correction the six are a unit, and told as a bound."""
    out = [_told("K", [1, 1], 16, 4.0, 4.0), _told("B", [0, 1], 10, 3.35, 3.45)]
    own = _told("A", [1, 0], 6, 4.8, 5.0, bound=True, release=2)
    assert list(kontroll.narrowed_bounds([*out, own])) == []
    closer = _told("B", [0, 1], 10, 3.38, 3.42, release=2)
    assert any("gir det nærmere" in fault for fault in kontroll.narrowed_bounds([*out, own, closer]))
    exact = _told("B", [0, 1], 10, 3.4, 3.4, release=2)
    assert any("kan regnes ut" in fault for fault in kontroll.narrowed_bounds([*out, own, exact]))
    empty = [
        _told("K", [1, 1, 1], 16, 4.0, 4.0),
        _told("Resten", [0, 1, 1], 10, 3.35, 3.45),
        _told("A", [1, 0, 0], 6, 4.8, 5.0),
    ]
    moved = _told("A", [1, 0, 1], 6, 4.8, 5.0, bound=True, release=2)
    assert list(kontroll.narrowed_bounds([*empty, moved])) == [], "the unit that was moved has nobody in it"
    first = _told("A", [1, 0], 6, 4.8, 5.0, bound=True)
    assert any("gir det nærmere" in fault for fault in kontroll.narrowed_bounds([*out, first, own]))


def test_a_hidden_group_that_was_known_before_it_was_one_is_a_fault_only_when_more_is_told() -> None:
    """Ten near the end of the scale were out; after a correction some of them are a hidden unit."""
    package = SimpleNamespace(releases=[{"release": {"measures": {"TRI": [1, 5]}}}])

    def faults(hidden_by: int, *more: Any) -> list[str]:
        hidden = kontroll.Group("C", kontroll.np.array([1.0, 0.0]), None, release=hidden_by)
        attack = kontroll.Attack([_told("K", [1, 1], 10, 4.92, 4.92), *more], [hidden])
        return list(kontroll.narrow_ranges(package, attack, "TRI", 5))

    assert faults(2) == []
    assert any("avgrenses til innenfor 0.80" in fault for fault in faults(1))
    closer = _told("P", [1, 1], 7, 4.9, 4.9, release=2)
    assert any("avgrenses til innenfor 0.70" in fault for fault in faults(2, closer))


def test_few_people_with_many_digits_are_found() -> None:
    release = {"exact_from": 10, "measures": {"TRI": [1, 5]}}
    few = {"measure": "TRI", "mean": 3.6, "step": 0.1, "sd": 1.0, "spread_class": True}
    assert list(kontroll._faults_of_precision(few, release, 7)) == []
    for change in ({"mean": 3.5714}, {"step": None}, {"spread_class": None}, {"sd": 0.98}):
        assert list(kontroll._faults_of_precision(few | change, release, 7)), change
    assert (
        list(kontroll._faults_of_precision({"measure": "TRI", "mean": 3.5714, "sd": 0.98}, release, 14)) == []
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_medvirk_releases_stands_up_to_the_attack(installations: Any, tmp_path: Path, seed: int) -> None:
    """The product's protection and this program are written apart: they must agree on random organisations."""
    from app import create_app

    with installations("sqlite", tmp_path) as settings:
        app = create_app(settings)
        db: Database = app.extensions["medvirk_database"]
        build_released(app, db, some_answers(seed), tree=HOMES)
        with db.reading() as session:
            write_folder(package_files(session, find_survey(session, KEY)), tmp_path / "package")
        db.engine.dispose()
    assert found(tmp_path / "package") == []


# What may not be in it, and who may have it.


def test_nothing_hidden_is_in_the_package(package: Path) -> None:
    for each in json.loads((package / "tall.json").read_text()):
        for figure in each["figures"]:
            if figure["status"] != "shown":
                kept = {name for name, value in figure.items() if value is not None}
                assert kept <= {
                    "kind", "unit_id", "breakdown", "category", "measure", "status", "reason", "coded"
                }  # fmt: skip
    assert not (package / "svar.json").exists()


def test_turnout_of_a_small_group_cannot_be_subtracted() -> None:
    people = {1: (None, 30), 2: (1, 3), 3: (1, 12), 4: (1, 15), 5: (3, 6), 6: (3, 6)}
    shown = units_with_turnout_shown([UnitGroup(unit, *each) for unit, each in people.items()], 5)
    assert 2 not in shown
    assert not {1, 3, 4} <= shown
    assert not {1, 4, 5, 6} <= shown


def test_reminders_and_addresses_are_not_in_the_package(app: Flask, db: Database) -> None:
    from surveys.audit import trail as audit

    build_released(app, db, SMALL_TEAMS, tree=HOMES)
    with db.transaction() as session:
        audit.record(session, "survey.reminders_queued", KEY, messages=3)
    with db.reading() as session:
        files = package_files(session, find_survey(session, KEY))
    assert b"reminders_queued" not in files["hendelser.txt"]


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        (Role.REPRESENTATIVE, "K", 200),
        (Role.REPRESENTATIVE, "A", 403),
        (Role.HR, "K", 200),
        (Role.LEADER, "K", 403),
        (Role.POLITICIAN, "K", 403),
    ],
)
def test_the_representative_of_the_whole_survey_gets_it_as_a_zip(
    app: Flask, db: Database, role: Role, unit: str, status: int, tmp_path: Path
) -> None:
    seen_from = {ReaderGroup.REPRESENTATIVES: municipal_day()}
    build_released(app, db, SMALL_TEAMS, tree=HOMES, visibility=seen_from)
    client = app.test_client()
    sign_in_as(client, db, role, unit)
    answer = client.get(ADDRESS)
    assert answer.status_code == status
    page = client.get("/resultater").text
    assert ("kontrollpakke.zip" in page) == (status == 200)
    if status == 200:
        zipfile.ZipFile(BytesIO(answer.data)).extractall(tmp_path)
        assert found(tmp_path / f"kontrollpakke-{KEY}") == []


def test_the_representative_waits_for_her_day(app: Flask, db: Database) -> None:
    build_released(app, db, SMALL_TEAMS, tree=HOMES)
    client = app.test_client()
    sign_in_as(client, db, Role.REPRESENTATIVE, "K")
    assert client.get(ADDRESS).status_code == 403


def test_the_command_writes_the_folder_and_the_program_in_it_finds_nothing_wrong(
    app: Flask, db: Database, tmp_path: Path
) -> None:
    released(app, db)
    run = app.test_cli_runner()
    from surveys.results.audit_package.package_command import audit_package_command

    said = run.invoke(audit_package_command, [KEY, str(tmp_path / "ut")], obj=lambda: app)
    assert said.exit_code == 0, said.output
    assert found(tmp_path / "ut") == []
    again = run.invoke(audit_package_command, [KEY, str(tmp_path / "ut")], obj=lambda: app)
    assert again.exit_code == 1
    assert "ikke tom" in again.output


def test_a_figure_changed_in_the_database_is_found(app: Flask, db: Database, tmp_path: Path) -> None:
    released(app, db)
    with db.transaction() as session:
        shown = select(Figure.id).where(Figure.status == FigureStatus.SHOWN, Figure.sd.is_not(None)).limit(1)
        session.execute(update(Figure).where(Figure.id == shown.scalar_subquery()).values(sd=0.123))
    with db.reading() as session:
        write_folder(package_files(session, find_survey(session, KEY)), tmp_path / "ut")
    assert any("ikke de som ble frigitt" in fault for fault in found(tmp_path / "ut"))
