"""A corrected figure in words: as it was, and as it is now."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.platform.localisation import localised
from surveys.platform.texts import _, ngettext
from surveys.results.corrections.queries import CorrectedFigure
from surveys.results.queries import Line
from surveys.results.texts import in_sentence, mean_text, spread_text, status_word


@dataclass(frozen=True)
class CorrectedRow:
    theme: str
    before: str
    now: str


def corrected_rows(figures: Sequence[CorrectedFigure]) -> list[CorrectedRow]:
    """Those whose words changed: «3,8» and «3,9», «Skjult» and «3,9», «3,8, 14 svar» and «3,8, 12 svar».

    Of a figure that is not retold, only whether it was shown.
    """
    rows = [_row(figure) for figure in figures]
    return [row for row in rows if row.before != row.now]


def changes_without_rows(figures: Sequence[CorrectedFigure]) -> list[str]:
    """A sentence each: which figures changed by less than pages show, and which are others and not retold."""
    alike: dict[bool, list[str]] = {True: [], False: []}
    for figure in figures:
        row = _row(figure)
        if row.before == row.now:
            alike[figure.retold].append(in_sentence(row.theme))
    sentences = []
    if alike[True]:
        sentences.append(_("Endret så lite at det ikke synes: %(themes)s.", themes=", ".join(alike[True])))
    if alike[False]:
        sentences.append(_("Fikk et annet tall: %(themes)s.", themes=", ".join(alike[False])))
    return sentences


def _row(figure: CorrectedFigure) -> CorrectedRow:
    theme, before, now = localised(figure.title), figure.before, figure.now
    if before is None or now is None or not (figure.retold and before.shown and now.shown):
        became = mean_text(now) if now and now.shown and figure.retold else _status(now)
        return CorrectedRow(theme, _status(before), became)
    parts = [(mean_text(line), _answers(line), _spread(line)) for line in (before, now)]
    mean, *others = zip(*parts, strict=True)
    told = [mean, *(pair for pair in others if pair[0] != pair[1])]
    return CorrectedRow(theme, *(", ".join(words) for words in zip(*told, strict=True)))


def _status(line: Line | None) -> str:
    return status_word(line.status) if line else _("Ikke med")


def _answers(line: Line) -> str:
    return ngettext("%(num)s svar", "%(num)s svar", line.n or 0)


def _spread(line: Line) -> str:
    told = spread_text(line)
    return _("spredning %(sd)s", sd=told) if told else _("spredning skjult")
