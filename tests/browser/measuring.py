"""What can be measured on a page in the browser: sizes, overflow, overlap, focus, movement."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

SMALLEST_TARGET = 44  # CSS px

# A link that is part of a sentence is as high as its line. One that is all there is in its paragraph is a target.
_SMALL_TARGETS = """smallest => {
  const inSentence = link => [...link.parentElement.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const targets = document.querySelectorAll(
    'a[href], button, label.choice, select, summary, textarea, input:not([type=hidden])');
  return [...targets]
    .filter(one => !one.classList.contains('ds-skip-link') && one.checkVisibility())
    .filter(one => !(one.matches('input') && one.closest('label.choice')))
    .filter(one => !(one.matches('a:not(.ds-button)') && inSentence(one)))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => Math.round(box.width * 10) < smallest * 10 || Math.round(box.height * 10) < smallest * 10)
    .map(([one, box]) => `${box.width.toFixed(1)} x ${box.height.toFixed(1)}: ${one.outerHTML.slice(0, 160)}`);
}"""

# Every line of text on the page: none outside the window, none cut off by its box, no two on top of each other.
_MISPLACED = """() => {
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest('.ds-sr-only, .ds-skip-link, script, select')) continue;
    if (!parent.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) if (box.width > 1) lines.push({node, parent, box});
  }
  const told = line => line.node.textContent.trim().slice(0, 60);
  const found = [];
  const wide = document.documentElement.clientWidth;
  for (const line of lines) {
    if (line.box.left < -1 || line.box.right > wide + 1) found.push(`outside the window: ${told(line)}`);
    for (let box = line.parent; box && box !== document.body; box = box.parentElement) {
      if (getComputedStyle(box).overflowX === 'visible') continue;
      const edge = box.getBoundingClientRect();
      if (line.box.left < edge.left - 1 || line.box.right > edge.right + 1 || line.box.bottom > edge.bottom + 2)
        found.push(`cut off: ${told(line)}`);
    }
  }
  for (let i = 0; i < lines.length; i++) for (let j = i + 1; j < lines.length; j++) {
    const [a, b] = [lines[i].box, lines[j].box];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (lines[i].parent !== lines[j].parent && across > 2 && down > 0.4 * Math.min(a.height, b.height))
      found.push(`on top of each other: ${told(lines[i])} / ${told(lines[j])}`);
  }
  return found;
}"""

# Words that begin on one line and end on the next, where they are no longer than a line could hold.
_BROKEN = """longest => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility({visibilityProperty: true})) continue;
    if (node.parentElement.closest('.ds-sr-only, .ds-skip-link, script, option, select')) continue;
    for (const word of node.textContent.matchAll(/\\p{L}+/gu)) {
      if (word[0].length > longest) continue;
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = [...range.getClientRects()].filter(box => box.width > 0).map(box => Math.round(box.top));
      if (new Set(tops).size > 1) found.push(word[0]);
    }
  }
  return found;
}"""

_MOVING = """() => {
  const seconds = text => Math.max(...text.split(',').map(one => parseFloat(one) / (one.includes('ms') ? 1000 : 1)));
  return [...document.querySelectorAll('*')].filter(one => [null, '::before', '::after'].some(part => {
    const style = getComputedStyle(one, part);
    return seconds(style.transitionDuration) > 0.01
      || (style.animationName !== 'none' && seconds(style.animationDuration) > 0.01);
  })).map(one => one.outerHTML.slice(0, 120));
}"""

_RING = """const ring = one => {
  const style = getComputedStyle(one);
  const line = [style.outlineStyle, style.outlineWidth, style.outlineColor].join(' ');
  return [style.outlineStyle === 'none' ? 'none' : line, style.boxShadow].join('|');
};"""

_FOCUS = """
  const one = document.activeElement;
  const box = (one.closest('label.choice') || one).getBoundingClientRect();
  return { tag: one.tagName.toLowerCase(), id: one.id, name: one.name || '', type: one.type || '',
    words: (one.closest('label.choice') || one).textContent.trim().replace(/\\s+/g, ' ').slice(0, 80),
    ring: ring(one), inWindow: box.bottom > 0 && box.top < innerHeight };"""

_RING_WITHOUT_FOCUS = """
  const one = document.activeElement;
  one.blur();
  const found = ring(one);
  one.focus({ preventScroll: true, focusVisible: true });
  return found;"""

NO_RING = "none|none"


@dataclass(frozen=True)
class Focus:
    """What has the focus. `ring` is its outline and shadow as computed; `in_window`: it has not scrolled away."""

    tag: str
    id: str
    name: str
    type: str
    words: str
    ring: str
    in_window: bool


def small_targets(page: Page) -> list[str]:
    """What one presses that is under 44 × 44 px, a line each with its size."""
    found: list[str] = page.evaluate(_SMALL_TARGETS, SMALLEST_TARGET)
    return found


def misplaced_text(page: Page) -> list[str]:
    """Text outside the window, cut off by its box, or on top of other text."""
    found: list[str] = page.evaluate(_MISPLACED)
    return found


def broken_words(page: Page, longest: int) -> list[str]:
    """Words of at most so many letters that are broken between two lines."""
    found: list[str] = page.evaluate(_BROKEN, longest)
    return found


def moving(page: Page) -> list[str]:
    """Elements with a movement that lasts more than a hundredth of a second."""
    found: list[str] = page.evaluate(_MOVING)
    return found


def focus(page: Page) -> Focus:
    found: dict[str, Any] = page.evaluate(_with_ring(_FOCUS))
    return Focus(in_window=found.pop("inWindow"), **found)


def ring_without_focus(page: Page) -> str:
    """The outline and shadow that what has the focus has when it has not."""
    found: str = page.evaluate(_with_ring(_RING_WITHOUT_FOCUS))
    return found


def enlarge_text(page: Page, percent: int) -> None:
    """The reader's own wish for larger letters."""
    page.evaluate("size => { document.documentElement.style.fontSize = size; }", f"{percent}%")


def _with_ring(script: str) -> str:
    return "() => {" + _RING + script + "}"
