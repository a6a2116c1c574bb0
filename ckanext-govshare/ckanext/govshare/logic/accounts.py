"""The recorder of accounts: what changes of them, of memberships and of tokens enters the trace in the same transaction.

CKAN changes these rows in many places, each of which commits by itself: actions, forms, commands. So we listen to the session
that they all use. A change is noticed when it is flushed, and recorded just before the commit, as the recorder asks (ADR 096).
"""
from __future__ import annotations

import getpass
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.types import Action, Context, DataDict
from flask import has_request_context

from ckanext.govshare import clock
from ckanext.govshare.domain import account_events as events
from ckanext.govshare.domain.account_events import AccountEvent
from ckanext.govshare.logic.around import around
from ckanext.govshare.logic.record import Case, record
from ckanext.govshare.repository import by_id, changes

CASE = "accounts"
_PERSON = "user"  # as CKAN names a member that is one
_WATCHED = ("name", "fullname", "email", "about", "image_url", "apikey", "reset_key", "plugin_extras",
            "activity_streams_email_notifications", events.STATE, events.SYSADMIN)
_NOTICED = "govshare_account_events"
_acting: ContextVar[str] = ContextVar("govshare_acting", default="")

# CKAN's actions by which accounts, memberships and tokens change; whoever calls one is who did it.
CHANGING = (
    "api_token_create", "api_token_revoke", "group_create", "group_delete", "group_member_create", "group_member_delete",
    "group_patch", "group_purge", "group_update", "member_create", "member_delete", "organization_create", "organization_delete",
    "organization_member_create", "organization_member_delete", "organization_patch", "organization_purge",
    "organization_update", "user_create", "user_delete", "user_invite", "user_patch", "user_update",
)


@contextmanager
def acting(account: str) -> Iterator[None]:
    """What changes inside was done by the account of this id or name; by nobody known where it is empty."""
    before = _acting.set(account or _acting.get())
    try:
        yield
    finally:
        _acting.reset(before)


def under_their_names(actions: Mapping[str, Action]) -> dict[str, Action]:
    """`actions`, and CKAN's others that change accounts, so that the recorder knows who called each."""
    return {**actions, **{name: around(name, actions.get(name), _as_caller) for name in CHANGING}}


def _as_caller(context: Context, _data_dict: DataDict) -> AbstractContextManager[None]:
    return acting(context.get("user", ""))


def install() -> None:
    """Listen to CKAN's session. May be called again."""
    listeners: Mapping[str, Callable[..., None]] = {
        "after_flush": _notice, "before_commit": _record, "after_soft_rollback": _forget}
    for name, listener in listeners.items():
        changes.listen(model.Session, name, listener)


def _notice(session: Any, _context: Any) -> None:
    """Keep what this flush changed until the commit, with the part of the transaction to which it belongs."""
    changed = [*_added(session.new), *_changed(session.dirty), *_removed(session.deleted)]
    if changed:
        part = session.get_nested_transaction() or session.get_transaction()
        session.info.setdefault(_NOTICED, []).extend((part, event) for event in changed)


def _record(session: Any) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    for _part, event in session.info.pop(_NOTICED, ()):
        record(Case(CASE, event.account, _department(event)), event, _actor(event), clock.now())


def _forget(session: Any, part: Any) -> None:
    """What a rollback took back, of the whole transaction or of a part, did not happen."""
    if noticed := session.info.get(_NOTICED):
        session.info[_NOTICED] = [(of, event) for of, event in noticed if part.nested and of is not part]


def _department(event: AccountEvent) -> str:
    """The department that a membership is of; nobody answers for accounts but the operator, and themes are no departments."""
    group_id = getattr(event, "group", "")
    group = by_id.group(group_id) if group_id else None
    return group_id if group is None or group.is_organization else ""


def _actor(event: AccountEvent) -> str:
    """The id of who did it: the caller of the action or page, whoever registers or comes by a link, or who has the server."""
    named = _acting.get() or (current_user.name if has_request_context() and current_user.is_authenticated else "")
    if named:
        user = model.User.get(named)
        return str(user.id) if user else named
    return event.account if has_request_context() else f"console:{getpass.getuser()}"


def _added(objects: Iterable[Any]) -> Iterator[AccountEvent]:
    for added in objects:
        if isinstance(added, model.User):
            yield events.AccountCreated(added.id, added.state, bool(added.sysadmin))
        elif isinstance(added, model.ApiToken) and added.user_id:
            yield events.TokenCreated(added.user_id, token_reference(added.id))
        elif _is_membership(added):
            yield from events.of_membership(added.table_id, added.group_id, ("", ""), (added.state, added.capacity))


def _changed(objects: Iterable[Any]) -> Iterator[AccountEvent]:
    for changed in objects:
        if isinstance(changed, model.User):
            fields = {name: change for name in _WATCHED if (change := changes.change(changed, name))}
            if password := changes.change(changed, "_password"):
                fields[events.PASSWORD] = password
            yield from events.of_account(changed.id, fields)
        elif _is_membership(changed):
            before = (_before(changed, "state"), _before(changed, "capacity"))
            yield from events.of_membership(changed.table_id, changed.group_id, before, (changed.state, changed.capacity))


def _removed(objects: Iterable[Any]) -> Iterator[AccountEvent]:
    for removed in objects:
        if isinstance(removed, model.User):
            yield events.AccountDeleted(removed.id)
        elif isinstance(removed, model.ApiToken) and removed.user_id:
            yield events.TokenRevoked(removed.user_id, token_reference(removed.id))
        elif _is_membership(removed):
            yield from events.of_membership(removed.table_id, removed.group_id, (removed.state, removed.capacity), ("", ""))


def _is_membership(candidate: Any) -> bool:
    return isinstance(candidate, model.Member) and candidate.table_name == _PERSON


def _before(row: Any, name: str) -> str:
    change = changes.change(row, name)
    return str((change[0] if change else getattr(row, name)) or "")


def token_reference(token_id: str) -> str:
    """What names an API token to others than its owner: no part of the token itself."""
    return hashlib.sha256(token_id.encode()).hexdigest()[:32]
