"""What a file of values makes one ask before it is stored: values, periods and marks that look wrong."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.files.report import ImportQuestion, lines_in_words
from surveys.platform.texts import _, ngettext
from surveys.scorecards.doubts import (
    Doubt,
    DoubtKind,
    date_doubts,
    is_wrong_percent,
    look_like_shares,
    period_doubts,
    value_doubts,
)
from surveys.scorecards.measuring import MeasurementKey
from surveys.scorecards.models import Indicator
from surveys.scorecards.value_lines import ImportContext, ValueLine


class ValueQuestion(StrEnum):
    """What is asked, as `--confirm` names it; «-» is answered with `--dash`."""

    RANGE = "range"
    JUMP = "jump"
    PERIOD = "period"
    DATE = "date"
    PERCENT = "percent"
    SHARE = "share"
    DASH = "dash"


def _texts() -> Mapping[ValueQuestion, Callable[[int], str]]:
    return {
        ValueQuestion.RANGE: lambda n: ngettext(
            "%(num)s verdi er uvanlig.", "%(num)s verdier er uvanlige.", n
        ),
        ValueQuestion.JUMP: lambda n: ngettext(
            "%(num)s verdi er svært ulik den forrige.", "%(num)s verdier er svært ulike de forrige.", n
        ),
        ValueQuestion.PERIOD: lambda n: ngettext(
            "%(num)s verdi har en uvanlig periode.", "%(num)s verdier har en uvanlig periode.", n
        ),
        ValueQuestion.DATE: lambda n: ngettext(
            "%(num)s verdi er målt før perioden begynte.", "%(num)s verdier er målt før perioden begynte.", n
        ),
        ValueQuestion.PERCENT: lambda n: ngettext(
            "%(num)s celle er i prosent, men indikatoren måles i noe annet.",
            "%(num)s celler er i prosent, men indikatoren måles i noe annet.",
            n,
        ),
        ValueQuestion.SHARE: lambda n: ngettext(
            "%(num)s verdi er under 1 %%. Er det en andel, der 0,074 betyr 7,4 %%?",
            "Alle %(num)s verdier er under 1 %%. Er de andeler, der 0,074 betyr 7,4 %%?",
            n,
        ),
    }


_QUESTION_OF: Final = {
    DoubtKind.RANGE: ValueQuestion.RANGE,
    DoubtKind.JUMP: ValueQuestion.JUMP,
    DoubtKind.PERIOD: ValueQuestion.PERIOD,
    DoubtKind.DATE: ValueQuestion.DATE,
}


@dataclass(frozen=True)
class JudgedLine:
    """A line that brings something new, and what makes it look wrong."""

    line: ValueLine
    doubts: tuple[Doubt, ...]


def judged_lines(lines: Sequence[ValueLine], known: ImportContext) -> tuple[JudgedLine, ...]:
    """The lines that change something; what stands already is not judged again."""
    series = series_with(lines, known)
    return tuple(JudgedLine(line, tuple(_doubts(line, series))) for line in lines if _is_new(line, known))


def value_questions(judged: Sequence[JudgedLine]) -> Iterator[ImportQuestion]:
    """One question for each kind of doubt, with the values it is about."""
    asked: dict[ValueQuestion, list[str]] = {}
    for each in judged:
        line = each.line
        for doubt in each.doubts:
            if doubt.asks:
                asked.setdefault(_QUESTION_OF[doubt.kind], []).append(_where(line, doubt.words))
        if is_wrong_percent(line.indicator, is_percent=line.is_percent):
            words = _("cellen er i prosent, indikatoren i «%(unit)s».", unit=line.indicator.unit_of_measure)
            asked.setdefault(ValueQuestion.PERCENT, []).append(_where(line, words))
    for indicator, of_one in _by_indicator(each.line for each in judged).items():
        any_percent = any(line.is_percent for line in of_one)
        if look_like_shares(indicator, [line.value for line in of_one], any_percent=any_percent):
            asked.setdefault(ValueQuestion.SHARE, []).extend(
                _where(line, line.row["value"]) for line in of_one
            )
    texts = _texts()
    for kind, details in asked.items():
        yield ImportQuestion(kind, texts[kind](len(details)), len(details), details=tuple(details))


def repeats_note(judged: Sequence[JudgedLine]) -> tuple[str, ...]:
    """The units whose value is the same for the third time."""
    found = [each.line for each in judged if any(not doubt.asks for doubt in each.doubts)]
    if not found:
        return ()
    return (
        ngettext(
            "%(num)s verdi er den samme for tredje gang på rad. Er den målt på nytt? Linje %(lines)s.",
            "%(num)s verdier er de samme for tredje gang på rad. Er de målt på nytt? Linje %(lines)s.",
            len(found),
            lines=lines_in_words(line.row.line for line in found),
        ),
    )


def series_with(
    lines: Sequence[ValueLine], known: ImportContext
) -> Mapping[tuple[int, int], Sequence[tuple[tuple[int, int], float]]]:
    """Each indicator's and unit's values in order of period, with the file's in their places."""
    values: dict[MeasurementKey, float] = {
        key: standing.value for key, standing in known.standing.items() if standing.value is not None
    }
    values.update({line.place: line.value for line in lines})
    found: dict[tuple[int, int], list[tuple[tuple[int, int], float]]] = {}
    for (indicator_id, unit_id, year, part), value in sorted(values.items()):
        found.setdefault((indicator_id, unit_id), []).append(((year, part), value))
    return found


def _is_new(line: ValueLine, known: ImportContext) -> bool:
    standing = known.standing.get(line.place)
    return standing is None or standing.value != line.value


def _doubts(
    line: ValueLine, series: Mapping[tuple[int, int], Sequence[tuple[tuple[int, int], float]]]
) -> Iterator[Doubt]:
    period = (line.year, line.part)
    before = [value for when, value in series[line.indicator.id, line.unit.id] if when < period]
    yield from value_doubts(line.indicator, line.value, before)
    yield from period_doubts(line.indicator.frequency, line.year, line.part, line.today)
    if line.has_date:
        yield from date_doubts(line.indicator.frequency, line.year, line.part, line.measured_on)


def _where(line: ValueLine, words: str) -> str:
    return _(
        "Linje %(line)s, %(code)s %(unit)s: %(words)s",
        line=line.row.line,
        code=line.indicator.code,
        unit=line.unit.code,
        words=words,
    )


def _by_indicator(lines: Iterable[ValueLine]) -> Mapping[Indicator, list[ValueLine]]:
    found: dict[Indicator, list[ValueLine]] = {}
    for line in lines:
        found.setdefault(line.indicator, []).append(line)
    return found
