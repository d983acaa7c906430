"""axe-core on a page: every fault it finds is a failure."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# All that axe has to say of a page is a megabyte, and carrying it out of the browser takes longer than finding it.
_FAULTS = """async rules => {
  const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  return found.violations.map(one => `${one.id}: ${one.help} – ${one.nodes[0].html.slice(0, 200)}`);
}"""


def faults(page: Page) -> list[str]:
    """What axe finds, a line each: the rule, what it says, and the first place."""
    page.wait_for_load_state()
    page.evaluate(SCRIPT)
    found: list[str] = page.evaluate(_FAULTS, RULES)
    return [f"{page.url}: {fault}" for fault in found]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window: 0 means no sideways scrolling."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
