"""Somebody who holds a respondent's link reads what she has begun: the mail system, a shared inbox, a letter's printer.

Whoever it is has a browser of her own and every page of the site, and no visit of the respondent's.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from questionnaires import loading
from questionnaires.coding import decode
from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.database import Database
from surveys.respond import visits, words
from surveys.respond.ballots import open_sheet
from surveys.respond.drafts import DraftBox
from surveys.respond.lookup import look_up_code
from surveys.respond.words import ChosenWord, WordFault
from tests.building import build_open_survey, invite_some, keys_of
from tests.made_once import OUR_STRETCHING_OF_WORDS
from tests.respondent import Page, Respondent

ROUTED_SOURCE = (Path(__file__).parents[1] / "questionnaires" / "examples" / "routed.yaml").read_bytes()
ROUTED = loading.parse(ROUTED_SOURCE, "routed.yaml")

COMMENT = "En helt spesiell kommentar"
WORD = "Gul sykkelhjelm"
PAGES = (
    "",
    "nb/",
    "nb/pause",
    "nb/oppsummering",
    "nb/slett",
    "nb/side/1",
    "nb/side/2",
    "nb/side/3",
    "nb/side/4",
)


@pytest.fixture
def code(app: Flask, db: Database) -> str:
    with db.transaction() as session:
        [found] = invite_some(app, session, build_open_survey(app, session))
    return found


def opened(app: Flask, code: str) -> Respondent:
    """Somebody who opens the link that was sent, on a device of her own."""
    return Respondent(app.test_client(), code)


def has_answered(app: Flask, code: str) -> Respondent:
    """The respondent, who has answered every page and not delivered."""
    person = opened(app, code)
    person.answers_to_the_review(choose=3, comment=COMMENT)
    return person


def chooses(person: Respondent, word: str = WORD) -> Page:
    return submits(person, person.goes_to("pause"), "velg-ord", word)


def gives(person: Respondent, word: str = WORD) -> Page:
    return submits(person, person.open(f"/svar/{person.code}{token_of(person)}/nb/"), "ord", word)


def submits(person: Respondent, page: Page, form: str, word: str = "") -> Page:
    """Sends the form on the page that leads to `…/form`."""
    [action] = [
        one.get("action") for one in page.tree.iter("form") if one.get("action", "").endswith(f"/{form}")
    ]
    person.page = Page(person.client.post(action, data={"ord": word}, follow_redirects=True))
    return person.page


def token_of(person: Respondent) -> str:
    return person.way.removeprefix(f"/svar/{person.code}").removesuffix("/nb")


@dataclass(frozen=True)
class DeliveredAnswers:
    coded: Mapping[str, int]
    comments: Mapping[str, str]


def _back_after_a_holder(app: Flask, code: str) -> tuple[Respondent, str]:
    """She has given her word again, after a holder of the link answered otherwise; and her own answer to TRI01."""
    person = has_answered(app, code)
    mine = person.goes_to("side/1").answers()["TRI01"]
    chooses(person)
    holder = opened(app, code)
    holder.goes_to("side/1")
    holder.press({"TRI01": "1" if mine != "1" else "2"})
    again = opened(app, code)
    gives(again)
    return again, mine


def delivered(app: Flask, db: Database) -> DeliveredAnswers:
    """What stands in the only ballot, opened with the key that only counting has."""
    with db.reading() as session:
        [ballot] = session.scalars(select(Ballot)).all()
        survey = session.scalars(select(Survey)).one()
        sheet = open_sheet(keys_of(app).read(survey.id), ballot.sealed)
        questionnaire = questionnaire_of(survey.instrument)
    return DeliveredAnswers(decode(questionnaire, sheet.answers), sheet.comments)


def reveals(page: Page) -> bool:
    """Whether an earlier answer stands in the page: chosen, written, in words, or by the key of its question."""
    told = COMMENT in page.response.text or bool(page.answers()) or bool(page.takes_back())
    shown = page.unseen().get("_vist", "")
    in_words = [line for line in page.tree.iter("dd") if "unanswered" not in line.get("class", "")]
    return told or bool(shown) or bool(in_words)


def test_the_respondents_own_pages_reveal_her_answers(app: Flask, code: str) -> None:
    """Else the tests below could not fail."""
    person = has_answered(app, code)
    assert reveals(person.goes_to("oppsummering"))
    assert reveals(person.goes_to("side/1"))
    assert reveals(person.goes_to("side/5"))


@pytest.mark.parametrize("has_word", [False, True], ids=["without a word", "with a word"])
def test_no_page_shows_an_earlier_answer_to_whoever_opens_the_link(
    app: Flask, code: str, has_word: bool
) -> None:
    person = has_answered(app, code)
    if has_word:
        chooses(person)
    for page in PAGES:
        holder = opened(app, code)
        assert not reveals(holder.open(f"/svar/{code}/{page}".rstrip("/"))), page
        # … and from page to page, as the visit that the link began.
        if page:
            assert not reveals(holder.open(f"/svar/{code}{token_of(holder)}/{page}")), page


@pytest.mark.parametrize("button", ["", "_tilbake", "_senere"])
def test_nothing_she_sends_brings_an_earlier_answer_to_light(app: Flask, code: str, button: str) -> None:
    has_answered(app, code)
    holder = opened(app, code)
    for number in (1, 2, 4, 5):
        holder.goes_to(f"side/{number}")
        assert not reveals(holder.press(button=button))
    page = holder.open(f"/svar/{code}{token_of(holder)}/nb/side/1?mangler=1")
    assert not reveals(page)
    # What is not answered on her route is not told either: it would say what was.
    assert "er ikke besvart" not in holder.goes_to("oppsummering").text


def test_a_language_button_and_a_refused_answer_show_nothing_either(app: Flask, code: str) -> None:
    has_answered(app, code)
    holder = opened(app, code)
    holder.goes_to("side/4")
    assert not reveals(holder.press(button="_sprak", value="en"))
    holder.goes_to("side/1")
    refused = holder.press({"TRI01": "99"})
    assert refused.status == 422
    assert not set(refused.answers()) - {"TRI01"}


def test_another_respondents_visit_opens_nothing(app: Flask, db: Database, code: str) -> None:
    with db.transaction() as session:
        [other] = invite_some(app, session, session.scalars(select(Survey)).one())
    person = has_answered(app, code)
    stranger = opened(app, other)
    stranger.goes_to("side/1")
    page = stranger.open(f"/svar/{code}{token_of(stranger)}/nb/oppsummering")
    assert not reveals(page)
    changed = token_of(person)[:-3] + ("AAA" if not person.way.endswith("AAA/nb") else "BBB")
    assert not reveals(opened(app, code).open(f"/svar/{code}{changed}/nb/oppsummering"))


def test_the_link_that_is_sent_and_typed_carries_no_visit(app: Flask, code: str) -> None:
    page = Page(app.test_client().post("/svar", data={"kode": code}))
    assert page.response.location == f"/svar/{code}?sprak=nb"


def test_a_visit_ends_after_four_hours_without_a_page(
    app: Flask, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def has_passed(hours: float) -> None:
        monkeypatch.setattr(visits, "time", SimpleNamespace(time=lambda: hours * 60 * 60))

    has_passed(0)
    address = has_answered(app, code).page.address
    has_passed(3.9)
    page = opened(app, code).open(address)
    assert reveals(page)
    # The pages that this one leads to last as long as if it were the first.
    onward = page.links()["Fortsett senere"].replace("pause", "oppsummering")
    has_passed(4.1)
    assert not reveals(opened(app, code).open(address))
    assert reveals(opened(app, code).open(onward))


def test_back_reload_and_another_tab_show_her_own_answers_in_the_same_visit(app: Flask, code: str) -> None:
    person = opened(app, code)
    first = person.goes_to("side/1").address
    person.answers_all(2)
    assert reveals(person.open(first))
    assert reveals(person.another_tab(app.test_client()).open(first))
    assert "Svarene dine er tatt vare på." in person.open(f"/svar/{code}{token_of(person)}/nb/").text


def test_a_begun_answer_opened_anew_shows_where_she_was_and_goes_on_there(app: Flask, code: str) -> None:
    person = opened(app, code)
    person.goes_to("side/1")
    person.answers_all()
    again = opened(app, code)
    assert "Du har kommet til side 2 av 4." in again.page.text
    assert "Vi viser ikke svarene her" in again.page.text
    assert again.page.links()["Fortsett"].endswith("/side/2")
    page = again.goes_to("side/1")
    assert "Du har vært på denne siden før." in page.text
    assert again.press().address.endswith("/side/2"), "a page she has been through does not remind her"


def test_what_was_answered_before_is_delivered_with_the_rest_and_the_newest_counts(
    app: Flask, db: Database, code: str
) -> None:
    person = opened(app, code)
    person.goes_to("side/1")
    person.press({"TRI01": "2", "TRI02": "2"})
    chooses(person)
    again = opened(app, code)
    again.goes_to("side/1")
    again.press({"TRI01": "5"})
    third = opened(app, code)
    third.goes_to("side/5")
    third.answers_all(comment=COMMENT)
    assert third.delivers().heading == "Takk! Svaret ditt er levert."
    sheet = delivered(app, db)
    assert (sheet.coded["TRI01"], sheet.coded["TRI02"]) == (5, 2)
    assert COMMENT in sheet.comments.values()


# One way through the routed example for each answer that decides about later pages.
WAYS = (
    {"used": "none"},
    {"used.library": "1", "LIB01": "1", "bus": "often", "tell": "2", "age": "young", "moved": "1999"},
    {"used.library": "1", "LIB01": "0", "bus": "never", "age": "old", "moved": "1999"},
    {"used.pool": "1", "bus": "never", "age": "young"},
)


def seen_by_a_holder(app: Flask, code: str) -> list[str]:
    """Every page that whoever opens the link is sent, without what is new in every visit."""
    paths = ("", "/nb/", "/nb/pause", "/nb/oppsummering", *(f"/nb/side/{n}" for n in range(1, 9)))
    seen = [opened(app, code).open(f"/svar/{code}{path}") for path in paths]
    # … and where her own answers lead her, on pages that the owner may have met or not.
    holder = opened(app, code)
    seen.append(holder.goes_to("side/1"))
    seen.append(holder.press({"used.library": "1"}))
    seen.append(holder.press({"visits": "no"}))
    assert seen[-1].status == 422
    while "/side/" in holder.page.address:
        seen.append(
            holder.press({"visits": "2", "bus": "often", "tell": "1", "age": "young", "moved": "1999"})
        )
    with_tokens = [f"{page.status} {page.address}\n{page.response.text}" for page in seen]
    return [re.sub(r'\.[\w=-]{40,}|value="[\w-]{20,}"', "", one).replace(code, "CODE") for one in with_tokens]


def test_which_pages_she_met_because_of_an_answer_is_not_told(app: Flask, db: Database) -> None:
    """The list of pages, their number, where she is and how long a page is: the same whatever was answered."""
    with db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=ROUTED, source=ROUTED_SOURCE)
        codes = invite_some(app, session, survey, count=len(WAYS))
    told = []
    for code, answers in zip(codes, WAYS, strict=True):
        person = opened(app, code)
        person.goes_to("side/1")
        while "/side/" in person.page.address:
            person.press(answers)
        told.append(seen_by_a_holder(app, code))
    for others in told[1:]:
        assert others == told[0]


@pytest.mark.parametrize("meanwhile", ["another device answered", "the visit ended"])
def test_an_answer_taken_back_on_a_page_that_showed_it_is_not_delivered(
    app: Flask, db: Database, code: str, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page was opened while the visit was shown its answers, and sent when it was not any more."""
    person = has_answered(app, code)
    page = person.goes_to("side/5")
    if meanwhile == "another device answered":
        other = opened(app, code)
        other.goes_to("side/2")
        other.press()
    else:
        later = time.time() + visits.LASTS + 1
        monkeypatch.setattr(visits, "time", SimpleNamespace(time=lambda: later))
    person.page = page
    person.press({"bedre": ""})
    person.delivers()
    assert "bedre" not in delivered(app, db).comments


