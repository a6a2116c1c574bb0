"""How long texts may be and what is text at all, for what the tables name and for what they do not."""
from __future__ import annotations

from typing import Any

import pytest

from ckanext.govshare.domain import group_fields, text_limits
from ckanext.govshare.domain.plain_text import is_blank, text_error
from ckanext.govshare.domain.text_limits import LISTS, STORED, Size, errors, too_much


class TestPlainText:
    @pytest.mark.parametrize("value", [None, "", " \n\t", [], (), {}])
    def test_nothing_was_said(self, value: Any) -> None:
        assert is_blank(value)

    @pytest.mark.parametrize("value", ["x", False, 0, [""], {"a": None}])
    def test_something_was_said(self, value: Any) -> None:
        assert not is_blank(value)

    @pytest.mark.parametrize("value", [None, "", "字" * 10, "a\n\r\tb", "\u200b😀"])
    def test_text_of_at_most_the_limit_is_right(self, value: Any) -> None:
        assert text_error(value, 10) is None

    def test_what_is_too_long_is_told_with_both_numbers(self) -> None:
        error = text_error("x" * 11, 10)
        assert error is not None
        assert error.params == {"length": 11, "limit": 10}

    @pytest.mark.parametrize("value", ["a\x00", "\x1b[1m", "\ud800", "\x85"])
    def test_control_characters_and_halves_of_pairs_are_no_text(self, value: str) -> None:
        assert "not text" in str(text_error(value, 10))

    @pytest.mark.parametrize("value", [1, ["a"], b"a", True])
    def test_what_is_no_string_is_no_text(self, value: Any) -> None:
        assert str(text_error(value, 10)) == "Expected text"


# What people were told, and what stands in forms: a limit that changes is changed here, too.
USER = {"id": 100, "name": 100, "fullname": 100, "display_name": 100, "email": 254, "about": 2000, "password": 200,
        "password1": 200, "password2": 200, "old_password": 200, "password_hash": 500, "image_url": 500, "reset_key": 200}
GROUP = {"id": 100, "name": 100, "title": 200, "description": 2000, "image_url": 500, "image_display_url": 1000, "type": 100,
         "approval_status": 40, "uscc": 40, "contact": 500}
MEMBER = {"id": 100, "object": 100, "object_type": 40, "capacity": 40, "username": 100, "role": 40}
VIEW = {"id": 100, "resource_id": 100, "title": 200, "description": 2000, "view_type": 100, "page_url": 2000, "image_url": 2000}
PAIR = {"subject": 100, "object": 100, "type": 100, "comment": 2000}
VOCABULARY = {"id": 100, "name": 100}
GROUPS = [f"{kind}_{verb}" for kind in ("group", "organization") for verb in ("create", "update", "patch")]
LIMITS: dict[str, dict[str, int]] = {
    "user_create": USER, "user_update": USER, "user_patch": USER,
    "user_invite": {"id": 100, "email": 254, "group_id": 100, "role": 40},
    **dict.fromkeys(GROUPS, GROUP),
    "member_create": MEMBER, "member_delete": MEMBER, "group_member_create": MEMBER, "group_member_delete": MEMBER,
    "organization_member_create": MEMBER, "organization_member_delete": MEMBER,
    "resource_view_create": VIEW, "resource_view_update": VIEW,
    "package_relationship_create": PAIR, "package_relationship_update": PAIR,
    "vocabulary_create": VOCABULARY, "vocabulary_update": VOCABULARY,
    "tag_create": {"name": 100, "vocabulary_id": 100}, "api_token_create": {"user": 100, "name": 100},
    "task_status_update": {"id": 100, "entity_id": 100, "entity_type": 100, "task_type": 100, "key": 200},
    "term_translation_update": {"term": 500, "term_translation": 500, "lang_code": 40},
    "package_collaborator_create": {"id": 100, "user_id": 100, "capacity": 40},
    "resource_create": {"id": 100, "package_id": 100}, "file_create": {"name": 200, "storage": 100},
}
ELEMENTS: dict[str, dict[str, int]] = {
    **{name: {"users": 1000, "groups": 50, "extras": 50, "tags": 100} for name in GROUPS},
    "vocabulary_create": {"tags": 1000}, "vocabulary_update": {"tags": 1000},
}


def test_the_limits_are_those_that_were_told() -> None:
    assert STORED == LIMITS
    assert LISTS == ELEMENTS
    assert (Size(200_000, 50_000, 20), Size(1_000_000, 1_000_000, 30)) == (text_limits.ANY, text_limits.ROWS)


class TestStored:
    @pytest.mark.parametrize(("action", "field", "limit"), [
        (action, field, limit) for action in ("user_create", "group_patch", "resource_view_update", "user_invite")
        for field, limit in STORED[action].items()])
    def test_each_field_takes_its_limit_and_no_character_more(self, action: str, field: str, limit: int) -> None:
        assert errors(action, {field: "x" * limit}) == {}
        assert list(errors(action, {field: "x" * (limit + 1)})) == [field]

    @pytest.mark.parametrize("value", [["x"], {"x": 1}, [], {}])
    def test_a_text_is_no_list_and_no_object(self, value: Any) -> None:
        assert {field: list(map(str, told)) for field, told in errors("user_create", {"name": value}).items()} == {
            "name": ["Expected text"]}

    @pytest.mark.parametrize("value", [None, 5, True])
    def test_what_else_is_sent_is_for_ckan_to_judge(self, value: Any) -> None:
        assert errors("user_create", {"name": value}) == {}

    @pytest.mark.parametrize(("action", "field", "most"), [
        (action, field, most) for action in ("organization_update", "vocabulary_create")
        for field, most in LISTS[action].items()])
    def test_a_list_has_at_most_so_many_elements(self, action: str, field: str, most: int) -> None:
        assert errors(action, {field: [{}] * most}) == {}
        (error,) = errors(action, {field: [{}] * (most + 1)})[field]
        assert error.params == {"count": most + 1, "limit": most}

    def test_all_that_is_too_long_is_told_at_once(self) -> None:
        given = {"title": "x" * 201, "description": "\0", "users": [{}] * 1001}
        assert set(errors("organization_create", given)) == set(given)

    def test_an_action_that_is_not_named_has_no_limits_here(self) -> None:
        assert errors("package_show", {"id": "x" * 10_000}) == {}


