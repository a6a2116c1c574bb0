"""Surface × role × state: nobody finds a trace of data that they may not fetch, by any way that the portal has.

Files with canary words in them stand in every state. `tests/support/surfaces.py` lists the ways; the walk over all actions and
pages (`walk.py`) adds those that nobody thought of. docs/access-matrix.md is what came out: `pytest --write-docs` writes it.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser import Browser
from ckan import model
from ckan.lib.search import rebuild
from ckan.tests import factories
from granting import HOLDERS, tokens
from planting import OWN, Canaries, Planted, answer_text, plant
from surfaces import ROLES, STATES, SURFACES, Surface, clean
from walk import Probe, calls_about, neutral_calls, neutral_pages, pages_about
from world import World

from ckanext.govshare.domain import access as rule
from ckanext.govshare.domain.access import Access, Reason
from ckanext.govshare.domain.grants import Standing

REPORT = Path(__file__).parents[2] / "docs" / "access-matrix.md"
# Who see most of those that may fetch nothing but what is open, and one of each kind of state; the matrix itself asks for all.
# What is hidden from the editor of another department is walked about by test_visibility.py.
FEWEST = 100  # addresses that one visitor asks: fewer, and the walk has lost its way
WALKED = {"other_editor": ("conditional",),
          "operator": ("conditional", "not opened", "replacement in the draft of an open entry")}


class Ground:
    """A portal with a file in every state, and a visitor of every role."""

    def __init__(self, world: World) -> None:
        self.tokens = {role: factories.APIToken(user=name)["token"] if name else "" for role, name in world.people().items()}
        self.planted = {state.name: plant(world, f"{number}q", number, state.stand, state.serving, state.may)
                        for number, state in enumerate(STATES)}
        self.tokens |= tokens(world, self.planted)

    def browser(self, app: Any, role: str) -> Browser:
        return Browser(app, token=self.tokens[role])

    def leaks(self, text: str, role: str) -> list[str]:
        """What `text` tells `role` of files that are not for them."""
        return [f"{where} of {state}" for state, planted in self.planted.items()
                for where in planted.canaries.found_in(text) if self._leaks(where, planted, role)]

    def _leaks(self, where: str, planted: Planted, role: str) -> bool:
        """The address of a link is known to the department that gave it, and to nobody else whoever may fetch."""
        return role not in (OWN if where == "backend" else planted.may)


@pytest.fixture(scope="module")
def ground(shared_world: World) -> Ground:
    return Ground(shared_world)


class Matrix:
    """The results: for each surface, state and role how it answered, and what was wrong with that."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, str], str] = {}
        self._asked: dict[tuple[str, str, str], tuple[str, str]] = {}

    def ask(self, ground: Ground, app: Any, role: str, states: Iterable[str]) -> list[tuple[str, str, str]]:
        """Ask every surface about the files of `states`; what was wrong, by surface and state."""
        browser = ground.browser(app, role)
        return [wrong for surface in SURFACES for state in STATES if state.name in states and role in state.roles
                for wrong in self._ask(ground, browser, surface, state.name, role)]

    def _ask(self, ground: Ground, browser: Browser, surface: Surface, state: str, role: str) -> list[tuple[str, str, str]]:
        planted = ground.planted[state]
        answer, text = self._answer(browser, surface, planted, role)
        sought = getattr(planted.canaries, surface.hands_out) if surface.hands_out else ""
        handed, due = bool(sought) and sought in text, role in planted.may and surface.serves(planted)
        self.answers[surface.name, state, role] = "data" if handed else answer
        complaints = [f"tells {leak}" for leak in ground.leaks(text, role)]
        complaints += [text] if answer == "500" else []
        complaints += ["hands nothing out"] if due and not handed else ["hands data out"] if handed and not due else []
        return [(surface.name, state, f"{complaint} ({answer})") for complaint in complaints]

    def _answer(self, browser: Browser, surface: Surface, planted: Planted, role: str) -> tuple[str, str]:
        """Status and text of an answer; what names no file is asked once for all."""
        key = role, surface.name, planted.named_in(f"{surface.address} {surface.posts}")
        if key not in self._asked:
            try:
                got = surface.ask(browser, planted)
                self._asked[key] = str(got.status_code), clean(answer_text(got))
            except Exception as error:  # noqa: BLE001 - in a test the application raises what it would answer with status 500
                self._asked[key] = "500", f"{type(error).__name__}: {error}"
        return self._asked[key]


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    """What the roles that were asked so far were answered."""
    return Matrix()


@pytest.mark.parametrize("role", [*ROLES, *HOLDERS])
def test_every_surface_answers_every_role_as_the_gate_says(ground: Ground, app: Any, matrix: Matrix, role: str) -> None:
    wrong = matrix.ask(ground, app, role, {state.name for state in STATES})
    assert not wrong, "\n".join(map(", ".join, wrong))


def test_the_report_is_current(ground: Ground, app: Any, matrix: Matrix, pytestconfig: pytest.Config) -> None:
    asked = {role for _, _, role in matrix.answers}
    for role in (role for role in (*ROLES, *HOLDERS) if role not in asked):
        matrix.ask(ground, app, role, {state.name for state in STATES})
    report = _report(matrix)
    if pytestconfig.getoption("--write-docs"):
        REPORT.write_text(report, encoding="utf8")
    assert REPORT.read_text(encoding="utf8") == report


