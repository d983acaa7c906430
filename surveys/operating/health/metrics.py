"""What a Prometheus server may know: how much work there is and whether it gets done, and of nobody what she did when.

Whoever scrapes sees each number every few seconds. So a delivery changes none of them:

- deliveries, drafts and invitations that were used are not told at all, nor anything of one survey or unit;
- requests of respondents are one class, whatever they do, and are told in whole fifties: a whole journey is fewer;
- mails are told in whole tens, and invitations only: a reminder is for somebody who has not delivered, and waits no
  more when she has;
- free bytes on the disk, which shrink as somebody answers, are judged by `/helse/klar` and not told.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, LongStep, MessageKind
from surveys.campaigns.sending_period import still_sends
from surveys.platform.clock import municipal_day, now
from surveys.platform.heartbeats import heartbeats
from surveys.platform.request_counts import LIMITS, ClassCounts, RequestClass, RequestCounts

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
RESPONDENTS_IN: Final = 50
MAILS_IN: Final = 10

_WORDS: Final = {
    DeliveryStatus.QUEUED: "waiting",
    DeliveryStatus.SENDING: "unsure",
    DeliveryStatus.SENT: "sent",
    DeliveryStatus.FAILED: "failed",
}


def as_text(counts: RequestCounts, engine: Engine) -> bytes:
    """All metrics in Prometheus' text format. With the database away, those that are not in it."""
    # Loaded by the process that is scraped, the first time: a megabyte that respondents' pages need not carry.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Everything(Collector):
        def collect(self) -> "Iterable[Metric]":
            yield from _of_requests(counts)
            yield from _of_the_database(engine)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Everything())
    return generate_latest(registry)


def _of_requests(counts: RequestCounts) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    requests = CounterMetricFamily(
        "medvirk_requests", "Requests answered by this machine.", labels=["class", "status"]
    )
    waiting = HistogramMetricFamily("medvirk_request_seconds", "How long they took.", labels=["class"])
    for kind, found in counts.by_class():
        for status, number in found.by_status.items():
            # A fault of ours is told at once: it says nothing of who answered.
            is_exact = kind != RequestClass.RESPONDENT or status == "5xx"
            requests.add_metric([kind, status], number if is_exact else _rounded_down(number))
        buckets = _buckets(kind, found)
        waiting.add_metric([kind], buckets, None if kind == RequestClass.RESPONDENT else found.seconds)
    yield requests
    yield waiting
    yield CounterMetricFamily("medvirk_errors", "Requests that ended in a fault.", value=counts.errors)
    yield CounterMetricFamily(
        "medvirk_sign_in_failures", "Sign-ins with a wrong name or password.", value=counts.failed_sign_ins
    )


def _buckets(kind: RequestClass, found: ClassCounts) -> list[tuple[str, float]]:
    so_far, buckets = 0, []
    for limit, number in zip((*map(str, LIMITS), "+Inf"), found.by_limit, strict=True):
        so_far += number
        buckets.append((limit, float(_rounded_down(so_far) if kind == RequestClass.RESPONDENT else so_far)))
    return buckets


def _of_the_database(engine: Engine) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    found: list[Metric] = []
    try:
        with Session(engine) as session:
            found = [_mails(session), *_steps(session), _workers(session)]
    except SQLAlchemyError:
        found = []  # told by `medvirk_database_up`
    yield GaugeMetricFamily("medvirk_database_up", "1 when the database answers.", value=bool(found))
    yield from found


def _mails(session: Session) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    mails = GaugeMetricFamily(
        "medvirk_invitation_mails",
        f"Invitations in the outbox, in whole {MAILS_IN}s upwards.",
        labels=["status"],
    )
    # What is queued for a survey that is over is never sent.
    is_too_late = (Delivery.status == DeliveryStatus.QUEUED) & ~still_sends(municipal_day())
    became = case((is_too_late, DeliveryStatus.FAILED), else_=Delivery.status)
    rows = session.execute(
        select(became, func.count())
        .join(Delivery.invitation)
        .join(Invitation.survey)
        .where(Delivery.kind == MessageKind.INVITATION)
        .group_by(became)
    )
    found = {status: count for status, count in rows}  # noqa: C416 -- Row is not a pair to mypy
    for status, word in _WORDS.items():
        mails.add_metric([word], -(-found.get(status, 0) // MAILS_IN) * MAILS_IN)
    return mails


def _steps(session: Session) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    steps = GaugeMetricFamily("medvirk_long_steps", "Steps of large surveys.", labels=["state"])
    asked = session.execute(select(LongStep.problem, LongStep.asked_at)).all()
    waiting = [asked_at for problem, asked_at in asked if not problem]
    steps.add_metric(["waiting"], len(waiting))
    steps.add_metric(["failed"], len(asked) - len(waiting))
    yield steps
    oldest = (now() - min(waiting)).total_seconds() if waiting else 0.0
    yield GaugeMetricFamily("medvirk_long_step_age_seconds", "Since the oldest was asked for.", value=oldest)


def _workers(session: Session) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    seen = GaugeMetricFamily(
        "medvirk_worker_heartbeat_age_seconds", "Since a worker last served the queue.", labels=["queue"]
    )
    for queue, age in sorted(heartbeats(session).ages.items()):
        seen.add_metric([queue], age.total_seconds())
    return seen


def _rounded_down(number: int) -> int:
    return number // RESPONDENTS_IN * RESPONDENTS_IN
