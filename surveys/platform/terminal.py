"""What every command shares: the application it runs in, and how it speaks and ends.

Exit status: 0 done, 1 faults found (listed), 2 wrong usage.
"""

import functools
import sys
from collections.abc import Callable, Iterable
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

import click
from flask import Flask

P = ParamSpec("P")
R = TypeVar("R")


def with_app(command: Callable[Concatenate[Flask, P], R]) -> Callable[P, R]:
    """Runs the command inside the application's context and hands it the application first."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        app: Flask = click.get_current_context().find_root().obj()
        with app.app_context():
            return command(app, *args, **kwargs)

    return run


def say(text: str = "") -> None:
    """One line for the reader."""
    click.echo(text)


def counted(number: int, one: str, many: str) -> str:
    """A number and what it counts: «1 enhet», «12 enheter»."""
    return f"{number} {one if number == 1 else many}"


def fail(message: str, faults: Iterable[Any] = ()) -> NoReturn:
    """Prints the faults and what is wrong, and ends with status 1."""
    for fault in faults:
        click.echo(str(fault), err=True)
    click.echo(message, err=True)
    sys.exit(1)
