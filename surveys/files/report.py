"""What an import found and would do: values that the command line prints and a page can show."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from surveys.platform.texts import _

_LINES_NAMED: Final = 5
_VALUES_TOLD: Final = 10


@dataclass(frozen=True)
class ImportFault:
    """Something wrong in a file. `line` counts from 1 as a spreadsheet shows it; None: the file as a whole.

    cause: faults with the same cause in the same column are told together when there are many. others: further lines.
    """

    message: str
    line: int | None = None
    column: str = ""
    cause: str = ""
    others: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.line is None and not self.column:
            return _("Filen: %(message)s", message=self.message)
        if self.line is None:
            return _("Filen, kolonne «%(column)s»: %(message)s", column=self.column, message=self.message)
        lines = lines_in_words((self.line, *self.others))
        if not self.column:
            return _("Linje %(line)s: %(message)s", line=lines, message=self.message)
        return _(
            "Linje %(line)s, kolonne «%(column)s»: %(message)s",
            line=lines,
            column=self.column,
            message=self.message,
        )


def lines_in_words(lines: Iterable[object]) -> str:
    """«3, 5 og 8», and of many «3, 5, 8, 9, 12 og 40 til»."""
    named = [str(line) for line in lines]
    shown, rest = named[:_LINES_NAMED], len(named) - _LINES_NAMED
    if rest > 0:
        return _("%(lines)s og %(rest)s til", lines=", ".join(shown), rest=rest)
    if len(shown) < 2:
        return "".join(shown)
    return _("%(lines)s og %(last)s", lines=", ".join(shown[:-1]), last=shown[-1])


def told_once(faults: Iterable[ImportFault]) -> tuple[ImportFault, ...]:
    """One message for one cause, in the order of the first lines: the same words in the same column are one fault."""
    by_words: dict[tuple[str, str], list[ImportFault]] = {}
    for fault in faults:
        by_words.setdefault((fault.message, fault.column), []).append(fault)
    merged = [_merged(same) for same in by_words.values()]
    by_cause: dict[tuple[str, str], list[ImportFault]] = {}
    for fault in merged:
        by_cause.setdefault((fault.cause or fault.message, fault.column), []).append(fault)
    told: list[ImportFault] = []
    for same in by_cause.values():
        if len(same) <= _VALUES_TOLD:
            told += same
        else:
            told.append(
                replace(
                    _merged(same),
                    message=_("%(message)s De andre linjene har samme feil.", message=same[0].message),
                )
            )
    return tuple(sorted(told, key=lambda fault: fault.line or 0))


def _merged(same: list[ImportFault]) -> ImportFault:
    first = same[0]
    lines = sorted({line for fault in same for line in (fault.line, *fault.others) if line is not None})
    return replace(first, line=lines[0], others=tuple(lines[1:])) if lines else first


class FileRefusedError(Exception):
    """A file that cannot be read at all, or must not be; `faults` holds every reason found."""

    def __init__(self, *faults: ImportFault) -> None:
        self.faults = told_once(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class ImportChange:
    """One unit or person that the import touches: its code or number, and what happens in plain words."""

    key: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.name}" + (f" – {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class ImportQuestion:
    """What somebody must answer before a file is used: nothing is changed while one is open.

    kind: what it is about. count: the number it is about. key: which one, when there are several of a kind.
    """

    kind: str
    text: str
    count: int = 0
    key: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOutLine:
    """A line that is not taken in: its cells as the file has them, and why."""

    line: int
    cells: tuple[str, ...]
    faults: tuple[ImportFault, ...]


@dataclass(frozen=True)
class LeftOutLines:
    """The lines of a file that are not taken in. headings: the file's own. usable: how many of the lines are taken in.

    consequences: what it means that they are left out, in sentences.
    """

    lines: tuple[LeftOutLine, ...] = ()
    headings: tuple[str, ...] = ()
    usable: int = 0
    consequences: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def faults(self) -> tuple[ImportFault, ...]:
        """Each fault once, as `told_once`."""
        return told_once(fault for line in self.lines for fault in line.faults)

    def only_for(self, cause: str) -> int:
        """How many lines have no other fault than this."""
        return sum(all(fault.cause == cause for fault in line.faults) for line in self.lines)


@dataclass(frozen=True)
class ImportReport:
    """The whole result of an import. With `faults` or `questions`, nothing has been changed, whatever was asked for.

    warnings: what to look at before the file is used; it can be used as it is. left_out: lines with faults, when
    somebody has asked for the rest without them.
    """

    new: tuple[ImportChange, ...] = ()
    changed: tuple[ImportChange, ...] = ()
    ended: tuple[ImportChange, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    faults: tuple[ImportFault, ...] = ()
    applied: bool = False
    questions: tuple[ImportQuestion, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: LeftOutLines = field(default_factory=LeftOutLines)

    @property
    def changes(self) -> int:
        return len(self.new) + len(self.changed) + len(self.ended)


def described(*differences: tuple[str, str, str]) -> str:
    """«navn: Gamle → Nye; type: – → skole» for every (word, old, new) that differs, in the order given."""
    return "; ".join(f"{word}: {old or '–'} → {new or '–'}" for word, old, new in differences if old != new)
