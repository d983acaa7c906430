"""What the provider says of itself: its addresses and its keys, kept for an hour.

A provider that does not answer is left alone for a few seconds: nobody's clicks make every thread of ours wait for it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from flask import current_app
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from surveys.access.oidc.errors import ProviderDownError
from surveys.access.oidc.fetching import fetch_json
from surveys.platform.config import Settings, is_safe_address

Fetched = TypeVar("Fetched")

KEPT_FOR: Final = 3600.0  # seconds
_LEFT_ALONE_FOR: Final = 10.0
_KEYS_AGAIN_AFTER: Final = 60.0
"""A token signed with an unknown key has the keys fetched again, and no more often than this."""

_SIGNATURES: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Signatures with the provider's private key. «none» proves nothing, and a public key's text could make HS256."""

_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class _Kept(Generic[Fetched]):
    """Something fetched, when, and what it failed with if it did. Moments by the provider's clock."""

    content: Fetched | None = None
    fetched: float = float("-inf")
    failure: str = ""
    failed: float = float("-inf")


@dataclass
class SignInProvider:
    """One provider as it describes itself. Shared by the threads of a process."""

    issuer: str
    clock: Callable[[], float] = time.monotonic
    _metadata: _Kept[Mapping[str, Any]] = field(default_factory=_Kept)
    _keys: _Kept[KeySet] = field(default_factory=_Kept)
    _lock: Lock = field(default_factory=Lock)

    def metadata(self) -> Mapping[str, Any]:
        """The discovery document, checked. Raises ProviderDownError."""
        return self._fresh(self._metadata, self._discover, KEPT_FOR)

    def keys(self) -> KeySet:
        """The provider's public keys. Raises ProviderDownError."""
        address = self.metadata()["jwks_uri"]
        return self._fresh(self._keys, lambda: _key_set(address), KEPT_FOR)

    def newer_keys(self) -> KeySet:
        """The keys again, when they have not just been fetched: the provider may have changed them."""
        address = self.metadata()["jwks_uri"]
        return self._fresh(self._keys, lambda: _key_set(address), _KEYS_AGAIN_AFTER)

    def algorithms(self) -> list[str]:
        """How the provider says that it signs, of what we accept. RS256 is what every provider must have."""
        said = self.metadata().get("id_token_signing_alg_values_supported")
        return sorted(_SIGNATURES & set(said)) if isinstance(said, list) else ["RS256"]

    def end_session_address(self) -> str:
        """Where somebody signs out of the provider too; empty when it has no such page."""
        address = self.metadata().get("end_session_endpoint")
        return address if isinstance(address, str) and is_safe_address(address) else ""

    def _discover(self) -> Mapping[str, Any]:
        address = get_well_known_url(self.issuer, external=True)
        status, said = fetch_json(address)
        if status != 200:
            raise ProviderDownError(f"{address}: status {status}")
        metadata: Mapping[str, Any] = OpenIDProviderMetadata(said)
        # Another issuer's document would have its tokens accepted here (OpenID Connect Discovery 4.3).
        if metadata.get("issuer") != self.issuer:
            raise ProviderDownError(f"{address}: says that its issuer is another than MEDVIRK_OIDC_ISSUER")
        for name in _NEEDED:
            if not is_safe_address(str(metadata.get(name) or "")):
                raise ProviderDownError(f"{address}: {name} is missing or not https")
        return metadata

    def _fresh(self, kept: _Kept[Fetched], fetch: Callable[[], Fetched], at_most: float) -> Fetched:
        with self._lock:
            now = self.clock()
            if kept.content is not None and now - kept.fetched <= at_most:
                return kept.content
            if now - kept.failed <= _LEFT_ALONE_FOR:
                raise ProviderDownError(kept.failure)
        # Fetched outside the lock: whoever has what she needs must not wait for it.
        try:
            content = fetch()
        except ProviderDownError as error:
            with self._lock:
                kept.failure, kept.failed = str(error), self.clock()
            raise
        with self._lock:
            kept.content, kept.fetched = content, self.clock()
        return content


def _key_set(address: str) -> KeySet:
    status, said = fetch_json(address)
    if status != 200:
        raise ProviderDownError(f"{address}: status {status}")
    signing = [key for key in said.get("keys") or () if isinstance(key, dict) and key.get("kty") != "oct"]
    try:
        return KeySet.import_key_set({"keys": [key for key in signing if key.get("use", "sig") == "sig"]})
    except (JoseError, ValueError, KeyError) as error:
        raise ProviderDownError(f"{address}: {type(error).__name__}") from error


def provider() -> SignInProvider:
    """The current application's provider. Only when MEDVIRK_OIDC_ISSUER is set."""
    settings: Settings = current_app.config["SETTINGS"]
    found: SignInProvider = current_app.extensions.setdefault(
        "medvirk_oidc", SignInProvider(settings.oidc_issuer)
    )
    return found
