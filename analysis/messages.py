"""Sentences that a page may show: written in bokmål here, translated by whoever shows them.

The pure packages know no languages of pages. A message keeps its template and its values apart, so that a page can look
up the template among its translations; as a `str` it is the bokmål sentence. Templates are marked with `N_`, which the
catalogues of translations are made from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

NAMED_AT_MOST: Final = 5
"""Names in one sentence."""

MessageValue = str | int | float | tuple[str, ...]


def N_(template: str) -> str:  # noqa: N802 (the mark that gettext's tools know)
    """The template as it is: only a mark for `translations.catalogues`.

    >>> N_("Filen er tom.")
    'Filen er tom.'
    """
    return template


@dataclass(frozen=True)
class Message:
    """template: a sentence with %(named)s places, marked with `N_`. values: what fills them; a tuple is names, a float
    has two decimals.

    >>> str(Message(N_("Filen har %(count)s linjer."), {"count": 3}))
    'Filen har 3 linjer.'
    >>> str(Message(N_("%(items)s mangler."), {"items": ("A", "B")}))
    'A og B mangler.'
    """

    template: str
    values: Mapping[str, MessageValue] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.values:
            return self.template
        return self.template % {
            name: listed(value)
            if isinstance(value, tuple)
            else _two_decimals(value)
            if isinstance(value, float)
            else value
            for name, value in self.values.items()
        }


def _two_decimals(value: float) -> str:
    return f"{value:.2f}".replace(".", ",").replace("-", "−")


@dataclass(frozen=True)
class Caution:
    """Why something is missing, or must be read with care. As a `str`, in bokmål, the factor stands first.

    factor: the key of the factor it is about, «» when it is about the whole. sentences: one after the other.
    """

    factor: str
    sentences: tuple[Message, ...]

    def __str__(self) -> str:
        text = " ".join(map(str, self.sentences))
        return f"{self.factor}: {text}" if self.factor else text


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first five of them.

    >>> listed(["A", "B", "C"]), listed(list("ABCDEFG"))
    ('A, B og C', 'A, B, C, D, E og 2 til')
    """
    if len(names) > NAMED_AT_MOST:
        return f"{', '.join(names[:NAMED_AT_MOST])} og {len(names) - NAMED_AT_MOST} til"
    return " og ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
