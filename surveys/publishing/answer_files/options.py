"""What both commands that read files of answers can be told about them."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import click

from analysis.answer_mapping import AnswerMapping, LabelChoice

_Command = Callable[..., Any]
_LABELS = {"follow": LabelChoice.FOLLOW, "numbers": LabelChoice.NUMBERS}


def reading_options(command: _Command) -> _Command:
    """The options `told_mapping` is made of."""
    return click.option(
        "--labels",
        type=click.Choice(list(_LABELS)),
        help="follow: følg merkelappene i filen der de sier noe annet enn spørreskjemaet. "
        "numbers: bruk tallene der en merkelapp ikke er på skalaen.",
    )(command)


def told_mapping(labels: str | None) -> AnswerMapping:
    """How the file is to be understood."""
    return AnswerMapping(labels=_LABELS[labels] if labels else LabelChoice.ASK)


def ways_out(choices: Collection[LabelChoice], more: int) -> Iterator[str]:
    """The lines below the faults: how many more there are, and which options would settle some of them."""
    if more:
        yield f"… og {more} feil til."
    if LabelChoice.FOLLOW in choices:
        yield "Er merkelappene i filen riktige? Følg dem med --labels follow."
    if LabelChoice.NUMBERS in choices:
        yield "Er tallene riktige, og merkelappene bare skrevet på en annen måte? Bruk dem med --labels numbers."
