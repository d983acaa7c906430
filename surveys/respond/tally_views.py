"""«Ble svaret mitt telt med?»: the published roots of a survey, and a look in its tree by receipt code.

For anybody, on any device, without a cookie. The code is sent in the form and is in no address.
"""

from dataclasses import dataclass
from enum import StrEnum

from flask import Response, abort, render_template, request, url_for
from sqlalchemy import or_, select

from surveys.access.permissions import open_to_everyone
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.tally import receipt_codes
from surveys.campaigns.tally.checking import roots_of
from surveys.campaigns.tally.models import RootKind, TallyLeaf, TallyRoot
from surveys.campaigns.tally.trail_chain import published_head
from surveys.platform import database, limits
from surveys.platform.localisation import LANGUAGES
from surveys.respond.blueprint import blueprint
from surveys.respond.session import use_asked_language
from surveys.respond.texts import language_choices


class ReceiptAnswer(StrEnum):
    """What the page says to a receipt code."""

    # The survey is open: said to every code, so that nobody sees when a ballot came.
    NOT_YET = "not_yet"
    # In the box, which is closed and not counted.
    IN_THE_BOX = "in_the_box"
    COUNTED = "counted"
    UNKNOWN = "unknown"
    MISTYPED = "mistyped"
    MISSING = "missing"


@dataclass(frozen=True)
class PublishedTally:
    """What may be told of the survey's box.

    takes_codes: False for a survey that was closed before there were receipts. ballots: None while the survey is open,
    and for fewer than the minimum group for good.
    """

    roots: tuple[TallyRoot, ...]
    takes_codes: bool
    ballots: int | None

    @classmethod
    def of(cls, survey: Survey) -> "PublishedTally":
        roots = tuple(roots_of(database.session(), survey))
        last = roots[-1] if roots and roots[-1].kind == RootKind.CLOSING else None
        enough = last is not None and last.ballots >= survey.minimum_group
        takes_codes = last is not None or survey.status == SurveyStatus.OPEN
        return cls(roots, takes_codes, last.ballots if last and enough else None)


def answer_to(survey: Survey, typed: str) -> ReceiptAnswer:
    """The rule. Ends the request with 429 when this client has asked for too many codes that are no ballot's."""
    if not typed.strip():
        return ReceiptAnswer.MISSING
    code = receipt_codes.found_in(typed)
    if code is None:
        return ReceiptAnswer.MISTYPED
    if survey.status in {SurveyStatus.DRAFT, SurveyStatus.OPEN}:
        return ReceiptAnswer.NOT_YET
    limits.UNKNOWN_RECEIPTS_OF_A_CLIENT.check(limits.client_key())
    if not receipt_codes.is_in_the_tree(database.session(), survey.id, code):
        limits.UNKNOWN_RECEIPTS_OF_A_CLIENT.count(limits.client_key())
        return ReceiptAnswer.UNKNOWN
    return ReceiptAnswer.IN_THE_BOX if survey.status == SurveyStatus.CLOSED else ReceiptAnswer.COUNTED


@blueprint.get("/telling")
@open_to_everyone
def tallies() -> str:
    """Every survey with receipts, the newest first."""
    language = use_asked_language()
    with_tree = select(TallyRoot.survey_id).where(TallyRoot.kind == RootKind.CLOSING)
    surveys = database.session().scalars(
        select(Survey)
        .where(or_(Survey.status == SurveyStatus.OPEN, Survey.id.in_(with_tree)))
        .order_by(Survey.opens_on.desc(), Survey.key)
    )
    choices = language_choices(LANGUAGES, language, lambda code: url_for("respond.tallies", sprak=code))
    return render_template(
        "respond/tallies.html", surveys=surveys.all(), choices=choices, text_language=language
    )


@blueprint.get("/telling/<key>")
@open_to_everyone
def tally(key: str) -> str:
    """What has been published of a survey's box, and where a receipt code is typed."""
    return _page(_survey(key), use_asked_language())


@blueprint.post("/telling/<key>")
@open_to_everyone
def check_receipt(key: str) -> str | tuple[str, int]:
    """The same page with the answer to the code."""
    language, survey = use_asked_language(), _survey(key)
    typed = request.form.get("kode", "")
    answer = answer_to(survey, typed)
    page = _page(survey, language, typed, answer)
    return (page, 422) if answer in {ReceiptAnswer.MISTYPED, ReceiptAnswer.MISSING} else page


@blueprint.get("/telling/<key>/avtrykk.txt")
@open_to_everyone
def leaves(key: str) -> Response:
    """Every leaf of the tree at closing, sorted: whoever wants to compute the root herself has it here."""
    survey = _survey(key)
    if PublishedTally.of(survey).ballots is None:
        abort(404)
    found = database.session().scalars(
        select(TallyLeaf.leaf).where(TallyLeaf.survey_id == survey.id).order_by(TallyLeaf.leaf)
    )
    content = "".join(f"{leaf.hex()}\n" for leaf in found)
    return Response(
        content,
        mimetype="text/plain",
        headers={"Content-Disposition": f'attachment; filename="avtrykk-{survey.key}.txt"'},
    )


def _survey(key: str) -> Survey:
    """Ends the request with 404 when nothing can be said about such a survey."""
    try:
        survey = find_survey(database.session(), key)
    except SurveyError:
        abort(404)
    if survey.status == SurveyStatus.DRAFT or survey.imported:
        abort(404)
    return survey


def _page(survey: Survey, language: str, typed: str = "", answer: ReceiptAnswer | None = None) -> str:
    def here(code: str) -> str:
        return url_for("respond.tally", key=survey.key, sprak=code)

    return render_template(
        "respond/tally.html",
        survey=survey,
        tally=PublishedTally.of(survey),
        trail=published_head(database.session(), survey),
        typed=typed,
        answer=answer,
        choices=language_choices(LANGUAGES, language, here),
        text_language=language,
    )
