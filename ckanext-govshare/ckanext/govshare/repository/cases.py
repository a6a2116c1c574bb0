"""The kinds of cases: each one's table, whose case it is, and where its page is. A new kind is one more line here."""
from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ckanext.govshare.model.agreements import agreement
from ckanext.govshare.model.appeals import appeal
from ckanext.govshare.model.applications import application
from ckanext.govshare.model.grants import grant


@dataclass(frozen=True)
class Kind:
    """One kind of case.

    `name`: in histories, due dates and messages. `person`: the column with the account whose case it is. `locked_by`: the
    column by whose order several of the kind are locked. `page`: the path of a case's page, up to its id.
    """

    name: str
    table: sa.Table
    person: str
    locked_by: str
    page: str


# In the order in which every command locks them: an application before what follows from it, an agreement before the one that
# is to replace it, agreements before their grant, a case before its appeal.
KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Kind("applications", application, "applicant", "id", "/application/"),
    Kind("agreements", agreement, "applicant", "offered_at", "/agreement/"),
    Kind("grants", grant, "holder", "created_at", "/grant/"),
    Kind("appeals", appeal, "appellant", "filed_at", "/appeal/"),
)}
