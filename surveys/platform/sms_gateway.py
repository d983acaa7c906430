"""The SMS gateway, when the operator has set one up: whether it may be used, and a connection to it."""

from functools import lru_cache

from flask import current_app, has_app_context

from surveys.platform.config import Settings
from surveys.platform.sms_template import template_faults


def sms_is_set_up() -> bool:
    """Whether people without an e-mail address get SMS. Outside an application there are no settings, and no SMS."""
    return has_app_context() and has_gateway(current_app.config["SETTINGS"])


@lru_cache(maxsize=8)
def has_gateway(settings: Settings) -> bool:
    """A gateway with faults in its settings is none: then these people get letters."""
    return bool(settings.sms_url) and not template_faults(settings)
