"""Files that applicants attach to their applications, and take away again (ADR 087)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.govshare import clock
from ckanext.govshare.domain import application_events as events
from ckanext.govshare.domain import attachments
from ckanext.govshare.domain.applications import PROCESS, Application, Command, Order
from ckanext.govshare.domain.attachments import Attachment
from ckanext.govshare.logic import applications, attachment_files, quotas, roles
from ckanext.govshare.logic.cases import kernel
from ckanext.govshare.logic.record import Case, record, transaction
from ckanext.govshare.logic.wording import asking
from ckanext.govshare.repository import attachments as repository


def add(context: Context, application_id: str, upload: Any) -> Attachment:
    """Keep a file with an application that its applicant may change, and commit.

    Raises ValidationError: ``upload`` (too many, too large, empty, of a kind that is not taken, or more than the person may
    keep in all), ``state``.
    """
    if not isinstance(upload, FileStorage):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    kept = attachment_files.keep(upload, applications.CASE, application_id)
    try:
        with transaction():
            application = _editable(context, application_id)
            if len(repository.of_case(applications.CASE, application.id)) >= attachments.MOST:
                raise attachment_files.refused(attachments.TOO_MANY)
            actor, now = roles.actor_of(context), clock.now()
            quotas.admit_file(actor, kept.size)
            repository.add(kept, actor, now)
            record(_case(application), events.AttachmentAdded(kept.id, kept.sha256, kept.size), actor, now)
    except BaseException:
        attachment_files.erase([kept])
        raise
    return kept


def remove(context: Context, attachment_id: str) -> Attachment:
    """Remove a file from an application that its applicant may change, and commit. Raises ObjectNotFound, or as `add`."""
    with transaction():
        found = load(attachment_id)
        application = _editable(context, found.case_id)
        actor, now = roles.actor_of(context), clock.now()
        repository.remove(found.id)
        record(_case(application), events.AttachmentRemoved(found.id, found.sha256), actor, now)
    attachment_files.erase([found])
    return found


def load(attachment_id: str) -> Attachment:
    """A file of an application. Raises ObjectNotFound where there is none; who may know of it is asked elsewhere."""
    found = repository.get(attachment_id) if "\0" not in attachment_id else None
    if found is None or found.case_kind != applications.CASE:
        raise tk.ObjectNotFound(tk._("Attachment not found"))
    return found


def readable(context: Context, application_id: str, attachment_id: str) -> Attachment:
    """A file of an application whose words the caller reads.

    Raises NotAuthorized, and ObjectNotFound also for a file of another application.
    """
    tk.check_access("govshare_attachment_show", context, {"application_id": application_id})
    found = load(attachment_id)
    if found.case_id != application_id:
        raise tk.ObjectNotFound(tk._("Attachment not found"))
    return found


def _case(application: Application) -> Case:
    return Case(applications.CASE, application.id, application.department)


def _editable(context: Context, application_id: str) -> Application:
    application = kernel.load(applications.MACHINE, application_id, lock=True)
    order = Order(Command.SAVE, roles.actor_of(context))
    with asking():
        PROCESS.admit(application, order, applications.MACHINE.parts_in(context, application))
    return application
