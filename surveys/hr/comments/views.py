"""HR's page where every comment is read before anybody else may see it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, is_granted, requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey
from surveys.hr.comments.words import reason_words, status_words
from surveys.hr.survey_page import blueprint, tab
from surveys.platform import database
from surveys.platform.messages import flash_at
from surveys.platform.texts import _, ngettext
from surveys.release.comments import queue as comment_queue
from surveys.release.comments.models import CommentStatus, HoldReason
from surveys.release.comments.queue import CommentFilter, QueuePage
from surveys.release.comments.reviewing import (
    APPROVED,
    WAITING,
    CommentGoneError,
    DecidedMeanwhileError,
    Decision,
    Reviewer,
)
from surveys.release.comments.shortening import NotShortenedError

EVERYTHING: Final = "alle"


@dataclass(frozen=True)
class Trouble:
    """Why the last step did nothing. `comment_id` and `text` when it was a shortening that can be mended."""

    message: str
    comment_id: uuid.UUID | None = None
    text: str = ""


@blueprint.get("/undersokelser/<key>/kommentarer")
@requires(*HR_ROLES)
def comments(key: str) -> str:
    """The comments of the reader's units, a page at a time, those that wait first."""
    return _page(_reviewer(key))


@blueprint.post("/undersokelser/<key>/kommentarer/<name>")
@requires(*HR_ROLES)
def decide_comment(key: str, name: str) -> Response | tuple[str, int]:
    """Takes a decision and goes on to the next comment. A decision that cannot be taken says why."""
    reviewer = _reviewer(key)
    deed = _DEEDS.get(name) or abort(404)
    try:
        done, goes_to = deed(reviewer)
        reviewer.session.commit()
    except NotShortenedError as error:
        reviewer.session.rollback()
        trouble = Trouble(str(error), _comment_id(), request.form.get("text", ""))
        return _page(_reviewer(key), trouble), 422
    except (DecidedMeanwhileError, CommentGoneError):
        reviewer.session.rollback()
        return _page(_reviewer(key), Trouble(_meanwhile())), 409
    return redirect(url_for("hr.comments", key=key, _anchor=flash_at(goes_to, done), **_asked()))


def _reviewer(key: str) -> Reviewer:
    """The survey with the units whose comments the reader may review; else the request ends with 404 or 403.

    HR of the whole survey reviews everything. HR of an area reviews what is kept under the area, if anything is.
    """
    session = database.session()
    try:
        survey = find_survey(session, key)
    except SurveyError:
        abort(404)
    units = frozenset(unit.unit_id for unit in survey.units)
    if _is_hr_for_all(session, survey):
        return Reviewer(session, survey, units)
    own = units & granted_units(session, current_user, *HR_ROLES)
    if not comment_queue.progress(session, survey, own).total:
        abort(403)
    return Reviewer(session, survey, own)


def _is_hr_for_all(session: Session, survey: Survey) -> bool:
    return is_granted(session, current_user, survey.unit_id, *HR_ROLES)


def _page(reviewer: Reviewer, trouble: Trouble | None = None) -> str:
    session, survey, units = reviewer.session, reviewer.survey, reviewer.units
    wanted = _wanted()
    side = request.args.get("side", default=1, type=int)
    troubled = trouble.comment_id if trouble else None
    page = comment_queue.queue_page(session, survey, units, wanted, side, with_comment=troubled)
    values: dict[str, Any] = {
        "progress": comment_queue.progress(session, survey, units),
        "page": page,
        "first": (page.number - 1) * comment_queue.AT_A_TIME,
        "wanted": wanted,
        "questions": comment_queue.question_texts(survey),
        "homes": comment_queue.homes(session, survey, units),
        "waiting": [comment for comment in page.comments if comment.status == CommentStatus.WAITING],
        "statuses": status_words(),
        "reasons": reason_words(),
        "addresses": _addresses(survey, page),
        "trouble": trouble,
    }
    if _is_hr_for_all(session, survey):
        return tab("comments", survey, frame="hr/survey.html", **values)
    return render_template("hr/comments.html", frame="hr/comments/area.html", survey=survey, **values)


