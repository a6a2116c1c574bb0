"""The review of entries: what its commands decide on, and what they write beside the case (CAT-4: 001 第十条)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.govshare import regulations, subscriptions
from ckanext.govshare.domain import attributes, catalog, events, publishing
from ckanext.govshare.domain.catalog import Command, Entry, Material, Order, Role, State
from ckanext.govshare.domain.events import Event
from ckanext.govshare.domain.publishing import Choice
from ckanext.govshare.domain.wording import Message
from ckanext.govshare.logic import drafts, roles
from ckanext.govshare.logic.cases.kernel import Machine, Offer, Outcome
from ckanext.govshare.logic.datafiles import publication
from ckanext.govshare.logic.record import Case, once_kept, record
from ckanext.govshare.logic.schema import catalog as schema
from ckanext.govshare.logic.schema.fields import reference, with_reason
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import catalog as repository
from ckanext.govshare.repository import moves

CASE = "catalog"

current = drafts.current


def visible_package(context: Context, id_or_name: str) -> model.Package:
    """The package; NotFound also where the caller may not know of it."""
    package = model.Package.get(id_or_name)
    if package is None or package.state == model.State.DELETED:
        raise tk.ObjectNotFound(tk._("Entry not found"))
    try:
        tk.check_access("package_show", Context(context, package=package), {"id": package.id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        raise tk.ObjectNotFound(tk._("Entry not found")) from None
    return package


def load(package_id: str, lock: bool = False) -> Entry:
    """The entry of a package. One without a row of ours was never reviewed: a draft."""
    found = repository.get(package_id, lock)
    if found is None:
        package = model.Package.get(package_id)
        found = Entry(package_id, package.owner_org or "" if package else "")
    return found


def _get(entry_id: str, lock: bool) -> Entry:
    entry = load(entry_id, lock)
    return replace(entry, package=current(Context(), entry)) if lock else entry


def material(content: Mapping[str, Any], approved: Mapping[str, Any] | None) -> Material:
    """What a decision about `content` is taken on, beside the files that it would publish."""
    return Material(content, attributes.AttributeRules.of(regulations.current()), approved)


def admit(context: Context, entry: Entry, command: Command) -> None:
    """Refuse, before anything is written, a command that role or state do not allow."""
    with asking():
        catalog.PROCESS.admit(entry, Order(command, roles.actor_of(context)), roles.of(context, entry.department))


def _prepare(entry: Entry, order: Order) -> Entry:
    """The cases of an entry that an approval hands to another department are held before the approval is decided."""
    if order.command is Command.APPROVE and entry.package["owner_org"] != entry.department:
        moves.hold(entry.id)
    return entry


def _decide(entry: Entry, order: Order, held: frozenset[Role], now: datetime) -> Event:
    catalog.PROCESS.admit(entry, order, held)
    if order.command is Command.SAVE:
        return catalog.decide(entry, order, held, material(catalog.content_of(entry.package), None))
    package, chosen = _to_approve(entry, now) if order.command is Command.APPROVE else (entry.package, ())
    content = catalog.content_of(package)
    facts = material(content, repository.version_content(entry.id, entry.version) if entry.published else None)
    if order.command is Command.APPROVE:
        facts = replace(facts, catalog_code=_code(entry, content), files=publishing.published_files(chosen),
                        obstacles=publishing.obstacles(content.get("open_type", ""), chosen))
    return catalog.decide(entry, order, held, facts)


def _to_approve(entry: Entry, now: datetime) -> tuple[Mapping[str, Any], Sequence[Choice]]:
    """The package as an approval would publish it, with the facts of its data files, and those files."""
    resources = entry.package["resources"]
    chosen = publication.choices(entry.id, resources, lock=True)
    return {**entry.package, "resources": publication.as_published(resources, chosen, now)}, chosen


def _code(entry: Entry, content: Mapping[str, Any]) -> str:
    """The code that an approval gives: the entry's own, or the next of its category (CAT-3)."""
    if not catalog.needs_new_code(entry, content):
        return entry.catalog_code
    category = content["category_code"]
    code = attributes.catalog_code(category, repository.next_sequence(category))
    repository.assign_code(code, entry.id)
    return code


def _save(outcome: Outcome[Entry]) -> None:
    entry, now = outcome.case, outcome.now
    match outcome.event:
        case events.EntryApproved(files=files):
            _publish(entry, files, outcome.actor, now)
        case events.EntryDiscarded(published=False):
            drafts.remove(entry.id)
    pending = entry.published and entry.state is not State.APPROVED
    repository.save(entry, str(entry.package.get("title") or ""), entry.package if pending else None, now)
    once_kept(partial(subscriptions.deliver_index, entry.id))


def _publish(entry: Entry, files: Sequence[Mapping[str, str]], actor: str, now: datetime) -> None:
    """Make the approved content the package's and its data files those that are served, and keep it as a version."""
    package, _ = _to_approve(entry, now)
    content = catalog.content_of(package)
    data = {k: v for k, v in package.items() if k != "metadata_modified"} | {"catalog_code": entry.catalog_code}
    drafts.write(drafts.by(actor), "package_update", data, private=content["open_type"] == attributes.Attribute.NONE,
                 publishing=True)
    publication.publish(entry.id, files, now)
    repository.add_version(entry.id, entry.version, content, now)


def hand_over(entry: Entry, former: str, actor: str, now: datetime) -> None:
    """Let the entry's department (an organization's id) answer for its cases, as the `former` one did, and record it."""
    cases = moves.hand_over(entry.id, entry.department)
    record(Case(CASE, entry.id, entry.department), events.EntryMoved(former, entry.department, cases), actor, now)


MACHINE = Machine(
    CASE, "entry", catalog.PROCESS, Order, get=_get, save=_save, decide=_decide, prepare=_prepare,
    evolve=lambda entry, event, order, now: catalog.evolve(entry, event, order.actor, now),
    # Who may not know of an entry does not find its package.
    seen_by=lambda entry: frozenset(Role), absent=Message("Entry not found"),
    find=lambda context, given: visible_package(context, given).id,
    parts_of=lambda context, entry: roles.of(context, entry.department),
    offers={
        "submit": Offer(
            Command.SUBMIT, schema.entry_submit,
            "Submit a draft to the competent department. `narrowing_basis`: required where an attribute becomes narrower."),
        "withdraw": Offer(Command.WITHDRAW, reference, "Take a submission back to go on compiling."),
        "approve": Offer(
            Command.APPROVE, with_reason,
            "Approve a submission: it is published, with its code. `reason`: an opinion for the record, optional."),
        "return": Offer(Command.RETURN, with_reason,
                        "Return a submission to its department. `reason`: what has to be changed, required."),
        "discard": Offer(
            Command.DISCARD, reference, "Drop the pending change of a published entry, or an entry never published."),
    })
