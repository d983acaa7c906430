"""Rules about the way through a questionnaire: what a condition may ask about, and that every page can be met.

A condition looks back to an earlier page only, so the way has no circle and no question decides about itself.
Earlier page, not merely earlier question: without JavaScript a page cannot change while it is filled in.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from questionnaires.draft import (
    DefinitionFinding,
    DefinitionPath,
    DraftDefinition,
    Raw,
    mapping,
    sequence,
    words,
)
from questionnaires.handling import NONE_VALUE, NOT_APPLICABLE_VALUE
from questionnaires.kinds import handler_named

RULES: Final = ("is", "not", "answered")
AUDIENCES: Final = frozenset({"leaders", "staff"})


@dataclass(frozen=True)
class _Asked:
    """A question, or a page as a whole, where it stands: on which page, for whom, and under which conditions."""

    page: int
    audiences: frozenset[str]
    conditions: tuple[tuple[DefinitionPath, Raw], ...]


def route_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    """What is wrong with each condition; where nothing is, whether what it guards can ever be met."""
    asked = dict(_walk(draft))
    faulty: set[DefinitionPath] = set()  # what rests on a faulty condition is not judged on top of it
    for own, where in _guarded(draft):
        found = list(_condition_findings(draft, own, where.page, asked))
        found = found or list(_reach_findings(draft, own, where, asked, faulty))
        if found:
            faulty.add(own[0])
        yield from found


def _guarded(draft: DraftDefinition) -> Iterator[tuple[tuple[DefinitionPath, Raw], _Asked]]:
    """Every condition once, with where what it guards stands."""
    told: set[DefinitionPath] = set()
    for _, where in _walk(draft):
        for last, (steps, condition) in enumerate(where.conditions, start=1):
            if steps not in told:
                told.add(steps)
                # A page is judged by its own condition, a question by its page's and its own.
                yield (steps, condition), replace(where, conditions=where.conditions[:last])


def _walk(draft: DraftDefinition) -> Iterator[tuple[str, _Asked]]:
    """Every question by key, page by page as the respondent meets them."""
    questions = _by_key(draft)
    for number, (page, conditions, keys) in enumerate(_pages(draft)):
        audience = page.get("audience")
        audiences = frozenset({audience}) & AUDIENCES if isinstance(audience, str) else frozenset()
        for key in keys:
            own = _conditions(*questions[key]) if key in questions else ()
            yield key, _Asked(number, audiences or AUDIENCES, (*conditions, *own))


def _pages(draft: DraftDefinition) -> Iterator[tuple[Raw, tuple[tuple[DefinitionPath, Raw], ...], list[str]]]:
    """Each page with its conditions and the keys of its questions, those at the end by default included."""
    rest = {section: _keys(draft, section) for section in ("background", "comments")}
    pages = list(draft.pages()) or [((), {"factors": [key]}) for key in draft.factors]
    for steps, page in pages:
        keys = [key for factor in words(page.get("factors")) for key in _item_keys(draft, factor)]
        keys += words(page.get("questions"))
        for section, left in rest.items():
            chosen = _keys(draft, section) if page.get(section) is True else words(page.get(section))
            keys += chosen
            rest[section] = [key for key in left if key not in chosen]
        yield page, _conditions(steps, page), keys
    yield from (({}, (), keys) for keys in rest.values() if keys)


def _by_key(draft: DraftDefinition) -> dict[str, tuple[DefinitionPath, Raw]]:
    found = ((question.get("key"), steps, question) for steps, question in draft.questions())
    return {key: (steps, question) for key, steps, question in found if isinstance(key, str)}


def _keys(draft: DraftDefinition, section: str) -> list[str]:
    return words([entry.get("key") for _, entry in draft.listed(section)])


def _item_keys(draft: DraftDefinition, factor: str) -> list[str]:
    return words(
        [mapping(item).get("key") for item in sequence(mapping(draft.factors.get(factor)).get("items"))]
    )


def _conditions(steps: DefinitionPath, guarded: Raw) -> tuple[tuple[DefinitionPath, Raw], ...]:
    condition = guarded.get("when")
    return (((*steps, "when"), condition),) if isinstance(condition, dict) else ()


def _condition_findings(
    draft: DraftDefinition, own: tuple[DefinitionPath, Raw], page: int, asked: Mapping[str, _Asked]
) -> Iterator[DefinitionFinding]:
    steps, condition = own
    if sum(name in condition for name in RULES) != 1:
        message = "Vilkåret må ha ett av feltene is, not og answered, og bare ett."
        yield DefinitionFinding(steps, message)
    key = condition.get("question")
    if not isinstance(key, str):
        return
    place = (*steps, "question")
    if key not in asked:
        why = "står ikke på noen side" if key in _by_key(draft) else "finnes ikke"
        yield DefinitionFinding(place, f"Spørsmålet «{key}» {why}. Vis til et spørsmål på en tidligere side.")
    elif asked[key].page >= page:
        where = "på samme side" if asked[key].page == page else "på en senere side"
        yield DefinitionFinding(
            place, f"Spørsmålet «{key}» står {where}. Vis til et spørsmål på en tidligere side."
        )
    elif (handler := handler_named(_kind(draft, key))) and not handler.width:
        message = f"Veien kan ikke avhenge av «{key}», som er fri tekst. Vis til et spørsmål med faste svar."
        yield DefinitionFinding(place, message)
    else:
        yield from _value_findings(draft, steps, condition, key)


def _value_findings(
    draft: DraftDefinition, steps: DefinitionPath, condition: Raw, key: str
) -> Iterator[DefinitionFinding]:
    possible = _possible(draft, key)
    if possible is None:
        return
    for name in ("is", "not"):
        for index, value in enumerate(sequence(condition.get(name))):
            if isinstance(value, str | int) and str(value) not in possible:
                some = ", ".join(sorted(possible, key=lambda one: (len(one), one))[:12])
                message = f"«{value}» er ikke noe svar på «{key}». Svar som finnes: {some}."
                yield DefinitionFinding((*steps, name, index), message)


def _reach_findings(
    draft: DraftDefinition,
    own: tuple[DefinitionPath, Raw],
    where: _Asked,
    asked: Mapping[str, _Asked],
    faulty: set[DefinitionPath],
) -> Iterator[DefinitionFinding]:
    """Nobody meets it: those it is for are never asked, or the conditions on the way contradict each other."""
    steps, _ = own
    audiences, conditions = where.audiences, list(where.conditions)
    for place, condition in conditions:  # grows: what the conditions rest on has conditions of its own
        behind = asked.get(str(condition.get("question")))
        if behind is None or place in faulty:
            return
        audiences &= behind.audiences
        conditions += [one for one in behind.conditions if one not in conditions]
    what = "Siden" if steps[0] == "pages" else "Spørsmålet"
    if not audiences:
        message = f"{what} kan aldri vises: de som skal svare, får ikke spørsmålet vilkåret viser til."
        yield DefinitionFinding(steps, message)
    elif not _can_all_hold(draft, [condition for _, condition in conditions]):
        yield DefinitionFinding(steps, f"{what} kan aldri vises: vilkårene på veien dit motsier hverandre.")


def _can_all_hold(draft: DraftDefinition, conditions: list[Raw]) -> bool:
    by_question: dict[str, list[Raw]] = {}
    for condition in conditions:
        by_question.setdefault(str(condition.get("question")), []).append(condition)
    return all(_can_hold(draft, key, together) for key, together in by_question.items())


def _can_hold(draft: DraftDefinition, key: str, conditions: list[Raw]) -> bool:
    """Whether one answer, or leaving the question blank, can satisfy all these conditions on it."""
    wants_blank = any(condition.get("answered") is False for condition in conditions)
    if wants_blank:
        return all(condition.get("answered") is False for condition in conditions)
    refused = {value for condition in conditions for value in _values(condition, "not")}
    wanted = [_values(condition, "is") - refused for condition in conditions if condition.get("is")]
    handler = handler_named(_kind(draft, key))
    if handler is not None and handler.several:  # several may be ticked, but «none of these» only alone
        options, alone = _possible_parts(draft, key)
        together = all(one & options for one in wanted)
        return (together and bool(options - refused)) or any(
            all(value in one for one in wanted) for value in alone - refused
        )
    possible = _possible(draft, key)
    if wanted:
        return bool(frozenset.intersection(*wanted))
    return possible is None or bool(possible - refused)


def _values(condition: Raw, name: str) -> frozenset[str]:
    return frozenset(str(value) for value in sequence(condition.get(name)))


def _kind(draft: DraftDefinition, key: str) -> str | None:
    """The kind of a question; None for statements and background questions."""
    if key in _keys(draft, "comments"):
        return "text"
    for _, question in draft.listed("questions"):
        if question.get("key") == key:
            kind = question.get("kind")
            return kind if isinstance(kind, str) else None
    return None


def _possible(draft: DraftDefinition, key: str) -> frozenset[str] | None:
    """Every answer a condition can name, None when they are not listed (a month) or not readable."""
    shape = _answer_shape(draft, key)
    found: Collection[str] | None
    if handler := handler_named(_kind(draft, key)):
        found = handler.nameable(shape)
    else:  # a statement's scale, or a background question
        listed = mapping(shape.get("points", shape.get("options")))
        found = [str(one) for one in listed] or None
    return None if found is None else frozenset(found).union(_instead(shape))


def _possible_parts(draft: DraftDefinition, key: str) -> tuple[frozenset[str], frozenset[str]]:
    """The options of several choices, and what is ticked instead of them."""
    shape = _answer_shape(draft, key)
    return frozenset(mapping(shape.get("options"))), frozenset(_instead(shape))


def _instead(shape: Raw) -> Iterator[str]:
    if "not_applicable" in shape:
        yield NOT_APPLICABLE_VALUE
    if "none" in shape:
        yield NONE_VALUE


def _answer_shape(draft: DraftDefinition, key: str) -> Mapping[str, Any]:
    """The part of the file that says what may be answered: a scale, or the question itself."""
    for steps, item in draft.items():
        if item.get("key") == key:
            return mapping(draft.scales.get(str(draft.factors[str(steps[1])].get("scale"))))
    for _, question in draft.questions():
        if question.get("key") == key:
            return question
    return {}
