"""A form that was sent after its session had ended: what was typed goes through the sign-in page and comes back.

It is never stored. Only forms with a right token get here (Flask-WTF checks it first), so no other site can have a form
of its own sent after somebody signs in. Passwords and files are not carried along.
"""

import json
from dataclasses import dataclass
from typing import Final

from flask import Response, make_response, render_template, request, url_for

from surveys.access.forms import SignInForm
from surveys.platform.addresses import is_own_page

_FIELD: Final = "avbrutt"
_MOST_CHARACTERS: Final = 200_000
_NEVER_CARRIED: Final = ("csrf_token", "password", "passord")


@dataclass(frozen=True)
class InterruptedForm:
    """`address`: where it was sent. `fields`: (name, value), each as often as it was sent. `had_file`: one is lost."""

    address: str
    fields: tuple[tuple[str, str], ...]
    had_file: bool = False

    def as_text(self) -> str:
        return json.dumps([self.address, self.fields, self.had_file], ensure_ascii=False)

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
        if not any(word in name.casefold() for word in _NEVER_CARRIED)
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
