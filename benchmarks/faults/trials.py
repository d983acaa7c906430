"""The trials: what is killed, and what was acknowledged, stored, lost and doubled by it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from sqlalchemy import delete, func, select

from faults.delivering import deliver_all
from faults.installations import KEY, MEDVIRK, FaultSite, installed
from faults.killed import KilledProgram, answers_on, kill_until_done
from surveys.campaigns import codes as code_hashes
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, SurveyStatus
from surveys.campaigns.outbox import queue_invitations
from surveys.counting.models import Response
from surveys.organisation.models import Person, Unit
from surveys.platform import code_format
from surveys.release.models import Figure, Release
from tests.mail_server import free_port, open_post_office

_LIVES = (0.2, 4.0)
_CRASH_EVERY = 3
_MAIL_SECONDS = 0.05
_MOST_KILLS = 30


@dataclass(frozen=True)
class Trial:
    """acknowledged: what somebody was told is done. stored: what is. `note`: what else is worth knowing."""

    name: str
    database: str
    kills: int
    acknowledged: int
    stored: int
    lost: int
    doubled: int
    note: str = ""


def deliveries_and_counting(kind: str, people: int, seed: int, slow: float = 1) -> list[Trial]:
    """Respondents while the site and the database die; then counting and release, killed inside their transaction.

    `slow`: everything lives so many times longer, on a machine where it takes that much longer to start.
    """
    with installed(kind, people) as site:
        port = free_port()
        crashes: list[int] = []

        def crash(kills: int) -> None:
            if site.server and kills % _CRASH_EVERY == 0:
                site.crash_database()
                crashes.append(kills)

        serve: list[str | Path] = [MEDVIRK, "serve", "--port", str(port)]
        lives = _longer(_LIVES, slow)
        with KilledProgram(serve, site.environment, lives, seed, lambda: answers_on(port), crash) as served:
            seen = deliver_all(port, site.codes, seed)
        marked, ballots = delivered_and_ballots(site)
        lost = len(set(seen) - marked)
        note = f"{people} respondents, {len(crashes)} crashes of the database"
        first = Trial(
            "deliveries", kind, served.kills, len(seen), ballots, lost, abs(ballots - len(marked)), note
        )
        return [first, _counting(site, ballots, slow)]


def delivered_and_ballots(site: FaultSite) -> tuple[set[str], int]:
    """The codes that are marked as delivered, and the number of ballots, which cannot be joined to them."""
    secret = site.app.config["SECRETS"].codes
    by_hash = {code_hashes.code_hash(secret, code_format.normalised(code) or ""): code for code in site.codes}
    with site.db.reading() as session:
        marked = session.scalars(select(Invitation.code_hash).where(Invitation.delivered)).all()
        ballots = session.scalar(select(func.count()).select_from(Ballot)) or 0
    return {by_hash[one] for one in marked}, ballots


def _counting(site: FaultSite, ballots: int, slow: float) -> Trial:
    """`medvirk release` killed a little later each time, until it is done."""
    with site.db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    release: list[str | Path] = [MEDVIRK, "release", KEY]
    kills, code = kill_until_done(release, site.environment, *_longer((1.0, 5.0), slow), 20)
    with site.db.reading() as session:
        status = find_survey(session, KEY).status
        counted, left, releases, figures = (
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Response, Ballot, Release, Figure)
        )
    assert code == 0, f"medvirk release ended with {code}; the survey is {status}"
    assert status == SurveyStatus.RELEASED, status
    note = f"{left} ballots left, {releases} release, {figures} figures"
    return Trial(
        "counting and release",
        site.name,
        kills,
        ballots,
        counted,
        max(0, ballots - counted),
        max(0, counted - ballots),
        note,
    )


def imports(kind: str, people: int, slow: float = 1) -> Trial:
    """`medvirk import-people --apply` killed a little later each time: nobody or everybody is there."""
    with installed(kind, 0) as site:
        file = Path(site.settings.instance) / "people.csv"
        lines = [f"{number};Ansatt {number};a{number}@example.no;A" for number in range(people)]
        file.write_text("\n".join(["ansattnummer;navn;e-post;enhet", *lines]))
        seen: Counter[int] = Counter()
        command: list[str | Path] = [MEDVIRK, "import-people", file, "--apply"]
        kills = 0
        for most in range(1, 13):
            killed, code = kill_until_done(command, site.environment, 0.2 * slow * most, 0.2 * slow * most, 1)
            kills += killed
            with site.db.reading() as session:
                stored = session.scalar(select(func.count()).select_from(Person)) or 0
            seen[stored] += 1
            assert code == 0, code
            with site.db.transaction() as session:
                session.execute(delete(Person))
        halves = sum(count for stored, count in seen.items() if stored not in {0, people})
        return Trial("import of people", kind, kills, people, stored, people - stored, 0, f"{halves} halves")


def mails(kind: str, people: int, seed: int, slow: float = 1) -> Trial:
    """The worker killed while it sends: each mail once, or said to be unsure."""
    with installed(kind, 0) as site, open_post_office() as office:
        with site.db.transaction() as session:
            survey = find_survey(session, KEY)
            unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
            recipients = [Recipient(unit.id, f"a{number}@example.no") for number in range(people)]
            invite(session, survey, recipients, site.app.config["SECRETS"].codes)
            queue_invitations(session, survey)
        office.answer_content = _answer_late
        environment = {
            **site.environment,
            "MEDVIRK_SMTP_HOST": "127.0.0.1",
            "MEDVIRK_SMTP_PORT": str(office.port),
            "MEDVIRK_MAIL_FROM": "hr@example.no",
        }
        before = [0]

        def sends() -> bool:
            """The mail server has been given something since the last kill."""
            return len(office.recipients) > before[-1]

        def note_sent(_kills: int) -> None:
            before.append(len(office.recipients))

        lives = _longer(_LIVES, slow)
        with KilledProgram([MEDVIRK, "worker"], environment, lives, seed, sends, note_sent) as worker:
            while _waiting(site) and worker.kills < _MOST_KILLS:
                sleep(0.2)
        with site.db.reading() as session:
            states = Counter(session.scalars(select(Delivery.status)))
        taken = Counter(office.recipients)
        sent, unsure = states[DeliveryStatus.SENT], states[DeliveryStatus.SENDING]
        doubled = taken.total() - len(taken)
        note = f"{unsure} said to be unsure, {len(taken) - sent} of them taken by the server"
        return Trial("mail", kind, worker.kills, sent, len(taken), max(0, sent - len(taken)), doubled, note)


def _longer(seconds: tuple[float, float], slow: float) -> tuple[float, float]:
    least, most = seconds
    return least * slow, most * slow


def _waiting(site: FaultSite) -> int:
    with site.db.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.status == DeliveryStatus.QUEUED)) or 0


def _answer_late(_message: object) -> str:
    """Slow enough that a worker is killed while it waits for this."""
    sleep(_MAIL_SECONDS)
    return "250 OK"
