"""A questionnaire file as it stands, faults and all, for the rules to walk through.

Whatever has the wrong shape reads as absent: the schema reports it, and every other rule can go on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questionnaires.faults import PathStep, Severity

DefinitionPath = tuple[PathStep, ...]
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class DefinitionFinding:
    """Something a rule found, before file and line are known."""

    steps: DefinitionPath
    message: str
    severity: Severity = "error"


def mapping(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def words(value: object) -> list[str]:
    """The texts of a list; what is not text is left out."""
    return [one for one in sequence(value) if isinstance(one, str)]


@dataclass(frozen=True)
class DraftDefinition:
    """The walks that more than one rule needs. Paths lead from the top of the file to the place."""

    raw: Raw

    @property
    def languages(self) -> list[str]:
        return words(self.raw.get("languages"))

    @property
    def scales(self) -> Raw:
        return {key: mapping(scale) for key, scale in mapping(self.raw.get("scales")).items()}

    @property
    def factors(self) -> Raw:
        return {key: mapping(factor) for key, factor in mapping(self.raw.get("factors")).items()}

    def pages(self) -> Iterator[tuple[DefinitionPath, Raw]]:
        yield from self.listed("pages")

    def listed(self, section: str) -> Iterator[tuple[DefinitionPath, Raw]]:
        """The entries of a top-level list."""
        for index, entry in enumerate(sequence(self.raw.get(section))):
            yield (section, index), mapping(entry)

    def items(self) -> Iterator[tuple[DefinitionPath, Raw]]:
        for key, factor in self.factors.items():
            for index, item in enumerate(sequence(factor.get("items"))):
                yield ("factors", key, "items", index), mapping(item)

    def questions(self) -> Iterator[tuple[DefinitionPath, Raw]]:
        """Everything a respondent meets: items, other questions, background and comment questions."""
        yield from self.items()
        yield from self.listed("questions")
        yield from self.listed("background")
        yield from self.listed("comments")

    def texts(self) -> Iterator[tuple[DefinitionPath, Raw]]:
        """Every wording by language: the one list of where the format has texts."""
        for steps, text in self._places():
            if isinstance(text, dict):
                yield steps, text

    def _places(self) -> Iterator[tuple[DefinitionPath, object]]:
        for name in ("title", "intro", "target"):
            yield (name,), self.raw.get(name)
        for key, scale in self.scales.items():
            for value, label in mapping(scale.get("points")).items():
                yield ("scales", key, "points", value), label
            yield ("scales", key, "not_applicable"), scale.get("not_applicable")
        for key, factor in self.factors.items():
            for name in ("title", "heading", "definition"):
                yield ("factors", key, name), factor.get(name)
        yield from self._question_places()
        for section, name in (("pages", "heading"), ("compares_with", "reason")):
            for steps, entry in self.listed(section):
                yield (*steps, name), entry.get(name)

    def _question_places(self) -> Iterator[tuple[DefinitionPath, object]]:
        for steps, question in self.questions():
            for name in ("text", "help", "none", "not_applicable", "unit", "low", "high"):
                yield (*steps, name), question.get(name)
            for key, label in mapping(question.get("options")).items():
                yield (*steps, "options", key), label
