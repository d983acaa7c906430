"""A file of another tool's aggregated figures → checked lines. Every fault is told at once, with line and column."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from surveys.files.columns import Record, records_and_faults
from surveys.files.headings import ImportColumn
from surveys.files.missing_marks import missing_words
from surveys.files.reading import Table
from surveys.files.report import ImportFault, lines_in_words
from surveys.organisation.models import Unit
from surveys.platform.texts import _, ngettext
from surveys.release.history.models import ImportedKind
from surveys.release.measures import Measure

_UNIT: Final = ImportColumn("unit", ("enhet", "enhetskode", "kode", "organisasjonskode"))
_COMMON: Final = (
    ImportColumn("measure", ("tema", "faktor", "måltall", "mål", "factor")),
    ImportColumn("mean", ("snitt", "gjennomsnitt", "resultat", "score", "skår", "average")),
    ImportColumn("year", ("år",)),
    ImportColumn(
        "instrument", ("spørreskjema", "verktøy", "undersøkelse", "questionnaire", "tool"), required=False
    ),
    ImportColumn("sd", ("standardavvik", "spredning", "std"), required=False),
    ImportColumn("scale_min", ("skala fra", "laveste", "minimum"), required=False),
    ImportColumn("scale_max", ("skala til", "høyeste", "maksimum", "maximum"), required=False),
    ImportColumn("comparable", ("sammenlignbar", "kan sammenlignes"), required=False),
)
_COUNT: Final = ImportColumn("n", ("antall", "antall svar", "svar", "svarte", "respondents", "answers"))
COLUMNS: Final[Mapping[ImportedKind, tuple[ImportColumn, ...]]] = {
    ImportedKind.HISTORY: (_UNIT, _COUNT, *_COMMON),
    ImportedKind.NORM: (ImportColumn(_COUNT.name, _COUNT.synonyms, required=False), *_COMMON),
}

_YES_OR_NO: Final[Mapping[str, bool | None]] = {
    "": None,
    **dict.fromkeys(("ja", "j", "x", "1", "true", "yes"), True),
    **dict.fromkeys(("nei", "n", "0", "false", "no"), False),
}
_ROUNDING: Final = 0.05
"""Means and spreads have been rounded by somebody before us."""

HistoryValue = TypeVar("HistoryValue")
ImportedCell = tuple[int | None, str, int]
"""A unit's id (None: a norm), a measure and a year."""


@dataclass(frozen=True)
class Ground:
    """What the cells of a file may point to.

    measures: by key. units: by code, those the figures may belong to. minimum_group: fewest people behind a unit's
    figure. taken: unit ids and years that the series has answers of its own for, and what that survey is called.
    instrument: when the file does not say.
    """

    kind: ImportedKind
    measures: Mapping[str, Measure]
    units: Mapping[str, Unit]
    minimum_group: int
    this_year: int
    taken: Mapping[tuple[int, int], str]
    instrument: str = ""


@dataclass(frozen=True)
class FigureLine:
    """A line without faults. unit is None in a norm. minimum, maximum: the ends of the scale the mean is on.

    comparable: what the line itself declares; None when it does not.
    """

    line: int
    unit: Unit | None
    measure: Measure
    n: int | None
    mean: float
    sd: float | None
    year: int
    instrument: str
    minimum: float
    maximum: float
    comparable: bool | None

    @property
    def place(self) -> ImportedCell:
        return (self.unit.id if self.unit else None), self.measure.key, self.year

    @property
    def same_scale(self) -> bool:
        return (self.minimum, self.maximum) == (self.measure.minimum, self.measure.maximum)


class HistoryCellError(ValueError):
    """A cell that cannot be used, and why."""


def figure_lines(table: Table, ground: Ground) -> tuple[list[FigureLine], list[ImportFault]]:
    """Every usable line, and every fault of the file."""
    rows, heading_faults = records_and_faults(table, COLUMNS[ground.kind])
    faults = list(heading_faults)
    if not rows and not faults:
        faults.append(ImportFault(_("Filen har ingen tall under overskriften.")))
    if rows and "instrument" not in rows[0] and not ground.instrument:
        faults.append(ImportFault(_no_instrument()))
        ground = replace(ground, instrument="–")  # told once, not for every line
    found = [line for row in rows if not _is_left_out(row) and (line := _line(row, ground, faults))]
    faults.extend(_disagreements(found))
    return found, faults


