"""Three findings of a unit, from what its staff may read: never more than their own page shows."""

from dataclasses import dataclass
from typing import Final

from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.release.models import CLEAR
from surveys.results.queries import Line, UnitResult
from surveys.results.texts import change_word, extremes, in_sentence, mean_text, turnout

MOST: Final = 3


@dataclass(frozen=True)
class Finding:
    """A sentence in the unit's own voice."""

    words: str


def findings(result: UnitResult) -> list[Finding]:
    """The strongest theme, the weakest, and what has clearly changed or else how many answered. None when hidden."""
    if not result.shown:
        return []
    shown = [line for line in result.lines if line.shown and line.kind == MeasureKind.MEAN]
    said: list[str] = []
    pair = extremes(shown)
    if pair is not None:
        weakest, strongest = pair
        said += [
            _("Best hos oss: %(theme)s (%(mean)s)", theme=_name(strongest), mean=mean_text(strongest)),
            _("Mest å hente: %(theme)s (%(mean)s)", theme=_name(weakest), mean=mean_text(weakest)),
        ]
    said.append(_changed(shown) or turnout(result))
    return [Finding(words) for words in said[:MOST]]


def _changed(shown: list[Line]) -> str:
    """The clear change of the most standard deviations; «» when nothing has clearly changed."""
    clear = [
        (line, line.change)
        for line in shown
        if line.change and line.change.comparable and line.change.verdict in CLEAR
    ]
    if not clear:
        return ""
    line, change = max(clear, key=lambda each: abs(each[1].difference))
    return f"{change_word(change)}: {_name(line)}"


def _name(line: Line) -> str:
    return in_sentence(localised(line.title))
