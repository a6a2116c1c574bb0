"""What somebody can do after an error page, by what they are to the portal. None of it says whether anything exists."""
from __future__ import annotations

from http import HTTPStatus

import ckan.plugins.toolkit as tk

from ckanext.govshare.logic import roles


def gs_error_advice(code: int) -> list[str]:
    """The next steps after the error `code`, an HTTP status."""
    if code == HTTPStatus.FORBIDDEN:
        return _where_not_allowed()
    advice: dict[int, list[str]] = {
        HTTPStatus.BAD_REQUEST: [tk._("Check the address or the values you entered, then try again.")],
        HTTPStatus.NOT_FOUND: [tk._("Check the address for typing errors."),
                               tk._("Search the catalogue by name, department or keyword."),
                               tk._("The entry may have been withdrawn, or it may not be open to the public.")],
        HTTPStatus.TOO_MANY_REQUESTS: [tk._("Wait as long as it says above, then try again.")],
    }
    return advice.get(code, [tk._("Please try again in a few minutes."),
                             tk._("If it happens again, tell the platform operator when it happened.")])


def _where_not_allowed() -> list[str]:
    user = tk.current_user
    if not user.is_authenticated:
        return [tk._("If you have an account, log in: you then come back to this address."),
                tk._("Without an account you can search the catalogue, and fetch all data that is opened to everybody.")]
    if user.sysadmin:
        return [tk._("The platform administrator runs the portal and decides nothing about data. "
                     "Ask the department that is responsible to do this.")]
    if roles.capacities(user):
        return [tk._("Your role in your department does not include this. If it concerns your department's data, ask your "
                     "department's administrator; if it concerns the portal itself, ask the platform operator."),
                tk._("What waits for you is in your own list.")]
    return [tk._("Your applications, and the data that you were granted, are in your own list."),
            tk._("If you work in a department, ask its administrator to make your account a member of it.")]
