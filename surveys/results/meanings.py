"""«Hva betyr dette?»: what a number about a theme is, what it is made of, and what it cannot say.

Every page that shows such a number takes its help from here: `templates/results/meaning.html` writes it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from questionnaires.model import Questionnaire
from surveys.platform.localisation import localised, number
from surveys.platform.texts import _, ngettext
from surveys.release.measures import Measure, MeasureKind, measures_of
from surveys.results.pictures import ShareBar, share_bar
from surveys.results.queries import Line
from surveys.results.texts import in_sentence, shown_value


@dataclass(frozen=True)
class NumberMeaning:
    """The help of one measure. definition: «» where the page has it beside the number, or there is none.

    statements: what people answered, in the questionnaire's order. facts: of this one number; none where the help is
    for several. bar: low, middle and high answers, where they are told.
    """

    key: str
    title: str
    what: str
    definition: str
    statements: tuple[str, ...]
    facts: tuple[str, ...] = ()
    bar: ShareBar | None = None


def line_meanings(questionnaire: Questionnaire, lines: Iterable[Line]) -> dict[str, NumberMeaning]:
    """Measure → the help of a unit's own shown number."""
    shown = {line.key: line for line in lines if line.shown}
    return {
        measure.key: _meaning(measure, "", _facts(shown[measure.key]), share_bar(shown[measure.key]))
        for measure in measures_of(questionnaire)
        if measure.key in shown
    }


def theme_meanings(questionnaire: Questionnaire, keys: Collection[str]) -> dict[str, NumberMeaning]:
    """Measure → the help of a column or a row that has the numbers of many units, in the questionnaire's order."""
    return {
        measure.key: _meaning(measure, localised(measure.factor.definition or {}))
        for measure in measures_of(questionnaire)
        if measure.key in keys
    }


def _meaning(
    measure: Measure, definition: str, facts: tuple[str, ...] = (), bar: ShareBar | None = None
) -> NumberMeaning:
    return NumberMeaning(
        measure.key,
        localised(measure.title),
        _what(measure),
        definition,
        tuple(
            _("%(statement)s (teller motsatt vei)", statement=localised(item.text))
            if item.reversed
            else localised(item.text)
            for item in measure.factor.items
        ),
        facts,
        bar,
    )


def _what(measure: Measure) -> str:
    """What kind of number it is, and what its ends mean."""
    if measure.kind == MeasureKind.SHARE:
        return _("Tallet er andelen som ga dette svaret på:")
    low, high = _ends(measure)
    return _("Tallet er snittet av svarene på dette, fra %(low)s til %(high)s:", low=low, high=high)


def _ends(measure: Measure) -> tuple[str, str]:
    """«1 (svært uenig)» and «5 (svært enig)»; an index has the same ends at 0 and 100."""
    points = measure.factor.scale.points
    return _end(measure.minimum, localised(points[0].label)), _end(
        measure.maximum, localised(points[-1].label)
    )


def _end(value: int, label: str) -> str:
    return str(value) if label in {"", str(value)} else f"{value} ({in_sentence(label)})"


def _facts(line: Line) -> tuple[str, ...]:
    """How many answered, how sure the number is, and that it is rounded."""
    found = []
    if line.n is not None:
        found.append(
            ngettext(
                "%(people)s person teller med.",
                "%(people)s personer teller med.",
                line.n,
                people=number(line.n, 0),
            )
        )
    if line.ci_low is not None and line.ci_high is not None:
        low, high = shown_value(line, line.ci_low), shown_value(line, line.ci_high)
        found.append(_("Usikkerhet: %(low)s til %(high)s.", low=low, high=high))
    if line.step is not None:
        found.append(_("Tallet er rundet av fordi få har svart."))
    return tuple(found)
