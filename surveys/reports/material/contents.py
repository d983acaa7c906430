"""What a unit's result says, in words and numbers that are ready to be written: one content for every kind of file.

It is made from the `UnitResult` that the result page shows, so what is hidden there is hidden in every file. Nothing
in it depends on who asks: whoever may see the unit's result gets the same.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

from surveys.platform.localisation import language, localised, long_date, number, percent
from surveys.platform.texts import _
from surveys.release.comparisons.references import Against, ReferenceChoice
from surveys.release.measures import MeasureKind
from surveys.release.models import Coding, FigureStatus
from surveys.results import texts as wording
from surveys.results.comparisons import reference_texts, succession_texts
from surveys.results.filled_columns import filled_columns
from surveys.results.pictures import ScalePicture, scale_picture
from surveys.results.queries import Line, UnitResult

# In a chart a share is told in per cent, everything else in its own points: as many decimals as pages show.
_DECIMALS: Final = {MeasureKind.MEAN: 1, MeasureKind.SHARE: 0, MeasureKind.INDEX: 0}


@dataclass(frozen=True)
class MaterialRow:
    """One theme. value: «3,7»; empty where it is hidden, and then `hidden` says why.

    scale: lowest and highest of the axis. mean, previous: for a chart; None where hidden or only a bound.
    previous_year: None where there is nothing to compare with. notes: what else the page says of the theme.
    """

    key: str
    title: str
    definition: str
    value: str
    hidden: str
    change: str
    change_numbers: str
    notes: tuple[str, ...]
    picture: ScalePicture | None
    scale: tuple[int, int]
    unit_of_scale: str
    mean: float | None
    previous: float | None
    previous_year: int | None


@dataclass(frozen=True)
class MaterialTable:
    """A table as text: every row has as many cells as there are columns. note: why columns are left out, or «».

    widths: of the columns, as shares of what is left over on a sheet of paper; 0: no more than the column needs.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    widths: tuple[float, ...]


@dataclass(frozen=True)
class UnitMaterial:
    """A unit's result. nothing: why there are no figures; empty when there are.

    answered, invited: for a chart; None where they are not told. marks: release, correction and protection.
    """

    language: str
    unit_code: str
    unit_name: str
    survey_key: str
    survey_title: str
    municipality: str
    released_on: dt.date
    release_number: int
    year: int
    synthetic: str
    turnout: str
    by_name: str
    answered: int | None
    invited: int | None
    summary: tuple[str, ...]
    comparison: tuple[str, ...]
    nothing: tuple[str, ...]
    rows: tuple[MaterialRow, ...]
    tables: tuple[MaterialTable, ...]
    marks: tuple[str, ...]
    reference: str

    @property
    def title(self) -> str:
        return f"{self.unit_name} – {self.survey_title}"

    @property
    def shown(self) -> bool:
        return not self.nothing

    @property
    def compared_years(self) -> list[int]:
        """The years that are compared with, the newest first."""
        return sorted({row.previous_year for row in self.rows if row.previous_year}, reverse=True)


@dataclass(frozen=True)
class MaterialFacts:
    """What is the same for every unit of a release."""

    municipality: str
    release_number: int
    year: int
    is_synthetic: bool


def material_of(result: UnitResult, facts: MaterialFacts) -> UnitMaterial:
    """The content in the language of the moment."""
    choice = result.reference.choice
    return UnitMaterial(
        language=language(),
        unit_code=result.unit_code,
        unit_name=result.unit_name,
        survey_key=result.survey_key,
        survey_title=localised(result.survey_title),
        municipality=facts.municipality,
        released_on=result.released_on,
        release_number=facts.release_number,
        year=facts.year,
        synthetic=_("Syntetiske demodata – ingen tall eller svar er fra virkelige mennesker")
        if facts.is_synthetic
        else "",
        turnout=wording.turnout(result) if result.shown else "",
        by_name=wording.answers_by_name(result) if result.shown else "",
        answered=result.delivered if result.shown else None,
        invited=(result.invited or None) if result.shown else None,
        summary=tuple(wording.summary(result)) if result.shown else (),
        comparison=tuple(_comparison(result)) if result.shown else (),
        nothing=() if result.shown else tuple(_nothing(result)),
        rows=tuple(_row(line, choice, result.minimum_group) for line in result.lines) if result.shown else (),
        tables=tuple(_tables(result)),
        marks=tuple(_marks(result, facts.release_number)),
        reference="" if choice.against == Against.NOTHING else reference_texts.choice_text(choice),
    )


def _comparison(result: UnitResult) -> list[str]:
    found = [
        wording.incomparable(result),
        *succession_texts.basis_sentences(result),
        *succession_texts.gap_sentences(result),
        reference_texts.comparison_sentence(result),
        reference_texts.choice_note(result.reference.choice),
    ]
    return [sentence for sentence in found if sentence]


