"""The buttons of the outline page: each names what to do and with which node, and saves everything typed."""

import re
from dataclasses import dataclass
from enum import StrEnum

from surveys.platform.texts import _
from surveys.scorecards.outline.editing import added, moved, removed, with_pair, without_pair
from surveys.scorecards.outline.nodes import CardOutline, OutlineLevel


class OutlineVerb(StrEnum):
    """What a button does. Its value is the first part of the button's value: «opp:12»."""

    SAVE = "lagre"
    ADD = "legg-til"
    UP = "opp"
    DOWN = "ned"
    REMOVE = "fjern"
    # Saves, and goes on to the indicator's own page, to what is missing, or to the file.
    INDICATOR = "indikator"
    APPROVE = "godkjenn"
    UPLOAD = "fil"
    UNDO = "angre"
    # Takes out every node that is ticked.
    TAKE_OUT = "ta-ut"
    # Two chosen indicators are read beside each other, or no longer are.
    PAIR = "legg-til-par"
    UNPAIR = "fjern-par"


@dataclass(frozen=True)
class OutlineAction:
    verb: OutlineVerb
    node_id: int | None = None


@dataclass(frozen=True)
class ActedOutline:
    """The outline afterwards, what was done, and the node to go to."""

    outline: CardOutline
    words: str
    focus: int | None = None


def read_action(value: str) -> OutlineAction:
    """A button's value; anything else saves."""
    found = re.fullmatch(r"([a-z-]+)(?::([0-9]{1,9}))?", value)
    if found is None or found[1] not in set(OutlineVerb):
        return OutlineAction(OutlineVerb.SAVE)
    return OutlineAction(OutlineVerb(found[1]), int(found[2]) if found[2] else None)


def act(
    outline: CardOutline,
    action: OutlineAction,
    ticked: frozenset[int] = frozenset(),
    chosen: tuple[int, int] = (0, 0),
) -> ActedOutline:
    """The outline with the button's change. A node that somebody else removed meanwhile changes nothing.

    ticked: the nodes to take out. chosen: the two to read beside each other, opplevd first.
    """
    if action.verb is OutlineVerb.PAIR:
        return ActedOutline(with_pair(outline, *chosen), _("La til et par"))
    if action.verb is OutlineVerb.UNPAIR:
        return ActedOutline(without_pair(outline, action.node_id or 0), _("Fjernet et par"))
    if action.verb is OutlineVerb.TAKE_OUT:
        for node_id in ticked:
            outline = removed(outline, node_id)
        return ActedOutline(outline, _("Tok ut indikatorer"))
    if action.verb is OutlineVerb.ADD:
        changed = added(outline, action.node_id)
        focus = outline.next_id if changed is not outline else None
        found = changed.find(focus) if focus is not None else None
        return ActedOutline(changed, _added_words(found[0]) if found else "", focus)
    node = outline.find(action.node_id or 0)
    if node is None:
        return ActedOutline(outline, _("Endret tekst"))
    name = node[1].name or _("uten navn")
    match action.verb:
        case OutlineVerb.UP:
            return ActedOutline(
                moved(outline, node[1].id, -1), _("Flyttet opp: %(name)s", name=name), node[1].id
            )
        case OutlineVerb.DOWN:
            return ActedOutline(
                moved(outline, node[1].id, 1), _("Flyttet ned: %(name)s", name=name), node[1].id
            )
        case OutlineVerb.REMOVE:
            return ActedOutline(removed(outline, node[1].id), _("Fjernet: %(name)s", name=name))
        case _:
            return ActedOutline(outline, _("Endret tekst"), node[1].id)


def _added_words(level: OutlineLevel) -> str:
    return {
        OutlineLevel.PERSPECTIVE: _("La til et perspektiv"),
        OutlineLevel.GOAL: _("La til et mål"),
        OutlineLevel.FACTOR: _("La til en kritisk suksessfaktor"),
        OutlineLevel.INDICATOR: _("La til en indikator"),
    }[level]
