"""What an import found and would do: values that the command line prints and a page can show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ImportFault:
    """Something wrong in a file. `line` counts from 1 as a spreadsheet shows it; None: the file as a whole."""

    message: str
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        place = f"Linje {self.line}" if self.line is not None else "Filen"
        if self.column:
            place += f", kolonne «{self.column}»"
        return f"{place}: {self.message}"


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


def described(**differences: tuple[str, str]) -> str:
    """«navn: Gamle → Nye; type: – → skole» for every pair that differs, in the order given."""
    return "; ".join(
        f"{word}: {old or '–'} → {new or '–'}" for word, (old, new) in differences.items() if old != new
    )
