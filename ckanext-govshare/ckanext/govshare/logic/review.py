"""Carrying out a command of the review: load under lock, decide, write, record, commit, then index."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.govshare import clock, regulations, subscriptions
from ckanext.govshare.domain import attributes, calendar, catalog, events, publishing
from ckanext.govshare.domain.catalog import Command, Entry, Material, Order, State
from ckanext.govshare.domain.profiles import Rule
from ckanext.govshare.logic import drafts, roles
from ckanext.govshare.logic.datafiles import publication
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import catalog as repository
from ckanext.govshare.repository import deadlines, moves

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


def material(content: Mapping[str, Any], approved: Mapping[str, Any] | None, catalog_code: str = "") -> Material:
    return Material(content, attributes.AttributeRules.of(regulations.current()), approved, catalog_code)


def admit(context: Context, entry: Entry, command: Command) -> None:
    """Refuse, before anything is written, a command that role or state do not allow."""
    with asking():
        catalog.PROCESS.admit(entry, Order(command, roles.actor_of(context)), roles.of(context, entry.department))


def carry_out(context: Context, package_id: str, command: Command, reason: str = "", narrowing_basis: str = "") -> None:
    """Give a command of the review on an entry and commit all that follows from it, or nothing."""
    with transaction():
        entry = load(package_id, lock=True)
        admit(context, entry, command)
        package = current(context, entry)
        content = catalog.content_of(package)
        approved = repository.version_content(entry.id, entry.version) if entry.published else None
        facts = material(content, approved)
        if command is Command.APPROVE:
            package, facts = _to_approve(entry, package, facts)
        settle(context, entry, Order(command, roles.actor_of(context), reason, narrowing_basis), facts, package)
    subscriptions.deliver_index(package_id)


def settle(context: Context, entry: Entry, order: Order, facts: Material, package: Mapping[str, Any]) -> None:
    """Decide, and bring state, package, due date, history and trace up to it, in the caller's transaction."""
    now = clock.now()
    with asking():
        event = catalog.decide(entry, order, roles.of(context, entry.department), facts)
    after = catalog.evolve(entry, event, order.actor, now)
    moved: events.Event | None = None
    if isinstance(event, events.EntryApproved):
        after = _publish(context, after, package, facts, now)
        if after.department != entry.department:
            cases = moves.hand_over(entry.id, after.department)
            moved = events.EntryMoved(entry.department, after.department, cases)
    elif isinstance(event, events.EntryDiscarded) and not entry.published:
        drafts.remove(entry.id)
    keeps_draft = entry.published and after.state != State.APPROVED
    repository.save(after, str(package.get("title") or ""), package if keeps_draft else None, now)
    _clock(after, event, now)
    for happened in filter(None, (event, moved)):
        record(Case(CASE, entry.id, after.department), happened, order.actor, now)


def _to_approve(entry: Entry, package: dict[str, Any], facts: Material) -> tuple[dict[str, Any], Material]:
    """The package as an approval would publish it, with the facts of its data files, and what the decision is taken on."""
    chosen = publication.choices(entry.id, package["resources"], lock=True)
    package = package | {"resources": publication.as_published(package["resources"], chosen, clock.now())}
    content = catalog.content_of(package)
    return package, replace(
        facts, content=content, catalog_code=_code(entry, content), files=publishing.published_files(chosen),
        obstacles=publishing.obstacles(content.get("open_type", ""), chosen))


def _code(entry: Entry, content: Mapping[str, Any]) -> str:
    """The code that an approval gives: the entry's own, or the next of its category (CAT-3)."""
    if not catalog.needs_new_code(entry, content):
        return entry.catalog_code
    category = content["category_code"]
    code = attributes.catalog_code(category, repository.next_sequence(category))
    repository.assign_code(code, entry.id)
    return code


def _publish(context: Context, entry: Entry, package: Mapping[str, Any], facts: Material, now: datetime) -> Entry:
    """Make the approved content the package's and its data files those that are served, and keep it as a version."""
    content = facts.content
    entry = replace(entry, category_code=content["category_code"], department=package["owner_org"])
    data = {k: v for k, v in package.items() if k != "metadata_modified"} | {"catalog_code": entry.catalog_code}
    drafts.write(context, "package_update", data, private=content["open_type"] == attributes.Attribute.NONE,
                 publishing=True)
    publication.publish(entry.id, facts.files, now)
    repository.add_version(entry.id, entry.version, content, now)
    return entry


def _clock(entry: Entry, event: events.Event, now: datetime) -> None:
    """Start the limit for a review at the submission, stop it when the submission is off the table."""
    if isinstance(event, events.EntrySubmitted):
        limit = regulations.current().limit(Rule.CATALOG_REVIEW)
        if limit is not None:
            deadlines.save(CASE, entry.id, calendar.compute(limit, now, regulations.calendar()))
    elif not isinstance(event, events.EntrySaved):
        deadlines.meet(CASE, entry.id, now)
