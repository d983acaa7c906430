"""The draft secrets of open surveys, as one web process remembers them: no page waits for the key store.

They are forgotten now and then, so that a process that runs for months does not carry the secret of a survey that was
counted long ago.
"""

import time
from collections.abc import Callable

from flask import current_app

from surveys.campaigns.keystore import KeyStore, key_store

REMEMBERED_FOR = 600.0  # seconds


class DraftSecrets:
    """`clock` gives seconds that never run backwards."""

    def __init__(self, keys: KeyStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._known: dict[int, bytes] = {}
        self._since = clock()

    def of(self, survey_id: int) -> bytes:
        """The survey's draft secret, 32 bytes. Raises KeyMissingError when it is gone."""
        now = self._clock()
        if now - self._since > REMEMBERED_FOR:
            self._known, self._since = {}, now
        if survey_id not in self._known:
            self._known[survey_id] = self._keys.draft_secret(survey_id)
        return self._known[survey_id]


def draft_secret(survey_id: int) -> bytes:
    """The survey's draft secret in the current application. Raises KeyMissingError when it is gone."""
    known: DraftSecrets | None = current_app.extensions.get("medvirk_draft_secrets")
    if known is None:
        known = current_app.extensions["medvirk_draft_secrets"] = DraftSecrets(key_store())
    return known.of(survey_id)
