"""The page where a draft is looked over, with every difference, and approved."""

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_ROLES, may_edit_card
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.outline.approving import Approval, approve
from surveys.scorecards.outline.drafts import DraftError, outline_of
from surveys.scorecards.outline.faults import outline_faults
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.opening import in_use, opened_version
from surveys.scorecards.outline.trying import seen_recolourings, try_outline
from surveys.scorecards.value_lines import MeasurementCellError, read_day
from surveys.scorecards.views import blueprint


@blueprint.route("/kortoppsett/<int:version_id>/godkjenn", methods=["GET", "POST"])
@requires(*CARD_ROLES)
def approve_card(version_id: int) -> str | Response | tuple[str, int]:
    """What would be different, and the approval with name and date."""
    session = database.session()
    version = opened_version(session, version_id)
    if way_on := in_use(version):
        return way_on
    registers = may_edit_card(session, current_user, version.unit_id)
    today = municipal_day()
    if request.method == "GET":
        typed = {"dato": short_date(today)}
        return _page(version, typed, [], try_outline(version_id), registers=registers)
    form = request.form.to_dict()
    # Whoever edits writes whose decision it was; a leader approves in her own name.
    by = " ".join(form.get("navn", "").split()) if registers else current_user.name
    faults = [] if by else [("navn", _("Skriv navn og stilling på den som har godkjent kortet."))]
    try:
        approval = Approval(by, read_day(form.get("dato", "").strip(), today))
    except MeasurementCellError as error:
        faults.append(("dato", str(error)))
    if form.get("steg") != str(version.steps_taken):
        faults.append(
            ("sett", _("Utkastet er endret etter at du åpnet siden. Se over endringene en gang til."))
        )
    if faults:
        return _refused(version_id, form, faults, registers=registers)
    try:
        approve(session, version, current_user, approval, today)
        session.commit()
    except (SetupError, DraftError) as error:
        faults = [("endringer", line) for line in _reasons(str(error), registers=registers)]
        return _refused(version_id, form, faults, registers=registers)
    flash(_("Kortet er godkjent og fryst for %(year)s.", year=version.year))
    return redirect(url_for("scorecards.edit_outline", version_id=version_id))


def _refused(
    version_id: int, typed: dict[str, str], faults: list[tuple[str, str]], *, registers: bool
) -> tuple[str, int]:
    """The page again. The request's own transaction ends first: trying writes in another one."""
    session = database.session()
    session.rollback()
    tried = try_outline(version_id)
    return _page(opened_version(session, version_id), typed, faults, tried, registers=registers), 422


def _page(
    version: CardVersion,
    typed: dict[str, str],
    faults: list[tuple[str, str]],
    tried: tuple[CardSetup | None, str],
    *,
    registers: bool,
) -> str:
    outline = outline_of(version)
    setup, error = tried
    return render_template(
        "scorecards/outline/approve.html",
        version=version,
        outline=outline,
        missing=outline_faults(outline),
        setup=setup,
        reasons=_reasons(error, registers=registers),
        recoloured=seen_recolourings(database.session(), current_user, setup, municipal_day())
        if setup
        else [],
        typed=typed,
        faults=faults,
        registers=registers,
    )


def _reasons(error: str, *, registers: bool) -> list[str]:
    """Why the card cannot be approved, a line each. They may name values, and a leader cannot mend the draft."""
    if error and not registers:
        return [_("Be den som lager kortet, om å se over det.")]
    return error.splitlines()
