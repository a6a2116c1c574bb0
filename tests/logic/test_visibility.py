"""Nobody but those concerned finds a trace of an entry that is not approved or not opened (001 第十条, 第二十五条)."""
from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from browser import Browser
from ckan.lib.search import rebuild
from ckan.tests import factories
from walk import (
    Probe,
    Twins,
    actions,
    answer,
    naming_calls,
    naming_commands,
    naming_forms,
    naming_pages,
    neutral_calls,
    neutral_pages,
    survey,
    tells_apart,
)
from world import World, entry_fields

from ckanext.govshare.logic import labels

WORD = "zqxcanary"
ABSENT = "wkvnothere"[:len(WORD)]
OUTSIDERS = ("anonymous", "citizen", "other_editor")
NONE = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"}

TRICKS = (
    "facet.mincount=0&facet.field=[\"tags\"]&rows=0",
    "facet.field=[\"tags\",\"organization\",\"groups\",\"res_format\",\"open_type\"]&facet.limit=-1&rows=0",
    "facet.field=[\"permission_labels\"]&rows=0",
    "fq=capacity:private",
    "fq=%2Bstate:(active OR draft OR deleted)&include_private=true&include_drafts=true&include_deleted=true",
    "fq=permission_labels:*",
    f"q=*:* OR title:{WORD}",
    "fl=id,name,title,permission_labels,data_dict,validated_data_dict&include_private=true",
    "fl=score,name&include_private=true",
    f"fl=docfreq(text,'{WORD}'),name",
    f"sort=docfreq(text,'{WORD}') desc",
    "q={!func}1",
    "use_default_schema=true&include_private=true",
    "rows=1000&start=0&include_private=true&fq=-open_type:unconditional",
)


def canary(kind: str) -> dict[str, Any]:
    """Fields of a hidden entry, with the word in each place from which a page or an action could pass it on."""
    return {
        "name": f"{WORD}-{kind}", "title": f"{WORD}标题{kind}", "notes": f"{WORD}摘要", "tag_string": f"{WORD}-tag-{kind}",
        "info_items": [{"name": f"{WORD}信息项", "data_type": "C", "length": 9, "description": WORD}],
        "resources": [{"name": f"{WORD}文件", "url": f"https://example.com/{WORD}.csv", "format": f"{WORD}fmt"}],
    }


class Site:
    """A portal with public entries, and what is then hidden in it."""

    def __init__(self, app: Any, world: World) -> None:
        self.app, self.world = app, world
        self.theme = factories.Group(name="shengtai", user={"name": world.operator})["name"]
        self.public = world.approved(name="gongkai-shuju", tag_string="空气", resources=[
            {"name": "站点", "url": "https://example.com/a.csv", "format": "CSV"}])
        world.approved(name="gongkai-shuju-2", tag_string="水质")
        self.hidden: list[dict[str, Any]] = []
        self.browsers = {role: self._browser(name) for role, name in world.people().items()}
        self.known = [self.public["name"], self.public["id"], self.public["resources"][0]["id"], world.own["name"],
                      world.own["id"], world.other["name"], self.theme, "空气", world.other_editor]
        self.places = [self.public["name"], self.public["resources"][0]["id"], world.own["name"], self.theme,
                       world.other_editor]

    def _browser(self, name: str) -> Browser:
        return Browser(self.app, token=factories.APIToken(user=name)["token"] if name else "")

    def plant(self) -> Twins:
        """Hide one entry of each kind: draft, submitted, returned, not opened, and a change of a published one."""
        world = self.world
        hidden = [world.draft(**canary("draft")), world.submitted(**canary("submitted")),
                  world.returned(**canary("returned")), world.approved(**canary("closed"), **NONE)]
        self.hidden = hidden
        change = {**canary("change"), "name": self.public["name"]}
        pending = world.call(world.editor, "package_patch", id=self.public["id"], **change)
        identifiers = {entry["name"]: entry["name"].replace(WORD, ABSENT) for entry in hidden}
        identifiers |= {entry["id"]: str(uuid.uuid4()) for entry in hidden}
        identifiers |= {entry["resources"][0]["id"]: str(uuid.uuid4()) for entry in [*hidden, pending]}
        identifiers |= {f"{WORD}-tag-closed": f"{ABSENT}-tag-closed"}
        file = pending["resources"][0]["id"]
        return Twins(identifiers, {WORD: ABSENT}, (f"{WORD}-draft", hidden[-1]["id"], hidden[0]["resources"][0]["id"], file))

    def leaks(self, role: str, probes: Callable[[], Iterator[Probe]], before: dict[Probe, Any]) -> list[str]:
        """Probes whose answer changed when the hidden entries came into being, or holds the word."""
        found = []
        for probe in probes():
            now = answer(self.browsers[role], probe)
            if now != before[probe] or WORD in now.body or any(WORD in (h or "") for h in now.headers):
                found.append(str(probe))
        return found

    def oracles(self, role: str, probes: Iterator[Probe], twins: Twins) -> list[str]:
        """Probes that tell something hidden from something that does not exist."""
        every = twins.all()
        return [str(probe) for probe in probes if tells_apart(self.browsers[role], probe, every[probe.name])]


