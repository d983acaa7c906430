"""HR gets a messy export on Monday morning and has the right invitations out before lunch, without a shell.

From an installation that `medvirk init` has just made, everything is done in the browser: on a phone 320 px wide, and
with the keyboard alone on a desk. Each page on the way is examined by axe, must not scroll sideways, and must not be an
error.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app import create_app
from surveys.campaigns import planned_reminders
from surveys.operating.beginning import Beginning, begin
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.site.worker import WorkerThreads
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
from tests.browser.walking import KeyboardWalk, Walk, link_in
from tests.mail_server import PostOffice, free_port, open_post_office

SECRET = "fire tilfeldige ord på rad"
MAILBOX = "vannverket@tindvaer.example"
TITLE = "Medarbeiderundersøkelsen"
PILOT = "Oppfølgingstjenesten psykisk helse og rus"


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


@pytest.fixture(params=["phone", "keyboard"])
def walk(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Walk]:
    # In working hours the worker settles new addresses by itself, each minute: HR, who sees one here, may be too late.
    monkeypatch.setattr(planned_reminders, "may_remind_at", lambda _moment: False)
    with new_installation(tmp_path) as (address, office):
        context = browser.new_context(
            locale="nb-NO", viewport=DESK if request.param == "keyboard" else PHONE, bypass_csp=True
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield (KeyboardWalk if request.param == "keyboard" else Walk)(page, address, office)
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


def choose_password(walk: Walk, link: str) -> None:
    walk.open(link)
    walk.fill(password=SECRET, again=SECRET)
    walk.press("Lagre passordet")
    walk.sees("Passordet er lagret. Logg inn med det nå.")


def hr_gets_an_account(walk: Walk) -> None:
    """By the administrator; HR chooses her own password by a link that works once."""
    walk.sign_in("admin", SECRET)
    walk.go("Brukere")
    walk.follow("Lag en bruker")
    walk.fill(name="Hanne-Ragnhild Østerås", username="hanne")
    walk.press("Lag brukeren")
    walk.choose("Rolle", "HR", exact=True)
    walk.choose("For enheten og alt under den", "Tindværøy kommune (kommune)")
    walk.press("Gi tilgangen")
    walk.press("Lag lenke for første passord")
    link = walk.page.locator(".one-time-link").inner_text()
    walk.press("Logg ut")
    choose_password(walk, link)
    walk.sign_in("hanne", SECRET)


def the_organisation_comes_from_files(walk: Walk, people: list[ExportedPerson]) -> None:
    """Units, then people; taken back, and taken into use again."""
    brings_in(walk, "Enheter", "organisasjon.csv", units_file())
    walk.press("Vis hva som blir endret")
    walk.press("Ta i bruk")
    for again in (False, True):
        brings_in(walk, "Ansatte", "medarbeidere november.csv", people_file(people))
        walk.choose("Medarb.ID", "Ansattnummer")
        walk.press("Vis hva som blir endret")
        walk.sees("Adressen vannverket@tindvaer.example står på flere personer")
        walk.check(walk.page.get_by_label("Delt postkasse"))
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
    walk.check(walk.page.get_by_label(kind))
    walk.attach("Fil (CSV", name, content)
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
    questionnaire = walk.page.get_by_label("Spørreskjema").locator("option[value='medarbeider:2']")
    walk.choose("Spørreskjema", questionnaire.inner_text())
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
    walk.act(walk.page.locator("summary", has_text="Inviter disse enhetene først, som en pilot"))
    walk.check(walk.page.locator("#pilot").get_by_label(PILOT))
    walk.press("Lagre")
    walk.follow("Tilbake til undersøkelsen")
    walk.follow("Sjekkliste før åpning")
    walk.follow("Prøv å svare")
    walk.page.go_back()
    while (ticks := walk.page.get_by_role("button", name="Kryss av")).count():
        with walk.page.expect_navigation():
            walk.act(ticks.first)
    walk.look()
    walk.sees("1 punkt gjenstår.")
    walk.follow("Gå til nøklene")
    walk.check(walk.page.get_by_label("HR kan åpne alene"))
    walk.fill(reason="Vi har ingen tillitsvalgt for alle ennå")
    walk.press("Lagre valget")
    walk.page.goto(f"{walk.page.url.removesuffix('/nokler')}/sjekkliste")
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
    walk.check(walk.page.get_by_label("Ja, de samme"))
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
    walk.sees(f"Ingen av de {len(now)} som er invitert, har svart")


def a_leader_sees_her_own(walk: Walk, links: dict[str, str]) -> None:
    """Her unit's rate on her own front page, and nothing of HR's."""
    survey = walk.page.url
    walk.press("Logg ut")
    address = "ansatt3120.0@tindvaer.example"
    choose_password(walk, links[address])
    walk.sign_in(address, SECRET)
    walk.sees("Rehabiliterings- og korttidsavdelingen", "Færre enn 5 av 10")
    expect(walk.page.get_by_role("main")).not_to_contain_text("Hjemmetjenesten")
    assert walk.page.request.get(survey).status == 403
    assert walk.errors == []
