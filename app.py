"""The web application and the `medvirk` command."""

from typing import TYPE_CHECKING

# The application's packages are imported by the functions: `medvirk --help` needs none of them, and must be quick.
if TYPE_CHECKING:
    from flask import Flask

    from surveys.platform.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application for one installation, with its pages."""
    from surveys.operating.health import add_health
    from surveys.site.application import add_pages

    return add_health(add_pages(create_base(settings)))


def create_base(settings: "Settings | None" = None) -> "Flask":
    """The application without pages: what most commands need, in half the time."""
    from surveys.platform import application

    return application.create_base(settings)


def main() -> None:
    """The `medvirk` command."""
    from surveys.commands import medvirk

    medvirk(obj=create_base)
