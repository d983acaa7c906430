"""The sentences on top of a card: what is red, what needs an answer, what went well, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import IndicatorStatus, Meaning
from surveys.platform.texts import _, ngettext
from surveys.scorecards.rows import IndicatorRow

NAMED: Final = 3
"""So many rows are named in a sentence; the others are counted."""


@dataclass(frozen=True)
class SummarySentence:
    """words, then the rows they are about, as links; `more` are not named."""

    words: str
    rows: tuple[IndicatorRow, ...] = ()
    more: int = 0


def card_summary(rows: Sequence[IndicatorRow]) -> tuple[SummarySentence, ...]:
    """Counted from the rows themselves; none for a card without a value. Red rows are named before yellow ones."""
    if not any(row.value for row in rows):
        return ()
    waiting = sorted(
        (row for row in rows if row.reply.state is not None and row.reply.state.waits),
        key=lambda row: not _is_red(row),
    )
    well = [row for row in rows if went_well(row)]
    missing = [row for row in rows if is_missing(row)]
    return (
        *_red_sentence([row for row in rows if _is_red(row)]),
        _sentence(
            ngettext("%(num)s måling venter på svar:", "%(num)s målinger venter på svar:", len(waiting)),
            waiting,
            _nothing_waits(rows),
        ),
        _sentence(
            ngettext(
                "%(num)s er grønn eller bedre enn sist:", "%(num)s er grønne eller bedre enn sist:", len(well)
            ),
            well,
            _("Ingen er grønne eller bedre enn sist."),
        ),
        _sentence(
            ngettext("%(num)s mangler en ny verdi:", "%(num)s mangler en ny verdi:", len(missing)),
            missing,
            _("Ingen verdier mangler."),
        ),
    )


def _is_red(row: IndicatorRow) -> bool:
    return row.counted_status is IndicatorStatus.RED


def _red_sentence(red: Sequence[IndicatorRow]) -> tuple[SummarySentence, ...]:
    """None where nothing is red. A row that is answered is red all the same."""
    if not red:
        return ()
    return (_sentence(ngettext("%(num)s er rød:", "%(num)s er røde:", len(red)), red, ""),)


def went_well(row: IndicatorRow) -> bool:
    """Green, or clearly better than last time."""
    moved = row.previous.trend if row.previous else None
    better = moved is not None and moved.meaning is Meaning.BETTER and not row.old
    return better or row.counted_status is IndicatorStatus.GREEN


def is_missing(row: IndicatorRow) -> bool:
    """Not measured, measured too long ago, or with periods left out. A hidden value is not missing."""
    return row.counted_status is IndicatorStatus.NOT_MEASURED or row.misses_periods


def _nothing_waits(rows: Sequence[IndicatorRow]) -> str:
    if any(row.reply.state is not None for row in rows):
        return _("Alt som er gult eller rødt, har fått svar.")
    return _("Ingenting er gult eller rødt.")


def _sentence(words: str, rows: Sequence[IndicatorRow], otherwise: str) -> SummarySentence:
    if not rows:
        return SummarySentence(otherwise)
    return SummarySentence(words, tuple(rows[:NAMED]), max(len(rows) - NAMED, 0))
