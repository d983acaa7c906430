"""What every page needs: the installation's name, and error pages in plain words."""

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from surveys.organisation.installation import installation
from surveys.platform import compressing, static_files
from surveys.platform.explained import ExplainedError
from surveys.platform.texts import _


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(installation=installation)
    static_files.init_app(app)
    compressing.init_app(app)

    @app.errorhandler(HTTPException)
    def explain(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        heading, advice = _explanations().get(code, _explanations()[500])
        if isinstance(error, CSRFError):
            heading, advice = (
                _("Siden var åpen for lenge"),
                _("Gå tilbake, last siden på nytt og prøv igjen."),
            )
        if isinstance(error, ExplainedError):
            heading, advice = error.heading, error.advice
        return render_template("site/error.html", heading=heading, advice=advice), code


def _explanations() -> dict[int, tuple[str, str]]:
    return {
        400: (_("Noe manglet i forespørselen"), _("Gå tilbake og prøv en gang til.")),
        403: (
            _("Du har ikke tilgang til denne siden"),
            _("Mener du at du skal ha tilgang, snakk med HR i kommunen."),
        ),
        404: (_("Vi finner ikke siden"), _("Sjekk adressen, eller gå til forsiden.")),
        405: (_("Siden kan ikke brukes slik"), _("Gå til forsiden og prøv derfra.")),
        413: (_("Det du sendte, er for stort"), _("Kort ned teksten eller filen og prøv igjen.")),
        429: (_("For mange forsøk"), _("Vent et par minutter og prøv igjen.")),
        500: (_("Noe gikk galt hos oss"), _("Ingenting er lagret halvveis. Prøv igjen om litt.")),
    }
