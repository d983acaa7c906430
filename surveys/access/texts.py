"""What roles and the sign-in provider are called."""

from collections.abc import Mapping

from flask import current_app

from surveys.access.models import Role
from surveys.platform.config import Settings
from surveys.platform.texts import _


def role_word(role: Role) -> str:
    words: Mapping[Role, str] = {
        Role.ADMINISTRATOR: _("Systemansvarlig"),
        Role.HR: _("HR"),
        Role.CONTROLLER: _("Controller"),
        Role.LEADER: _("Leder"),
        Role.REPRESENTATIVE: _("Tillitsvalgt eller verneombud"),
        Role.POLITICIAN: _("Politiker"),
    }
    return words[role]


def provider_name() -> str:
    """«Entra», «Ansattporten»; empty when nobody but Medvirk itself signs people in."""
    settings: Settings = current_app.config["SETTINGS"]
    return (settings.oidc_name or _("jobbkontoen")) if settings.oidc_issuer else ""
