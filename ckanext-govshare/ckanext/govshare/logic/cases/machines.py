"""All kinds of cases, as commands on them are carried out. A new kind is one more here and in `repository.cases.KINDS`."""
from __future__ import annotations

from typing import Any

from ckanext.govshare.logic import agreements, appeals, applications, grants, review
from ckanext.govshare.logic.cases.kernel import Machine

MACHINES: tuple[Machine[Any], ...] = (
    applications.MACHINE, agreements.MACHINE, grants.MACHINE, appeals.MACHINE, review.MACHINE)
