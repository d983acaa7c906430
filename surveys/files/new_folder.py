"""A folder with files that is there whole or not at all, for its owner only."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from surveys.platform.private_files import make_private_folder, write_private


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes the files, whose names may have folders in them («data/unit.csv»).

    Raises FileExistsError when there is something in the folder already, and OSError when it cannot be written. Then
    nothing is left of it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(folder)
    folder = folder.resolve()
    make_private_folder(folder.parent)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        beside.mkdir(mode=0o700)
        for name, content in files.items():
            file = beside / name
            make_private_folder(file.parent)
            write_private(file, content)
        # Takes the place of an empty folder, and fails when somebody has put something there meanwhile.
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
