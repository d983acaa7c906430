"""Puts the templates, style sheets, translations and migrations into the wheel, inside the package `surveys`.

Everything else about the package is in pyproject.toml. `surveys.platform.site_files` finds the files again.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
NEEDED = (
    "static/vendor/design.css",
    "static/vendor/compressed",
    *(f"translations/{code}/LC_MESSAGES/messages.mo" for code in ("nn", "en")),
)
# Folder → what it has that an installation does not use.
FOLDERS = {
    "templates": (),
    "static": ("*.py",),
    "translations": ("*.py", "*.po"),
    "migrations": (),
}


class BuildWithSiteFiles(build_py):
    """Builds the package, and copies the site's files beside its modules."""

    def run(self) -> None:
        if self.editable_mode:
            super().run()
            return
        missing = [name for name in NEEDED if not (ROOT / name).exists()]
        if missing:
            raise SystemExit(
                f"{', '.join(missing)} mangler. Kjør «make setup» først, eller bygg med «make wheel»."
            )
        # What was built before may hold modules that are gone from the source.
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        for folder, unused in FOLDERS.items():
            ignored = shutil.ignore_patterns("__pycache__", *unused)
            shutil.copytree(
                ROOT / folder, Path(self.build_lib, "surveys", "_site_files", folder), ignore=ignored
            )


setup(cmdclass={"build_py": BuildWithSiteFiles})
