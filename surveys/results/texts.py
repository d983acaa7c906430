"""Released figures in plain words. One wording for one state, wherever it is shown."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from analysis.precision import SPREAD_EDGES
from analysis.suppression import PRIMARY
from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _, ngettext
from surveys.release.comparisons.change_queries import ChangeLine
from surveys.release.measures import MeasureKind, is_told_roughly
from surveys.release.models import CLEAR, ChangeBasis, Coding, FigureStatus, Verdict
from surveys.release.neighbours import NOT_INVITED
from surveys.results.queries import BreakdownTable, Line, UnitResult

# Standard deviations as shares of the scale's length. On 1–5 they are 0.6 and 1.0: person scores of several
# items usually spread between them.
ALIKE, UNLIKE, _MOST = SPREAD_EDGES

_ROUNDING: Final = 1e-9

# A change below this is too small for anybody to look for.
WORTH_SEEING: Final = 0.2


def status_text(status: FigureStatus, reason: str, minimum_group: int) -> str:
    """Why there is no figure, in a sentence."""
    if reason == NOT_INVITED:
        return _("Ingen her var invitert.")
    if status == FigureStatus.NO_ANSWERS:
        return _("Ingen har svart.")
    if status == FigureStatus.NOT_ASKED:
        return _("Ingen her fikk disse spørsmålene.")
    if reason == PRIMARY:
        return _("Resultatet er skjult fordi færre enn %(least)s har svart.", least=minimum_group)
    return _("Resultatet er skjult fordi det ellers kan røpe svarene til en annen, liten gruppe.")


def status_word(status: FigureStatus, reason: str = "") -> str:
    """One or two words, for tables."""
    if reason == NOT_INVITED:
        return _("Ikke invitert")
    words = {
        FigureStatus.SHOWN: _("Vist"),
        FigureStatus.HIDDEN: _("Skjult"),
        FigureStatus.NO_ANSWERS: _("Ingen svar"),
        FigureStatus.NOT_ASKED: _("Ikke spurt"),
    }
    return words[status]


def mean_text(line: Line) -> str:
    """«3,7», «78 %» for a share, «52» for an index, and near the end of the scale only «4,8 eller høyere».

    «ca. 3,5» where it is rounded to more than is shown.
    """
    text = bound_text(line, _mean(line), line.coded)
    return _("ca. %(value)s", value=text) if is_told_roughly(line.kind, line.step) else text


def bound_text(line: Line, mean: float, coded: Coding) -> str:
    """A mean on the line's scale, which may be only a bound: it is rounded away from the end it guards."""
    if coded == Coding.EXACT:
        return shown_value(line, mean)
    step = {MeasureKind.MEAN: 10, MeasureKind.SHARE: 100, MeasureKind.INDEX: 1}[line.kind]
    if coded == Coding.AT_LEAST:
        bound = math.floor(mean * step + _ROUNDING) / step
        return _("%(value)s eller høyere", value=shown_value(line, bound))
    return _("%(value)s eller lavere", value=shown_value(line, math.ceil(mean * step - _ROUNDING) / step))


def shown_value(line: Line, value: float) -> str:
    """A value on the line's scale, with as many decimals as it deserves."""
    if line.kind == MeasureKind.SHARE:
        return percent(value)
    return number(value, 0 if line.kind == MeasureKind.INDEX else 1)


def why_nothing(result: UnitResult) -> str:
    """Why the whole unit has no figures: the reason of its first measure with people behind it."""
    asked = [line for line in result.lines if line.status == FigureStatus.HIDDEN] or list(result.lines)
    small = [line for line in asked if line.reason == PRIMARY]
    first = (small if len(small) == len(asked) else [line for line in asked if line.reason != PRIMARY])[0]
    return status_text(first.status, first.reason, result.minimum_group)


def is_hidden(result: UnitResult) -> bool:
    """Whether there are figures that may not be shown, rather than none."""
    return any(line.status == FigureStatus.HIDDEN for line in result.lines)


def counts_above(result: UnitResult) -> bool:
    """Whether what is hidden here is part of a figure that is shown for the unit above."""
    return is_hidden(result) and result.parent is not None and result.parent.shown


