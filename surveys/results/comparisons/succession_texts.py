"""What a unit's changes are counted from, and why some cannot be counted, in sentences. And how large they are."""

from collections.abc import Sequence
from typing import Final

from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.comparisons.change_queries import ChangeLine, NotCompared
from surveys.release.models import ChangeBasis, WhyUncompared
from surveys.results.queries import Line, UnitResult
from surveys.results.texts import in_sentence

# Cohen's words for a standardised difference (1988, 2.2).
MEDIUM: Final = 0.5
LARGE: Final = 0.8


def basis_sentences(result: UnitResult) -> list[str]:
    """Whose earlier figures the changes are counted from; nothing where they are the unit's own under its own name."""
    changes = [line.change for line in result.lines if line.change]
    different = {(change.basis, change.year, change.units): change for change in changes if change.units}
    return [text for change in different.values() if (text := _basis(change, result.unit_name))]


def _basis(change: ChangeLine, unit_name: str) -> str:
    units = listed(list(change.units))
    if change.basis == ChangeBasis.MERGED:
        return _(
            "Enheten er satt sammen av %(units)s. Endringene er regnet fra dem samlet, slik de var i %(year)s.",
            units=units,
            year=change.year,
        )
    if change.basis == ChangeBasis.SPLIT:
        return _(
            "Enheten er en del av noe som var større. Tallene er sammenlignet med hele %(unit)s slik den var i "
            "%(year)s, så en forskjell kan også komme av hvem som er med.",
            unit=units,
            year=change.year,
        )
    if change.units == (unit_name,):
        return ""
    return _("Enheten het %(unit)s i %(year)s.", unit=units, year=change.year)


def gap_sentences(result: UnitResult) -> list[str]:
    """Which themes cannot be compared with an earlier survey, and why: one sentence for each reason."""
    lines = [line for line in result.lines if line.shown]
    gaps = {line.not_compared for line in lines if line.not_compared}
    ordered = sorted(gaps, key=lambda gap: (gap.reason.value, -gap.year))
    return [_gap(gap, [line for line in lines if line.not_compared == gap], lines) for gap in ordered]


def _gap(gap: NotCompared, lines: Sequence[Line], every: Sequence[Line]) -> str:
    if len(lines) == len(every):
        what = _("Kan ikke sammenlignes med %(year)s.", year=gap.year)
    else:
        themes = ", ".join(in_sentence(localised(line.title)) for line in lines)
        what = _("Kan ikke sammenlignes med %(year)s: %(themes)s.", year=gap.year, themes=themes)
    return f"{what} {_why(gap)}"


def _why(gap: NotCompared) -> str:
    units = listed(list(gap.units))
    said: dict[WhyUncompared, str] = {
        WhyUncompared.SCALE_DIFFERS: _("Svarskalaen er en annen enn da."),
        WhyUncompared.NOT_DECLARED: _(
            "Spørreskjemaet er endret siden da, og det står ikke der at temaet fortsatt måler det samme."
        ),
        WhyUncompared.PREDECESSOR_HIDDEN: _(
            "Enheten kommer fra %(units)s, og minst én av dem mangler et nøyaktig tall fra da.", units=units
        )
        if len(gap.units) > 1
        else _("Enheten kommer fra %(unit)s, som mangler et nøyaktig tall fra da.", unit=units),
        WhyUncompared.PREDECESSOR_ABSENT: _(
            "Enheten kommer fra %(units)s, og minst én av dem var ikke med i undersøkelsen da.", units=units
        ),
        WhyUncompared.PARTS: _(
            "Enheten har deler av %(units)s, og ingen vet hvilke svar som kom fra de delene.", units=units
        ),
    }
    return said[gap.reason]


def gap_word(line: Line) -> str:
    """In place of the word for a change."""
    if line.not_compared is None:
        return ""
    return _("Kan ikke sammenlignes med %(year)s", year=line.not_compared.year)


def earlier_words(change: ChangeLine) -> str:
    """«I 2024», «Hele Sone nord i 2024», «Sone nord og Sone sør samlet i 2024»: whose the earlier mean is."""
    if change.basis == ChangeBasis.SPLIT:
        return _("Hele %(unit)s i %(year)s", unit=listed(list(change.units)), year=change.year)
    if change.basis == ChangeBasis.MERGED:
        return _("%(units)s samlet i %(year)s", units=listed(list(change.units)), year=change.year)
    return _("I %(year)s", year=change.year)


def size_text(change: ChangeLine) -> str:
    """«0,71 (middels)»: Hedges' g, with a word only for a change that is clear. «» where a spread is not shown."""
    if change.g is None or not change.comparable:
        return ""
    value = number(change.g, 2, sign=True)
    if not change.verdict.clear:
        return value
    return f"{value} ({_size(abs(change.g))})"


def _size(g: float) -> str:
    if g < MEDIUM:
        return _("liten forskjell")
    return _("middels forskjell") if g < LARGE else _("stor forskjell")
