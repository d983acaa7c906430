"""The authorization code flow with PKCE: where the browser is sent, and what its answer is worth.

Authlib builds the requests and checks the token's claims; joserfc checks its signature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from surveys.access.oidc.attempts import SignInAttempt
from surveys.access.oidc.claims import Claims, has_claim
from surveys.access.oidc.errors import ProviderDownError, TokenRefusedError
from surveys.access.oidc.fetching import fetch_json
from surveys.access.oidc.provider import SignInProvider
from surveys.access.oidc.role_mapping import AskedFor
from surveys.platform.config import Settings

CLOCK_SKEW: Final = 60
"""Seconds that the provider's clock and ours may differ."""


@dataclass(frozen=True)
class SignInClient:
    """Medvirk as the provider knows it. `callback`: the address that the provider sends the browser back to."""

    settings: Settings
    provider: SignInProvider
    callback: str


@dataclass(frozen=True)
class ProvenPerson:
    """Whom the provider has vouched for. `id_token`: for signing out there too."""

    claims: Claims
    id_token: str


def address_to_sign_in(
    client: SignInClient, state: str, attempt: SignInAttempt, ask_for: Sequence[AskedFor]
) -> str:
    """Where the browser goes to sign in. Raises ProviderDownError."""
    more = {each.name: each.value for each in ask_for}
    address: str = prepare_grant_uri(
        client.provider.metadata()["authorization_endpoint"],
        client.settings.oidc_client_id,
        "code",
        redirect_uri=client.callback,
        scope=client.settings.oidc_scopes,
        state=state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
        **more,
    )
    return address


def person_behind(
    client: SignInClient, code: str, attempt: SignInAttempt, wanted_claims: Sequence[str]
) -> ProvenPerson:
    """Whom the code is for. Claims that the token lacks are fetched. Raises ProviderDownError or TokenRefusedError."""
    answer = _exchange(client, code, attempt)
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str):
        raise TokenRefusedError("the token endpoint gave no id_token")
    access = access_token if isinstance(access_token, str) else ""
    claims: Claims = _checked_claims(client, id_token, attempt.nonce, access)
    if access and not all(has_claim(claims, path) for path in wanted_claims):
        claims = {**_user_info(client, access, str(claims["sub"])), **claims}
    return ProvenPerson(claims, id_token)


def _exchange(client: SignInClient, code: str, attempt: SignInAttempt) -> Mapping[str, Any]:
    metadata = client.provider.metadata()
    form = prepare_token_request(
        "authorization_code", redirect_uri=client.callback, code=code, code_verifier=attempt.verifier
    )
    auth = ClientAuth(
        client.settings.oidc_client_id, client.settings.oidc_client_secret, _auth_method(client, metadata)
    )
    address, headers, body = auth.prepare("POST", metadata["token_endpoint"], {}, form)
    status, answer = fetch_json(address, headers, body)
    if status >= 500:
        raise ProviderDownError(f"{address}: status {status}")
    if status != 200 or "error" in answer:
        # The error's code is the protocol's own («invalid_grant»); its description is the provider's prose.
        raise TokenRefusedError(f"the token endpoint answered {status} {str(answer.get('error', ''))[:60]}")
    return answer


def _auth_method(client: SignInClient, metadata: Mapping[str, Any]) -> str:
    """How the client proves itself: with the secret in the header, unless the provider takes it in the form only."""
    if not client.settings.oidc_client_secret:
        return "none"
    said = metadata.get("token_endpoint_auth_methods_supported")
    if isinstance(said, list) and "client_secret_basic" not in said and "client_secret_post" in said:
        return "client_secret_post"
    return "client_secret_basic"


def _checked_claims(client: SignInClient, id_token: str, nonce: str, access_token: str) -> Claims:
    """The token's claims when signature, issuer, receiver, time and nonce are right (OpenID Connect Core 3.1.3.7)."""
    try:
        token = _verified(client.provider, id_token)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "value": client.provider.issuer},
                "aud": {"essential": True, "value": client.settings.oidc_client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": nonce,
                "client_id": client.settings.oidc_client_id,
                "access_token": access_token,
            },
        )
        claims.validate(leeway=CLOCK_SKEW)
    except (JoseError, ValueError) as error:
        raise TokenRefusedError(f"the id_token was refused: {type(error).__name__} {error}") from error
    return dict(claims)


def _verified(provider: SignInProvider, id_token: str) -> jwt.Token:
    """The token, when its signature is the provider's. A key that is unknown may be new."""
    algorithms = provider.algorithms()
    try:
        return jwt.decode(id_token, provider.keys(), algorithms)
    except InvalidKeyIdError:
        return jwt.decode(id_token, provider.newer_keys(), algorithms)


def _user_info(client: SignInClient, access_token: str, subject: str) -> Claims:
    """More claims of the same person. Raises TokenRefusedError when they are somebody else's."""
    address = client.provider.metadata().get("userinfo_endpoint")
    if not isinstance(address, str):
        return {}
    status, said = fetch_json(address, {"Authorization": f"Bearer {access_token}"})
    if status != 200:
        raise ProviderDownError(f"{address}: status {status}")
    # An access token can be swapped for another's; the id_token cannot (OpenID Connect Core 5.3.2).
    if said.get("sub") != subject:
        raise TokenRefusedError("userinfo is about another person than the id_token")
    return said
