"""Applications for conditional data: thin actions over `domain.applications` (ACC-1 to ACC-4: 001 第二十七条)."""
from __future__ import annotations

from statistics import median
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock, regulations
from ckanext.govshare.display import applications as display
from ckanext.govshare.domain.application_cases import GRANTED, OPEN, WAITING, State
from ckanext.govshare.domain.calendar import shanghai_date
from ckanext.govshare.domain.countdown import working_days_left
from ckanext.govshare.logic import applications, listing, review, roles
from ckanext.govshare.logic.applications import MACHINE
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.schema import applications as schema
from ckanext.govshare.logic.schema.fields import reference
from ckanext.govshare.repository import applications as repository

__all__ = [
    "govshare_application_assign", "govshare_application_create", "govshare_application_list", "govshare_application_show",
    "govshare_application_summary", "govshare_application_update",
]

# Of so many decided applications the usual time is told.
_RECENT = 200
# No id: what belongs to it is nothing.
_NOBODY = "nobody"


@validate(schema.application_create)
def govshare_application_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin an application for conditional data, as a draft that only the caller sees; it may be incomplete.

    :param dataset_id: name or id of the entry
    :param purpose, scene, security_measures: texts (optional until it is submitted, `scene` always)
    :param period_start, period_end: ISO dates, both counted whole
    :param applicant_kind: natural_person, legal_entity or other_organisation
    :param applicant_name: of the person or organisation; `uscc`: 统一社会信用代码, asked of legal entities
    :param contact_name, contact_phone, contact_email: optional
    :param answers: by question id, to what the department asks in addition
    :param renews: id of a grant of the caller's that this one is to continue (optional)
    :returns: ``id`` and ``state``
    :raises NotFound: also for entries that the caller may not know of
    :raises ValidationError: ``dataset_id`` where the data is not conditional, else the fields that are wrong
    """
    tk.check_access("govshare_application_create", context, data_dict)
    package = review.visible_package(context, data_dict["dataset_id"])
    return MACHINE.answer(applications.create(context, package, data_dict))


@validate(schema.application_update)
def govshare_application_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a draft or what was returned: the fields of `govshare_application_create` that are given.

    :param id: id of the application
    :raises NotFound: also for applications that the caller has no part in
    """
    tk.check_access("govshare_application_update", context, data_dict)
    return MACHINE.answer(applications.update(context, data_dict["id"], data_dict))


@validate(schema.application_assign)
def govshare_application_assign(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say who of the department works on applications: all of them or, where one is refused, none.

    :param ids: list of ids of applications
    :param user: name or id of an editor of the department; empty for nobody
    :raises ValidationError: ``user`` is no editor of the department, ``state``: one is decided
    """
    tk.check_access("govshare_application_assign", context, data_dict)
    user = model.User.get(data_dict["user"]) if data_dict["user"] else None
    if data_dict["user"] and user is None:
        raise tk.ValidationError({"user": [tk._("Choose an editor of the department")]})
    applications.assign(context, data_dict["ids"], user)
    return {"ids": data_dict["ids"], "assignee": user.name if user else None}


@tk.side_effect_free
@validate(reference)
def govshare_application_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One application: what was asked for and decided, its due date, history, attachments, and ``commands`` of the caller.

    The operator sees where it stands and when, but nothing that the applicant wrote.

    :param id: id of the application
    :raises NotFound: also for applications that the caller has no part in
    """
    application, held = kernel.known(MACHINE, context, data_dict["id"])
    tk.check_access("govshare_application_show", context, data_dict)
    return display.whole(application, held, roles.actor_of(context))


@tk.side_effect_free
@validate(schema.application_list)
def govshare_application_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Applications of the caller, of the caller's departments by due date, or of all departments.

    :param role: applicant (default), department or competent
    :param state: a state, or waiting for those that the department has to decide (optional)
    :param q: part of the entry's title or the applicant's name
    :param organization: name or id of a department; `assignee`: name or id of a user; `overdue`: only those overdue. The
        operator, who learns neither who applies nor who works on a case, cannot look for them by `q` and `assignee`
    :param offset, limit: paging; at most 100 a page
    :returns: ``count`` and ``results``
    """
    tk.check_access("govshare_application_list", context, data_dict)
    count, found = repository.search(_wanted(context, data_dict), data_dict["offset"], data_dict["limit"])
    return {"count": count, "results": display.page(
        found, readable=not roles.is_operator(context), own=data_dict["role"] == "applicant")}


def _wanted(context: Context, data_dict: DataDict) -> repository.Wanted:
    """What `govshare_application_list` is asked for. A user that does not exist has no applications."""
    state, applicant, assignee = data_dict.get("state"), listing.person(context, data_dict, "applicant"), None
    if data_dict.get("assignee") and applicant is None and not roles.is_operator(context):
        found = model.User.get(data_dict["assignee"])
        assignee = found.id if found else _NOBODY
    return repository.Wanted(
        applicant, listing.departments(context, data_dict), assignee,
        states=WAITING if state == schema.WAITING else [State(state)] if state else [],
        text="" if roles.is_operator(context) else data_dict["q"].strip(),
        overdue_on=shanghai_date(clock.now()) if data_dict.get("overdue") else None)


@tk.side_effect_free
@validate(schema.dataset_ref)
def govshare_application_summary(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How many applied for an entry's data, and the usual time to a decision; nothing of persons.

    The time runs from the first submission, whatever was returned meanwhile, to the first decision, whatever an appeal made
    of it.

    :param dataset_id: name or id of the entry
    :returns: ``applied``, ``granted``, ``refused``, ``open`` and ``working_days`` (median, None before the first decision)
    :raises NotFound: also for entries that the caller may not know of
    """
    package = review.visible_package(context, data_dict["dataset_id"])
    tk.check_access("govshare_application_summary", context, data_dict)
    by_state = repository.counts(package.id)
    calendar = regulations.calendar()
    days = [working_days_left(shanghai_date(decided), shanghai_date(submitted), calendar)
            for submitted, decided in repository.decided(package.id, _RECENT)]
    return {
        "applied": sum(by_state.values()), "granted": sum(by_state.get(state, 0) for state in GRANTED),
        "refused": by_state.get(State.REJECTED, 0), "open": sum(by_state.get(state, 0) for state in OPEN),
        "working_days": median(days) if days else None,
    }
