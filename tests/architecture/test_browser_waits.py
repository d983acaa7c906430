"""A browser test that presses a button and looks before the next page has come fails now and then, or sees nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BROWSER: Final = Path(__file__).parents[1] / "browser"
LEADS_ON: Final = ("button", "link")
"""Words in what is pressed: `get_by_role("link")`, `locator("main form button")`."""
WAITS: Final = ("expect_", "expect(", ".wait_for")
"""What waits: a block around the press, or the statement after it."""


def _unwaited(source: str) -> list[int]:
    """The lines that press a button or a link without anything that waits for where it leads."""
    return sorted(_pressing(ast.parse(source).body))


def _pressing(statements: list[ast.stmt]) -> Iterator[int]:
    for number, statement in enumerate(statements):
        if isinstance(statement, ast.Expr) and _presses(statement.value):
            following = ast.unparse(statements[number + 1]) if number + 1 < len(statements) else ""
            if not any(wait in following for wait in WAITS):
                yield statement.lineno
        elif not (isinstance(statement, ast.With) and "expect_" in ast.unparse(statement.items[0])):
            for inner in ("body", "orelse", "finalbody"):
                yield from _pressing(getattr(statement, inner, []))


def _presses(call: ast.expr) -> bool:
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    on, how = ast.unparse(call.func.value), call.func.attr
    by_key = how == "press" and [ast.unparse(each) for each in call.args] == ["'Enter'"]
    return (how in {"click", "tap"} or by_key) and any(word in on for word in LEADS_ON)


def test_every_press_that_leads_on_is_waited_for() -> None:
    found = {
        file.name: lines for file in sorted(BROWSER.glob("*.py")) if (lines := _unwaited(file.read_text()))
    }
    assert found == {}


def test_a_press_that_nothing_waits_for_is_found() -> None:
    pressed = "page.get_by_role('button', name='Lagre').press('Enter')"
    assert _unwaited(f"{pressed}\nassert page.title() == 'Lagret'") == [1]
    assert _unwaited(f"def test():\n    for each in found:\n        {pressed}") == [3]
    assert _unwaited("page.locator('main form button').first.click()\nlook(page)") == [1]


def test_a_press_that_is_waited_for_is_left_alone() -> None:
    pressed = "page.get_by_role('link').click()"
    assert _unwaited(f"with page.expect_navigation():\n    {pressed}\nlook(page)") == []
    assert _unwaited(f"{pressed}\nexpect(page.get_by_text('Takk')).to_be_visible()") == []
    assert _unwaited("page.locator('label').click()\npage.keyboard.press('Tab')") == []
