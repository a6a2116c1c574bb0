"""Templates of agreements through the public actions: which holds, who changes it, and signing anew."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from cases import Cases
from ckan import model
from world import World

from ckanext.govshare.repository import agreements

BODY = "用途：{purpose}\n\n数据：{entry_title}，编号{agreement_id}"


@pytest.fixture
def cases(world: World) -> Cases:
    return Cases(world)


def test_the_narrowest_template_holds(cases: Cases, world: World) -> None:
    scopes = ((world.reviewer, "site", "", "全站"), (cases.clerk, "department", world.own["name"], "部门"),
              (cases.clerk, "entry", cases.dataset["name"], "数据集"))
    for user, scope, scope_id, title in scopes:
        world.call(user, "govshare_agreement_template_update", scope=scope, scope_id=scope_id, title=title, body=BODY)
        shown = world.call(cases.clerk, "govshare_agreement_template_show", scope="entry", scope_id=cases.dataset["id"])
        assert (shown["title"], shown["from"], shown["own"]) == (title, scope, scope == "entry")
    offered = cases.offered()
    assert (offered["title"], offered["template"]["scope"], offered["template"]["version"]) == ("数据集", "entry", 1)


def test_who_may_change_which(cases: Cases, world: World) -> None:
    for user, scope, scope_id in ((cases.clerk, "site", ""), (world.member, "department", world.own["id"]),
                                  (world.other_editor, "department", world.own["id"]), ("", "site", ""),
                                  (world.reviewer, "department", world.own["id"]), (world.operator, "site", ""),
                                  (world.other_editor, "entry", cases.dataset["id"])):
        with pytest.raises(tk.NotAuthorized):
            world.call(user, "govshare_agreement_template_update", scope=scope, scope_id=scope_id, title="题", body=BODY)


def test_an_unknown_field_is_named_and_nothing_is_saved(cases: Cases, world: World) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        world.call(cases.clerk, "govshare_agreement_template_update", scope="department", scope_id=world.own["id"],
                   title="题", body="{purpos}")
    assert "{purpos}" in refused.value.error_dict["body"][0]
    assert world.call(cases.clerk, "govshare_agreement_template_list") == []


def test_a_new_version_changes_no_signed_agreement_and_where_asked_is_signed_anew_without_a_gap(
        cases: Cases, world: World) -> None:
    bound = cases.signed()
    change = {"scope": "department", "scope_id": world.own["id"], "title": "新版", "body": BODY}
    world.call(cases.clerk, "govshare_agreement_template_update", **change)
    assert cases.show("agreement", bound["id"]) | {"html": ""} == bound | {"html": ""}
    world.call(cases.clerk, "govshare_agreement_template_update", **change, sign_again=True)
    newer = offered_instead(bound, cases)
    assert (newer["title"], newer["replaces"], newer["state"]) == ("新版", bound["id"], "offered")
    assert (newer["ends_at"], cases.access()["allowed"]) == (bound["ends_at"], True)
    cases.sign(newer, cases.applicant)
    assert cases.access()["allowed"]
    cases.sign(newer, cases.clerk, "countersign")
    assert (cases.show("agreement", newer["id"])["state"], cases.access()["allowed"]) == ("in_force", True)
    assert cases.show("agreement", bound["id"])["standing"] == "terminated"


def offered_instead(bound: dict[str, Any], cases: Cases) -> dict[str, Any]:
    (found,) = agreements.replacing(bound["id"])
    model.Session.rollback()
    return cases.show("agreement", found.id)
