"""HR goes through the comments: approves, takes words out, holds back, undoes; one area's HR sees that area's."""

import re
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from surveys.access.models import Role
from surveys.campaigns.lifecycle import find_survey
from surveys.counting.models import Comment
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.release.comments import queue as comment_queue
from surveys.release.comments.models import CommentReview
from surveys.release.comments.queue import backlogs
from surveys.release.comments.reviewing import APPROVED, DecidedMeanwhileError, Reviewer
from surveys.release.comments.shortening import NotShortenedError, shortened
from tests.built_once import build_once
from tests.card_building import sign_in_as
from tests.commenting import KEY, approve_everything, build_counted, publish, stored

QUEUE = f"/undersokelser/{KEY}/kommentarer"


@pytest.fixture
def written(app: Flask, db: Database) -> None:
    """24 comments: 12 in A on what should be better, 12 in B (by those in B1 and B2) on what to keep."""
    app.config["WTF_CSRF_ENABLED"] = False
    build_once(app, db, _build_written)


def _build_written(app: Flask, db: Database) -> None:
    at_a = [{"bedre": f"Mer tid på vakt {number}"} for number in range(12)]
    at_b = [{"styrke": f"Godt lag {number}"} for number in range(12)]
    build_counted(app, db, {"A": at_a, "B1": at_b[:6], "B2": at_b[6:]})


@pytest.fixture
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comment_queue, "AT_A_TIME", 5)


def page(answer: TestResponse) -> Any:
    """The page's tree; it must be whole HTML with ids used once and one h1 that begins the title."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    [heading] = list(document.iter("h1"))
    title = document.find(".//title").text.removeprefix("Feil: ")
    assert title.startswith(words(heading))
    return document


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def texts(answer: TestResponse) -> list[str]:
    """The comments on the page, in order."""
    return [words(quote) for quote in page(answer).iter("blockquote")]


def comment_with(db: Database, text: str) -> str:
    with db.reading() as session:
        return str(session.scalars(select(Comment.id).where(Comment.text == text)).one())


def send(client: FlaskClient, deed: str, comment: str, revision: int = 0, **fields: str) -> TestResponse:
    return client.post(
        f"{QUEUE}/{deed}?status=alle", data={"comment": comment, "revision": revision, **fields}
    )


def decisions(db: Database) -> dict[str, tuple[str, str | None]]:
    """Comment text → (status, reason), of those HR has decided on."""
    with db.reading() as session:
        rows = session.execute(
            select(Comment.text, CommentReview.status, CommentReview.reason).join(
                CommentReview, CommentReview.comment_id == Comment.id
            )
        )
        return {text: (status, reason) for text, status, reason in rows}


@pytest.mark.usefixtures("written")
def test_hr_sees_every_comment_waiting_with_its_unit_and_question_and_no_time(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    answer = client.get(QUEUE)
    assert "0 av 24 gjennomgått" in answer.text
    assert len(texts(answer)) == 20
    assert set(texts(answer)) | set(texts(client.get(f"{QUEUE}?side=2"))) == {
        text for _unit, text in stored(db)
    }
    about = {words(heading) for heading in page(answer).iter("h4")}
    assert about == {"Hva kan bli bedre? Enhet A", "Hva bør vi ta vare på? Enhet B"}
    assert not re.search(r"kl\. \d|\d\d:\d\d", answer.text)


@pytest.mark.usefixtures("written")
def test_the_order_is_the_same_every_time_and_not_that_of_units_or_questions(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    seen = texts(client.get(QUEUE))
    assert seen == texts(client.get(QUEUE))
    assert seen != sorted(seen)
    with db.reading() as session:
        by_id = list(session.scalars(select(Comment.text).order_by(Comment.id).limit(20)))
    assert seen == by_id


def said_in(page: TestResponse, comment: object) -> str:
    """The message that begins the comment's place in the list; the reader is led to it."""
    led_to = r'<div class="ds-alert flash" data-color="success" id="melding" tabindex="-1">([^<]*)</div>'
    found = re.search(rf'id="kommentar-{comment}" tabindex="-1">\s*{led_to}', page.text)
    assert found is not None
    return found.group(1)


