"""A wheel is a whole installation: it works where there is no checkout, from any folder."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.wheel import ROOT, Installed, build, copy_of_the_source, fetched


@pytest.fixture(scope="module")
def address(medvirk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that was begun and is served from a folder that is not the checkout."""
    installed = Installed(medvirk, tmp_path_factory.mktemp("elsewhere") / "instance")
    installed.run("init", "--yes", "--municipality", "Fjordvik kommune")
    with installed.serving() as found:
        yield found


def test_a_wheel_serves_pages_in_each_language_and_their_style(address: str) -> None:
    assert "For ledere, HR" in fetched(f"{address}/logg-inn")
    in_nynorsk = fetched(f"{address}/logg-inn", "nn")
    assert '<html lang="nn"' in in_nynorsk
    assert "For leiarar, HR" in in_nynorsk
    assert "@layer ds.theme" in fetched(f"{address}/static/vendor/design.css")


def test_a_wheel_has_the_questionnaires(medvirk: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [medvirk, "check-questionnaires"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= len(
        list((ROOT / "questionnaires" / "definitions").glob("*/*.yaml"))
    )


def test_a_source_without_the_vendor_files_gives_no_wheel(tmp_path: Path) -> None:
    source = copy_of_the_source(tmp_path / "source")
    shutil.rmtree(source / "static" / "vendor")
    built = build(source, tmp_path)
    assert built.returncode != 0
    assert (
        "static/vendor/design.css, static/vendor/compressed mangler. Kjør «make setup» først" in built.stderr
    )
