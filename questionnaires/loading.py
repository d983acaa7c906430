"""Questionnaire file → model.

`parse` and `load` check everything first and raise one DefinitionError with every fault. `parse_trusted` is
for text that was checked before: a file that comes with the product (`builtin`), or a version frozen when a
survey took it in use. It does not load the JSON schema library, so a web process stays light.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from questionnaires.faults import DefinitionError, Fault
from questionnaires.model import (
    Background,
    CommentQuestion,
    Comparison,
    Factor,
    Item,
    Option,
    Page,
    Point,
    Questionnaire,
    Reporting,
    Scale,
)
from questionnaires.source import Document, fingerprint, read_bytes, read_document

__all__ = [
    "DEFINITIONS",
    "DefinitionError",
    "available",
    "builtin",
    "definition_path",
    "fingerprint",
    "load",
    "parse",
    "parse_trusted",
]

DEFINITIONS: Final = Path(__file__).parent / "definitions"

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FILE: Final = re.compile(r"v([1-9][0-9]{0,3})\.yaml")

Keyed = TypeVar("Keyed", Factor, Background, CommentQuestion)
Raw = Mapping[str, Any]  # a mapping of the file, after its shape is checked


def parse(source: bytes, place: str) -> Questionnaire:
    """The questionnaire that the bytes define; `place` names them in faults.

    Raises DefinitionError with every fault found when any of them is an error.
    """
    from questionnaires.checking import document_faults

    document = read_document(source, place)
    faults = document_faults(document, place)
    if any(fault.severity == "error" for fault in faults):
        raise DefinitionError(faults)
    return _questionnaire(document)


def parse_trusted(source: bytes, place: str) -> Questionnaire:
    """The questionnaire of a text that was checked when it was taken in; about four times as fast as `parse`.

    A text that is broken all the same is checked then: DefinitionError with every fault.
    """
    document = read_document(source, place)
    if document.faults:
        return parse(source, place)
    try:
        return _questionnaire(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        return parse(source, place)


def load(path: Path) -> Questionnaire:
    """The questionnaire of a file. Raises DefinitionError with every fault when it cannot be used."""
    return parse(read_bytes(path), str(path))


def definition_path(key: str, version: int) -> Path:
    """Where the file of a built-in questionnaire lies, whether or not it exists.

    Raises ValueError for a key that is not in kebab-case: nothing outside the folder can be named.
    """
    if not _KEY.fullmatch(key) or version < 1:
        msg = f"not the name of a questionnaire: {key!r}, version {version}"
        raise ValueError(msg)
    return DEFINITIONS / key / f"v{version}.yaml"


@lru_cache(maxsize=64)
def builtin(key: str, version: int) -> Questionnaire:
    """A questionnaire that comes with the product, read once per process.

    Raises DefinitionError when it does not exist or is broken, ValueError when the key is not a key.
    """
    path = definition_path(key, version)
    questionnaire = parse_trusted(read_bytes(path), str(path))
    if (questionnaire.key, questionnaire.version) != (key, version):
        message = f"Filen sier {questionnaire.key} versjon {questionnaire.version}. Flytt den eller rett den."
        raise DefinitionError([Fault(str(path), "key", message)])
    return questionnaire


def available() -> tuple[Path, ...]:
    """The file of every built-in questionnaire, by key and then version."""
    found = [
        (path.parent.name, int(match[1]), path)
        for path in DEFINITIONS.glob("*/*.yaml")
        if (match := _FILE.fullmatch(path.name))
    ]
    return tuple(path for _, _, path in sorted(found))


def _questionnaire(document: Document) -> Questionnaire:
    """The model of a document whose shape is right; KeyError, TypeError and the like when it is not."""
    raw: Any = document.value
    scales = {key: _scale(key, scale) for key, scale in raw["scales"].items()}
    factors = tuple(_factor(key, factor, scales) for key, factor in raw["factors"].items())
    background = tuple(_background(question) for question in raw.get("background", ()))
    comments = tuple(
        CommentQuestion(question["key"], question["text"]) for question in raw.get("comments", ())
    )
    report = raw.get("report", {})
    return Questionnaire(
        key=raw["key"],
        version=int(raw["version"]),
        kind=raw["kind"],
        languages=tuple(raw["languages"]),
        title=raw["title"],
        scales=scales,
        factors=factors,
        pages=_pages(raw.get("pages"), factors, background, comments),
        minutes=raw.get("minutes"),
        intro=raw.get("intro"),
        target=raw.get("target"),
        background=background,
        comments=comments,
        minimum_answered=float(raw.get("scoring", {}).get("minimum_answered", 0.5)),
        reporting=Reporting(
            items=report.get("items", False),
            minimum_group=int(report.get("minimum_group", 5)),
            favourable_from=report.get("favourable_from"),
        ),
        compares_with=tuple(
            Comparison(other["key"], int(other["version"]), tuple(other["factors"]))
            for other in raw.get("compares_with", ())
        ),
    )


def _scale(key: str, raw: Raw) -> Scale:
    points = sorted((int(value), label) for value, label in raw["points"].items())
    return Scale(key, tuple(Point(value, label) for value, label in points), raw.get("not_applicable"))


def _factor(key: str, raw: Raw, scales: Mapping[str, Scale]) -> Factor:
    return Factor(
        key=key,
        title=raw["title"],
        scale=scales[raw["scale"]],
        items=tuple(
            Item(item["key"], item["text"], item.get("reversed", False), item.get("reason"))
            for item in raw["items"]
        ),
        definition=raw.get("definition"),
        heading=raw.get("heading"),
        source=raw.get("source"),
        level=raw.get("level", "individual"),
    )


def _background(raw: Raw) -> Background:
    options = tuple(Option(key, label) for key, label in raw["options"].items())
    return Background(raw["key"], raw["text"], options)


def _pages(
    raw: Sequence[Raw] | None,
    factors: tuple[Factor, ...],
    background: tuple[Background, ...],
    comments: tuple[CommentQuestion, ...],
) -> tuple[Page, ...]:
    """The explicit pages, or one page per factor; then what of background and comments is on none of them."""
    if raw is None:
        pages = [Page(factors=(factor,)) for factor in factors]
    else:
        pages = [_page(page, factors, background, comments) for page in raw]
    placed = {question.key for page in pages for question in page.background}
    placed |= {question.key for page in pages for question in page.comments}
    rest_background = tuple(question for question in background if question.key not in placed)
    rest_comments = tuple(question for question in comments if question.key not in placed)
    if rest_background:
        pages.append(Page(background=rest_background))
    if rest_comments:
        pages.append(Page(comments=rest_comments))
    return tuple(pages)


def _page(
    raw: Raw,
    factors: tuple[Factor, ...],
    background: tuple[Background, ...],
    comments: tuple[CommentQuestion, ...],
) -> Page:
    return Page(
        factors=_chosen(raw.get("factors", ()), factors),
        background=_chosen(raw.get("background", ()), background),
        comments=_chosen(raw.get("comments", ()), comments),
        audience=raw.get("audience", "all"),
    )


def _chosen(choice: bool | Sequence[str], everything: tuple[Keyed, ...]) -> tuple[Keyed, ...]:
    """All for true, none for false, else the named ones in the order named."""
    if isinstance(choice, bool):
        return everything if choice else ()
    by_key = {one.key: one for one in everything}
    return tuple(by_key[key] for key in choice)
