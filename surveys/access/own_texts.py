"""What somebody who signs in has written about units: gathered for the report of what is held about her account.

Each part of the product that keeps such texts gives them; the site says which parts there are.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app
from sqlalchemy.orm import Session

from surveys.access.models import Account

_EXTENSION: Final = "medvirk_own_texts"


@dataclass(frozen=True)
class OwnText:
    """what: the kind of text, in words. words: all of it that she wrote. withdrawn: it counts no more, and is kept."""

    unit_id: int
    what: str
    day: dt.date
    words: str
    withdrawn: bool = False


OwnTexts = Callable[[Session, Account], Iterable[OwnText]]


def init_app(app: Flask, sources: Sequence[OwnTexts]) -> None:
    app.extensions[_EXTENSION] = tuple(sources)


def own_texts(session: Session, account: Account) -> list[OwnText]:
    """Everything, the oldest first."""
    sources: Sequence[OwnTexts] = current_app.extensions[_EXTENSION]
    found = [each for source in sources for each in source(session, account)]
    return sorted(found, key=lambda each: each.day)


def joined(*parts: str) -> str:
    """The parts that say something, as one text."""
    return " / ".join(part for part in parts if part)
