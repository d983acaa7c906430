"""HR's page for results of earlier surveys in other tools: looked at first, then stored, and withdrawn if wrong."""

from typing import Any, Final

from flask import abort, flash, redirect, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, is_granted, requires
from surveys.campaigns.models import Survey
from surveys.hr.history.forms import HistoryForm
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.organisation.subtrees import lineage
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _, ngettext
from surveys.release.history.file import COLUMNS
from surveys.release.history.imported import importable_measures
from surveys.release.history.importing import import_figures
from surveys.release.history.models import ImportedKind
from surveys.release.history.report import HistoryImportRequest, HistoryReport
from surveys.release.history.sets import NotYoursError, set_rows, withdraw

MOST_FAULTS: Final = 30
"""Faults on the page; more of them are counted."""


@blueprint.route("/undersokelser/<key>/tidligere", methods=["GET", "POST"])
@requires(*HR_ROLES)
def history(key: str) -> str | tuple[str, int]:
    """What has been imported for the survey's series, and what a file would add. Nothing is stored."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = _form(session, survey)
    if not form.is_submitted():
        return _page(session, survey, form)
    if not form.validate():
        return _page(session, survey, form), 422
    report = _imported(session, survey, form, apply=False)
    return _page(session, survey, form, report), (422 if report.faults else 200)


@blueprint.post("/undersokelser/<key>/tidligere/legg-inn")
@requires(*HR_ROLES)
def add_history(key: str) -> Response | tuple[str, int]:
    """Stores a file that has been looked at; it is checked once more."""
    session = database.session()
    survey = survey_for_hr(session, key)
    form = _form(session, survey)
    if not form.validate_on_submit():
        return _page(session, survey, form), 422
    report = _imported(session, survey, form, apply=True)
    if report.faults:
        session.rollback()
        return _page(session, survey_for_hr(session, key), form, report), 422
    session.commit()
    flash(
        ngettext(
            "%(num)s tall er lagt inn, merket med kilden.",
            "%(num)s tall er lagt inn, merket med kilden.",
            report.figures,
        )
    )
    return redirect(url_for("hr.history", key=key))


@blueprint.post("/undersokelser/<key>/tidligere/<int:number>/trekk")
@requires(*HR_ROLES)
def withdraw_history(key: str, number: int) -> Response:
    """Undoes an import."""
    session = database.session()
    survey = survey_for_hr(session, key)
    try:
        withdraw(
            session,
            survey,
            number,
            granted_units(session, current_user, *HR_ROLES),
            municipal_day(),
            may_norms=_may_norms(session, survey),
        )
    except KeyError:
        abort(404)
    except NotYoursError:
        abort(403)
    session.commit()
    flash(_("Tallene er trukket tilbake og blir ikke vist lenger."))
    return redirect(url_for("hr.history", key=key))


def _form(session: Session, survey: Survey) -> HistoryForm:
    form = HistoryForm()
    kinds: list[tuple[ImportedKind, object]] = [
        (ImportedKind.HISTORY, _("Enhetenes resultater fra tidligere undersøkelser"))
    ]
    if _may_norms(session, survey):
        kinds.append((ImportedKind.NORM, _("En norm: hva andre skårer")))
    form.offer(kinds)
    return form


def _may_norms(session: Session, survey: Survey) -> bool:
    """A norm is shown to every unit in the series, so it takes HR of the whole organisation."""
    return is_granted(session, current_user, lineage(session, survey.unit_id)[-1], *HR_ROLES)


def _imported(session: Session, survey: Survey, form: HistoryForm, *, apply: bool) -> HistoryReport:
    kind = ImportedKind(form.kind.data)
    wanted = HistoryImportRequest(
        kind=kind,
        survey=survey,
        source=str(form.source.data),
        # Whoever brings in a norm means it to be compared with.
        comparable=bool(form.comparable.data) or kind == ImportedKind.NORM,
        instrument=str(form.instrument.data or ""),
        year=int(form.year.data) if (form.year.data or "").strip() else None,
        units=granted_units(session, current_user, *HR_ROLES),
        account_id=current_user.id,
    )
    return import_figures(session, form.content() or b"", wanted, apply=apply, today=municipal_day())


def _page(session: Session, survey: Survey, form: HistoryForm, report: HistoryReport | None = None) -> str:
    from surveys.instruments.in_use import questionnaire_of

    units = granted_units(session, current_user, *HR_ROLES)
    values: dict[str, Any] = {
        "form": form,
        "report": report,
        "most_faults": MOST_FAULTS,
        "rows": set_rows(session, survey, units, may_norms=_may_norms(session, survey)),
        "columns": COLUMNS[ImportedKind.HISTORY],
        "measures": importable_measures(questionnaire_of(survey.instrument)),
    }
    return tab("history", survey, **values)
