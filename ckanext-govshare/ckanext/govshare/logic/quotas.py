"""Bounds on what one person may make the platform keep and others read, asked in the transaction that would exceed them."""
from __future__ import annotations

from datetime import datetime, timedelta

import ckan.plugins.toolkit as tk

from ckanext.govshare import config
from ckanext.govshare.domain.applications import Application
from ckanext.govshare.repository import quotas as repository

# Each is told to the editors of a department by inbox and mail; who needs more data than this has days for it.
MOST_SUBMISSIONS = 50
_DAY = timedelta(days=1)


def admit_file(user_id: str, size: int) -> None:
    """Raise ValidationError for ``upload`` where `size` bytes more would be more than the person may attach in all."""
    repository.hold(user_id)
    most = config.attachment_quota_mb()
    if repository.attached(user_id) + size > most * 2**20:
        raise tk.ValidationError({"upload": [tk._(
            "The files of all your applications may have {most} MB together. Remove files from applications that you can still "
            "change, withdraw drafts that you do not need, or ask the operator of the platform").format(most=most)]})


def admit_submission(application: Application, now: datetime) -> None:
    """Raise ValidationError for ``state`` where the applicant has handed in too many applications within a day."""
    repository.hold(application.applicant)
    if repository.submitted(application.applicant, now - _DAY, application.id) >= MOST_SUBMISSIONS:
        raise tk.ValidationError({"state": [tk._(
            "You have handed in {most} applications within a day. This one is kept: hand it in tomorrow").format(
                most=MOST_SUBMISSIONS)]})
