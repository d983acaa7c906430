"""What is said of a survey that was weighted when its answers were counted: on pages, by commands and in files."""

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _, ngettext
from surveys.release.weighting.models import SurveyWeighting, WeightProblem, WeightSource


def weighted_by_text(survey: Survey, about: SurveyWeighting) -> str:
    """What the answers were weighted by."""
    if about.source == WeightSource.COLUMN:
        return _(
            "Svarene er vektet etter kolonnen «%(column)s» i filen de ble lest fra.", column=about.names[0]
        )
    asked = {one.key: localised(one.text) for one in questionnaire_of(survey.instrument).background}
    return _(
        "Svarene er vektet slik at de fordeler seg som befolkningen på %(questions)s.",
        questions=listed([f"«{asked.get(name, name)}»" for name in about.names]),
    )


def cost_text(smallest: float, largest: float, n: int, design_effect: float, effective_n: float) -> str:
    """How far the weights reach, and what they cost."""
    return _(
        "Vektene går fra %(smallest)s til %(largest)s ganger snittet. Designeffekten er %(effect)s: De %(n)s svarene "
        "gir like sikre tall som %(effective)s uvektede.",
        smallest=number(smallest, 2),
        largest=number(largest, 2),
        effect=number(design_effect, 2),
        n=number(n, 0),
        effective=number(effective_n, 0),
    )


def moved_text(moved: int, n: int) -> str:
    """How many answers have another weight than their own."""
    return ngettext(
        "%(num)s av %(n)s svar hadde en vekt som færre enn 20 delte. Det har fått snittet av de nærmeste vektene, så "
        "ingen kan kjennes igjen.",
        "%(num)s av %(n)s svar hadde en vekt som færre enn 20 delte. De har fått snittet av de nærmeste vektene, så "
        "ingen kan kjennes igjen.",
        moved,
        n=number(n, 0),
    )


def problem_text(problem: WeightProblem) -> str:
    """Why the survey has no weighted means though it was to be weighted."""
    return {
        WeightProblem.TOO_FEW: _(
            "Ingen tall blir vektet: Det må være minst to grupper på 20 svar som har hver sin vekt."
        ),
        WeightProblem.NOBODY: _(
            "Ingen tall blir vektet: Befolkningen har folk i en gruppe som ingen har svart fra."
        ),
        WeightProblem.NOT_MET: _(
            "Ingen tall blir vektet: Tallene for befolkningen kan ikke stemme for alle spørsmålene samtidig."
        ),
        WeightProblem.UNITS: _(
            "Ingen tall blir vektet: Vektene deler svarene akkurat som enhetene gjør, og kunne røpe en liten enhet."
        ),
    }[problem]
