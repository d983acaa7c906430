"""Exports as payroll systems write them: titles above, a sum below, split names, and columns nobody asked for."""

from dataclasses import dataclass, replace
from typing import Final

# Code, name, type, code of the unit above.
UNITS: Final = (
    ("4999", "Tindværøy kommune", "Kommune", ""),
    ("30", "Helse-, omsorgs- og velferdstjenester", "Kommunalområde", "4999"),
    ("3110", "Hjemmetjenesten Ytre Straumsnes og Øyværet", "Virksomhet", "30"),
    ("3120", "Rehabiliterings- og korttidsavdelingen", "Virksomhet", "30"),
    ("3130", "Oppfølgingstjenesten psykisk helse og rus", "Virksomhet", "30"),
    ("20", "Oppvekst og kunnskapsutvikling", "Kommunalområde", "4999"),
    ("2110", "Blåbærlyngen naturbarnehage", "Virksomhet", "20"),
    ("2120", "Skjærgårdsøya oppvekstsenter", "Virksomhet", "20"),
    ("40", "Samfunnsutvikling og tekniske tjenester", "Kommunalområde", "4999"),
    ("4110", "Vann- og avløpsforvaltningen", "Virksomhet", "40"),
)
_WORKPLACES: Final = ("3110", "3120", "3130", "2110", "2120", "4110")
_AREAS: Final = ("30", "20", "40")
_FIRST: Final = (
    "Åse",
    "Bjørn Ærlend",
    "Cathrine",
    "Dagfinn",
    "Øyvind",
    "Fride",
    "Gøril",
    "Håkon",
    "Ingebjørg",
    "Jørn",
)
_LAST: Final = ("Sæterbø", "Bråthen", "Kjærsgård-Ødegaard", "Myklebust", "Østensjø", "Tveit")
_EACH: Final = 10


@dataclass(frozen=True)
class ExportedPerson:
    """One line of the export."""

    number: str
    first_name: str
    last_name: str
    email: str
    unit: str
    is_leader: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def everybody() -> list[ExportedPerson]:
    """Ten people in each workplace and the heads of three areas. Numbers keep their zeros in front."""
    heads = [
        ExportedPerson(f"00{100 + index}", "Kommunalsjef", name, f"sjef{code}@tindvaer.example", code, True)
        for index, (code, name) in enumerate(zip(_AREAS, ("Ås", "Bø", "Næss"), strict=True))
    ]
    staff = [
        ExportedPerson(
            f"0{1000 + unit_index * _EACH + index}",
            _FIRST[index],
            last,
            f"ansatt{unit}.{index}@tindvaer.example",
            unit,
            index == 0,
        )
        for unit_index, (unit, last) in enumerate(zip(_WORKPLACES, _LAST, strict=True))
        for index in range(_EACH)
    ]
    return [*heads, *staff]


def with_shared_mailbox(people: list[ExportedPerson], address: str) -> list[ExportedPerson]:
    """The last two of the water works read one mailbox."""
    return [*people[:-2], *(replace(each, email=address) for each in people[-2:])]


def units_file() -> bytes:
    """«Nivå» is the type, and the budget is nobody's business here."""
    rows = [
        "Organisasjonsoversikt Tindværøy kommune;;;;",
        ";;;;",
        "Organisasjonskode;Organisasjonsnavn;Nivå;Overordnet enhetsnr;Budsjettansvarlig i økonomisystemet",
        *(f"{code};{name};{kind};{parent};ØK-{code}" for code, name, kind, parent in UNITS),
    ]
    return _as_excel_saves(rows)


def people_file(people: list[ExportedPerson]) -> bytes:
    """«Medarb.ID» is a heading nothing is known of: HR has to say what it is."""
    rows = [
        "sep=;",
        "Medarbeideroversikt – alle arbeidsforhold;;;;;;;;",
        "Skrevet ut 27.11.2026 16:42 av system;;;;;;;;",
        ";;;;;;;;",
        "Medarb.ID;Fornavn;Etternavn;E-post jobb;Ansvar;Er leder;Stillingsprosent;Stillingsbetegnelse;Mobil privat",
        *(
            f"{each.number}; {each.first_name} ;{each.last_name};{each.email};{each.unit};"
            f"{'Ja' if each.is_leader else ''};{'100,00' if each.is_leader else '80,50'};Fagarbeider/sjåfør;900 00 000"
            for each in people
        ),
        f"Antall ansatte: {len(people)};;;;;;;;",
    ]
    return _as_excel_saves(rows)


def _as_excel_saves(rows: list[str]) -> bytes:
    """A Norwegian Windows Excel's «CSV (semikolondelt)»."""
    return "\r\n".join([*rows, ""]).encode("cp1252")
