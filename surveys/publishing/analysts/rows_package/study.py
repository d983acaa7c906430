"""What a codebook says of a survey besides its variables."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised, percent
from surveys.release.analysts.row_variables import RowVariable

SCORING: Final = (
    "Skåren til en person er snittet av påstandene i temaet, når minst {share} av dem er besvart. En snudd påstand "
    "teller som skalaens laveste pluss skalaens høyeste minus svaret. 97, 98, 99 og blank er ikke svar."
)
WEIGHTS: Final = "Radene er ikke vektet. Alle svar teller like mye."
FORGOTTEN_WEIGHTS: Final = (
    " Undersøkelsen har også vektede snitt for alle under ett. De kan ikke regnes ut av radene: vektene ble slettet da "
    "svarene ble talt opp eller lest inn."
)
COARSE: Final = (
    "Radene står i tilfeldig rekkefølge. En rad har enheten sin bare der alle tallene for den enheten er frigitt. "
    "Ellers har den nærmeste enhet over, slik at færre enn {least} aldri står alene."
)


@dataclass(frozen=True)
class Study:
    """key, title: the survey's. rows: how many. variables: in the columns' order. left_out: why factors and background
    are missing, in words. counts: variable → code → rows; none of the unit's. is_weighted: it has weighted means.
    """

    key: str
    title: str
    municipality: str
    opens_on: dt.date
    closes_on: dt.date
    made_on: dt.date
    rows: int
    minimum_group: int
    questionnaire: Questionnaire
    variables: tuple[RowVariable, ...]
    left_out: tuple[str, ...]
    counts: Mapping[str, Mapping[int, int]]
    is_weighted: bool = False

    def count(self, variable: RowVariable, code: int) -> int:
        """How many rows have this code."""
        return self.counts[variable.name].get(code, 0)

    def blanks(self, variable: RowVariable) -> int:
        return self.rows - sum(self.counts[variable.name].values())

    @property
    def scoring(self) -> str:
        return SCORING.format(share=percent(self.questionnaire.minimum_answered))

    @property
    def coarse(self) -> str:
        return COARSE.format(least=self.minimum_group)

    @property
    def weights(self) -> str:
        return WEIGHTS + (FORGOTTEN_WEIGHTS if self.is_weighted else "")

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Those with statements among the variables."""
        there = {variable.factor.key for variable in self.variables if variable.factor}
        return tuple(factor for factor in self.questionnaire.factors if factor.key in there)

    @property
    def kind_of_people(self) -> str:
        return {"employee": "Ansatte", "user": "Brukere", "citizen": "Innbyggere"}[self.questionnaire.kind]

    def of_factor(self, factor: Factor) -> tuple[RowVariable, ...]:
        return tuple(variable for variable in self.variables if variable.factor == factor)

    @property
    def instrument(self) -> str:
        return f"{localised(self.questionnaire.title)}, versjon {self.questionnaire.version}"
