"""What a leader may ask and say in the meeting: about the group and its work, never about who answered what."""

from typing import Literal

from surveys.platform.texts import _
from surveys.reports.material.contents import UnitMaterial

SlideKind = Literal["title", "summary", "chart", "turnout", "questions", "about"]


def meeting_questions(material: UnitMaterial) -> tuple[str, str, str]:
    """Three questions: do we recognise it, what to keep, what to improve."""
    return (
        _("Kjenner dere dere igjen i dette bildet av %(unit)s?", unit=material.unit_name),
        _("Hva vil vi ta vare på, og hva gjør vi som får det til?"),
        _("Hva er én ting vi vil bli bedre på, og hva vil vi se når det virker?"),
    )


def notes_for(kind: SlideKind, material: UnitMaterial) -> str:
    """What to say to a slide. A unit without figures has only the first and the last."""
    if kind == "title" and not material.shown:
        return _(
            "Si hvorfor tallene ikke vises: de kunne ha røpet hva enkeltpersoner har svart. Dere kan likevel snakke om "
            "hvordan dere har det."
        )
    said: dict[SlideKind, str] = {
        "title": _(
            "Takk for svarene. Si at tallene gjelder gruppa, og at ingen skal gjette hvem som har svart hva. I dag "
            "skal dere velge én ting å ta vare på og én ting å gjøre bedre."
        ),
        "summary": _("Les setningene rolig. Vent med forklaringer til gruppa har sagt hva den ser."),
        "chart": _(
            "Gi alle ett minutt til å se. Spør hva som overrasker, og hva som ikke gjør det. Små forskjeller mellom "
            "temaer kan være tilfeldige. Se etter ordene «tydelig opp» og «tydelig ned» i resultatet."
        ),
        "turnout": _(
            "Si hvor mange som svarte. Ikke spør hvem som ikke gjorde det. Det er frivillig å svare."
        ),
        "questions": _(
            "La hver tenke i to minutter, snakk to og to i fem minutter, og ta så en runde. Skriv ned én ting å ta "
            "vare på og én ting å gjøre bedre."
        ),
        "about": _("Vis dette hvis noen spør hvor tallene kommer fra, eller hvorfor et tall er skjult."),
    }
    return said[kind]
