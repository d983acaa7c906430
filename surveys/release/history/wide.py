"""Other tools' results with one line for each unit and one column for each theme → tables with one theme each.

KS, Moonshot and others write them so. A column is a theme's when its heading is the theme's key or title, alone or with
«snitt» or «antall» after it. The rest of an import knows only the form with one figure a line.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from surveys.files.headings import ImportColumn, guess, plain
from surveys.files.missing_marks import missing_words
from surveys.files.reading import Table, TableRow
from surveys.files.report import lines_in_words
from surveys.platform.texts import _, ngettext
from surveys.release.measures import Measure

_MEAN_WORD: Final = re.compile(
    r"(.+?)[\s\-–:,(]+(?:snitt|gjennomsnitt|skår|score|resultat|mean)\)?", re.IGNORECASE
)
_COUNT_WORD: Final = re.compile(r"(.+?)[\s\-–:,(]+(?:antall svar|antall|svar|n)\)?", re.IGNORECASE)


@dataclass(frozen=True)
class ThemeTable:
    """Lines of one theme. notes: what was left out on the way."""

    table: Table
    notes: tuple[str, ...] = ()


def theme_columns(measures: Mapping[str, Measure]) -> tuple[ImportColumn, ...]:
    """The headings a wide file may have, so that its line of headings is found."""
    return tuple(
        ImportColumn(f"{key}{word}", tuple(f"{name}{word}" for name in names), required=False)
        for key, measure in measures.items()
        if (names := (key, *measure.title.values()))
        for word in ("", " snitt", " gjennomsnitt", " antall", " antall svar", " n")
    )


def with_year(table: Table, columns: Sequence[ImportColumn], year: int | None) -> Table:
    """The table with the year that was said for the whole file, when it has no column of its own."""
    if year is None or "year" in guess(table.headings, columns):
        return table
    rows = tuple(TableRow(row.line, (*row.cells, str(year))) for row in table.rows)
    return replace(table, headings=(*table.headings, "year"), rows=rows)


def by_theme(
    table: Table, columns: Sequence[ImportColumn], measures: Mapping[str, Measure]
) -> list[ThemeTable]:
    """One table for each theme of a wide file; a file with a column for themes is one table as it is."""
    meanings = guess(table.headings, columns)
    themes = _means(table.headings, measures)
    if "measure" in meanings or "mean" in meanings or not themes:
        return [_without_hidden(table, meanings.index("mean") if "mean" in meanings else None)]
    counts = _counts(table.headings, measures)
    used = {*themes.values(), *counts.values()}
    common = [index for index in range(len(table.headings)) if index not in used]
    own_count = meanings.index("n") if "n" in meanings else None
    found = []
    for key, place in themes.items():
        count = counts.get(key)
        kept = [index for index in common if count is None or index != own_count]
        found.append(_one_theme(table, key, place, count, kept))
    return found


def theme_headings(headings: Sequence[str], measures: Mapping[str, Measure]) -> frozenset[str]:
    """Plain headings that are read as a theme's figures."""
    places = {*_means(headings, measures).values(), *_counts(headings, measures).values()}
    return frozenset(plain(headings[place]) for place in places)


def _one_theme(table: Table, key: str, mean: int, count: int | None, kept: Sequence[int]) -> ThemeTable:
    headings = [*(table.headings[index] for index in kept), "measure", table.headings[mean]]
    headings += ["n"] if count is not None else []
    rows = []
    for row in table.rows:
        # A unit that was not asked about the theme has nothing in its cell.
        if row.cells[mean]:
            cells = [*(row.cells[index] for index in kept), key, row.cells[mean]]
            cells += [row.cells[count]] if count is not None else []
            rows.append(TableRow(row.line, tuple(cells)))
    return _without_hidden(replace(table, headings=tuple(headings), rows=tuple(rows)), len(kept) + 1)


def _without_hidden(table: Table, mean: int | None) -> ThemeTable:
    """Without the lines whose mean is a mark for «no number». An empty cell is a fault where a line is one figure."""
    if mean is None:
        return ThemeTable(table)
    marked: dict[str, list[TableRow]] = {}
    for row in table.rows:
        if row.cells[mean] and (reason := missing_words(row.cells[mean])):
            marked.setdefault(reason, []).append(row)
    left_out = {row.line for rows in marked.values() for row in rows}
    kept = tuple(row for row in table.rows if row.line not in left_out)
    notes = (_left_out(table.headings[mean], reason, rows) for reason, rows in marked.items())
    return ThemeTable(replace(table, rows=kept), tuple(notes))


def _left_out(heading: str, reason: str, rows: Sequence[TableRow]) -> str:
    words = ngettext(
        "%(num)s tall er ikke tatt inn: %(reason)s. Linje %(lines)s.",
        "%(num)s tall er ikke tatt inn: %(reason)s. Linje %(lines)s.",
        len(rows),
        reason=reason,
        lines=lines_in_words(row.line for row in rows),
    )
    return _("«%(heading)s»: %(words)s", heading=heading, words=words)


def _means(headings: Sequence[str], measures: Mapping[str, Measure]) -> dict[str, int]:
    return _themes(headings, measures, _MEAN_WORD, exact=True)


def _counts(headings: Sequence[str], measures: Mapping[str, Measure]) -> dict[str, int]:
    return _themes(headings, measures, _COUNT_WORD, exact=False)


def _themes(
    headings: Sequence[str], measures: Mapping[str, Measure], word: re.Pattern[str], *, exact: bool
) -> dict[str, int]:
    """Theme → where its column is."""
    names = {plain(name): key for key, measure in measures.items() for name in (key, *measure.title.values())}
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        match = word.fullmatch(heading)
        key = (names.get(plain(heading)) if exact else None) or (
            names.get(plain(match[1])) if match else None
        )
        if key:
            found.setdefault(key, place)
    return found
