"""What a correction does, in plain words, before it is made. No figure's value: only what is shown and hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from analysis.suppression import PRIMARY
from questionnaires.model import Questionnaire
from surveys.hr.preview_texts import MOST_ROWS, breakdown_lines
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _, ngettext
from surveys.publishing.correction_preview import CorrectionPreview, NewlyHidden

MOST_NAMED: Final = 10
"""Units named in a list that nothing is lost by: the rest are counted."""


@dataclass(frozen=True)
class NamedUnits:
    """The first units of a list by name, and how many more there are."""

    names: tuple[str, ...]
    more: int


@dataclass(frozen=True)
class HiddenForReason:
    """Units that lose figures for the same reason."""

    why: str
    units: NamedUnits


@dataclass(frozen=True)
class CorrectionTold:
    """A correction's preview in words. summary: two to five sentences.

    breakdowns: each with the categories that lose figures. cards: name and how many values.
    """

    summary: tuple[str, ...]
    hidden: tuple[HiddenForReason, ...]
    shown: NamedUnits
    recounted: NamedUnits
    breakdowns: tuple[str, ...]
    cards: tuple[str, ...]


def told_of(preview: CorrectionPreview, questionnaire: Questionnaire) -> CorrectionTold:
    return CorrectionTold(
        summary=tuple(_summary(preview)),
        hidden=tuple(_hidden(preview)),
        shown=_named(preview.shown, MOST_NAMED),
        recounted=_named(preview.recounted, MOST_NAMED),
        breakdowns=tuple(
            f"{line.name}{'' if line.name.endswith('?') else ':'} {listed([name for name, _why in line.categories])}"
            for line in breakdown_lines(preview.categories, questionnaire, preview.minimum_group)
        ),
        cards=tuple(
            ngettext(
                "%(card)s (%(num)s verdi)",
                "%(card)s (%(num)s verdier)",
                card.values,
                card=localised(card.title),
            )
            for card in preview.cards
        ),
    )


def _summary(preview: CorrectionPreview) -> Iterator[str]:
    if preview.raises_minimum:
        yield _(
            "Minste gruppe heves fra %(before)s til %(least)s. Den kan ikke senkes igjen.",
            before=preview.before,
            least=preview.minimum_group,
        )
    if not preview.changes_figures:
        yield _("Rettelsen endrer ingen tall.")
    else:
        yield from _changes(preview)
    if preview.statements > 0:
        yield ngettext(
            "Styringskort får %(num)s ny verdi for enkeltspørsmål.",
            "Styringskort får %(num)s nye verdier for enkeltspørsmål.",
            preview.statements,
        )


def _changes(preview: CorrectionPreview) -> Iterator[str]:
    if preview.hidden:
        yield ngettext(
            "Enheten som vises nå, får tall skjult.",
            "%(lost)s av de %(units)s enhetene som vises nå, får tall skjult.",
            preview.units,
            units=number(preview.units, 0),
            lost=number(len(preview.hidden), 0),
        )
    else:
        yield _("Ingen enheter får tall skjult.")
    if counts := list(_counts(preview)):
        yield " ".join(counts)
    if preview.other_digits:
        yield _("Noen tall vises med andre sifre eller annen spredning enn før.")
    else:
        yield _("Andre tall kan bli vist med færre eller flere sifre.")


def _counts(preview: CorrectionPreview) -> Iterator[str]:
    """How many figures, of units and of categories at the top."""
    if preview.figures_hidden:
        yield ngettext(
            "%(num)s tall blir skjult, medregnet inndelinger.",
            "%(num)s tall blir skjult, medregnet inndelinger.",
            preview.figures_hidden,
        )
    if preview.figures_shown:
        yield ngettext(
            "%(num)s tall som ikke vises nå, blir vist.",
            "%(num)s tall som ikke vises nå, blir vist.",
            preview.figures_shown,
        )
    if preview.figures_recounted:
        yield ngettext(
            "%(num)s tall regnes ut på nytt, med andre svar.",
            "%(num)s tall regnes ut på nytt, med andre svar.",
            preview.figures_recounted,
        )


def _hidden(preview: CorrectionPreview) -> Iterator[HiddenForReason]:
    small = [unit for unit in preview.hidden if unit.reason == PRIMARY]
    protecting = [unit for unit in preview.hidden if unit.reason != PRIMARY]
    if small:
        why = _("Færre enn %(least)s har svart", least=preview.minimum_group)
        yield HiddenForReason(why, _named(_with_themes(small), MOST_ROWS))
    if protecting:
        why = _("Tallet kan ellers røpe svarene til en liten gruppe")
        yield HiddenForReason(why, _named(_with_themes(protecting), MOST_ROWS))


def _with_themes(units: Sequence[NewlyHidden]) -> list[str]:
    return [
        unit.name
        if not unit.shown
        else _(
            "%(unit)s (%(some)s av %(all)s tall)",
            unit=unit.name,
            some=number(unit.hidden, 0),
            all=number(unit.hidden + unit.shown, 0),
        )
        for unit in units
    ]


def _named(names: Sequence[str], most: int) -> NamedUnits:
    return NamedUnits(tuple(names[:most]), max(len(names) - most, 0))
