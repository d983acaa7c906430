"""The walls in pyproject.toml hold: a forbidden import is put in a copy, and the check finds it."""

import ast
import importlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from surveys.counting import models
from surveys.counting.loading import load_responses
from surveys.counting.models import Response
from tests.architecture.private_names import READERS, Source, handed_on, private_attributes, sources, within

ROOT = Path(__file__).parents[2]
COPIED = ("surveys", "analysis", "questionnaires")

STOREYS = "Storeys: a package imports only what is below its own line"
ONE_DOOR = "One door out: opened answers are read by counting, release and publishing only"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The source in a folder where it may be spoilt."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "app.py"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def _add(file: Path, line: str) -> None:
    """Puts an import after the module's docstring."""
    text = file.read_text(encoding="utf-8")
    first = ast.parse(text).body[0]
    lines = text.splitlines()
    lines.insert(first.end_lineno or 0, line)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _broken_contracts(folder: Path) -> str:
    """What `lint-imports` says of the source in the folder."""
    program = Path(sys.executable).with_name("lint-imports")
    wide = os.environ | {"COLUMNS": "200"}
    done = subprocess.run(
        [program, "--no-cache"], cwd=folder, env=wide, capture_output=True, text=True, check=False
    )
    return "\n".join(line for line in done.stdout.splitlines() if " BROKEN" in line)


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("surveys/scorecards/views.py", "from surveys.counting.models import Response", ONE_DOOR),
        ("surveys/results/views.py", "from surveys.counting.loading import load_responses", ONE_DOOR),
        ("surveys/campaigns/lifecycle.py", "from surveys.hr import steps", STOREYS),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, line: str, contract: str) -> None:
    _add(copy / module, line)
    assert _broken_contracts(copy).startswith(contract)


def test_the_source_itself_breaks_no_contract(copy: Path) -> None:
    assert _broken_contracts(copy) == ""


def _named_exceptions() -> list[str]:
    """The modules that pyproject.toml lets past the door, and says why."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [contract] = [each for each in settings["contracts"] if each["name"] == ONE_DOOR]
    return [exception.split(" -> ")[0] for exception in contract["ignore_imports"]]


@pytest.fixture(scope="module")
def written() -> dict[str, Source]:
    return sources(ROOT)


def test_no_module_takes_private_names_from_one_that_hands_them_on(written: dict[str, Source]) -> None:
    assert list(handed_on(written, _named_exceptions())) == []


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        ("surveys.scorecards.views", "from surveys.release.placing import Response"),
        ("surveys.scorecards.views", "from surveys.release.totals import Raw"),
        ("surveys.results.views", "from surveys.release import totals\nRAW = totals.Raw"),
        ("surveys.results.views", "import surveys.release.placing as p\nRAW = p.models.Response"),
        ("surveys.results.views", "import surveys.release.placing\nRAW = surveys.release.placing.Response"),
        ("surveys.results.views", "from surveys.release.totals import *"),
        ("surveys.hr.views", "def read():\n    from surveys.release.placing import Response"),
    ],
)
def test_a_private_name_that_is_handed_on_is_found(
    written: dict[str, Source], module: str, lines: str
) -> None:
    added = {
        "surveys.release.placing": "from surveys.counting import models\nfrom surveys.counting.models import Response",
        "surveys.release.totals": "from surveys.release.placing import Response as Raw",
        module: lines,
    }
    spoilt = written | {name: written[name].with_lines(more) for name, more in added.items()}
    found = list(handed_on(spoilt, _named_exceptions()))
    assert {text.partition(": ")[0] for text in found} == {str(written[module].file)}


def test_no_module_has_an_object_that_is_defined_in_counting(written: dict[str, Source]) -> None:
    """Also what was given another name on the way, which no import statement shows."""
    allowed = (*READERS, *_named_exceptions())
    # `surveys` itself has its packages as attributes once they are imported.
    names = [name for name in written if name != "surveys" and not within(name, allowed)]
    found = {name: list(private_attributes(importlib.import_module(name))) for name in names}
    assert {name: private for name, private in found.items() if private} == {}


def test_an_object_that_is_defined_in_counting_is_found_under_any_name() -> None:
    module = ModuleType("page")
    module.Rows, module.load, module.stored, module.mine = Response, load_responses, models, Path  # type: ignore[attr-defined]
    assert list(private_attributes(module)) == ["Rows", "load", "stored"]
