"""Hostile requests to forms are refused before they cost anything."""
from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from world import World


@pytest.mark.parametrize("field", ["tags__999999999__name", "extras__0__value__99999", "groups__123456__id"])
def test_a_row_number_that_would_fill_memory_is_refused(app: Any, world: World, field: str) -> None:
    assert app.post("/user/login", data={field: "x"}).status_code == HTTPStatus.BAD_REQUEST


def test_a_form_of_many_rows_is_accepted(app: Any, world: World) -> None:
    fields = {f"info_items__{row}__name": "x" for row in range(0, 2000, 100)}
    assert "The form has too many rows" not in app.post("/user/login", data=fields).body


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_no_form_leads_to_another_site(app: Any, world: World, address: str) -> None:
    answer = app.get("/dataset/new", query_string={"return_to": address})
    assert (answer.status_code, "not on this site" in answer.body) == (HTTPStatus.BAD_REQUEST, True)


def test_a_form_leads_back_to_a_page_of_ours(app: Any, world: World) -> None:
    assert app.get("/about", query_string={"return_to": "/entry/<NAME>"}).status_code == HTTPStatus.OK
