"""Rules that join two places of a file: keys, scales, factors, pages, reporting."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from questionnaires.codes import LARGEST_VALUE
from questionnaires.draft import (
    DefinitionFinding,
    DefinitionPath,
    DraftDefinition,
    Raw,
    mapping,
    sequence,
    words,
)
from questionnaires.faults import path_text

SMALLEST_VALUE: Final = 0
FEWEST_ITEMS: Final = 3  # below three items, internal consistency says almost nothing
PLACED: Final = ("factors", "questions", "background", "comments")  # what a page may hold
RESERVED_KEYS: Final = frozenset({"csrf_token"})  # the form field Flask-WTF adds to every page

_VALUE: Final = re.compile(r"-?[0-9]{1,6}")


def key_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    """A question's key is its form field and its column: one question each."""
    first: dict[str, DefinitionPath] = {}
    for steps, question in draft.questions():
        key = question.get("key")
        if not isinstance(key, str):
            continue
        place = (*steps, "key")
        if key in RESERVED_KEYS:
            yield DefinitionFinding(place, f"Nøkkelen «{key}» er opptatt av programmet. Velg en annen.")
        elif key in first:
            message = (
                f"Nøkkelen «{key}» er alt brukt i {path_text(first[key])}. Gi spørsmålet sin egen nøkkel."
            )
            yield DefinitionFinding(place, message)
        else:
            first[key] = steps


def scale_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for key, scale in draft.scales.items():
        steps: DefinitionPath = ("scales", key, "points")
        values = _values(scale)
        for value in values:
            if not SMALLEST_VALUE <= value <= LARGEST_VALUE:
                message = f"Verdien {value} er utenfor {SMALLEST_VALUE}–{LARGEST_VALUE}. Bruk små heltall."
                yield DefinitionFinding((*steps, str(value)), message)
        inside = [value for value in values if SMALLEST_VALUE <= value <= LARGEST_VALUE]
        missing = sorted(set(range(min(inside), max(inside))) - set(inside)) if inside else []
        if missing:
            some = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
            yield DefinitionFinding(
                steps, f"Skalaen har hull: {some} mangler. Verdiene må følge etter hverandre."
            )


def factor_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for key, factor in draft.factors.items():
        scale = factor.get("scale")
        if isinstance(scale, str) and scale not in draft.scales:
            message = f"Skalaen «{scale}» finnes ikke under scales. {_choices(draft.scales)}"
            yield DefinitionFinding(("factors", key, "scale"), message)
        count = len(sequence(factor.get("items")))
        if 0 < count < FEWEST_ITEMS:
            message = (
                f"Faktoren har bare {count} påstand{'er' if count > 1 else ''}. Med færre enn {FEWEST_ITEMS} "
                "sier målene på pålitelighet lite. Legg til flere om det går."
            )
            yield DefinitionFinding(("factors", key, "items"), message, "warning")
    for steps, item in draft.items():
        if item.get("reversed") is True and not item.get("reason"):
            message = "Påstanden er snudd uten begrunnelse. Skriv hvorfor under «reason»."
            yield DefinitionFinding(steps, message, "warning")


def page_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    """Every factor and question on exactly one page; nothing unknown, nothing twice, no page empty."""
    listed = bool(sequence(draft.raw.get("pages")))
    if listed:  # without a list of pages, each factor gets its own
        yield from _placed_once(
            draft, "factors", list(draft.factors), {key: ("factors", key) for key in draft.factors}
        )
    questions = {str(entry.get("key")): steps for steps, entry in draft.listed("questions")}
    yield from _placed_once(draft, "questions", _section_keys(draft, "questions"), questions)
    if not listed:
        return
    for section in ("background", "comments"):
        yield from _choice_findings(draft, section)
    for steps, page in draft.pages():
        if page and not any(_chosen(draft, page, name) for name in PLACED):
            message = (
                "Siden er tom. Sett en faktor, questions, background eller comments på den, eller fjern den."
            )
            yield DefinitionFinding(steps, message)


def _placed_once(
    draft: DraftDefinition, section: str, known: Sequence[str], places: Mapping[str, DefinitionPath]
) -> Iterator[DefinitionFinding]:
    """Findings for a section whose every entry must be named by one page."""
    placed: dict[str, DefinitionPath] = {}
    for steps, page in draft.pages():
        yield from _placed(words(page.get(section)), (*steps, section), known, placed)
    what, it = ("Faktoren", "den") if section == "factors" else ("Spørsmålet", "det")
    for key in known:
        if key not in placed:
            yield DefinitionFinding(
                places[key], f"{what} «{key}» står ikke på noen side. Sett {it} på en side i pages."
            )


def _choice_findings(draft: DraftDefinition, section: str) -> Iterator[DefinitionFinding]:
    known = _section_keys(draft, section)
    placed: dict[str, DefinitionPath] = {}
    for steps, page in draft.pages():
        yield from _placed(_chosen(draft, page, section), (*steps, section), known, placed)


def _placed(
    chosen: Sequence[str], steps: DefinitionPath, known: Sequence[str], placed: dict[str, DefinitionPath]
) -> Iterator[DefinitionFinding]:
    """Findings for the keys a page places; notes in `placed` where each was seen first."""
    for index, key in enumerate(chosen):
        place = (*steps, index)
        if key not in known:
            yield DefinitionFinding(place, f"«{key}» finnes ikke. {_choices(known)}")
        elif key in placed:
            yield DefinitionFinding(
                place, f"«{key}» står alt i {path_text(placed[key])}. La det stå på én side."
            )
        else:
            placed[key] = place


def _chosen(draft: DraftDefinition, page: Raw, section: str) -> list[str]:
    """The keys a page names; every key of the section for `true`."""
    choice = page.get(section)
    return _section_keys(draft, section) if choice is True else words(choice)


def _section_keys(draft: DraftDefinition, section: str) -> list[str]:
    return words([entry.get("key") for _, entry in draft.listed(section)])


def report_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    report = mapping(draft.raw.get("report"))
    if report.get("shares_only") is True and report.get("index") is True:
        message = "En indeks er et gjennomsnitt, men skjemaet skal bare vises som andeler. Velg én av dem."
        yield DefinitionFinding(("report", "index"), message)
    favourable = report.get("favourable_from")
    spans = [(min(values), max(values)) for scale in draft.scales.values() if (values := _values(scale))]
    if isinstance(favourable, int) and spans and not any(low <= favourable <= high for low, high in spans):
        texts = " eller ".join(dict.fromkeys(f"{low}–{high}" for low, high in spans))
        message = f"Verdien {favourable} finnes ikke på noen skala. Velg en verdi i {texts}."
        yield DefinitionFinding(("report", "favourable_from"), message)


def comparison_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    for steps, comparison in draft.listed("compares_with"):
        if comparison.get("factors") == [] and not comparison.get("reason"):
            message = (
                "Ingen faktorer kan sammenlignes. Skriv hvorfor i reason, eller ta bort sammenligningen."
            )
            yield DefinitionFinding((*steps, "factors"), message)
        for index, key in enumerate(words(comparison.get("factors"))):
            if key not in draft.factors:
                message = f"Faktoren «{key}» finnes ikke i dette skjemaet. {_choices(draft.factors)}"
                yield DefinitionFinding((*steps, "factors", index), message)


def _values(scale: Raw) -> list[int]:
    points: Any = mapping(scale.get("points"))
    return [int(value) for value in points if _VALUE.fullmatch(value)]


def _choices(known: Sequence[str] | Raw) -> str:
    return f"Velg blant: {', '.join(known)}." if known else "Det er ingen å velge blant ennå."
