"""What an e-mail address looks like, wherever one is typed or read from a file."""

import re
from typing import Final

EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An address that mail servers everywhere take: plain letters, and a domain with a full stop in it."""
