"""Reading the parts of a page in tests."""
from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag


def part(answer: Any, selector: str) -> Tag:
    found = BeautifulSoup(answer.body, "html.parser").select_one(selector)
    assert found is not None, f"{selector} is not on the page"
    return found


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
