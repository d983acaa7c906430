"""Finding what feeds an indicator among hundreds of measures: by questionnaire, by words, or both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from surveys.platform.texts import _, ngettext
from surveys.scorecards.outline.source_choices import SourceChoice, SourceGroup, SourceTheme, source_groups

MOST_THEMES: Final = 40
"""More are not listed at once. No questionnaire has as many."""


@dataclass(frozen=True)
class SourceSearch:
    """As typed. questionnaire: its key, «» for all. chosen, stored: values such as «medarbeider ML», or «»."""

    questionnaire: str
    words: str
    chosen: str
    stored: str

    @property
    def is_empty(self) -> bool:
        return not (self.questionnaire or self.words.strip())


@dataclass(frozen=True)
class FoundTheme:
    """is_open: what was looked for, or what is chosen, is among the statements."""

    theme: SourceTheme
    is_open: bool


@dataclass(frozen=True)
class FoundGroup:
    title: str
    themes: Sequence[FoundTheme]


@dataclass(frozen=True)
class FoundSources:
    """kept: what can always be chosen and is not found below: nothing, what is chosen and what is stored.

    verdict: how many were found, and what to do when it was none or too many; «» before a search. questionnaires: key
    → title, of all that can be looked in.
    """

    search: SourceSearch
    questionnaires: Mapping[str, str]
    kept: Sequence[SourceChoice]
    groups: Sequence[FoundGroup]
    verdict: str


def search_of(fields: Mapping[str, str], stored: str) -> SourceSearch:
    """What the form, or its script, looks for."""
    return SourceSearch(fields.get("skjema", ""), fields.get("sok", ""), fields.get("mates", ""), stored)


def is_new_search(fields: Mapping[str, str]) -> bool:
    """Whether «Finn» was pressed, or Enter in a form that looks for something else than its page shows."""
    if fields.get("handling") == "enter":
        return any(fields.get(name, "") != fields.get(f"{name}-vist", "") for name in ("skjema", "sok"))
    return fields.get("handling") == "finn"


def find_sources(search: SourceSearch) -> FoundSources:
    groups = source_groups()
    found = [] if search.is_empty else [each for group in groups if (each := _found(group, search)).themes]
    count = sum(len(group.themes) for group in found)
    listed = list(_first(found, MOST_THEMES))
    shown = {choice.value for group in listed for each in group.themes for choice in _choices(each.theme)}
    names = {value: name for group in groups for value, name in group.names().items()}
    kept = [
        SourceChoice(value, names.get(value, value))
        for value in dict.fromkeys((search.chosen, search.stored))
        if value and value not in shown
    ]
    return FoundSources(
        search,
        {group.key: group.title for group in groups},
        [SourceChoice("", _("Nei, den føres inn")), *kept],
        listed,
        "" if search.is_empty else _verdict(count, search.words.strip()),
    )


def _verdict(count: int, words: str) -> str:
    if not count:
        return _(
            "Ingenting passer til «%(words)s». Prøv et kortere ord eller et annet spørreskjema.", words=words
        )
    if count > MOST_THEMES:
        return _(
            "Viser %(most)s av %(count)s treff. Skriv mer, eller velg et spørreskjema.",
            most=MOST_THEMES,
            count=count,
        )
    return ngettext("Ett treff.", "%(num)s treff.", count)


def _found(group: SourceGroup, search: SourceSearch) -> FoundGroup:
    if search.questionnaire not in {"", group.key}:
        return FoundGroup(group.title, ())
    parts = search.words.casefold().split()
    return FoundGroup(group.title, list(_fitting(group, parts, search.chosen)))


def _fitting(group: SourceGroup, parts: Sequence[str], chosen: str) -> Iterator[FoundTheme]:
    """A theme that fits has all its statements; another has those that fit. No parts fit everything."""
    for theme in group.themes:
        around = f"{group.title} {theme.title}"
        fits = _fits(parts, around, *theme.measures)
        told = [each for each in theme.statements if _fits(parts, around, each)]
        statements = theme.statements if fits else told
        if fits or told:
            named = bool(parts) and any(_fits(parts, "", each) for each in statements)
            is_chosen = any(each.value == chosen for each in statements)
            yield FoundTheme(replace(theme, statements=statements), named or not fits or is_chosen)


def _fits(parts: Sequence[str], around: str, *choices: SourceChoice) -> bool:
    """Every part of what was typed is somewhere in the words or codes."""
    text = " ".join([around, *(f"{each.words} {each.value}" for each in choices)]).casefold()
    return all(part in text for part in parts)


def _choices(theme: SourceTheme) -> Iterator[SourceChoice]:
    yield from theme.measures
    yield from theme.statements


def _first(groups: Sequence[FoundGroup], most: int) -> Iterator[FoundGroup]:
    """The groups with no more than so many themes in all."""
    for group in groups:
        if most <= 0:
            return
        yield replace(group, themes=group.themes[:most])
        most -= len(group.themes)
