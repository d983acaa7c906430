"""Folded texts that links lead to.

A browser without scripts does not unfold a <details> that a link leads to, so the link's address asks the server for
the page with it unfolded. `static/js/meanings.js` does the same in place.
"""

from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask, request

ARGUMENT: Final = "apne"


def folded_link(element_id: str) -> str:
    """The address of a folded text on the page that is being written, with all else that was asked of the page."""
    asked = [pair for pair in request.args.items(multi=True) if pair[0] != ARGUMENT]
    return f"?{urlencode([*asked, (ARGUMENT, element_id)])}#{quote(element_id)}"


def is_unfolded(element_id: str) -> bool:
    """Whether the page was asked for with the text unfolded."""
    return request.args.get(ARGUMENT) == element_id


def init_app(app: Flask) -> None:
    """Gives templates `folded_link` and `is_unfolded`."""
    app.jinja_env.globals.update(folded_link=folded_link, is_unfolded=is_unfolded)
