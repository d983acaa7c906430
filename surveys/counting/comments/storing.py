"""Comments at counting: masked in memory, stored apart from the ratings, each where enough people stand behind it."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from secrets import SystemRandom

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.counting.comments.masking import mask
from surveys.counting.comments.roster_names import RosterNames
from surveys.counting.models import Comment
from surveys.organisation.models import Person
from surveys.respond.ballots import Sheet

_random = SystemRandom()


def store_comments(session: Session, survey: Survey, sheets: Sequence[Sheet]) -> tuple[int, int]:
    """Masks and stores the sheets' comments in an order of their own, each under `comment_homes`.

    A sheet's comments are torn apart: nothing says that two were written by one person. Returns (stored, dropped).
    """
    written = [(s.unit_id, question, text) for s in sheets for question, text in s.comments.items()]
    if not written:
        return 0, 0
    homes = comment_homes(survey, Counter(sheet.unit_id for sheet in sheets))
    names = roster_names(session, survey)
    masked = [(homes[unit_id], question, mask(text, names)) for unit_id, question, text in written]
    said = [(home, question, text) for home, question, text in masked if text]
    placed = [
        {"id": uuid.uuid4(), "survey_id": survey.id, "unit_id": home, "question": question, "text": text}
        for home, question, text in said
        if home is not None
    ]
    _random.shuffle(placed)
    if placed:
        session.execute(insert(Comment), placed)
    return len(placed), len(said) - len(placed)


def roster_names(session: Session, survey: Survey) -> RosterNames:
    """Everybody in the register and everybody with an account: a comment may name a leader from elsewhere."""
    people = [*session.scalars(select(Person.name)), *session.scalars(select(Account.name))]
    return RosterNames.of(people, [unit.name for unit in survey.units])


def comment_homes(survey: Survey, respondents: Mapping[int, int]) -> dict[int, int | None]:
    """Unit id → the unit that its people's comments are stored under, or None when they are not stored.

    It is the nearest unit at or above where everybody whose comments come to it number `Survey.comment_level` or
    more: a comment under an area may not mean «one of the three outside the schools». A survey with fewer
    respondents than that in all stores no comments.
    """
    import numpy as np

    from analysis.disclosure import protect_tree
    from surveys.counting.loading import SurveyTree

    tree = SurveyTree.of(survey)
    direct = np.array([respondents.get(unit, 0) for unit in tree.unit_ids], dtype=np.int64)
    shown = protect_tree(tree.parents, direct, survey.comment_level).shown
    return {
        unit: next((tree.unit_ids[node] for node in tree.upwards(index) if shown[node]), None)
        for index, unit in enumerate(tree.unit_ids)
    }
