"""Where the built-in questionnaires' files lie, and what tells whether one has changed. Nothing is parsed."""

import hashlib
import re
from pathlib import Path
from typing import Final

DEFINITIONS: Final = Path(__file__).parent / "definitions"

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE: Final = re.compile(r"v([1-9][0-9]{0,3})\.yaml")


def definition_path(key: str, version: int) -> Path:
    """Where the file of a built-in questionnaire lies, whether or not it exists.

    Raises ValueError for a key that is not in kebab-case: nothing outside the folder can be named.
    """
    if not _KEY.fullmatch(key) or version < 1:
        msg = f"not the name of a questionnaire: {key!r}, version {version}"
        raise ValueError(msg)
    return DEFINITIONS / key / f"v{version}.yaml"


def available() -> tuple[Path, ...]:
    """The file of every built-in questionnaire, by key and then version."""
    found = [
        (path.parent.name, int(match[1]), path)
        for path in DEFINITIONS.glob("*/*.yaml")
        if (match := _FILE.fullmatch(path.name))
    ]
    return tuple(path for _, _, path in sorted(found))


def fingerprint(source: bytes) -> str:
    """SHA-256 of the file, hexadecimal: the same only for the very same file."""
    return hashlib.sha256(source).hexdigest()
