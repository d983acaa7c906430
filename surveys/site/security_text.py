"""/.well-known/security.txt: where somebody who finds a security hole tells of it (RFC 9116)."""

import datetime as dt
import re
from typing import Final

from surveys.platform.addresses import EMAIL
from surveys.platform.config import Settings

# The RFC asks for less than a year. The text is made when it is asked for, so it never runs out.
_HOLDS_DAYS: Final = 180
_URI: Final = re.compile(r"(?:mailto:|https://|tel:)\S+")


def security_text(settings: Settings, today: dt.date) -> str | None:
    """The file; None when nobody is named, or by something that is no address."""
    contact = contact_address(settings.security_contact)
    if contact is None:
        return None
    expires = today + dt.timedelta(days=_HOLDS_DAYS)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: nb, nn, en",
    ]
    if settings.base_url.startswith("https://"):
        lines.append(f"Canonical: {settings.base_url.rstrip('/')}/.well-known/security.txt")
    return "".join(f"{line}\r\n" for line in lines)


def contact_address(said: str) -> str | None:
    """A URI, which a plain e-mail address is made into; None when it is neither."""
    said = said.strip()
    if EMAIL.fullmatch(said):
        return f"mailto:{said}"
    return said if _URI.fullmatch(said) else None
