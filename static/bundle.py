"""Gathers the self-hosted style, font and chart files from npm's packages into `static/vendor/`.

Run by `make setup`. Only what pages use is taken: a respondent's phone pays for every byte. Every file we serve is
compressed here, once, under the fingerprint of its content, so what is compressed can never be out of date.
Inter is licensed under the SIL Open Font License, which stands beside it as `inter-LICENSE.txt`.
"""

import gzip
import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import brotli
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "node_modules"
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
STYLES = PACKAGES / "@digdir/designsystemet-css/dist/src"
THEME = PACKAGES / "@digdir/designsystemet-theme/src/themes/designsystemet.css"
INTER = PACKAGES / "@fontsource-variable/inter"
PLOTLY = PACKAGES / "plotly.js-cartesian-dist-min/plotly-cartesian.min.js"

BASE = ("base", "heading", "label", "paragraph", "list", "validation-message")
COMPONENTS = (
    "data-size-workaround",
    "link",
    "button",
    "input",
    "field",
    "fieldset",
    "alert",
    "card",
    "details",
    "divider",
    "error-summary",
    "skip-link",
    "table",
    "tag",
)

# Pages follow the browser's colour scheme, in one typeface and without the brand colours. The light scheme is what
# `:root` says already.
UNUSED_RULES = (
    "@layer ds.theme.typography.secondary",
    "@media (prefers-color-scheme: light)",
    '[data-color-scheme="dark"]',
    '[data-color="brand1"]',
    '[data-color="brand2"]',
)
UNUSED_TOKENS = re.compile(r"--ds-color-brand[12]-[\w-]+:[^;]*;\s*")

# What pages ask of the letters: even spacing, figures of equal width in tables, accents in place.
FEATURES = ("kern", "tnum", "ccmp", "mark")
# The lightest and the heaviest weight in the style sheets; the font comes with 100–900.
WEIGHTS = (400, 700)


@dataclass(frozen=True)
class Face:
    """One file of the font: fetched by a browser only when the page has one of its letters."""

    name: str
    source: str
    letters: tuple[range, ...]

    @property
    def unicode_range(self) -> str:
        return ",".join(
            f"U+{part.start:X}" + (f"-{part.stop - 1:X}" if len(part) > 1 else "") for part in self.letters
        )


def _these(letters: str) -> tuple[range, ...]:
    return tuple(range(ord(letter), ord(letter) + 1) for letter in sorted(letters))


# What the typesetter prints with: every letter of Inter but Vietnamese ones, which no page's language has.
PRINTED = ("latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek")
LETTERS = "letters.txt"

# The last face that has a letter is the one a browser takes: the small ones stand last.
FACES = (
    Face("inter-other", "latin-ext", (range(0x100, 0x250), range(0x1E00, 0x1F00))),
    Face("inter-ukrainian", "cyrillic", (range(0x400, 0x460), *_these("Ґґ"))),
    Face("inter-sami-polish", "latin-ext", _these("ČčĐđŊŋŠšŦŧŽžĄąĆćĘęŁłŃńŚśŹźŻż")),
    Face(
        "inter",
        "latin",
        (
            range(0x20, 0x7F),
            range(0xA0, 0x100),
            *_these("ıŒœ–—‘’‚“”„•…€−↑↓"),
        ),
    ),
)


def theme_css() -> str:
    """Designsystemet's tokens without what no page asks for. Raises ValueError when the package changed shape."""
    theme = re.sub(r"/\*.*?\*/", "", THEME.read_text().removeprefix('@charset "UTF-8";'), flags=re.DOTALL)
    for beginning in UNUSED_RULES:
        theme = _without_rule(theme, beginning)
    return re.sub(r"\s*\n\s*", "\n", UNUSED_TOKENS.sub("", theme))


def _without_rule(css: str, beginning: str) -> str:
    """The style sheet without the first rule that begins so, with all its braces hold."""
    start = css.index(beginning)
    depth = 0
    for place in range(css.index("{", start), len(css)):
        depth += {"{": 1, "}": -1}.get(css[place], 0)
        if depth == 0:
            return css[:start] + css[place + 1 :]
    raise ValueError(f"no end of the rule {beginning}")


def design_css() -> str:
    """Designsystemet's tokens and the chosen components, in the layers its own bundle uses."""
    parts = ["@layer ds.theme, ds.base, ds.components;", theme_css()]
    for layer, names in (("ds.base", BASE), ("ds.components", COMPONENTS)):
        parts += [f"@layer {layer}{{{(STYLES / f'{name}.css').read_text()}}}" for name in names]
    return "\n".join(parts)


