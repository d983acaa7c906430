"""axe-core on a page: every fault it finds is a failure."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """What axe finds, a line each: the rule, what it says, and the first place."""
    page.evaluate(SCRIPT)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{page.url}: {violation['id']}: {violation['help']} – {violation['nodes'][0]['html'][:200]}"
        for violation in found["violations"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window: 0 means no sideways scrolling."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width
