"""What `medvirk doctor` says of each thing it has looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DoctorFinding:
    """One thing that was looked at: in order, worth knowing, or wrong."""

    what: str
    is_wrong: bool = False
    is_note: bool = False

    @property
    def mark(self) -> str:
        if self.is_wrong:
            return "FEIL"
        return "MERK" if self.is_note else " OK "