def turnout(result: UnitResult) -> str:
    """«31 av 36 svarte (86 %)», or how many answers there are when nobody was invited here."""
    if result.delivered is None:
        return _("Hvor mange som svarte, vises ikke her.")
    if not result.invited:
        return _("%(count)s har svart", count=number(result.delivered, 0))
    if not result.delivered:
        return ngettext(
            "Den ene som var invitert, svarte ikke", "Ingen av de %(num)s inviterte svarte", result.invited
        )
    return _(
        "%(count)s av %(invited)s svarte (%(share)s)",
        count=number(result.delivered, 0),
        invited=number(result.invited, 0),
        share=percent(result.delivered / result.invited),
    )


def answers_by_name(result: UnitResult) -> str:
    """How many of the answers were by personal invitation; empty where all were, or it is not told."""
    if result.delivered is None or result.by_name is None or result.by_name == result.delivered:
        return ""
    return by_name_text(result.by_name, result.delivered)


def by_name_text(by_name: int, delivered: int) -> str:
    """«12 av svarene kom på personlig invitasjon. 8 kom med kode til utdeling eller åpen lenke.»"""
    return _(
        "På personlig invitasjon: %(named)s. Med kode til utdeling eller åpen lenke: %(nameless)s.",
        named=number(by_name, 0),
        nameless=number(delivered - by_name, 0),
    )


def is_compared(result: UnitResult) -> bool:
    """Whether any measure has an earlier figure to be set beside."""
    return any(line.change for line in result.lines)


def nothing_earlier(result: UnitResult) -> str:
    """That no measure has an earlier figure; «» where one has, or where another sentence says why it has not."""
    if is_compared(result) or any(line.not_compared for line in result.lines if line.shown):
        return ""
    return _("Det finnes ingen tidligere tall å sammenligne med.")


def breakdown_silence(table: BreakdownTable) -> str:
    """In place of a breakdown without a single figure; «» where there is one."""
    lines = [line for _name, of_category in table.rows for line in of_category]
    if any(line.shown for line in lines):
        return ""
    if hides(table):
        return _("Tallene er skjult, for de kan røpe svarene til en liten gruppe.")
    return _("Ingen har svart på dette.")


def hides(table: BreakdownTable) -> bool:
    """Whether any cell of the breakdown is hidden, which needs its reason."""
    return any(line.status == FigureStatus.HIDDEN for _name, lines in table.rows for line in lines)


def rest_heading(result: UnitResult) -> str:
    """What the people outside every shown unit below are called."""
    return (
        _("Små enheter samlet")
        if result.hidden_children
        else _("Direkte under %(unit)s", unit=result.unit_name)
    )


def rest_explanation(result: UnitResult) -> str:
    if result.hidden_children:
        return _("Enheter som er skjult hver for seg, vises her sammen, så ingen svar går tapt.")
    return _("De som hører direkte til %(unit)s og ikke til en enhet under.", unit=result.unit_name)


def spread_sentence(line: Line) -> str:
    """«Folk svarer nokså likt, spredning 0,6»; without the number where only its class is known."""
    if line.sd is None or line.kind != MeasureKind.MEAN:
        return ""
    if line.spread_class:
        return _("Folk svarer %(alike)s", alike=spread_word(line))
    return _("Folk svarer %(alike)s, spredning %(sd)s", alike=spread_word(line), sd=number(line.sd))


def spread_word(line: Line) -> str:
    """How alike people answered: «nokså likt», «noe ulikt» or «svært ulikt»."""
    share = (line.sd or 0.0) / (line.maximum - line.minimum)
    if share < ALIKE or (line.spread_class and share < ALIKE + _ROUNDING):
        return _("nokså likt")
    return _("noe ulikt") if share <= UNLIKE + _ROUNDING else _("svært ulikt")


def spread_text(line: Line) -> str:
    """«0,6», or only the class that it is in: «opptil 0,6», «over 1,0»; «» where it is not shown."""
    if line.sd is None:
        return ""
    if not line.spread_class:
        return shown_value(line, line.sd)
    length = line.maximum - line.minimum
    if line.sd / length > UNLIKE + _ROUNDING:
        return _("over %(sd)s", sd=shown_value(line, UNLIKE * length))
    return _("opptil %(sd)s", sd=shown_value(line, line.sd))


