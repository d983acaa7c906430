"""The page texts' catalogues: bokmål stands in the code, nynorsk and English here, and both must be complete.

python -m translations.catalogues check | update | compile
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
LANGUAGES = ("nn", "en")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def in_code() -> Catalog:
    """Every text that the code and the templates show."""
    catalog = Catalog(charset="utf-8")
    for folder in ("surveys", "templates"):
        for file, line, message, comments, context in extract_from_dir(
            str(ROOT / folder), [(f"**.{kind}", how) for kind, how in (("py", "python"), ("html", "jinja2"))],
            keywords=KEYWORDS,
        ):  # fmt: skip
            catalog.add(message, None, [(f"{folder}/{file}", line)], auto_comments=comments, context=context)
    return catalog


def stored(language: str) -> Catalog:
    file = _po(language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def missing(language: str) -> list[Message]:
    """The texts of the code that the language lacks, has unfinished, or has with other placeholders."""
    catalog = stored(language)
    return [
        message
        for message in in_code()
        if message.id and not _is_done(catalog.get(message.id, message.context))
    ]


def unused(language: str) -> list[Message]:
    """The texts of the catalogue that the code no longer has."""
    current = in_code()
    return [m for m in stored(language) if m.id and current.get(m.id, m.context) is None]


def _is_done(found: Message | None) -> bool:
    if found is None or found.fuzzy:
        return False
    texts = found.string if isinstance(found.string, (tuple, list)) else (found.string,)
    return all(texts) and not list(found.check())


def check() -> int:
    faults = 0
    for language in LANGUAGES:
        for kind, messages in (("mangler", missing(language)), ("er ikke i bruk", unused(language))):
            for message in messages:
                where = ", ".join(f"{file}:{line}" for file, line in message.locations[:1])
                sys.stderr.write(f"{language}: {kind}: {message.id!r} {where}\n")
                faults += 1
    return 1 if faults else 0


def update() -> int:
    current = in_code()
    for language in LANGUAGES:
        catalog = stored(language)
        catalog.update(current, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _po(language).parent.mkdir(parents=True, exist_ok=True)
        with _po(language).open("wb") as opened:
            write_po(opened, catalog, omit_header=False, sort_output=True, no_location=True, width=110)
    return 0


def compile_all() -> int:
    for language in LANGUAGES:
        _po(language).parent.mkdir(parents=True, exist_ok=True)
        with _po(language).with_suffix(".mo").open("wb") as opened:
            write_mo(opened, stored(language))
    return 0


def _po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


if __name__ == "__main__":
    sys.exit({"check": check, "update": update, "compile": compile_all}[sys.argv[1]]())
