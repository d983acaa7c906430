"""Signing in with the sign-in provider, and the page after signing out of it."""

import logging
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from surveys.access.accounts import SignedIn
from surveys.access.oidc.attempts import SignInAttempt, take_attempt
from surveys.access.oidc.errors import (
    AccountClosedError,
    NoRolesError,
    ProviderDownError,
    TokenRefusedError,
)
from surveys.access.oidc.leaving import has_left_provider
from surveys.access.oidc.own_addresses import CALLBACK_PATH, SIGNED_OUT_PATH
from surveys.access.oidc.role_mapping import RoleMappingError
from surveys.access.own_pages import safe_target
from surveys.access.permissions import open_to_everyone, signed_in
from surveys.access.views import blueprint
from surveys.organisation.installation import installation
from surveys.platform import database, limits
from surveys.platform.config import Settings
from surveys.platform.texts import _

_log = logging.getLogger("medvirk.access")

Page = str | Response | tuple[str, int]


def _failed(response: FlaskResponse) -> bool:
    return response.status_code >= 400


@blueprint.get("/logg-inn/tjeneste")
@limits.limiter.limit(limits.SIGN_INS_OF_A_CLIENT, deduct_when=_failed)
@open_to_everyone
def oidc_begin() -> Page:
    """On to the provider, with the page that was asked for kept here."""
    _require_provider()
    if current_user.is_authenticated:
        return redirect(url_for("home.show"))
    # `requests`, Authlib and joserfc (13 MB) are loaded by whoever signs in there, never for respondents.
    from surveys.access.oidc.signing_in import address_of_provider

    try:
        return redirect(address_of_provider(session, safe_target(request.args.get("neste"))))
    except ProviderDownError as error:
        return _provider_down(error)
    except RoleMappingError as error:
        return _set_up_wrong(error)


@blueprint.get(CALLBACK_PATH)
@limits.limiter.limit(limits.SIGN_INS_OF_A_CLIENT, deduct_when=_failed)
@open_to_everyone
def oidc_callback() -> Page:
    """Back from the provider. Nothing is believed that this browser did not ask for a moment ago."""
    _require_provider()
    attempt = take_attempt(session, request.args.get("state", ""))
    if attempt is None:
        return _explained(
            _("Innloggingen ble for gammel"),
            _("Den må fullføres innen ti minutter, i samme nettleser. Prøv en gang til."),
            400,
        )
    if "error" in request.args:
        # The protocol's own code and nothing else: anybody can send anything in an address.
        _log.warning(
            "Innloggingstjenesten svarte med feil: %s",
            "".join(filter(str.isalpha, request.args["error"]))[:40],
        )
        return _explained(
            _("Du ble ikke logget inn"),
            _("Innloggingen ble avbrutt eller avvist hos tjenesten. Prøv en gang til, eller spør HR."),
            403,
        )
    return _signed_in(request.args.get("code", ""), attempt)


def _signed_in(code: str, attempt: SignInAttempt) -> Page:
    from surveys.access.oidc.signing_in import checked_issuer, sign_in_with  # heavy, as above

    try:
        checked_issuer(request.args.get("iss"))
        started = sign_in_with(database.database(), code, attempt)
    except ProviderDownError as error:
        return _provider_down(error)
    except RoleMappingError as error:
        return _set_up_wrong(error)
    except TokenRefusedError as error:
        _log.warning("Innlogging avvist: %s", error)
        return _explained(
            _("Du ble ikke logget inn"),
            _(
                "Vi kunne ikke stole på svaret fra innloggingstjenesten. Prøv en gang til. "
                "Hjelper det ikke, si fra til IT."
            ),
            403,
        )
    except AccountClosedError:
        return _explained(_("Kontoen er stengt"), _ask_hr(), 403)
    except NoRolesError:
        return _explained(
            _("Du har ikke tilgang til Medvirk ennå"),
            _("Innloggingen gikk bra, men ingen har gitt deg en tilgang.") + " " + _ask_hr(),
            403,
        )
    _begin_session(SignedIn(started.account, started.token), attempt)
    return redirect(safe_target(attempt.target))


def _begin_session(account: SignedIn, attempt: SignInAttempt) -> None:
    """A clean session. A form that waits in another tab keeps its token, or it could not be sent."""
    token = session.get("csrf_token") if attempt.target == url_for("access.oidc_continue") else None
    session.clear()
    if token:
        session["csrf_token"] = token
    login_user(account)


@blueprint.get("/logg-inn/fortsett")
@signed_in
def oidc_continue() -> str:
    """Signed in, in a tab of its own: what was being filled in waits in the other."""
    return render_template("access/oidc/continue.html")


@blueprint.get(SIGNED_OUT_PATH)
@open_to_everyone
def signed_out() -> Page:
    """What has ended: the session here, and at the provider when it has sent the browser back from there."""
    _require_provider()
    if current_user.is_authenticated:
        return redirect(url_for("home.show"))
    both = has_left_provider(request.args.get("state", ""))
    return render_template("access/oidc/signed_out.html", both=both)


def _require_provider() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.oidc_issuer:
        abort(404)


def _ask_hr() -> str:
    found: Any = installation()
    if found and found.contact:
        return _("Mener du at du skal ha tilgang, spør HR: %(contact)s.", contact=found.contact)
    return _("Mener du at du skal ha tilgang, snakk med HR i kommunen.")


def _provider_down(error: ProviderDownError) -> Page:
    _log.warning("Innloggingstjenesten svarer ikke: %s", error)
    return _explained(
        _("Innloggingstjenesten svarer ikke"),
        _("Prøv igjen om litt. Har du passord i Medvirk, kan du logge inn med det imens."),
        503,
    )


def _set_up_wrong(error: RoleMappingError) -> Page:
    _log.error("MEDVIRK_OIDC_ROLES: %s", "; ".join(error.faults))
    return _explained(
        _("Innloggingen er satt opp feil"),
        _("Si fra til dem som drifter Medvirk. Har du passord her, kan du logge inn med det imens."),
        503,
    )


def _explained(heading: str, advice: str, status: int) -> tuple[str, int]:
    return render_template("access/oidc/refused.html", heading=heading, advice=advice), status