def change_word(change: ChangeLine) -> str:
    """«Tydelig opp siden 2024», never an arrow for noise."""
    if not change.comparable:
        return _("Kan ikke sammenlignes sikkert med %(year)s", year=change.year)
    if change.untested:
        return _("Det kan ikke avgjøres om noe er endret siden %(year)s", year=change.year)
    if change.basis == ChangeBasis.SPLIT:
        return _difference_word(change)
    if change.verdict.clear:
        return clear_word(change.year, up=change.verdict == Verdict.UP)
    if change.verdict == Verdict.TOO_FEW:
        return _("For få svar til å si om noe er endret siden %(year)s", year=change.year)
    return _("Ingen sikker endring siden %(year)s", year=change.year)


def clear_word(year: int, *, up: bool) -> str:
    """What every page calls a clear change."""
    return _("Tydelig opp siden %(year)s", year=year) if up else _("Tydelig ned siden %(year)s", year=year)


def _difference_word(change: ChangeLine) -> str:
    """A part never goes up or down from the whole it was a part of: «Tydelig høyere enn hele Sone nord i 2024»."""
    unit, year = " + ".join(change.units), change.year
    if change.verdict == Verdict.UP:
        return _("Tydelig høyere enn hele %(unit)s i %(year)s", unit=unit, year=year)
    if change.verdict == Verdict.DOWN:
        return _("Tydelig lavere enn hele %(unit)s i %(year)s", unit=unit, year=year)
    if change.verdict == Verdict.TOO_FEW:
        return _("For få svar til å sammenligne med hele %(unit)s i %(year)s", unit=unit, year=year)
    return _("Ingen sikker forskjell fra hele %(unit)s i %(year)s", unit=unit, year=year)


def change_numbers(change: ChangeLine) -> str:
    """«+0,1 (−0,2 til +0,4)»; nothing where the two surveys do not measure the same."""
    if not change.comparable:
        return ""
    if change.is_share:
        return _("%(points)s prosentpoeng", points=number(change.difference * 100, 0, sign=True))
    difference = number(change.difference, sign=True)
    if change.ci_low is None or change.ci_high is None:
        return difference
    return _(
        "%(difference)s (%(low)s til %(high)s)",
        difference=difference,
        low=number(change.ci_low, sign=True),
        high=number(change.ci_high, sign=True),
    )


def one_theme_note(change: ChangeLine) -> str:
    """Why there is no clear change although the interval of this theme leaves 0 out, as it is printed; else «»."""
    if change.verdict is not Verdict.NO_CLEAR_CHANGE or change.untested or not change_numbers(change):
        return ""
    if change.is_share or change.basis is ChangeBasis.SPLIT:
        return ""
    if change.ci_low is None or change.ci_high is None:
        return ""
    if round(change.ci_low, 1) <= 0 <= round(change.ci_high, 1):
        return ""
    return _(
        "Ser vi bare på dette temaet, ligner det en endring. Ser vi på alle temaene, kan det være tilfeldig."
    )


def interval_text(line: Line, interval: tuple[float, float]) -> str:
    """«−0,2 til +0,4», the interval of a change in the line's measure."""
    points = 100 if line.kind == MeasureKind.SHARE else 1
    decimals = 0 if line.kind == MeasureKind.SHARE else 1
    low, high = (number(value * points, decimals, sign=True) for value in interval)
    return _("%(low)s til %(high)s", low=low, high=high)


def summary(result: UnitResult) -> list[str]:
    """Two or three sentences: strongest and weakest, what clearly changed, what could have been seen.

    Before them, where most of the invited did not answer, whom they are not about.
    """
    shown = [line for line in result.lines if line.shown and line.kind == MeasureKind.MEAN]
    sentences = [_few_answered(result), _extremes(shown), _changes(shown), _detectable(shown)]
    return [sentence for sentence in sentences if sentence]


def _few_answered(result: UnitResult) -> str:
    if not result.invited or result.delivered is None or 2 * result.delivered >= result.invited:
        return ""
    return _("Under halvparten svarte. Vi vet ikke om de andre mener det samme.")


def ranked(shown: Sequence[Line]) -> list[Line]:
    """The weakest first, and the strongest last.

    Only measures on the same scale are set beside each other: the scale that most of them have.
    """
    scales = [(line.minimum, line.maximum) for line in shown]
    usual = max(scales, key=scales.count, default=None)
    return sorted((line for line in shown if (line.minimum, line.maximum) == usual), key=_mean)