def _wanted() -> CommentFilter:
    """What the address asks for; what it asks wrongly is left out."""
    status = request.args.get("status", CommentStatus.WAITING.value)
    known = {each.value: each for each in CommentStatus}
    return CommentFilter(
        status=None if status == EVERYTHING else known.get(status, CommentStatus.WAITING),
        question=request.args.get("sporsmal", ""),
        unit_id=request.args.get("enhet", type=int),
    )


def _asked() -> dict[str, Any]:
    """The choices in the address, to be carried on; whatever else stands there is not."""
    return {
        name: request.args[name] for name in ("status", "sporsmal", "enhet", "side") if name in request.args
    }


def _addresses(survey: Survey, page: QueuePage) -> dict[str, str]:
    """Where each form is sent, and the pages before and after this one; all keep what was asked for."""
    asked = _asked()
    found = {name: url_for("hr.decide_comment", key=survey.key, name=name, **asked) for name in _DEEDS}
    beside = {"previous": page.number - 1, "next": page.number + 1}
    return found | {
        name: url_for("hr.comments", key=survey.key, **(asked | {"side": str(number)}))
        for name, number in beside.items()
        if 1 <= number <= page.pages
    }


def _comment_id() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("comment", ""))
    except ValueError:
        abort(400)


def _revision() -> int:
    return request.form.get("revision", default=0, type=int)


def _next(reviewer: Reviewer, comment_id: uuid.UUID) -> str:
    """The place of the comment to go on with: the one after this in the list, else the top of the list."""
    page = comment_queue.queue_page(
        reviewer.session,
        reviewer.survey,
        reviewer.units,
        _wanted(),
        request.args.get("side", default=1, type=int),
    )
    following = (f"kommentar-{comment.id}" for comment in page.comments if comment.id > comment_id)
    return next(following, "kommentarliste")


def _decided(reviewer: Reviewer, decision: Decision, done: str) -> tuple[str, str]:
    comment_id = _comment_id()
    reviewer.decide(comment_id, _revision(), decision)
    reviewer.session.flush()
    return done, _next(reviewer, comment_id)


def _approve(reviewer: Reviewer) -> tuple[str, str]:
    return _decided(reviewer, APPROVED, _("Forrige kommentar er godkjent."))


def _undo(reviewer: Reviewer) -> tuple[str, str]:
    return _decided(reviewer, WAITING, _("Forrige kommentar venter igjen og vises ikke for noen andre."))


def _hold(reviewer: Reviewer) -> tuple[str, str]:
    if request.form.get("reason") not in set(HoldReason):
        abort(400)
    decision = Decision(CommentStatus.HELD, HoldReason(request.form["reason"]))
    return _decided(reviewer, decision, _("Forrige kommentar blir ikke vist."))


def _shorten(reviewer: Reviewer) -> tuple[str, str]:
    comment_id = _comment_id()
    reviewer.shorten(comment_id, _revision(), request.form.get("text", ""))
    return _("Ordene er tatt ut for godt. Les kommentaren en gang til før du godkjenner."), (
        f"kommentar-{comment_id}"
    )


def _approve_page(reviewer: Reviewer) -> tuple[str, str]:
    seen: dict[uuid.UUID, int] = {}
    try:
        for pair in request.form.getlist("comment"):
            comment_id, _colon, revision = pair.partition(":")
            seen[uuid.UUID(comment_id)] = int(revision)
    except ValueError:
        abort(400)
    approved = reviewer.approve_all(seen)
    done = ngettext("%(num)s kommentar er godkjent.", "%(num)s kommentarer er godkjent.", approved)
    if approved < len(seen):
        done += " " + _("Resten har noen andre gjort noe med i mellomtiden.")
    return done, "kommentarliste"


_DEEDS: Final[Mapping[str, Callable[[Reviewer], tuple[str, str]]]] = {
    "godkjenn": _approve,
    "godkjenn-siden": _approve_page,
    "vis-ikke": _hold,
    "ta-ut-ord": _shorten,
    "angre": _undo,
}


def _meanwhile() -> str:
    return _(
        "Noen andre har gjort noe med denne kommentaren siden du åpnet siden. "
        "Du har ikke endret noe. Her er kommentarene slik de står nå."
    )
