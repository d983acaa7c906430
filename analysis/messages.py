"""Sentences that a page may show: written in bokmål here, translated by whoever shows them.

The pure packages know no languages of pages. A message keeps its template and its values apart, so that a page can look
up the template among its translations; as a `str` it is the bokmål sentence. Templates are marked with `N_`, which the
catalogues of translations are made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(template: str) -> str:  # noqa: N802 (the mark that gettext's tools know)
    """The template as it is: only a mark for `translations.catalogues`.

    >>> N_("Filen er tom.")
    'Filen er tom.'
    """
    return template


@dataclass(frozen=True)
class Message:
    """template: a sentence with %(named)s places, marked with `N_`. values: what fills them.

    >>> str(Message(N_("Filen har %(count)s linjer."), {"count": 3}))
    'Filen har 3 linjer.'
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template
