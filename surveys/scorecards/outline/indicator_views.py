"""The page of one indicator in a draft, and the sentence that says what its limits mean."""

from dataclasses import replace
from functools import partial

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.scorecards import Direction, TargetLimits
from surveys.access.card_rights import CARD_EDITORS
from surveys.access.permissions import requires
from surveys.access.texts import role_word
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.criteria import criterion_words
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import OWNER_ROLES, CardKind
from surveys.scorecards.outline.drafts import outline_at, outline_of, take_step
from surveys.scorecards.outline.editing import with_indicator
from surveys.scorecards.outline.indicator_form import (
    TypedIndicator,
    fields_of,
    level_of,
    read_indicator,
    source_of,
    with_own_changes,
)
from surveys.scorecards.outline.limit_words import limit_sentences
from surveys.scorecards.outline.models import CardVersion
from surveys.scorecards.outline.nodes import CardOutline, OutlineLevel, indicator_of
from surveys.scorecards.outline.opening import edited_version, in_use, step_of_page, unit_types
from surveys.scorecards.outline.ready_made import ready_made
from surveys.scorecards.outline.source_search import find_sources, is_new_search, search_of
from surveys.scorecards.value_lines import MeasurementCellError, read_number
from surveys.scorecards.views import blueprint


@blueprint.route("/kortoppsett/<int:version_id>/indikator/<int:node_id>", methods=["GET", "POST"])
@requires(*CARD_EDITORS)
def edit_indicator(version_id: int, node_id: int) -> str | Response | tuple[str, int]:
    """Everything about one indicator."""
    session = database.session()
    version = edited_version(session, version_id)
    if way_on := in_use(version):
        return way_on
    outline = outline_of(version)
    plan = _plan_at(outline, node_id)
    if request.method == "GET":
        if plan is None:
            flash(_("Indikatoren er tatt ut av kortet."))
            return redirect(url_for("scorecards.edit_outline", version_id=version_id))
        return _page(session, version, outline, node_id, TypedIndicator(fields_of(plan, version.year), plan))
    begun = ready_made().get(request.form.get("handling", "").removeprefix("mal:"))
    if begun is not None and plan is not None:
        begun = replace(begun, code=plan.code)
        return _page(
            session, version, outline, node_id, TypedIndicator(fields_of(begun, version.year), begun)
        )
    made_from = step_of_page(version)
    page_plan = _plan_at(outline_at(session, version, made_from), node_id)
    if plan is None:
        if page_plan is None:
            abort(404)
        flash(_("Indikatoren er tatt ut av kortet imens, og det du skrev, er ikke lagret."))
        return redirect(url_for("scorecards.edit_outline", version_id=version_id))
    fields = with_own_changes(plan, page_plan or plan, request.form.to_dict(), version.year)
    if is_new_search(fields):
        return _page(session, version, outline, node_id, TypedIndicator(fields), searched=True)
    units = session.scalars(select(Unit.code)).all()
    has_limits = outline.kind is CardKind.STEERING
    typed = read_indicator(plan, fields, version.year, units, has_limits=has_limits)
    if typed.plan is None:
        return _page(session, version, outline, node_id, typed), 422
    if request.form.get("handling") == "se":
        return _page(session, version, outline, node_id, typed)
    changed = with_indicator(outline, node_id, typed.plan)
    name = f"{typed.plan.code} {typed.fields.get('navn', '')}".strip()
    take_step(session, version, current_user, changed, _("Endret %(name)s", name=name))
    session.commit()
    flash(_("%(name)s er lagret.", name=name))
    return redirect(url_for("scorecards.edit_outline", version_id=version_id, fokus=node_id))


@blueprint.get("/kortoppsett/grenser")
@requires(*CARD_EDITORS)
def limit_sentence() -> Response:
    """What the limits in the form mean, while they are being typed."""
    response = make_response(_sentence(request.args.to_dict()))
    response.mimetype = "text/plain"
    return response


def _plan_at(outline: CardOutline, node_id: int) -> IndicatorPlan | None:
    """The indicator; None when the outline has none there."""
    found = outline.find(node_id)
    return indicator_of(found[1]) if found is not None and found[0] is OutlineLevel.INDICATOR else None


def _sentence(fields: dict[str, str]) -> str:
    """«» until both limits are numbers."""
    try:
        green, yellow = read_number(fields.get("gronn", "")), read_number(fields.get("gul", ""))
        direction = Direction(fields.get("retning", ""))
        is_band = direction is Direction.BAND
        limits = TargetLimits(
            green,
            yellow,
            read_number(fields.get("gronn-til", "")) if is_band else None,
            read_number(fields.get("gul-til", "")) if is_band else None,
        )
    except (MeasurementCellError, ValueError):
        return ""
    typed = fields.get("desimaler", "")
    decimals = int(typed) if typed in {"0", "1", "2", "3", "4", "5", "6"} else 1
    return limit_sentences(fields.get("maleenhet", "").strip(), decimals, direction, limits)


def _part_choices(outline: CardOutline, typed: TypedIndicator, field: str) -> dict[str, str]:
    """The indicators that a rule may use, and the one that is chosen whatever it is."""
    chosen = typed.fields.get(field, "")
    own = typed.fields.get("kode", "")
    plans = [indicator_of(node) for node in outline.indicators()]
    found = {
        each.code: f"{each.code} {localised(each.title)}"
        for each in plans
        if each.code and each.code != own and not each.questionnaire
    }
    return {"": _("Ikke valgt"), **({chosen: chosen} if chosen else {}), **found}


def _page(
    session: Session,
    version: CardVersion,
    outline: CardOutline,
    node_id: int,
    typed: TypedIndicator,
    *,
    searched: bool = False,
) -> str:
    """searched: the reader asked for what can feed the indicator, and is taken there."""
    stored = _plan_at(outline, node_id)
    plan = typed.plan or stored
    return render_template(
        "scorecards/outline/indicator.html",
        version=version,
        outline=outline,
        node_id=node_id,
        typed=typed,
        has_limits=outline.kind is CardKind.STEERING,
        sentence="" if typed.faults else _sentence(dict(typed.fields)),
        level=level_of(plan, version.year) if plan else None,
        sources=find_sources(search_of(typed.fields, source_of(stored) if stored else "")),
        searched=searched,
        frequencies={each.value: periods_of(each).name().capitalize() for each in Frequency},
        directions={
            Direction.HIGHER.value: _("Høyere er bedre"),
            Direction.LOWER.value: _("Lavere er bedre"),
            Direction.BAND.value: _("Helst innenfor et område"),
            Direction.SIGNED.value: _("Avvik med fortegn (pluss eller minus)"),
        },
        owner_roles={role.value: role_word(role) for role in OWNER_ROLES},
        criteria=criterion_words(),
        begins_with={} if plan is None or plan.unit_of_measure or plan.source else ready_made(),
        rules={
            AggregateRule.NONE.value: _("De føres inn for hver enhet"),
            AggregateRule.SUM.value: _("Summen av enhetene under"),
            AggregateRule.WEIGHTED_MEAN.value: _("Snittet av enhetene under, veid med en annen indikator"),
            AggregateRule.RATIO.value: _("En indikator delt på en annen, summert for enhetene under"),
        },
        part_choices=partial(_part_choices, outline, typed),
        unit_types=unit_types(session),
    )
