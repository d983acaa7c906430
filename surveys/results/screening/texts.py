"""The screening of all units in plain words."""

from collections.abc import Sequence

from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _, ngettext
from surveys.release.measures import Measure, MeasureKind
from surveys.release.models import ChangeBasis
from surveys.results.screening.queries import Family, FoundChange


def lead(family: Family, own: Sequence[FoundChange], *, everything: bool) -> str:
    """The finding, before any number of the method."""
    if not family.compared:
        return _("Det finnes ingen tidligere undersøkelse å sammenligne med.")
    if not family.screened:
        return _("Disse tallene ble frigitt før Medvirk begynte å se alle enheter under ett.")
    if not family.tested:
        return _("Ingen enhet har nok svar begge ganger til at vi kan si noe om endring.")
    if not family.found:
        return _("Ingen endringer er store nok til at vi kan stole på dem.")
    if everything:
        return _total(family)
    if not own:
        return _("Ingen av endringene hos dere er store nok til at vi kan stole på dem.")
    return str(
        ngettext(
            "%(num)s endring hos dere er så stor at den neppe er tilfeldig.",
            "%(num)s endringer hos dere er så store at de neppe er tilfeldige.",
            len(own),
        )
    )


def _total(family: Family) -> str:
    found = ngettext(
        "%(num)s endring er så stor at den neppe er tilfeldig.",
        "%(num)s endringer er så store at de neppe er tilfeldige.",
        family.found,
    )
    return f"{found} {_by_chance(family)}"


def _by_chance(family: Family) -> str:
    if family.found == 1:
        return _("Den kan likevel være tilfeldig.")
    return str(
        ngettext(
            "Regn med at høyst %(num)s av dem likevel er tilfeldig.",
            "Regn med at høyst %(num)s av dem likevel er tilfeldige.",
            family.by_chance,
        )
    )


def family_sentence(family: Family) -> str:
    """What was looked at: how many comparisons of how many units and themes."""
    tests, units, themes = family.tested, family.units, family.measures
    return _(
        "Vi har sammenlignet %(units)s på %(themes)s, i alt %(tests)s.",
        tests=ngettext("%(count)s sammenligning", "%(count)s sammenligninger", tests, count=number(tests, 0)),
        units=ngettext("%(count)s enhet", "%(count)s enheter", units, count=number(units, 0)),
        themes=ngettext("%(count)s tema", "%(count)s temaer", themes, count=number(themes, 0)),
    )


def whole_sentence(family: Family) -> str:
    """For a reader of a part: what the bound on chance is about."""
    if not family.found:
        return ""
    return _(
        "I hele undersøkelsen er det %(found)s. %(chance)s",
        found=ngettext(
            "%(count)s slik endring",
            "%(count)s slike endringer",
            family.found,
            count=number(family.found, 0),
        ),
        chance=_by_chance(family),
    )


def left_out_sentence(family: Family) -> str:
    """Which comparisons are not among them, and why; «» when all are."""
    if not family.left_out:
        return ""
    return str(
        ngettext(
            "%(num)s sammenligning er ikke med: den har for få svar, eller tallene er ikke fullt sammenlignbare.",
            "%(num)s sammenligninger er ikke med: de har for få svar, eller tallene er ikke fullt sammenlignbare.",
            family.left_out,
        )
    )


def caption(changes: Sequence[FoundChange], theme: str, way: str) -> str:
    """How many there are in the table, of which theme and way: also what a print says of the reader's choice."""
    count = str(
        ngettext(
            "%(num)s endring, etter enhetens navn", "%(num)s endringer, etter enhetens navn", len(changes)
        )
    )
    ways = {"opp": _("bare opp"), "ned": _("bare ned")}
    chosen = [localised(changes[0].measure.title)] if theme else []
    limits = ", ".join([*chosen, *([ways[way]] if way else [])])
    return f"{count} ({limits})" if limits else count


def value_text(measure: Measure, value: float) -> str:
    if measure.kind == MeasureKind.SHARE:
        return percent(value)
    return number(value)


def difference_text(change: FoundChange) -> str:
    """«+0,4 (+0,2 til +0,6)», in percentage points for a share."""
    share = change.measure.kind == MeasureKind.SHARE
    factor, decimals = (100, 0) if share else (1, 1)
    difference = number(change.difference * factor, decimals, sign=True)
    if share:
        difference = _("%(points)s prosentpoeng", points=difference)
    if change.ci_low is None or change.ci_high is None:
        return difference
    return _(
        "%(difference)s (%(low)s til %(high)s)",
        difference=difference,
        low=number(change.ci_low * factor, decimals, sign=True),
        high=number(change.ci_high * factor, decimals, sign=True),
    )


def word(change: FoundChange) -> str:
    """«Opp siden 2024», and whose earlier figure it is counted from when it is not the unit's own."""
    since = (
        _("Opp siden %(year)s", year=change.year) if change.up else _("Ned siden %(year)s", year=change.year)
    )
    if change.basis == ChangeBasis.MERGED:
        return _("%(since)s, regnet fra enhetene den ble slått sammen av", since=since)
    return since
