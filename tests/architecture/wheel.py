"""Building the wheel, and an environment that has it but not the checkout."""

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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mail_server import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds: only a busy machine waits so long
UV = Path(sys.executable).with_name("uv")
SOURCE = ("app.py", "setup.py", "pyproject.toml", "README.md", "LICENSE")
FOLDERS = ("analysis", "questionnaires", "surveys", "templates", "static", "translations", "migrations")


def copy_of_the_source(folder: Path) -> Path:
    """Building leaves files behind, so it is done in a copy."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCE:
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def build(source: Path, wheels: Path) -> subprocess.CompletedProcess[str]:
    options = ["--wheel", "--no-build-isolation", "--offline", "--out-dir", str(wheels)]
    return subprocess.run(
        [UV, "build", *options, "--python", sys.executable],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )


def install(wheel: Path, folder: Path) -> Path:
    """The `medvirk` command in a new environment with the wheel and our dependencies, but without the checkout."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    # A line in a .pth file adds the folder and reads none of its own .pth files, where the checkout is named.
    own = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(own, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    installing = [str(UV), "pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python)]
    subprocess.run([*installing, str(wheel)], check=True)
    return python.with_name("medvirk")


@dataclass(frozen=True)
class Installed:
    """An installation in a folder, used through the command of one environment."""

    medvirk: Path
    instance: Path

    @property
    def environment(self) -> dict[str, str]:
        outside = {n: v for n, v in os.environ.items() if not n.startswith(("MEDVIRK_", "PYTHON"))}
        return outside | {"MEDVIRK_INSTANCE": str(self.instance)}

    def tried(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.medvirk, *words],
            cwd=self.instance.parent,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def run(self, *words: str) -> str:
        done = self.tried(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address of the site, which may still be starting."""
        port = free_port()
        server = subprocess.Popen(
            [self.medvirk, "serve", "--port", str(port), "--workers", "1"],
            cwd=self.instance.parent,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def fetched(address: str, language: str = "nb") -> str:
    """The answer of the site, which may still be starting."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})  # noqa: S310 (our own)
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return str(response.read().decode())
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")
