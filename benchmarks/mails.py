"""Mails in a second from the outbox to a local SMTP server, and what working the plan of reminders costs a minute.

Every mail is a row that is committed twice, before and after the server has it: the disk sets the pace. The server
takes everything and keeps only the last. Beside it, in the same run: the same mail given to the same server as often
by smtplib alone, and by smtplib with a row committed twice for each in a bare SQLite database.
"""

import smtplib
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Took:
    """Sending all the mails. busy: seconds of processor, with those of the server, which is in this process."""

    seconds: float
    busy: float

    def __str__(self) -> str:
        pace, busy = MAILS / self.seconds, 1000 * self.busy / MAILS
        return (
            f"{MAILS} mails in {self.seconds:.1f} s, {pace:.0f} a second, {busy:.1f} ms of processor a mail"
        )


class _Sink:
    """Takes every mail, and keeps the last."""

    last: Envelope

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.last = envelope
        return "250 OK"


def main() -> None:
    port = free_port()
    sink = _Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    with tempfile.TemporaryDirectory() as folder:
        took = _measure(
            Settings(
                instance=Path(folder),
                secret_key="for measuring only",  # noqa: S106
                smtp_host="127.0.0.1",
                smtp_port=port,
            )
        )
        for words, bare in (
            ("smtplib alone", _plain(sink, port, None)),
            ("smtplib and two commits a mail", _plain(sink, port, Path(folder) / "bare.sqlite3")),
        ):
            print(f"{words}: {bare}; the outbox takes {took.seconds / bare.seconds:.1f} times as long")
    controller.stop()


def _plain(sink: _Sink, port: int, file: Path | None) -> Took:
    """Giving the server the last mail as often over one connection; file: where the rows are committed."""
    rows = sqlite3.connect(file or ":memory:", isolation_level=None)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("CREATE TABLE delivery (id INTEGER PRIMARY KEY, status TEXT)")
    mail = sink.last
    assert isinstance(mail.content, bytes)
    started, busy = time.perf_counter(), time.process_time()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(MAILS):
            if file:
                rows.execute("INSERT INTO delivery VALUES (?, 'sending')", (number,))
            server.sendmail(str(mail.mail_from), mail.rcpt_tos, mail.content)
            if file:
                rows.execute("UPDATE delivery SET status = 'sent' WHERE id = ?", (number,))
    took = Took(time.perf_counter() - started, time.process_time() - busy)
    rows.close()
    return took


def _measure(settings: Settings) -> Took:
    """Sending what is in the outbox."""
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
        started, busy = time.perf_counter(), time.process_time()
        outcome = send_queued(database, settings, moment)
        took = Took(time.perf_counter() - started, time.process_time() - busy)
        assert outcome.sent == MAILS, outcome
        print(f"the outbox: {took}")
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
    return took


if __name__ == "__main__":
    main()
