"""A form that was sent after its session had ended: what was typed goes through the sign-in page and comes back.

It is never stored. Only forms from our own pages get here, so no other site can have a form of its own sent after
somebody signs in: they have a right token (Flask-WTF checks it first), or, when she has signed in or out in another
tab meanwhile, the browser says that a page of ours sent them. Passwords and files are not carried along.
"""

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, urlsplit

from flask import Response, current_app, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from surveys.access.forms import SignInForm
from surveys.platform.addresses import is_own_page

_FIELD: Final = "avbrutt"
_MOST_CHARACTERS: Final = 200_000
_MOST_SENT: Final = 400_000
"""Bytes of what the sign-in form carries, as a browser sends it. Werkzeug takes a form of 500,000."""

_FROM_OUR_OWN_PAGE: Final = "same-origin"
_NEVER_CARRIED: Final = frozenset({"csrf_token", "password", "passphrase", "again", "current", "words"})
"""The names of every field for a password or for a share of a ballot key, and the token."""


@dataclass(frozen=True)
class InterruptedForm:
    """`address`: where it was sent. `fields`: (name, value), each as often as it was sent. `had_file`: one is lost."""

    address: str
    fields: tuple[tuple[str, str], ...]
    had_file: bool = False

    def as_text(self) -> str:
        return json.dumps([self.address, self.fields, self.had_file], ensure_ascii=False)

    @property
    def can_be_carried(self) -> bool:
        """False for a text so long that it would be lost on the way: the page must not promise to keep it."""
        text = self.as_text()
        return len(text) <= _MOST_CHARACTERS and len(quote_plus(text)) <= _MOST_SENT

    @property
    def page(self) -> str:
        """The page that the form is on, for whoever would rather not send it; «» when it has no page of its own."""
        path = urlsplit(self.address).path
        try:
            current_app.url_map.bind("").match(path, method="GET")
        except HTTPException:
            return ""
        return self.address

    @classmethod
    def from_text(cls, text: str) -> "InterruptedForm | None":
        """None when the text is not what `as_text` made: the browser may send anything."""
        try:
            address, fields, had_file = json.loads(text[:_MOST_CHARACTERS])
            pairs = tuple((str(name), str(value)) for name, value in fields)
        except (ValueError, TypeError, RecursionError):
            return None
        own = isinstance(address, str) and is_own_page(address)
        return cls(address, pairs, bool(had_file)) if own else None


def current_form() -> InterruptedForm | None:
    """What this request sends; None when it sends nothing to give back."""
    fields = tuple(
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name.casefold() not in _NEVER_CARRIED
    )
    had_file = any(file.filename for file in request.files.values())
    if not fields and not had_file:
        return None
    return InterruptedForm(request.full_path.rstrip("?"), fields, had_file)


def sent_along() -> InterruptedForm | None:
    """What the sign-in form carries."""
    text = request.form.get(_FIELD, "")
    return InterruptedForm.from_text(text) if text else None


def page_to_sign_in(typed: InterruptedForm) -> Response:
    """The sign-in page, which says that the session has ended and that nothing typed is lost."""
    form = SignInForm(formdata=None)
    page = render_template("access/sign_in.html", form=form, typed=typed)
    return make_response(page, 401)


def page_to_resume(typed: InterruptedForm) -> Response:
    """The form again, ready to be sent with one button: nothing is sent by itself."""
    return make_response(render_template("access/resume.html", typed=typed, home=url_for("home.show")))


def given_back() -> Response | None:
    """For a form whose token is no longer right: she has signed in or out in another tab since the page was opened.

    None when the browser does not say that it comes from a page of ours, and when nothing was typed. Nothing is done:
    she gets it back, to send herself.
    """
    if request.headers.get("Sec-Fetch-Site") != _FROM_OUR_OWN_PAGE:
        return None
    typed = sent_along() if request.endpoint == "access.sign_in" else current_form()
    if typed is None:
        return None
    return page_to_resume(typed) if current_user.is_authenticated else page_to_sign_in(typed)
