"""The screening of all units in plain words."""

from collections.abc import Sequence

from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _, ngettext
from surveys.release.measures import Measure, MeasureKind
from surveys.release.models import ChangeBasis
from surveys.results.screening.queries import Family, FoundChange
from surveys.results.texts import clear_word


def lead(family: Family, own: Sequence[FoundChange], *, everything: bool) -> str:
    """The finding, before any number of the method."""
    if not family.compared:
        return _("Det finnes ingen tidligere undersøkelse å sammenligne med.")
    if not family.tested:
        return _("Ingen enhet har nok svar begge ganger til at vi kan si noe om endring.")
    if not family.found:
        return _("Ingen enhet har en tydelig endring.")
    if everything:
        return _clear_changes(family.found)
    if not own:
        return _("Ingen av enhetene hos dere har en tydelig endring.")
    return str(
        ngettext(
            "%(num)s tydelig endring hos dere.",
            "%(num)s tydelige endringer hos dere.",
            len(own),
        )
    )


def _clear_changes(found: int) -> str:
    return str(ngettext("%(num)s tydelig endring.", "%(num)s tydelige endringer.", found))


def chance_sentences(family: Family) -> list[str]:
    """How far chance alone reaches, and which changes stand out all the same."""
    sentences = [
        _(
            "Endringene er de samme som på siden til hver enhet. En enhet der ingenting er endret, har høyst "
            "5 prosent sjanse for å få en tydelig endring likevel. %(chance)s",
            chance=_by_chance(family),
        )
    ]
    if family.found:
        sentences.append(_standing_out(family))
    return sentences


def _by_chance(family: Family) -> str:
    units = ngettext("%(count)s enhet", "%(count)s enheter", family.units, count=number(family.units, 0))
    if family.by_chance < 1:
        return _("Av %(units)s blir det færre enn én.", units=units)
    return str(
        ngettext(
            "Av %(units)s blir det høyst rundt %(num)s.",
            "Av %(units)s blir det høyst rundt %(num)s.",
            round(family.by_chance),
            units=units,
        )
    )


def _standing_out(family: Family) -> str:
    if not family.standing_out:
        return _("Ingen av endringene skiller seg ut når vi ser alle enhetene under ett.")
    return str(
        ngettext(
            "%(num)s av endringene skiller seg ut også når vi ser alle enhetene under ett. Den er merket i tabellen.",
            "%(num)s av endringene skiller seg ut også når vi ser alle enhetene under ett. De er merket i tabellen.",
            family.standing_out,
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
    """For a reader of a part: how many there are in all."""
    if not family.found:
        return ""
    return _("I hele undersøkelsen: %(changes)s", changes=_clear_changes(family.found))


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
    """«Tydelig opp siden 2024», and whose earlier figure it is counted from when it is not the unit's own."""
    since = clear_word(change.year, up=change.up)
    if change.basis == ChangeBasis.MERGED:
        since = _("%(since)s, regnet fra enhetene den ble slått sammen av", since=since)
    if change.stands_out:
        return _("%(since)s. Skiller seg ut blant alle enhetene", since=since)
    return since