def left_out_notes(table: Table, kind: ImportedKind) -> tuple[str, ...]:
    """The lines whose mean is a mark for «no number», counted by what the mark means."""
    rows, _faults = records_and_faults(table, COLUMNS[kind])
    by_reason: dict[str, list[Record]] = {}
    for row in rows:
        if _is_left_out(row):
            by_reason.setdefault(missing_words(row["mean"]), []).append(row)
    return tuple(
        ngettext(
            "%(num)s linje er ikke tatt inn: %(reason)s. Linje %(lines)s.",
            "%(num)s linjer er ikke tatt inn: %(reason)s. Linje %(lines)s.",
            len(of_reason),
            reason=reason,
            lines=lines_in_words(row.line for row in of_reason),
        )
        for reason, of_reason in by_reason.items()
    )


def _is_left_out(row: Record) -> bool:
    """A mark stands for the mean. An empty cell is a fault: these files have one line for each figure."""
    return bool(row["mean"]) and bool(missing_words(row["mean"]))


def _line(row: Record, ground: Ground, faults: list[ImportFault]) -> FigureLine | None:
    """The row as values; None when it has faults, which are added to the list."""
    before = len(faults)

    def read(column: str, parse: Callable[[str], HistoryValue]) -> HistoryValue | None:
        try:
            return parse(row[column])
        except HistoryCellError as error:
            faults.append(row.fault(column, str(error)))
            return None

    is_norm = ground.kind == ImportedKind.NORM
    unit = None if is_norm else read("unit", lambda text: _unit(text, ground))
    measure = read("measure", lambda text: _measure(text, ground.measures))
    n = read("n", lambda text: _count(text, ground))
    mean = read("mean", _mean)
    sd = read("sd", _spread)
    year = read("year", lambda text: _year(text, ground))
    instrument = read("instrument", lambda text: _instrument(text, ground))
    declared = read("comparable", _declared)
    scale = read("scale_min", lambda text: _scale(text, row["scale_max"], measure))
    if len(faults) > before or measure is None or mean is None or year is None or not scale or not instrument:
        return None
    line = FigureLine(row.line, unit, measure, n, mean, sd, year, instrument, *scale, declared)
    impossible = [*_impossible(row, line), *_taken(row, line, ground)]
    faults.extend(impossible)
    return None if impossible else line


def _impossible(row: Record, line: FigureLine) -> Iterator[ImportFault]:
    """A mean outside its scale, and a spread that no answers on the scale can have."""
    if not line.minimum - _ROUNDING <= line.mean <= line.maximum + _ROUNDING:
        yield row.fault(
            "mean",
            _(
                "Snittet %(mean)s er utenfor skalaen %(minimum)s–%(maximum)s. Er det målt på en "
                "annen skala, skriv den i kolonnene «skala fra» og «skala til».",
                mean=_plain(line.mean),
                minimum=_plain(line.minimum),
                maximum=_plain(line.maximum),
            ),
        )
    people = line.n or 2
    widest = (line.maximum - line.minimum) / 2 * math.sqrt(people / max(people - 1, 1))
    if line.sd is not None and line.sd > widest + _ROUNDING:
        yield row.fault(
            "sd", _("Standardavviket %(sd)s er større enn det kan være på skalaen.", sd=_plain(line.sd))
        )


def _taken(row: Record, line: FigureLine, ground: Ground) -> Iterator[ImportFault]:
    """What was asked in Medvirk comes from its own releases: what they hide cannot come in by another door."""
    if line.unit and (own := ground.taken.get((line.unit.id, line.year))):
        yield row.fault(
            "year",
            _(
                "I %(year)s var enheten med i «%(own)s» i Medvirk. Resultatet for det året kommer derfra.",
                year=line.year,
                own=own,
            ),
        )


def _disagreements(lines: Sequence[FigureLine]) -> Iterator[ImportFault]:
    """The same figure twice, and one measure on two scales or with two declarations in the same year."""
    first: dict[ImportedCell, int] = {}
    manner: dict[tuple[int, str, str], FigureLine] = {}
    for line in lines:
        if line.place in first:
            message = (
                _(
                    "Det samme temaet og året står også på linje %(first)s, for samme enhet. "
                    "Behold bare den ene.",
                    first=first[line.place],
                )
                if line.unit
                else _(
                    "Det samme temaet og året står også på linje %(first)s. Behold bare den ene.",
                    first=first[line.place],
                )
            )
            yield ImportFault(message, line.line)
        first.setdefault(line.place, line.line)
        same = manner.setdefault((line.year, line.instrument, line.measure.key), line)
        if (line.minimum, line.maximum, line.comparable) != (same.minimum, same.maximum, same.comparable):
            yield ImportFault(
                _(
                    "«%(measure)s» i %(year)s har en annen skala eller et annet svar på "
                    "«sammenlignbar» enn på linje %(line)s. Det må være likt for alle enhetene.",
                    measure=line.measure.key,
                    year=line.year,
                    line=same.line,
                ),
                line.line,
            )


