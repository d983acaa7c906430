"""The people behind every told figure of a statement, for what is made beside them."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from analysis.responses import Responses
from surveys.campaigns.models import Survey
from surveys.release.items.system import ItemSystem
from surveys.release.items.told import covered, told_items
from surveys.release.protection.prior_knowledge import RespondentIndices
from surveys.release.protection.published import Covering


def item_respondents(
    session: Session, survey: Survey, responses: Responses, covering: Sequence[Covering]
) -> Iterator[RespondentIndices]:
    """By their places in the responses; the same people may come several times."""
    for each in covered(told_items(session, survey), covering):
        factor = responses.questionnaire.factor_of[each.told.item]
        system = ItemSystem.of(responses, factor, [each.told.item], covering[0].coverage)
        yield system.respondents(each.cells)
