"""The package as one zip: the same content gives the same bytes."""

import io
import zipfile
from typing import Final

from surveys.results.audit_package.contents import Files

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def as_zip(files: Files, folder: str) -> bytes:
    """folder: what the files stand in when it is unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, data)
    return content.getvalue()