def _report(matrix: Matrix) -> str:
    lines = [
        "# What each surface answers to whom", "",
        "Generated by `tests/logic/test_access_matrix.py --write-docs` from what the running portal answered; the test fails",
        "when this page is stale. `data`: the file's rows, columns or name were handed out, which happens exactly where the gate",
        "says so. Numbers are HTTP statuses of answers without any of them: 403 where the caller may know of the data, 404 where",
        "not, 200 where the surface had something else to tell. Files carry canary words in the address of their link, name,",
        "column, row, hash and size; none of these was found anywhere else, nor by the walk over all actions and pages.", "",
        "Roles from `pending` on are accounts at that stage of conditional access, each with an API token that was issued",
        "before. They are asked about the data that they applied for; `granted` and the blocked account, which holds the same",
        "grants, besides about other data for which they once were given a grant.", "",
    ]
    for state in STATES:
        lines += [f"## {state.name[0].upper()}{state.name[1:]}", "", f"| surface | {' | '.join(state.roles)} |",
                  f"|---|{'---|' * len(state.roles)}"]
        for surface in SURFACES:
            cells = [matrix.answers[surface.name, state.name, role] for role in state.roles]
            lines.append(f"| {surface.name} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("role", WALKED)
def test_no_action_and_no_page_that_exists_tells_anything(ground: Ground, app: Any, role: str) -> None:
    browser, told = ground.browser(app, role), []
    probes = list(dict.fromkeys(_everywhere(app, [ground.planted[state] for state in WALKED[role]])))
    assert len(probes) > FEWEST
    for probe in probes:
        try:
            answer = browser.get(probe.address)
            found = [*ground.leaks(clean(answer_text(answer)), role), *(["a fault"] if answer.status_code >= 500 else [])]
        except Exception as error:  # noqa: BLE001 - in a test the application raises what it would answer with status 500
            found = [f"{type(error).__name__}: {error}"]
        told += [f"{probe}: {leak}" for leak in found]
    assert not told, "\n".join(told)


def _everywhere(app: Any, planted: Iterable[Planted]) -> Iterator[Probe]:
    """Every action and every page, about each planted file by every id that it has."""
    yield from neutral_calls([])
    yield from neutral_pages(app, [])
    for one in planted:
        names = (one.name, one.resource, one.file)
        yield from calls_about(names)
        yield from pages_about(app, {
            "resource_id": one.resource, "file_id": one.file, "entry_id": one.entry, "package_id": one.entry}, names)
        yield from pages_about(app, {"id": one.name, "resource_id": one.resource}, ["csv"])


class TestOfTheCanaries:
    """A size is found where somebody tells it, and nowhere by chance."""

    SIZE = Canaries.of("0q", 0).size

    @pytest.mark.parametrize("told", ['"size": {}', '"size":{},', "Content-Length: {}\n", ">{}<", "{} 字节", "size={}&", "为{}。",
                                      '"{}"', "byteSize {} .", "bytes 0-9/{}\n"])
    def test_a_size_that_is_told_is_found(self, told: str) -> None:
        assert Canaries.of("0q", 0).found_in(told.format(self.SIZE)) == ["size"]

    @pytest.mark.parametrize("chance", ["a{}c0ffee", "-{}b-", "e{}", "1{}", "{}0", "12:30:00.{}",
                                        "0.{}3", "{}.25", "/{}Q==", "_{}_"])
    def test_the_same_digits_within_something_else_are_not(self, chance: str) -> None:
        assert Canaries.of("0q", 0).found_in(chance.format(self.SIZE)) == []


class TestOfTheTest:
    """Holes opened on purpose: the matrix notices them, and names where."""

    def _caught(self, ground: Ground, app: Any, role: str = "anonymous", state: str = "conditional") -> set[str]:
        return {surface for surface, *_ in Matrix().ask(ground, app, role, {state})}

    def test_a_gate_that_lets_everybody_in(self, ground: Ground, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rule, "decide", lambda *_: Access(True, Reason.OPEN))
        assert {"download", "file by its own id", "datastore_search", "datastore_info"} <= self._caught(ground, app)

    def test_a_gate_that_lets_the_operator_in(self, ground: Ground, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rule, "decide", lambda facts, _: Access("operator" in facts.roles, Reason.SYSTEM))
        assert "datastore_search" in self._caught(ground, app, "operator")

    def test_a_gate_that_takes_every_grant_for_a_valid_one(
            self, ground: Ground, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rule, "standing", lambda *_: Standing.VALID)
        caught = self._caught(ground, app, "suspended")
        assert {"download", "file by its own id", "datastore_search", "dump", "export as CSV", "preview in the page"} <= caught

    def test_an_address_in_the_catalogue(self, ground: Ground, app: Any) -> None:
        backend = f"https://{ground.planted['conditional'].canaries.backend}.example.com/a.csv"
        with self._in_the_catalogue(ground, url=backend, url_type=""):
            caught = self._caught(ground, app)
        assert {"package_show", "resource_show", "resource_search by address", "package_search",
                "current_package_list_with_resources"} <= caught

    def test_a_size_in_the_catalogue(self, ground: Ground, app: Any) -> None:
        with self._in_the_catalogue(ground, size=int(ground.planted["conditional"].canaries.size)):
            caught = self._caught(ground, app)
        assert {"package_show", "resource_search by hash", "package_search"} <= caught

    @contextmanager
    def _in_the_catalogue(self, ground: Ground, **facts: Any) -> Iterator[None]:
        planted = ground.planted["conditional"]
        before = {name: getattr(model.Session.get(model.Resource, planted.resource), name) for name in facts}
        for values in (facts, before):
            resource = model.Session.get(model.Resource, planted.resource)
            for name, value in values.items():
                setattr(resource, name, value)
            model.Session.commit()
            rebuild(planted.entry, force=True)
            if values is facts:
                yield
