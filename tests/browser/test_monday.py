"""HR gets a messy export on Monday morning and has the right invitations out before lunch, without a shell.

From an installation that `medvirk init` has just made, everything is done in the browser: on a desk, and on a phone
320 px wide. Each page on the way is examined by axe, must not scroll sideways, and must not be an error.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from app import create_app
from surveys.operating.beginning import Beginning, begin
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.site.worker import WorkerThreads
from tests.browser import axe
from tests.browser.answering import served
from tests.browser.conftest import PATIENCE
from tests.browser.looking import DESK, PHONE
from tests.browser.messy_exports import (
    ExportedPerson,
    everybody,
    people_file,
    units_file,
    with_shared_mailbox,
)
from tests.mail_server import PostOffice, free_port, open_post_office

SECRET = "fire tilfeldige ord på rad"
MAILBOX = "vannverket@tindvaer.example"
TITLE = "Medarbeiderundersøkelsen"
PILOT = "Oppfølgingstjenesten psykisk helse og rus"


@dataclass
class Walk:
    """Somebody at her browser. Every page she comes to is looked at."""

    page: Page
    address: str
    office: PostOffice
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.request.method} {response.url}")

    def look(self) -> None:
        assert axe.faults(self.page) == []
        assert axe.overflow(self.page) <= 0, self.page.url
        assert self.errors == []

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.address + path)
        self.look()

    def press(self, name: str, *, exact: bool = True) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=exact).first.click()
        self.look()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()
        self.look()

    def go(self, name: str) -> None:
        """By the main menu."""
        with self.page.expect_navigation():
            self.page.get_by_label("Hovedmeny").get_by_role("link", name=name, exact=True).click()
        self.look()

    def fill(self, **fields: str) -> None:
        """By the fields' ids."""
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def sign_in(self, username: str, password: str) -> None:
        self.open("/logg-inn")
        self.fill(username=username, password=password)
        self.press("Logg inn")

    def choose_password(self, link: str) -> None:
        self.open(link)
        self.fill(password=SECRET, again=SECRET)
        self.press("Lagre passordet")
        self.sees("Passordet er lagret. Logg inn med det nå.")

    def mails(self, count: int) -> list[EmailMessage]:
        """All mails so far, when there are so many; fails when more or fewer have come."""
        deadline = time.monotonic() + PATIENCE
        while len(self.office.taken) < count and time.monotonic() < deadline:
            # Playwright's own wait: the page lives on meanwhile.
            self.page.wait_for_timeout(100)
        assert len(self.office.taken) == count
        return list(self.office.taken)


def link_in(mail: EmailMessage, path: str) -> str:
    """The address in the mail's text that has this path."""
    body = mail.get_body(("plain",))
    assert body is not None
    [found] = set(re.findall(rf"http://127\.0\.0\.1:\d+/{path}/\S+", body.get_content()))
    return str(found)


