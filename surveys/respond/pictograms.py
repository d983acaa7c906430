"""Our own drawings beside the questions of easy-to-read questionnaires: a file each in `static/pictograms/`.

They stand in the page itself, about 300 bytes each: so they take the text's colour in every colour scheme, are there
at once, and cost no request.
"""

from functools import cache
from pathlib import Path

from flask import current_app
from markupsafe import Markup
from werkzeug.security import safe_join


def pictogram(name: str) -> Markup:
    """The drawing as SVG; nothing when there is none of that name, since the text says everything."""
    return _read(str(current_app.static_folder), name)


@cache
def _read(folder: str, name: str) -> Markup:
    file = safe_join(folder, "pictograms", f"{name}.svg")
    if file is None or not Path(file).is_file():
        return Markup()
    return Markup(Path(file).read_text(encoding="utf-8").strip())  # noqa: S704 (our own files)
