"""The review of a catalogue entry: who may do what in which state, and what then has happened.

A department compiles, the competent department reviews, nothing unreviewed is published (CAT-4: 001 第十条, 000 第九条).
Pure: callers pass the entry, the command and what they looked up, and record the event.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ckanext.govshare.domain import attributes, canonical, events
from ckanext.govshare.domain.cases import Limit, Process, Transition, apart
from ckanext.govshare.domain.entry_fields import COMPUTED
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.domain.wording import Message


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DISCARDED = "discarded"


class Role(StrEnum):
    """What a caller is to one entry. A person may be several."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    OWN_MEMBER = "own_member"
    OWN_EDITOR = "own_editor"
    OTHER_EDITOR = "other_editor"
    COMPETENT = "competent"
    OPERATOR = "operator"
    SYSTEM = "system"


class Command(StrEnum):
    SAVE = "save"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    DISCARD = "discard"


_COMPILERS = frozenset({Role.OWN_EDITOR, Role.SYSTEM})
_OPEN = frozenset({State.DRAFT, State.RETURNED})

# The whole of the review; the tests walk it and the documentation is generated from it.
TRANSITIONS: Mapping[Command, Transition[Role, State]] = {
    Command.SAVE: Transition(_COMPILERS, _OPEN | {State.APPROVED}, State.DRAFT),
    Command.SUBMIT: Transition(frozenset({Role.OWN_EDITOR}), _OPEN, State.SUBMITTED),
    Command.WITHDRAW: Transition(frozenset({Role.OWN_EDITOR}), frozenset({State.SUBMITTED}), State.DRAFT),
    Command.APPROVE: Transition(frozenset({Role.COMPETENT}), frozenset({State.SUBMITTED}), State.APPROVED),
    Command.RETURN: Transition(frozenset({Role.COMPETENT}), frozenset({State.SUBMITTED}), State.RETURNED,
                               asks=Message("State what has to be changed")),
    Command.DISCARD: Transition(_COMPILERS, _OPEN, State.DISCARDED),
}

STATE_NAMES: Mapping[State, Message] = {
    State.DRAFT: Message("Draft"),
    State.SUBMITTED: Message("Awaiting review"),
    State.RETURNED: Message("Returned"),
    State.APPROVED: Message("Approved"),
    State.DISCARDED: Message("Discarded"),
}

# What the platform computes is no part of what a department compiles and a reviewer reads. All else is, whatever its name.
_VOLATILE = COMPUTED | {"type"}
_RESOURCE_VOLATILE = frozenset({
    "cache_last_updated", "cache_url", "created", "datastore_active", "hash", "last_modified", "metadata_modified",
    "mimetype", "mimetype_inner", "package_id", "position", "size", "state",
})
# A file's address is the platform's own and says nothing; which file it is, `file_id` says while it awaits approval.
_ADDRESS = frozenset({"url", "url_type"})


@dataclass(frozen=True)
class Entry:
    """Where an entry stands. `version` counts approvals: 0 was never published.

    `package`: what its department is working on, as package_show gives it, where a command is decided on it.
    """

    id: str
    department: str
    state: State = State.DRAFT
    version: int = 0
    catalog_code: str = ""
    category_code: str = ""
    submitted_by: str = ""
    submitted_at: datetime | None = None
    narrowing_basis: str = ""
    reason: str = ""
    package: Mapping[str, Any] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        return self.version > 0


@dataclass(frozen=True)
class Order:
    """A command as somebody gave it."""

    command: Command
    actor: str
    reason: str = ""
    narrowing_basis: str = ""


@dataclass(frozen=True)
class Material:
    """What a decision is taken on: the content in question, the approved one, and the profile's attribute rules.

    `obstacles`: why the data files forbid an approval; `files`: those that it publishes.
    """

    content: Mapping[str, Any]
    rules: attributes.AttributeRules
    approved: Mapping[str, Any] | None = None
    catalog_code: str = ""
    obstacles: Sequence[Message] = ()
    files: tuple[Mapping[str, str], ...] = ()


def content_of(package: Mapping[str, Any]) -> dict[str, Any]:
    """What a department compiled, without CKAN's bookkeeping, in a form that can be compared and hashed."""
    content = {k: v for k, v in package.items() if k not in _VOLATILE and v not in (None, "", [], {})}
    content["tags"] = sorted(tag["name"] for tag in package.get("tags") or ())
    content["groups"] = sorted(group["name"] for group in package.get("groups") or ())
    content["resources"] = [_resource_content(resource) for resource in package.get("resources") or ()]
    return content


