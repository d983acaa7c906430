"""The leader agreement: what a leader writes is read by her and by the leader it was written for, and nobody else."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.access.models import Account, Grant, Role
from surveys.access.sessions import start_session
from surveys.operating.archive.contents import LEFT_OUT
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.scorecards.leader_talk.models import TalkText
from tests.building import build_installation, build_units
from tests.card_building import unit_of
from tests.web.test_pages import fault_of_document

YEAR = municipal_day().year
SECRET = "Jeg-ba-om-hjelp-for-sent"


@dataclass(frozen=True)
class Talk:
    """Liv leads A, Kari leads K above it. Everybody else is somebody who should not read what they write."""

    app: Flask
    db: Database

    def account(
        self, name: str, *roles: tuple[Role, str], deputy_for: str = "", existing: bool = False
    ) -> FlaskClient:
        """A browser that is signed in as her, with the roles from now on."""
        with self.db.transaction() as session:
            account = session.scalar(select(Account).where(Account.username == name)) if existing else None
            account = account or Account(username=name, name=name.title(), password_hash="-", all_grants=[])
            for role, code in roles:
                account.all_grants.append(Grant(role=role, unit_id=unit_of(session, code).id))
                if deputy_for:
                    account.all_grants[-1].deputy_for_id = self.id_of(deputy_for)
            session.add(account)
            session.flush()
            token = start_session(session, account)
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return client

    def id_of(self, name: str) -> int:
        with self.db.reading() as session:
            return session.scalars(select(Account.id).where(Account.username == name)).one()

    def page(self, leader: str = "liv", unit: str = "A") -> str:
        return f"/lederavtale/{unit}/{self.id_of(leader)}"

    def save(
        self, client: FlaskClient, text: str, version: int, reader: str = "kari", **more: str
    ) -> tuple[int, str]:
        """How it ended, and the page after it."""
        data = {"slag": "evaluation", "tekst": text, "versjon": str(version), "handling": "lagre"}
        data |= {"leser": str(self.id_of(reader))} | more
        answer = client.post(self.page(), data=data)
        return answer.status_code, answer.text


@pytest.fixture
def talk(app: Flask, db: Database) -> Talk:
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "A1": "A", "B": "K"})
    return Talk(app, db)


def test_nobody_but_the_two_reads_what_a_leader_writes(talk: Talk) -> None:
    kari, liv = talk.account("kari", (Role.LEADER, "K")), talk.account("liv", (Role.LEADER, "A"))
    hr = talk.account("hr", (Role.HR, "K"))
    others = {
        "hr": hr,
        "administrator": talk.account("administrator", (Role.ADMINISTRATOR, "K")),
        "controller": talk.account("controller", (Role.CONTROLLER, "K")),
        "politician": talk.account("politician", (Role.POLITICIAN, "K")),
        "representative": talk.account("representative", (Role.REPRESENTATIVE, "A")),
        "leader beside": talk.account("bo", (Role.LEADER, "B")),
        "leader below": talk.account("ida", (Role.LEADER, "A1")),
        "deputy of her leader": talk.account("vikar", (Role.LEADER, "K"), deputy_for="kari"),
        "her own deputy": talk.account("vara", (Role.LEADER, "A"), deputy_for="liv"),
        "signed out": talk.app.test_client(),
    }
    page = talk.page()
    assert "Bare du og lederen din, Kari." in liv.get(page).text
    assert talk.save(liv, SECRET, 0)[0] == 302
    for reader in (liv, kari):
        shown = reader.get(page).text
        assert SECRET in shown
        assert fault_of_document(shown) == ""
    account = talk.id_of("liv")
    places = (
        page, f"{page}?ar={YEAR}", "/lederavtale", "/lederavtale/alt", "/styringskort", "/styringskort/A",
        "/styringskort/A/egenvurdering", "/planer/A", "/hendelseslogg", "/hendelseslogg.csv", f"/brukere/{account}",
        "/personvern", f"/personvern/innsyn/bruker/{account}", f"/personvern/innsyn/bruker/{account}.csv",
        f"/personvern/innsyn/bruker/{account}.html", f"/brukere?sok={SECRET[:9]}", f"/styringskort?sok={SECRET[:9]}",
    )  # fmt: skip
    for name, client in others.items():
        assert client.get(page).status_code == (302 if name == "signed out" else 404), name
        assert client.post(page, data={"slag": "summary", "tekst": "Hei"}).status_code in {401, 404}, name
        for address in places:
            assert SECRET not in client.get(address).text, (name, address)
    # Her leader writes the summary, never her evaluation.
    assert talk.save(kari, "Kari mener", 1)[0] == 403
    assert talk.save(kari, "Vi ble enige", 0, slag="summary")[0] == 302
    assert "Vi ble enige" in liv.get(page).text
    # It leaves in no archive, and the trail says that something was saved, not what.
    assert "leader_talk_text" in LEFT_OUT
    assert "Lagret en tekst i en lederavtale" in hr.get("/hendelseslogg").text


def test_whoever_comes_above_her_later_reads_only_what_is_written_after(talk: Talk) -> None:
    """An administrator who makes herself the leader above is one of those."""
    kari, liv = talk.account("kari", (Role.LEADER, "K")), talk.account("liv", (Role.LEADER, "A"))
    assert talk.save(liv, SECRET, 0)[0] == 302
    talk.account("admin", (Role.ADMINISTRATOR, "K"))
    admin = talk.account("admin", (Role.LEADER, "K"), existing=True)
    shown = admin.get(talk.page())
    assert shown.status_code == 200
    assert SECRET not in shown.text
    # Two could be meant now: a page from before says whom it is for, and without that nothing is stored.
    status, page = talk.save(liv, "Ny tekst", 1, leser="")
    assert status == 422
    assert "Velg hvem som er lederen din." in page
    assert fault_of_document(page) == ""
    assert talk.save(liv, "Ny tekst", 1)[0] == 302
    assert "Ny tekst" not in admin.get(talk.page()).text
    # Her leader stops: she reads nothing more, and the new one what is written for her.
    with talk.db.transaction() as session:
        session.delete(session.scalars(select(Grant).where(Grant.account_id == talk.id_of("kari"))).one())
    assert talk.save(liv, "Til den nye", 2, reader="admin")[0] == 302
    assert kari.get(talk.page()).status_code == 404
    new = admin.get(talk.page()).text
    assert "Til den nye" in new
    assert "Ny tekst" not in new
    assert SECRET not in new


def test_versions_are_taken_back_and_two_at_once_are_told(talk: Talk) -> None:
    kari, liv = talk.account("kari", (Role.LEADER, "K")), talk.account("liv", (Role.LEADER, "A"))
    assert "Skriv noe først." in talk.save(liv, "", 0)[1]
    for version, text in enumerate(("Den første", "Den andre")):
        assert talk.save(liv, text, version)[0] == 302
    # What she wrote before is hers alone to look at.
    assert "Den første" in liv.get(talk.page()).text
    assert "Den første" not in kari.get(talk.page()).text
    assert talk.save(liv, "", 2, handling="hent:1")[0] == 302
    assert "Den første" in kari.get(talk.page()).text
    assert "Den andre" not in kari.get(talk.page()).text
    status, page = talk.save(liv, "Fra en gammel side", 2)
    assert status == 409
    assert "Fra en gammel side" in page
    assert "høyst 4000 tegn" in talk.save(liv, "x" * 4001, 3)[1]
    assert "fødselsnummer" in talk.save(liv, "Om 01019000083", 3)[1]
    with talk.db.reading() as session:
        stored = session.scalars(select(TalkText.text).order_by(TalkText.number)).all()
    assert stored == ["Den første", "Den andre", "Den første"]
    assert liv.get("/lederavtale/alt").text.count("Den første") == 2


def test_the_access_report_about_herself_has_her_own_texts(talk: Talk) -> None:
    """HR who also leads a unit: the report is hers, and nobody else's report about her has them."""
    talk.account("kari", (Role.LEADER, "K"))
    liv = talk.account("liv", (Role.LEADER, "A"), (Role.HR, "K"))
    other = talk.account("hr", (Role.HR, "K"))
    assert talk.save(liv, SECRET, 0)[0] == 302
    report = f"/personvern/innsyn/bruker/{talk.id_of('liv')}"
    for address in (report, f"{report}.csv"):
        assert SECRET in liv.get(address).text
        theirs = other.get(address)
        assert theirs.status_code == 200
        assert SECRET not in theirs.text
        assert "bare leses av lederen selv" in theirs.text
