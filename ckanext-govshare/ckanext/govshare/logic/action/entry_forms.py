"""What a department asks of who applies for one of its entries: questions as data, no code (ACC-1)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare import clock
from ckanext.govshare.domain import entry_forms as rules
from ckanext.govshare.domain.application_events import EntryFormChanged
from ckanext.govshare.logic import review, roles
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.schema import entry_forms as schema
from ckanext.govshare.logic.wording import error_dict
from ckanext.govshare.repository import catalog
from ckanext.govshare.repository import entry_forms as repository

__all__ = ["govshare_entry_form_show", "govshare_entry_form_update"]


def _shown(entry_id: str) -> dict[str, Any]:
    version, form = repository.current(entry_id)
    return {"dataset_id": entry_id, "version": version, **form.as_dict()}


@tk.side_effect_free
@validate(schema.entry_form_ref)
def govshare_entry_form_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What an entry asks of applicants, and what it grants by default.

    :param dataset_id: name or id of the entry
    :returns: ``version`` (0: the department asks nothing of its own), ``questions`` (id, label, type, required, options,
        help), ``agreement_required``, ``limits``, ``longest_period_days`` (0: no limit of its own), ``note``
    :raises NotFound: also for entries that the caller may not know of
    """
    package = review.visible_package(context, data_dict["dataset_id"])
    tk.check_access("govshare_entry_form_show", context, data_dict)
    return _shown(package.id)


@validate(schema.entry_form_update)
def govshare_entry_form_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say what an entry asks of applicants from now on; what was submitted before keeps its questions.

    :param dataset_id: name or id of the entry
    :param questions: list of ``{id, label, type, required, options, help}``; type: text, long_text, number, date, choice,
        choices or yes_no; options for a choice
    :param agreement_required, limits, longest_period_days, note: as `govshare_entry_form_show` answers them
    :returns: as `govshare_entry_form_show`
    :raises NotFound: also for entries that the caller may not know of
    :raises ValidationError: by field, ``questions.<number>.<key>`` for one of a question
    """
    package = review.visible_package(context, data_dict["dataset_id"])
    tk.check_access("govshare_entry_form_update", context, data_dict)
    form, errors = rules.parse({name: data_dict[name] for name in rules.FIELDS if name in data_dict})
    if errors:
        raise tk.ValidationError(error_dict(errors))
    with transaction():
        # Two editors at once: the entry's row lets one after the other add a version.
        catalog.get(package.id, lock=True)
        version, before = repository.current(package.id)
        if before != form:
            actor, now = roles.actor_of(context), clock.now()
            repository.add(package.id, version + 1, form, actor, now)
            record(Case(review.CASE, package.id, package.owner_org or ""),
                   EntryFormChanged(version + 1, rules.digest(form)), actor, now)
    return _shown(package.id)