class TestTooMuch:
    size = Size(text=5, parts=4, depth=2)

    @pytest.mark.parametrize("given", ["xxxxx", [1, 2, 3], {"a": 1}, [[1]], {"a": [1]}, None, 10 ** 9])
    def test_what_is_within_the_size_is_taken(self, given: Any) -> None:
        assert too_much(given, self.size) is None

    @pytest.mark.parametrize(("given", "params"), [
        ("xxxxxx", {"field": "", "length": 6, "limit": 5}), ([1, 2, 3, 4], {"field": "", "limit": 4}),
        ([[[1]]], {"field": "", "limit": 2}), ([{"a": [1]}], {"field": "a", "limit": 2}),
        ({"a": "xxxxxx"}, {"field": "a", "length": 6, "limit": 5}), ({"aaaaaa": 1}, {"field": "aaaaaa", "length": 6, "limit": 5}),
        ({"a": ["xxxxxx"]}, {"field": "a", "length": 6, "limit": 5})])
    def test_what_is_too_much_is_told_with_its_place(self, given: Any, params: dict[str, Any]) -> None:
        error = too_much(given, self.size)
        assert error is not None
        assert error.params == params

    def test_depth_is_told_before_numbers_and_names_are_cut(self) -> None:
        deep: Any = 1
        for _ in range(100_000):
            deep = [deep]
        error = too_much({"n" * 90: deep}, Size(text=100, parts=10 ** 6, depth=20))
        assert error is not None
        assert error.params == {"field": "n" * 60, "limit": 20}

    def test_a_path_is_told_by_its_first_hundred_characters(self) -> None:
        error = too_much({"a" * 60: {"b" * 60: "xxxxxx"}}, Size(text=60, parts=9, depth=1))
        assert error is not None
        assert error.params["field"] == "a" * 60 + "." + "b" * 39
        wide = too_much({"a" * 60: {"b" * 60: 1}}, Size(text=60, parts=3, depth=9))
        assert wide is not None
        assert len(wide.params["field"]) <= 100

    def test_what_the_portal_itself_sends_is_within_bounds(self) -> None:
        assert too_much({"signature": "x" * 100_000, "resources": [{"name": "x"}] * 1000}, text_limits.ANY) is None
        assert too_much([[0] * 10] * 50_000, text_limits.ANY) is not None
        assert too_much([[0] * 10] * 50_000, text_limits.ROWS) is None


class TestGroups:
    site = "https://data.example.org"

    def _errors(self, **given: Any) -> list[str]:
        return list(group_fields.errors(given, {"image_url": "https://old.example.org/a.png", "left": "x"}, self.site))

    @pytest.mark.parametrize("field", sorted(group_fields.KNOWN - {"image_url"}))
    def test_known_fields_are_taken(self, field: str) -> None:
        assert self._errors(**{field: "x"}) == []

    @pytest.mark.parametrize("value", ["y", 1, True, ["y"]])
    def test_other_fields_are_refused_unless_they_say_nothing_or_what_is_stored(self, value: Any) -> None:
        assert self._errors(left=value) == ["left"]
        assert self._errors(left="x") == self._errors(left="") == self._errors(left=False) == self._errors(left=None) == []

    def test_a_name_is_told_by_its_first_hundred_characters(self) -> None:
        told = group_fields.errors({"x" * 101: "y"}, {}, self.site)
        assert list(told) == ["x" * 100]
        assert told["x" * 100][0].params == {"field": "x" * 100}

    @pytest.mark.parametrize("image", [
        "", "a.png", " a.png ", "2026/a.png", "https://data.example.org/uploads/a.png", "https://old.example.org/a.png"])
    def test_images_are_the_portals_own(self, image: str) -> None:
        assert self._errors(image_url=image) == []

    @pytest.mark.parametrize("image", [
        "https://other.example.org/a.png", "//other.example.org/a.png", "\\\\other.example.org\\a.png", "data:image/png;base64,x",
        "https://data.example.org.evil.example/a.png", "http://[", "http:a.png", "/\\other.example.org/a.png"])
    def test_images_from_elsewhere_are_refused(self, image: str) -> None:
        assert self._errors(image_url=image) == ["image_url"]
        assert "Upload the image" in str(group_fields.errors({"image_url": image}, {}, self.site)["image_url"][0])

    def test_a_site_with_a_slash_at_its_end_is_the_same_site(self) -> None:
        assert group_fields.errors({"image_url": self.site + "/a.png"}, {}, self.site + "/") == {}


def test_what_is_too_long_says_why_and_names_are_cut_at_sixty_characters() -> None:
    (message,) = errors("user_create", {"name": "x" * 101})["name"]
    assert message.params == {"length": 101, "limit": 100}
    told = too_much({"n" * 61: "xx"}, Size(text=1, parts=9, depth=9))
    assert told is not None
    assert len(told.params["field"]) == 60
    assert too_much([{"a": "xx"}, "xx", {"b": 1}], Size(text=1, parts=9, depth=9)) is not None
    assert too_much(["xx", {"b": 1}], Size(text=1, parts=9, depth=9)) is not None