@pytest.fixture
def site(app: Any, world: World) -> Site:
    return Site(app, world)


def searches() -> Iterator[Probe]:
    for trick in TRICKS:
        yield Probe(f"/api/3/action/package_search?{trick}")


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_action_shows_a_trace(site: Site, role: str) -> None:
    def probes() -> Iterator[Probe]:
        yield from neutral_calls(site.known)
        yield from searches()
    before = survey(site.browsers[role], probes())
    twins = site.plant()
    assert site.leaks(role, probes, before) == []
    assert site.oracles(role, naming_calls(twins), twins) == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_page_shows_a_trace(site: Site, role: str) -> None:
    def probes() -> Iterator[Probe]:
        yield from neutral_pages(site.app, site.places)
    before = survey(site.browsers[role], probes())
    twins = site.plant()
    assert site.leaks(role, probes, before) == []
    tag = f"{WORD}-tag-closed"
    probes_of_tags = (Probe(address.format(tag), tag) for address in ("/feeds/tag/{}.atom", "/dataset/?tags={}"))
    assert site.oracles(role, probes_of_tags, twins) == []
    assert site.oracles(role, naming_pages(site.app, twins, site.public["name"]), twins) == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_command_tells_hidden_from_absent(site: Site, role: str) -> None:
    twins = site.plant()
    before = [site.world.state(entry) for entry in site.hidden]
    told = site.oracles(role, naming_commands(twins, site.theme), twins)
    # An editor who wants a name that is taken has to be told so.
    assert [command for command in told if role != "other_editor" or "/package_create" not in command] == []
    assert site.oracles(role, naming_forms(site.app, twins), twins) == []
    assert [site.world.state(entry) for entry in site.hidden] == before


def test_those_concerned_find_it(site: Site) -> None:
    """Else the walk would pass on a portal that hides everything from everybody."""
    site.plant()
    for role in ("own_editor", "competent"):
        shown = answer(site.browsers[role], Probe(f"/api/3/action/package_show?id={WORD}-draft"))
        assert shown.status == 200
        assert WORD in shown.body