def _nothing(result: UnitResult) -> list[str]:
    """Why the unit has no figures, as on its page."""
    sentences = [wording.why_nothing(result)]
    if wording.counts_above(result):
        sentences.append(
            _(
                "Svarene teller med i resultatet for enheten over. Slik er det for alle små enheter, i alle visninger "
                "og filer."
            )
        )
    return sentences


def _row(line: Line, choice: ReferenceChoice, minimum_group: int) -> MaterialRow:
    per_cent = line.kind == MeasureKind.SHARE
    change = line.change if line.shown else None
    is_exact = line.shown and line.coded == Coding.EXACT
    notes = (
        [reference_texts.standing_phrase(line, choice), wording.spread_sentence(line)] if line.shown else []
    )
    return MaterialRow(
        key=line.key,
        title=localised(line.title),
        definition=localised(line.definition) if line.definition else "",
        value=wording.mean_text(line) if line.shown else "",
        hidden="" if line.shown else wording.status_text(line.status, line.reason, minimum_group),
        change=wording.change_word(change)
        if change
        else succession_texts.gap_word(line)
        if line.shown
        else "",
        change_numbers=wording.change_numbers(change) if change else "",
        notes=tuple(note for note in notes if note),
        picture=scale_picture(line, choice) if line.shown else None,
        scale=(0, 100) if per_cent else (line.minimum, line.maximum),
        unit_of_scale="%" if per_cent else "",
        mean=_in_chart(line, line.mean) if is_exact else None,
        previous=_in_chart(line, change.previous_mean) if change else None,
        previous_year=change.year if change else None,
    )


def _in_chart(line: Line, value: float | None) -> float | None:
    """With the decimals that pages show: a chart's own numbers can be read from the file."""
    if value is None:
        return None
    return round(value * (100 if line.kind == MeasureKind.SHARE else 1), _DECIMALS[line.kind])


def _tables(result: UnitResult) -> list[MaterialTable]:
    """The unit's own themes, and those of the small units together."""
    found = []
    if result.shown:
        title = _("Alle temaene for %(unit)s", unit=result.unit_name)
        found.append(_table(title, result.lines, with_change=wording.is_compared(result)))
    if any(line.shown for line in result.rest):
        title = f"{wording.rest_heading(result)}. {wording.rest_explanation(result)}"
        found.append(_table(title, result.rest, with_change=False))
    return found


def _table(title: str, lines: Sequence[Line], *, with_change: bool) -> MaterialTable:
    """With the columns that have anything in them, as on the page."""
    has = filled_columns(lines)
    columns = [
        (_("Tema"), 1.6, True),
        (_("Skala"), 0, True),
        (_("Svar"), 0, True),
        (_("Snitt"), 0, True),
        (_("Usikkerhet"), 0, has.interval),
        (_("Spredning"), 0, has.spread),
        (_("Forrige gang"), 0, with_change),
        (_("Endring"), 1.4, with_change),
        (_("Lave, middels og høye svar"), 1.1, has.distribution),
    ]
    is_there = [there for _name, _width, there in columns]
    return MaterialTable(
        title,
        tuple(compress((name for name, _width, _there in columns), is_there)),
        tuple(tuple(compress(_cells(line), is_there)) for line in lines),
        has.left_out,
        tuple(compress((width for _name, width, _there in columns), is_there)),
    )


def _cells(line: Line) -> tuple[str, ...]:
    """Of every column. A hidden figure is a word in the column of the mean, and nothing in the others."""
    scale = f"{line.minimum}–{line.maximum}"
    if not line.shown:
        word = wording.status_word(line.status, line.reason).lower()
        return (localised(line.title), scale, "", word, "", "", "", "", "")
    change = line.change
    interval = (
        f"{wording.shown_value(line, line.ci_low)} – {wording.shown_value(line, line.ci_high)}"
        if line.ci_low is not None and line.ci_high is not None
        else ""
    )
    return (
        localised(line.title),
        scale,
        number(line.n or 0, 0),
        wording.mean_text(line),
        interval,
        wording.spread_text(line),
        wording.shown_value(line, change.previous_mean) if change else "",
        f"{wording.change_word(change)} {wording.change_numbers(change)}".strip()
        if change
        else succession_texts.gap_word(line),
        " · ".join(percent(share) for share in line.distribution) if line.distribution else "",
    )


def _marks(result: UnitResult, release_number: int) -> list[str]:
    """What every page of a file must say of its figures: which release, from when, and what is never shown."""
    marks = [
        _(
            "Frigivelse %(number)s, %(day)s. Grupper med færre enn %(least)s svar vises aldri.",
            number=release_number,
            day=long_date(result.released_on),
            least=result.minimum_group,
        )
    ]
    if result.correction:
        marks.append(_("Rettet %(day)s: %(why)s", day=long_date(result.released_on), why=result.correction))
    if any(line.status == FigureStatus.HIDDEN for line in (*result.lines, *result.rest)):
        marks.append(_("Et tall er skjult når det kan røpe svarene til en liten gruppe."))
    return marks
