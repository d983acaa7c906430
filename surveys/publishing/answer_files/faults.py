"""What is wrong with a file of answers, told once for each cause, and the choice that would settle it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.answer_mapping import LabelChoice
from surveys.files.report import ImportFault, told_once
from surveys.platform.texts import translated

if TYPE_CHECKING:
    from analysis.tables import FileFaults


@dataclass(frozen=True)
class AnswerFileFaults:
    """faults: one for each cause. more: those beyond the first thousand. choices: what would settle some of them."""

    faults: tuple[ImportFault, ...]
    more: int
    choices: frozenset[LabelChoice]


def told_faults(error: "FileFaults") -> AnswerFileFaults:
    """The faults in the reader's language."""
    faults = told_once(
        ImportFault(translated(fault.message), fault.line, fault.column or "", cause=fault.message.template)
        for fault in error.faults
    )
    choices = frozenset(fault.settled_by for fault in error.faults if fault.settled_by)
    return AnswerFileFaults(faults, error.total - len(error.faults), choices)
