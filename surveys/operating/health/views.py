"""`/helse/live`, `/helse/klar` and `/helse/klar/nettsted`: for a watcher and a load balancer, without signing in.

They tell neither figures, names nor addresses: one word for each thing that was looked at. `/helse/metrics` has
figures, for whoever knows MEDVIRK_METRICS_TOKEN.
"""

import hmac
from collections.abc import Sequence

from flask import Blueprint, Response, abort, current_app, jsonify, request

from surveys.access.permissions import open_to_everyone
from surveys.operating.health.checks import ALL, SITE_NEEDS
from surveys.operating.health.metrics import CONTENT_TYPE, as_text
from surveys.operating.health.readiness import Readiness
from surveys.platform import request_counts

blueprint = Blueprint("health", __name__, url_prefix="/helse")


@blueprint.get("/live")
@open_to_everyone
def live() -> Response:
    """This process answers. Nothing else is looked at: to start it anew would mend nothing else."""
    return jsonify(live=True)


@blueprint.get("/klar")
@open_to_everyone
def ready() -> tuple[Response, int]:
    """The whole installation works, the job worker too: for whoever is to be woken when it does not."""
    return _answer(ALL)


@blueprint.get("/klar/nettsted")
@open_to_everyone
def site_ready() -> tuple[Response, int]:
    """This machine can serve pages: for a load balancer, which must not close the site since a mail is late."""
    return _answer(SITE_NEEDS)


@blueprint.get("/metrics")
@open_to_everyone
def metrics() -> Response:
    """Figures for a Prometheus server. The page is not there until the installation has a token for it."""
    counts = request_counts.counts_of(current_app)
    if counts is None:
        abort(404)
    token = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "")
    if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
        return Response("Metrics need the token.\n", 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
    readiness: Readiness = current_app.extensions["medvirk_readiness"]
    return Response(as_text(counts, readiness.engine), content_type=CONTENT_TYPE)


def _answer(wanted: Sequence[str]) -> tuple[Response, int]:
    readiness: Readiness = current_app.extensions["medvirk_readiness"]
    found = readiness.verdicts()
    checks = {name: found[name] for name in wanted}
    is_ready = set(checks.values()) == {"ok"}
    return jsonify(ready=is_ready, checks=checks), 200 if is_ready else 503
