"""What a sign-in provider says of a person: plain values, found by a path and compared with what is wanted.

Providers build claims differently. Entra has lists of identifiers, Feide names its claims with whole web addresses, and
Ansattporten has lists of objects in lists of objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Claims = Mapping[str, Any]


@dataclass(frozen=True)
class WantedValue:
    """A value that a claim must have: exactly `value`, or one that ends with `ends_with`. The other one is empty."""

    path: str
    value: str = ""
    ends_with: str = ""

    def fits(self, found: str) -> bool:
        if self.ends_with:
            return found.casefold().endswith(self.ends_with.casefold())
        return found == self.value


def holds(claims: Claims, wanted: Sequence[WantedValue]) -> bool:
    """Whether the claims have every wanted value.

    Paths into the same list of objects are asked of the same object: «one organisation with this number and this
    right», and never the number of one and the right of another.
    """
    return _holds(claims, [(each.path, each) for each in wanted])


def _holds(node: object, wanted: Sequence[tuple[str, WantedValue]]) -> bool:
    if isinstance(node, list):
        return any(_holds(each, wanted) for each in node)
    if isinstance(node, Mapping):
        by_key: dict[str, list[tuple[str, WantedValue]]] = {}
        for path, value in wanted:
            key = _key_of(node, path)
            if key is None:
                return False
            by_key.setdefault(key, []).append((path[len(key) + 1 :], value))
        return all(_holds(node[key], inner) for key, inner in by_key.items())
    found = _text(node)
    return found is not None and all(not path and value.fits(found) for path, value in wanted)


def first_text(claims: Claims, path: str) -> str:
    """The text at the path; of several, the first. Empty when there is none."""
    node: object = claims
    rest = path
    while True:
        if isinstance(node, list):
            node = node[0] if node else None
        elif isinstance(node, Mapping):
            key = _key_of(node, rest)
            if key is None:
                return ""
            node, rest = node[key], rest[len(key) + 1 :]
        else:
            return (_text(node) or "") if not rest else ""


def has_claim(claims: Claims, path: str) -> bool:
    """Whether there is a claim for the path to begin in."""
    return _key_of(claims, path) is not None


def is_left_out(claims: Claims, path: str) -> bool:
    """Whether the provider says that the claim is too large for the token and is to be fetched elsewhere.

    Entra does so with the groups of whoever is in more than two hundred (OpenID Connect Core 5.6.2, «_claim_names»).
    Her groups are then unknown, which is not the same as none.
    """
    elsewhere = claims.get("_claim_names")
    named = isinstance(elsewhere, Mapping) and _key_of(elsewhere, path) is not None
    return not has_claim(claims, path) and (named or (path == "groups" and claims.get("hasgroups") is True))


def _key_of(node: Mapping[str, Any], path: str) -> str | None:
    """The longest key that the path begins with: a key may have dots of its own, as a web address has."""
    fitting = [key for key in node if path == key or path.startswith(f"{key}.")]
    return max(fitting, key=len, default=None)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return None
