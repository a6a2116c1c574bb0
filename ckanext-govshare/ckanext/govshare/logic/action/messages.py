"""The inbox: what people are told of their cases, in their language, and how else they want to be told."""
from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.logic import roles
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import messages as schema
from ckanext.govshare.logic.wording import language
from ckanext.govshare.notifications import preferences, texts
from ckanext.govshare.repository import notices as repository

__all__ = ["govshare_message_list", "govshare_message_read", "govshare_message_settings_show", "govshare_message_settings_update"]


def _reader(context: Context) -> model.User:
    user = roles.user_of(context)
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to read your messages"))
    return user


@tk.side_effect_free
@validate(schema.message_list)
def govshare_message_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The caller's messages, newest first.

    :param unread: those alone that were not read (default: all)
    :param offset, limit: paging; 20 messages unless told, at most 100
    :returns: ``count`` of those asked for, ``unread`` (how many are), and ``results``: ``id``, ``kind``, ``title``,
        ``sentences``, ``address`` (path of the page where something is to be done), ``created_at`` and ``read_at`` (UTC, or None)
    """
    tk.check_access("govshare_message_list", context, data_dict)
    user_id = _reader(context).id
    found = repository.inbox(user_id, data_dict["unread"], data_dict["offset"], data_dict["limit"])
    return {"count": repository.count(user_id, data_dict["unread"]), "unread": repository.count(user_id, True),
            "results": [_shown(row) for row in found]}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    title, sentences = texts.write(row["kind"], row["params"], language())
    return {"id": row["id"], "kind": row["kind"], "title": title, "sentences": sentences, "address": row["address"],
            "created_at": row["created_at"].isoformat(), "read_at": row["read_at"].isoformat() if row["read_at"] else None}


@validate(schema.message_read)
def govshare_message_read(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Mark messages of the caller as read; numbers of other people's messages are passed over.

    :param ids: numbers of messages, at most 100
    :param all: true for all of them, in place of ``ids``
    :returns: ``marked`` (how many were unread before) and ``unread`` (how many are left)
    :raises ValidationError: ``ids`` where neither is given
    """
    tk.check_access("govshare_message_read", context, data_dict)
    user_id = _reader(context).id
    if not data_dict["all"] and data_dict.get("ids") is None:
        raise tk.ValidationError({"ids": [tk._("Say which messages, or all of them")]})
    with transaction():
        marked = repository.mark_read(user_id, None if data_dict["all"] else data_dict["ids"], clock.now())
    return {"marked": marked, "unread": repository.count(user_id, True)}


@tk.side_effect_free
def govshare_message_settings_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How the caller is told of new messages: ``mail`` (also outside the portal), ``language``, ``languages`` to choose from."""
    tk.check_access("govshare_message_settings_show", context, data_dict)
    return {**asdict(preferences.of(_reader(context))), "languages": preferences.offered()}


@validate(schema.message_settings_update)
def govshare_message_settings_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Choose how to be told of new messages; the inbox gets all of them.

    :param mail: whether they are also sent by e-mail, or by another way that the portal has (optional)
    :param language: one of those that the portal offers, such as zh_Hans_CN (optional)
    :returns: the settings as govshare_message_settings_show has them
    """
    tk.check_access("govshare_message_settings_update", context, data_dict)
    user = _reader(context)
    given = {name: data_dict[name] for name in ("mail", "language") if name in data_dict}
    with transaction():
        preferences.keep(user, replace(preferences.of(user), **given))
    return govshare_message_settings_show(context, {})
