"""Co-movement in plain words, always with the same reservation: together is not because of."""

from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _
from surveys.release.comovement.computing import CoMovementView, OutcomeView, Share, Why

WIDTH = 320
"""Units of the picture's own coordinates."""


def reason(why: Why) -> str:
    """Why there is nothing to show."""
    words = {
        Why.NOT_COMPUTED: _("Samvariasjon ble ikke regnet ut da denne undersøkelsen ble talt opp."),
        Why.FEW: _(
            "Færre enn 100 har svart på alle temaene. Da sier samvariasjon mer om tilfeldigheter enn om temaene."
        ),
        Why.SHARES: _(
            "Denne undersøkelsen viser andeler for hvert svar, ikke snitt. Da kan ikke samvariasjon regnes ut."
        ),
        Why.ONE_FACTOR: _("Undersøkelsen har bare ett tema, så det er ingenting å se det sammen med."),
        Why.NO_SOLUTION: _("Temaene er så like at det ikke går an å skille dem fra hverandre."),
    }
    return words[why]


def finding(outcome: OutcomeView) -> str:
    """«De som svarer høyt på autonomi, svarer ofte også høyt på indre motivasjon. Det betyr ikke at …»"""
    first = outcome.shares[0]
    theme, about = in_sentence(localised(first.title)), in_sentence(localised(outcome.title))
    if first.opposite:
        return _(
            "De som svarer høyt på %(theme)s, svarer ofte lavt på %(outcome)s. Det betyr ikke at %(theme)s er årsaken.",
            theme=theme,
            outcome=about,
        )
    return _(
        "De som svarer høyt på %(theme)s, svarer ofte også høyt på %(outcome)s. "
        "Det betyr ikke at %(theme)s er årsaken.",
        theme=theme,
        outcome=about,
    )


def heading(outcome: OutcomeView) -> str:
    return _("Dette henger sammen med %(outcome)s", outcome=in_sentence(localised(outcome.title)))


def order_sentence(outcome: OutcomeView) -> str:
    """Whether the first is surely first: the intervals of the two largest overlap, or not."""
    if len(outcome.shares) < 2 or outcome.shares[1].high < outcome.shares[0].low:
        return ""
    return _(
        "Flere av temaene henger omtrent like mye sammen med det valgte temaet. "
        "Rekkefølgen mellom dem er usikker."
    )


def explained(outcome: OutcomeView) -> str:
    """R² without the word: how much of the differences the other themes go along with."""
    return _(
        "De andre temaene og %(outcome)s følges ad for omtrent %(share)s av forskjellene mellom folk. "
        "Resten har vi ikke spurt om, eller det er tilfeldig.",
        share=percent(outcome.r_squared),
        outcome=in_sentence(localised(outcome.title)),
    )


def people(view: CoMovementView) -> str:
    return _(
        "Regnet ut av svarene fra minst %(count)s personer i hele undersøkelsen.",
        count=number(view.people, 0),
    )


def left_out(view: CoMovementView) -> str:
    """Themes that are not in it; «» when all are."""
    if not view.left_out:
        return ""
    return _(
        "Ikke med, fordi færre enn 8 av 10 har svart på det: %(themes)s.",
        themes=", ".join(in_sentence(localised(title)) for title in view.left_out),
    )


def interval(share: Share) -> str:
    return _("%(low)s til %(high)s", low=percent(share.low), high=percent(share.high))


def direction(share: Share) -> str:
    return _("høyt og lavt") if share.opposite else _("høyt og høyt")


def place(value: float, outcome: OutcomeView) -> float:
    """Where a share stands in the picture, whose right end is the highest interval of them all."""
    top = max(max(share.high, share.weight) for share in outcome.shares) or 1.0
    return round(value / top * WIDTH, 1)


def in_sentence(title: str) -> str:
    """The title inside a sentence: a small first letter, unless it begins with an abbreviation."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
