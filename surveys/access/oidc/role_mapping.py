"""The operator's file that says which claims give which roles.

roles:
  - claim: groups                       # Entra
    value: 2f1c7a2e-0d6b-4f0e-8f57-0c9a5f3f2b11
    role: hr
    unit: K
  - claim: authorization_details.authorized_parties.orgno.ID      # Ansattporten
    value: "0192:987464291"
    also:
      - claim: authorization_details.resource
        value: urn:altinn:resource:medvirk-leder
    role: leader
    unit: OPV
ask_for:                                # more that the provider wants to be asked for
  - name: acr_values
    value: substantial
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.faults import DefinitionError
from questionnaires.source import read_bytes, read_document
from surveys.access.models import Role
from surveys.access.oidc.claims import Claims, WantedValue, holds
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _
from surveys.platform.typed_data import FileDataError, NoOtherFields, from_file

_OURS: Final = frozenset(
    {
        "client_id",
        "client_secret",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "redirect_uri",
        "request",
        "request_uri",
        "response_mode",
        "response_type",
        "scope",
        "state",
    }
)
"""What Medvirk says itself when it asks for a sign-in."""


class RoleMappingError(Exception):
    """The file cannot be used; `faults` has every reason, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class ClaimCondition(NoOtherFields):
    """One more value that the claims must have."""

    claim: str
    value: str = ""
    ends_with: str = ""


@dataclass(frozen=True)
class RoleRow(NoOtherFields):
    """Whoever has the value (and all of `also`) gets the role on the unit with the code and all below it."""

    claim: str
    role: Role
    unit: str
    value: str = ""
    ends_with: str = ""
    also: Sequence[ClaimCondition] = ()

    @property
    def wanted(self) -> tuple[WantedValue, ...]:
        conditions = (ClaimCondition(self.claim, self.value, self.ends_with), *self.also)
        return tuple(WantedValue(each.claim, each.value, each.ends_with) for each in conditions)


@dataclass(frozen=True)
class AskedFor(NoOtherFields):
    """A parameter that the provider is sent with each sign-in."""

    name: str
    value: str


@dataclass(frozen=True)
class RoleMapping(NoOtherFields):
    """The whole file."""

    roles: Sequence[RoleRow]
    ask_for: Sequence[AskedFor] = ()

    @property
    def claims(self) -> frozenset[str]:
        """The path of every claim that a row asks for."""
        return frozenset(each.path for row in self.roles for each in row.wanted)

    def rows_for(self, claims: Claims) -> list[RoleRow]:
        return [row for row in self.roles if holds(claims, row.wanted)]


NO_ROLES: Final = RoleMapping(())


def read_role_mapping(file: Path) -> RoleMapping:
    """The file's content. A file that is not there gives no roles. Raises RoleMappingError with every fault."""
    if not file.exists():
        return NO_ROLES
    try:
        document = read_document(read_bytes(file), str(file))
        faults = [str(fault) for fault in document.faults]
        mapping = from_file(RoleMapping, document.value)
    except DefinitionError as error:
        raise RoleMappingError([str(fault) for fault in error.faults]) from None
    except FileDataError as error:
        raise RoleMappingError([f"{file}: {fault}" for fault in error.faults]) from None
    faults += [f"{file}: {fault}" for fault in _faults(mapping)]
    if faults:
        raise RoleMappingError(faults)
    return mapping


def _faults(mapping: RoleMapping) -> Iterator[str]:
    for index, row in enumerate(mapping.roles):
        for path, wanted in zip(_paths(row), row.wanted, strict=True):
            if not wanted.path:
                yield _("roles[%(index)s]%(path)s: claim kan ikke være tom.", index=index, path=path)
            if bool(wanted.value) == bool(wanted.ends_with):
                yield _(
                    "roles[%(index)s]%(path)s: skriv enten value eller ends_with.", index=index, path=path
                )
    for index, asked in enumerate(mapping.ask_for):
        if asked.name in _OURS:
            yield _("ask_for[%(index)s].name: «%(name)s» setter Medvirk selv.", index=index, name=asked.name)


def _paths(row: RoleRow) -> list[str]:
    return ["", *(f".also[{index}]" for index in range(len(row.also)))]


def units_named(session: Session, mapping: RoleMapping) -> dict[str, Unit]:
    """Code → unit, for the units of today that the file names."""
    codes = {row.unit for row in mapping.roles}
    found = session.scalars(select(Unit).where(Unit.code.in_(codes)))
    today = municipal_day()
    return {unit.code: unit for unit in found if not has_ended(unit, today)}


def unknown_units(session: Session, mapping: RoleMapping) -> list[str]:
    """Codes in the file that no unit of today has."""
    return sorted({row.unit for row in mapping.roles} - set(units_named(session, mapping)))
