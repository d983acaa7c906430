"""A sign-in provider for tests: an own process that answers over HTTP, keeps to the protocol, and lies on command.

    python -m tests.oidc_provider PORT

`POST /next` tells it what the next sign-in is about: {"claims": …, "userinfo": …, "token": …, "signed": …}. Everything
else is OpenID Connect: discovery, authorization with PKCE, token, keys, userinfo and end of session. `GET /asked` has
the parameters of every authorization request and what the token endpoint was sent.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server


@dataclass
class _State:
    """`codes`: code → what the browser asked for; each opens once."""

    issuer: str
    key: RSAKey
    next: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, list[Any]] = field(default_factory=lambda: {"authorize": [], "token": [], "end": []})
    keys_fetched: int = 0


def _coded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _plain(part: dict[str, Any]) -> str:
    return _coded(json.dumps(part).encode())


def _id_token(state: _State, asked: dict[str, str]) -> str:
    now = int(time.time())
    right = {
        "iss": state.issuer,
        "aud": asked["client_id"],
        "iat": now,
        "exp": now + 300,
        "nonce": asked["nonce"],
        "sub": "kari-1",
    }
    claims = right | state.next.get("claims", {}) | state.next.get("token", {})
    match state.next.get("signed", "right"):
        case "none":
            return f"{_plain({'alg': 'none', 'typ': 'JWT'})}.{_plain(claims)}."
        case "public key":
            # The public key's text as the secret of an HMAC: the old confusion of algorithms.
            text = f"{_plain({'alg': 'HS256', 'kid': state.key.kid})}.{_plain(claims)}"
            return f"{text}.{_coded(hmac.digest(state.key.as_pem(private=False), text.encode(), hashlib.sha256))}"
        case "another key":
            header = {"alg": "RS256", "kid": state.key.kid}
            return jwt.encode(header, claims, RSAKey.generate_key(2048))
        case "new key":
            state.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    return jwt.encode({"alg": "RS256", "kid": state.key.kid}, claims, state.key)


def build_provider(port: int) -> Flask:  # noqa: C901 -- one function for each address, and no branches
    app = Flask("oidc_provider")
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    state = _State(f"http://127.0.0.1:{port}", key)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo",
            "end_session_endpoint": "end",
        }
        document: dict[str, Any] = {name: f"{state.issuer}/{path}" for name, path in names.items()}
        document |= {
            "issuer": state.issuer,
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return jsonify(document | state.next.get("discovery", {}))

    @app.get("/jwks")
    def jwks() -> Response:
        state.keys_fetched += 1
        return jsonify({"keys": [state.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        asked = dict(request.args)
        state.asked["authorize"].append(asked)
        if error := state.next.get("error"):
            return redirect(f"{asked['redirect_uri']}?{urlencode({'error': error, 'state': asked['state']})}")
        code = secrets.token_urlsafe(16)
        state.codes[code] = asked
        answer = {"code": code, "state": asked["state"]}
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}")

    @app.post("/token")
    @app.post("/elsewhere")
    def token() -> Any:
        sent = {"authorization": request.headers.get("Authorization", ""), "path": request.path}
        state.asked["token"].append({**request.form, **sent})
        if state.next.get("moved") and request.path == "/token":
            return redirect(state.next["moved"], 307)
        if size := state.next.get("filler"):
            return jsonify({"filler": "x" * size})
        # Taken out whether it is right or not: a code opens once.
        asked = state.codes.pop(request.form["code"], None)
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        if asked is None or asked["code_challenge"] != _coded(digest):
            return jsonify({"error": "invalid_grant"}), 400
        access_token = secrets.token_urlsafe(16)
        state.users[access_token] = (
            {"sub": "kari-1"} | state.next.get("claims", {}) | state.next.get("userinfo", {})
        )
        return jsonify(
            {"access_token": access_token, "token_type": "Bearer", "id_token": _id_token(state, asked)}
        )

    @app.get("/userinfo")
    def userinfo() -> Response:
        return jsonify(state.users[request.headers["Authorization"].removeprefix("Bearer ")])

    @app.get("/end")
    def end() -> Any:
        state.asked["end"].append(dict(request.args))
        answer = urlencode({"state": request.args["state"]})
        return redirect(f"{request.args['post_logout_redirect_uri']}?{answer}")

    @app.post("/next")
    def tell() -> str:
        state.next = request.get_json()
        return ""

    @app.get("/asked")
    def asked() -> Response:
        return jsonify(state.asked | {"keys_fetched": state.keys_fetched})

    return app


class _SilentHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


if __name__ == "__main__":
    number = int(sys.argv[1])
    make_server(
        "127.0.0.1", number, build_provider(number), threaded=True, request_handler=_SilentHandler
    ).serve_forever()