def test_the_walk_notices_open_labels(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: with labels that hide nothing, actions and pages of many kinds are caught."""
    probes = [*searches(), *neutral_pages(site.app, site.places)]
    before = survey(site.browsers["anonymous"], probes)
    monkeypatch.setattr(labels, "of_entry", lambda package: [labels.PUBLIC])
    twins = site.plant()
    rebuild(force=True)
    caught = site.leaks("anonymous", lambda: iter(probes), before)
    told = site.oracles("anonymous", (probe for probe in naming_calls(twins) if "_show" in probe.address), twins)
    assert any("package_search" in address for address in caught)
    assert any("package_show" in address for address in told)
    assert any("resource_show" in address for address in told)


def test_every_action_that_changes_nothing_is_walked() -> None:
    assert {"package_list", "package_search", "tag_list", "govshare_entry_show", "datastore_search"} <= set(actions())


class TestLists:
    """The lists that are answered in CKAN's place count and page over what is published, and over nothing else."""

    @pytest.fixture
    def tags(self, world: World) -> World:
        world.approved(tag_string="水质,水位,空气", resources=[{"name": "a", "url": "https://example.com/a", "format": "CSV"}])
        world.approved(tag_string="水质,噪声", resources=[{"name": "b", "url": "https://example.com/b", "format": "XLSX"}])
        world.draft(tag_string="水库,水质", resources=[{"name": "c", "url": "https://example.com/c", "format": "CSVX"}])
        return world

    def test_tags_are_those_of_published_entries_once_each(self, tags: World) -> None:
        assert sorted(tags.call("", "tag_list")) == sorted(["水质", "水位", "空气", "噪声"])

    def test_tags_are_searched_and_paged(self, tags: World) -> None:
        pages = [tags.call("", "tag_search", query="水", limit=1, offset=offset) for offset in (0, 1, 2)]
        assert [page["count"] for page in pages] == [2, 2, 2]
        assert {tag["name"] for page in pages for tag in page["results"]} == {"水质", "水位"}
        assert sorted(tags.call("", "tag_autocomplete", q="水")) == sorted(["水质", "水位"])

    def test_a_percent_sign_is_a_percent_sign(self, tags: World) -> None:
        assert tags.call("", "tag_search", query="%")["count"] == 0
        assert tags.call("", "format_autocomplete", q="%") == []

    def test_a_tag_shows_its_published_entries(self, tags: World) -> None:
        shown = tags.call("", "tag_show", id="水质", include_datasets=True)
        assert len(shown["packages"]) == 2

    def test_formats_are_those_of_published_files(self, tags: World) -> None:
        assert tags.call("", "format_autocomplete", q="CSV") == ["csv"]

    @pytest.mark.parametrize(("action", "data", "field"), [
        ("tag_search", {"query": "水", "limit": "many"}, "limit"), ("format_autocomplete", {"q": "C", "limit": "-1"}, "limit"),
        ("format_autocomplete", {}, "q"), ("organization_autocomplete", {}, "q"),
        ("organization_list", {"sort": "package_count", "offset": "x"}, "offset"),
    ])
    def test_hostile_input_is_refused_by_field(self, world: World, action: str, data: dict[str, Any], field: str) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.call("", action, **data)
        assert field in refused.value.error_dict

    def test_departments_are_ranked_by_what_they_published(self, world: World) -> None:
        world.approved()
        for _ in range(2):
            entry = world.call(world.other_editor, "package_create", **entry_fields(owner_org=world.other["id"]))
        assert world.call("", "organization_list", sort="package_count desc") == [world.own["name"]]
        for command, person in (("submit", world.other_editor), ("approve", world.reviewer)):
            world.call(person, f"govshare_entry_{command}", id=entry["id"])
        ranked = [world.other["name"], world.own["name"]]
        assert world.call("", "organization_list", sort="package_count desc") == sorted(ranked)
        assert world.call("", "organization_list", sort="package_count", limit=1, offset=1) == sorted(ranked)[1:]
        full = world.call("", "organization_list", sort="package_count desc", all_fields=True)
        assert [(group["name"], group["package_count"]) for group in full] == [(name, 1) for name in sorted(ranked)]

    def test_a_theme_counts_what_its_member_may_see(self, world: World) -> None:
        theme = factories.Group(user={"name": world.operator})
        for person in (world.editor, world.citizen):
            world.call(world.operator, "group_member_create", id=theme["id"], username=person, role="member")
        world.draft(groups=[{"name": theme["name"]}])
        counted = [world.call(person, "group_list_authz", include_dataset_count=True)[0]["package_count"]
                   for person in (world.citizen, world.editor)]
        assert counted == [0, 1]
