"""Which columns of a unit's table have anything in them: an empty one is left out, and a sentence says why."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.platform.localisation import listed
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.release.models import FigureStatus
from surveys.results.comparisons.reference_texts import standing_word
from surveys.results.comparisons.succession_texts import size_text
from surveys.results.queries import Line
from surveys.results.score_details import agreement_text
from surveys.results.texts import detectable_text, spread_text


@dataclass(frozen=True)
class FilledColumns:
    """True: at least one row has something there. reference: a value to be set beside. left_out: why some have not."""

    interval: bool
    spread: bool
    agreement: bool
    size: bool
    detectable: bool
    reference: bool
    standing: bool
    distribution: bool
    left_out: str


def filled_columns(lines: Sequence[Line]) -> FilledColumns:
    shown = [line for line in lines if line.shown]
    tested = [line for line in shown if line.change and line.change.comparable]
    interval = any(line.ci_low is not None for line in shown)
    spread = any(spread_text(line) for line in shown)
    size = any(line.change and size_text(line.change) for line in shown)
    distribution = any(line.distribution for line in shown)
    withheld = [
        (_("usikkerheten"), not interval),
        (_("spredningen"), not spread),
        (_("størrelsen på endringen"), bool(tested) and not size),
        (_("lave, middels og høye svar"), not distribution),
    ]
    return FilledColumns(
        interval=interval,
        spread=spread,
        agreement=any(agreement_text(line) for line in shown),
        size=size,
        detectable=any(detectable_text(line) for line in shown),
        reference=any(_has_reference(line) for line in lines),
        standing=any(standing_word(line) for line in lines),
        distribution=distribution,
        left_out=_why([name for name, is_withheld in withheld if is_withheld], shown),
    )


def _has_reference(line: Line) -> bool:
    """A value, or that there is one which is hidden."""
    found = line.reference
    return found is not None and (found.mean is not None or found.status == FigureStatus.HIDDEN)


def _why(withheld: Sequence[str], shown: Sequence[Line]) -> str:
    """«» where nothing is withheld: shares of answers are the distribution themselves."""
    if not withheld or not any(line.kind == MeasureKind.MEAN for line in shown):
        return ""
    return _("Her viser vi ikke %(what)s. Det kan røpe hva enkelte har svart.", what=listed(list(withheld)))