def _resource_content(resource: Mapping[str, Any]) -> dict[str, Any]:
    left_out = _RESOURCE_VOLATILE | _ADDRESS if resource.get("url_type") == "upload" else _RESOURCE_VOLATILE
    return {k: v for k, v in resource.items() if k not in left_out and v not in (None, "", [], {})}


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of `content`'s canonical JSON."""
    return canonical.digest(content)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields whose value changed, in alphabetical order: `{field, before, after}`, absent as None."""
    return [
        {"field": field, "before": before.get(field), "after": after.get(field)}
        for field in sorted({*before, *after})
        if (before.get(field) or None) != (after.get(field) or None)
    ]


def narrowing(material: Material) -> tuple[dict[str, str], ...]:
    """Attributes that the content makes narrower than the approved version has them (ATT-5: 001 第四十一条第一项)."""
    if material.approved is None:
        return ()
    return tuple(
        {"field": n.field, "before": n.before, "after": n.after}
        for n in attributes.narrowed(material.approved, material.content)
    )


PROCESS = Process(
    TRANSITIONS, STATE_NAMES,
    not_yours={
        Role.COMPETENT: Message("Only members of the competent department review entries"),
        Role.OWN_EDITOR: Message("Only editors of the department that compiles this entry may do this"),
    },
    not_now=Message("This is not possible while the entry is in state “{state}”; reload the page to see where it stands"),
    personal=apart(Role.COMPETENT, TRANSITIONS, lambda entry, _: {entry.submitted_by}, Message(
        "Another member of the competent department has to review what you submitted yourself")),
    limit=Limit(Rule.CATALOG_REVIEW, events.EntrySubmitted, frozenset({State.SUBMITTED})),
)


def decide(entry: Entry, order: Order, roles: frozenset[Role], material: Material) -> events.Event:
    """The event that `order` causes.

    Raises NotYours, NotNow, or Invalid with all errors by field.
    """
    PROCESS.admit(entry, order, roles)
    match order.command:
        case Command.SAVE:
            return events.EntrySaved(digest(material.content), entry.published)
        case Command.SUBMIT:
            return _submit(order, material)
        case Command.WITHDRAW:
            return events.EntryWithdrawn()
        case Command.APPROVE:
            return _approve(entry, order, material)
        case Command.RETURN:
            return events.EntryReturned(PROCESS.stated(order))
        case Command.DISCARD:
            return events.EntryDiscarded(entry.published)


def _submit(order: Order, material: Material) -> events.Event:
    errors: dict[str, list[Message]] = dict(attributes.check(material.content, material.rules, complete=True))
    narrower = narrowing(material)
    basis = order.narrowing_basis.strip()
    if narrower and not basis:
        errors["narrowing_basis"] = [Message(
            "Making an attribute narrower needs its legal basis")]
    if material.approved is not None and material.approved == material.content:
        errors["__all__"] = [Message("Nothing differs from the published version")]
    if errors:
        raise Invalid(errors)
    return events.EntrySubmitted(digest(material.content), narrower, basis if narrower else "")


def _approve(entry: Entry, order: Order, material: Material) -> events.Event:
    if material.obstacles:
        raise Invalid({"resources": material.obstacles})
    return events.EntryApproved(
        version=entry.version + 1,
        catalog_code=material.catalog_code,
        digest=digest(material.content),
        open_type=material.content["open_type"],
        sharing_type=material.content["sharing_type"],
        narrowing=narrowing(material),
        narrowing_basis=entry.narrowing_basis,
        reason=PROCESS.stated(order),
        files=material.files,
    )


def needs_new_code(entry: Entry, content: Mapping[str, Any]) -> bool:
    """A code is assigned at the first approval, and anew when the entry moved to another category (CAT-3)."""
    return not entry.catalog_code or entry.category_code != content.get("category_code")


def evolve(entry: Entry, event: events.Event, actor: str, now: datetime) -> Entry:
    """The entry after `event`."""
    match event:
        case events.EntrySaved():
            return replace(entry, state=State.DRAFT)
        case events.EntrySubmitted():
            return replace(entry, state=State.SUBMITTED, submitted_by=actor, submitted_at=now,
                           narrowing_basis=event.narrowing_basis, reason="")
        case events.EntryWithdrawn():
            return replace(entry, state=State.DRAFT, submitted_by="", submitted_at=None)
        case events.EntryApproved():
            return replace(entry, state=State.APPROVED, version=event.version, catalog_code=event.catalog_code,
                           reason="", narrowing_basis="", department=entry.package.get("owner_org", entry.department),
                           category_code=entry.package.get("category_code", entry.category_code))
        case events.EntryReturned():
            return replace(entry, state=State.RETURNED, reason=event.reason)
        case events.EntryDiscarded():
            state = State.APPROVED if entry.published else State.DISCARDED
            return replace(entry, state=state, reason="", narrowing_basis="")
    return entry
