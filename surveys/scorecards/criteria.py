"""The nine questions to answer before an indicator is put on a card."""

from collections.abc import Mapping
from enum import StrEnum

from surveys.platform.texts import _


class Criterion(StrEnum):
    """Named for what is asked of the indicator. Stored: a member is never renamed."""

    IMPORTANT = "important"
    MEASURABLE_OVER_TIME = "measurable_over_time"
    CAN_BE_INFLUENCED = "can_be_influenced"
    AVAILABLE = "available"
    ACCEPTED = "accepted"
    CLEARLY_DEFINED = "clearly_defined"
    COMPARABLE = "comparable"
    EFFECT_CAN_BE_MEASURED = "effect_can_be_measured"
    SUPPORTS_THE_GOAL = "supports_the_goal"


def criterion_words() -> Mapping[Criterion, str]:
    """The questions, in the order they are asked."""
    return {
        Criterion.IMPORTANT: _("Den er viktig for målet."),
        Criterion.MEASURABLE_OVER_TIME: _("Vi kan måle den over tid."),
        Criterion.CAN_BE_INFLUENCED: _("Vi kan påvirke den."),
        Criterion.AVAILABLE: _("Tallene er lette å få tak i."),
        Criterion.ACCEPTED: _("De som blir målt, godtar den."),
        Criterion.CLEARLY_DEFINED: _("Den er klart definert."),
        Criterion.COMPARABLE: _("Vi kan sammenligne den med andre enheter eller andre år."),
        Criterion.EFFECT_CAN_BE_MEASURED: _("Den viser om tiltakene virker."),
        Criterion.SUPPORTS_THE_GOAL: _("Den trekker i samme retning som målet."),
    }
