"""A page as it lies on paper: which words are broken between two lines, and which lie outside the sheet."""

from typing import Final

from playwright.sync_api import Page, ViewportSize

# What the margins of print.css leave of A4, in CSS pixels; tables of many columns have their sheet the other way.
UPRIGHT: Final[ViewportSize] = {"width": 673, "height": 980}
_WIDE: Final[ViewportSize] = {"width": 1016, "height": 650}

# A hash or an address has no place to break a line, and may be broken anywhere.
_FAULTS: Final = """wide => {
  const edge = document.documentElement.clientWidth + 1;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    if (parent.closest('.ds-sr-only, script, option, select')) continue;
    const isWide = getComputedStyle(parent.closest('.table-scroll') || parent).page === 'wide';
    if (isWide !== wide) continue;
    const mayBreak = parent.closest('.long-code, .public-address, .poster-address, .trail-detail, code');
    for (const word of node.textContent.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()].filter(box => box.width > 0);
      if (!mayBreak && new Set(boxes.map(box => Math.round(box.top))).size > 1) found.push(`broken: ${word[0]}`);
      if (boxes.some(box => box.left < -1 || box.right > edge)) found.push(`outside the sheet: ${word[0]}`);
    }
  }
  return found;
}"""

# Unit names are as long as this in Norwegian.
_LENGTHEN: Final = """([short, long]) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    node.textContent = node.textContent.replaceAll(short, long);
  }
}"""


def paper_faults(page: Page) -> list[str]:
    """Words that are broken between two lines or not on the sheet, and links and searches that paper cannot follow."""
    before = page.viewport_size
    page.emulate_media(media="print")
    found: list[str] = []
    for sheet in (UPRIGHT, _WIDE):
        page.set_viewport_size(sheet)
        # Another font has other widths: what paper uses may still be on its way.
        page.evaluate("() => document.fonts.ready.then(() => true)")
        found += page.evaluate(_FAULTS, sheet == _WIDE)
    found += page.evaluate(_LINKS_THAT_LEAD)
    page.emulate_media(media="null")
    if before is not None:
        page.set_viewport_size(before)
    return found


# A link that is all there is in its paragraph says «look there». In a table, a list or a heading it is a name.
_LINKS_THAT_LEAD: Final = """() => [...document.querySelectorAll('main p > a, main [role=search]')]
  .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest('td, th, li, dd'))
  .filter(each => each.matches('[role=search]') || each.parentElement.innerText.trim() === each.innerText.trim())
  .map(each => `leads nowhere: ${each.innerText.trim()}`)"""


def lengthen(page: Page, short: str, long: str) -> None:
    """Writes the long name wherever the page has the short one."""
    page.evaluate(_LENGTHEN, [short, long])
