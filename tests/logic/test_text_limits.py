"""Every text that is stored has a greatest length, and what no schema names has one, too."""
from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.logic.action import create, patch, update
from ckan.tests import factories
from ckan.tests.helpers import call_action
from world import World

from ckanext.govshare.domain import text_limits

# Actions of CKAN that have no row, and why.
WITHOUT: dict[str, str] = {
    **dict.fromkeys(("package_create", "package_update", "package_patch", "package_revise", "resource_update", "resource_patch"),
                    "the schema of entries, and entry_fields"),
    **dict.fromkeys(("follow_user", "follow_dataset", "follow_group", "bulk_update_private", "bulk_update_public",
                     "bulk_update_delete", "package_owner_org_update", "package_resource_reorder", "resource_view_reorder",
                     "resource_create_default_resource_views", "package_create_default_resource_views"), "no text is stored"),
    **dict.fromkeys(("task_status_update_many", "term_translation_update_many"), "each goes through the action for one"),
    "config_option_update": "the operator's settings",
}


def _actions(module: ModuleType) -> set[str]:
    return {name for name, value in vars(module).items()
            if callable(value) and getattr(value, "__module__", "") == module.__name__ and not name.startswith("_")}


def test_every_action_of_ckan_that_stores_has_lengths_or_a_reason_for_none() -> None:
    storing = _actions(create) | _actions(update) | _actions(patch)
    assert storing - text_limits.STORED.keys() == WITHOUT.keys()
    assert not WITHOUT.keys() & text_limits.STORED.keys()


@pytest.mark.usefixtures("shared_world")
@pytest.mark.parametrize(("action", "field"), [(action, field) for action, row in text_limits.STORED.items() for field in row])
def test_what_is_too_long_is_refused_by_name_with_both_lengths(action: str, field: str) -> None:
    limit = text_limits.STORED[action][field]
    with pytest.raises(tk.ValidationError) as refusal:
        call_action(action, **{field: "[" * (limit + 1)})
    text = refusal.value.error_dict[field][0]
    assert str(limit) in text
    assert str(limit + 1) in text
    with pytest.raises(tk.ValidationError) as refusal:
        call_action(action, **{field: ["字"]})
    assert field in refusal.value.error_dict


def test_a_profile_text_that_stalled_a_worker_is_refused_and_one_that_stands_is_shown(app: Any, shared_world: World) -> None:
    user = factories.UserWithToken(password="Shui-zhi-2026-jiance")
    answer = app.post("/api/3/action/user_patch", headers={"Authorization": user["token"]},
                      json={"id": user["id"], "about": "[" * 12_000}, status=409)
    assert "12000" in answer.json["error"]["about"][0]
    stored = model.User.get(user["id"])
    stored.about = "[" * 12_000 + "<script>x</script>"
    model.repo.commit()
    page = app.get(f"/user/{user['name']}", headers={"Authorization": user["token"]}, status=200).body
    assert "<script>x" not in page
    assert "[" * 12_000 in tk.h.render_markdown(stored.about, auto_link=False)


@pytest.mark.parametrize(("given", "named"), [
    ({"id": "x", "plugin_extras": {"a": ["字" * 200_001]}}, "plugin_extras.a"),
    ({"id": "x", "extras": [{"key": "k"}] * 60_000}, "extras"),
    ({"字" * 200_001: 1}, "字字字"),
])
def test_what_no_schema_names_is_bounded_too(app: Any, shared_world: World, given: Any, named: str) -> None:
    for action in ("user_update", "package_search", "organization_create"):
        answer = app.post(f"/api/3/action/{action}", json=given, status=400)
        assert named in answer.json["error"]["message"]


def test_json_nested_beyond_reading_is_refused_and_a_form_that_says_too_much(app: Any, shared_world: World) -> None:
    for depth in (30, 100_000):
        body = '{"a":' + "[" * depth + "]" * depth + "}"
        app.post("/api/3/action/package_create", data=body, headers={"Content-Type": "application/json"}, status=400)
        app.post("/api/3/action/package_create", data={body: ""}, status=400)
    for number in ("1e400", "NaN", "9" * 5000):
        app.post("/api/3/action/package_search", data={f'{{"rows": {number}}}': ""}, status=400)
    app.post("/dataset/new", data={"title": "字" * 200_001}, status=400)
    app.post("/api/3/action/package_search", data=json.dumps({"q": "水", "fq_list": ["name:a"] * 100}), status=200,
             headers={"Content-Type": "application/json"})
