"""The form of JSON that digests are made of; what was written in it must be found again, so its bytes are fixed here."""
from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ckanext.govshare.domain import canonical


def test_the_text_is_the_same_for_ever() -> None:
    value = {"b": [1, 2.5, None, True], "a": "空气“质量”\n", "c": {"z": (), "y": {}}}
    assert canonical.text(value) == '{"a":"空气“质量”\\n","b":[1,2.5,null,true],"c":{"y":{},"z":[]}}'
    assert canonical.digest(value) == "0e44f8cfb857d7485479ea7bc7c15a48f7df5d99ab68df1f705f8862a8b38a0b"


def test_the_order_of_keys_does_not_matter_and_that_of_lists_does() -> None:
    assert canonical.digest({"a": 1, "b": {"c": 2, "d": 3}}) == canonical.digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert canonical.digest([1, 2]) != canonical.digest([2, 1])


@pytest.mark.parametrize("value", [date(2026, 3, 1), Decimal(1), {1, 2}, b"bytes", object()])
def test_what_json_has_no_form_for_is_not_guessed_at(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical.text({"a": value})
