"""What is wanted of a file of another tool's figures, and what would come or came of it."""

from dataclasses import dataclass

from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.files.report import ImportFault
from surveys.release.history.file import FigureLine
from surveys.release.history.models import ImportedKind


@dataclass(frozen=True)
class HistoryImportRequest:
    """What a file's figures are, besides what stands in it.

    survey: the one whose questionnaire they are matched with; history goes to its series. for_series: a norm for the
    series only, not for every survey with the questionnaire. comparable: whether measures on our own scale may be
    compared. instrument, year: when the file does not say. units: ids of units the figures may belong to; None for all.
    account_id: who imports; None at the terminal.
    """

    kind: ImportedKind
    survey: Survey
    source: str
    comparable: bool = False
    instrument: str = ""
    year: int | None = None
    for_series: bool = True
    units: frozenset[int] | None = None
    account_id: int | None = None


@dataclass(frozen=True)
class MeasureReport:
    """One measure of a set: its title, the scale it came on, whether that is ours, and whether it may be compared."""

    title: Text
    minimum: float
    maximum: float
    same_scale: bool
    comparable: bool


@dataclass(frozen=True)
class SetReport:
    """The new figures of one year and one instrument. number: the set's, once it is stored."""

    year: int
    instrument: str
    units: int
    figures: int
    measures: tuple[MeasureReport, ...]
    number: int | None = None


@dataclass(frozen=True)
class HistoryReport:
    """What a file would store or has stored. With `faults`, nothing has been changed, whatever was asked for."""

    sets: tuple[SetReport, ...] = ()
    unchanged: int = 0
    faults: tuple[ImportFault, ...] = ()
    notes: tuple[str, ...] = ()
    applied: bool = False

    @property
    def figures(self) -> int:
        return sum(each.figures for each in self.sets)


def is_comparable(line: FigureLine, wanted: HistoryImportRequest) -> bool:
    """The line's own word, else the declaration for the file, which does not reach measures on another scale."""
    if line.comparable is not None:
        return line.comparable
    return wanted.comparable and line.same_scale
