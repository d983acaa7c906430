"""What a page says after something was done: at its top, or at the place on it where it was done.

A page that says it shows messages (`uses_messages`) writes `messages_at(place)` at each place something may be said of.
"""

from dataclasses import dataclass
from typing import Final

from flask import Flask, flash, g, get_flashed_messages

MESSAGE_ID: Final = "melding"
"""The id of the newest message of a place: the reader is led to it, and a screen reader reads it out once."""

_TOP: Final = "message"
"""The category Flask gives a message without one."""


@dataclass(frozen=True)
class PlacedMessage:
    """A message as it is written. element_id: «» for one that nobody is led to."""

    words: str
    element_id: str


def flash_at(place: str, said: str) -> str:
    """Has the next page say it at this place, or at its top when that is gone; the anchor to redirect to."""
    flash(said, place)
    return MESSAGE_ID


def messages_at(place: str) -> list[PlacedMessage]:
    """What is to be said at a place of the page that is being written."""
    _said_at().add(place)
    return [message for found, message in _messages() if found == place]


def messages_left() -> list[PlacedMessage]:
    """What is to be said at the page's top, once the rest of it is written."""
    return [message for place, message in _messages() if place not in _said_at()]


def _said_at() -> set[str]:
    if "messages_said_at" not in g:
        g.messages_said_at = set()
    found: set[str] = g.messages_said_at
    return found


def _messages() -> list[tuple[str, PlacedMessage]]:
    """(place, message), in the order they were said. Flask gives the same ones for the whole request."""
    found = get_flashed_messages(with_categories=True)
    led_to = max((index for index, (place, _words) in enumerate(found) if place != _TOP), default=None)
    return [
        (place, PlacedMessage(words, MESSAGE_ID if index == led_to else ""))
        for index, (place, words) in enumerate(found)
    ]


def init_app(app: Flask) -> None:
    """Gives templates `messages_at` and `messages_left`."""
    app.jinja_env.globals.update(messages_at=messages_at, messages_left=messages_left)
