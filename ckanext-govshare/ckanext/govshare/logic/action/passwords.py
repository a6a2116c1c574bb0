"""How people come to a password: by invitation, or by a link that is mailed to whoever forgot one (ADR 097)."""
from __future__ import annotations

import re
import secrets
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.navl.dictization_functions import validate
from ckan.logic import schema as core
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain.account_letters import INVITATION
from ckanext.govshare.domain.account_links import PASSWORD
from ckanext.govshare.logic import account_links, accounts
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import passwords as schema
from ckanext.govshare.notifications import account_mail
from ckanext.govshare.repository import outbox
from ckanext.govshare.security import throttle

__all__ = ["govshare_password_reset", "govshare_password_reset_request", "user_invite"]

_LONGEST_NAME = 80


def govshare_password_reset_request(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask for a link by which to choose a new password. The answer is the same, and as quick, whether there is such an account.

    :param user: e-mail address or name of the account, at most 254 characters
    :returns: nothing that tells of an account
    :raises ValidationError: `user` where it is missing or too long
    """
    tk.check_access("govshare_password_reset_request", context, data_dict)
    asked = schema.asked(data_dict)
    throttle.count("reset", asked)
    with transaction():
        outbox.put(model.Session, account_mail.ASKED, {"asked": asked}, clock.now())
    return {}


def govshare_password_reset(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose a password by the link that was mailed. It works once, and activates the account of an invited person.

    :param key: what the link ends with
    :param password1, password2: the new password, twice
    :returns: ``name`` of the account
    :raises ValidationError: `key` where it was used, is too old or never was one, and the passwords' fields
    """
    tk.check_access("govshare_password_reset", context, data_dict)
    link = account_links.opened(PASSWORD, data_dict.get("key"), lock=True)
    user = link.user if link else None
    if user is None:
        raise account_links.ended()
    given = {name: str(data_dict.get(name) or "") for name in ("password1", "password2")}
    by_link = Context(user=user.name, ignore_auth=True, schema=schema.chosen())
    with accounts.acting(user.id), transaction():
        tk.get_action("user_update")(by_link, {
            "id": user.id, "name": user.name, "email": user.email, "state": model.State.ACTIVE, **given})
    return {"name": user.name}


def user_invite(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Invite somebody by e-mail to a department or theme: the mail's link, which nobody else sees, sets the password.

    :param email: where the invitation goes
    :param group_id: id or name of the department or theme
    :param role: in it: member, editor or admin
    :returns: ``id``, ``name``, ``display_name`` and ``state`` of the new account
    """
    tk.check_access("user_invite", context, data_dict)
    data, errors = validate(data_dict, schema.invitation(), context)
    if errors:
        raise tk.ValidationError(errors)
    group = model.Group.get(data["group_id"])
    if group is None:
        raise tk.ObjectNotFound(tk._("Group was not found."))
    with transaction():
        user = _invited(context, data["email"])
        tk.get_action("member_create")(_ours(context), {
            "id": group.id, "object": user["id"], "object_type": "user", "capacity": data["role"]})
        outbox.put(model.Session, account_mail.LETTER, {
            "letter": INVITATION, "account": user["id"], "group": group.id, "role": data["role"]}, clock.now())
    return {name: user[name] for name in ("id", "name", "display_name", "state")}


def _invited(context: Context, email: str) -> dict[str, Any]:
    without_password = Context(**{**_ours(context), "schema": core.create_user_for_user_invite_schema()})
    made: dict[str, Any] = tk.get_action("user_create")(without_password, {
        "name": _free_name(email), "email": email, "state": model.State.PENDING})
    return made


def _ours(context: Context) -> Context:
    """Whether the caller may was asked; all is committed together."""
    return Context(user=context.get("user", ""), ignore_auth=True, defer_commit=True)


def _free_name(email: str) -> str:
    begins = re.sub(r"[^a-z0-9_-]", "-", email.split("@", maxsplit=1)[0].lower())[:_LONGEST_NAME]
    while model.User.get(name := f"{begins}-{secrets.randbelow(10**6)}") is not None:
        pass
    return name
