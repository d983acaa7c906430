"""Where somebody is led after signing in: to a page of our own, never to an address that leads out of the site."""

from urllib.parse import urlsplit

from flask import url_for


def safe_target(wanted: str | None) -> str:
    """The page that was asked for when it is ours, else the home page."""
    if wanted and _is_ours(wanted):
        return wanted
    return url_for("home.show")


def _is_ours(address: str) -> bool:
    # Browsers read «\\» as «/», and drop tabs and line breaks, as `urlsplit` does: «/\t/elsewhere» is another host.
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        return False
    return not urlsplit(address).netloc
