"""Mails in a second from the outbox to a local SMTP server, and what working the plan of reminders costs a minute.

Every mail is a row that is committed twice, before and after the server has it: the disk sets the pace. The server
takes everything and keeps nothing.
"""

import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402
from surveys.campaigns.deliveries import send_queued  # noqa: E402
from surveys.campaigns.invitations import Recipient, invite  # noqa: E402
from surveys.campaigns.models import Survey  # noqa: E402
from surveys.campaigns.outbox import queue_invitations  # noqa: E402
from surveys.campaigns.planned_reminders import queue_planned  # noqa: E402
from surveys.campaigns.reminder_plan import next_allowed  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.platform.clock import now  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from tests.building import build_open_survey  # noqa: E402
from tests.mail_server import free_port  # noqa: E402

MAILS = 500


class _Sink:
    """Takes every mail."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


def main() -> None:
    port = free_port()
    controller = Controller(_Sink(), hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    with tempfile.TemporaryDirectory() as folder:
        _measure(
            Settings(
                instance=Path(folder),
                secret_key="for measuring only",  # noqa: S106
                smtp_host="127.0.0.1",
                smtp_port=port,
            )
        )
    controller.stop()


def _measure(settings: Settings) -> None:
    app = create_app(settings)
    database = app.extensions["medvirk_database"]
    migrating.upgrade(database.engine)
    moment = next_allowed(now())
    with database.transaction() as session:
        today = moment.date()
        survey = build_open_survey(app, session, opens_on=today, closes_on=today + timedelta(days=18))
        unit_id = survey.units[0].unit_id
        wanted = [Recipient(unit_id, f"nr{number}@example.no") for number in range(MAILS)]
        invite(session, survey, wanted, app.config["SECRETS"].codes)
        queue_invitations(session, survey)
    with app.app_context():
        started = time.perf_counter()
        outcome = send_queued(database, settings, moment)
        took = time.perf_counter() - started
        assert outcome.sent == MAILS, outcome
        print(f"{MAILS} mails in {took:.1f} s: {MAILS / took:.0f} a second")
        started = time.perf_counter()
        assert queue_planned(database, moment) == 0
        print(
            f"a minute's look at the plan with {MAILS} invited: {1000 * (time.perf_counter() - started):.0f} ms"
        )
        with database.transaction() as session:
            session.scalars(select(Survey)).one().first_reminder_after = 3
        later = next_allowed(moment + timedelta(days=4))
        started = time.perf_counter()
        queued = queue_planned(database, later)
        print(f"{queued} reminders queued in {1000 * (time.perf_counter() - started):.0f} ms")
    database.engine.dispose()


if __name__ == "__main__":
    main()
