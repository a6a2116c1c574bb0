"""All kinds of cases, as commands on them are carried out.

A new kind is a machine here, its process in `domain.processes` and its table in `repository.cases`: actions, authorisation,
histories, messages, reminders, the board and hand-overs follow from these.
"""
from __future__ import annotations

from typing import Any

from ckanext.govshare.logic import agreements, appeals, applications, grants, review
from ckanext.govshare.logic.cases.kernel import Machine

MACHINES: dict[str, Machine[Any]] = {feature.MACHINE.kind: feature.MACHINE for feature in (
    applications, agreements, grants, appeals, review)}
