"""Style sheets, fonts, pictures and scripts: their addresses, compressed twins, and how long a browser may keep them.

`static/bundle.py` writes the twins, named by the fingerprint of the content they were made from. A file that was
changed since has another fingerprint, no twin, and is sent as it is.
"""

import hashlib
import mimetypes
import os
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

VENDOR_FILES: Final = ("design.css", "plotly-cartesian.min.js", "inter.woff2")
"""What every page, or every chart, needs of `static/vendor/`, which set-up makes."""

# The address carries the fingerprint, so a changed file is a new address and the old one may be kept for ever.
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
# The best first. Content coding → how its twins' names end.
_CODINGS = {"br": "br", "gzip": "gz"}
# What systems' own tables disagree about.
_MEDIA_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


def missing_vendor_files(static: Path) -> list[str]:
    """The names of the files that are not in the folder of static files, because nobody has run set-up."""
    return [name for name in VENDOR_FILES if not (static / "vendor" / name).is_file()]


def fingerprint(file: str) -> str:
    """The first ten hexadecimal digits of the content's SHA-256. Raises OSError when there is no such file."""
    now = os.stat(file)  # noqa: PTH116 (for every file of every page; a Path takes five times as long)
    return _fingerprint(file, now.st_mtime_ns, now.st_size)


@cache
def _fingerprint(file: str, _changed: int, _size: int) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:10]


@cache
def _content(folder: str, file: str, name: str, coding: str) -> bytes | None:
    """The file in this coding («» for as it is), from memory after the first time; None when it has no such twin.

    `name` is the fingerprint. The files are few, and a process holds what was asked of it: about 100 kB for the
    respondents' pages, 0.5 MB more for the charts.
    """
    if not coding:
        return Path(file).read_bytes()
    twin = Path(folder, "vendor", "compressed", f"{name}.{_CODINGS[coding]}")
    return twin.read_bytes() if twin.is_file() else None


def serve(folder: str, filename: str) -> Response:
    """The file or its best twin. Raises NotFound for what is outside the folder, missing, or program code."""
    file = safe_join(folder, filename)
    if file is None or not Path(file).is_file() or file.endswith(".py"):
        raise NotFound
    name = fingerprint(file)
    response = Response(mimetype=_media_type(Path(file)))
    for coding in [coding for coding in _CODINGS if request.accept_encodings[coding]] + [""]:
        content = _content(folder, file, name, coding)
        if content is not None:
            response.set_data(content)
            break
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOR_EVER if request.args.get("v") == name else _ASK_AGAIN
    response.set_etag(name + coding)
    response.make_conditional(request)
    return response


def _media_type(file: Path) -> str:
    return _MEDIA_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def init_app(app: Flask) -> None:
    """Takes over Flask's own route for static files, and gives templates `static_url`."""

    def send_static(filename: str) -> Response:
        return serve(str(app.static_folder), filename)

    def static_url(name: str) -> str:
        # What url_for would give, without its work: a page has half a dozen of these.
        return f"{request.script_root}{app.static_url_path}/{name}?v={fingerprint(f'{app.static_folder}/{name}')}"

    app.view_functions["static"] = send_static
    app.jinja_env.globals.update(static_url=static_url)