def extremes(shown: Sequence[Line]) -> tuple[Line, Line] | None:
    """The weakest and the strongest; None when there are not two to tell apart."""
    same = ranked(shown)
    if len(same) < 2 or number(_mean(same[0])) == number(_mean(same[-1])):
        return None
    return same[0], same[-1]


def _extremes(shown: Sequence[Line]) -> str:
    pair = extremes(shown)
    if pair is None:
        alike = len({(line.minimum, line.maximum) for line in shown}) == 1 and len(shown) > 1
        return _("Alle temaene ligger på %(mean)s.", mean=mean_text(shown[0])) if alike else ""
    weakest, strongest = pair
    return _(
        "Sterkest er %(strongest)s (%(high)s). Her er det mest å hente: %(weakest)s (%(low)s).",
        strongest=_in_sentence(strongest),
        high=mean_text(strongest),
        weakest=_in_sentence(weakest),
        low=mean_text(weakest),
    )


def incomparable(result: UnitResult) -> str:
    """Which themes cannot be compared with the last survey, and why; «» when all can."""
    found = [(line, line.change) for line in result.lines if line.change and not line.change.comparable]
    if not found:
        return ""
    return _(
        "Kan ikke sammenlignes sikkert med %(year)s: %(themes)s. Påstandene er brukt på en annen måte enn da.",
        year=max(change.year for _line, change in found),
        themes=", ".join(_in_sentence(line) for line, _change in found),
    )


def _changes(shown: Sequence[Line]) -> str:
    """What clearly changed; a comparison with the whole that a unit was a part of stands in a sentence of its own."""
    compared = [(line, line.change) for line in shown if line.change and line.change.comparable]
    parts = [pair for pair in compared if pair[1].basis == ChangeBasis.SPLIT]
    whole = [pair for pair in compared if pair[1].basis != ChangeBasis.SPLIT]
    return " ".join(_moved(pairs) for pairs in (whole, parts) if pairs)


def _moved(compared: Sequence[tuple[Line, ChangeLine]]) -> str:
    newest = max((change for _line, change in compared), key=lambda change: change.year)
    sentences = []
    for verdict in CLEAR:
        moved = [_with_change(line, change) for line, change in compared if change.verdict == verdict]
        if moved:
            sentences.append(f"{change_word(replace(newest, verdict=verdict))}: {', '.join(moved)}.")
    if sentences:
        return " ".join(sentences)
    if all(change.verdict == Verdict.TOO_FEW for _line, change in compared):
        return f"{change_word(newest)}."
    if newest.basis == ChangeBasis.SPLIT:
        return f"{change_word(replace(newest, verdict=Verdict.NO_CLEAR_CHANGE))}."
    return _("Ingen sikre endringer siden %(year)s.", year=newest.year)


def _detectable(shown: Sequence[Line]) -> str:
    """What the unit's own verdict could have seen: each theme has its own number, so the least and the greatest."""
    changes = [
        (line.change.detectable, line.n or 0) for line in shown if line.change and line.change.detectable
    ]
    if not changes or max(change for change, _n in changes) < WORTH_SEEING:
        return ""
    answers = number(max(n for _change, n in changes), 0)
    least, most = (number(end(change for change, _n in changes)) for end in (min, max))
    if least == most:
        return _(
            "Med %(answers)s svar kan vi bare regne med å se endringer på %(change)s eller mer.",
            answers=answers,
            change=least,
        )
    return _(
        "Med %(answers)s svar kan vi bare regne med å se endringer på %(least)s–%(most)s eller mer, "
        "avhengig av temaet.",
        answers=answers,
        least=least,
        most=most,
    )


def detectable_text(line: Line) -> str:
    """«0,7»: the least change in this theme that is called clear four times of five; «» when it is not tested."""
    if line.change is None or line.change.detectable is None:
        return ""
    if line.kind == MeasureKind.SHARE:
        return _("%(points)s prosentpoeng", points=number(line.change.detectable * 100, 0))
    return number(line.change.detectable)


def _with_change(line: Line, change: ChangeLine) -> str:
    return f"{_in_sentence(line)} ({number(change.difference, sign=True)})"


def _in_sentence(line: Line) -> str:
    return in_sentence(localised(line.title))


def in_sentence(title: str) -> str:
    """The title with a small first letter, unless it begins with an abbreviation."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _mean(line: Line) -> float:
    if line.mean is None:
        raise ValueError(f"{line.key} is not shown")
    return line.mean
