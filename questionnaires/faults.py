"""A fault in a questionnaire file: which file, where in it, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
PathStep = str | int


@dataclass(frozen=True)
class DefinitionFault:
    """One thing that is wrong in a questionnaire file.

    `path` names the place inside the file, like `factors.LEAD.items[1].text.nn`, and is empty for the file as
    a whole. `message` is Norwegian and says what is wrong and what to do. `line` counts from 1, None when
    unknown. An error stops the questionnaire from being used, a warning does not.
    """

    file: str
    path: str
    message: str
    severity: Severity = "error"
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class DefinitionError(ValueError):
    """A questionnaire file that cannot be used; `faults` holds everything found, warnings included."""

    def __init__(self, faults: Sequence[DefinitionFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults if fault.severity == "error"))


def path_text(steps: Sequence[PathStep]) -> str:
    """The steps into a document as people read them: keys joined by full stops, indexes in brackets."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