@pytest.mark.usefixtures("written")
def test_an_approved_comment_leaves_the_queue_and_the_next_one_is_in_focus(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    first, second = texts(client.get(QUEUE))[:2]
    answer = client.post(f"{QUEUE}/godkjenn", data={"comment": comment_with(db, first), "revision": 0})
    assert answer.status_code == 302
    after = client.get(answer.headers["Location"])
    assert said_in(after, comment_with(db, second)) == "Forrige kommentar er godkjent."
    assert answer.headers["Location"].endswith("#melding")
    assert after.text.count("Forrige kommentar er godkjent.") == 1, "and not at the top"
    assert "1 av 24 gjennomgått" in after.text
    assert first not in texts(after)
    assert first in texts(client.get(f"{QUEUE}?status=approved"))


@pytest.mark.usefixtures("written")
def test_a_comment_is_held_back_with_a_reason_from_the_list(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    comment = comment_with(db, "Mer tid på vakt 3")
    assert send(client, "vis-ikke", comment, reason="fordi").status_code == 400
    assert decisions(db) == {}
    assert send(client, "vis-ikke", comment, reason="writer").status_code == 302
    assert decisions(db) == {"Mer tid på vakt 3": ("held", "writer")}
    assert "Kan røpe hvem som skrev den" in client.get(f"{QUEUE}?status=held").text


@pytest.mark.usefixtures("written")
def test_a_decision_can_be_undone_and_the_comment_waits_again(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    comment = comment_with(db, "Mer tid på vakt 3")
    send(client, "vis-ikke", comment, reason="abuse")
    assert send(client, "angre", comment, revision=1).status_code == 302
    assert decisions(db) == {"Mer tid på vakt 3": ("waiting", None)}
    assert "0 av 24 gjennomgått" in client.get(QUEUE).text


@pytest.mark.usefixtures("written")
def test_words_are_taken_out_for_good_and_the_comment_waits(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    # One on the first of two pages: their order is of chance.
    on_page = texts(client.get(f"{QUEUE}?status=alle"))
    written = next(text for text in on_page if text.startswith("Mer tid på vakt"))
    comment, kept = comment_with(db, written), written.removeprefix("Mer tid på vakt ")
    send(client, "godkjenn", comment)
    answer = send(client, "ta-ut-ord", comment, revision=1, text=f"Mer tid {kept}")
    assert said_in(client.get(answer.headers["Location"]), comment).startswith("Ordene er tatt ut")
    assert decisions(db) == {f"Mer tid […] {kept}": ("waiting", None)}
    assert written not in {text for _unit, text in stored(db)}
    assert written not in texts(client.get(f"{QUEUE}?status=alle"))


@pytest.mark.usefixtures("written")
def test_words_cannot_be_put_in_and_what_was_typed_is_kept(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    comment = comment_with(db, "Mer tid på vakt 3")
    answer = send(client, "ta-ut-ord", comment, text="Mindre tid på vakt 3")
    assert answer.status_code == 422
    document = page(answer)
    assert document.find(".//title").text.startswith("Feil: ")
    [summary] = [link for link in document.iter("a") if link.get("href") == f"#tekst-{comment}"]
    assert words(summary) == "«Mindre» står ikke i kommentaren på det stedet. Du kan bare ta ut ord."
    [area] = [area for area in document.iter("textarea") if area.get("id") == f"tekst-{comment}"]
    assert (area.text, area.get("aria-invalid")) == ("Mindre tid på vakt 3", "true")
    assert decisions(db) == {}
    assert ("A", "Mer tid på vakt 3") in stored(db)


@pytest.mark.usefixtures("written", "few_at_a_time")
def test_what_went_wrong_is_shown_on_the_page_where_the_comment_stands(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    for text in ("Mer tid på vakt 3", "Mer tid på vakt 7", "Godt lag 2"):
        comment = comment_with(db, text)
        document = page(send(client, "ta-ut-ord", comment, text="Noe annet"))
        assert [area.text for area in document.iter("textarea") if area.get("id") == f"tekst-{comment}"] == [
            "Noe annet"
        ]


@pytest.mark.parametrize(
    ("text", "wanted", "result"),
    [
        ("Det var Kari som ropte.", "Det var som ropte.", "Det var […] som ropte."),
        ("Det var Kari, på natt.", "Det var på natt.", "Det var […] på natt."),
        ("Det var Kari som ropte.", "Det var […] som ropte.", "Det var […] som ropte."),
        ("Det var […] som ropte høyt.", "Det var […] høyt.", "Det var […] høyt."),
        ("Spør [navn] på natt.", "Spør på natt.", "Spør […] på natt."),
        ("En linje.\n\nEn til.", "En linje.", "En linje.\n\n[…]"),
    ],
)
def test_a_shortened_comment_has_a_mark_where_words_stood(text: str, wanted: str, result: str) -> None:
    assert shortened(text, wanted) == result


@pytest.mark.parametrize("wanted", ["b a", "a b c d", "a x c", "A b c", "", "[…]", "a b c", "ab c"])
def test_a_shortening_that_adds_turns_round_empties_or_does_nothing_is_refused(wanted: str) -> None:
    with pytest.raises(NotShortenedError):
        shortened("a b c", wanted)


@pytest.mark.usefixtures("written", "few_at_a_time")
def test_a_page_is_approved_at_once_and_only_the_page(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    answer = client.get(QUEUE)
    assert "Side 1 av 5" in answer.text
    on_page = texts(answer)
    [form] = [form for form in page(answer).iter("form") if "godkjenn-siden" in form.get("action")]
    seen = [field.get("value") for field in form.iter("input") if field.get("name") == "comment"]
    client.post(form.get("action"), data={"comment": seen})
    assert decisions(db) == dict.fromkeys(on_page, ("approved", None))
    after = client.get(QUEUE)
    assert "5 kommentarer er godkjent." in after.text
    assert "5 av 24 gjennomgått" in after.text


@pytest.mark.usefixtures("written")
def test_approving_a_page_leaves_what_somebody_else_has_decided(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    held, free = comment_with(db, "Mer tid på vakt 3"), comment_with(db, "Mer tid på vakt 4")
    send(client, "vis-ikke", held, reason="abuse")
    client.post(f"{QUEUE}/godkjenn-siden", data={"comment": [f"{held}:0", f"{free}:0"]})
    assert decisions(db) == {"Mer tid på vakt 3": ("held", "abuse"), "Mer tid på vakt 4": ("approved", None)}
    assert (
        "1 kommentar er godkjent. Resten har noen andre gjort noe med i mellomtiden."
        in client.get(QUEUE).text
    )


@pytest.mark.usefixtures("written")
def test_two_people_on_the_same_comment_get_a_calm_message_and_the_first_decision_stands(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    comment = comment_with(db, "Mer tid på vakt 3")
    send(client, "vis-ikke", comment, reason="abuse")
    answer = send(client, "godkjenn", comment)
    assert answer.status_code == 409
    assert "Noen andre har gjort noe med denne kommentaren" in words(page(answer).find(".//main"))
    assert send(client, "ta-ut-ord", comment, text="Mer tid").status_code == 409
    assert decisions(db) == {"Mer tid på vakt 3": ("held", "abuse")}


@pytest.mark.usefixtures("written")
def test_the_same_decision_twice_is_one_decision(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    comment = comment_with(db, "Mer tid på vakt 3")
    assert [send(client, "godkjenn", comment).status_code for _click in range(2)] == [302, 302]
    with db.reading() as session:
        assert session.scalars(select(CommentReview.revision)).all() == [1]


@pytest.mark.usefixtures("written")
def test_the_second_of_two_open_transactions_sees_the_first_one_s_decision(db: Database) -> None:
    """Both have read the comment as waiting; the second one's session had even loaded it before."""
    with db.reading() as reading:
        survey = find_survey(reading, KEY)
        comment = reading.scalars(select(Comment).order_by(Comment.id).limit(1)).one()
        units = frozenset({comment.unit_id})
    with db.transaction() as session:
        Reviewer(session, survey, units).shorten(comment.id, 0, comment.text.split()[0])
    with db.writing() as session:
        session.merge(comment, load=False)
        reviewer = Reviewer(session, survey, units)
        with pytest.raises(DecidedMeanwhileError):
            reviewer.decide(comment.id, 0, APPROVED)


@pytest.mark.usefixtures("written")
def test_the_queue_is_filtered_by_state_question_and_unit_and_keeps_the_choices(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR)
    with db.reading() as session:
        unit_b = session.scalars(select(Unit.id).where(Unit.code == "B")).one()
    of_b = texts(client.get(f"{QUEUE}?enhet={unit_b}"))
    assert len(of_b) == 12
    assert all(text.startswith("Godt lag") for text in of_b)
    assert texts(client.get(f"{QUEUE}?sporsmal=bedre&enhet={unit_b}")) == []
    answer = client.post(
        f"{QUEUE}/godkjenn?sporsmal=bedre&status=alle&_external=1&key=x",
        data={"comment": comment_with(db, "Mer tid på vakt 3"), "revision": 0},
    )
    assert answer.headers["Location"].startswith(f"{QUEUE}?status=alle&sporsmal=bedre#")
    assert client.get(f"{QUEUE}?status=tull&side=99&enhet=x").status_code == 200


@pytest.mark.usefixtures("written")
def test_hr_of_an_area_reviews_what_is_kept_under_the_area_and_nothing_else(
    client: FlaskClient, db: Database
) -> None:
    sign_in_as(client, db, Role.HR, "B")
    answer = client.get(QUEUE)
    assert "0 av 12 gjennomgått" in answer.text
    assert all(text.startswith("Godt lag") for text in texts(answer))
    assert not [link for link in page(answer).iter("a") if "/steg/" in link.get("href", "")]
    assert send(client, "godkjenn", comment_with(db, "Mer tid på vakt 3")).status_code == 409
    assert decisions(db) == {}
    assert client.get(f"/undersokelser/{KEY}").status_code == 403


@pytest.mark.usefixtures("written")
def test_hr_of_a_unit_whose_comments_are_kept_above_it_is_refused(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR, "B1")
    assert client.get(QUEUE).status_code == 403
    assert send(client, "godkjenn", comment_with(db, "Mer tid på vakt 3")).status_code == 403


@pytest.mark.usefixtures("written")
def test_broken_forms_are_refused(client: FlaskClient, db: Database) -> None:
    sign_in_as(client, db, Role.HR)
    assert send(client, "godkjenn", "ikke-en-id").status_code == 400
    assert client.post(f"{QUEUE}/godkjenn-siden", data={"comment": "a:b"}).status_code == 400
    assert client.post(f"{QUEUE}/finnes-ikke", data={}).status_code == 404
    assert client.get("/undersokelser/finnes-ikke/kommentarer").status_code == 404


def test_without_comments_the_page_says_why(app: Flask, db: Database, client: FlaskClient) -> None:
    build_counted(app, db, {"A": [{} for _ in range(6)]})
    sign_in_as(client, db, Role.HR)
    assert "Kommentarer lagres bare der minst 10 har svart." in client.get(QUEUE).text


@pytest.mark.usefixtures("written")
def test_surveys_with_waiting_comments_are_listed_with_how_many(db: Database) -> None:
    with db.reading() as session:
        of = {unit.unit.code: unit.unit_id for unit in find_survey(session, KEY).units}
        [backlog] = backlogs(session, frozenset(of.values()))
        assert (backlog.survey.key, backlog.waiting) == (KEY, 24)
        assert [each.waiting for each in backlogs(session, frozenset({of["B"]}))] == [12]
    approve_everything(db)
    with db.reading() as session:
        assert backlogs(session, frozenset(of.values())) == []


@pytest.mark.usefixtures("written")
def test_readers_see_comments_under_each_question_without_dates_or_numbers(
    client: FlaskClient, db: Database
) -> None:
    approve_everything(db)
    publish(db, {"K": 24, "A": 12, "B": 12, "B1": 6, "B2": 6})
    sign_in_as(client, db, Role.HR)
    document = page(client.get(f"/resultater/{KEY}/A/kommentarer"))
    assert [words(heading) for heading in document.iter("h2")] == ["Hva kan bli bedre?"]
    assert len(list(document.iter("blockquote"))) == 12
    main = words(document.find(".//main"))
    assert "2026" not in main.replace("Liten undersøkelse 2026", "")
    nothing = page(client.get(f"/resultater/{KEY}/K/kommentarer"))
    assert "Ingen kommentarer vises her." in words(nothing.find(".//main"))


@pytest.mark.usefixtures("written")
def test_an_undone_approval_is_gone_from_the_readers_page_at_once(client: FlaskClient, db: Database) -> None:
    approve_everything(db)
    publish(db, {"K": 24, "A": 12})
    sign_in_as(client, db, Role.HR)
    at = f"/resultater/{KEY}/A/kommentarer"
    assert "Mer tid på vakt 3" in client.get(at).text
    send(client, "angre", comment_with(db, "Mer tid på vakt 3"), revision=1)
    assert "Mer tid på vakt 3" not in client.get(at).text
