"""Codes on paper: letters without names, loose codes on cards, and QR codes that lead where the text says."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns import outbox
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.invitations import code_of
from surveys.campaigns.lifecycle import close_survey, participation
from surveys.campaigns.models import Invitation, Survey
from surveys.hr.paper import sheets as paper
from surveys.organisation.models import Person, Unit
from surveys.platform import code_format
from surveys.platform.database import Database
from surveys.platform.qr import qr_svg
from tests.building import build_open_survey, invite_some
from tests.card_building import sign_in_as
from tests.page_tokens import without_tokens
from tests.respondent import Page, Respondent

SURVEY = "/undersokelser/liten-2026"
TODAY = dt.datetime.now(dt.UTC).date()
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b")


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    """HR of an open survey: six letters to unit A, one to B, and two people who get theirs by e-mail."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey, "A", 6)
        invite_some(app, session, survey, "B", 1, language="en", is_leader=True)
        invite_some(app, session, survey, "A", 2, email="med@post.example")
    sign_in_as(client, db, Role.HR)
    return client


@pytest.fixture
def unit_id(db: Database) -> Callable[[str], str]:
    def found(code: str) -> str:
        with db.reading() as session:
            return str(session.scalars(select(Unit.id).where(Unit.code == code)).one())

    return found


def the_survey(session: object) -> Survey:
    return session.scalars(select(Survey)).one()  # type: ignore[attr-defined, no-any-return]


def printed(page: Page) -> list[str]:
    """The codes on the page, in its order."""
    return CODE.findall(page.text)


def letters(hr: FlaskClient, unit: str, again: bool = False) -> Page:
    return Page(hr.post(f"{SURVEY}/{'brev-pa-nytt' if again else 'brev'}", data={"unit": unit}))


def cards(hr: FlaskClient, unit: str, count: object = 3, batch: str = "b1", language: str = "nb") -> Page:
    sent = {"loose_unit": unit, "count": str(count), "code_language": language, "batch": batch}
    return Page(hr.post(f"{SURVEY}/koder", data=sent))


def deliver(app: Flask, code: str) -> None:
    person = Respondent(app.test_client(), code)
    person.answers_to_the_review()
    assert person.press().heading in {
        "Takk! Svaret ditt er levert.",
        "Thank you! Your answers have been submitted.",
    }


def shown_entries(db: Database) -> list[dict[str, object]]:
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "survey.codes_shown"))
        return [each.detail for each in entries.all() if each.account_id is not None]


