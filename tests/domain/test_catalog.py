"""Rules of the review, each test a sentence of them."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ckanext.govshare import regulations
from ckanext.govshare.domain import events
from ckanext.govshare.domain.attributes import AttributeRules
from ckanext.govshare.domain.catalog import (
    PROCESS,
    TRANSITIONS,
    Command,
    Entry,
    Material,
    Order,
    Role,
    State,
    content_of,
    decide,
    differences,
    digest,
    evolve,
    needs_new_code,
)
from ckanext.govshare.domain.errors import Invalid, NotNow, NotYours
from ckanext.govshare.domain.wording import Message

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RULES = AttributeRules.of(regulations.regimes()["chenzhou-2022"])
CONTENT = {
    "title": "空气质量监测数据", "notes": "各站点小时值",
    "owner_org": "own", "catalog_kind": "department", "category_code": "307016001",
    "format_class": "spreadsheet", "info_items": [{"name": "站点名称", "data_type": "C", "length": 50}],
    "sharing_type": "unconditional", "sharing_modes": ["batch_download"], "sharing_purposes": ["reference"],
    "open_type": "unconditional", "update_frequency": "daily", "issued": "2026-03-02",
}
FACTS = Material(CONTENT, RULES, catalog_code="307016001/000001")
DRAFT = Entry("e1", "own")
SUBMITTED = replace(DRAFT, state=State.SUBMITTED, submitted_by="clerk")
PUBLISHED = replace(DRAFT, state=State.APPROVED, version=1, catalog_code="307016001/000001", category_code="307016001")


def give(command: Command, entry: Entry, *roles: Role, actor: str = "someone", facts: Material = FACTS,
         **words: str) -> events.Event:
    return decide(entry, Order(command, actor, **words), frozenset(roles), facts)


@pytest.mark.parametrize(("command", "role", "state"), list(product(Command, Role, State)))
def test_only_the_named_role_in_the_named_state_may(command: Command, role: Role, state: State) -> None:
    transition = TRANSITIONS[command]
    entry = replace(SUBMITTED, state=state)
    if role not in transition.roles:
        with pytest.raises(NotYours):
            give(command, entry, role, reason="理由")
    elif state not in transition.states:
        with pytest.raises(NotNow):
            give(command, entry, role, reason="理由")
    else:
        event = give(command, entry, role, reason="理由")
        assert evolve(entry, event, "someone", NOW).state == transition.to


def test_the_operator_gives_no_command_of_the_review() -> None:
    assert not [command for command, transition in TRANSITIONS.items() if Role.OPERATOR in transition.roles]


def test_nobody_reviews_what_they_submitted() -> None:
    with pytest.raises(NotYours):
        give(Command.APPROVE, SUBMITTED, Role.COMPETENT, Role.OWN_EDITOR, actor="clerk")


def test_a_return_states_what_has_to_change() -> None:
    with pytest.raises(Invalid) as refused:
        give(Command.RETURN, SUBMITTED, Role.COMPETENT, reason=" \n")
    assert list(refused.value.errors) == ["reason"]


def test_a_submission_is_complete() -> None:
    with pytest.raises(Invalid) as refused:
        give(Command.SUBMIT, DRAFT, Role.OWN_EDITOR, facts=Material({"title": "只有标题"}, RULES))
    assert {"open_type", "sharing_type", "notes"} <= set(refused.value.errors)


def test_an_attribute_becomes_narrower_only_on_a_stated_basis() -> None:
    narrower = {**CONTENT, "open_type": "conditional", "open_condition": "实名申请"}
    facts = Material(narrower, RULES, approved=CONTENT)
    with pytest.raises(Invalid) as refused:
        give(Command.SUBMIT, replace(PUBLISHED, state=State.DRAFT), Role.OWN_EDITOR, facts=facts)
    assert list(refused.value.errors) == ["narrowing_basis"]
    event = give(Command.SUBMIT, replace(PUBLISHED, state=State.DRAFT), Role.OWN_EDITOR, facts=facts,
                 narrowing_basis="《数据安全法》第二十一条")
    assert isinstance(event, events.EntrySubmitted)
    assert event.narrowing == ({"field": "open_type", "before": "unconditional", "after": "conditional"},)


def test_a_change_that_changes_nothing_is_not_submitted() -> None:
    with pytest.raises(Invalid):
        give(Command.SUBMIT, replace(PUBLISHED, state=State.DRAFT), Role.OWN_EDITOR,
             facts=Material(CONTENT, RULES, approved=dict(CONTENT)))


def test_what_stands_in_the_way_is_said_instead_of_an_approval() -> None:
    obstacle = Message("“{name}” is still being read", name="站点")
    with pytest.raises(Invalid) as refused:
        give(Command.APPROVE, replace(DRAFT, state=State.SUBMITTED), Role.COMPETENT, facts=replace(FACTS, obstacles=[obstacle]))
    assert refused.value.errors == {"resources": [obstacle]}


def test_an_approval_names_the_data_files_that_it_publishes() -> None:
    files = ({"resource_id": "r1", "file_id": "f1", "sha256": "ab"},)
    event = give(Command.APPROVE, replace(DRAFT, state=State.SUBMITTED), Role.COMPETENT, facts=replace(FACTS, files=files))
    assert event.payload()["files"] == files


def test_which_file_a_draft_has_is_content_and_where_it_is_served_is_not() -> None:
    file = {"id": "r1", "name": "站点", "url": "http://a/data.csv", "url_type": "upload", "size": 1, "file_id": "f1"}
    moved = {**file, "url": "http://b/data.csv", "size": 2}
    assert content_of({"resources": [file]}) == content_of({"resources": [moved]})
    assert content_of({"resources": [file]}) != content_of({"resources": [{**moved, "file_id": "f2"}]})


def test_discarding_a_change_leaves_the_published_entry_and_discarding_a_first_draft_ends_it() -> None:
    changed = replace(PUBLISHED, state=State.DRAFT)
    assert evolve(changed, give(Command.DISCARD, changed, Role.OWN_EDITOR), "clerk", NOW).state == State.APPROVED
    assert evolve(DRAFT, give(Command.DISCARD, DRAFT, Role.OWN_EDITOR), "clerk", NOW).state == State.DISCARDED


def test_the_buttons_are_those_commands_that_would_be_accepted() -> None:
    assert PROCESS.allowed(SUBMITTED, frozenset({Role.COMPETENT}), "someone") == [Command.APPROVE, Command.RETURN]
    assert PROCESS.allowed(SUBMITTED, frozenset({Role.OPERATOR}), "someone") == []


def test_differences_leave_out_bookkeeping_and_what_is_equally_empty() -> None:
    before = content_of({"title": "甲", "metadata_modified": "1", "notes": "", "tags": [], "resources": []})
    after = content_of({"title": "乙", "metadata_modified": "2", "tags": [{"name": "空气"}], "resources": []})
    assert differences(before, after) == [
        {"field": "tags", "before": [], "after": ["空气"]}, {"field": "title", "before": "甲", "after": "乙"}]


# Every field holds something, so that what an event drops is seen.
FULL = replace(PUBLISHED, version=3, submitted_by="clerk", submitted_at=NOW, narrowing_basis="《数据安全法》", reason="请修改")
LATER = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(("event", "changed"), [
    (events.EntrySaved("digest", True), {"state": State.DRAFT}),
    (events.EntrySubmitted("digest", (), "第二十一条"), {
        "state": State.SUBMITTED, "submitted_by": "editor", "submitted_at": LATER, "reason": "",
        "narrowing_basis": "第二十一条"}),
    (events.EntryWithdrawn(), {"state": State.DRAFT, "submitted_by": "", "submitted_at": None}),
    (events.EntryApproved(4, "307016001/000002", "digest", "none", "none"), {
        "state": State.APPROVED, "version": 4, "catalog_code": "307016001/000002", "reason": "", "narrowing_basis": ""}),
    (events.EntryReturned("缺说明"), {"state": State.RETURNED, "reason": "缺说明"}),
    (events.EntryDiscarded(True), {"state": State.APPROVED, "reason": "", "narrowing_basis": ""}),
    (events.EntryMoved("own", "other", {}), {}),
])
def test_an_event_changes_this_of_an_entry_and_nothing_else(event: events.Event, changed: dict[str, Any]) -> None:
    before = replace(FULL, state=State.SUBMITTED)
    assert evolve(before, event, "editor", LATER) == replace(before, **changed)


def test_the_history_says_what_was_saved_and_dropped_and_whether_it_was_published() -> None:
    for entry, published in ((DRAFT, False), (replace(PUBLISHED, state=State.DRAFT), True)):
        assert give(Command.SAVE, entry, Role.OWN_EDITOR) == events.EntrySaved(digest(CONTENT), published)
        assert give(Command.DISCARD, entry, Role.OWN_EDITOR) == events.EntryDiscarded(published)


def test_a_basis_is_kept_where_something_becomes_narrower_and_nowhere_else() -> None:
    changed = replace(PUBLISHED, state=State.DRAFT)
    wider = Material(CONTENT, RULES, approved={**CONTENT, "notes": "先前"})
    assert give(Command.SUBMIT, changed, Role.OWN_EDITOR, facts=wider, narrowing_basis=" 第二十一条 ") == events.EntrySubmitted(
        digest(CONTENT))
    narrower = {**CONTENT, "open_type": "conditional", "open_condition": "实名申请"}
    facts = Material(narrower, RULES, approved=CONTENT)
    assert give(Command.SUBMIT, changed, Role.OWN_EDITOR, facts=facts, narrowing_basis=" 第二十一条 ") == events.EntrySubmitted(
        digest(narrower), ({"field": "open_type", "before": "unconditional", "after": "conditional"},), "第二十一条")


def test_an_approval_says_all_that_is_published_by_it() -> None:
    narrower = {**CONTENT, "open_type": "conditional", "open_condition": "实名申请", "sharing_type": "none"}
    files = ({"resource_id": "r1", "file_id": "f1", "sha256": "ab"},)
    facts = Material(narrower, RULES, approved=CONTENT, catalog_code="307016001/000007", files=files)
    event = give(Command.APPROVE, replace(FULL, state=State.SUBMITTED), Role.COMPETENT, facts=facts, reason=" 同意 ")
    assert event == events.EntryApproved(
        version=4, catalog_code="307016001/000007", digest=digest(narrower), open_type="conditional", sharing_type="none",
        narrowing=({"field": "open_type", "before": "unconditional", "after": "conditional"},
                   {"field": "sharing_type", "before": "unconditional", "after": "none"}),
        narrowing_basis="《数据安全法》", reason="同意", files=files)


def test_a_return_keeps_its_reason_without_blanks_around_it() -> None:
    assert give(Command.RETURN, SUBMITTED, Role.COMPETENT, reason=" 缺说明\n") == events.EntryReturned("缺说明")


def test_that_nothing_differs_is_said_of_the_whole() -> None:
    with pytest.raises(Invalid) as refused:
        give(Command.SUBMIT, replace(PUBLISHED, state=State.DRAFT), Role.OWN_EDITOR,
             facts=Material(CONTENT, RULES, approved=dict(CONTENT)))
    assert list(refused.value.errors) == ["__all__"]


@pytest.mark.parametrize(("entry", "category", "new"), [
    (DRAFT, "307016001", True), (PUBLISHED, "307016001", False), (PUBLISHED, "307016002", True), (PUBLISHED, None, True),
    (replace(PUBLISHED, catalog_code=""), "307016001", True)])
def test_a_code_is_given_first_and_with_another_category(entry: Entry, category: str | None, new: bool) -> None:
    assert needs_new_code(entry, {"category_code": category}) is new


def test_content_is_what_was_compiled_in_an_order_of_its_own() -> None:
    package: dict[str, Any] = {"title": "甲", "notes": "", "url": None, "sharing_modes": [], "info_items": {}, "type": "dataset",
               "metadata_modified": "1", "tags": [{"name": "水", "id": "t1"}, {"name": "空气"}],
               "groups": [{"name": "b", "title": "乙"}, {"name": "a"}],
               "resources": [{"id": "r1", "name": "", "description": None, "url": "http://a/data.csv", "size": 1}]}
    assert content_of(package) == {"title": "甲", "tags": sorted(["水", "空气"]), "groups": ["a", "b"],
                                   "resources": [{"id": "r1", "url": "http://a/data.csv"}]}
    assert content_of({}) == {"tags": [], "groups": [], "resources": []}


def test_the_address_of_a_link_is_content() -> None:
    link = {"id": "r1", "url": "http://a/data.csv", "url_type": ""}
    assert content_of({"resources": [link]}) != content_of({"resources": [{**link, "url": "http://b/data.csv"}]})


def test_a_digest_of_content_stands_in_histories_and_is_never_made_another_way() -> None:
    one, other = {"title": "甲", "tags": ["b", "a"]}, {"tags": ["b", "a"], "title": "甲"}
    assert digest(one) == digest(other) == "98cffc92c9302c09001a8fe261321aaa9171e497de84f6d403d3dc304c6402a4"


def test_what_is_equally_empty_is_no_difference_and_what_was_taken_away_is_one() -> None:
    assert differences({"a": "", "b": None, "c": [], "d": 1}, {"e": "", "f": 2}) == [
        {"field": "d", "before": 1, "after": None}, {"field": "f", "before": None, "after": 2}]


def matrix() -> str:
    """The review as a table for people: for each role and state, the commands."""
    lines = ["# Who may do what in the review", "",
             "Generated from `domain/catalog.TRANSITIONS`; the tests walk it over HTTP (`tests/logic/test_catalog_matrix.py`).",
             "",
             "| role | " + " | ".join(State) + " |", "|---" * (len(State) + 1) + "|"]
    for role in Role:
        cells = [", ".join(c for c, t in TRANSITIONS.items() if role in t.roles and state in t.states) or "–" for state in State]
        lines.append(f"| {role} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "Nobody approves or returns what they submitted themselves.",
                      "`discard` leaves a published entry approved.", ""])


def test_the_documented_matrix_is_the_one_that_decides() -> None:
    assert (Path(__file__).parents[2] / "docs" / "review-matrix.md").read_text(encoding="utf8") == matrix()
