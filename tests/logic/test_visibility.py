"""Nobody but those concerned finds a trace of an entry that is not approved or not opened (001 第十条, 第二十五条)."""
from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
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
from ckanext.govshare.repository import datafiles

WORD = "zqxcanary"
ABSENT = "wkvnothere"[:len(WORD)]
OUTSIDERS = ("anonymous", "citizen", "other_editor")
# Whoever edits for another department may do all that a citizen may: the longer walks are theirs.
WALKERS = ("anonymous", "other_editor")
NONE = {"open_type": "none", "open_ground": "privacy", "open_basis": "《个人信息保护法》第二十八条"}

TRICKS = (
    'facet.mincount=0&facet.field=["tags"]&rows=0',
    'facet.field=["tags","organization","groups","res_format","open_type"]&facet.limit=-1&rows=0',
    'facet.field=["permission_labels"]&rows=0',
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
        self.twins = Twins()
        self.before: dict[str, dict[Probe, Any]] = {}
        self.absent: dict[str, dict[Any, Any]] = {role: {} for role in OUTSIDERS}
        self.browsers = {role: self._browser(name) for role, name in world.people().items()}
        self.known = [self.public["name"], self.public["id"], self.public["resources"][0]["id"], world.own["name"],
                      world.own["id"], world.other["name"], self.theme, "空气", world.other_editor]
        self.places = [self.public["name"], self.public["resources"][0]["id"], world.own["name"], self.theme,
                       world.other_editor]

    def _browser(self, name: str) -> Browser:
        return Browser(self.app, token=factories.APIToken(user=name)["token"] if name else "")

    def actions(self) -> Iterator[Probe]:
        yield from neutral_calls(self.known)
        for trick in TRICKS:
            yield Probe(f"/api/3/action/package_search?{trick}")

    def pages(self) -> Iterator[Probe]:
        yield from neutral_pages(self.app, self.places)

    def survey(self) -> None:
        """Look at everything, as long as nothing is hidden."""
        self.before = {role: survey(self.browsers[role], [*self.actions(), *(self.pages() if role in WALKERS else ())])
                       for role in OUTSIDERS}

    def plant(self) -> None:
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
        # The newest of each: of the public entry that is the one in its draft.
        files = [datafiles.of_entry(entry["id"])[0].id for entry in [*hidden, self.public]]
        identifiers |= {file: str(uuid.uuid4()) for file in files}
        pages = (f"{WORD}-draft", hidden[-1]["id"], hidden[0]["resources"][0]["id"], pending["resources"][0]["id"], files[-1])
        self.twins = Twins(identifiers, {WORD: ABSENT}, pages)

    def leaks(self, role: str, probes: Iterable[Probe]) -> list[str]:
        """Probes whose answer changed when the hidden entries came into being, or holds the word."""
        found = []
        # Where one finds what one did oneself, and so what the walk commanded in one's name.
        own = f"/govshare_account_history?id={self.world.people()[role] or '-'}"
        asked = [probe for probe in probes if own not in probe.address]
        assert asked
        for probe in asked:
            now = answer(self.browsers[role], probe)
            if now != self.before[role][probe] or WORD in now.body or any(WORD in (h or "") for h in now.headers):
                found.append(str(probe))
        return found

    def oracles(self, role: str, probes: Iterable[Probe]) -> list[str]:
        """Probes that tell something hidden from something that does not exist."""
        every, asked = self.twins.all(), list(probes)
        assert asked
        return [str(probe) for probe in asked
                if tells_apart(self.browsers[role], probe, every[probe.name], self.absent[role])]


@pytest.fixture(scope="module")
def site(shared_app: Any, shared_world: World) -> Iterator[Site]:
    """Everything was looked at before it held anything hidden; the tests look again."""
    with pytest.MonkeyPatch.context() as patch:
        # The walk fetches open data, too. That its counts grow tells nothing of what is hidden.
        patch.setattr(datafiles, "count_fetch", lambda *_: None)
        built = Site(shared_app, shared_world)
        built.survey()
        built.plant()
        yield built


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_action_shows_a_trace(site: Site, role: str) -> None:
    assert site.leaks(role, site.actions()) == []


@pytest.mark.parametrize("role", WALKERS)
def test_no_action_tells_hidden_from_absent(site: Site, role: str) -> None:
    names = site.twins.identifiers if role == "anonymous" else site.twins.pages
    assert site.oracles(role, naming_calls(site.twins, names)) == []


@pytest.mark.parametrize("role", WALKERS)
def test_no_page_shows_a_trace(site: Site, role: str) -> None:
    assert site.leaks(role, site.pages()) == []


@pytest.mark.parametrize("role", WALKERS)
def test_no_page_tells_hidden_from_absent(site: Site, role: str) -> None:
    tag = f"{WORD}-tag-closed"
    probes_of_tags = (Probe(address.format(tag), tag) for address in ("/feeds/tag/{}.atom", "/dataset/?tags={}"))
    assert site.oracles(role, probes_of_tags) == []
    assert site.oracles(role, naming_pages(site.app, site.twins, site.public["name"])) == []


@pytest.mark.parametrize("role", WALKERS)
def test_no_command_tells_hidden_from_absent(site: Site, role: str) -> None:
    before = [site.world.state(entry) for entry in site.hidden]
    told = site.oracles(role, naming_commands(site.twins, site.theme))
    # An editor who wants a name that is taken has to be told so.
    assert [command for command in told if role != "other_editor" or "/package_create" not in command] == []
    assert site.oracles(role, naming_forms(site.app, site.twins)) == []
    assert [site.world.state(entry) for entry in site.hidden] == before


def test_those_concerned_find_it(site: Site) -> None:
    """Else the walk would pass on a portal that hides everything from everybody."""
    for role in ("own_editor", "competent"):
        shown = answer(site.browsers[role], Probe(f"/api/3/action/package_show?id={WORD}-draft"))
        assert shown.status == 200
        assert WORD in shown.body


def test_the_walk_notices_open_labels(site: Site) -> None:
    """The test of the test: with labels that hide nothing, actions and pages of many kinds are caught."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "of_entry", lambda package: [labels.PUBLIC])
        rebuild(force=True)
        caught = site.leaks("anonymous", [*(p for p in site.actions() if "package_search" in p.address), *site.pages()])
        calls = naming_calls(site.twins, site.twins.pages)
        told = site.oracles("anonymous", (probe for probe in calls if "_show" in probe.address))
    rebuild(force=True)
    assert any("package_search" in address for address in caught)
    assert any("package_show" in address for address in told)
    assert any("resource_show" in address for address in told)


def test_every_action_that_changes_nothing_is_walked() -> None:
    assert {"package_list", "package_search", "tag_list", "govshare_entry_show", "datastore_search"} <= set(actions())