@contextmanager
def new_installation(folder: Path) -> Iterator[tuple[str, PostOffice]]:
    """What `medvirk init`, `serve` and `worker` give an operator, with a mail server beside them."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with open_post_office() as office:
        settings = Settings(
            instance=folder / "instance",
            base_url=address,
            smtp_host="127.0.0.1",
            smtp_port=office.port,
            mail_from="hr@tindvaer.example",
        )
        app = create_app(settings)
        begin(app, Beginning("Tindværøy kommune", "hr@tindvaer.example", password=SECRET))
        worker = WorkerThreads(app)
        worker.start()
        try:
            with served(app, port):
                yield address, office
        finally:
            worker.stop()
            app.extensions["medvirk_database"].engine.dispose()


@pytest.fixture(params=["phone", "desk"])
def walk(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Walk]:
    with new_installation(tmp_path) as (address, office):
        context = browser.new_context(
            locale="nb-NO", viewport=PHONE if request.param == "phone" else DESK, bypass_csp=True
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield Walk(page, address, office)
        context.close()


def test_hr_has_the_right_invitations_out_before_lunch(walk: Walk) -> None:
    people = with_shared_mailbox(everybody(), MAILBOX)
    hr_gets_an_account(walk)
    the_organisation_comes_from_files(walk, people)
    leaders = leaders_get_accounts(walk, people)
    a_survey_is_planned(walk)
    first = invitations_go_out(walk, people)
    the_next_export_corrects_them(walk, people, first)
    a_leader_sees_her_own(walk, leaders)


def hr_gets_an_account(walk: Walk) -> None:
    """By the administrator; HR chooses her own password by a link that works once."""
    walk.sign_in("admin", SECRET)
    walk.go("Brukere")
    walk.follow("Lag en bruker")
    walk.fill(name="Hanne-Ragnhild Østerås", username="hanne")
    walk.press("Lag brukeren")
    walk.page.get_by_label("Rolle", exact=True).select_option("hr")
    walk.page.get_by_label("For enheten og alt under den").select_option(label="Tindværøy kommune (kommune)")
    walk.press("Gi tilgangen")
    walk.press("Lag lenke for første passord")
    link = walk.page.locator(".one-time-link").inner_text()
    walk.press("Logg ut")
    walk.choose_password(link)
    walk.sign_in("hanne", SECRET)


def the_organisation_comes_from_files(walk: Walk, people: list[ExportedPerson]) -> None:
    """Units, then people; taken back, and taken into use again."""
    brings_in(walk, "Enheter", "organisasjon.csv", units_file())
    walk.press("Vis hva som blir endret")
    walk.press("Ta i bruk")
    for again in (False, True):
        brings_in(walk, "Ansatte", "medarbeidere november.csv", people_file(people))
        walk.page.get_by_label("Medarb.ID").select_option(label="Ansattnummer")
        walk.press("Vis hva som blir endret")
        walk.sees("Adressen vannverket@tindvaer.example står på flere personer")
        walk.page.get_by_label("Delt postkasse").check()
        walk.press("Fortsett")
        walk.sees(f"Nye personer{len(people)}")
        walk.press("Ta i bruk")
        if not again:
            walk.press("Angre")
            walk.sees("Importen er angret. Alt er som før filen.")
    walk.go("Organisasjon")
    walk.sees("Hjemmetjenesten Ytre Straumsnes og Øyværet")


def brings_in(walk: Walk, kind: str, name: str, content: bytes) -> None:
    walk.go("Organisasjon")
    walk.follow("Hent enheter og ansatte fra fil")
    walk.page.get_by_label(kind).check()
    walk.page.get_by_label("Fil (CSV").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    walk.press("Les filen")


def leaders_get_accounts(walk: Walk, people: list[ExportedPerson]) -> dict[str, str]:
    """Address → link, of the mails that came."""
    expected = sorted(each.email for each in people if each.is_leader)
    walk.go("Brukere")
    walk.follow("Lag brukere til lederne")
    walk.press(f"Lag {len(expected)} brukere")
    walk.sees(f"{len(expected)} brukere er laget.")
    links = {
        mail["To"].addresses[0].addr_spec: link_in(mail, "velg-passord") for mail in walk.mails(len(expected))
    }
    assert sorted(links) == expected
    walk.office.taken.clear()
    return links


def a_survey_is_planned(walk: Walk) -> None:
    """A draft of everybody, one unit as the pilot, and everything in the checklist seen to."""
    today = municipal_day()
    walk.go("Undersøkelser")
    walk.follow("Lag ny undersøkelse")
    walk.page.get_by_label("Spørreskjema").select_option("medarbeider:2")
    walk.fill(
        **{f"title_{code}": f"{TITLE} 2026" for code in ("nb", "nn", "en")},
        **{f"purpose_{code}": "Vi vil ha det bra på jobb." for code in ("nb", "nn", "en")},
        opens_on=today.isoformat(),
        closes_on=(today + timedelta(days=14)).isoformat(),
        visible_leaders=(today + timedelta(days=28)).isoformat(),
    )
    walk.press("Lagre kladden")
    walk.follow("Endre kladden")
    walk.follow("Avbryt")
    walk.follow("Slett kladden")
    walk.follow("Ikke nå")
    walk.follow("Hvem er med")
    walk.page.get_by_text("Inviter disse enhetene først, som en pilot").first.click()
    walk.page.locator("#pilot").get_by_label(PILOT).check()
    walk.press("Lagre")
    walk.follow("Tilbake til undersøkelsen")
    walk.follow("Sjekkliste før åpning")
    walk.follow("Prøv å svare")
    walk.page.go_back()
    while (ticks := walk.page.get_by_role("button", name="Kryss av")).count():
        with walk.page.expect_navigation():
            ticks.first.click()
    walk.look()
    walk.sees("Alt er gjort. Undersøkelsen kan åpnes.")
    walk.follow("Tilbake til undersøkelsen")


def invitations_go_out(walk: Walk, people: list[ExportedPerson]) -> dict[str, str]:
    """The pilot, then the rest; address → link of the mails that came."""
    pilot = sorted(each.email for each in people if each.unit == "3130")
    everyone = sorted(each.email for each in people if each.email != MAILBOX)
    walk.follow("Åpne undersøkelsen")
    walk.press("Åpne undersøkelsen")
    walk.follow("Inviter piloten")
    walk.sees(f"{len(pilot)} personer i piloten blir invitert.")
    walk.press("Inviter piloten")
    assert sorted(mail["To"].addresses[0].addr_spec for mail in walk.mails(len(pilot))) == pilot
    walk.follow("Inviter og send")
    walk.sees(f"{len(everyone) - len(pilot)} e-poster blir sendt.", "2 personer får koden på papir.")
    walk.press("Inviter og send")
    mails = walk.mails(len(everyone))
    links = {mail["To"].addresses[0].addr_spec: link_in(mail, "svar") for mail in mails}
    assert sorted(links) == everyone
    assert len(set(links.values())) == len(everyone)
    walk.office.taken.clear()
    return links


def the_next_export_corrects_them(walk: Walk, people: list[ExportedPerson], first: dict[str, str]) -> None:
    """One has a corrected address, one has left, and one has a new number: only the first is written to."""
    corrected, left, renumbered = people[4], people[5], people[6]
    new_address = "ny.adresse@tindvaer.example"
    changed = {
        corrected: [replace(corrected, email=new_address)],
        left: [],
        renumbered: [replace(renumbered, number="0990001")],
    }
    now = [after for each in people for after in changed.get(each, [each])]
    brings_in(walk, "Ansatte", "medarbeidere desember.csv", people_file(now))
    walk.press("Vis hva som blir endret")
    walk.page.get_by_label("Ja, de samme").check()
    walk.press("Fortsett")
    walk.press("Ta i bruk")
    walk.go("Undersøkelser")
    walk.follow(f"{TITLE} 2026")
    walk.follow("Avstem og send")
    walk.sees("1 e-post blir sendt.", corrected.name, left.name)
    walk.press("Avstem og send")
    [mail] = walk.mails(1)
    assert mail["To"].addresses[0].addr_spec == new_address
    assert link_in(mail, "svar") == first[corrected.email]
    walk.sees(f"0 av {len(now)} har levert")


def a_leader_sees_her_own(walk: Walk, links: dict[str, str]) -> None:
    """Her unit's rate on her own front page, and nothing of HR's."""
    survey = walk.page.url
    walk.press("Logg ut")
    address = "ansatt3120.0@tindvaer.example"
    walk.choose_password(links[address])
    walk.sign_in(address, SECRET)
    walk.sees("Rehabiliterings- og korttidsavdelingen", "Færre enn 5 av 10")
    expect(walk.page.get_by_role("main")).not_to_contain_text("Hjemmetjenesten")
    assert walk.page.request.get(survey).status == 403
    assert walk.errors == []
