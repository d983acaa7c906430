"""Fjordvik's organisation, people and accounts."""

import datetime as dt
import itertools
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.access.passwords import hash_unjudged
from surveys.demo.fjordvik import FIRST_NAMES, LAST_NAMES, MUNICIPALITY, TOP, UNITS
from surveys.organisation.models import Installation, Person, Unit

PASSWORD = "fjordvik-demo"  # noqa: S105 – printed for everybody who starts the demo, on this machine only


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    role: Role
    unit: str
    what: str


ACCOUNTS = (
    DemoAccount("hr", "Hanne Rønning", Role.HR, TOP, "HR"),
    DemoAccount("leder", "Lise Dahl", Role.LEADER, "OK4", "enhetsleder i Tyttebærtua barnehage, 14 ansatte"),
    DemoAccount(
        "bergtunet", "Ida Haugen", Role.LEADER, "OK3", "enhetsleder i Bergtunet barnehage, 31 ansatte"
    ),
    DemoAccount(
        "oppvekst",
        "Marit Strand",
        Role.LEADER,
        "OK",
        "kommunalsjef for oppvekst og kultur, leder for lederne av barnehagene",
    ),
    DemoAccount("politiker", "Per Olav Tangen", Role.POLITICIAN, TOP, "politiker"),
    DemoAccount("sykehjem", "Sigrid Vik", Role.LEADER, "HM1", "enhetsleder i Fjordvik sykehjem, 120 ansatte"),
    DemoAccount("tillitsvalgt", "Amina Solbakken", Role.REPRESENTATIVE, TOP, "tillitsvalgt"),
    DemoAccount("direktor", "Kari Eide", Role.CONTROLLER, TOP, "kommunedirektør"),
)


def build_municipality(session: Session, seed: int) -> None:
    """Adds the installation, the units, the people and the accounts to the session."""
    session.add(
        Installation(id=1, municipality=MUNICIPALITY, synthetic=True, contact="hr@fjordvik.example.invalid")
    )
    units = _build_units(session)
    _build_people(session, units, seed)
    # Made once: a good hash takes its time, and the password is printed anyway.
    password = hash_unjudged(PASSWORD)
    for demo in ACCOUNTS:
        account = Account(username=demo.username, name=demo.name, password_hash=password, all_grants=[])
        account.all_grants.append(Grant(role=demo.role, unit_id=units[demo.unit].id))
        session.add(account)


def _build_units(session: Session) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for planned in UNITS:
        parent = units[planned.parent].id if planned.parent else None
        units[planned.code] = Unit(
            code=planned.code,
            name=planned.name,
            type=planned.type,
            parent_id=parent,
            valid_from=dt.date(2019, 1, 1),
        )
        session.add(units[planned.code])
        session.flush()
    return units


def _build_people(session: Session, units: dict[str, Unit], seed: int) -> None:
    random = np.random.default_rng(seed)
    numbers = itertools.count(1001)
    for planned in UNITS:
        for place in range(planned.staff):
            number = next(numbers)
            name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
            session.add(
                Person(
                    employee_number=str(number),
                    name=name,
                    email=f"ansatt{number}@fjordvik.example.invalid",
                    language=str(random.choice(["nb", "nn", "en"], p=[0.85, 0.07, 0.08])),
                    is_leader=place == 0,
                    unit_id=units[planned.code].id,
                )
            )
