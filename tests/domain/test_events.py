"""What has happened is told by its own fields, and a refusal says why."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain import events
from ckanext.govshare.domain.errors import DomainError, Invalid, NotNow, NotYours
from ckanext.govshare.domain.wording import Message


def test_the_payload_of_an_event_is_its_own_fields() -> None:
    assert events.EntryDiscarded(True).payload() == {"published": True}
    assert events.EntryWithdrawn().payload() == {}


@pytest.mark.parametrize("refusal", [DomainError, NotNow, NotYours])
def test_a_refusal_says_why(refusal: type[DomainError]) -> None:
    assert refusal(Message("Not {what}", what="now")).message.params == {"what": "now"}
    assert str(refusal(Message("Not {what}", what="now"))) == "Not now"
    for nothing in (None, "", "a text that nobody translates"):
        with pytest.raises(TypeError):
            refusal(nothing)  # type: ignore[arg-type]  # the fault that is tested


@pytest.mark.parametrize("errors", [{"name": None}, {"name": [None]}, {"name": ["wrong"]}, {"a": [Message("x")], "b": [None]}])
def test_what_is_wrong_is_told_of_every_field(errors: Any) -> None:
    with pytest.raises(TypeError):
        Invalid(errors)
    assert Invalid({"name": [Message("x")]}).errors == {"name": [Message("x")]}


class TestMessage:
    def test_it_is_its_text_with_its_parameters(self) -> None:
        assert str(Message("{count} of {what}", count=3, what=Message("cases"))) == "3 of cases"
        assert str(Message("{count} stays as it is")) == "{count} stays as it is"
        assert repr(Message("{count}", count=3)) == "Message('3')"

    def test_alike_are_those_of_one_text_and_the_same_parameters(self) -> None:
        same = Message("{a}", a=1), Message("{a}", a=1)
        assert same[0] == same[1]
        assert hash(same[0]) == hash(same[1])
        for other in (Message("{a}", a=2), Message("{a}!", a=1), Message("{a}"), "1"):
            assert same[0] != other

    def test_the_order_of_parameters_makes_no_difference(self) -> None:
        assert hash(Message("x", a=1, b=2)) == hash(Message("x", b=2, a=1))
        assert len({Message("x", a=1, b=2), Message("x", b=2, a=1), Message("x", a=2, b=1)}) == 2
