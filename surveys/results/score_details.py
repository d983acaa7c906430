"""What stands behind a unit's scores, in short: how many, how alike, the strongest and the weakest theme."""

from analysis.score_agreement import score_agreement
from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.results.queries import Line, UnitResult
from surveys.results.texts import extremes, mean_text, spread_word


def facts(result: UnitResult) -> list[tuple[str, str]]:
    """(what, how much) for the list over the table; what is unknown is left out."""
    found = []
    if result.invited:
        found.append((_("Inviterte"), number(result.invited, 0)))
    if result.delivered is not None:
        found.append((_("Svar"), number(result.delivered, 0)))
        if result.invited:
            found.append((_("Svarprosent"), percent(result.delivered / result.invited)))
    pair = extremes([line for line in result.lines if line.shown and line.kind == MeasureKind.MEAN])
    if pair:
        weakest, strongest = pair
        found.append((_("Sterkest"), _with_mean(strongest)))
        found.append((_("Mest å hente"), _with_mean(weakest)))
    return found


def _with_mean(line: Line) -> str:
    return f"{localised(line.title)} ({mean_text(line)})"


def agreement_text(line: Line) -> str:
    """«0,82 (nokså likt)»: agreement in the released spread; only the words where only its class is known."""
    if line.sd is None or line.kind != MeasureKind.MEAN:
        return ""
    if line.spread_class:
        return spread_word(line)
    found = score_agreement(line.sd, line.maximum - line.minimum + 1)
    return f"{number(found, 2)} ({spread_word(line)})"
