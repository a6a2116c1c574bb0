"""CKAN's actions on accounts: nobody acts as somebody else, and nobody learns who has an account (ADR 096, 097)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import guard_against_duplicated_email
from ckan.types import Action, Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain import accounts as rules
from ckanext.govshare.domain.errors import Invalid
from ckanext.govshare.logic import accounts, roles
from ckanext.govshare.logic.auth import accounts as auth
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import registration as schema
from ckanext.govshare.logic.wording import asking, error_dict
from ckanext.govshare.notifications import account_mail
from ckanext.govshare.repository import accounts as repository
from ckanext.govshare.repository import outbox, rehearsals, trace
from ckanext.govshare.security import passwords, throttle

__all__ = [
    "am_following_user", "api_token_create", "api_token_list", "api_token_revoke", "dataset_followee_count", "followee_list",
    "govshare_account_history", "group_followee_count", "group_member_create", "group_member_delete", "member_create",
    "member_delete", "organization_followee_count", "organization_member_create", "organization_member_delete", "unfollow_user",
    "user_delete", "user_patch", "user_update",
]


@tk.chained_action
def user_update(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Change one's own account; with `old_password` also its password and address.

    A new address is that of the account when the link that is mailed to it was opened. Until then the answer gives it as
    ``email_to_confirm``; that somebody else has it is told to its mailbox alone.

    The operator blocks and restores those of others, and appoints operators; no more.
    """
    if context.get("ignore_auth"):
        return original(context, data_dict)
    user_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("user_update", context, data_dict)
    return _own(original, context, data_dict) if auth.is_own(context, user_id) else _anothers(context, data_dict)


