"""Where somebody is led after signing in: to a page of our own, never to an address that leads out of the site."""

from flask import url_for

from surveys.platform.addresses import is_own_page


def safe_target(wanted: str | None) -> str:
    """The page that was asked for when it is ours, else the home page."""
    return wanted if wanted and is_own_page(wanted) else url_for("home.show")