def write_face(face: Face, folder: Path) -> Path:
    """Cuts the font down to the face's letters, our weights and features; the same bytes every time."""
    font = TTFont(INTER / "files" / f"inter-{face.source}-wght-normal.woff2", recalcTimestamp=False)
    options = Options()
    options.layout_features = list(FEATURES)
    options.hinting = False
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[letter for part in face.letters for letter in part])
    subsetter.subset(font)
    cut = instantiateVariableFont(_written_and_read(font), {"wght": WEIGHTS})
    cut.flavor = "woff2"
    file = folder / f"{face.name}.woff2"
    cut.save(file)
    return file


def write_print_fonts(folder: Path) -> None:
    """Whole fonts of one weight each, for the typesetter, which reads no variable ones; and the letters they have.

    Each source is a family of its own, «Inter latin», and the typesetter is told to try one after the other.
    """
    folder.mkdir()
    letters: set[int] = set()
    for source in PRINTED:
        for weight in WEIGHTS:
            font = TTFont(INTER / "files" / f"inter-{source}-wght-normal.woff2", recalcTimestamp=False)
            cut = instantiateVariableFont(_written_and_read(font), {"wght": weight})
            for kept in list(cut["name"].names):
                if kept.nameID in {1, 2, 4, 6, 16, 17, 21, 22, 25}:
                    cut["name"].removeNames(nameID=kept.nameID)
            for name_id, text in _names(f"Inter {source}", weight):
                cut["name"].setName(text, name_id, 3, 1, 0x409)
            letters |= set(cut.getBestCmap())
            cut.save(folder / f"inter-{source}-{weight}.ttf")
    (folder / LETTERS).write_text(
        "".join(chr(letter) for letter in sorted(letters)), encoding="utf-8", newline=""
    )


def _names(family: str, weight: int) -> Iterable[tuple[int, str]]:
    style = "Bold" if weight == max(WEIGHTS) else "Regular"
    return (1, family), (2, style), (4, f"{family} {style}"), (6, f"{family}-{style}".replace(" ", ""))


def _written_and_read(font: TTFont) -> TTFont:
    """The instancer does not understand the subsetter's half-done tables, only a whole font."""
    font.flavor = None
    content = io.BytesIO()
    font.save(content)
    content.seek(0)
    return TTFont(content, recalcTimestamp=False)


def face_css(face: Face, file: Path) -> str:
    """The rule for a face. Text is shown at once in the system's font, and changes when the face has come."""
    lightest, heaviest = WEIGHTS
    return (
        '@font-face{font-family:"Inter Variable";font-style:normal;font-display:swap;'
        f"font-weight:{lightest} {heaviest};"
        f'src:url({file.name}?v={fingerprint(file)})format("woff2");'
        f"unicode-range:{face.unicode_range}}}"
    )


def fingerprint(file: Path) -> str:
    """The same as in the addresses the pages use (`surveys.platform.static_files`)."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def compress(files: Iterable[Path], folder: Path) -> None:
    """Writes each file's brotli and gzip twin, named by its fingerprint."""
    folder.mkdir()
    for file in files:
        content, name = file.read_bytes(), fingerprint(file)
        (folder / f"{name}.br").write_bytes(brotli.compress(content, quality=11))
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def build(folder: Path) -> None:
    """Everything that is made, in an empty folder."""
    faces = [face_css(face, write_face(face, folder)) for face in FACES]
    (folder / "design.css").write_text("\n".join([design_css(), *faces]))
    write_print_fonts(folder / "print")
    shutil.copyfile(INTER / "LICENSE", folder / "inter-LICENSE.txt")
    shutil.copyfile(PLOTLY, folder / "plotly-cartesian.min.js")
    own = (file for part in (STATIC, STATIC / "css", STATIC / "js") for file in part.iterdir())
    served = sorted(file for file in (*own, *folder.iterdir()) if file.suffix in {".css", ".js", ".svg"})
    compress(served, folder / "compressed")


def main() -> None:
    """Builds beside the old folder and swaps them, so that a running site never misses a file for long."""
    with tempfile.TemporaryDirectory(dir=STATIC.parent, prefix=".bundle-") as made:
        fresh = Path(made) / "vendor"
        fresh.mkdir()
        build(fresh)
        shutil.rmtree(VENDOR, ignore_errors=True)
        fresh.rename(VENDOR)


if __name__ == "__main__":
    main()
