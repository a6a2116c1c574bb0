"""Unsafe settings stop the portal, and no way past the review is open, neither to clerks nor to the operator."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.config.declaration import Declaration
from ckan.exceptions import CkanConfigurationException
from ckan.tests import factories
from world import World

from ckanext.govshare.security import checks, settings

SAFE: dict[str, Any] = {
    "ckan.site_url": "https://data.example.com", "SECRET_KEY": "x" * 32, "WTF_CSRF_ENABLED": True,
    "SESSION_COOKIE_HTTPONLY": True, "REMEMBER_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "Lax",
    "REMEMBER_COOKIE_SAMESITE": "Lax", "PERMANENT_SESSION_LIFETIME": 28800, "REMEMBER_COOKIE_DURATION": 604800,
    "smtp.server": "mail.example.com", "smtp.starttls": True,
}
REFUSED: dict[str, Any] = {
    "debug": True, "SECRET_KEY": "secret", "WTF_CSRF_ENABLED": False, "SESSION_COOKIE_HTTPONLY": False,
    "REMEMBER_COOKIE_HTTPONLY": False, "SESSION_COOKIE_SAMESITE": "None", "REMEMBER_COOKIE_SAMESITE": None,
    "PERMANENT_SESSION_LIFETIME": 31536000, "REMEMBER_COOKIE_DURATION": 31536000, "ckan.auth.anon_create_dataset": True,
    "ckan.auth.create_unowned_dataset": True, "ckan.auth.create_dataset_if_not_in_organization": True,
    "ckan.auth.user_create_organizations": True, "ckan.auth.user_create_groups": True,
    "ckan.auth.user_delete_organizations": True, "ckan.auth.create_user_via_api": True,
    "ckan.auth.public_user_details": True, "ckan.auth.allow_dataset_collaborators": True,
    "ckan.auth.reveal_private_datasets": True, "ckan.files.authenticated_uploads.allow": True,
    "ckan.datastore.public_table_search": ["_table_metadata"],
}
DOUBTFUL: dict[str, Any] = {
    "ckan.site_url": "http://data.example.com", "smtp.starttls": False, "ckan.datastore.sqlsearch.enabled": True,
    "govshare.trusted_proxies": 9,
}


class TestSettings:
    def test_a_safe_configuration_passes(self) -> None:
        assert checks.unsafe(SAFE) == []

    @pytest.mark.parametrize("key", REFUSED)
    def test_an_unsafe_setting_stops_the_start_by_name(self, key: str) -> None:
        with pytest.raises(CkanConfigurationException, match=key.replace(".", r"\.")):
            checks.enforce({**SAFE, key: REFUSED[key]})

    @pytest.mark.parametrize("key", DOUBTFUL)
    def test_a_doubtful_setting_is_logged(self, key: str, caplog: pytest.LogCaptureFixture) -> None:
        checks.enforce({**SAFE, key: DOUBTFUL[key]})
        assert key in caplog.text

    def test_the_list_of_sql_functions_is_read_where_sql_search_is_on(self, tmp_path: Any) -> None:
        functions = tmp_path / "functions.txt"
        functions.write_text("abs\nTS_REWRITE\n")
        unsafe = {**SAFE, "ckan.datastore.sqlsearch.enabled": True,
                  "ckan.datastore.sqlsearch.allowed_functions_file": str(functions)}
        with pytest.raises(CkanConfigurationException, match="CVE-2026-42031"):
            checks.enforce(unsafe)

    def test_the_secret_is_not_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(CkanConfigurationException):
            checks.enforce({**SAFE, "SECRET_KEY": "short-one"})
        assert "short-one" not in caplog.text

    def test_every_rule_has_a_case_here(self) -> None:
        cases = {*REFUSED, *DOUBTFUL, "ckan.datastore.sqlsearch.allowed_functions_file"}
        assert {rule.key for rule in checks.RULES} == cases

    def test_defaults_alone_pass_where_ckans_do_not(self) -> None:
        declaration = Declaration()
        declaration.load_core_declaration()
        given = {"ckan.site_url": "https://data.example.com", "SECRET_KEY": "x" * 32}

        def broken() -> set[str]:
            defaults = {str(key): declaration[key].default for key in declaration.iter_options()}
            return {rule.key for rule in checks.unsafe({**defaults, **given}) if rule.severity is checks.Severity.REFUSED}
        assert {"PERMANENT_SESSION_LIFETIME", "ckan.auth.public_user_details"} <= broken()
        settings.harden(declaration)
        assert broken() == set()

    @pytest.mark.parametrize(("site", "secure"), [("https://data.example.com", True), ("http://127.0.0.1:5000", False)])
    def test_cookies_keep_to_https_where_the_site_has_it(self, site: str, secure: bool) -> None:
        config: dict[str, Any] = {"ckan.site_url": site, "ckan.max_resource_size": 10}
        settings.derive(config)
        assert config["SESSION_COOKIE_SECURE"] is secure
        assert config["REMEMBER_COOKIE_SECURE"] is secure

    def test_a_request_is_no_larger_than_the_largest_file(self) -> None:
        config: dict[str, Any] = {"ckan.site_url": "https://data.example.com", "ckan.max_resource_size": 10}
        settings.derive(config)
        assert config["MAX_CONTENT_LENGTH"] == 11 * 1024 * 1024


PEOPLE = ("anonymous", "citizen", "own_editor", "own_admin", "other_editor", "competent", "operator")
CLERKS = tuple(person for person in PEOPLE if person != "operator")


def refuse(world: World, person: str, action: str, **data: Any) -> None:
    with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound)):
        world.call(world.people()[person], action, **data)


class TestWaysPastTheReview:
    """Every action of CKAN that writes to an entry without package_update is closed, to everybody (CAT-4: 001 第十条)."""

    @pytest.mark.parametrize("person", PEOPLE)
    def test_nobody_publishes_hides_moves_or_relates_entries_in_bulk(self, world: World, person: str) -> None:
        draft, published = world.draft(), world.approved()
        both, own = [draft["id"], published["id"]], world.own["id"]
        for action in ("bulk_update_public", "bulk_update_private", "bulk_update_delete"):
            refuse(world, person, action, datasets=both, org_id=own)
        refuse(world, person, "package_owner_org_update", id=published["id"], organization_id=world.other["id"])
        refuse(world, person, "package_relationship_create", subject=published["id"], object=draft["id"], type="depends_on")
        refuse(world, person, "package_collaborator_create", id=published["id"], user_id=world.citizen, capacity="editor")
        assert world.call("", "package_show", id=published["id"])["owner_org"] == own
        assert model.Package.get(draft["id"]).private is True

    @pytest.mark.parametrize("person", PEOPLE)
    def test_nobody_puts_an_entry_under_a_department_or_theme_past_its_fields(self, world: World, person: str) -> None:
        theme = factories.Group(user={"name": world.operator})
        published = world.approved()
        for group in (theme["id"], world.own["id"], world.other["id"]):
            refuse(world, person, "member_create", id=group, object=published["id"], object_type="package", capacity="public")
        refuse(world, person, "member_delete", id=world.own["id"], object=published["id"], object_type="package")
        refuse(world, person, "group_update", id=theme["id"], name=theme["name"], packages=[{"id": published["id"]}])
        refuse(world, person, "group_create", name="by-the-way", packages=[{"id": published["id"]}])
        refuse(world, person, "organization_create", name="by-the-way", packages=[{"id": published["id"]}])
        assert world.call("", "package_show", id=published["id"])["groups"] == []

    @pytest.mark.parametrize("person", PEOPLE)
    def test_nobody_deletes_or_purges_a_published_entry(self, world: World, person: str) -> None:
        published = world.approved()
        with pytest.raises((tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError)):
            world.call(world.people()[person], "package_delete", id=published["id"])
        refuse(world, person, "dataset_purge", id=published["id"])
        assert world.call("", "package_show", id=published["id"])["state"] == "active"

    @pytest.mark.parametrize("change", [
        {"private": False}, {"private": True}, {"state": "deleted"}, {"state": "draft"}, {"title": "改后的标题"},
        {"notes": "改后的摘要"}, {"tag_string": "改后"}, {"open_type": "none"}, {"catalog_code": "9/99/99/999"},
        {"resources": []},
    ])
    def test_what_an_editor_saves_leaves_the_published_entry_as_it_is(self, world: World, change: dict[str, Any]) -> None:
        published = world.approved(resources=[{"name": "站点", "url": "https://example.com/a.csv"}])
        before = world.call("", "package_show", id=published["id"])
        for action in ("package_patch", "package_update", "package_revise"):
            self.save(world, action, before, change)
        assert world.call("", "package_show", id=published["id"]) == before

    def save(self, world: World, action: str, entry: dict[str, Any], change: dict[str, Any]) -> None:
        data: dict[str, Any] = {
            "package_patch": {"id": entry["id"], **change}, "package_update": {**entry, **change},
            "package_revise": {"match": {"id": entry["id"]}, "update": change},
        }[action]
        try:
            world.call(world.editor, action, **data)
        except (tk.ValidationError, tk.NotAuthorized):
            return

    def test_data_files_of_a_published_entry_change_under_review_alone(self, world: World) -> None:
        published = world.approved(resources=[{"name": "站点", "url": "https://example.com/a.csv"},
                                              {"name": "断面", "url": "https://example.com/b.csv"}])
        before = world.call("", "package_show", id=published["id"])
        first, second = (resource["id"] for resource in published["resources"])
        commands: list[tuple[str, dict[str, Any]]] = [
            ("resource_patch", {"id": first, "name": "改"}),
            ("resource_update", {"id": first, "name": "改", "url": "https://example.com/c.csv"}),
            ("resource_create", {"package_id": published["id"], "name": "新", "url": "https://example.com/d.csv"}),
            ("package_resource_reorder", {"id": published["id"], "order": [second, first]}),
            ("resource_delete", {"id": second}),
        ]
        for action, data in commands:
            world.call(world.editor, action, **data)
            assert world.call("", "package_show", id=published["id"]) == before, action

    @pytest.mark.parametrize("person", CLERKS)
    def test_views_of_data_files_are_the_operators(self, world: World, person: str) -> None:
        published = world.approved(resources=[{"name": "站点", "url": "https://example.com/a.csv"}])
        file = published["resources"][0]["id"]
        refuse(world, person, "resource_view_reorder", id=file, order=[])


class TestWhoManagesWhat:
    @pytest.mark.parametrize("person", CLERKS)
    def test_departments_themes_and_accounts_are_made_by_the_operator_alone(self, world: World, person: str) -> None:
        refuse(world, person, "organization_create", name="new-department")
        refuse(world, person, "group_create", name="new-theme")
        refuse(world, person, "organization_delete", id=world.own["id"])
        refuse(world, person, "organization_purge", id=world.own["id"])
        refuse(world, person, "user_delete", id=world.citizen)

    def test_programs_register_no_accounts(self, app: Any, world: World) -> None:
        answer = app.post("/api/3/action/user_create", json={
            "name": "robot", "email": "robot@example.com", "password": "correct horse battery"})
        assert answer.status_code == 403

    @pytest.mark.parametrize("person", ["citizen", "own_editor", "other_editor", "competent"])
    def test_members_are_appointed_by_their_department_s_admins_alone(self, world: World, person: str) -> None:
        refuse(world, person, "organization_member_create", id=world.own["id"], username=world.citizen, role="editor")
        refuse(world, person, "member_create", id=world.own["id"], object=world.citizen, object_type="user", capacity="admin")

    def test_a_department_s_admin_appoints_its_members(self, world: World) -> None:
        world.call(world.admin, "organization_member_create", id=world.own["id"], username=world.citizen, role="editor")
        refuse(world, "own_admin", "organization_member_create", id=world.other["id"], username=world.citizen, role="editor")

    @pytest.mark.parametrize("person", ["anonymous", "citizen", "own_editor", "other_editor"])
    def test_users_are_not_listed(self, world: World, person: str) -> None:
        refuse(world, person, "user_list")
        refuse(world, person, "user_autocomplete", q="a")
        refuse(world, person, "user_show", id=world.reviewer)

    def test_everybody_sees_the_own_account(self, world: World) -> None:
        assert world.call(world.citizen, "user_show", id=world.citizen)["name"] == world.citizen

    @pytest.mark.parametrize("person", ["anonymous", "citizen", "other_editor"])
    def test_the_members_of_a_department_are_not_listed_to_strangers(self, world: World, person: str) -> None:
        assert world.call(world.people()[person], "member_list", id=world.own["id"]) == []
