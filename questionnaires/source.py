"""The bytes of a questionnaire file → plain values, safely.

A questionnaire file may come from anywhere, so the reader takes a small, closed part of YAML: UTF-8, at most
1 MB, one document, no anchors and aliases (a few lines of them can unfold to gigabytes), no tags beyond the
core ones, no key twice, no deep nesting. Everything else is a named fault.

Plain words are read as YAML 1.2's core schema reads them: only `true` and `false` are booleans, so the
language code `no` and the option `yes` stay text. Mapping keys are always text, also `1:`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from questionnaires.faults import DefinitionError, DefinitionFault, PathStep, path_text

LARGEST_FILE: Final = 1_000_000  # bytes; the longest instrument we ship is far below a tenth of this
DEEPEST: Final = 12  # the format itself is seven levels deep

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
Lines = dict[tuple[PathStep, ...], int]

_CORE: Final = "tag:yaml.org,2002:"


class _Loader(yaml.CSafeLoader):
    """The C parser with the core schema's plain words instead of YAML 1.1's."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 -- yaml's own API


_Loader.add_implicit_resolver(f"{_CORE}null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(f"{_CORE}bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(f"{_CORE}int", re.compile(r"^-?[0-9]{1,15}$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    f"{_CORE}float", re.compile(r"^-?[0-9]{1,15}\.[0-9]{1,15}$"), list("-0123456789")
)


@dataclass(frozen=True)
class SourceDocument:
    """What a file says: its value, the line (from 1) of each place in it, and what had to be left out."""

    value: Value
    lines: Lines
    faults: tuple[DefinitionFault, ...] = ()

    def line(self, steps: tuple[PathStep, ...]) -> int | None:
        """The line of a place, or of the nearest place around it."""
        while steps and steps not in self.lines:
            steps = steps[:-1]
        return self.lines.get(steps)


def read_bytes(path: Path) -> bytes:
    """The file's bytes, never more than one above LARGEST_FILE. Raises DefinitionError when unreadable."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _refusal(str(path), "Filen finnes ikke. Kontroller navn og mappe.") from None
    except OSError as error:
        raise _refusal(str(path), f"Filen kan ikke leses ({error.strerror}).") from None


def read_document(source: bytes, place: str) -> SourceDocument:
    """The file's content as plain values. Raises DefinitionError when the file as a whole is refused.

    Keys that stand twice and foreign tags are left out and named in the document's `faults`, so that a check
    can go on and report everything else too.
    """
    text = _decoded(source, place)
    try:
        _refuse_dangerous(text, place)
        # CSafeLoader builds no Python objects: only nodes are composed here, and _Reader converts those.
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _syntax_fault(error, place) from None
    if node is None:
        raise _refusal(place, "Filen er tom. Begynn med «key:», «version:» og «kind:».")
    reader = _Reader(place)
    value = reader.value(node, ())
    return SourceDocument(value, reader.lines, tuple(reader.faults))


def _decoded(source: bytes, place: str) -> str:
    if len(source) > LARGEST_FILE:
        raise _refusal(place, "Filen er større enn 1 MB. Et spørreskjema er mye mindre; er det riktig fil?")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise _refusal(place, "Filen er ikke lagret som UTF-8. Lagre den på nytt med UTF-8.", line) from None


def _refuse_dangerous(text: str, place: str) -> None:
    """Look at the events before anything is built: an alias bomb or a deep nest never gets to unfold."""
    depth = documents = 0
    for event in _events(text):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            message = "Filen bruker anker eller alias (& eller *). Det er ikke tillatt; skriv innholdet ut."
            raise _refusal(place, message, line)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refusal(place, "Filen har flere dokumenter (---). Del den i én fil per skjema.", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _refusal(place, f"Innholdet er nøstet dypere enn {DEEPEST} nivåer.", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)
    return events


def _refusal(place: str, message: str, line: int | None = None) -> DefinitionError:
    return DefinitionError([DefinitionFault(place, "", message, line=line)])


def _syntax_fault(error: yaml.YAMLError, place: str) -> DefinitionError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "ukjent feil"
    if mark is None:
        return _refusal(place, f"Filen er ikke gyldig YAML ({problem}).")
    message = (
        f"Filen er ikke gyldig YAML ved tegn {mark.column + 1} på linjen ({problem}). "
        "Se etter innrykk, kolon og anførselstegn."
    )
    return _refusal(place, message, mark.line + 1)


def _line(place: yaml.Event | yaml.Node) -> int:
    """The line, from 1, where an event or a node begins."""
    return place.start_mark.line + 1 if place.start_mark else 1


class _Reader:
    """Nodes → plain values, noting the line of each place and every key that stands twice."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.lines: Lines = {}
        self.faults: list[DefinitionFault] = []

    def value(self, node: yaml.Node, steps: tuple[PathStep, ...]) -> Value:
        self.lines.setdefault(steps, _line(node))
        if isinstance(node, yaml.MappingNode):
            self._expect_tag(node, "map", steps)
            return self._mapping(node, steps)
        if isinstance(node, yaml.SequenceNode):
            self._expect_tag(node, "seq", steps)
            return [self.value(child, (*steps, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, steps)

    def _mapping(self, node: yaml.MappingNode, steps: tuple[PathStep, ...]) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = _line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(steps, "En nøkkel må være et ord eller et tall, ikke en liste.", line)
                continue
            key = str(key_node.value)
            place = (*steps, key)
            if key in result:
                first = self.lines[place]
                self._fault(place, f"«{key}» står to ganger (også på linje {first}). Behold den ene.", line)
                continue
            self.lines[place] = line
            result[key] = self.value(value_node, place)
        return result

    def _scalar(self, node: yaml.Node, steps: tuple[PathStep, ...]) -> Value:
        text = str(node.value)
        try:
            match node.tag.removeprefix(_CORE):
                case "str":
                    return text
                case "int":
                    return int(text)
                case "float":
                    return float(text)
                case "bool":
                    return {"true": True, "false": False}[text]
                case "null":
                    return None
        except (ValueError, KeyError):
            self._fault(steps, f"«{text[:40]}» passer ikke til merkelappen foran.", _line(node))
            return None
        self._expect_tag(node, "str", steps)
        return None

    def _expect_tag(self, node: yaml.Node, kind: str, steps: tuple[PathStep, ...]) -> None:
        if node.tag != f"{_CORE}{kind}":
            tag = node.tag.removeprefix(_CORE)
            self._fault(steps, f"Merkelappen «!{tag}» er ikke tillatt. Ta den bort.", _line(node))

    def _fault(self, steps: tuple[PathStep, ...], message: str, line: int) -> None:
        self.faults.append(DefinitionFault(self.place, path_text(steps), message, line=line))
