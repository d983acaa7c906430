"""Our own pages that the sign-in provider must know of: it sends browsers nowhere else."""

from typing import Final

from surveys.platform.config import Settings

CALLBACK_PATH: Final = "/logg-inn/retur"
SIGNED_OUT_PATH: Final = "/logget-ut"


def callback_address(settings: Settings) -> str:
    """Where the provider sends somebody who has signed in. Never made from what the browser calls us."""
    return settings.base_url.rstrip("/") + CALLBACK_PATH


def signed_out_address(settings: Settings) -> str:
    """Where the provider sends somebody who has signed out."""
    return settings.base_url.rstrip("/") + SIGNED_OUT_PATH
