"""Nobody but those concerned finds a trace of an entry that is not approved or not opened (001 第十条, 第二十五条)."""
from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

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
from world import World

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


class Portal:
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
def portal(app: Any, world: World) -> Portal:
    return Portal(app, world)


def searches() -> Iterator[Probe]:
    for trick in TRICKS:
        yield Probe(f"/api/3/action/package_search?{trick}")


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_action_shows_a_trace(portal: Portal, role: str) -> None:
    def probes() -> Iterator[Probe]:
        yield from neutral_calls(portal.known)
        yield from searches()
    before = survey(portal.browsers[role], probes())
    twins = portal.plant()
    assert portal.leaks(role, probes, before) == []
    assert portal.oracles(role, naming_calls(twins), twins) == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_page_shows_a_trace(portal: Portal, role: str) -> None:
    def probes() -> Iterator[Probe]:
        yield from neutral_pages(portal.app, portal.places)
    before = survey(portal.browsers[role], probes())
    twins = portal.plant()
    assert portal.leaks(role, probes, before) == []
    tag = f"{WORD}-tag-closed"
    probes_of_tags = (Probe(address.format(tag), tag) for address in ("/feeds/tag/{}.atom", "/dataset/?tags={}"))
    assert portal.oracles(role, probes_of_tags, twins) == []
    assert portal.oracles(role, naming_pages(portal.app, twins, portal.public["name"]), twins) == []


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_command_tells_hidden_from_absent(portal: Portal, role: str) -> None:
    twins = portal.plant()
    before = [portal.world.state(entry) for entry in portal.hidden]
    told = portal.oracles(role, naming_commands(twins, portal.theme), twins)
    # An editor who wants a name that is taken has to be told so.
    assert [command for command in told if role != "other_editor" or "/package_create" not in command] == []
    assert portal.oracles(role, naming_forms(portal.app, twins), twins) == []
    assert [portal.world.state(entry) for entry in portal.hidden] == before


def test_those_concerned_find_it(portal: Portal) -> None:
    """Else the walk would pass on a portal that hides everything from everybody."""
    portal.plant()
    for role in ("own_editor", "competent"):
        shown = answer(portal.browsers[role], Probe(f"/api/3/action/package_show?id={WORD}-draft"))
        assert shown.status == 200
        assert WORD in shown.body


def test_the_walk_notices_open_labels(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test of the test: with labels that hide nothing, actions and pages of many kinds are caught."""
    probes = [*searches(), *neutral_pages(portal.app, portal.places)]
    before = survey(portal.browsers["anonymous"], probes)
    monkeypatch.setattr(labels, "of_entry", lambda package: [labels.PUBLIC])
    twins = portal.plant()
    rebuild(force=True)
    caught = portal.leaks("anonymous", lambda: iter(probes), before)
    told = portal.oracles("anonymous", (probe for probe in naming_calls(twins) if "_show" in probe.address), twins)
    assert any("package_search" in address for address in caught)
    assert any("package_show" in address for address in told)
    assert any("resource_show" in address for address in told)


def test_every_action_that_changes_nothing_is_walked() -> None:
    assert {"package_list", "package_search", "tag_list", "govshare_entry_show", "datastore_search"} <= set(actions())
