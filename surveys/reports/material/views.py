"""A unit's result as a file, for whoever sees the result today."""

import io
from pathlib import Path
from typing import IO

from flask import Blueprint, Response, abort, current_app, request, send_file

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.reports.keeping import kept_files
from surveys.reports.material.gathering import gather_for
from surveys.reports.material.kinds import MIME_TYPES, FileKind, file_name, file_of
from surveys.results.views import asked_place

blueprint = Blueprint("material", __name__)


@blueprint.get("/resultater/<survey_key>/<unit_code>/resultat.<any(pdf, pptx, xlsx):file_kind>")
@requires(*Role)
def unit_file(survey_key: str, unit_code: str, file_kind: str) -> Response:
    """The file in the page's language, beside what the page is compared with («?med=»)."""
    session = database.session()
    asked = asked_place(session, survey_key, unit_code)
    if not asked.access.now:
        abort(403)
    kind = FileKind(file_kind)
    against = request.args.get("med", "")
    unit = gather_for(kind, session, municipal_day(), asked.release, asked.unit, against)
    content = file_of(unit, kind, kept_files(current_app.config["SETTINGS"].instance))
    return as_download(io.BytesIO(content), MIME_TYPES[kind], f"{file_name(unit.material)}.{kind}")


def as_download(content: IO[bytes] | Path, mimetype: str, name: str) -> Response:
    """A file that no browser and no proxy keeps, as no page of the staff is kept."""
    response = send_file(content, mimetype=mimetype, as_attachment=True, download_name=name, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response
