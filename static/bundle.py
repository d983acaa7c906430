"""Gathers the self-hosted style, font and chart files from npm's packages into `static/vendor/`.

Run by `make setup`. Only the components that pages use are taken: a respondent's phone pays for every byte.
"""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
STYLES = PACKAGES / "@digdir/designsystemet-css/dist/src"
THEME = PACKAGES / "@digdir/designsystemet-theme/src/themes/designsystemet.css"
FONTS = PACKAGES / "@fontsource-variable/inter"

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


def design_css() -> str:
    """Designsystemet's tokens and the chosen components, in the layers its own bundle uses."""
    parts = ["@layer ds.theme, ds.base, ds.components;"]
    theme = re.sub(r"/\*.*?\*/", "", THEME.read_text().removeprefix('@charset "UTF-8";'), flags=re.DOTALL)
    parts.append(re.sub(r"\s*\n\s*", "\n", theme))
    for layer, names in (("ds.base", BASE), ("ds.components", COMPONENTS)):
        parts += [f"@layer {layer}{{{(STYLES / f'{name}.css').read_text()}}}" for name in names]
    return "\n".join(parts)


def font_css() -> str:
    """The font faces of Inter for Latin letters; others fall back to the system's font."""
    faces = re.findall(
        r"/\* (inter-latin(?:-ext)?-wght-normal) \*/\s*(@font-face \{.*?\})", _weights(), re.DOTALL
    )
    return "\n".join(face.replace("./files/", "") for _name, face in faces)


def _weights() -> str:
    return (FONTS / "wght.css").read_text()


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / "design.css").write_text(design_css() + "\n" + font_css())
    for name in ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"):
        shutil.copyfile(FONTS / "files" / name, VENDOR / name)
    shutil.copyfile(
        PACKAGES / "plotly.js-cartesian-dist-min/plotly-cartesian.min.js", VENDOR / "plotly-cartesian.min.js"
    )


if __name__ == "__main__":
    main()
