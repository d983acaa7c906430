"""The keys of open surveys, as one web process remembers them: no page waits for the key store.

They are forgotten now and then, so that a process that runs for months does not carry the draft secret of a survey that
was counted long ago.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from surveys.campaigns.keystore import KeyStore, key_store

REMEMBERED_FOR = 600.0  # seconds


@dataclass(frozen=True)
class AnsweringKeys:
    """What answering one survey needs: its draft secret and its public key, 32 bytes each."""

    draft_secret: bytes
    public_key: bytes


class RememberedKeys:
    """`clock` gives seconds that never run backwards."""

    def __init__(self, keys: KeyStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._known: dict[int, AnsweringKeys] = {}
        self._since = clock()

    def of(self, survey_id: int) -> AnsweringKeys:
        """Raises KeyMissingError when they are gone."""
        now = self._clock()
        if now - self._since > REMEMBERED_FOR:
            self._known, self._since = {}, now
        if survey_id not in self._known:
            found = AnsweringKeys(self._keys.draft_secret(survey_id), self._keys.public_key(survey_id))
            self._known[survey_id] = found
        return self._known[survey_id]


def answering_keys(survey_id: int) -> AnsweringKeys:
    """The survey's keys in the current application. Raises KeyMissingError when they are gone."""
    known: RememberedKeys | None = current_app.extensions.get("medvirk_answering_keys")
    if known is None:
        known = current_app.extensions["medvirk_answering_keys"] = RememberedKeys(key_store())
    return known.of(survey_id)
