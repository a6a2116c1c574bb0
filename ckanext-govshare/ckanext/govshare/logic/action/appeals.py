"""Appeals to the competent department: thin actions over `domain.appeals` (ACC-6)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.display import appeal_rows as display
from ckanext.govshare.domain.appeals import Kind, State
from ckanext.govshare.logic import appeals as logic
from ckanext.govshare.logic import listing, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.schema import appeals as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.repository import appeals as repository

__all__ = ["govshare_appeal_file", "govshare_appeal_list", "govshare_appeal_show"]


@validate(schema.appeal_file)
def govshare_appeal_file(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a refusal, a suspension or a termination to the competent department.

    :param application_id: the refused application, or
    :param grant_id: the suspended or terminated grant: exactly one of the two
    :param reason: why the decision is wrong, at most 5,000 characters
    :returns: ``id`` and ``state`` of the appeal
    :raises NotFound: also for cases that the caller may not know of
    :raises NotAuthorized: the caller is not the applicant
    :raises ValidationError: ``state`` where nothing can be appealed against now, else the fields that are missing or wrong
    """
    kind, subject_id = _subject(data_dict)
    logic.visible_subject(context, kind, subject_id)
    tk.check_access("govshare_appeal_file", context, {"kind": kind, "id": subject_id})
    return logic.MACHINE.answer(logic.file(context, kind, subject_id, data_dict["reason"]))


def _subject(data_dict: DataDict) -> tuple[Kind, str]:
    given = [(kind, data_dict[f"{kind}_id"]) for kind in Kind if data_dict[f"{kind}_id"]]
    if len(given) != 1:
        message = tk._("Give either application_id or grant_id")
        raise tk.ValidationError({"application_id": [message], "grant_id": [message]})
    return given[0]


@tk.side_effect_free
@validate(reference)
def govshare_appeal_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One appeal: the decision that it is about, where it stands, and what the caller may do now.

    ``against`` is rejection, suspension or termination; ``decision`` the ``reason`` that the department gave
    and the ``state`` in which its case is now; ``deadline`` the due date of
    a running appeal; ``remedy`` what overturning did (approve, resume, reinstate, none). The operator gets no texts and no
    names of people.

    :param id: of the appeal
    :raises NotFound: also for callers who have no part in it
    """
    found, held = kernel.known(logic.MACHINE, context, data_dict["id"])
    tk.check_access("govshare_appeal_show", context, {"id": found.id})
    return display.whole(found, held, roles.actor_of(context))


@tk.side_effect_free
@validate(schema.appeal_list)
def govshare_appeal_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Appeals as govshare_appeal_show has them, without history and commands; open ones oldest first where one state is asked.

    :param role: appellant (the caller's own, the default), department (on decisions of the caller's departments) or
        competent (all)
    :param state: filed, upheld, overturned or withdrawn (optional)
    :param organization: name or id of the department that decided (optional)
    :param q: part of the entry's title (optional)
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``
    :raises NotAuthorized: the list is not the caller's
    """
    tk.check_access("govshare_appeal_list", context, data_dict)
    state = data_dict.get("state")
    count, found = repository.search(
        listing.departments(context, data_dict), listing.person(context, data_dict, "appellant"),
        [state] if state else [known.value for known in State], data_dict["q"], data_dict["offset"], data_dict["limit"],
        oldest_first=state == State.FILED)
    readable = not roles.is_operator(context) or data_dict["role"] == "appellant"
    return {"count": count, "results": display.rows(found, readable)}
