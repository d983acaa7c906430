"""Signing out of the provider too (OpenID Connect RP-Initiated Logout 1.0). Imported when somebody signs out there."""

from authlib.common.urls import add_params_to_uri
from flask import current_app

from surveys.access.oidc.own_addresses import signed_out_address
from surveys.access.oidc.provider import provider
from surveys.platform.config import Settings


def address_to_sign_out(id_token: str, state: str) -> str:
    """Where the browser ends its session at the provider; empty when the provider has no such page.

    Raises ProviderDownError.
    """
    settings: Settings = current_app.config["SETTINGS"]
    address = provider().end_session_address()
    if not address:
        return ""
    found: str = add_params_to_uri(
        address,
        [
            ("id_token_hint", id_token),
            ("client_id", settings.oidc_client_id),
            ("post_logout_redirect_uri", signed_out_address(settings)),
            ("state", state),
        ],
    )
    return found
