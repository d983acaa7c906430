"""What a unit is compared with, in plain words: on the page, in the table and in the picture's text alike."""

from collections.abc import Sequence

from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.comparisons.positions import ReferencePosition
from surveys.release.comparisons.references import (
    FEWEST_MUNICIPALITIES,
    YEARS_APART,
    Against,
    ReferenceChoice,
)
from surveys.release.models import FigureStatus
from surveys.results.queries import Line, UnitResult
from surveys.results.texts import bound_text, in_sentence, mean_text, status_word


def choice_text(choice: ReferenceChoice) -> str:
    """The choice in the list, and the heading of its column."""
    words = {
        Against.NOTHING: _("Ingenting"),
        Against.TOP: _("Resten av %(name)s", name=choice.name),
        Against.PARENT: _("Resten av %(name)s", name=choice.name),
        Against.UNIT_TYPE: _("De andre av typen %(type)s", type=choice.name),
        Against.OTHERS: _("Andre kommuner"),
        Against.NORM: _("Norm: %(source)s (%(year)s)", source=choice.name, year=choice.year),
    }
    return words.get(choice.against, choice.name)


def short_name(choice: ReferenceChoice) -> str:
    """The name inside a sentence."""
    words = {
        Against.TOP: _("resten av %(name)s", name=choice.name),
        Against.PARENT: _("resten av %(name)s", name=choice.name),
        Against.UNIT_TYPE: _("de andre av typen %(type)s", type=choice.name),
        Against.OTHERS: _("andre kommuner"),
        Against.NORM: _("normen"),
    }
    return words.get(choice.against, choice.name)


def choice_note(choice: ReferenceChoice) -> str:
    """What stands behind the chosen comparison."""
    if choice.against in {Against.TOP, Against.PARENT}:
        return _(
            "Vi sammenligner med de andre i %(name)s. Svarene fra denne enheten er ikke med.",
            name=choice.name,
        )
    if choice.against == Against.UNIT_TYPE:
        return _(
            "Vi sammenligner med de andre som hører til en enhet av typen %(type)s. Svarene fra denne enheten er "
            "ikke med.",
            type=choice.name,
        )
    if choice.against == Against.OTHERS:
        return _(
            "Snittet av %(count)s andre kommuner som bruker Medvirk sammen med oss, med samme spørreskjema og høyst "
            "%(years)s år fra denne undersøkelsen. Hver kommune teller like mye. Vi viser ikke hvilke, og bare når "
            "minst %(least)s har et tall.",
            count=choice.count,
            years=YEARS_APART,
            least=FEWEST_MUNICIPALITIES,
        )
    if choice.against == Against.NORM:
        return _(
            "Kilde: %(source)s, %(year)s. Tallene er hentet inn fra kilden og ikke regnet ut i Medvirk.",
            source=choice.name,
            year=choice.year,
        )
    return ""


def reference_text(line: Line) -> str:
    """«3,9», «4,8 eller høyere», «skjult», or why there is nothing to compare with."""
    reference = line.reference
    if reference is None:
        return _("finnes ikke")
    if reference.reason == "few_municipalities":
        return _("for få kommuner")
    if reference.mean is None:
        return status_word(reference.status, reference.reason).lower()
    return bound_text(line, reference.mean, reference.coded)


def is_hidden(line: Line) -> bool:
    return line.reference is not None and line.reference.status == FigureStatus.HIDDEN


def standing_word(line: Line) -> str:
    """«Over» or «under» where the difference is clear; otherwise nothing."""
    return {ReferencePosition.OVER: _("Over"), ReferencePosition.UNDER: _("Under")}.get(line.position, "")


def standing_phrase(line: Line, choice: ReferenceChoice) -> str:
    """«Over resten av Fjordvik kommune (3,9)», «Fjordvik kommune: skjult»; nothing where it is not clear."""
    found = line.position
    if found == ReferencePosition.OVER:
        return _("Over %(name)s (%(value)s)", name=short_name(choice), value=reference_text(line))
    if found == ReferencePosition.UNDER:
        return _("Under %(name)s (%(value)s)", name=short_name(choice), value=reference_text(line))
    if is_hidden(line):
        return f"{choice_text(choice)}: {reference_text(line)}"
    return ""


def comparison_sentence(result: UnitResult) -> str:
    """Which themes lie clearly over and under what is compared with; «» when nothing is."""
    choice = result.reference.choice
    if choice.against == Against.NOTHING:
        return ""
    shown = [line for line in result.lines if line.shown]
    with_value = [line for line in shown if line.reference and line.reference.mean is not None]
    name = short_name(choice)
    if not with_value:
        return _("Det finnes ingen tall å vise for %(name)s. De er skjult eller mangler.", name=name)
    over = _listed([line for line in with_value if line.position == ReferencePosition.OVER])
    under = _listed([line for line in with_value if line.position == ReferencePosition.UNDER])
    if not over and not under:
        return _("Ingen av temaene ligger klart over eller under %(name)s.", name=name)
    sentences = []
    if over:
        sentences.append(_("Klart over %(name)s: %(themes)s.", name=name, themes=over))
    if under:
        sentences.append(_("Klart under %(name)s: %(themes)s.", name=name, themes=under))
    return " ".join(sentences)


def _listed(lines: Sequence[Line]) -> str:
    """«ledelse (4,2 mot 3,9), samarbeid (4,4 mot 4,1)»."""
    return ", ".join(
        _(
            "%(theme)s (%(own)s mot %(other)s)",
            theme=in_sentence(localised(line.title)),
            own=mean_text(line),
            other=reference_text(line),
        )
        for line in lines
    )
