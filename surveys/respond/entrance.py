"""The way in: a code typed from a letter, and codes that nobody was given."""

from flask import current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from surveys.access.permissions import open_to_everyone
from surveys.campaigns.replacing_codes import is_replaced
from surveys.platform import code_format, database
from surveys.platform.localisation import LANGUAGES
from surveys.respond import guessing
from surveys.respond.blueprint import blueprint
from surveys.respond.ended import ended_page
from surveys.respond.lookup import look_up_ended
from surveys.respond.public_link import pasted_token
from surveys.respond.session import UnknownCodeError, lead_to, use_asked_language
from surveys.respond.texts import language_choices
from surveys.respond.visits import parted


@blueprint.get("")
@open_to_everyone
def enter_code() -> str:
    """Where a code from a letter is typed."""
    return _code_form(use_asked_language())


@blueprint.post("")
@open_to_everyone
def use_code() -> Response | tuple[str, int]:
    """Leads on to the code's own address, or that of a public link. What cannot be either is explained here."""
    language = use_asked_language()
    typed = request.form.get("kode", "")
    if token := pasted_token(typed):
        return lead_to(url_for("respond.public_start", token=token, sprak=language))
    code = code_format.found_in(typed)
    if code is None:
        return _code_form(language, typed=typed, fault="missing" if not typed.strip() else "mistyped"), 422
    return lead_to(url_for("respond.start", code=code_format.grouped(code), sprak=language))


@blueprint.errorhandler(UnknownCodeError)
def explain_unknown_code(_error: UnknownCodeError) -> Response | tuple[str, int]:
    arguments = request.view_args or {}
    typed = parted(arguments.get("code", ""))[0]
    language = use_asked_language(arguments.get("language"))
    code = code_format.normalised(typed)
    if code is None and (meant := code_format.found_in(typed)) and request.method == "GET":
        # An address with something left hanging on it by a mail program.
        return lead_to(url_for("respond.start", code=code_format.grouped(meant), sprak=language))
    ended = look_up_ended(database.session(), typed, current_app.config["SECRETS"].codes)
    if ended is not None and code:
        return ended_page(ended, language, code_format.grouped(code))
    if code and is_replaced(database.session(), code, current_app.config["SECRETS"].codes):
        return _code_form(language, fault="replaced"), 410
    guessing.count(typed)
    return _code_form(language, typed=typed, fault="unknown"), 404


def _code_form(language: str, typed: str = "", fault: str = "") -> str:
    def here(code: str) -> str:
        return url_for("respond.enter_code", sprak=code)

    choices = language_choices(LANGUAGES, language, here)
    return render_template("respond/enter_code.html", typed=typed, fault=fault, choices=choices)