def _unit(code: str, ground: Ground) -> Unit:
    if not code:
        raise HistoryCellError(_("Enheten mangler."))
    if code not in ground.units:
        raise HistoryCellError(
            _(
                "Enheten «%(code)s» finnes ikke i Medvirk, eller du har ikke ansvar for den. Bruk koden.",
                code=code,
            )
        )
    return ground.units[code]


def _measure(text: str, measures: Mapping[str, Measure]) -> Measure:
    """By key, or by title in any language."""
    wanted = text.casefold()
    for key, measure in measures.items():
        if wanted in {key.casefold(), *(title.casefold() for title in measure.title.values())}:
            return measure
    raise HistoryCellError(
        _("Ukjent tema «%(text)s». Disse finnes: %(known)s.", text=text, known=", ".join(measures))
    )


def _count(text: str, ground: Ground) -> int | None:
    if not text and ground.kind == ImportedKind.NORM:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.replace(" ", "")):
        raise HistoryCellError(_("Antall svar må være et helt tall, ikke «%(text)s».", text=text))
    found = int(text.replace(" ", ""))
    if ground.kind == ImportedKind.HISTORY and found < ground.minimum_group:
        raise HistoryCellError(
            _(
                "Bare %(found)s har svart. Medvirk viser aldri grupper på færre enn %(least)s, "
                "heller ikke når tallene er laget av andre. Ta bort linjen.",
                found=found,
                least=ground.minimum_group,
            )
        )
    if found < 1:
        raise HistoryCellError(_("Antall svar må være 1 eller flere."))
    return found


def _mean(text: str) -> float:
    if not text:
        raise HistoryCellError(_("Snittet mangler."))
    return _number(text, _("Snittet må være et tall, ikke «%(text)s».", text=text))


def _spread(text: str) -> float | None:
    if not text:
        return None
    found = _number(text, _("Standardavviket må være et tall, ikke «%(text)s».", text=text))
    if found < 0:
        raise HistoryCellError(_("Standardavviket kan ikke være negativt."))
    return found


def _number(text: str, refusal: str) -> float:
    """«3,7», «3.7» or «72 %»."""
    plain = re.sub(r"\s|%$", "", text).replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}([.,][0-9]+)?", plain):
        raise HistoryCellError(refusal)
    return float(plain.replace(",", "."))


def _year(text: str, ground: Ground) -> int:
    if not re.fullmatch(r"199[0-9]|20[0-9]{2}", text):
        raise HistoryCellError(_("Året må skrives med fire sifre, fra 1990, ikke «%(text)s».", text=text))
    year = int(text)
    if year > ground.this_year:
        raise HistoryCellError(_("Året %(year)s har ikke vært ennå.", year=year))
    return year


def _no_instrument() -> str:
    return _("Skriv hvilket spørreskjema eller verktøy tallene kommer fra.")


def _instrument(text: str, ground: Ground) -> str:
    if not (text or ground.instrument):
        raise HistoryCellError(_no_instrument())
    return text or ground.instrument


def _declared(text: str) -> bool | None:
    if text.casefold() not in _YES_OR_NO:
        raise HistoryCellError(_("Skriv ja eller nei, ikke «%(given)s».", given=text))
    return _YES_OR_NO[text.casefold()]


def _scale(lowest: str, highest: str, measure: Measure | None) -> tuple[float, float]:
    """Both ends, or neither: the measure's own scale."""
    if not (lowest or highest):
        return (float(measure.minimum), float(measure.maximum)) if measure else (0.0, 1.0)
    if not (lowest and highest):
        raise HistoryCellError(_("Skriv begge endene av skalaen, eller ingen av dem."))
    ends = _end(lowest), _end(highest)
    if ends[0] >= ends[1]:
        raise HistoryCellError(_("«Skala fra» må være lavere enn «skala til»."))
    return ends


def _end(text: str) -> float:
    return _number(text, _("Enden av skalaen må være et tall, ikke «%(text)s».", text=text))


def _plain(value: float) -> str:
    return f"{value:g}".replace(".", ",")
