"""Where links with a fragment lead: to what is there, and not within a <details> that is closed without scripts."""

from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin


class PageAnchors(HTMLParser):
    """folded: the id of each element → whether it is a closed <details> or within one. links: those with a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.folded: dict[str, bool] = {}
        self.links: list[str] = []
        self._closed: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "details":
            self._closed.append("open" not in found)
        if found.get("id"):
            # The line that is pressed is there, whether its own <details> is open or not.
            around = self._closed[:-1] if tag == "summary" else self._closed
            self.folded[found["id"] or ""] = any(around)
        if tag == "a" and "#" in (found.get("href") or ""):
            self.links.append(found["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._closed.pop()


def lost_links(pages: Mapping[str, str], fetched: Callable[[str], str] | None = None) -> Iterator[str]:
    """The links of the pages that lead to nothing, or to a closed line.

    pages: address → HTML. fetched: gets a page that is not among them; without it, links to others are not followed.
    """
    read = {address: PageAnchors(html) for address, html in pages.items()}
    for address in pages:
        for link in dict.fromkeys(read[address].links):
            target, fragment = urldefrag(urljoin(address, link))
            if target not in read and fetched is not None:
                read[target] = PageAnchors(fetched(target))
            if target in read and (read[target].folded.get(unquote(fragment), True)):
                yield f"{address}: {link}"
