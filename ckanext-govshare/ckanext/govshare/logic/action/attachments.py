"""Files that applicants attach to their applications (ACC-1)."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.govshare.logic import attachments
from ckanext.govshare.logic.schema import applications as schema
from ckanext.govshare.logic.schema.fields import reference

__all__ = ["govshare_attachment_add", "govshare_attachment_remove"]


@validate(schema.attachment_add)
def govshare_attachment_add(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Attach a file to an application that the caller may change: at most 10, of at most 20 MB each.

    :param application_id: id of the application
    :param upload: a file (multipart): PDF, PNG, JPEG, TIFF, Office, OFD or ZIP, by its content and its name
    :returns: ``id``, ``filename``, ``size`` in bytes, ``sha256``
    :raises NotFound: also for applications that the caller has no part in
    :raises ValidationError: ``upload``, or ``state`` where the application cannot be changed now
    """
    tk.check_access("govshare_attachment_add", context, data_dict)
    kept = attachments.add(context, data_dict["application_id"], data_dict["upload"])
    return {"id": kept.id, "filename": kept.filename, "size": kept.size, "sha256": kept.sha256}


@validate(reference)
def govshare_attachment_remove(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Remove a file from an application that the caller may change.

    :param id: the attachment's own id
    :raises NotFound: also for attachments of applications that the caller has no part in
    """
    tk.check_access("govshare_attachment_remove", context, data_dict)
    return {"id": attachments.remove(context, data_dict["id"]).id}
