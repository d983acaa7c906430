"""The texts' catalogues: the code has the bokmål, nynorsk and English are here, and both must be complete.

What respondents read, on pages and in mails, is a catalogue (a gettext domain) of its own: it is translated and
proofread with more care, and into more languages first. A text that both read belongs to the respondents'.

python -m translations.catalogues check | update | compile
"""

import io
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from surveys.platform.localisation import DEFAULT_LANGUAGE, DOMAINS
from surveys.platform.localisation import LANGUAGES as PAGE_LANGUAGES

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
LANGUAGES = tuple(code for code in PAGE_LANGUAGES if code != DEFAULT_LANGUAGE)
MESSAGES, RESPONDENT = DOMAINS
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
COMMENT = "NOTE:"
"""A comment to translators, on the lines above a text."""

_CHANGING = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Generated-By')
"""Lines of a catalogue's heading that would differ each time."""

RESPONDENT_FILES = (
    "surveys/respond/",
    "surveys/campaigns/mails.py",
    "surveys/campaigns/sms_texts.py",
    "surveys/campaigns/box_openers.py",
    "surveys/campaigns/promises.py",
    "surveys/campaigns/visibility_texts.py",
    "surveys/platform/limits.py",
    "templates/respond/",
    "templates/layout/",
    "templates/components/forms.html",
    "templates/components/languages.html",
    "templates/followup/meetings/vote",
    "surveys/followup/meetings/room_views.py",
    "templates/site/accessibility.html",
    "templates/site/cookies.html",
    "templates/site/error.html",
    "templates/site/privacy.html",
    "surveys/site/pages.py",
)
"""Whatever a respondent can be shown: her own pages, the frame around them, and the pages its links lead to."""


def in_code(domain: str | None = None) -> Catalog:
    """Every text that the code and the templates show; with `domain`, those of one catalogue."""
    found = _extracted()
    if domain is None:
        return found
    kept = Catalog(charset="utf-8")
    for message in found:
        if message.id and catalogue_of(message) == domain:
            kept[message.id] = message
    return kept


@cache
def _extracted() -> Catalog:
    """Read once: a process sees one state of the code."""
    catalog = Catalog(charset="utf-8")
    for folder in ("analysis", "surveys", "templates"):
        for file, line, message, comments, context in sorted(
            extract_from_dir(
                str(ROOT / folder), [(f"**.{kind}", how) for kind, how in (("py", "python"), ("html", "jinja2"))],
                keywords=KEYWORDS, comment_tags=(COMMENT,), strip_comment_tags=True,
            ),
            key=lambda found: (found[0], found[1]),
        ):  # fmt: skip
            catalog.add(message, None, [(f"{folder}/{file}", line)], auto_comments=comments, context=context)
    return catalog


def catalogue_of(message: Message) -> str:
    files = (file for file, _line in message.locations)
    return RESPONDENT if any(file.startswith(RESPONDENT_FILES) for file in files) else MESSAGES


def stored(language: str, domain: str) -> Catalog:
    file = _po(language, domain)
    if not file.exists():
        return _empty(language, domain)
    with file.open("rb") as opened:
        return read_po(opened, locale=language, domain=domain)


def _empty(language: str, domain: str) -> Catalog:
    return Catalog(
        locale=language, domain=domain, project="Medvirk", charset="utf-8", fuzzy=False,
        header_comment=f"# Medvirk, {domain}. The source text is bokmål.",
    )  # fmt: skip


def missing(language: str) -> list[Message]:
    """The texts of the code that the language lacks, has unfinished, has with other placeholders, or has elsewhere."""
    found = []
    for domain in DOMAINS:
        catalog = stored(language, domain)
        found += [
            message
            for message in in_code(domain)
            if message.id and not _is_done(catalog.get(message.id, message.context))
        ]
    return found


def unused(language: str) -> list[Message]:
    """The texts of the catalogues that the code no longer has, or has in the other one."""
    found = []
    for domain in DOMAINS:
        current = in_code(domain)
        found += [m for m in stored(language, domain) if m.id and current.get(m.id, m.context) is None]
    return found


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
    """A text that moves from one catalogue to the other takes its translation along."""
    for language in LANGUAGES:
        before = [stored(language, domain) for domain in DOMAINS]
        for domain in DOMAINS:
            _write(language, domain, _translated(language, domain, before))
    return 0


def _translated(language: str, domain: str, before: Iterable[Catalog]) -> Catalog:
    catalog = _empty(language, domain)
    for message in in_code(domain):
        if not message.id:
            continue
        known = [found for old in before if (found := old.get(message.id, message.context))]
        # A message of the old form (one text, or one for each number) cannot be told into the new one.
        usable = [found for found in known if found.pluralizable == message.pluralizable]
        string = usable[0].string if usable else None
        catalog.add(
            message.id,
            string,
            message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return catalog


def _write(language: str, domain: str, catalog: Catalog) -> None:
    """Files without line numbers, and no dates: a catalogue changes when a text does, not when code moves."""
    written = io.BytesIO()
    write_po(written, catalog, sort_output=True, include_lineno=False, width=110)
    lines = written.getvalue().splitlines(keepends=True)
    _po(language, domain).parent.mkdir(parents=True, exist_ok=True)
    _po(language, domain).write_bytes(b"".join(line for line in lines if not line.startswith(_CHANGING)))


def compile_all() -> int:
    for language in LANGUAGES:
        for domain in DOMAINS:
            _po(language, domain).parent.mkdir(parents=True, exist_ok=True)
            with _po(language, domain).with_suffix(".mo").open("wb") as opened:
                write_mo(opened, stored(language, domain))
    return 0


def _po(language: str, domain: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{domain}.po"


if __name__ == "__main__":
    sys.exit({"check": check, "update": update, "compile": compile_all}[sys.argv[1]]())
