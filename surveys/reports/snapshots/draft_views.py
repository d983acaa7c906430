"""The pages where a report is begun, chosen for, previewed and frozen."""

import datetime as dt
import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS
from surveys.access.permissions import granted_units, requires
from surveys.organisation.living import living_units
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.free_texts import named_numbers
from surveys.platform.localisation import LANGUAGES, alphabetical, language, short_date
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.reports.rounds import last_round
from surveys.reports.snapshots.choosing import MOST_IN_PARAGRAPH, ReportChoice
from surveys.reports.snapshots.drafts import (
    ReportApproval,
    ReportError,
    ReportPeriod,
    begin_report,
    choice_of,
    delete_draft,
    freeze,
    last_change,
    save_choice,
    undo_change,
)
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind, ReportState
from surveys.reports.snapshots.publicity import DECIDED, may_be_open
from surveys.reports.snapshots.reading import read_content, read_for
from surveys.reports.snapshots.texts import kind_words
from surveys.reports.snapshots.views import Faults, blueprint, edited_report
from surveys.scorecards.queries import NoSuchYearError
from surveys.scorecards.texts import status_words
from surveys.scorecards.value_lines import MeasurementCellError, read_day

_TERTIAL = re.compile(r"(\d{4})-([123])")
_YEAR = re.compile(r"\d{4}")


@blueprint.route("/rapporter/ny", methods=["GET", "POST"])
@requires(*CARD_EDITORS)
def new_report() -> str | Response | tuple[str, int]:
    """A new report: on which unit's card, of which kind, for which period."""
    session = database.session()
    units = _units(session)
    today = municipal_day()
    if request.method == "GET":
        tops = [unit for unit in units if unit.parent_id is None]
        first = units[0] if len(units) == 1 else tops[0] if len(tops) == 1 else None
        ended = last_round(today)
        typed = {
            "enhet": first.code if first else "",
            "slag": request.args.get("slag", ""),
            "tertial": f"{ended.year}-{ended.part}",
        }
        return _new_page(units, typed, [], today)
    form = request.form.to_dict()
    faults: Faults = []
    unit = next((each for each in units if each.code == form.get("enhet")), None)
    period = _period(form)
    if unit is None:
        faults.append(("enhet", _("Velg hvilken enhet rapporten gjelder.")))
    if period is None:
        faults.append(("slag-tertial", _("Velg hva du vil lage, og for hvilken periode.")))
    if unit is None or period is None:
        return _new_page(units, form, faults, today), 422
    try:
        report = begin_report(session, current_user, unit, period, today)
        session.commit()
    except NoSuchYearError:
        session.rollback()
        fault = _("Styringskortet til %(unit)s har ingen verdier for perioden.", unit=unit.name)
        return _new_page(units, form, [("enhet", fault)], today), 422
    except ReportError as error:
        session.rollback()
        return _new_page(units, form, [("slag-tertial", str(error))], today), 422
    return redirect(url_for("reports.edit_draft", report_id=report.id))


def _period(form: dict[str, str]) -> ReportPeriod | None:
    kind = next((each for each in ReportKind if each.value == form.get("slag")), None)
    if kind is ReportKind.TERTIAL:
        found = _TERTIAL.fullmatch(form.get("tertial", ""))
        return ReportPeriod(kind, int(found[1]), int(found[2])) if found else None
    year = form.get("ar", "")
    if kind is None or not _YEAR.fullmatch(year) or int(year) < dt.MINYEAR:
        return None
    return ReportPeriod(kind, int(year), 0)


def _new_page(units: list[Unit], typed: dict[str, str], faults: Faults, today: dt.date) -> str:
    tertials = [(year, part) for year in (today.year, today.year - 1) for part in (3, 2, 1)]
    begun = [each for each in tertials if dt.date(each[0], 4 * each[1] - 3, 1) <= today]
    return render_template(
        "reports/snapshots/new.html",
        units=units,
        typed=typed,
        faults=faults,
        kinds=[(kind, kind_words(kind)) for kind in ReportKind],
        tertials=begun,
        years=[today.year - back for back in range(4)],
    )


