"""«Tenkte folk over svarene?»: signs of careless answers as shares of everybody, in words."""

from dataclasses import dataclass

from surveys.platform.localisation import number, percent
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredQuality


@dataclass(frozen=True)
class CarelessRow:
    """One pattern: its share, how many it is judged for, what it may mean and what it does not. Texts."""

    pattern: str
    share: str
    n: str
    meaning: str
    reservation: str


def careless_rows(result: StoredQuality) -> list[CarelessRow]:
    """The patterns that can be judged in this survey; none in reports from before they were counted."""
    texts = {
        "same": (
            _("Samme svar på alle påstandene"),
            _("Kan være noen som svarte uten å lese."),
            _("Noen mener det samme om alt, særlig når påstandene likner på hverandre."),
        ),
        "long_run": (
            _("Samme svar på minst halvparten av påstandene på rad"),
            _("Kan være noen som ble trøtte av skjemaet."),
            _("Påstander om det samme temaet står etter hverandre, og da er like svar naturlig."),
        ),
        "contradiction": (
            _("Samme svar på påstander som er snudd og ikke snudd"),
            _("Enig i det motsatte også: trolig ikke lest."),
            _("Kan også være en snudd påstand som er vanskelig å forstå."),
        ),
        "inconsistent": (
            _("De to halvdelene av temaene følger ikke hverandre"),
            _("Kan være tilfeldige svar."),
            _("Den som mener omtrent det samme om alle temaene, havner også her."),
        ),
    }
    known = [(key, found) for key, found in result.more.carelessness.items() if key in texts]
    return [
        CarelessRow(texts[key][0], percent(found.share), number(found.n, 0), *texts[key][1:])
        for key, found in known
        if found.share is not None
    ]
