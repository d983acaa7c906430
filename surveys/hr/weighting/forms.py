"""What HR states of the population: people in each group of one background question, and where the counts are from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Background, Text
from surveys.hr.file_columns import FieldFault
from surveys.platform.texts import _
from surveys.release.weighting.margins import LARGEST_POPULATION, LONGEST_SOURCE
from surveys.release.weighting.models import DeclaredMargin, PopulationMargin

_SPACES: Final = re.compile(r"[\s.]")  # «5 100» and «5.100», also with spaces that do not break


@dataclass(frozen=True)
class GroupField:
    """One option's field: its name in the form, its words, and what is in it."""

    field: str
    option: str
    label: Text
    text: str


@dataclass(frozen=True)
class QuestionForm:
    """The fields of one background question.

    here: the released figures are weighted by it now. declared: the answers are weighted by it when they are counted.
    """

    question: Background
    groups: tuple[GroupField, ...]
    source: str
    here: bool
    declared: bool

    @property
    def source_field(self) -> str:
        return f"{self.question.key}-kilde"


def form_of(
    question: Background,
    margin: PopulationMargin | None,
    declared: DeclaredMargin | None,
    sent: Mapping[str, str],
) -> QuestionForm:
    """As it was sent for this question, else as it is stated or declared, else empty."""
    is_sent = sent.get("question") == question.key
    here = margin if margin is not None and margin.question == question.key else None
    known = here or declared
    stated = known.people if known else {}
    groups = []
    for option in question.options:
        field = f"{question.key}-{option.key}"
        text = sent.get(field, "") if is_sent else str(stated.get(option.key, ""))
        groups.append(GroupField(field, option.key, option.label, text))
    source = sent.get(f"{question.key}-kilde", "") if is_sent else (known.source if known else "")
    return QuestionForm(question, tuple(groups), source, here is not None, declared is not None)


def people_of(form: QuestionForm) -> tuple[dict[str, int], list[FieldFault]]:
    """Option → people, groups left empty left out; and what must be put right."""
    people, faults = {}, []
    for group in form.groups:
        text = _SPACES.sub("", group.text)
        if not text:
            continue
        if text.isascii() and text.isdecimal() and len(text) < 10 and 0 < int(text) <= LARGEST_POPULATION:
            people[group.option] = int(text)
        else:
            faults.append(
                FieldFault(group.field, _("Skriv antall personer som et helt tall, for eksempel 5 100."))
            )
    if not faults and len(people) < 2:
        faults.append(FieldFault(form.groups[0].field, _("Skriv antall personer for minst to av gruppene.")))
    if not form.source.strip():
        faults.append(FieldFault(form.source_field, _("Skriv hvor tallene kommer fra.")))
    elif len(form.source) > LONGEST_SOURCE:
        faults.append(FieldFault(form.source_field, _("Kort ned kilden.")))
    return people, faults
