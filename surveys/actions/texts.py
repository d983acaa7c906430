"""The words for actions: states, aims and evaluations."""

from collections.abc import Mapping

from surveys.actions.models import ActionAim, ActionStatus, WasDone
from surveys.platform.texts import _


def status_words() -> Mapping[ActionStatus, str]:
    return {
        ActionStatus.PLANNED: _("Planlagt"),
        ActionStatus.STARTED: _("I gang"),
        ActionStatus.DONE: _("Gjort"),
        ActionStatus.DROPPED: _("Droppet"),
    }


def aim_words() -> Mapping[ActionAim, str]:
    return {ActionAim.IMPROVE: _("Noe vi vil forbedre"), ActionAim.KEEP: _("Noe vi vil beholde")}


def done_words() -> Mapping[WasDone, str]:
    """The answers to «Gjorde vi det?»."""
    return {
        WasDone.YES: _("Ja"),
        WasDone.PARTLY: _("Delvis"),
        WasDone.NO: _("Nei"),
        WasDone.SKIPPED: _("Vi hopper over vurderingen"),
    }
