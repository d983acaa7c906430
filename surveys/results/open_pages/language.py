"""The language of a page that sets no cookie: the address says it, else the browser."""

from flask import request

from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, use_language


def choose_language() -> None:
    """Sets the language of this page. A chosen language of somebody who is signed in plays no part."""
    asked = request.args.get("sprak", "")
    best = request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE)
    use_language(asked if asked in LANGUAGES else best or DEFAULT_LANGUAGE)
