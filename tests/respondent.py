"""A respondent with a browser without scripts: reads pages, fills in forms, presses buttons, follows redirects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lxml.html
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass
class Page:
    """A page as the respondent sees it."""

    response: TestResponse

    @cached_property
    def tree(self) -> Any:
        """The document. That pages are valid HTML is another test's matter (test_pages.py)."""
        return lxml.html.document_fromstring(self.response.text)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def address(self) -> str:
        return self.response.request.full_path.rstrip("?")

    @property
    def title(self) -> str:
        return _text(self.tree.find(".//title"))

    @property
    def heading(self) -> str:
        [h1] = self.tree.iter("h1")
        return _text(h1)

    @property
    def text(self) -> str:
        return _text(self.tree.find("body"))

    @property
    def language(self) -> str:
        return str(self.tree.get("lang"))

    def questions(self) -> list[str]:
        """The statements, in order."""
        return [_text(legend) for legend in self.tree.iter("legend")]

    def options(self) -> dict[str, list[str]]:
        """Radio button name → the answers it offers."""
        found: dict[str, list[str]] = {}
        for button in self._fields("radio"):
            if button.get("value"):
                found.setdefault(button.get("name"), []).append(button.get("value"))
        return found

    def answers(self) -> dict[str, str]:
        """What the form holds: chosen radio buttons, ticked boxes, chosen lines and texts, by name."""
        picked = [field for field in self._fields("radio", "checkbox") if "checked" in field.attrib]
        found = {field.get("name"): field.get("value") for field in picked}
        found |= {field.get("name"): field.get("value", "") for field in self._fields("text")}
        found |= {area.get("name"): area.text or "" for area in self.tree.iter("textarea")}
        for choice in self.tree.iter("select"):
            found |= {choice.get("name"): line.get("value") for line in choice if "selected" in line.attrib}
        return {name: text for name, text in found.items() if text}

    def unseen(self) -> dict[str, str]:
        """What the form carries besides, by name."""
        return {field.get("name"): field.get("value", "") for field in self._fields("hidden")}

    def takes_back(self) -> set[str]:
        """The questions whose answer can be taken back by a button of its own."""
        return {
            field.get("name")
            for label in self.tree.iter("label")
            if "take-back" in label.get("class", "") and "hidden" not in label.attrib
            for field in label.iter("input")
        }

    def links(self, inside: str = ".//a") -> dict[str, str]:
        """Link text → address."""
        return {_text(link): link.get("href") for link in self.tree.findall(inside)}

    def summary(self) -> dict[str, str]:
        """Text → target of each link in the error summary or reminder; empty when there is none."""
        boxes = [box for box in self.tree.iter("div") if "ds-error-summary" in box.get("class", "")]
        return {_text(link): link.get("href") for box in boxes for link in box.iter("a")}

    def form_address(self) -> str:
        [form] = self.tree.iter("form")
        return str(form.get("action"))

    def ids(self) -> set[str]:
        return {element.get("id") for element in self.tree.iter() if element.get("id")}

    def _fields(self, *types: str) -> list[Any]:
        return [field for field in self.tree.iter("input") if field.get("type") in types]


class Respondent:
    """Somebody with a code, on one visit. `page` is what stands on the screen."""

    def __init__(self, client: FlaskClient, code: str, language: str = "nb", link: str = "") -> None:
        """Opens the link that was sent: a new visit, unless `link` is a page's address with a visit in it."""
        self.client = client
        self._language = language
        self.code = code
        self.page = self.open(link or f"/svar/{code}")

    @property
    def way(self) -> str:
        """What her pages' addresses begin with, with the visit if the page on the screen carries it."""
        return f"/svar/{self.code}{visit_in(self.page)}/{self._language}"

    def another_tab(self, client: FlaskClient) -> "Respondent":
        """The same visit in another tab, on the same page; on the start page when the screen has the link's own."""
        is_of_visit = f"{self.code}." in self.page.address
        return Respondent(
            client, self.code, self._language, self.page.address if is_of_visit else f"{self.way}/"
        )

    def open(self, address: str) -> Page:
        self.page = Page(self.client.get(address, follow_redirects=True))
        return self.page

    def goes_to(self, page: str) -> Page:
        """Opens one of her own pages: «side/2», «oppsummering»."""
        return self.open(f"{self.way}/{page}")

    def press(self, changes: Mapping[str, str] | None = None, button: str = "", value: str = "1") -> Page:
        """Sends the page's form as it stands, with the changes, by the main or a named button."""
        sent = self.page.unseen() | self.page.answers() | dict(changes or {})
        sent |= {button: value} if button else {}
        self.page = Page(self.client.post(self.page.form_address(), data=sent, follow_redirects=True))
        return self.page

    def answers_all(self, choose: int = 0, comment: str = "") -> Page:
        """Chooses the option in place `choose` of everything on the page, writes the comment, and goes on."""
        chosen = {name: values[min(choose, len(values) - 1)] for name, values in self.page.options().items()}
        texts = {area.get("name"): comment for area in self.page.tree.iter("textarea")}
        return self.press(chosen | texts)

    def answers_to_the_review(self, choose: int = 0, comment: str = "") -> Page:
        """From the first page to the review, answering everything."""
        self.goes_to("side/1")
        while "/side/" in self.page.address:
            self.answers_all(choose, comment)
        return self.page

    def delivers(self) -> Page:
        self.goes_to("oppsummering")
        return self.press()


def visit_in(page: Page) -> str:
    """«.token» as it stands in the page's address, else in its links; empty when neither has one."""
    found = re.search(r"/svar/[\w-]+(\.[\w=-]+)", f"{page.address} {page.response.text}")
    return found.group(1) if found else ""


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
