"""Units of a file that may be one and the same: under the same unit, with nearly the same name."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from surveys.organisation.units_lines import UnitLine
from surveys.platform.texts import _

# Everything but letters and digits, whatever the alphabet.
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_SAYS_NOTHING = frozenset({"og", "and"})


def similar_units(lines: Sequence[UnitLine], new: Collection[str]) -> Iterator[str]:
    """A sentence for each unit in `new` (codes) whose neighbour in the file has nearly its name."""
    alike: dict[tuple[str, str], list[UnitLine]] = defaultdict(list)
    for line in lines:
        alike[line.parent, _plain(line.name)].append(line)
    for first, *others in alike.values():
        for other in others:
            if first.code in new or other.code in new:
                yield _(
                    "Linje %(first_line)s «%(first)s» og linje %(other_line)s «%(other)s» ser ut som samme enhet. "
                    "Er det én enhet, så behold én av linjene og bruk koden dens i ansattfilen. Er det to, kan du gå "
                    "videre.",
                    first_line=first.record.line,
                    first=first.name,
                    other_line=other.record.line,
                    other=other.name,
                )


def _plain(name: str) -> str:
    """«Vann- og Avløp» and «Vann & avløp» → «vann avløp»."""
    words = _BETWEEN_WORDS.split(name.casefold())
    return " ".join(word for word in words if word and word not in _SAYS_NOTHING)
