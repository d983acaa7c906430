"""The nine criteria of a self-assessment and its five levels, in the municipality's own words.

The idea, what one does (five criteria) and what comes of it (four), is that of the EFQM excellence model of 2010; the
texts are ours. The set is fixed, so that years and units can be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.platform.texts import _


@dataclass(frozen=True)
class Criterion:
    """question: what the unit asks itself."""

    key: str
    title: str
    question: str


@dataclass(frozen=True)
class CriterionGroup:
    title: str
    criteria: Sequence[Criterion]


def criterion_groups() -> list[CriterionGroup]:
    """What the unit does, and what comes of it, in the order of the form."""
    return [
        CriterionGroup(
            _("Slik arbeider vi"),
            [
                Criterion("leadership", _("Ledelse"), _("Viser lederne vei, og er de lette å få tak i?")),
                Criterion("strategy", _("Mål og planer"), _("Kjenner alle målene, og styrer vi etter dem?")),
                Criterion("people", _("Medarbeidere"), _("Får alle brukt og utviklet det de kan?")),
                Criterion(
                    "resources",
                    _("Samarbeid og ressurser"),
                    _("Bruker vi penger, lokaler, utstyr og samarbeidspartnere godt?"),
                ),
                Criterion(
                    "services",
                    _("Tjenester og rutiner"),
                    _("Er tjenestene laget sammen med dem som bruker dem, og retter vi det som svikter?"),
                ),
            ],
        ),
        CriterionGroup(
            _("Dette får vi til"),
            [
                Criterion(
                    "user_results", _("Resultater for brukerne"), _("Får brukerne det de har behov for?")
                ),
                Criterion(
                    "people_results", _("Resultater for medarbeiderne"), _("Trives folk, og blir de værende?")
                ),
                Criterion(
                    "society_results",
                    _("Resultater for lokalsamfunnet"),
                    _("Merker innbyggerne og miljøet at vi gjør en forskjell?"),
                ),
                Criterion(
                    "key_results", _("De viktigste resultatene"), _("Når vi målene og holder budsjettet?")
                ),
            ],
        ),
    ]


def criteria() -> list[Criterion]:
    return [criterion for group in criterion_groups() for criterion in group.criteria]


def level_words() -> Mapping[int, str]:
    """Level → what it means."""
    return {
        0: _("ikke begynt"),
        25: _("prøvd noen steder"),
        50: _("i bruk de fleste steder"),
        75: _("i bruk overalt, og vurdert jevnlig"),
        100: _("noe andre kan lære av"),
    }
