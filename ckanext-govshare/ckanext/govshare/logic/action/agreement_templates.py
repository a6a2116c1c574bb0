"""Templates of agreements, for the site, a department or one of its entries: thin actions (ACC-3)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain import agreement_texts
from ckanext.govshare.domain.agreement_texts import Scope, Template
from ckanext.govshare.logic import agreement_templates, named, review, roles
from ckanext.govshare.logic.agreement_texts import in_force
from ckanext.govshare.logic.schema import agreements as schema
from ckanext.govshare.logic.wording import translate
from ckanext.govshare.repository import agreement_templates as repository
from ckanext.govshare.repository import agreements as kept
from ckanext.govshare.repository import departments

__all__ = ["govshare_agreement_template_list", "govshare_agreement_template_show", "govshare_agreement_template_update"]


def _scope(context: Context, data_dict: DataDict) -> tuple[Scope, str]:
    """Scope and id; names are made ids. Raises NotFound for what the caller may not know of."""
    scope, given = Scope(data_dict["scope"]), data_dict["scope_id"]
    if scope is Scope.SITE:
        return scope, ""
    if scope is Scope.ENTRY:
        return scope, review.visible_package(context, given).id
    group = departments.find(given)
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ObjectNotFound(tk._("Department not found"))
    return scope, group.id


@tk.side_effect_free
@validate(schema.template_ref)
def govshare_agreement_template_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The template with which agreements of a scope are offered.

    ``own`` tells whether the scope has one itself; if not, ``title`` and ``body`` are those of the wider scope ``from``, which
    holds. ``version`` 0 comes with the platform. ``fields``: what a body may name in braces, with what it means. ``bound``:
    how many agreements in force would be offered anew with ``sign_again``, at most.

    :param scope: site, department or entry
    :param scope_id: name or id of the department or the entry; empty for the site
    :raises NotAuthorized: the caller is no member of the department, nor of the competent one
    """
    scope, scope_id = _scope(context, data_dict)
    tk.check_access("govshare_agreement_template_show", context, {"scope": scope, "scope_id": scope_id})
    return _shown(context, scope, scope_id)


def _shown(context: Context, scope: Scope, scope_id: str) -> dict[str, Any]:
    department = review.load(scope_id).department if scope is Scope.ENTRY else scope_id
    entry_id = scope_id if scope is Scope.ENTRY else ""
    found = repository.newest(scope, scope_id)
    template: Template = found["template"] if found else in_force(department, entry_id)
    return {
        "scope": scope.value, "scope_id": scope_id, "own": found is not None, "from": template.scope.value,
        "version": template.version, "title": template.title, "body": template.body,
        "added_at": found["added_at"].isoformat() if found else None,
        "fields": [{"name": name, "help": translate(text)} for name, text in agreement_texts.FIELDS.items()],
        "bound": kept.count_bound(department, entry_id, clock.now()),
        "organization": named.organization(department) if department else None,
        "dataset": named.dataset(entry_id) if entry_id else None,
        "may_update": _may_update(context, scope, scope_id),
    }


def _may_update(context: Context, scope: Scope, scope_id: str) -> bool:
    try:
        tk.check_access("govshare_agreement_template_update", context, {"scope": scope, "scope_id": scope_id})
    except tk.NotAuthorized:
        return False
    return True


@validate(schema.template_update)
def govshare_agreement_template_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Add a version of a template: agreements are offered with it from now on, those offered before stay as they are.

    :param scope: site, department or entry
    :param scope_id: name or id of the department or the entry; empty for the site
    :param title: of the agreement, one line of at most 200 characters
    :param body: Markdown of at most 50,000 characters with fields in braces, as govshare_agreement_template_show lists them
    :param sign_again: true to offer the new text to all who have an agreement of this scope in force; theirs binds until both
        sides have signed the new one
    :returns: ``scope``, ``scope_id``, ``version``
    :raises NotAuthorized: the caller is no editor of the department (for the site: no member of the competent department)
    :raises ValidationError: ``title``, ``body``; an unknown field is named
    """
    scope, scope_id = _scope(context, data_dict)
    tk.check_access("govshare_agreement_template_update", context, {"scope": scope, "scope_id": scope_id})
    made = agreement_templates.change(
        scope, scope_id, data_dict["title"], data_dict["body"], data_dict["sign_again"], roles.actor_of(context))
    return {"scope": made.scope.value, "scope_id": made.scope_id, "version": made.version}


@tk.side_effect_free
def govshare_agreement_template_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All versions of the site's template and of those of the caller's departments, newest first.

    :returns: each ``scope``, ``scope_id``, ``version``, ``title``, ``sign_again``, ``added_at``, ``added_by``
    """
    tk.check_access("govshare_agreement_template_list", context, data_dict)
    user = roles.user_of(context)
    own = roles.capacities(user) if user else {}
    rows = repository.versions(Scope.SITE) + repository.versions(Scope.DEPARTMENT, list(own))
    rows += [row for row in repository.versions(Scope.ENTRY) if review.load(row["template"].scope_id).department in own]
    return [
        {"scope": row["template"].scope.value, "scope_id": row["template"].scope_id, "version": row["template"].version,
         "title": row["template"].title, "sign_again": row["template"].sign_again, "added_at": row["added_at"].isoformat(),
         "added_by": named.person(row["added_by"])["display_name"]}
        for row in sorted(rows, key=lambda row: row["added_at"], reverse=True)
    ]
