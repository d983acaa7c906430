"""A card as a YAML file: downloaded, and uploaded into a draft after the differences have been shown."""

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from questionnaires.faults import DefinitionError
from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.platform.texts import _
from surveys.platform.typed_data import FileDataError
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.outline.approving import plan_of_version
from surveys.scorecards.outline.card_files import is_same, outline_differences, outline_of_file, yaml_of
from surveys.scorecards.outline.drafts import outline_of, take_step
from surveys.scorecards.outline.faults import OutlineFault, outline_faults
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.nodes import CardOutline
from surveys.scorecards.outline.opening import edited_version, in_use, opened_version
from surveys.scorecards.outline.trying import try_outline
from surveys.scorecards.views import blueprint


@blueprint.get("/kortoppsett/<int:version_id>/fil")
@requires(*CARD_ROLES)
def download_card(version_id: int) -> FileResponse:
    """The version as YAML."""
    session = database.session()
    version = opened_version(session, version_id)
    text = yaml_of(plan_of_version(session, version, outline_of(version)))
    name = f"{version.key}-{version.year}.yaml"
    return FileResponse(
        text.encode(),
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.route("/kortoppsett/<int:version_id>/last-opp", methods=["GET", "POST"])
@requires(*CARD_EDITORS)
def upload_card(version_id: int) -> str | Response | tuple[str, int]:
    """A file is read and compared with the draft; then it is put into the draft, as one step that can be undone."""
    session = database.session()
    version = edited_version(session, version_id)
    if way_on := in_use(version):
        return way_on
    if request.method == "GET":
        return _page(version)
    sent = request.files.get("fil")
    content = sent.read() if sent else request.form.get("innhold", "").encode()
    name = (sent.filename if sent else request.form.get("filnavn", "")) or ""
    if not content.strip():
        return _page(version, faults=[_("Velg en fil.")]), 422
    draft = outline_of(version)
    try:
        outline = outline_of_file(content, name, draft, version.year)
    except DefinitionError as error:
        return _page(version, faults=[str(fault) for fault in error.faults]), 422
    except FileDataError as error:
        return _page(version, faults=list(error.faults)), 422
    if request.form.get("handling") == "bruk":
        take_step(session, version, current_user, outline, _("Tok inn filen %(name)s", name=name))
        session.commit()
        flash(_("Filen er tatt inn i utkastet. Trykk «Angre» for å gå tilbake."))
        return redirect(url_for("scorecards.edit_outline", version_id=version_id))
    missing = outline_faults(outline)
    session.rollback()
    setup, error_words = (None, "") if missing else try_outline(version_id, outline)
    version = edited_version(session, version_id)
    return _page(version, outline, content, name, missing, setup, error_words.splitlines())


def _page(
    version: CardVersion,
    outline: CardOutline | None = None,
    content: bytes = b"",
    name: str = "",
    missing: list[OutlineFault] | None = None,
    setup: CardSetup | None = None,
    faults: list[str] | None = None,
) -> str:
    draft = outline_of(version)
    return render_template(
        "scorecards/outline/upload.html",
        version=version,
        outline=outline,
        differences_of=outline_differences(draft, outline) if outline else ([], []),
        same=outline is not None and is_same(draft, outline),
        content=content.decode(errors="replace"),
        name=name,
        missing=missing or [],
        setup=setup,
        faults=[("fil", fault) for fault in faults or []],
    )