@tk.chained_action
def user_patch(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As user_update, for some of the fields."""
    if context.get("ignore_auth"):
        return original(context, data_dict)
    user_id = tk.get_or_bust(data_dict, "id")
    tk.check_access("user_patch", context, data_dict)
    # CKAN's calls user_update, with all fields.
    return original(context, data_dict) if auth.is_own(context, user_id) else _anothers(context, data_dict)


def _own(original: Action, context: Context, data_dict: DataDict) -> Any:
    user = roles.user_of(context)
    if user is None:
        raise tk.NotAuthorized
    with asking():
        given = rules.of_oneself(data_dict, user.email)
    _confirm(user, given)
    email = _new_address(user, given)
    if not email:
        return original(context, given)
    throttle.count("address", email)
    with transaction():
        outbox.put(model.Session, account_mail.ADDRESS_ASKED, {"email": email, "account": user.id, "language": ""}, clock.now())
        as_it_is = Context(**{**context, "schema": schema.with_address_as_it_is(context.get("schema"))})
        changed = original(as_it_is, {**given, "email": user.email})
    return {**changed, "email_to_confirm": email}


def _confirm(user: model.User, given: DataDict) -> None:
    """What leads into the account asks for its password again: a token that somebody found must not be worth the account."""
    if not rules.leads_in(given, user.email):
        return
    if not given.get("old_password"):
        raise tk.ValidationError({"old_password": [
            tk._("To change the password or the e-mail address, enter the present password of your account")]})
    if not passwords.is_right(user.name, user, given["old_password"]):
        raise tk.ValidationError({"old_password": [tk._("This is not the password of your account")]})


def _new_address(user: model.User, given: DataDict) -> str:
    """The address that the account is to get; empty for none, and for what is none, which CKAN refuses with the other fields."""
    email = given.get("email")
    text = email.strip() if isinstance(email, str) else ""
    return text if text != (user.email or "") and schema.is_address(text) else ""


def _anothers(context: Context, data_dict: DataDict) -> Any:
    user = model.User.get(data_dict["id"])
    if user is None:
        raise tk.ObjectNotFound(tk._("User not found"))
    _operate(user, data_dict)
    return tk.get_action("user_show")(Context(user=context["user"]), {"id": user.id})


def _operate(user: model.User, data_dict: DataDict) -> None:
    stored = {name: getattr(user, name) for name in (*rules.PERSONAL, "state", "sysadmin") if hasattr(user, name)}
    given = dict(data_dict)
    try:
        if "sysadmin" in given:
            given["sysadmin"] = tk.asbool(given["sysadmin"])
        changes = rules.of_another(given, stored)
    except Invalid as refusal:
        raise tk.ValidationError(error_dict(refusal.errors)) from None
    except ValueError:
        raise tk.ValidationError({"sysadmin": [tk._("Expected true or false")]}) from None
    with transaction(), guard_against_duplicated_email(user.email or ""):
        for name, value in changes.items():
            setattr(user, name, value)
        rehearsals.flush()


@tk.chained_action
def user_delete(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Block an account; its memberships end. Absent ones are told to the operator alone."""
    tk.check_access("user_delete", context, data_dict)
    return original(context, data_dict)


@tk.chained_action
def api_token_create(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Make a token for oneself."""
    tk.check_access("api_token_create", context, data_dict)
    return original(context, data_dict)


@tk.side_effect_free
@tk.chained_action
def api_token_list(original: Action, context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """One's own tokens; to the operator those of others, each under a reference by which api_token_revoke finds it."""
    listed: list[dict[str, Any]] = original(context, data_dict)
    if context.get("ignore_auth") or auth.is_own(context, data_dict.get("user_id", data_dict.get("user"))):
        return listed
    return [{**token, "id": accounts.token_reference(token["id"])} for token in listed]


@tk.chained_action
def api_token_revoke(original: Action, context: Context, data_dict: DataDict) -> Any:
    """Revoke one of one's own tokens (`jti` or `token`); the operator any, also by the reference of api_token_list."""
    given = data_dict.get("jti")
    if isinstance(given, str) and (found := repository.token_by_reference(given)):
        data_dict = {**data_dict, "jti": found}
    return original(context, data_dict)


def _of_the_person(original: Action, context: Context, data_dict: DataDict) -> Any:
    """What CKAN tells of a person to that person, and to the operator."""
    if not context.get("ignore_auth") and not auth.of_the_person(context, data_dict.get("id"))["success"]:
        raise tk.NotAuthorized
    return original(context, data_dict)


am_following_user = tk.side_effect_free(tk.chained_action(_of_the_person))
dataset_followee_count = am_following_user
followee_list = am_following_user
group_followee_count = am_following_user
organization_followee_count = am_following_user
unfollow_user = tk.chained_action(_of_the_person)


def _access_first(name: str) -> Action:
    def action(original: Action, context: Context, data_dict: DataDict) -> Any:
        if not context.get("ignore_auth"):
            tk.get_or_bust(data_dict, "id")
            tk.check_access(name, context, data_dict)
        return original(context, data_dict)
    action.__name__, action.__doc__ = name, "Whether the caller may is asked before the person is looked for."
    return tk.chained_action(action)


member_create = _access_first("member_create")
member_delete = _access_first("member_delete")
group_member_create = _access_first("group_member_create")
organization_member_create = _access_first("organization_member_create")


def _delete_member(original: Action, context: Context, data_dict: DataDict) -> Any:
    """As above; CKAN asks in member_delete, after it has looked."""
    if not context.get("ignore_auth"):
        tk.check_access("member_delete", context, {"id": tk.get_or_bust(data_dict, "id"), "object_type": "user"})
    return original(context, data_dict)


group_member_delete = tk.chained_action(_delete_member)
organization_member_delete = group_member_delete


@tk.side_effect_free
def govshare_account_history(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What happened to an account, its memberships and tokens, oldest first.

    :param id: id of the account, or the caller's own name
    :returns: ``event``, ``at`` (UTC), ``by`` (the account id of who did it, or ``console:…`` for the server's command line),
        ``details`` and ``trace_seq``, the number of its leaf in the trace
    """
    reference = tk.get_or_bust(data_dict, "id")
    tk.check_access("govshare_account_history", context, data_dict)
    own = roles.user_of(context)
    user_id = own.id if own is not None and reference == own.name else str(reference)
    return [{"event": row["name"], "at": row["effective_at"].isoformat(), "by": row["actor"], "details": row["payload"],
             "trace_seq": row["trace_seq"]} for row in trace.events(accounts.CASE, user_id)]
