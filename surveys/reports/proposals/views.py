"""The pages where politicians propose indicators, and where they are answered."""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, may_edit_card
from surveys.access.models import Role
from surveys.access.permissions import granted_units, requires
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.free_texts import named_numbers
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.release.visibility import units_of_politicians
from surveys.reports.proposals.models import MOST_IN_TEXT, MOST_IN_TITLE, IndicatorProposal

blueprint = Blueprint("proposals", __name__)

_READERS = (*CARD_EDITORS, Role.POLITICIAN)
Faults = list[tuple[str, str]]


@blueprint.get("/forslag")
@requires(*_READERS)
def index() -> str:
    """Her own proposals, and those for the cards that the reader sets up; those without an answer first."""
    session = database.session()
    return _page(session, {}, [])


@blueprint.post("/forslag")
@requires(Role.POLITICIAN)
def propose() -> Response | tuple[str, int]:
    session = database.session()
    unit = session.scalar(select(Unit).where(Unit.code == request.form.get("enhet", "")))
    if unit is None:
        abort(404)
    if unit.id not in _units_to_propose_for(session):
        abort(403)
    form = request.form.to_dict()
    title, why = (" ".join(form.get(name, "").split()) for name in ("forslag", "hvorfor"))
    faults: Faults = []
    if not 1 <= len(title) <= MOST_IN_TITLE:
        faults.append(("forslag", _("Skriv hva som bør måles, med høyst %(most)s tegn.", most=MOST_IN_TITLE)))
    if not 1 <= len(why) <= MOST_IN_TEXT:
        faults.append(
            ("hvorfor", _("Skriv hva du vil bruke tallet til, med høyst %(most)s tegn.", most=MOST_IN_TEXT))
        )
    faults += named_numbers({"forslag": (_("Forslaget"), title), "hvorfor": (_("Begrunnelsen"), why)})
    if faults:
        return _page(session, form, faults, unit), 422
    proposal = IndicatorProposal(
        unit=unit,
        title=title,
        why=why,
        at=dt.datetime.now(dt.UTC),
        account_id=current_user.id,
        author=current_user.name,
    )
    session.add(proposal)
    session.flush()
    audit.record(session, "proposal.made", unit.code, proposal=proposal.id)
    session.commit()
    flash(_("Forslaget er sendt."))
    return redirect(url_for("proposals.index"))


@blueprint.post("/forslag/<int:proposal_id>/svar")
@requires(*CARD_EDITORS)
def answer(proposal_id: int) -> Response | tuple[str, int]:
    session = database.session()
    # Two who answer at once come one after the other: the second is told. SQLite has it so anyway.
    proposal = session.get(IndicatorProposal, proposal_id, with_for_update=True)
    if proposal is None:
        abort(404)
    if not may_edit_card(session, current_user, proposal.unit_id):
        abort(403)
    if proposal.answered_at is not None:
        flash(_("%(name)s har svart allerede. Ingenting er endret.", name=proposal.answered_by))
        return redirect(url_for("proposals.index"))
    form = request.form.to_dict()
    words = " ".join(form.get("svar", "").split())
    faults: Faults = []
    if form.get("tas-med") not in {"ja", "nei"}:
        faults.append((f"ja-{proposal_id}", _("Velg om dette blir målt.")))
    if not 1 <= len(words) <= MOST_IN_TEXT:
        faults.append((f"svar-{proposal_id}", _("Skriv et svar på høyst %(most)s tegn.", most=MOST_IN_TEXT)))
    faults += named_numbers({f"svar-{proposal_id}": (_("Svaret"), words)})
    if faults:
        return _page(session, form, faults, answering=proposal_id), 422
    proposal.accepted, proposal.answer = form["tas-med"] == "ja", words
    proposal.answered_at, proposal.answered_by = dt.datetime.now(dt.UTC), current_user.name
    audit.record(session, "proposal.answered", proposal.unit.code, proposal=proposal.id)
    session.commit()
    flash(_("Svaret er sendt."))
    return redirect(url_for("proposals.index"))


def _units_to_propose_for(session: Session) -> frozenset[int]:
    """Those whose card she may open as a politician."""
    return units_of_politicians(session, granted_units(session, current_user, Role.POLITICIAN))


def _page(
    session: Session,
    typed: dict[str, str],
    faults: Faults,
    unit: Unit | None = None,
    answering: int | None = None,
) -> str:
    edited = granted_units(session, current_user, *CARD_EDITORS)
    own = IndicatorProposal.account_id == current_user.id
    proposals = session.scalars(
        select(IndicatorProposal)
        .where(or_(own, IndicatorProposal.unit_id.in_(edited)))
        .options(joinedload(IndicatorProposal.unit))
        .order_by(IndicatorProposal.answered_at.is_not(None), IndicatorProposal.id.desc())
    ).all()
    return render_template(
        "reports/proposals/index.html",
        proposals=proposals,
        answers=edited,
        typed=typed,
        faults=faults,
        unit=unit,
        answering=answering,
        day=lambda moment: short_date(municipal_day(moment)),
        uses_messages=True,
    )


def unanswered(session: Session, units: frozenset[int]) -> int:
    """How many proposals wait for an answer from whoever sets up the cards of these units."""
    waiting = select(IndicatorProposal.id).where(
        IndicatorProposal.unit_id.in_(units), IndicatorProposal.answered_at.is_(None)
    )
    return len(session.scalars(waiting).all())
