"""How people come to an account, or their account to another address: by a link that the address itself gets (ADR 101)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import guard_against_duplicated_email
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain.account_links import ADDRESS, REGISTRATION
from ckanext.govshare.logic import account_links, accounts, roles
from ckanext.govshare.logic.record import transaction
from ckanext.govshare.logic.schema import registration as schema
from ckanext.govshare.logic.wording import language
from ckanext.govshare.notifications import account_mail
from ckanext.govshare.repository import accounts as repository
from ckanext.govshare.repository import outbox, rehearsals
from ckanext.govshare.security import throttle

__all__ = ["govshare_address_confirm", "govshare_registration_complete", "govshare_registration_request"]


def govshare_registration_request(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Ask for the link by which to register. The answer is the same, and as quick, whether the address has an account: its
    mailbox alone is told. Nothing is kept of an address whose link is not opened.

    :param email: the address of the account to be, at most 254 characters
    :returns: nothing that tells of an account
    :raises ValidationError: `email` where it is missing, too long or no address
    """
    tk.check_access("govshare_registration_request", context, data_dict)
    email = schema.address(data_dict)
    throttle.count("registration", email)
    wanted = {"email": email, "account": "", "language": language()}
    with transaction():
        outbox.put(model.Session, account_mail.ADDRESS_ASKED, wanted, clock.now())
    return {}


def govshare_registration_complete(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Register by the link that was mailed. It works once; its address becomes that of the account.

    :param key: what the link ends with
    :param name: of the account: 2 to 100 small Latin letters, digits, ``-`` and ``_``
    :param fullname: (optional) what the person is called
    :param password1, password2: the password, twice
    :returns: ``name`` of the account
    :raises ValidationError: `key` where it was used, is too old or never was one, or its address has an account meanwhile; and
        the other fields
    """
    tk.check_access("govshare_registration_complete", context, data_dict)
    link = account_links.opened(REGISTRATION, data_dict.get("key"), lock=True)
    if link is None:
        raise account_links.ended()
    by_link = Context(user="", ignore_auth=True, defer_commit=True, schema=schema.registered())
    with accounts.acting(link.account), transaction():
        # That a name is taken can only be told; so it is not told often.
        throttle.count("registration", link.account)
        chosen = schema.chosen(data_dict)
        repository.lock(str(chosen["name"]))
        tk.get_action("user_create")(by_link, {**chosen, "id": link.account, "email": link.address})
    return {"name": str(chosen["name"])}


def govshare_address_confirm(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give one's account the address whose mailbox got the link. It works once, for the account that asked for it.

    :param key: what the link ends with
    :returns: ``email``, the account's address from now on
    :raises ValidationError: `key` where it was used, is too old, never was one, is of another account, or its address has an
        account meanwhile
    """
    tk.check_access("govshare_address_confirm", context, data_dict)
    link = account_links.opened(ADDRESS, data_dict.get("key"), lock=True)
    caller = roles.user_of(context)
    if link is None or link.user is None or caller is None or caller.id != link.account:
        raise account_links.ended()
    with accounts.acting(link.account), transaction(), guard_against_duplicated_email(link.address):
        link.user.email = link.address
        rehearsals.flush()
    return {"email": link.address}
