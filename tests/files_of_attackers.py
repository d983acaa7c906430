"""Workbooks that are not what they seem, made of a good one."""

import io
import struct
import zipfile
from collections.abc import Callable

from openpyxl import Workbook


def workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.worksheets[0].append(["kode", "navn", "overordnet"])
    book.worksheets[0].append(["A", "Skolen", "K"])
    book.save(file)
    return file.getvalue()


def changed_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts rewritten."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.namelist():
            old = before.read(part)
            after.writestr(part, change(old) if part == name else old)
    return file.getvalue()


def understated(content: bytes, name: str) -> bytes:
    """The workbook, whose list of parts says that this one is ten bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        start = parts.start_dir
    index = content.index(name.encode(), start) - 46  # the name follows 46 bytes about the part
    return content[: index + 24] + struct.pack("<I", 10) + content[index + 28 :]
