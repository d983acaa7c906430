"""axe-core on a page: every fault it finds is a failure."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize

SCRIPT = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# All that axe has to say of a page is a megabyte, and carrying it out of the browser takes longer than finding it.
_FAULTS = """async rules => {
  if (!('axe' in window)) return null;
  const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  return found.violations.map(one => `${one.id}: ${one.help} – ${one.nodes[0].html.slice(0, 200)}`);
}"""


def faults(page: Page) -> list[str]:
    """What axe finds, a line each: the rule, what it says, and the first place."""
    page.wait_for_load_state()
    found: list[str] | None = page.evaluate(_FAULTS, RULES)
    if found is None:
        page.evaluate(SCRIPT)
        # What is opened next has it from the start: its half megabyte is sent and compiled once a tab, not once a page.
        page.add_init_script(SCRIPT)
        found = page.evaluate(_FAULTS, RULES)
    assert found is not None, "axe is not on the page"
    return [f"{page.url}: {fault}" for fault in found]


# Each size and each scheme of colours once. The phone is the last: the next page is opened on it.
_READERS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = (
    ({"width": 1280, "height": 900}, "dark"),
    ({"width": 320, "height": 640}, "light"),
)


def faults_for_readers(page: Page) -> list[str]:
    """What axe finds on a desk in dark and on a phone in light, and how much is too wide there."""
    found = []
    for size, scheme in _READERS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        found += faults(page)
        if (too_wide := overflow(page)) > 0:
            found.append(f"{page.url}: {too_wide} px too wide at {size['width']}")
    return found


_STILL = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(done));
  for (let before = -1, alike = 0; alike < 20; ) {
    await frame();
    const height = document.documentElement.scrollHeight;
    alike = height === before ? alike + 1 : 0;
    before = height;
  }
}"""


def wait_until_still(page: Page) -> None:
    """Until what was folded out has its height: while it grows it lies over what is below, and axe sees that."""
    page.evaluate(_STILL)


# WCAG 2.2, 1.4.12: what a reader may set without anything being lost.
TEXT_SPACING = """
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }"""

_OVERFLOW = """spacing => {
  const root = document.documentElement;
  // A table that is a list on a phone must not scroll in its own box either: what is to the right would not be found.
  const boxes = matchMedia("(max-width: 40rem)").matches
    ? [root, ...document.querySelectorAll(".table-scroll:has(.listing)")] : [root];
  const wide = () => Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
  const found = { "": wide() };
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(spacing);
  document.adoptedStyleSheets.push(sheet);
  found["with text spacing"] = wide();
  document.adoptedStyleSheets.pop();
  const size = root.style.fontSize;
  root.style.fontSize = "200%";
  found["with text of 200 %"] = wide();
  root.style.fontSize = size;
  return found;
}"""


def overflows(page: Page) -> dict[str, int]:
    """How many pixels the page is wider than the window as it is (""), with text spacing, and with text of 200 %."""
    found: dict[str, int] = page.evaluate(_OVERFLOW, TEXT_SPACING)
    return found


def overflow(page: Page) -> int:
    """The widest of them: 0 means no sideways scrolling, however the reader has her text."""
    return max(overflows(page).values())