@blueprint.get("/rapporter/utkast/<int:report_id>")
@requires(*CARD_EDITORS)
def edit_draft(report_id: int) -> str | Response:
    """The draft: which indicators, and a paragraph for each perspective."""
    session = database.session()
    report = edited_report(session, report_id)
    if report.state is not ReportState.DRAFT:
        return redirect(url_for("reports.show", report_id=report_id))
    return _draft_page(session, report, choice_of(report), [])


@blueprint.post("/rapporter/utkast/<int:report_id>")
@requires(*CARD_EDITORS)
def save_draft(report_id: int) -> str | Response | tuple[str, int]:
    session = database.session()
    report = edited_report(session, report_id)
    typed = _typed_choice()
    faults: Faults = [
        (
            f"avsnitt-{key}",
            _(
                "Avsnittet er på %(length)s tegn. Skriv høyst %(most)s.",
                length=len(text),
                most=MOST_IN_PARAGRAPH,
            ),
        )
        for key, text in typed.paragraphs.items()
        if len(text) > MOST_IN_PARAGRAPH
    ]
    faults += named_numbers(
        {f"avsnitt-{key}": (_("Avsnittet"), text) for key, text in typed.paragraphs.items()}
    )
    if faults:
        return _draft_page(session, report, typed, faults, _step_of_page(report)), 422
    try:
        saved = save_choice(report, current_user, typed, _step_of_page(report))
    except ReportError as error:
        flash(str(error))
        return redirect(url_for("reports.index"))
    if saved.conflicts:
        faults = [
            (
                f"avsnitt-{key}",
                _(
                    "%(name)s har skrevet her siden du åpnet siden: «%(text)s». Ingenting er lagret ennå. Se over "
                    "teksten, og lagre på nytt.",
                    name=report.changed_by,
                    text=text,
                ),
            )
            for key, text in saved.conflicts.items()
        ]
        return _draft_page(session, report, saved.choice, faults), 409
    session.commit()
    if request.form.get("handling") == "frys":
        return redirect(url_for("reports.freeze_draft", report_id=report_id))
    if request.form.get("handling") == "se":
        return redirect(url_for("reports.preview", report_id=report_id))
    flash(_("Utkastet er lagret."))
    return redirect(url_for("reports.edit_draft", report_id=report_id))


def _typed_choice() -> ReportChoice:
    ids = sorted(
        {int(each) for each in request.form.getlist("indikator") if each.isdecimal() and len(each) < 10}
    )
    paragraphs = {
        name.removeprefix("avsnitt-"): " ".join(text.split())
        for name, text in request.form.items()
        if name.startswith("avsnitt-") and text.strip()
    }
    return ReportChoice(tuple(ids), paragraphs)


