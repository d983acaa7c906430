"""What roles are called."""

from collections.abc import Mapping

from surveys.access.models import Role
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
