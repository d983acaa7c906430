"""What a leader reads before the meeting: a talk about a result, in words that blame nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.release.models import Verdict
from surveys.results.queries import Line, UnitResult
from surveys.results.texts import mean_text, ranked

MOST_THEMES: Final = 3
"""Of each kind. With fewer than six themes the strongest and the weakest share them."""


@dataclass(frozen=True)
class StrongAndWeak:
    """Themes with their released means: the strongest first, and what there is most to gain in first."""

    strong: tuple[str, ...]
    weak: tuple[str, ...]


def shown_means(result: UnitResult) -> list[Line]:
    """What the result page's own sentences are made of."""
    return [line for line in result.lines if line.shown and line.kind == MeasureKind.MEAN]


def strong_and_weak(result: UnitResult) -> StrongAndWeak:
    """The three strongest and the three weakest themes. No theme is in both."""
    order = ranked(shown_means(result))
    each = min(MOST_THEMES, len(order) // 2)
    return StrongAndWeak(_named(list(reversed(order))[:each]), _named(order[:each]))


def _named(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(
        _("%(theme)s (%(mean)s)", theme=localised(line.title), mean=mean_text(line)) for line in lines
    )


def is_hard(result: UnitResult) -> bool:
    """Whether a leader may need somebody to talk to first: a theme is below the middle, or is clearly down.

    A mean that is told as a bound is judged by the bound, and a hidden one not at all.
    """
    return any(
        (line.mean is not None and line.mean < (line.minimum + line.maximum) / 2)
        or (line.change is not None and line.change.comparable and line.change.verdict == Verdict.DOWN)
        for line in shown_means(result)
    )


def opening_words(turnout: str, *, shown: bool = True) -> list[str]:
    """What to say first, as it may be read aloud. turnout: as the result page tells it. shown: there are figures."""
    aim = _("I dag skal vi bli enige om to ting: én vi vil ta vare på, og én vi vil gjøre bedre.")
    if not shown:
        return [
            _("Takk til alle som svarte."),
            _("Resultatet vårt blir ikke vist, så ingen kan finne ut hva hver enkelt har svart."),
            aim,
        ]
    return [
        _("Takk for at dere svarte. %(turnout)s.", turnout=turnout)
        if turnout
        else _("Takk til alle som svarte."),
        _(
            "Resultatet viser hvordan vi har det sammen. Det viser ikke hvem som har svart hva, "
            "og ingen skal lete etter det."
        ),
        _("Tallene er et utgangspunkt. Det er dere som vet hva de betyr her hos oss."),
        aim,
    ]


def neutral_words() -> list[tuple[str, str]]:
    """What the leader may want to say, and the words that open a talk."""
    return [
        (_("når noe er lavt"), _("«Her er det mest å hente. Hva tror dere det kan handle om?»")),
        (_("når noe er høyt"), _("«Dette er vi gode på. Hva gjør vi som virker?»")),
        (_("når noe har endret seg"), _("«Hva er annerledes nå enn sist?»")),
        (_("når dere er uenige"), _("«Vi opplever dette ulikt. Begge deler er sant for dem det gjelder.»")),
        (
            _("når det gjelder deg som leder"),
            _("«Takk for at dere sier det. Hva vil dere ha mer av fra meg?»"),
        ),
        (_("når det blir stille"), _("«Snakk sammen to og to i tre minutter, så hører vi fra dem som vil.»")),
    ]


def things_to_avoid() -> list[str]:
    return [
        _("Ikke let etter hvem som har svart hva. Ikke spør noen om hva de svarte."),
        _("Ikke forklar eller forsvar resultatet før de andre har fått snakke."),
        _("Ikke snakk om enkeltpersoner. Snakk om hva vi gjør, og hvordan."),
        _("Ikke les mye ut av små forskjeller. «Ingen sikker endring» betyr at vi ikke vet."),
        _("Ikke lov noe du ikke rår over. Si heller hvem du tar det videre til, og når de får svar."),
        _("Ikke ta opp alt. To ting som blir gjort, er bedre enn ti som blir skrevet ned."),
    ]


def who_to_ask() -> list[tuple[str, str]]:
    """Somebody a leader may ask before the meeting, and what for."""
    return [
        (_("Din egen leder"), _("Les resultatet sammen, og bli enige om hva hun eller han kan hjelpe med.")),
        (_("HR"), _("Få hjelp til å forstå tallene, til å planlegge møtet, eller til å lede det.")),
        (_("Verneombudet og de tillitsvalgte"), _("Spør hva de tror er viktig å ta opp, og hvordan.")),
        (_("Bedriftshelsetjenesten"), _("De kan være med i møtet når det er vanskelig å snakke sammen.")),
    ]


def supportive_words() -> list[str]:
    return [
        _(
            "Det kan være tungt å lese et slikt resultat alene. Vent gjerne til i morgen med å planlegge møtet."
        ),
        _("Tallene handler om arbeidet og rammene rundt det, og de fleste av dem rår ikke du over alene."),
        _(
            "At folk har svart ærlig, er et tegn på at de tror det kan bli bedre. Det er et godt sted å begynne."
        ),
    ]


def agenda(*, shown: bool = True) -> list[tuple[int, str]]:
    """Minutes, and what they are for. shown: there are figures."""
    return [
        (5, _("Du sier velkommen, og leser opp det som står under «Si dette først».")),
        (10, _("Vis resultatet. Spør: «Kjenner dere dere igjen?» Snakk først to og to, så sammen."))
        if shown
        else (10, _("Spør: «Hvordan har vi det sammen?» Snakk først to og to, så sammen.")),
        (15, _("Snakk om det som er sterkest, og om det der det er mest å hente."))
        if shown
        else (15, _("Snakk om det som fungerer godt, og om det dere vil gjøre bedre.")),
        (5, _("Velg én ting å ta vare på og én å gjøre bedre, på telefonen eller med håndsopprekning.")),
        (10, _("Skriv sammen: Hva vil vi se når det virker?")),
    ]
