"""A wheel is a whole installation: it works where there is no checkout, from any folder."""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail_server import free_port

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
SOURCE = ("app.py", "setup.py", "pyproject.toml", "README.md", "LICENSE")
FOLDERS = ("analysis", "questionnaires", "surveys", "templates", "static", "translations", "migrations")


def _copy_of_the_source(folder: Path) -> Path:
    """Building leaves files behind, so it is done in a copy."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCE:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def _build(source: Path, wheels: Path) -> subprocess.CompletedProcess[str]:
    options = ["--wheel", "--no-build-isolation", "--offline", "--out-dir", str(wheels)]
    return subprocess.run(
        [UV, "build", *options, "--python", sys.executable],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def medvirk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment with the wheel and our dependencies, but without the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = _build(_copy_of_the_source(tmp_path_factory.mktemp("source")), folder)
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    # A line in a .pth file adds the folder and reads none of its own .pth files, where the checkout is named.
    own = sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})
    Path(own, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    installing = [str(UV), "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python)]
    subprocess.run([*installing, str(wheel)], check=True)
    return python.with_name("medvirk")


@pytest.fixture(scope="module")
def address(medvirk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site that was begun and is served from a folder that is not the checkout."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("MEDVIRK_", "PYTHON"))}
    begun = subprocess.run(
        [medvirk, "init", "--yes", "--municipality", "Fjordvik kommune"],
        cwd=elsewhere,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert begun.returncode == 0, begun.stderr
    port = free_port()
    server = subprocess.Popen(
        [medvirk, "serve", "--port", str(port), "--workers", "1"],
        cwd=elsewhere,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _fetched(address: str, language: str = "nb") -> str:
    """The answer of the site, which may still be starting."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})  # noqa: S310 (our own)
    for _ in range(150):
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return str(response.read().decode())
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_a_wheel_serves_pages_in_each_language_and_their_style(address: str) -> None:
    assert "For ledere, HR" in _fetched(f"{address}/logg-inn")
    in_nynorsk = _fetched(f"{address}/logg-inn", "nn")
    assert '<html lang="nn"' in in_nynorsk
    assert "For leiarar, HR" in in_nynorsk
    assert "@layer ds.theme" in _fetched(f"{address}/static/vendor/design.css")


def test_a_wheel_has_the_questionnaires(medvirk: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [medvirk, "check-questionnaires"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= len(
        list((ROOT / "questionnaires" / "definitions").glob("*/*.yaml"))
    )


def test_a_source_without_the_vendor_files_gives_no_wheel(tmp_path: Path) -> None:
    source = _copy_of_the_source(tmp_path / "source")
    shutil.rmtree(source / "static" / "vendor")
    built = _build(source, tmp_path)
    assert built.returncode != 0
    assert (
        "static/vendor/design.css, static/vendor/compressed mangler. Kjør «make setup» først" in built.stderr
    )
