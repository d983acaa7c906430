"""What an import found and would do: values that the command line prints and a page can show."""

from dataclasses import dataclass

from surveys.platform.texts import _


@dataclass(frozen=True)
class ImportFault:
    """Something wrong in a file. `line` counts from 1 as a spreadsheet shows it; None: the file as a whole."""

    message: str
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        if self.line is None and not self.column:
            return _("Filen: %(message)s", message=self.message)
        if self.line is None:
            return _("Filen, kolonne «%(column)s»: %(message)s", column=self.column, message=self.message)
        if not self.column:
            return _("Linje %(line)s: %(message)s", line=self.line, message=self.message)
        return _(
            "Linje %(line)s, kolonne «%(column)s»: %(message)s",
            line=self.line,
            column=self.column,
            message=self.message,
        )


class FileRefusedError(Exception):
    """A file that cannot be read at all, or must not be; `faults` holds every reason found."""

    def __init__(self, *faults: ImportFault) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class ImportChange:
    """One unit or person that the import touches: its code or number, and what happens in plain words."""

    key: str
    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.key} {self.name}" + (f" – {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class ImportReport:
    """The whole result of an import. With `faults`, nothing has been changed, whatever was asked for."""

    new: tuple[ImportChange, ...] = ()
    changed: tuple[ImportChange, ...] = ()
    ended: tuple[ImportChange, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    faults: tuple[ImportFault, ...] = ()
    applied: bool = False

    @property
    def changes(self) -> int:
        return len(self.new) + len(self.changed) + len(self.ended)


def described(*differences: tuple[str, str, str]) -> str:
    """«navn: Gamle → Nye; type: – → skole» for every (word, old, new) that differs, in the order given."""
    return "; ".join(f"{word}: {old or '–'} → {new or '–'}" for word, old, new in differences if old != new)
