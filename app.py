"""The web application and the `medvirk` command."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

# The application's packages are imported by the functions: `medvirk --help` needs none of them, and must be quick.
if TYPE_CHECKING:
    from flask import Flask

    from surveys.platform.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application for one installation, with its pages."""
    with _nothing_is_garbage():
        from surveys.operating.health import add_health
        from surveys.site.application import add_pages

        return add_health(add_pages(create_base(settings)))


def create_base(settings: "Settings | None" = None) -> "Flask":
    """The application without pages: what most commands need, in half the time."""
    from surveys.platform import application

    return application.create_base(settings)


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """What is loaded is kept: to look for garbage in it again and again takes a seventh of the start."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


def main() -> None:
    """The `medvirk` command."""
    from surveys.commands import medvirk

    medvirk(obj=create_base)