def test_there_is_one_letter_for_each_person_without_an_address(
    hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    page = letters(hr, unit_id("K"))
    articles = list(page.tree.iter("article"))
    assert len(articles) == 7
    assert len(set(printed(page))) == 7


def test_a_letter_tells_what_the_start_page_tells_and_how_to_come_in(
    hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    page = letters(hr, unit_id("A"))
    first = " ".join("".join(next(page.tree.iter("article")).itertext()).split())
    for told in (
        "Fjordvik kommune",
        "Liten undersøkelse 2026",
        "Enhet A",
        "Vi vil ha det bra på jobb.",
        "Det tar omtrent 3 minutter.",
        "Frist: fredag 20. mars.",
        "http://localhost/svar",
        "Ledere ser resultatet for sin egen enhet",
        "minst 5 har svart",
        "Nynorsk:",
        "English:",
        "hr@fjordvik.example",
    ):
        assert told in first


def test_a_letter_is_in_its_readers_language_and_says_so(
    hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    [article] = letters(hr, unit_id("B")).tree.iter("article")
    assert article.get("lang") == "en"
    text = " ".join("".join(article.itertext()).split())
    assert "Small survey 2026" in text
    assert "Friday 20 March" in text
    notes = [each.get("lang") for each in article.iter("p") if each.get("class") == "language-note"]
    assert notes == ["nb", "nn"]


def test_every_printed_code_leads_in(hr: FlaskClient, app: Flask, unit_id: Callable[[str], str]) -> None:
    codes = printed(letters(hr, unit_id("K"))) + printed(cards(hr, unit_id("A")))
    headings = {Page(app.test_client().get(f"/svar/{code}")).heading for code in codes}
    assert headings == {"Liten undersøkelse 2026", "Small survey 2026"}


def test_no_letter_names_anybody(app: Flask, db: Database, hr: FlaskClient) -> None:
    with db.transaction() as session:
        survey = the_survey(session)
        unit = session.scalars(select(Unit).where(Unit.code == "A")).one()
        person = Person(employee_number="4711", name="Ragnhild Nordmann", unit=unit)
        session.add(person)
        session.flush()
        invite_some(app, session, survey, "A", person_id=person.id)
        sent = {"unit": str(unit.id)}
    text = hr.post(f"{SURVEY}/brev", data=sent).text
    assert len(CODE.findall(text)) >= 7
    assert "Ragnhild" not in text
    assert "4711" not in text


def test_the_order_of_letters_is_not_the_order_of_people(
    app: Flask, db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    with db.transaction() as session:
        invited = invite_some(app, session, the_survey(session), "A", 40)
    found = [code for code in printed(letters(hr, unit_id("A"))) if code in invited]
    assert sorted(found) == sorted(invited)
    assert found != invited


def test_a_letter_is_made_once_and_only_those_not_used_are_made_again(
    app: Flask, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    first = printed(letters(hr, unit_id("A")))
    nothing = letters(hr, unit_id("A"))
    assert nothing.status == 409
    assert "Det er ingen brev å skrive ut" in nothing.text
    deliver(app, first[0])
    assert set(printed(letters(hr, unit_id("A"), again=True))) == set(first) - {first[0]}


def test_a_missing_letter_never_tells_that_one_of_few_has_answered(
    app: Flask, db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    """The one letter to unit B: again the same day whether used or not, later never."""
    [code] = printed(letters(hr, unit_id("B")))
    deliver(app, code)
    assert printed(letters(hr, unit_id("B"), again=True)) == [code]
    with db.transaction() as session:
        for each in session.scalars(select(Invitation).where(Invitation.printed_on.is_not(None))):
            each.printed_on = TODAY - dt.timedelta(days=1)
    assert letters(hr, unit_id("B"), again=True).status == 409


def test_nothing_on_hrs_page_tells_whether_a_paper_code_has_been_used(
    app: Flask, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    [code] = printed(letters(hr, unit_id("B")))
    before = hr.get(f"{SURVEY}/brev-og-lenke").text
    deliver(app, code)
    after = hr.get(f"{SURVEY}/brev-og-lenke").text
    assert without_tokens(before) == without_tokens(after)


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "not-answered"])
def test_replacing_one_persons_code_on_paper_tells_hr_nothing(
    app: Flask, db: Database, hr: FlaskClient, unit_id: Callable[[str], str], answered: bool
) -> None:
    """The attack: replace her code, so that the new one is known to be hers, and see what becomes of its letter.

    Whether a letter waits, whether it is made, whether it is made again that day or later, and what the old code says.
    """
    codes = printed(letters(hr, unit_id("A")))
    old = _code_of_person_77(app, db, unit_id("A"))
    assert old in codes
    if answered:
        deliver(app, old)
    replaced = hr.post(f"{SURVEY}/utsending/kode", data={"person": "77"}, follow_redirects=True)
    assert "Koden er byttet." in replaced.text
    page = hr.get(f"{SURVEY}/brev-og-lenke").text
    assert "2 brev er ikke skrevet ut ennå" in page  # hers, and the one in unit B
    assert "5 er skrevet ut" in page
    assert app.test_client().get(f"/svar/{old}").status_code == 410
    [new] = printed(letters(hr, unit_id("A")))
    assert new not in codes
    assert set(printed(letters(hr, unit_id("A"), again=True))) == {*codes, new} - {old}
    with db.transaction() as session:
        for each in session.scalars(select(Invitation).where(Invitation.printed_on.is_not(None))):
            each.printed_on = TODAY - dt.timedelta(days=1)
    assert set(printed(letters(hr, unit_id("A"), again=True))) == {*codes} - {old}


def test_a_letter_waits_for_whoever_was_turned_to_paper_whether_or_not_she_has_answered(
    app: Flask, db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    old = _code_of_person_77(app, db, unit_id("A"))
    before = without_tokens(hr.get(f"{SURVEY}/brev-og-lenke").text)
    deliver(app, old)
    assert without_tokens(hr.get(f"{SURVEY}/brev-og-lenke").text) == before
    assert old in printed(letters(hr, unit_id("A")))


def _code_of_person_77(app: Flask, db: Database, unit_id: str) -> str:
    """Gives one of the letters to unit A to somebody with that employee number; her code."""
    with app.app_context(), db.transaction() as session:
        person = Person(employee_number="77", name="Kari Nordmann", unit_id=int(unit_id))
        session.add(person)
        session.flush()
        hers = session.scalars(
            select(Invitation).where(Invitation.email == "", Invitation.unit_id == int(unit_id))
        ).first()
        assert hers is not None
        change_sealed(hers, person_id=person.id)
        return code_format.grouped(code_of(hers, app.config["SECRETS"].codes))


def test_letters_follow_the_tree_as_it_stood_when_the_survey_opened(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    with db.transaction() as session:
        session.scalars(select(Unit).where(Unit.code == "B")).one().parent_id = int(unit_id("A"))
    assert len(printed(letters(hr, unit_id("A")))) == 6


def test_every_showing_of_codes_is_in_the_audit_trail(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    letters(hr, unit_id("A"))
    letters(hr, unit_id("A"), again=True)
    cards(hr, unit_id("A"), 4)
    cards(hr, unit_id("A"), 4)
    assert shown_entries(db) == [{"letters": 6}, {"letters": 6}, {"loose": 4}, {"loose": 4}]


def test_the_pages_with_codes_are_never_kept_and_have_no_address(
    hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    for path in ("brev", "brev-pa-nytt", "koder"):
        assert hr.get(f"{SURVEY}/{path}").status_code == 405
    answer = hr.post(f"{SURVEY}/brev", data={"unit": unit_id("A")})
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"\sstyle=|<style", answer.text)


def test_loose_codes_are_invitations_without_a_person_and_count_as_invited(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    page = cards(hr, unit_id("A"), 12, language="nn")
    assert len(set(printed(page))) == 12
    assert len([each for each in page.tree.iter("div") if each.get("class") == "code-page"]) == 2
    assert {each.get("lang") for each in page.tree.iter("article")} == {"nn"}
    with db.reading() as session:
        made = session.scalars(select(Invitation).where(Invitation.loose)).all()
        assert {(each.person_id, each.email, each.language) for each in made} == {(None, "", "nn")}
        assert participation(session, the_survey(session))[int(unit_id("A"))].invited == 20


def test_sending_the_form_again_shows_the_same_codes_and_makes_none(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    first, again = cards(hr, unit_id("A"), 5), cards(hr, unit_id("A"), 5)
    assert sorted(printed(first)) == sorted(printed(again))
    other = cards(hr, unit_id("A"), 5, batch="b2")
    assert not set(printed(first)) & set(printed(other))
    with db.reading() as session:
        loose = select(func.count()).select_from(Invitation).where(Invitation.loose)
        assert session.scalar(loose) == 10


@pytest.mark.parametrize("changed", [{"count": 6}, {"language": "en"}, {"unit": "B"}])
def test_a_batch_that_was_made_with_other_choices_is_refused(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str], changed: dict[str, object]
) -> None:
    cards(hr, unit_id("A"), 5)
    choices = {"count": 5, "language": "nb", "unit": "A"} | changed
    page = cards(hr, unit_id(str(choices["unit"])), choices["count"], language=str(choices["language"]))
    assert page.status == 409
    assert "laget før, med andre valg" in page.text
    with db.reading() as session:
        assert len(session.scalars(select(Invitation).where(Invitation.loose)).all()) == 5


@pytest.mark.parametrize("count", ["0", "-3", "501", "mange", ""])
def test_a_number_that_cannot_be_is_explained(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str], count: str
) -> None:
    page = cards(hr, unit_id("A"), count)
    assert page.status == 422
    assert page.title.startswith("Feil:")
    [(_message, target)] = page.summary().items()
    assert target == "#count"
    with db.reading() as session:
        assert session.scalars(select(Invitation).where(Invitation.loose)).all() == []


def test_a_unit_outside_the_survey_is_refused(db: Database, hr: FlaskClient) -> None:
    assert cards(hr, "999999").status == 422
    assert letters(hr, "999999").status == 422
    assert letters(hr, "tull").status == 422


def test_codes_are_printed_only_while_the_survey_is_open(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    with db.transaction() as session:
        close_survey(session, the_survey(session))
    for page in (letters(hr, unit_id("A")), cards(hr, unit_id("A"))):
        assert page.status == 409
        assert printed(page) == []
    assert "Brev kan skrives ut mens undersøkelsen er åpen." in hr.get(f"{SURVEY}/brev-og-lenke").text
    assert shown_entries(db) == []


def test_too_many_letters_at_once_are_refused_with_advice(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper, "MOST_LETTERS", 5)
    page = letters(hr, unit_id("K"))
    assert page.status == 409
    assert "Det er 7 brev. Vi lager høyst 5 om gangen: velg en mindre enhet." in page.text
    assert letters(hr, unit_id("B")).status == 200


def test_a_survey_where_everybody_has_an_address_has_no_letters(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey, "A", 3, email="en@post.example")
    sign_in_as(client, db, Role.HR)
    assert "Da er det ingen brev å skrive ut." in client.get(f"{SURVEY}/brev-og-lenke").text


def test_loose_codes_are_not_told_as_people_without_an_address(
    db: Database, hr: FlaskClient, unit_id: Callable[[str], str]
) -> None:
    cards(hr, unit_id("A"), 9)
    with db.transaction() as session:
        assert outbox.queue_invitations(session, the_survey(session)).without_address == 7


def test_a_qr_code_is_a_drawing_with_a_name_and_nothing_else() -> None:
    drawn = str(qr_svg("http://localhost/svar/ABCD-EFGH-JKMN", 'Til «"undersøkelsen"»'))
    assert drawn.startswith('<svg role="img" aria-label="Til «&#34;undersøkelsen&#34;»"')
    assert "ABCD" not in drawn
    assert "style=" not in drawn
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) == {"#fff", "#000"}


def test_the_qr_code_leads_to_the_code_beside_it(hr: FlaskClient, unit_id: Callable[[str], str]) -> None:
    page = hr.post(f"{SURVEY}/brev", data={"unit": unit_id("A")}).text
    for code in set(CODE.findall(page)):
        assert str(qr_svg(f"http://localhost/svar/{code}", "QR-kode til undersøkelsen")) in page
