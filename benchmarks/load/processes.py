"""What the kernel knows about a process and everything below it: processor time and memory."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Megabytes (10^6 bytes) of one process: resident, and its fair share of what it shares with others (PSS)."""

    resident: float
    share: float


def tree(root: int) -> list[int]:
    """The process and all its living descendants."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := _stat(int(folder.name))):
            parents[int(folder.name)] = int(fields[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the whole tree so far, children that have ended and were waited for included."""
    ticks = 0
    for process in tree(root):
        if fields := _stat(process):
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS


def memory(process: int) -> Memory:
    """Raises OSError when the process has ended."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return Memory(_kilobytes(text, "Rss") * 1024 / 1e6, _kilobytes(text, "Pss") * 1024 / 1e6)


def has_loaded(process: int, library: str) -> bool:
    """True when a file of the library is mapped into the process."""
    return f"/{library}/" in Path(f"/proc/{process}/maps").read_text()


def _kilobytes(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    assert found, f"no {name} in smaps_rollup"
    return int(found.group(1))


def _stat(process: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on (proc(5): field 3 is first here); none when it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []
