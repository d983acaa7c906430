"""The leader agreement: goals and values from the card, the leader's own evaluation, and the summary of the talk.

For the leader and her own leader. To everybody else the page does not exist, whoever they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import Account
from surveys.access.permissions import signed_in
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.free_texts import text_fault, written
from surveys.platform.texts import _
from surveys.release.visibility import readable_cards
from surveys.scorecards.leader_talk.models import MOST_CHARACTERS, TalkText, TalkTextKind
from surveys.scorecards.leader_talk.pair import unit_leaders
from surveys.scorecards.leader_talk.texts import (
    Agreement,
    WrittenMeanwhileError,
    leader_talk_texts,
    may_open,
    store_text,
    texts_for,
    years_of,
)
from surveys.scorecards.queries import Card, NoSuchYearError, read_card
from surveys.scorecards.texts import status_words
from surveys.scorecards.views import blueprint, year_in_address


@blueprint.get("/lederavtale")
@signed_in
def leader_talks() -> str:
    """The reader's own agreements, and those of the leaders whose leader she is."""
    session = database.session()
    everybody = unit_leaders(session)
    own = [unit_id for unit_id, those in everybody.leaders.items() if current_user.id in _ids(those)]
    led = {
        unit_id: [each for each in those if current_user.id in _ids(everybody.above(unit_id, each.id))]
        for unit_id, those in everybody.leaders.items()
    }
    today = municipal_day()
    living = select(Unit).where(Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    units = {unit.id: unit for unit in session.scalars(living.where(Unit.id.in_([*own, *led])))}
    nodes = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    order = [units[node.unit_id] for node in nodes]
    return render_template(
        "scorecards/leader_talk/index.html",
        own=[unit for unit in order if unit.id in own],
        led=[(unit, leader) for unit in order for leader in led.get(unit.id, ())],
        texts=leader_talk_texts(session, current_user.account),
    )


def _ids(accounts: Iterable[Account]) -> set[int]:
    return {each.id for each in accounts}


@blueprint.get("/lederavtale/alt")
@signed_in
def own_talk_texts() -> str:
    """Everything that is kept of the reader's agreements, every version: for herself, and to print."""
    session = database.session()
    texts = leader_talk_texts(session, current_user.account)
    units = {unit.id: unit.name for unit in session.scalars(select(Unit))}
    return render_template("scorecards/leader_talk/own.html", texts=texts, units=units, names=_kind_names())


@dataclass(frozen=True)
class _Typed:
    """What was typed for one of the texts. faults: (field, what is wrong with it)."""

    text: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    overtaken: bool = False


@blueprint.get("/lederavtale/<unit_code>/<int:leader_id>")
@signed_in
def leader_talk(unit_code: str, leader_id: int) -> str:
    session = database.session()
    return _page(session, _agreement(session, unit_code, leader_id, year_in_address()), {})


@blueprint.post("/lederavtale/<unit_code>/<int:leader_id>")
@signed_in
def save_leader_talk(unit_code: str, leader_id: int) -> str | Response | tuple[str, int]:
    """A text is saved as a new version, or an earlier one of the writer's is taken up again."""
    session = database.session()
    agreement = _agreement(session, unit_code, leader_id, year_in_address())
    kind = _kind(agreement)
    is_leader = current_user.id == agreement.leader.id
    above = unit_leaders(session).above(agreement.unit.id, agreement.leader.id)
    reader = current_user.account if not is_leader else _chosen(above)
    button = request.form.get("handling", "")
    text = _restored(session, agreement, kind, button) if button.startswith("hent:") else _typed_text()
    faults = _faults(kind, text, needs_reader=is_leader and bool(above) and reader is None)
    if not text and not texts_for(session, current_user.account, agreement, kind):
        faults.append((f"{kind}-tekst", _("Skriv noe først.")))
    if faults:
        return _page(session, agreement, {kind: _Typed(text, tuple(faults))}), 422
    try:
        store_text(session, current_user.account, agreement, kind, text, reader, _known())
    except WrittenMeanwhileError:
        session.rollback()
        agreement = _agreement(session, unit_code, leader_id, year_in_address())
        return _page(session, agreement, {kind: _Typed(text, overtaken=True)}), 409
    session.commit()
    flash(_("Teksten er tatt bort.") if not text else _("Lagret."))
    address = url_for("scorecards.leader_talk", unit_code=unit_code, leader_id=leader_id, ar=agreement.year)
    return redirect(address)


def _agreement(session: Session, unit_code: str, leader_id: int, year: int | None) -> Agreement:
    """404 for everybody but the two, and for what is not there."""
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    leader = session.get(Account, leader_id)
    this_year = municipal_day().year
    if unit is None or leader is None or not 2000 <= (year or this_year) <= this_year + 1:
        abort(404)
    agreement = Agreement(leader, unit, year or this_year)
    everybody = unit_leaders(session)
    is_own = leader.id == current_user.id
    leads = leader.id in _ids(everybody.of(unit.id))
    # She who led it before keeps what she wrote.
    was_leading = is_own and bool(years_of(session, current_user.account, agreement))
    if not (leads or was_leading) or not may_open(session, current_user.account, agreement):
        abort(404)
    return agreement


def _kind(agreement: Agreement) -> TalkTextKind:
    """Which text is sent. The leader alone writes her evaluation."""
    sent = request.form.get("slag", "")
    if sent not in set(TalkTextKind):
        abort(400)
    kind = TalkTextKind(sent)
    if kind is TalkTextKind.EVALUATION and current_user.id != agreement.leader.id:
        abort(403)
    return kind


def _chosen(above: list[Account]) -> Account | None:
    """Whom the page said would read it: never somebody who has come since."""
    return next((each for each in above if str(each.id) == request.form.get("leser", "")), None)


def _typed_text() -> str:
    return written(request.form.get("tekst", ""))


def _known() -> int:
    sent = request.form.get("versjon", "0")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def _restored(session: Session, agreement: Agreement, kind: TalkTextKind, button: str) -> str:
    """The text of an earlier version, «hent:0»: none."""
    versions = {str(each.number): each for each in texts_for(session, current_user.account, agreement, kind)}
    number = button.removeprefix("hent:")
    if number != "0" and number not in versions:
        abort(404)
    return versions[number].text if number in versions else ""


def _faults(kind: TalkTextKind, text: str, *, needs_reader: bool) -> list[tuple[str, str]]:
    faults = []
    if fault := text_fault(_("Teksten"), text, MOST_CHARACTERS):
        faults.append((f"{kind}-tekst", fault))
    if needs_reader:
        words = _("Velg hvem som er lederen din. Bare du og den du velger, kan lese teksten.")
        faults.append((f"{kind}-leser-0", words))
    return faults


def _kind_names() -> Mapping[TalkTextKind, str]:
    return {
        TalkTextKind.EVALUATION: _("Min egen vurdering"),
        TalkTextKind.SUMMARY: _("Oppsummering av samtalen"),
    }


@dataclass(frozen=True)
class _ShownText:
    """One of the two texts on the page. versions: those that the reader may read, the newest first."""

    kind: TalkTextKind
    name: str
    versions: Sequence[TalkText]
    may_write: bool
    typed: _Typed


def _page(session: Session, agreement: Agreement, typed: Mapping[TalkTextKind, _Typed]) -> str:
    account: Account = current_user.account
    is_own = account.id == agreement.leader.id
    above = unit_leaders(session).above(agreement.unit.id, agreement.leader.id)
    this_year = municipal_day().year
    return render_template(
        "scorecards/leader_talk/agreement.html",
        uses_messages=True,
        agreement=agreement,
        is_own=is_own,
        above=above,
        card=_card(session, agreement),
        words=status_words(),
        years=sorted(
            {this_year, this_year + 1, agreement.year} | years_of(session, account, agreement), reverse=True
        ),
        texts=[_shown(session, agreement, kind, typed) for kind in TalkTextKind],
        faults=[fault for each in typed.values() for fault in each.faults],
        most=MOST_CHARACTERS,
    )


def _shown(
    session: Session, agreement: Agreement, kind: TalkTextKind, typed: Mapping[TalkTextKind, _Typed]
) -> _ShownText:
    account: Account = current_user.account
    versions = texts_for(session, account, agreement, kind)
    is_own = account.id == agreement.leader.id
    name = _kind_names()[kind]
    if kind is TalkTextKind.EVALUATION and not is_own:
        name = _("%(name)s sin egen vurdering", name=agreement.leader.name)
    return _ShownText(
        kind,
        name,
        versions,
        is_own or kind is TalkTextKind.SUMMARY,
        typed.get(kind) or _Typed(versions[0].text if versions else ""),
    )


def _card(session: Session, agreement: Agreement) -> Card | None:
    """The unit's card as the reader may see it: of the year, else the last with a value."""
    if agreement.unit.id not in readable_cards(session, current_user, [agreement.unit.id]):
        return None
    today = municipal_day()
    try:
        return read_card(session, current_user, agreement.unit, today, agreement.year, with_details=False)
    except NoSuchYearError:
        return read_card(session, current_user, agreement.unit, today, with_details=False)