class TestTheWord:
    """What the word opens, and what it does not."""

    def test_it_shows_the_answers_on_any_device_and_they_can_be_changed(self, app: Flask, code: str) -> None:
        chooses(has_answered(app, code))
        again = opened(app, code)
        assert "Skriv ordet du valgte" in again.page.text
        page = gives(again, f"  {WORD.upper()} ")
        assert "Se det du har svart" in page.links()
        assert reveals(again.goes_to("oppsummering"))
        assert again.goes_to("side/5").answers()["bedre"] == COMMENT
        again.goes_to("side/1")
        again.press({"TRI01": "1"})
        assert again.goes_to("side/1").answers()["TRI01"] == "1"

    def test_choosing_it_locks_the_device_too(self, app: Flask, code: str) -> None:
        person = has_answered(app, code)
        before = person.page.address
        page = chooses(person)
        assert page.heading == "Svarene er låst"
        assert not token_of(person) or not reveals(person.goes_to("oppsummering"))
        assert not reveals(person.open(before))

    def test_a_visit_that_was_given_it_can_be_locked_again(self, app: Flask, code: str) -> None:
        chooses(has_answered(app, code))
        again = opened(app, code)
        gives(again)
        before = again.goes_to("oppsummering").address
        submits(again, again.goes_to("pause"), "las")
        assert not reveals(again.open(before))
        gives(again)
        assert reveals(again.goes_to("oppsummering"))

    def test_a_wrong_one_shows_nothing_and_says_so(self, app: Flask, code: str) -> None:
        chooses(has_answered(app, code))
        holder = opened(app, code)
        page = gives(holder, "feil ord her")
        assert page.status == 422
        assert page.title.startswith("Feil: ")
        assert page.summary() == {"Ordet er ikke riktig. Prøv igjen": "#ord"}
        assert "feil ord her" not in page.response.text
        assert not reveals(holder.goes_to("oppsummering"))

    def test_wrong_ones_are_limited_whoever_tries_and_the_right_one_waits_too(
        self, app: Flask, code: str
    ) -> None:
        chooses(has_answered(app, code))  # one of ten
        for number in range(9):
            assert gives(opened(app, code), f"feil ord {number}").status == 422
        page = gives(opened(app, code), WORD)
        assert page.status == 429
        assert "Prøv igjen i morgen" in page.text
        holder = opened(app, code)
        assert not reveals(holder.goes_to("oppsummering"))
        assert "Fortsett uten ordet" in page.links(), "nobody is kept from answering"

    def test_it_is_stored_nowhere_and_the_draft_has_no_more_than_a_hash(
        self, app: Flask, db: Database, code: str
    ) -> None:
        chooses(has_answered(app, code))
        with db.reading() as session:
            found = look_up_code(session.connection(), code, app.config["SECRETS"].codes)
            ciphertext = session.scalars(select(Draft.ciphertext)).one()
        assert found is not None
        stored = DraftBox(keys_of(app).draft_secret(found.survey_id), found.code).opened(ciphertext)
        content = stored.to_bytes(16)
        assert COMMENT.encode() in content, "what the server holds is readable to whoever has all its keys"
        assert re.search("gul|sykkel", content.decode(errors="replace"), re.IGNORECASE) is None
        assert stored.word is not None
        assert stored.word.is_right(words.normalised(WORD))
        assert not stored.word.is_right("gul sykkelhjel")

    def test_a_draft_has_the_same_size_with_one_and_without(
        self, app: Flask, db: Database, code: str
    ) -> None:
        def size() -> int:
            with db.reading() as session:
                return len(session.scalars(select(Draft.ciphertext)).one())

        person = has_answered(app, code)
        before = size()
        chooses(person)
        assert size() == before

    def test_whoever_goes_on_without_it_never_sees_the_rest_and_it_is_delivered(
        self, app: Flask, db: Database, code: str
    ) -> None:
        chooses(has_answered(app, code))
        again = opened(app, code)
        page = again.open(again.page.links()["Fortsett uten ordet"])
        assert page.heading == "Se over og lever"
        assert "Svar du har gitt før, vises ikke her, men blir levert sammen med disse." in page.text
        assert not reveals(page)
        assert again.press().heading == "Takk! Svaret ditt er levert."
        sheet = delivered(app, db)
        assert COMMENT in sheet.comments.values()

    def test_another_word_never_opens_what_the_first_one_locked(
        self, app: Flask, db: Database, code: str
    ) -> None:
        chooses(has_answered(app, code))
        holder = opened(app, code)
        holder.goes_to("side/1")
        holder.press({"TRI01": "1"})
        assert "virker ikke det gamle lenger" in holder.goes_to("pause").text
        chooses(holder, "et helt annet ord")
        gives(holder, "et helt annet ord")
        assert holder.goes_to("side/1").answers() == {"TRI01": "1"}
        for page in (2, 4, 5):
            assert not reveals(holder.goes_to(f"side/{page}"))
        holder.delivers()
        assert delivered(app, db).coded["TRI01"] == 1
        assert COMMENT in delivered(app, db).comments.values(), (
            "what nobody is shown is delivered all the same"
        )

    def test_given_later_in_the_visit_it_keeps_what_was_answered_meanwhile(
        self, app: Flask, code: str
    ) -> None:
        chooses(has_answered(app, code))
        again = opened(app, code)
        again.goes_to("side/1")
        again.press({"TRI01": "1"})
        gives(again)
        assert again.goes_to("side/1").answers()["TRI01"] == "1"
        assert again.goes_to("side/5").answers()["bedre"] == COMMENT

    def test_what_a_holder_answers_is_not_shown_to_her_and_does_not_count_against_hers(
        self, app: Flask, db: Database, code: str
    ) -> None:
        again, mine = _back_after_a_holder(app, code)
        assert again.goes_to("side/1").answers()["TRI01"] == mine
        again.delivers()
        assert delivered(app, db).coded["TRI01"] == int(mine)

    def test_what_she_takes_back_does_not_leave_what_a_holder_answered(
        self, app: Flask, db: Database, code: str
    ) -> None:
        chooses(has_answered(app, code))
        holder = opened(app, code)
        holder.goes_to("side/5")
        holder.press({"bedre": "En annens ord"})
        again = opened(app, code)
        gives(again)
        again.goes_to("side/5")
        again.press({"bedre": ""})
        again.delivers()
        assert "bedre" not in delivered(app, db).comments

    def test_a_review_that_was_open_for_long_delivers_what_it_showed(
        self, app: Flask, db: Database, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        again, mine = _back_after_a_holder(app, code)
        again.goes_to("oppsummering")
        later = time.time() + visits.LASTS + 1
        monkeypatch.setattr(visits, "time", SimpleNamespace(time=lambda: later))
        again.press()
        assert delivered(app, db).coded["TRI01"] == int(mine)

    def test_a_holder_cannot_take_back_what_it_locks(self, app: Flask, code: str) -> None:
        chooses(has_answered(app, code))
        holder = opened(app, code)
        holder.goes_to("side/5")
        holder.press({"_vist": "bedre", "bedre": ""})
        again = opened(app, code)
        gives(again)
        assert again.goes_to("side/5").answers()["bedre"] == COMMENT

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ("   ", WordFault.MISSING),
            ("abc de"[:5], WordFault.TOO_SHORT),
            ("x" * 101, WordFault.TOO_LONG),
            ("Sommer", WordFault.EASY),
            ("aabb aabb", WordFault.EASY),
            ("gul sykkel", None),
        ],
    )
    def test_some_are_refused(self, typed: str, fault: WordFault | None) -> None:
        assert words.fault_in(words.normalised(typed)) is fault

    def test_whoever_guesses_waits_for_each_guess(self) -> None:
        operations, memory = OUR_STRETCHING_OF_WORDS
        assert operations >= 2
        assert memory >= 64 * 1024**2

    def test_a_refused_one_locks_nothing_and_is_explained(self, app: Flask, code: str) -> None:
        person = has_answered(app, code)
        page = chooses(person, "kort")
        assert page.status == 422
        assert page.summary() == {"Ordet må ha minst 6 tegn": "#ord"}
        assert f"Minst {words.SHORTEST} tegn" in page.text
        assert reveals(person.goes_to("oppsummering"))

    def test_it_cannot_be_chosen_by_whoever_has_answered_nothing(self, app: Flask, code: str) -> None:
        has_answered(app, code)
        holder = opened(app, code)
        assert "Velg et ord" not in holder.goes_to("pause").text
        holder.client.post(f"{holder.way}/velg-ord", data={"ord": WORD})
        assert "Skriv ordet du valgte" not in opened(app, code).page.text

    def test_the_same_word_is_kept_in_another_form_each_time(self) -> None:
        assert ChosenWord.of("gul sykkel") != ChosenWord.of("gul sykkel")


def test_erasing_takes_every_layer_and_the_word(app: Flask, db: Database, code: str) -> None:
    chooses(has_answered(app, code))
    holder = opened(app, code)
    page = holder.goes_to("slett")
    assert not reveals(page)
    assert "også dem som ikke vises" in page.text
    holder.press()
    with db.reading() as session:
        assert session.scalars(select(Draft)).all() == []
    assert "Start" in opened(app, code).page.links()


def test_the_pause_says_what_whoever_holds_the_link_can_do(app: Flask, code: str) -> None:
    person = has_answered(app, code)
    text = person.goes_to("pause").text
    for told in (
        "De kan ikke se det du har svart",
        "hvor langt du har kommet",
        "svare og levere i stedet for deg, eller slette",
    ):
        assert told in text
