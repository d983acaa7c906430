"""The statements' figures as they are in the table, and the people they cover."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.items.guarding import CellGroup
from surveys.release.items.item_measures import chosen_items
from surveys.release.items.models import ItemFigure
from surveys.release.models import FigureKind, FigureStatus, Release
from surveys.release.protection.published import Covering, FigureSubject


@dataclass(frozen=True)
class ToldItem:
    """A shown figure of one statement. release: its number. spread: whether its class is told too."""

    release: int
    unit_id: int
    item: str
    n: int
    spread: bool


def told_items(session: Session, survey: Survey) -> list[ToldItem]:
    """Everything that the survey's releases have told of single statements, oldest first."""
    rows = session.execute(
        select(Release.number, ItemFigure)
        .join(Release, Release.id == ItemFigure.release_id)
        .where(Release.survey_id == survey.id, ItemFigure.status == FigureStatus.SHOWN)
        .order_by(Release.number, ItemFigure.unit_id, ItemFigure.item)
    )
    return [ToldItem(number, row.unit_id, row.item, row.n or 0, row.sd is not None) for number, row in rows]


def has_new_items(session: Session, survey: Survey, wanted: Iterable[str]) -> bool:
    """Whether statements are wanted that the survey's last release does not figure."""
    last = (
        select(Release.id).where(Release.survey_id == survey.id).order_by(Release.number.desc()).limit(1)
    ).scalar_subquery()
    figured = set(session.scalars(select(ItemFigure.item).where(ItemFigure.release_id == last).distinct()))
    told = (each.item for each in told_items(session, survey))
    chosen = chosen_items(questionnaire_of(survey.instrument), told, wanted)
    return bool({item for items in chosen.values() for item in items} - figured)


def cells_of(covering: Covering, unit_id: int) -> CellGroup:
    """The cells of a unit and all below it, by the release's picture of the tree."""
    return frozenset(covering.cells(FigureSubject(FigureKind.UNIT, unit_id)).tolist())


@dataclass(frozen=True)
class CoveredItem:
    """A told figure with its cells."""

    told: ToldItem
    cells: CellGroup


def covered(told: Iterable[ToldItem], covering: Sequence[Covering]) -> list[CoveredItem]:
    by_number = {each.release.number: each for each in covering}
    return [CoveredItem(each, cells_of(by_number[each.release], each.unit_id)) for each in told]
