"""CKAN's form of an account, with our action behind it: what is wrong stands at its field, and a password is asked for once."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.navl.dictization_functions import DataError, unflatten
from ckan.logic import clean_dict, parse_params, schema, tuplize_dict
from ckan.types import Context
from ckan.views.user import EditView
from werkzeug.wrappers import Response

from ckanext.govshare.security import sessions

_ASKED = ("fullname", "name", "email", "old_password", "password1", "password2", "image_url", "image_upload", "clear_upload")


def edit(id: str | None = None) -> Response | str:
    """The form; whoever changes their password with it stays logged in here, and nowhere else.

    The operator restores the accounts of others with it.
    """
    if tk.request.method != "POST" or "save" not in tk.request.form or not tk.current_user.is_authenticated:
        return _form(id)
    account = id or tk.current_user.name
    given = _given()
    own = account in (tk.current_user.id, tk.current_user.name)
    change = given if own else {"state": model.State.ACTIVE} if "activate_user" in tk.request.form else {}
    asked = Context(user=tk.current_user.name, auth_user_obj=tk.current_user, schema=schema.user_edit_form_schema())
    try:
        changed = tk.get_action("user_patch")(asked, {**change, "id": account})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Unauthorized to edit a user."))
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("User not found"))
    except tk.ValidationError as error:
        return _form(id, {**given, "id": account}, error.error_dict, error.error_summary)
    if own and given.get("password1"):
        sessions.keep(tk.current_user)
    return _saved(changed)


def _saved(changed: dict[str, Any]) -> Response:
    if email := changed.get("email_to_confirm"):
        tk.h.flash_success(tk._("A mail was sent to {email}. Open its link and confirm: until then your account keeps the "
                                "address that it has.").format(email=email))
    else:
        tk.h.flash_success(tk._("Profile updated"))
    return tk.redirect_to("user.read", id=changed["name"])


def _given() -> dict[str, Any]:
    try:
        sent = [clean_dict(unflatten(tuplize_dict(parse_params(part)))) for part in (tk.request.form, tk.request.files)]
    except DataError:
        return tk.abort(400, tk._("Integrity Error"))
    return {name: value for name, value in {**sent[0], **sent[1]}.items() if name in _ASKED}


def _form(*of: Any) -> str:
    return str(EditView().get(*of))
