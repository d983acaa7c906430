"""Fjordvik kommune as it is imagined: its units, its people's names, its targets and its figures.

Targets are Molde's and Øyer's published ones; sick leave and budget deviation move as theirs did.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MUNICIPALITY = "Fjordvik kommune"
TOP = "FK"
SEED = 20293


@dataclass(frozen=True)
class DemoUnit:
    """`staff` are placed directly on the unit; `parents` are the families it serves."""

    code: str
    name: str
    type: str
    parent: str | None
    staff: int = 0
    parents: int = 0


UNITS: tuple[DemoUnit, ...] = (
    DemoUnit(TOP, MUNICIPALITY, "kommune", None, staff=16),
    DemoUnit("OK", "Oppvekst og kultur", "område", TOP),
    DemoUnit("OK1", "Fjordvik skole", "skole", "OK", staff=92),
    DemoUnit("OK2", "Nesset skole", "skole", "OK", staff=47),
    DemoUnit("OK3", "Bergtunet barnehage", "barnehage", "OK", staff=31, parents=96),
    DemoUnit("OK4", "Tyttebærtua barnehage", "barnehage", "OK", staff=14, parents=44),
    DemoUnit("OK5", "Kultur og bibliotek", "kultur", "OK", staff=12),
    DemoUnit("HM", "Helse og mestring", "område", TOP),
    DemoUnit("HM1", "Fjordvik sykehjem", "sykehjem", "HM", staff=120),
    DemoUnit("HM2", "Hjemmetjenesten", "hjemmetjeneste", "HM", staff=84),
    DemoUnit("HM3", "Psykisk helse og rus", "helse", "HM", staff=24),
    DemoUnit("TS", "Teknikk og samfunnsutvikling", "område", TOP),
    DemoUnit("TS1", "Drift og vedlikehold", "teknisk", "TS", staff=58),
    DemoUnit("TS2", "Vann og avløp", "teknisk", "TS", staff=19),
    DemoUnit("TS3", "Byggesak og landbruksforvaltning", "teknisk", "TS", staff=3),
)

FIRST_NAMES = (
    "Ingrid", "Ola", "Nora", "Jonas", "Amina", "Lars", "Sigrid", "Mehmet", "Åse", "Per", "Ida", "Håkon",
    "Fatima", "Erik", "Solveig", "Magnus", "Olena", "Bjørn", "Turid", "Henrik", "Maja", "Øystein", "Ewa", "Knut",
)  # fmt: skip
LAST_NAMES = (
    "Berg", "Dahl", "Ødegård", "Nilsen", "Haugen", "Ahmed", "Solbakken", "Lien", "Aasen", "Moen", "Vik", "Kovalenko",
    "Strand", "Nowak", "Eide", "Bakken", "Tangen", "Ali", "Hagen", "Myhre", "Sørli", "Fjeld", "Rønning", "Yilmaz",
)  # fmt: skip

# Sick leave in percent by unit and (year, tertial); Molde's school at 3.9, departments at 22 and 12,
# Sarpsborg's barnehage from 9.3 to 11.7.
SICK_LEAVE: Mapping[str, Mapping[tuple[int, int], float]] = {
    TOP: {(2024, 1): 9.4, (2024, 2): 8.1, (2024, 3): 9.2, (2025, 1): 9.6, (2025, 2): 8.4, (2025, 3): 9.0,
          (2026, 1): 8.9, (2026, 2): 8.2},
    "OK": {(2024, 1): 8.0, (2024, 2): 6.7, (2024, 3): 7.9, (2025, 1): 8.3, (2025, 2): 7.1, (2025, 3): 7.8,
           (2026, 1): 7.7, (2026, 2): 7.0},
    "OK1": {(2024, 1): 5.2, (2024, 2): 3.9, (2024, 3): 5.0, (2025, 1): 5.6, (2025, 2): 4.4, (2025, 3): 5.1,
            (2026, 1): 4.8, (2026, 2): 3.9},
    "OK2": {(2024, 1): 7.1, (2024, 2): 6.0, (2024, 3): 7.4, (2025, 1): 7.9, (2025, 2): 6.8, (2025, 3): 7.0,
            (2026, 1): 6.6, (2026, 2): 6.0},
    "OK3": {(2024, 1): 11.7, (2024, 2): 10.2, (2024, 3): 11.0, (2025, 1): 10.4, (2025, 2): 9.6, (2025, 3): 9.9,
            (2026, 1): 9.7, (2026, 2): 9.0},
    "OK4": {(2024, 1): 9.3, (2024, 2): 9.0, (2024, 3): 10.6, (2025, 1): 11.7, (2025, 2): 11.2, (2025, 3): 10.8,
            (2026, 1): 10.1, (2026, 2): 9.6},
    "HM": {(2024, 1): 11.8, (2024, 2): 10.4, (2024, 3): 11.6, (2025, 1): 12.2, (2025, 2): 11.0, (2025, 3): 11.3,
           (2026, 1): 11.1, (2026, 2): 10.5},
    "HM1": {(2024, 1): 12.0, (2024, 2): 10.8, (2024, 3): 12.1, (2025, 1): 22.0, (2025, 2): 14.8, (2025, 3): 13.2,
            (2026, 1): 12.6, (2026, 2): 11.4},
    "HM2": {(2024, 1): 12.3, (2024, 2): 10.9, (2024, 3): 11.9, (2025, 1): 12.0, (2025, 2): 11.1, (2025, 3): 11.4,
            (2026, 1): 11.0, (2026, 2): 10.7},
    "TS": {(2024, 1): 6.3, (2024, 2): 5.2, (2024, 3): 6.0, (2025, 1): 6.1, (2025, 2): 5.4, (2025, 3): 5.9,
           (2026, 1): 5.7, (2026, 2): 5.0},
    "TS1": {(2024, 1): 6.6, (2024, 2): 5.6, (2024, 3): 6.4, (2025, 1): 6.5, (2025, 2): 5.8, (2025, 3): 6.1,
            (2026, 1): 5.9, (2026, 2): 5.3},
}  # fmt: skip

# Net deviation from the budget in percent; above zero is money left.
BUDGET_DEVIATION: Mapping[str, Mapping[tuple[int, int], float]] = {
    TOP: {(2024, 3): 0.4, (2025, 1): -0.6, (2025, 2): -0.9, (2025, 3): -0.3, (2026, 1): -0.8, (2026, 2): -0.5},
    "OK": {(2024, 3): 0.2, (2025, 1): -0.4, (2025, 2): -0.7, (2025, 3): 0.0, (2026, 1): -0.5, (2026, 2): -0.2},
    "OK1": {(2024, 3): 0.6, (2025, 1): 0.1, (2025, 2): 0.0, (2025, 3): 0.3, (2026, 1): 0.2, (2026, 2): 0.1},
    "OK2": {(2024, 3): -0.2, (2025, 1): -0.9, (2025, 2): -1.0, (2025, 3): -0.4, (2026, 1): -0.6, (2026, 2): -0.3},
    "OK3": {(2024, 3): 0.1, (2025, 1): -0.5, (2025, 2): -1.2, (2025, 3): -0.2, (2026, 1): -1.1, (2026, 2): -0.8},
    "OK4": {(2024, 3): 0.3, (2025, 1): -0.2, (2025, 2): -0.5, (2025, 3): 0.1, (2026, 1): -0.7, (2026, 2): -0.4},
    "HM": {(2024, 3): -0.5, (2025, 1): -1.4, (2025, 2): -1.9, (2025, 3): -1.1, (2026, 1): -1.6, (2026, 2): -1.2},
    "HM1": {(2024, 3): -0.8, (2025, 1): -2.1, (2025, 2): -2.6, (2025, 3): -1.7, (2026, 1): -2.0, (2026, 2): -1.5},
    "HM2": {(2024, 3): -0.1, (2025, 1): -0.8, (2025, 2): -1.0, (2025, 3): -0.4, (2026, 1): -0.9, (2026, 2): -0.6},
    "TS": {(2024, 3): 1.1, (2025, 1): 0.8, (2025, 2): 0.5, (2025, 3): 0.9, (2026, 1): 0.3, (2026, 2): 0.4},
    "TS1": {(2024, 3): 1.3, (2025, 1): 0.9, (2025, 2): 0.6, (2025, 3): 1.0, (2026, 1): 0.2, (2026, 2): 0.5},
}  # fmt: skip

# Mean tendency of each theme as a share of its scale: people like their tasks more than their training.
LEVELS: Mapping[str, Mapping[str, float]] = {
    "medarbeider": {"IM": 0.80, "MT": 0.82, "AU": 0.78, "BK": 0.79, "ML": 0.72, "RK": 0.79, "RU": 0.64, "FV": 0.80,
                    "MK": 0.74, "PM": 0.87},
    "foresatte-barnehage": {"TRI": 0.84, "MED": 0.72, "RES": 0.83, "TIL": 0.78, "INF": 0.73, "FYS": 0.68,
                            "HEL": 0.80},
    "innbygger": {"BO": 0.74, "TJE": 0.60, "MOT": 0.58, "TLT": 0.55, "MED": 0.46, "HEL": 0.62},
}  # fmt: skip

# Share of permanent staff who have had an appraisal talk (Øyer: 85 %); whole years.
STAFF_TALKS: Mapping[str, Mapping[tuple[int, int], float]] = {
    TOP: {(2023, 0): 78.0, (2024, 0): 81.0, (2025, 0): 85.0},
    "OK4": {(2023, 0): 92.0, (2024, 0): 100.0, (2025, 0): 93.0},
    "HM1": {(2023, 0): 61.0, (2024, 0): 66.0, (2025, 0): 74.0},
}