def _step_of_page(report: Report) -> int:
    typed = request.form.get("steg", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else report.steps_taken


@blueprint.post("/rapporter/utkast/<int:report_id>/angre")
@requires(*CARD_EDITORS)
def undo_draft(report_id: int) -> Response:
    """Takes the last change back: not one that somebody else has made since."""
    session = database.session()
    report = edited_report(session, report_id)
    try:
        if _step_of_page(report) != report.steps_taken:
            flash(
                _(
                    "Utkastet er endret etter at du åpnet siden, og ingenting er angret. Se over det og prøv igjen."
                )
            )
        elif undo_change(report, current_user):
            session.commit()
            flash(_("Den siste endringen er angret."))
    except ReportError as error:
        flash(str(error))
    return redirect(url_for("reports.edit_draft", report_id=report_id))


@blueprint.post("/rapporter/utkast/<int:report_id>/slett")
@requires(*CARD_EDITORS)
def delete_report(report_id: int) -> Response:
    """Throws a draft away. What is frozen stays."""
    session = database.session()
    try:
        delete_draft(session, edited_report(session, report_id))
        session.commit()
        flash(_("Utkastet er slettet."))
    except ReportError as error:
        flash(str(error))
    return redirect(url_for("reports.index"))


@blueprint.get("/rapporter/utkast/<int:report_id>/forhandsvisning")
@requires(*CARD_EDITORS)
def preview(report_id: int) -> str | Response:
    """The draft as it would be frozen today for the audience in `utgave`."""
    session = database.session()
    report = edited_report(session, report_id)
    if report.state is not ReportState.DRAFT:
        return redirect(url_for("reports.show", report_id=report_id))
    asked = request.args.get("utgave", ReportAudience.INTERNAL.value)
    audience = next((each for each in ReportAudience if each.value == asked), None)
    if audience is None:
        abort(404)
    try:
        content = read_content(session, report, choice_of(report), audience, municipal_day())
    except NoSuchYearError:
        abort(404)
    return render_template(
        "reports/snapshots/preview.html",
        report=report,
        content=content,
        audience=audience,
        audiences=ReportAudience,
        colours=status_words(),
    )


@blueprint.route("/rapporter/utkast/<int:report_id>/frys", methods=["GET", "POST"])
@requires(*CARD_EDITORS)
def freeze_draft(report_id: int) -> str | Response | tuple[str, int]:
    """What the other audiences do not see, and the freezing with name and date."""
    session = database.session()
    report = edited_report(session, report_id)
    if report.state is not ReportState.DRAFT:
        return redirect(url_for("reports.show", report_id=report_id))
    today = municipal_day()
    if request.method == "GET":
        return _freeze_page(session, report, {"dato": short_date(today)}, [], today)
    form = request.form.to_dict()
    by = " ".join(form.get("navn", "").split())
    faults: Faults = [] if by else [("navn", _("Skriv navn og stilling på den som svarer for rapporten."))]
    if form.get("steg") != str(report.steps_taken):
        faults.append(("navn", _("Utkastet er endret etter at du åpnet siden. Se over det en gang til.")))
    try:
        day = read_day(form.get("dato", "").strip(), today)
    except MeasurementCellError as error:
        return _freeze_page(session, report, form, [*faults, ("dato", str(error))], today), 422
    if faults:
        return _freeze_page(session, report, form, faults, today), 422
    try:
        freeze(session, report, current_user, ReportApproval(by, day), today)
        session.commit()
    except (ReportError, NoSuchYearError) as error:
        session.rollback()
        flash(
            str(error)
            if isinstance(error, ReportError)
            else _("Styringskortet har ingen verdier for perioden.")
        )
        return redirect(url_for("reports.edit_draft", report_id=report_id))
    said = flash_at("innsyn", _("Rapporten er frosset. Nå kan dere bestemme hvem som får lese den."))
    return redirect(url_for("reports.show", report_id=report_id, _anchor=said))


def _units(session: Session) -> list[Unit]:
    """The living units the account may make reports for, by name."""
    ids = granted_units(session, current_user, *CARD_EDITORS)
    living = living_units(session, ids, municipal_day())
    return sorted(living.values(), key=lambda unit: alphabetical(unit.name))


def _draft_page(
    session: Session, report: Report, choice: ReportChoice, faults: Faults, step: int | None = None
) -> str:
    """step: how many changes had been made when the page that is shown again was made; None: as it is now."""
    try:
        card = read_for(session, report, ReportAudience.INTERNAL, municipal_day())
    except NoSuchYearError:
        abort(404)
    return render_template(
        "reports/snapshots/draft.html",
        report=report,
        card=card,
        choice=choice,
        step=report.steps_taken if step is None else step,
        chosen=frozenset(choice.indicators),
        faults=faults,
        last=last_change(report),
        most=MOST_IN_PARAGRAPH,
        colours=status_words(),
        uses_messages=True,
    )


def _freeze_page(
    session: Session, report: Report, typed: dict[str, str], faults: Faults, today: dt.date
) -> str:
    try:
        internal, *others = [
            read_content(session, report, choice_of(report), audience, today) for audience in ReportAudience
        ]
    except NoSuchYearError:
        abort(404)
    # One who may not see the newest value may see an older one in its place.
    shown = {row.indicator_id: (row.value, row.period) for row in internal.rows if row.value}
    withheld = [
        (
            audience,
            [row for row in content.rows if shown.get(row.indicator_id, ("", "")) != (row.value, row.period)],
        )
        for audience, content in zip(DECIDED, others, strict=True)
    ]
    return render_template(
        "reports/snapshots/freeze.html",
        report=report,
        content=internal,
        withheld=withheld,
        can_be_open=may_be_open(session, report),
        typed=typed,
        faults=faults,
        language_name=LANGUAGES[language()],
    )
