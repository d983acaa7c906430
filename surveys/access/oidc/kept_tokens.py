"""The provider's token of a session, encrypted: it names the person, and Ansattporten's has her personal number."""

from base64 import b64decode, b64encode

from flask import current_app
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


def sealed(id_token: str) -> str:
    """For the database. The key is not in it."""
    return b64encode(_box().encrypt(id_token.encode())).decode()


def opened(stored: str) -> str:
    """The token; empty when there is none, or when the installation's secret is another than it was."""
    if not stored:
        return ""
    try:
        return _box().decrypt(b64decode(stored)).decode()
    except (CryptoError, ValueError):
        return ""


def _box() -> SecretBox:
    return SecretBox(current_app.config["SECRETS"].tokens)
